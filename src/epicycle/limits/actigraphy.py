"""Rest and activity: from how much data a statistic is told, and by which rules."""

from __future__ import annotations

from dataclasses import dataclass

from epicycle.limits.fields import decides


@dataclass(frozen=True)
class Actigraphy:
    """From how much data a statistic of rest and activity is told, and by which rules."""

    days: int = decides(3, "days", "actigraphy/measures")
    """Fewer days with values tell nothing of what is alike from day to day."""
    hours: int = decides(
        16, "hours", "actigraphy/measures", "derived: what GGIR calls a valid day, two thirds of it"
    )
    """A day with values in fewer of its 24 hours is not counted."""
    filled: float = decides(0.5, "share", "actigraphy/measures")
    """An hour with values in a smaller part of its epochs has no mean."""
    gaps: float = decides(0.9, "share", "actigraphy/measures")
    """Epochs are as long as this share of the gaps between samples."""
    rest: float = decides(
        0.15, "share", "actigraphy/sleep", "derived: Roenneberg et al. 2015, for wrists"
    )
    """Activity below this part of its mean over 24 hours is rest."""
    rest_epoch: int = decides(10, "min", "actigraphy/sleep", "derived: Roenneberg et al. 2015")
    """Rest by that rule is judged in epochs no shorter than this."""
    active: float = decides(
        0.2, "quantile", "actigraphy/onsets", "derived: the default of ClockLab"
    )
    """An epoch is active where it is above this quantile of the values that are not zero."""
    template: float = decides(6.0, "hours", "actigraphy/onsets", "derived: the default of ClockLab")
    """Half of the template of an onset: so long rest, then so long activity."""
    missing: float = decides(0.25, "share", "actigraphy/onsets")
    """No onset, and no highest or lowest hours of a day, where a larger part has no values."""
    edge: float = decides(0.4, "share", "actigraphy/onsets")
    """No onset where activity after and before it differ by less than this of a perfect edge."""
    onsets: int = decides(5, "onsets", "actigraphy/onsets")
    """Through fewer, no line is drawn."""
    huber_bound: float = decides(1.345, "sigma", "actigraphy/onsets", "derived: Huber 1964")
    """The influence of an onset on the line ends here: 95 % efficiency without outliers."""
    steady: float = decides(0.5, "probability", "actigraphy/onsets")
    """That onsets which come late do not go on to do so, before they are looked at."""
    outlier: float = decides(3.0, "sigma", "actigraphy/onsets")
    """An onset farther from the line is counted as off it."""
    shortest: float = decides(16.0, "hours", "actigraphy/periods")
    """Periods near a day begin here."""
    longest: float = decides(32.0, "hours", "actigraphy/periods")
    """Periods near a day end here."""
    step: int = decides(5, "min", "actigraphy/periods")
    """Periodograms and onsets take epochs no shorter than this."""
    false_alarm: float = decides(0.01, "probability", "actigraphy/periods")
    """Independent noise exceeds the line of a periodogram, anywhere, with this probability."""
    agreement: float = decides(0.05, "probability", "actigraphy/periods")
    """A peak is no rhythm where cycles of noise agree so well with a higher probability."""
    zeros: float = decides(0.9, "share", "actigraphy/counts")
    """No rhythm of counts is fitted where a larger part of the hours has none."""


ACTIGRAPHY = Actigraphy()
