"""The result holds what the fit says of instruments, spectra and exposure."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

import oracles
from epicycle import CycleModel, find_cycles
from epicycle.evidence import beyond
from epicycle.results.compose import build_model
from epicycle.samples.data import Data
from epicycle.spectra.plan import SearchPlan
from generators import sinusoids
from tests.finds import LINES, problem_of, seeds

# ---- What the options do -------------------------------------------------------------------


def test_the_exposure_is_corrected() -> None:
    # an exposure averages: done here by the midpoint rule with 400 points, good to
    # (2 pi f e / 400)^2 / 24 = 2e-6
    rng = np.random.default_rng(8)
    t = np.sort(rng.uniform(0, 100, 400))
    exposure = 1.0
    inside = t[:, None] + ((np.arange(400) + 0.5) / 400 - 0.5) * exposure

    def instantaneous(x: np.ndarray) -> np.ndarray:
        angle = 2 * np.pi * 0.4 * x
        return 2.0 * np.cos(angle) + 0.8 * np.cos(2 * angle - 1.0)

    y = instantaneous(inside).mean(axis=1) + 0.05 * rng.normal(size=400)
    blurred = find_cycles(t, y, minimum_period=1.1)
    sharp = find_cycles(t, y, minimum_period=1.1, exposure=exposure)
    first, second = sharp.cycles[0].harmonics
    assert first.amplitude == pytest.approx(2.0, abs=4 * first.amplitude_error)
    assert second.amplitude == pytest.approx(0.8, abs=4 * second.amplitude_error)
    # sinc(0.4) and sinc(0.8) of it were in the data
    for k, gain in enumerate((0.7568, 0.2339)):
        raw, corrected = blurred.cycles[0].harmonics[k], sharp.cycles[0].harmonics[k]
        assert raw.amplitude == pytest.approx(gain * corrected.amplitude, rel=1e-3)
        assert raw.amplitude_error == pytest.approx(gain * corrected.amplitude_error, rel=1e-3)
    assert sharp.cycles[0].period == pytest.approx(blurred.cycles[0].period, rel=1e-9)
    # predictions are of the moment, not of an exposure
    new = np.linspace(0, 100, 300)
    assert np.abs(sharp.predict(new) - instantaneous(new)).max() < 0.15
    np.testing.assert_allclose(sharp.residual, blurred.residual, atol=1e-9)


def test_offsets_and_jitter_of_instruments() -> None:
    problem = sinusoids(
        9,
        600,
        100.0,
        LINES,
        0.5,
        groups=3,
        offsets=[0.0, 40.0, -25.0],
        jitter=[0.0, 1.0, 3.0],
    )
    model = find_cycles(problem.t, problem.y, problem.dy, group=problem.group)
    assert len(model.cycles) == 2
    for (frequency, amplitude, _), cycle in zip(LINES, model.cycles, strict=True):
        assert abs(cycle.frequency - frequency) < 4 * cycle.frequency_error
        assert abs(cycle.amplitude - amplitude) < 4 * cycle.amplitude_error
    assert set(model.jitter) == {"A", "B", "C"}
    for label, injected in zip("ABC", (0.0, 1.0, 3.0), strict=True):
        # total variance of 200 values to sqrt(2 / 200), dy^2 = 0.25 of it known
        allowed = 4 * (injected**2 + 0.25) * np.sqrt(2 / 200)
        assert abs(model.jitter[label] ** 2 - injected**2) < allowed
    # The noisy group counts for less: better than one scatter for all.  Information per sample is
    # the mean of 1 / variance, (1 / 0.25 + 1 / 1.25 + 1 / 9.25) / 3 = 1.64, against 1 / 3.58.
    flat = find_cycles(problem.t, problem.y - problem.truth.background, max_cycles=2, harmonics=1)
    ratio = flat.cycles[0].frequency_error / model.cycles[0].frequency_error
    assert ratio == pytest.approx(np.sqrt(1.64 * 3.58), rel=0.35)
    # without groups, the offsets swamp everything
    assert find_cycles(problem.t, problem.y, problem.dy).cycles == ()


@settings(max_examples=8)
@given(seeds)
def test_the_spectrum_is_a_share_of_the_variance(seed: int) -> None:
    t, y = problem_of(seed)
    model = find_cycles(t, y, trend=0, minimum_period=0.5)
    ones = np.ones(len(t))
    index = int(model.spectrum.power.argmax())
    frequency = model.spectrum.frequency[index]
    share = oracles.least_squares_reduction(t, y, ones, ones[:, None], np.array([frequency]))
    share /= oracles.chi_square(ones[:, None], y, ones)
    assert model.spectrum.power[index] == pytest.approx(share[0], rel=1e-5)
    assert 0 <= model.spectrum.residual_power.max() < model.spectrum.power.max()
    assert 0 < model.spectrum.threshold < model.spectrum.power.max()
    assert model.spectrum.residual_power.max() < 1.5 * model.spectrum.threshold


def test_what_is_above_the_level_is_fitted_but_not_claimed() -> None:
    rng = np.random.default_rng(4)
    t = np.arange(400.0)
    y = np.sin(2 * np.pi * t / 11) + np.sin(2 * np.pi * t / 37) + 0.5 * rng.normal(size=400)
    model = find_cycles(t, y)
    assert all(line.claimed for line in model.lines)
    origin = model.origin
    chances = np.where(origin.found.fit.structure.frequency > 0.05, 0.02, 1e-9)
    found = replace(origin.found, false_alarm=chances)
    doubtful = CycleModel.of(build_model(replace(origin, found=found), 0.0))
    assert [round(c.period) for c in doubtful.cycles] == [37]
    assert [(round(o.period), o.claimed) for o in doubtful.lines] == [(37, True), (11, False)]
    assert any("near the period 11" in n and "not claimed" in n for n in doubtful.undecided)
    # predictions are those of the whole fit
    np.testing.assert_allclose(doubtful.predict(t), model.predict(t))
    back = CycleModel.from_dict(doubtful.to_dict())
    assert [o.claimed for o in back.lines] == [True, False]


def test_nothing_beyond_the_band_is_searched_twice_and_no_result_holds_engines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = []

    def counted(data: Data, plan: SearchPlan) -> tuple[float, float]:
        calls.append(plan)
        return np.inf, -np.inf

    monkeypatch.setattr(beyond, "_likelier_beyond", counted)
    rng = np.random.default_rng(5)
    t = np.sort(rng.uniform(0, 1000, 100))
    model = find_cycles(t, rng.normal(size=100) + 1.5 * np.sin(2 * np.pi * t / 7.3))
    assert len(model.cycles) == 1
    assert model.search.cut
    assert len(calls) == 1
    assert model.origin is not None
    assert not model.origin.found.data.memo
