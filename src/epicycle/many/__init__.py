"""Each series of a long table, in several processes, resumable."""
