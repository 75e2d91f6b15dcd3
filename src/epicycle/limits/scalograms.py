"""What a window of a scalogram must have to show a rhythm, and how finely it is drawn."""

from __future__ import annotations

from dataclasses import dataclass

from epicycle.limits.fields import decides


@dataclass(frozen=True)
class ScalogramLimits:
    """What a window of a scalogram must have to show a rhythm, and how finely it is drawn."""

    fewest_samples: float = decides(6.0, "samples", "scalogram/noise_level")
    """Effective samples that a window needs; a mean and a sinusoid take three."""
    seen: float = decides(0.1, "share", "scalogram/noise_level", "derived: errors grow by 10^1/2")
    """Share of the information about cosine and sine that a window must keep."""
    spread: float = decides(
        1.6, "widths", "scalogram/noise_level", "derived: no sample within one width of the middle"
    )
    """Samples of a window may lie so far from its middle, in the mean square: else it is a gap."""
    emptiest: float = decides(
        1e-09, "share", "scalogram/noise_level", "derived: a thousand roundings of the transforms"
    )
    """A window with a smaller share of the weight of all samples is empty."""
    flat: float = decides(
        1e-08, "ratio", "scalogram/noise_level", "derived: roundings of the transforms, tenfold"
    )
    """Values whose variance in a window is so small beside the largest one are constant."""
    lost: float = decides(0.05, "share", "scalogram/ridge", "derived: in the middle of two periods")
    """Power that a maximum between two periods of the picture may lose."""
    windows_a_width: float = decides(2.0, "per width", "scalogram/ridge")
    """Windows for each standard deviation of the shortest one."""
    samples_a_cycle: float = decides(3.0, "samples", "scalogram/noise_level")
    """The shortest period by default has so many samples a cycle in the mean."""
    shortest_period: float = decides(1e-05, "baselines", "scalogram/speed")
    """Shorter periods need transforms of too many frequencies."""
    shortest_window: float = decides(0.5, "cycles", "scalogram/ridge")
    """A shorter window tells no periods apart."""
    longest_window: float = decides(1000.0, "cycles", "scalogram/ridge")
    """Longer windows are for find_cycles."""
    most_periods: int = decides(5000, "periods", "scalogram/speed")
    """Periods that a picture may have."""
    fewest_times: int = decides(60, "windows", "scalogram/ridge")
    """Windows along time by default, at least."""
    most_times: int = decides(2000, "windows", "scalogram/speed")
    """Windows along time by default, at most."""
    most_named: int = decides(100000, "windows", "scalogram/speed")
    """Windows along time that a user may ask for."""


SCALOGRAM = ScalogramLimits()
