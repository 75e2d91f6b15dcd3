"""Loops that numba compiles, where it is installed: the numbers of the NumPy path, sooner."""
