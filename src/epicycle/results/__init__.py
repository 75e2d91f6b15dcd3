"""A finished pursuit as numbers: cycles, lines, predictions with errors."""
