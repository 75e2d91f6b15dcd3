"""Of lines that nearly regular samples hardly tell apart, the lowest is taken."""

import numpy as np
import pytest
import torch

from epicycle.optim.aliases import Aliases, raster_note, rhythm_note
from epicycle.optim.coordinates import Coordinates
from epicycle.optim.line_fit import Residual, fit_line


def seen(jitter, frequency, noise, n=400):
    """Return hourly samples of a cycle, t in days, with jitter uniform in a part of the hour."""
    rng = np.random.default_rng(5)
    t = (np.arange(n) + jitter * rng.random(n)) / 24
    y = np.sin(2 * np.pi * frequency * t + 1.0) + noise * rng.standard_normal(n)
    x = Coordinates.of(torch.as_tensor(t)[:, None])
    return x, Residual.of(x, y[:, None], np.ones((n, 1)))


@pytest.mark.parametrize("jitter", [0.0, 1 / 60, 0.2])
@pytest.mark.parametrize("found_at", [25.07, 22.93, 121.07, 265.07])
def test_a_line_is_taken_down_to_the_lowest_that_fits_as_well(jitter, found_at):
    x, residual = seen(jitter, 1.07, 0.3)
    aliases = Aliases(x)
    low = aliases.lowest(residual, fit_line(residual, np.array([found_at])), 0.2)
    # one sixth of 1 / span
    assert low.frequency == pytest.approx([1.07], abs=0.01)
    assert aliases.rhythm == pytest.approx(24, rel=1e-3)


def test_a_line_that_the_jitter_shows_to_be_a_higher_one_stays():
    # between hours, by up to a fifth of one: 1.07 has lost (2 pi .2)^2 / 12 = 13 % of its power
    x, residual = seen(0.2, 25.07, 0.1)
    line = fit_line(residual, np.array([25.07]))
    assert Aliases(x).lowest(residual, line, 0.2) is line


def test_no_line_below_the_band_is_taken():
    x, residual = seen(0.0, 1.07, 0.3)
    line = fit_line(residual, np.array([49.07]))
    assert Aliases(x).lowest(residual, line, 12.0).frequency == pytest.approx([22.93], abs=0.01)


def test_samples_at_random_have_no_rhythm():
    rng = np.random.default_rng(6)
    x = Coordinates.of(torch.as_tensor(rng.random(300) * 20)[:, None])
    y = np.sin(2 * np.pi * 30 * x.values())
    residual = Residual.of(x, y, np.ones((300, 1)))
    line, aliases = fit_line(residual, np.array([30.0])), Aliases(x)
    assert aliases.lowest(residual, line, 0.2) is line
    assert not rhythm_note(aliases.rhythm)


def test_the_user_is_told_what_the_samples_cannot_tell():
    x, _ = seen(0.0, 1.0, 0.1)
    assert (
        "any frequency above 12 cycles per unit looks like a lower one" in raster_note(x)["raster"]
    )
    assert "nearly in steps of 0.25" in rhythm_note(4.0)["rhythm"]
