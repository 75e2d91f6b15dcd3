"""Cycles in events: times without values."""
