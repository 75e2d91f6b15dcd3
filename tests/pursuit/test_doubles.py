"""Where the comparison of waveforms is clear, and the lines one by one are not."""

import numpy as np
import pytest

from epicycle.evidence.waveforms import Ranking, Rival
from epicycle.pursuit.doubles import as_double, is_undecided
from generators import regression
from tests.pursuit.lines import begun

BASELINE = 100.0

#: As many samples in every part of every cycle.
EVEN = regression(np.linspace(0.0, BASELINE, 400), np.zeros(400))


def ranking(bic: float, times: int = 2) -> Ranking:
    """Return a period, and its half or third that is less likely by half of `bic`."""
    return Ranking((Rival(0.37, 0.0, 0.9), Rival(times * 0.37, bic, 0.8)), 0.0)


@pytest.mark.parametrize(
    ("bic", "orders", "sinusoidal", "expected"),
    [
        (10.0, (2, 4), None, (1, 2, 4)),  # e^5 = 150 times less likely
        (10.0, (1,), 0.74, (1, 2)),  # one line, where the ordinary search has found it
        (6.0, (2, 4), None, None),  # e^3 = 20 times: clear, but not in spite of the lines
        (10.0, (1,), 0.5, None),  # the ordinary search begins elsewhere
        (10.0, (1, 2), 0.74, None),  # lines tell them apart
        (10.0, (3, 6), None, None),  # nobody has compared the third
    ],
)
def test_a_double_that_is_clear_has_a_line_at_its_frequency(
    bic: float,
    orders: tuple[int, ...],
    sinusoidal: float | None,
    expected: tuple[int, ...] | None,
) -> None:
    t = np.sort(np.random.default_rng(1).uniform(0, BASELINE, 120))
    y = np.cos(4 * np.pi * 0.37 * t)
    # every part of what tells the halves apart is weak
    y += 0.02 * sum(np.cos(2 * np.pi * m * 0.37 * t + m) for m in (1, 3, 5, 7))
    y += 0.05 * np.random.default_rng(2).normal(size=120)
    stand, _, _ = begun(t, y, [], minimum_period=0.4)
    found = as_double(stand.work.data, stand.fit, ranking(bic), orders, sinusoidal, 8)
    if expected is None:
        assert found is None
    else:
        assert found is not None
        assert found.structure.orders_of(0) == expected
        assert found.structure.frequency == pytest.approx([0.37], abs=1e-3)


def test_what_noise_explains_is_no_double() -> None:
    t = np.sort(np.random.default_rng(1).uniform(0, BASELINE, 120))
    y = np.cos(4 * np.pi * 0.37 * t) + 0.05 * np.random.default_rng(2).normal(size=120)
    stand, _, _ = begun(t, y, [], minimum_period=0.4)
    assert as_double(stand.work.data, stand.fit, ranking(60.0), (2, 4), None, 8) is None


def test_where_the_ordinary_search_begins_may_be_as_likely() -> None:
    assert is_undecided(ranking(4.0), 0.74, EVEN)
    assert not is_undecided(ranking(6.0), 0.74, EVEN)
    assert not is_undecided(ranking(4.0), 0.5, EVEN)
    assert is_undecided(ranking(6.0), None, EVEN)  # it finds nothing
    # the likeliest need not be the first
    behind = Ranking((Rival(0.74, 4.0, 0.8), Rival(0.37, -2.0, 0.9)), 0.0)
    assert not is_undecided(behind, 0.74, EVEN)


def test_a_place_at_which_no_waveform_was_compared_stays_open() -> None:
    """Two campaigns of half a turn, far apart: each phase of it is seen once."""
    t = np.concatenate([np.linspace(0.0, 5.0, 30), np.linspace(97.5, 100.0, 30)])
    campaigns = regression(t, np.zeros(60))
    assert is_undecided(ranking(6.0), 0.05, campaigns)
    assert not is_undecided(ranking(6.0), 0.05, EVEN)
