"""How everything looks: figures, time axes, and numbers as people write them."""
