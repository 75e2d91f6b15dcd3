"""Rhythms written down as tables: what they say is known without any fit."""

from __future__ import annotations

import numpy as np

from epicycle.changing.rhythm import Curves, Rhythm, Verdict
from epicycle.samples.times import TimeScale


def example(*, jump: float = 0.0, error: float = 0.01, calendar: bool = False) -> Rhythm:
    """Return a rhythm of 24 h over 240 h whose phase leaps at 0, as a table."""
    t = np.unique(np.concatenate([np.linspace(-240, 240, 481), [-1e-9]]))
    flat = np.ones_like(t)
    curves = Curves(
        t=t,
        away=jump * (t >= 0),
        away_error=error * flat,
        frequency=flat / 24,
        frequency_error=1e-4 * flat,
        log_amplitude=np.log(2.0) * flat,
        log_amplitude_error=0.05 * flat,
        level=5.0 * flat,
        level_error=0.1 * flat,
    )
    scale = TimeScale("h", calendar)
    return Rhythm(
        verdict=Verdict("constant", "constant"),
        odds={"period": {"constant": 1.0}, "amplitude": {"constant": 1.0}, "rhythm": 1e9},
        undecided=(),
        mean_period=24.0,
        mean_period_error=0.05,
        shifts=(),
        lifetime=None,
        lifetime_error=None,
        coherence_time=None,
        coherence_time_error=None,
        variation_limit=0.4,
        waveform=((1.0, 0.0), (0.3, 0.1)),
        noise=0.5,
        unit="h",
        n_samples=100,
        n_dropped=0,
        reference_time=scale.to_user(1000.0),
        baseline=240.0,
        frequency=1 / 24,
        curves=curves,
        scale=scale,
        reference=1000.0,
    )
