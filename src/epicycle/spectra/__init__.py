"""Trigonometric sums and least-squares power, and the band and grid on which they are taken."""
