"""Groups of rhythms compared: which have a rhythm, a phase, an interval."""

from __future__ import annotations

from dataclasses import dataclass

from epicycle.limits.fields import decides


@dataclass(frozen=True)
class Comparing:
    """What `epicycle.compare` decides."""

    rhythm_chance: float = decides(0.05, "probability", "experiments/compare")
    """A rhythm of a known period that noise imitates more often has no phase to be compared."""
    fitted_chance: float = decides(0.01, "probability", "experiments/flies")
    """A rhythm whose period is fitted counts where noise imitates it so seldom in the range."""
    group_rhythm_chance: float = decides(0.01, "probability", "experiments/compare")
    """The rhythms of a group's subjects together are noise at most this often."""
    stray_chance: float = decides(0.001, "probability", "experiments/flies")
    """A period that is so far from those of all other subjects is noise, where it is weak."""
    second_harmonic: float = decides(10.0, "logarithm of chance", "experiments/flies")
    """Two harmonics are fitted where what all series show is so much less likely noise."""
    weak: float = decides(1e-4, "probability", "experiments/flies")
    """A rhythm that noise imitates more often is weak: its period may be none."""
    phase_spread: float = decides(0.25, "turns", "experiments/compare")
    """Phases of a group have a mean where none is farther from it."""
    vague: float = decides(4.0, "variance", "experiments/compare")
    """A subject whose error is so many times the median's, squared, counts less than others."""
    share_power: float = decides(16.0, "power", "experiments/compare")
    """How little of two variances' ratio is believed where a few subjects show it."""
    share_sizes: float = decides(1.3, "power", "experiments/compare")
    """How much less the freedom of a larger group counts than its share of the variance."""
    fewest_neighbours: int = decides(6, "frequencies", "experiments/flies")
    """Frequencies beside a rhythm from which the noise there is taken, where it is louder."""
    fewest_per_subject: int = decides(2, "values", "experiments/compare")
    """Values that a subject has beyond the parameters of its rhythm."""
    fewest_stopped: int = decides(5, "values", "experiments/compare")
    """A subject whose last values are so many alike, over a cycle or more, may have died."""
    apart: float = decides(0.05, "probability", "experiments/compare")
    """Periods that differ so surely let phases drift apart."""
    change: float = decides(4.0, "errors", "experiments/compare")
    """A period that is not the one held, or an amplitude that falls, by so many errors is told."""
    change_chance: float = decides(0.01, "probability", "experiments/compare")
    """And, of three subjects or more, by what their scatter makes so seldom."""


COMPARING = Comparing()
