"""One waveform for all groups, with an amplitude of its own in each."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from epicycle import CycleModel, GearTrain, find_cycles, lock_gears
from oracles import cramer_rao, jacobian

LABELS = np.array(list("abcd"))
GAINS = np.array([0.5, 1.0, 0.25, -0.65])
OFFSETS = np.array([3.0, -1.0, 10.0, 0.0])
N = 240
T = np.sort(np.random.default_rng(0).uniform(0, 400, N))
CODE = np.random.default_rng(1).integers(0, 4, N)
GROUP = LABELS[CODE]
NOISE = np.random.default_rng(2).normal(size=N)
PERIOD = 17.3
NAN = float("nan")


def shape(t: np.ndarray) -> np.ndarray:
    turn = t / PERIOD
    return 2 * np.cos(2 * np.pi * turn) + 0.8 * np.cos(2 * np.pi * (2 * turn - 0.2))


def sensors(noise: float) -> np.ndarray:
    """Values of four sensors: one is weak, one is wired the other way round."""
    return OFFSETS[CODE] + GAINS[CODE] * shape(T) + noise * NOISE


def find(y: np.ndarray, how: str = "amplitude", **options: object) -> CycleModel:
    return find_cycles(T, y, group=GROUP, per_group=how, minimum_period=2.0, **options)


def test_without_noise_gains_are_exact() -> None:
    model = find(sensors(0.0))
    assert list(model.gains) == list(LABELS)
    # a gain has settled at 1e-12 of itself; the trend takes rounding errors of the offset 10
    assert [gain for gain, _ in model.gains.values()] == pytest.approx(GAINS, abs=1e-9)
    assert model.gains["b"] == (1.0, 0.0)
    t = np.linspace(-100, 600, 50)
    for code, label in enumerate(LABELS):
        expected = OFFSETS[code] + GAINS[code] * shape(t)
        assert model.predict(t, group=label) == pytest.approx(expected, abs=1e-6)


class Twin:
    """The joint least-squares fit by a general optimiser, with every parameter's derivative.

    Parameters: frequency, four coefficients of the waveform, slope, offsets, gains of a, c, d.
    """

    def __init__(self, y: np.ndarray, sigma: float) -> None:
        turn = T.mean() / PERIOD
        first, second = np.exp(2j * np.pi * turn), np.exp(2j * np.pi * (2 * turn - 0.2))
        wave = [2 * first.real, -2 * first.imag, 0.8 * second.real, -0.8 * second.imag]
        start = [1 / PERIOD, *wave, 0.0, *OFFSETS, *np.delete(GAINS, 1)]
        fit = optimize.least_squares(
            lambda p: (self.model(p, T, CODE) - y) / sigma, start, x_scale="jac", xtol=1e-14
        )
        self.parameters = fit.x
        self.steps = 1e-3 / np.sqrt((fit.jac**2).sum(axis=0))
        self.covariance = cramer_rao(
            lambda p: self.model(p, T, CODE), self.parameters, self.steps, sigma
        )

    @staticmethod
    def model(p: np.ndarray, t: np.ndarray, code: np.ndarray) -> np.ndarray:
        elapsed = t - T.mean()
        angle = 2 * np.pi * p[0] * elapsed
        wave = p[1] * np.cos(angle) + p[2] * np.sin(angle)
        wave = wave + p[3] * np.cos(2 * angle) + p[4] * np.sin(2 * angle)
        return p[6:10][code] + np.insert(p[10:], 1, 1.0)[code] * (wave + p[5] * elapsed)

    def error(self, t: np.ndarray, code: np.ndarray) -> np.ndarray:
        """Return the standard error of the model."""
        slopes = jacobian(lambda p: self.model(p, t, code), self.parameters, self.steps)
        return np.sqrt(((slopes @ self.covariance) * slopes).sum(axis=1))


#: Errors of 0.6 where the noise is 0.5: no jitter, so that all weights are known.
SIGMA = 0.6


@pytest.fixture(scope="module")
def fitted() -> tuple[CycleModel, Twin]:
    model = find(sensors(0.5), dy=np.full(N, SIGMA))
    assert set(model.jitter.values()) == {0.0}
    return model, Twin(sensors(0.5), SIGMA)


def test_fit_and_errors_are_those_of_the_joint_fit(fitted: tuple[CycleModel, Twin]) -> None:
    model, twin = fitted
    cycle = model.cycles[0]
    error = np.sqrt(np.diag(twin.covariance))
    assert [h.order for h in cycle.harmonics] == [1, 2]
    # gains settle to a hundredth of an error, and the rest follows them
    gains = np.array([model.gains[label] for label in "acd"])
    assert np.abs((gains[:, 0] - twin.parameters[10:]) / error[10:]).max() < 0.02
    assert cycle.frequency == pytest.approx(twin.parameters[0], abs=0.02 * error[0])
    # errors grow where the noise next to a line is stronger than elsewhere: here it is white,
    # and its level, from 32 residual powers, is taken for 1 or for little more
    assert 0.99 < cycle.frequency_error / error[0] < 1.15
    assert np.all((gains[:, 1] > 0.99 * error[10:]) & (gains[:, 1] < 1.15 * error[10:]))
    amplitude = float(np.hypot(*twin.parameters[1:3]))
    along = twin.parameters[1:3] / amplitude
    expected = np.sqrt(along @ twin.covariance[1:3, 1:3] @ along)
    assert cycle.harmonics[0].amplitude == pytest.approx(amplitude, abs=0.02 * expected)
    assert 0.99 < cycle.harmonics[0].amplitude_error / expected < 1.15


@pytest.mark.parametrize("code", range(4))
def test_errors_of_predictions_are_those_of_the_joint_fit(
    fitted: tuple[CycleModel, Twin], code: int
) -> None:
    model, twin = fitted
    t = np.linspace(-100, 600, 80)
    mean, std = model.predict(t, group=LABELS[code], return_std=True)
    codes = np.full(len(t), code)
    errors = model.predictor.errors
    assert errors is not None
    scatter = np.abs(model.predictor.gains[code] * errors.scatter[code, 0])
    expected = twin.error(t, codes)
    off = np.abs((mean - twin.model(twin.parameters, t, codes)) / expected)
    inside = (t >= T.min()) & (t <= T.max())
    assert off[inside].max() < 0.05
    # by the noise levels, see above
    ratio = np.sqrt(std[inside] ** 2 - scatter**2) / expected[inside]
    assert ratio.min() > 0.95
    assert ratio.max() < 1.15
    # beyond the data the level has a fit of its own, with one noise for all groups in units of
    # their weights: of 60 values each, a scatter is known to 9 %
    assert off.max() < 0.5
    assert np.abs(std / np.hypot(scatter, expected) - 1)[~inside].max() < 2 * 0.09


def test_scatter_and_jitter_are_told_in_units_of_each_group() -> None:
    y = OFFSETS[CODE] + GAINS[CODE] * shape(T) + np.array([0.2, 0.4, 0.8, 0.1])[CODE] * NOISE
    model = find(y)
    # 60 values a group: a standard deviation is known to 9 %
    assert list(model.jitter.values()) == pytest.approx([0.2, 0.4, 0.8, 0.1], rel=0.4)
    assert model.residual == pytest.approx(y - model.predict(T, group=GROUP), abs=1e-9)
    spread = model.predict([0.0], group="c", return_std=True)[1]
    assert spread[0] == pytest.approx(model.jitter["c"], rel=0.2)


@settings(max_examples=5, deadline=None)
@given(factor=st.floats(0.02, 50.0), sign=st.sampled_from([1.0, -1.0]), shift=st.floats(-100, 100))
def test_units_of_a_group_are_in_its_gain(factor: float, sign: float, shift: float) -> None:
    y = sensors(0.3)
    plain = find(y, dy=np.full(N, 0.3))
    there = GROUP == "d"
    scaled = np.where(there, sign * factor * y + shift, y)
    other = find(scaled, dy=np.where(there, factor * 0.3, 0.3))
    gain, error = plain.gains["d"]
    # by where the settling of gains ends, a hundredth of an error
    assert other.gains["d"][0] == pytest.approx(sign * factor * gain, abs=0.03 * factor * error)
    assert other.gains["d"][1] == pytest.approx(factor * error, rel=0.01)
    assert other.cycles[0].period == pytest.approx(
        plain.cycles[0].period, abs=0.02 * plain.cycles[0].period_error
    )


def test_a_common_shape_shows_what_separate_ones_cannot() -> None:
    """A second cycle too weak for amplitudes and phases of its own in each of eight groups."""
    rng = np.random.default_rng(5)
    n = 400
    t, code = rng.uniform(0, 400, n), rng.integers(0, 8, n)
    gain = np.linspace(0.4, 1.6, 8)
    wave = 2 * np.cos(2 * np.pi * t / PERIOD) + 0.17 * np.cos(2 * np.pi * t / 7.1)
    y = gain[code] * wave + 0.5 * rng.normal(size=n)
    common, separate = (
        find_cycles(t, y, group=code, per_group=how, minimum_period=2.0)
        for how in ("amplitude", "waveform")
    )
    assert [round(c.period, 1) for c in common.cycles] == [17.3, 7.1]
    assert [round(c.period, 1) for c in separate.cycles] == [17.3]


def test_the_first_cycle_is_claimed_as_with_waveforms_of_their_own() -> None:
    """The freedom of the gains that it has measured is part of its false-alarm probability."""
    claimed = 0
    for seed in range(12):
        rng = np.random.default_rng(seed)
        t, code = rng.uniform(0, 100, 90), rng.integers(0, 3, 90)
        y = 0.9 * np.cos(2 * np.pi * t / 7.1) + rng.normal(size=90)
        options = {"group": code, "minimum_period": 2.0, "harmonics": 1, "max_cycles": 1}
        common = find_cycles(t, y, per_group="amplitude", **options)
        separate = find_cycles(t, y, per_group="waveform", **options)
        assert bool(common.cycles) <= bool(separate.cycles)
        if common.cycles:
            claimed += 1
            assert (
                common.cycles[0].false_alarm_probability
                >= separate.cycles[0].false_alarm_probability
            )
    assert claimed > 0


def test_nothing_to_measure_gains_by_is_said() -> None:
    model = find(NOISE)
    assert model.cycles == ()
    assert model.gains == {}
    assert model.output_names is None
    assert any("cannot be compared" in note for note in model.undecided)
    assert "gains" not in model.table()


def test_the_mean_of_all_groups_is_predicted_where_none_is_named(
    fitted: tuple[CycleModel, Twin],
) -> None:
    model, _ = fitted
    t = np.linspace(0, 500, 40)
    each = np.array([model.predict(t, group=label) for label in LABELS])
    shares = np.bincount(CODE) / N
    assert model.predict(t) == pytest.approx(shares @ each, abs=1e-12)


def test_table_and_documents_know_the_gains(fitted: tuple[CycleModel, Twin]) -> None:
    model, _ = fitted
    (line,) = (text for text in model.table().splitlines() if text.startswith("gains:"))
    assert "b 1," in line
    assert line.endswith("amplitudes are those of gain 1")
    read = CycleModel.from_dict(json.loads(json.dumps(model.to_dict())))
    assert read.gains == model.gains
    t = np.linspace(-50, 500, 30)
    for group in (None, "d"):
        for got, expected in zip(
            read.predict(t, group=group, return_std=True),
            model.predict(t, group=group, return_std=True),
            strict=True,
        ):
            # factors of errors are written with six digits
            assert got == pytest.approx(expected, rel=1e-4, abs=1e-9)


def test_locking_keeps_the_gains() -> None:
    hands = np.cos(2 * np.pi * T / 60) + np.cos(2 * np.pi * 24 * T / 60 + 1.0)
    y = GAINS[CODE] * hands + 0.1 * NOISE
    model = find(y, harmonics=1)
    fast, slow = sorted(range(2), key=lambda k: model.cycles[k].period)
    train = GearTrain((slow, fast), (1, 24), model.cycles[fast].frequency / 24, NAN, NAN, NAN)
    locked = lock_gears(model, [train])
    assert locked.gains.keys() == model.gains.keys()
    for label, (gain, error) in model.gains.items():
        assert locked.gains[label][0] == pytest.approx(gain, abs=error)
    assert locked.residual_std == pytest.approx(model.residual_std, rel=0.02)


@pytest.mark.parametrize(
    "options",
    [{"loss": "huber"}, {"varying_amplitude": True}, {"trend": "piecewise"}, {"red_noise": True}],
)
def test_other_options_work_along(options: dict[str, object]) -> None:
    model = find(sensors(0.3), **options)
    assert model.cycles[0].period == pytest.approx(PERIOD, abs=4 * model.cycles[0].period_error)
    for (gain, error), true in zip(model.gains.values(), GAINS, strict=True):
        assert gain == pytest.approx(true, abs=4 * error + 1e-12)
    assert model.residual == pytest.approx(sensors(0.3) - model.predict(T, group=GROUP), abs=1e-6)
