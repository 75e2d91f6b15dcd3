"""What data have beyond constant cycles in white noise: outliers, groups, gains, bends."""
