"""Results for the eye: pictures, tables, numbers in human units."""
