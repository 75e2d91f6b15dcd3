"""Where the power is highest: every frequency, or pairs of samples, and which of the two."""
