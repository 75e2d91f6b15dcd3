"""What the user gave: times without rounding, checked arrays, options, the regression problem."""
