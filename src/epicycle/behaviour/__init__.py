"""Activity and rest from day to day: regularity, onsets, periods, and counts as counts."""
