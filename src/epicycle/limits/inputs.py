"""How large what is given may be: tables, names and options beyond it are refused.

None of these says anything of the data: they keep a slip of the keyboard, or a file made to do
harm, from taking the time and the memory of a machine.  docs/limits.md lists them.
"""

from __future__ import annotations

from dataclasses import dataclass

from epicycle.limits.fields import decides


@dataclass(frozen=True)
class InputLimits:
    """How large what is given may be: a mistake, or a hostile file, costs no hour and no memory."""

    unpacked: int = decides(16_777_216, "bytes", "series/series")
    """A gzipped table may unpack to this, however short the file is."""
    unpacked_times: int = decides(200, "times", "series/series")
    """A gzipped table may unpack to so many times the length of the file."""
    table: float = decides(2.0, "GB", "series/series")
    """A table may have this size, unpacked and 8 bytes for each entry of a Parquet file."""
    memory: float = decides(4.0, "GB", "series/series")
    """A search may take this much memory, half of a small laptop's, by a formula."""
    search_memory: float = decides(0.15, "GB", "series/series", "measured: 1,000 to 300,000 values")
    """A search takes this beside what each value takes."""
    value_memory: tuple[float, float] = decides(
        (350.0, 1000.0), "bytes", "series/series", "measured: within 1.7 times for 9 shapes"
    )
    """And this for each value; more where each output has weights of its own."""
    rows: int = decides(2_000_000, "rows", "scale/rows")
    """A Parquet file of many series with more rows is gathered by series on disk, not in memory."""
    bucket: int = decides(400_000, "rows", "scale/rows")
    """So many rows, of whole series, are worked on at once where a table is larger than memory."""
    worker_memory: float = decides(1.0, "GB", "scale/dask")
    """So much memory has each worker of a local cluster of Dask's."""
    columns: int = decides(10_000, "columns", "series/series")
    """A table may have so many columns."""
    most_levels: int = decides(20, "labels", "series/series")
    """A column with more labels is not said to tell levels apart."""
    level_values: int = decides(5, "values", "series/series")
    """Each of its labels has so many values."""
    within_levels: float = decides(0.5, "share", "series/series", "derived: less than between")
    """Of the variance less than this is within its levels."""
    short_dates: int = decides(8, "dates", "series/series", "derived: 1 in 1e4 by chance")
    """So many numbers, all in the calendar as YYMMDD, are dates where their name says so."""
    repeated_within: float = decides(0.01, "share", "series/series", "derived: an hour of autumn")
    """Labels tell series apart where at most this share of the rows repeats a time of its own."""
    negative_errors: float = decides(0.25, "share", "series/series")
    """A column with more negative numbers than this is not taken for errors by its name alone."""
    label: int = decides(1_000, "characters", "series/series")
    """A label or an id may be so long."""
    outputs: int = decides(500, "columns", "series/series")
    """One search may have so many columns of values."""
    harmonics: int = decides(1_000, "orders", "speed/sizes")
    """A cycle may have so many harmonics."""
    degree: int = decides(50, "powers", "speed/sizes")
    """A trend may be a polynomial of this degree."""
    denominator: int = decides(1_000, "teeth", "speed/sizes")
    """Gears may have ratios of so large a denominator; the number of ratios is its square."""
    cycles: int = decides(10_000, "cycles", "speed/sizes")
    """So many cycles may be asked for."""
    known: int = decides(1_000, "periods", "speed/sizes")
    """So many periods may be known beforehand."""

    workers: int = decides(256, "processes", "series/series")
    """So many processes may be asked for; more than there are processors gain nothing."""
    fill_gap: float = decides(0.5, "ranges of the others", "series/series")
    """A number of nines that comes again, this far off all others, stands for a missing value."""
    clock_evidence: float = decides(2 * 4.6, "twice the logarithm of odds", "series/series")
    """Values keep to clocks that were put forward where that is so much likelier, here 100 : 1."""
    single_fill_gap: float = decides(3.0, "ranges of the others", "series/series")
    """A number of nines that is there once, this far off all others, stands for a missing value."""


INPUTS = InputLimits()


@dataclass(frozen=True)
class Chunks:
    """A series that is searched chunk by chunk.

    The chunks themselves are the user's: they are read one after the other, cut where they are
    large and joined where they are small, and take some dozens of megabytes besides.
    """

    memory: float = decides(0.8, "GB", "chunks/large")
    """What the sums of all frequencies may take by default."""
    bytes_per_frequency: int = decides(180, "bytes", "chunks/large")
    """What they take for each frequency of the band while the last of them are made."""
    rows: int = decides(10_000_000, "rows", "chunks/memory")
    """A Parquet file of more rows is searched in chunks by the command line."""
    window_from: float = decides(2.0, "1/T", "chunks/large", "derived: the width of the main lobe")
    """A peak of the spectral window this far from 0 is due to how the samples repeat."""
    strong: float = decides(0.01, "share", "chunks/large", "derived: 1 % of the variance")
    """Rounding in the sums above this part of what is left asks for another pass."""


CHUNKS = Chunks()
