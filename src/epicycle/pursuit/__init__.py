"""Matching pursuit: lines are found one after the other and refitted together."""
