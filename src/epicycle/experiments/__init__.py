"""Designed experiments: short series, many genes, replicates, groups that are compared."""
