"""A fading rhythm read at the reference time."""

import numpy as np
import pytest

from epicycle.experiments.cosinor_series import Plan
from epicycle.experiments.damped_series import fit_damped


def test_amplitude_phase_and_level_stand_at_the_reference_time() -> None:
    t = np.arange(0, 96, 1.5)
    y = 100 + 30 * np.exp(-t / 40) * np.cos(2 * np.pi * (t - 5) / 25)
    y += np.random.default_rng(1).normal(size=len(t))
    for at in (20.0, 60.0):
        fit = fit_damped(t, y, Plan(1 / 30, 1 / 20, at))
        error = np.sqrt(np.diag(fit.covariance))
        turns = (5 - at) / 25
        assert fit.value[1] == pytest.approx(30 * np.exp(-at / 40), abs=4 * error[1])
        assert (fit.value[2] - turns + 0.5) % 1 - 0.5 == pytest.approx(0, abs=4 * error[2])
        assert fit.value[3] == pytest.approx(25, abs=4 * error[3])
        assert fit.value[0] == pytest.approx(100, abs=2)
        assert fit.rhythmic
