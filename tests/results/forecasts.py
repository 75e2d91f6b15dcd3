"""What several tests of this wing share."""

LINES = [(0.3137, 2.0, 0.1), (0.7421, 1.0, 0.4)]
