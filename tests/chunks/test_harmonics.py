"""Lines at multiples of another become its harmonics, coefficients and all."""

import numpy as np

import epicycle
from epicycle.chunks.find import find_cycles_in_chunks
from epicycle.chunks.harmonics import gathered, with_order
from epicycle.chunks.joint import JointFit
from epicycle.fit.lines import Structure


def fit_of(*frequency: float) -> JointFit:
    """Return lines with frequencies known to 1e-3, and waves that are numbered."""
    structure = Structure.empty()
    for one in frequency:
        structure = structure.plus(one)
    count, n = 1 + 2 * len(frequency), len(frequency)
    normal = np.diag(np.concatenate([np.ones(count), np.full(n, 1e6)]))
    return JointFit(structure, np.arange(count).astype(float), normal, 0.0)


def test_a_multiple_within_its_errors_is_a_harmonic() -> None:
    fit = gathered(fit_of(2.0005, 0.7, 1.0), 1.0, 16, 0.1)
    assert fit is not None
    assert fit.structure.frequency.tolist() == [0.7, 1.0]
    assert [fit.structure.orders_of(k) for k in (0, 1)] == [(1,), (1, 2)]
    # background, then the waves of .7, 1 and 2, which came as second, third and first
    assert fit.coefficients.tolist() == [0, 3, 4, 5, 6, 1, 2]


def test_others_are_not() -> None:
    assert gathered(fit_of(2.02, 0.7, 1.0), 1.0, 16, 0.1) is None
    assert gathered(fit_of(2.0005, 1.0), 1.0, 16, 1e-5) is None
    assert gathered(fit_of(20.0, 1.0), 1.0, 16, 0.1) is None
    assert gathered(fit_of(1.0, 0.4), 1.0, 16, 0.1) is None


def test_one_more_order() -> None:
    fit = with_order(fit_of(0.7, 1.0), 0, 3)
    assert fit.structure.orders_of(0) == (1, 3)
    assert fit.coefficients.tolist() == [0, 1, 2, 0, 0, 3, 4]


def test_a_sawtooth_is_one_cycle() -> None:
    """As many harmonics as its noise shows, and the period as well known as in memory."""
    rng = np.random.default_rng(9)
    t = np.sort(rng.uniform(0, 100, 1500))
    y = 4 * ((0.2345 * t) % 1 - 0.5) + rng.normal(size=1500)
    chunked = find_cycles_in_chunks([(t[:700], y[:700]), (t[700:], y[700:])], minimum_period=0.3)
    whole = epicycle.find_cycles(t, y, minimum_period=0.3)
    (one,), (other,) = chunked.cycles, whole.cycles
    assert abs(one.frequency - other.frequency) < 2 * other.frequency_error
    assert len(one.harmonics) >= 4
    assert abs(len(one.harmonics) - len(other.harmonics)) <= 3
