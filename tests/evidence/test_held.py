"""At a period that is known, and in a range, the test is exact in white noise on any sampling."""

import numpy as np
import pytest
from scipy import stats

from epicycle.evidence.held import HeldTest, Verdict, carried_orders, cheaper
from epicycle.evidence.significance import effective_bandwidth, false_alarm_probabilities
from epicycle.fit.lines import Structure
from epicycle.samples.data import build_data
from epicycle.samples.given import Given
from epicycle.samples.options import Options

TWO_DAYS = np.arange(0, 48, 4.0)
ONE_DAY = np.repeat(np.arange(0, 24, 4.0), 3)


def held(t, y, known=None, degree=1, **given) -> HeldTest:
    samples = Given(t, y, **given).samples(Options())
    return HeldTest(build_data(samples, degree), known or Structure.empty())


def design(t, *periods, degree=1):
    columns = [t**k for k in range(degree + 1)]
    for period in periods:
        columns += [np.cos(2 * np.pi * t / period), np.sin(2 * np.pi * t / period)]
    return np.column_stack(columns)


def cosinor(t, y, period, w=None, degree=1) -> float:
    """The p-value of an F-test by two dense least-squares fits."""
    root = np.ones(len(t)) if w is None else np.sqrt(w)
    squares = []
    for x in (design(t, degree=degree), design(t, period, degree=degree)):
        x = x * root[:, np.newaxis]
        squares.append(((y * root - x @ np.linalg.lstsq(x, y * root)[0]) ** 2).sum())
    rest = len(t) - degree - 3
    return float(stats.f.sf((squares[0] - squares[1]) / 2 / (squares[1] / rest), 2, rest))


@pytest.mark.parametrize("t", [TWO_DAYS, ONE_DAY, np.array([0, 1, 4, 9, 13, 14, 22, 27, 35.0])])
def test_the_p_value_is_that_of_an_f_test(t):
    y = np.random.default_rng(1).normal(size=len(t)) + np.cos(t / 4)
    assert held(t, y).false_alarm(1 / 24, (1,), 0.0) == pytest.approx(cosinor(t, y, 24), rel=1e-9)


def test_weights_and_known_lines_belong_to_it():
    rng = np.random.default_rng(2)
    y, dy = rng.normal(size=12), rng.uniform(0.5, 2, 12)
    assert held(TWO_DAYS, y, dy=dy).false_alarm(1 / 24, (1,), 0.0) == pytest.approx(
        cosinor(TWO_DAYS, y, 24, dy**-2.0), rel=1e-9
    )
    beside = Structure.empty().plus(1 / 12, fixed=True)
    x = design(TWO_DAYS, 12)
    free = y - x @ np.linalg.lstsq(x, y)[0]
    both = design(TWO_DAYS, 12, 24)
    left = y - both @ np.linalg.lstsq(both, y)[0]
    f = (free @ free - left @ left) / 2 / (left @ left / 6)
    p = held(TWO_DAYS, y, beside).false_alarm(1 / 24, (1,), 0.0)
    assert p == pytest.approx(stats.f.sf(f, 2, 6), rel=1e-9)


def test_several_outputs_are_added_up_exactly():
    # Fisher's sum of independent tests: uniform in noise
    rng = np.random.default_rng(3)
    p = [
        held(TWO_DAYS, rng.normal(size=(12, 3))).false_alarm(1 / 24, (1,), 0.0) for _ in range(200)
    ]
    # three outputs of 12 values share a little by chance, which is taken off
    assert stats.kstest(p, "uniform").statistic < 0.15


def test_the_width_of_a_range_is_that_of_many_cycles_evenly_sampled():
    t = np.arange(0, 300, 1.0)
    test = held(t, np.zeros(300), degree=0)
    data = build_data(Given(t, np.zeros(300)).samples(Options()), 0)
    assert test.width(1 / 12, 1 / 8) == pytest.approx(
        effective_bandwidth(data, 1 / 12, 1 / 8), rel=0.02
    )
    orders = (1, 2, 3)
    assert test.width(1 / 12, 1 / 8, orders) == pytest.approx(
        effective_bandwidth(data, 1 / 12, 1 / 8), rel=0.1
    )


def test_noise_in_a_range_is_called_significant_as_often_as_it_should():
    rng = np.random.default_rng(4)
    places = np.linspace(1 / 28, 1 / 20, 40)
    width = held(TWO_DAYS, np.arange(12.0) ** 2).width(1 / 28, 1 / 20)
    trials, level = 1500, 0.05
    # (as many side by side as a call may have outputs)
    tests = [held(TWO_DAYS, rng.normal(size=(12, 500))) for _ in range(trials // 500)]
    test = tests[0]
    highest = np.concatenate([one.powers(places).max(axis=1) for one in tests])
    below = int((false_alarm_probabilities(highest, test.dof, width) < level).sum())
    # the expected number of crossings is an upper bound, near to it; 4 deviations of the count
    spread = 4 * np.sqrt(trials * level)
    assert 0.7 * trials * level - spread < below < trials * level + spread


def test_the_condition_number_is_that_of_columns_of_length_one():
    test = held(ONE_DAY, ONE_DAY**2, degree=0)
    assert test.condition(1 / 24) == pytest.approx(1.0)
    x = design(ONE_DAY, 24)
    q = np.linalg.qr(x[:, :2])[0]
    waves = x[:, 2:] / np.linalg.norm(x[:, 2:], axis=0)
    expected = np.linalg.cond(np.hstack([q, waves]))
    assert held(ONE_DAY, ONE_DAY**2).condition(1 / 24) == pytest.approx(expected)
    # at the Nyquist frequency a sine is 0 at every sample
    assert held(TWO_DAYS, TWO_DAYS**2).condition(1 / 8) == np.inf


def test_a_design_carries_as_many_harmonics_as_it_tells_apart():
    two = held(TWO_DAYS, TWO_DAYS**2)
    # orders 1 and 2 of 24 h every 4 h; the third stands at the Nyquist frequency
    assert carried_orders(two, 1 / 24, 16, np.inf) == 2
    assert carried_orders(two, 1 / 24, 1, np.inf) == 1
    assert carried_orders(two, 1 / 44, 16, 1 / 24) == 1
    # 9 samples: a constant, a slope and two harmonics leave 3 degrees of freedom, a third 1
    t = np.array([0, 1, 4, 9, 13, 14, 22, 27, 35.0])
    assert carried_orders(held(t, t**2), 1 / 24, 16, np.inf) <= 2


def test_a_waveform_has_to_be_much_rarer_than_a_sinusoid():
    sinusoid = Verdict(1.0, 1e-3, 1)
    assert cheaper(sinusoid, [Verdict(1.0, 1e-4, 2)]) == sinusoid
    assert cheaper(sinusoid, []) == sinusoid
    best = cheaper(sinusoid, [Verdict(1.0, 1e-9, 2), Verdict(1.0, 1e-8, 3)])
    assert best == Verdict(1.0, pytest.approx(4e-8), 2)
