"""One series larger than memory: how many frequencies its sums may have, and what is told of it."""

from __future__ import annotations

from dataclasses import dataclass

from epicycle.limits.fields import decides


@dataclass(frozen=True)
class Chunks:
    """A series that is searched chunk by chunk.

    The chunks themselves are the user's: they are read one after the other, cut where they are
    large and joined where they are small, and take some dozens of megabytes besides.
    """

    memory: float = decides(0.8, "GB", "series/chunks")
    """What the sums of all frequencies may take by default."""
    bytes_per_frequency: int = decides(180, "bytes", "series/chunks", "measured: series/chunks")
    """What they take for each frequency of the band while the last of them are made."""
    rows: int = decides(20_000_000, "rows", "series/chunks", "derived: 6 GB in memory")
    """From so many rows of a Parquet file on, the command line searches it in chunks."""
    window_from: float = decides(2.0, "1/T", "series/chunks", "derived: the width of the main lobe")
    """A peak of the spectral window this far from 0 is due to how the samples repeat."""
    strong: float = decides(0.01, "share", "series/chunks", "derived: 1 % of the variance")
    """Rounding in the sums above this part of what is left asks for another pass."""


CHUNKS = Chunks()
