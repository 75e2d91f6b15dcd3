"""Rhythms that change: phase, period and amplitude as functions of time, with errors."""
