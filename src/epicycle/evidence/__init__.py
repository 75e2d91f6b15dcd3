"""What a maximum, an alias, a ratio, a waveform is worth."""
