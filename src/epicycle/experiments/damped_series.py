"""One series whose rhythm fades or changes: followed by `track`, and read at the reference time."""

from __future__ import annotations

import numpy as np

from epicycle.experiments.cosinor_series import Plan, SeriesRhythm
from epicycle.samples.arrays import Floats
from epicycle.samples.phase import wrap


def fit_damped(t: Floats, y: Floats, plan: Plan) -> SeriesRhythm:
    """Return the rhythm of one series at the reference time, with amplitude and level changing.

    `t`, `y`, `plan` and errors raised are those of
    :func:`epicycle.experiments.cosinor_series.fit_series`.  The period is the mean over the record.
    """
    from epicycle.changing.track import track

    rhythm = track(
        t,
        y,
        period=(1.0 / plan.highest, 1.0 / plan.lowest),
        shifts=None,
        harmonics=plan.harmonics,
        trend=plan.trend,
    )
    place = np.array([plan.at])
    turns, turns_error = rhythm.turns(place)
    amplitude, amplitude_error = rhythm.amplitude(place)
    x = plan.at - float(rhythm.reference_time)
    level = float(np.interp(x, rhythm.curves.t, rhythm.curves.level))
    level_error = float(np.interp(x, rhythm.curves.t, rhythm.curves.level_error))
    odds = float(rhythm.odds.get("rhythm", np.inf))
    errors = np.array([level_error, amplitude_error[0], turns_error[0], rhythm.mean_period_error])
    value = np.array(
        [level, amplitude[0], float(wrap(-turns)[0]), rhythm.mean_period], dtype=np.float64
    )
    return SeriesRhythm(
        value=value,
        covariance=np.diag(errors**2),
        linear=np.zeros(0),
        linear_covariance=np.zeros((0, 0)),
        freedom=float(max(rhythm.n_samples - plan.n_parameters - 1, 1)),
        p_value=float(1.0 / (1.0 + odds)),
        at_edge=not 1.0 / plan.highest < rhythm.mean_period < 1.0 / plan.lowest,
        n_values=rhythm.n_samples,
    )
