"""What is read off a waveform, against the waveform written out and against random draws."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import oracles
from epicycle import Alias, Cycle, Harmonic, Line, find_cycles
from epicycle.results.cycles import Waveform, per_output
from generators import sinusoids


def make(orders: list[int], coefficients: list[float], covariance: np.ndarray | None = None):
    n = 1 + 2 * len(orders)
    return Waveform(
        frequency=0.5,
        orders=np.array(orders),
        coefficients=np.array(coefficients, dtype=float),
        covariance=np.zeros((n, n)) if covariance is None else covariance,
    )


def values(wave: Waveform, phase: np.ndarray) -> np.ndarray:
    pairs = wave.coefficients.reshape(-1, 2)
    return sum(
        a * np.cos(2 * np.pi * o * phase) + b * np.sin(2 * np.pi * o * phase)
        for o, (a, b) in zip(wave.orders, pairs, strict=True)
    )


FINE = np.arange(20_000) / 20_000

waves = st.builds(
    lambda orders, numbers: make(sorted(orders), numbers[: 2 * len(orders)]),
    st.sets(st.integers(1, 8), min_size=1, max_size=4),
    st.lists(st.floats(-3, 3).filter(lambda x: abs(x) > 0.01), min_size=8, max_size=8),
)


@given(waves)
def test_the_maximum_is_the_highest_point(wave: Waveform) -> None:
    phase = wave.maximum()[0]
    assert 0 <= phase < 1
    curve = values(wave, FINE)
    # between two of 2e4 points the curve rises by at most (2 pi order / 4e4)^2 / 2 of its size
    rise = 0.5 * (2 * np.pi * 8 / 4e4) ** 2 * np.abs(wave.coefficients).sum()
    assert float(values(wave, np.array([phase]))[0]) >= curve.max() - 1e-12
    assert float(values(wave, np.array([phase]))[0]) <= curve.max() + rise + 1e-12


@given(waves)
def test_the_amplitude_is_half_the_height(wave: Waveform) -> None:
    curve = values(wave, FINE)
    rise = (2 * np.pi * 8 / 4e4) ** 2 * np.abs(wave.coefficients).sum()
    assert wave.amplitude()[0] == pytest.approx(np.ptp(curve) / 2, abs=rise + 1e-12)


@pytest.mark.parametrize("derivative", [1, 2])
def test_derivatives_of_the_basis(derivative: int) -> None:
    wave = make([1, 3], [1.0, 2.0, -0.5, 0.3])
    phase = np.array([0.1, 0.37, 0.9])
    numerical = oracles.jacobian(
        lambda p: np.ravel(wave.basis(phase + p[0], derivative - 1)), np.zeros(1), np.array([1e-3])
    )[:, 0]
    got = np.ravel(wave.basis(phase, derivative))
    # fourth order: (2 pi * 3 * 1e-3)^4 / 30 = 4e-9 of the largest derivative
    np.testing.assert_allclose(got, numerical, atol=1e-8 * np.abs(got).max())


def test_a_single_sinusoid() -> None:
    # A cos 2 pi (f t - phase): a = A cos 2 pi phase, b = A sin 2 pi phase
    for phase in (0.0, 0.2, 0.5, 0.93):
        a, b = 2 * np.cos(2 * np.pi * phase), 2 * np.sin(2 * np.pi * phase)
        wave = make([1], [a, b])
        assert wave.harmonic(0)[0] == pytest.approx(2.0, rel=1e-14)
        assert oracles.circular(wave.harmonic(0)[2] - phase) < 1e-15
        assert oracles.circular(wave.maximum()[0] - phase) < 1e-12
        assert wave.amplitude()[0] == pytest.approx(2.0, rel=1e-12)


def test_errors_of_a_waveform_are_those_of_its_covariance() -> None:
    rng = np.random.default_rng(1)
    coefficients = np.array([-1.0, -2.0, 0.7, -0.4])
    # the frequency is off by 1 % and goes with the coefficients
    correlated = np.eye(5)
    correlated[1:, 0] = [0.9, -1.1, -0.8, 0.8]
    root = np.diag([0.005, 0.02, 0.03, 0.02, 0.01]) @ correlated
    covariance = root @ root.T
    wave = make([1, 2], coefficients.tolist(), covariance)
    draws = np.concatenate([[0.5], coefficients]) + rng.normal(size=(1500, 5)) @ root.T
    amplitude, amplitude_error = wave.amplitude()
    phase, phase_error, with_frequency, time_error = wave.maximum()
    harmonic_error = wave.harmonic(1)[1]

    amplitudes, phases, times, harmonics = [], [], [], []
    for f, *c in draws.tolist():
        one = Waveform(f, wave.orders, np.array(c), covariance)
        amplitudes.append(one.amplitude()[0])
        turn = one.maximum()[0]
        turn = phase + (turn - phase + 0.5) % 1.0 - 0.5
        phases.append(turn)
        times.append(turn / f)
        harmonics.append(one.harmonic(1)[0])

    # A standard deviation from 1500 draws is good to 1 / sqrt(3000) = 1.8 %; second-order terms
    # of errors of 1 to 2 % add as much.
    tolerance = 4 * 0.018 + 0.02
    assert amplitude_error == pytest.approx(np.std(amplitudes), rel=tolerance)
    assert phase_error == pytest.approx(np.std(phases), rel=tolerance)
    assert time_error == pytest.approx(np.std(times), rel=tolerance)
    assert harmonic_error == pytest.approx(np.std(harmonics), rel=tolerance)
    assert abs(np.corrcoef(draws[:, 0], phases)[0, 1]) > 0.5
    expected = np.cov(draws[:, 0], phases)[0, 1]
    size = np.std(draws[:, 0]) * np.std(phases)
    assert abs(with_frequency - expected) < 4 * size / np.sqrt(1500) + 0.02 * size
    assert amplitude == pytest.approx(np.mean(amplitudes), rel=0.01)


def test_a_flat_waveform_has_no_phase() -> None:
    wave = make([1], [0.0, 0.0])
    assert wave.amplitude()[0] == 0.0
    assert wave.maximum()[1] == np.inf
    assert wave.harmonic(0)[0] == 0.0


def test_one_number_for_one_output() -> None:
    assert per_output([1.5], single=True) == 1.5
    assert per_output([1.5], single=False) == (1.5,)
    assert per_output([1.5, 2.5], single=False) == (1.5, 2.5)


@pytest.fixture(scope="module")
def model():
    problem = sinusoids(1, 200, 50.0, [(0.7, 2.0), (1.4, 1.0)], sampling="nightly")
    return find_cycles(problem.t, problem.y, minimum_period=0.3)


def test_results_are_frozen(model) -> None:
    cycle = model.cycles[0]
    objects = [
        model,
        cycle,
        cycle.harmonics[0],
        cycle.aliases[0],
        model.lines[0],
        model.search,
        model.spectrum,
        model.predictor,
    ]
    assert [type(o) for o in objects[1:5]] == [Cycle, Harmonic, Alias, Line]
    for one in objects:
        name = dataclasses.fields(one)[0].name
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(one, name, None)
    assert isinstance(model.cycles, tuple)
    assert isinstance(model.lines, tuple)
    assert isinstance(cycle.harmonics, tuple)
    assert isinstance(cycle.aliases, tuple)


def test_lines_and_cycles_tell_the_same(model) -> None:
    cycle = model.cycles[0]
    assert [h.order for h in cycle.harmonics] == [1, 2]
    assert cycle.period == pytest.approx(1 / cycle.frequency, rel=1e-15)
    assert cycle.period_error == pytest.approx(cycle.frequency_error / cycle.frequency**2)
    for line, harmonic in zip(model.lines, cycle.harmonics, strict=True):
        assert line.order == harmonic.order
        assert line.fundamental == cycle.frequency
        assert line.frequency == pytest.approx(harmonic.order * cycle.frequency, rel=1e-15)
        assert line.frequency_error == pytest.approx(harmonic.order * cycle.frequency_error)
        assert line.period == pytest.approx(1 / line.frequency, rel=1e-15)
        assert line.period_error == pytest.approx(line.frequency_error / line.frequency**2)
        assert line.amplitude == harmonic.amplitude
        assert line.amplitude_error == harmonic.amplitude_error
