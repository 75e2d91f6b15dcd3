"""What rhythms of many series are tested with: designs, searched ranges, simulated chances."""

from __future__ import annotations

from dataclasses import dataclass

from epicycle.limits.fields import decides


@dataclass(frozen=True)
class GeneLimits:
    """What rhythms of many series are tested with: designs, searched ranges, simulated chances."""

    conditioned: float = decides(
        1e-08, "share", "experiments/genes", "derived: roundings of the sums, a millionfold"
    )
    """Times that leave a smaller share of a direction of cosine and sine do not determine it."""
    flat: float = decides(1e-14, "ratio", "experiments/genes", "derived: roundings of a mean")
    """Values that scatter so little beside their mean are constant."""
    points_a_width: float = decides(
        10.0, "points per 1/T", "experiments/genes", "derived: 1 % of the power between two points"
    )
    """Periods of a range that are tried for each resolved frequency."""
    fewest_points: int = decides(16, "periods", "experiments/genes")
    """Periods of a range that are tried at least."""
    most_points: int = decides(5000, "periods", "experiments/genes")
    """Periods that are tried at most: what asks for more is a search, for find_cycles."""
    alike: float = decides(0.999, "share", "experiments/genes", "derived: noise tells none apart")
    """Rhythms of two periods of which each explains so much of the other are told to be alike."""
    covered: float = decides(0.75, "periods", "experiments/genes")
    """Samples that cover less of the period do not tell a rhythm from a trend: a note says so."""
    middle: float = decides(0.35, "half ranges", "experiments/genes")
    """Scatter of periods about the middle of a range that was asked for, as taken by the test."""
    even: float = decides(0.25, "share", "experiments/genes")
    """Weight of periods that are anywhere in the range alike."""
    draws: int = decides(
        200_000, "draws", "experiments/genes", "derived: a tenth of the scatter of 20,000 p-values"
    )
    """Simulated series without a rhythm that tell chances of a design."""
    operations: float = decides(2e09, "products", "experiments/genes", "derived: about a second")
    """Work of the simulation: with many samples fewer series are drawn."""
    fewest_draws: int = decides(4000, "draws", "experiments/genes")
    """Series that are drawn at least, for each number of samples that series have."""
    tail: float = decides(
        0.005, "probability", "experiments/genes", "derived: a thousand draws lie beyond"
    )
    """Smaller chances of ranks follow those of normal noise, scaled to the simulation here."""
    beyond: int = decides(200, "draws", "experiments/genes", "derived: known to 7 %")
    """Draws that lie beyond where the tail begins, at least."""
    significant: float = decides(0.05, "share", "experiments/genes")
    """Share of false discoveries up to which rhythms are counted by default."""


GENES = GeneLimits()
