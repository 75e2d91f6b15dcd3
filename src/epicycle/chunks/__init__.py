"""One series larger than memory: its cycles, from chunks that are read one after the other."""
