"""When a rhythm changes, and how: what `epicycle.track` decides."""

from __future__ import annotations

from dataclasses import dataclass

from epicycle.limits.fields import decides


@dataclass(frozen=True)
class Changing:
    """When a rhythm changes, and how."""

    cycles: float = decides(4.0, "cycles", "rhythms/constant")
    """Over fewer, a change of the period is no different from another period."""
    samples_per_cycle: float = decides(3.0, "samples", "rhythms/constant")
    """With fewer, a phase cannot be followed from cycle to cycle."""
    clear: float = decides(20.0, "odds", "rhythms/constant")
    """Odds against a simpler rhythm from which a change is called one."""
    told: float = decides(3.0, "odds", "rhythms/constant", "derived: substantial (Jeffreys 1961)")
    """Such odds for a change that is not clear yet are told, beside a verdict of none."""
    decays: float = decides(1.0, "nats", "rhythms/phase")
    """Log evidence from which the amplitude is fitted as decaying, whatever the verdict says."""
    varies: float = decides(3.0, "nats", "rhythms/phase")
    """Log evidence from which the amplitude is fitted as varying freely."""
    rise: float = decides(0.5, "share", "rhythms/reporters", "derived: it falls more than it rises")
    """An amplitude that rises by this part of its fall, in the logarithm, still decays."""
    harmonic: float = decides(3.0, "nats", "rhythms/phase")
    """Log evidence that each harmonic of the waveform must add."""
    unexpected: float = decides(2.0, "nats", "rhythms/jumps")
    """Log odds against a shift beforehand, besides the time that it could have had."""
    both: float = decides(1.0, "nats", "rhythms/jumps")
    """Log evidence that a shift of both phase and period must add to one of either."""
    shifts: int = decides(3, "shifts", "rhythms/jumps")
    """So many are looked for at most."""
    edge: float = decides(0.02, "share", "rhythms/jumps")
    """Shifts nearer to the ends of the record than this part of it are none."""
    worth: float = decides(4.0, "nats", "rhythms/jumps")
    """The linearised gain below which a place is not looked at."""
    hopeless: float = decides(6.0, "nats", "rhythms/jumps")
    """A place whose model is so much worse than the best is left alone."""
    simpler: float = decides(2.0, "odds", "rhythms/constant")
    """So much likelier is a constant phase than each family of wandering ones, before any data."""
    told_apart: float = decides(2.0, "errors", "rhythms/reporters")
    """A change of the amplitude within this many errors is none."""
    near: float = decides(1.25, "factor", "rhythms/phase")
    """A single period that is asked for is looked for within this factor."""
    beyond: float = decides(0.5, "baselines", "rhythms/phase")
    """A rhythm that changes is told up to this far beyond the data."""
    trend: int = decides(6, "degree", "rhythms/phase")
    """A polynomial of a higher degree follows the rhythm itself."""
    rhythms: int = decides(3, "rhythms", "rhythms/crossing")
    """So many are fitted together at most."""


CHANGING = Changing()
