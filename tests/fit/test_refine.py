"""The joint fit against derivatives and minimisers that know nothing of it."""

from fractions import Fraction

import numpy as np
import pytest
from scipy import optimize

import oracles
from epicycle.fit.lines import Fundamental, Structure
from epicycle.fit.refine import fit_lines, joint_gain
from generators import regression, sinusoids
from tests.fit.models import LINES, parameters_of, plain_model, structure_of

# ---- Minimum -------------------------------------------------------------------------------


def minimum_by_scipy(model, start: np.ndarray, y: np.ndarray, w: np.ndarray) -> np.ndarray:
    result = optimize.least_squares(
        lambda p: np.sqrt(w) * (y - model(p)),
        start,
        method="lm",
        x_scale="jac",
        xtol=1e-15,
        ftol=1e-15,
        gtol=1e-15,
        max_nfev=20_000,
    )
    return result.x


@pytest.mark.parametrize(
    ("options", "degree"),
    [
        ({}, 0),
        ({"trend": [5.0, -8.0]}, 2),
        ({"errors": True}, 1),
        ({"groups": 3, "offsets": [0.0, 5.0, -4.0]}, 0),
        ({"sampling": "nightly"}, 0),
    ],
    ids=["mean", "trend", "errors", "groups", "nightly"],
)
def test_the_fit_is_the_least_squares_fit(options: dict, degree: int) -> None:
    problem = sinusoids(3, 150, 100.0, LINES, **options)
    data = problem.data(degree)
    start = structure_of(0.3137 + 0.002, 0.4142 - 0.002, 1.7321 + 0.001)
    fit = fit_lines(data, start, absolute=True)
    nuisance = oracles.polynomial(data.times.to_float(), degree, problem.group)
    model = plain_model(data, fit.structure, nuisance)
    w = data.weights[:, 0]

    # from the truth, as good a start as there is
    truth = np.array([f for f, _ in LINES])
    columns = [nuisance, *(oracles.sinusoid_columns(data.times.to_float(), f) for f in truth)]
    root = np.sqrt(w)[:, None]
    c = np.linalg.lstsq(np.hstack(columns) * root, problem.y * root[:, 0], rcond=None)[0]
    best = minimum_by_scipy(model, np.concatenate([truth, c]), problem.y, w)
    lowest = float(w @ (problem.y - model(best)) ** 2)

    # Both are the minimum to rounding: chi-square is flat to 1e-15 within 3e-8 of an error, and
    # scipy ends when it cannot lower it further by 1e-15 of itself, about 1e-6 errors away.
    assert fit.chi2[0] <= lowest * (1 + 1e-12)
    errors = [oracles.cramer_rao_of_frequency(problem.t, a, 1.0) for _, a in LINES]
    assert (np.abs(fit.structure.frequency - best[:3]) < 1e-4 * np.array(errors)).all()
    np.testing.assert_allclose(
        fit.residual[:, 0], problem.y - model(best), atol=1e-4 * np.sqrt(lowest / len(w))
    )


def test_lines_closer_than_they_could_be_fitted_one_by_one() -> None:
    # 1.3 / T apart: each leaks into the other, only the joint fit is unbiased
    lines = [(0.40, 2.0, 0.1), (0.413, 2.0, 0.4)]
    problem = sinusoids(4, 300, 100.0, lines, noise=0.0)
    fit = fit_lines(problem.data(), structure_of(0.4015, 0.4115), absolute=False)
    np.testing.assert_allclose(fit.structure.frequency, [0.40, 0.413], atol=1e-9 / 100.0)
    alone = fit_lines(problem.data(), structure_of(0.4015), absolute=False)
    assert abs(alone.structure.frequency[0] - 0.40) > 1e-2 / 100.0


@pytest.mark.parametrize("offset", [-0.45, -0.2, 0.3, 0.45])
def test_convergence_from_half_a_line_width(offset: float) -> None:
    problem = sinusoids(5, 100, 50.0, [(2.345678, 1.0, 0.3)], noise=0.0)
    fit = fit_lines(problem.data(), structure_of(2.345678 + offset / 50.0), absolute=False)
    assert abs(fit.structure.frequency[0] - 2.345678) * 50.0 <= 1e-9


@pytest.mark.parametrize("degree", [0, 1])
def test_ten_million_cycles(degree: int) -> None:
    # the bar: noise-free error times baseline <= 1e-9 at 1e7 cycles
    frequency = 0.9873210123456789
    problem = sinusoids(6, 300, 1e7, [(frequency, 1.0, 0.2)], noise=0.0)
    fit = fit_lines(problem.data(degree), structure_of(frequency + 0.3e-7), absolute=False)
    assert abs(fit.structure.frequency[0] - frequency) * 1e7 <= 1e-9
    assert np.abs(fit.residual).max() < 1e-8


def test_ten_million_cycles_of_datetimes() -> None:
    rng = np.random.default_rng(7)
    ticks = 1_700_000_000 * 10**9 + rng.integers(0, 10**7, 300) * 10**9 + 123_456_789
    frequency = 86400 * 0.9873210123456789  # cycles per day
    phase = oracles.mp_turns(frequency, [Fraction(int(k), 86400 * 10**9) for k in ticks])
    data = regression(ticks.astype("M8[ns]"), np.cos(2 * np.pi * phase))
    fit = fit_lines(data, structure_of(frequency + 0.3 / data.baseline), absolute=False)
    assert abs(fit.structure.frequency[0] - frequency) * data.baseline <= 1e-9


def test_a_large_offset_leaves_no_trace() -> None:
    # Normal equations alone lose 1e-13 of an offset of 1e8, 1e-5; one step of refinement brings
    # that down to the rounding of the data themselves, 1e8 * 2**-53 = 1e-8, and of the fit's sum.
    problem = sinusoids(19, 100, 50.0, [(0.7, 1.0, 0.3)], noise=0.0)
    data = regression(problem.t, problem.y + 1e8, degree=1)
    fit = fit_lines(data, structure_of(0.7), absolute=False)
    assert np.abs(fit.residual).max() < 1e-7


def test_chi_square_never_grows() -> None:
    problem = sinusoids(8, 60, 50.0, [(0.7, 0.3)])
    for start in np.linspace(0.5, 0.9, 9):
        data = problem.data()
        before = fit_lines(data, structure_of(start), absolute=True, max_steps=0)
        after = fit_lines(data, structure_of(start), absolute=True)
        assert after.chi2[0] <= before.chi2[0]


# ---- Structure that is kept ----------------------------------------------------------------


def test_harmonics_stay_locked_and_all_inform_the_frequency() -> None:
    t = sinusoids(9, 200, 100.0).t
    rng = np.random.default_rng(10)
    turns = oracles.exact_turns(0.3137, t)
    y = sum(np.cos(2 * np.pi * o * (turns - 0.1)) for o in (1, 2, 5)) + rng.normal(size=200)
    data = regression(t, y)
    start = Structure.of([Fundamental(0.3137 + 0.05 / 100.0, (1, 2, 5))])
    fit = fit_lines(data, start, absolute=True)
    np.testing.assert_array_equal(
        fit.structure.line_frequency, np.array([1, 2, 5]) * fit.structure.frequency[0]
    )
    model = plain_model(data, fit.structure, np.ones((200, 1)))
    best = minimum_by_scipy(model, parameters_of(fit), y, np.ones(200))
    error = oracles.cramer_rao_of_frequency(t, np.sqrt(30.0), 1.0)  # A^2 -> sum (o A)^2
    assert abs(fit.structure.frequency[0] - best[0]) < 1e-4 * error
    assert abs(fit.structure.frequency[0] - 0.3137) < 5 * error


def test_fixed_frequencies_do_not_move_by_a_bit() -> None:
    problem = sinusoids(11, 150, 100.0, LINES)
    start = Structure.of(
        [
            Fundamental(0.3137, (1,), fixed=True),
            Fundamental(0.4142 + 0.002, (1,)),
            Fundamental(1.7321 + 0.003, (1,), fixed=True),
        ]
    )
    fit = fit_lines(problem.data(), start, absolute=True)
    assert fit.structure.frequency[0] == 0.3137
    assert fit.structure.frequency[2] == 1.7321 + 0.003
    assert abs(fit.structure.frequency[1] - 0.4142) < 0.002
    np.testing.assert_array_equal(fit.structure.fixed, [True, False, True])


def test_only_those_named_free_move() -> None:
    problem = sinusoids(12, 150, 100.0, LINES)
    start = structure_of(0.3140, 0.4144, 1.7319)
    fit = fit_lines(problem.data(), start, absolute=True, free=np.array([False, True, False]))
    assert fit.structure.frequency[0] == 0.3140
    assert fit.structure.frequency[1] != 0.4144
    assert fit.structure.frequency[2] == 1.7319


def test_lines_elsewhere_gain_what_they_explain_together() -> None:
    problem = sinusoids(3, 60, 100.0, [(0.31, 2.0), (0.62, 1.0), (0.457, 1.0)])
    data = problem.data()
    start = Structure.of([Fundamental(0.31, (1, 2)), Fundamental(0.457, (1,))])
    fit = fit_lines(data, start, absolute=False)
    there = Structure.of([Fundamental(0.41, (1, 2)), fit.structure.fundamentals()[1]])
    free = np.array([True, False])
    other = fit_lines(data, there, absolute=True, free=free)
    gain = float((fit.chi2 - other.chi2)[0] / fit.scale[0])
    # near a maximum a few steps do
    near = there.fundamentals()[0]._replace(frequency=float(other.structure.frequency[0]) + 3e-4)
    moved = Structure.of([near, there.fundamentals()[1]])
    assert joint_gain(data, fit, moved, 0) == pytest.approx(gain, abs=0.1)
    assert joint_gain(data, fit, fit.structure, 0) == pytest.approx(0.0, abs=1e-6)


def test_a_drift_is_found_where_it_is_free() -> None:
    t = sinusoids(13, 300, 100.0).t - 50.0
    turns = 0.4 * t + 0.5 * 3e-4 * t**2 + 0.2
    rng = np.random.default_rng(14)
    y = 2 * np.cos(2 * np.pi * turns) + 0.1 * rng.normal(size=300)
    data = regression(t, y)
    start = structure_of(0.4, drifting=True)
    fit = fit_lines(data, start, absolute=False)
    # the frequency is that at the reference time, which is not quite 0
    at_reference = 0.4 + 3e-4 * data.reference
    # s(drift) = s(f at the end) / T, up to a factor of about 8; 5 errors of 1e-5 each
    assert abs(fit.structure.frequency[0] - at_reference) < 5 * 2e-5
    assert abs(fit.structure.drift[0] - 3e-4) < 5 * 1e-6
    steady = fit_lines(data, structure_of(0.4), absolute=False)
    assert steady.structure.drift[0] == 0.0
    assert steady.chi2[0] > 10 * fit.chi2[0]


# ---- Outputs and missing values ------------------------------------------------------------


def test_missing_values_are_as_good_as_absent() -> None:
    problem = sinusoids(15, 150, 100.0, LINES, errors=True)
    y = problem.y.copy()
    gone = np.arange(20, 60)
    y[gone] = np.nan
    # a second output that is complete keeps the rows of the first; it carries no signal
    other = np.full(150, 1.0)
    both = regression(problem.t, np.column_stack([y, other]), problem.dy)
    kept = np.delete(np.arange(150), gone)
    alone = regression(problem.t[kept], y[kept], problem.dy[kept])
    start = structure_of(0.3140, 0.4144, 1.7319)
    one = fit_lines(both, start, absolute=True)
    two = fit_lines(alone, start, absolute=True)
    np.testing.assert_allclose(one.structure.frequency, two.structure.frequency, rtol=1e-9)
    np.testing.assert_allclose(one.residual[kept, 0], two.residual[:, 0], atol=1e-6)
    np.testing.assert_array_equal(one.residual[gone, 0], 0.0)
    assert one.chi2[0] == pytest.approx(two.chi2[0], rel=1e-9)


def test_outputs_share_the_frequency_by_their_information() -> None:
    rng = np.random.default_rng(16)
    t = sinusoids(16, 120, 100.0).t
    turns = oracles.exact_turns(0.3137, t)
    clean = np.column_stack([np.cos(2 * np.pi * turns), 3 * np.sin(2 * np.pi * turns)])
    sigma = np.column_stack([np.full(120, 0.5), rng.uniform(1, 2, 120)])
    y = clean + sigma * rng.normal(size=(120, 2))
    y[10:30, 1] = np.nan
    data = regression(t, y, sigma)
    fit = fit_lines(data, structure_of(0.3150), absolute=True)
    x = data.times.to_float()

    def weighted_residuals(p: np.ndarray) -> np.ndarray:
        parts = []
        for j in range(2):
            mean, a, b = p[1 + 3 * j : 4 + 3 * j]
            angle = 2 * np.pi * p[0] * x
            r = (y[:, j] - mean - a * np.cos(angle) - b * np.sin(angle)) / sigma[:, j]
            parts.append(r[np.isfinite(r)])
        return np.concatenate(parts)

    start = np.concatenate([fit.structure.frequency, fit.coefficients.T.ravel()])
    start[0] = 0.3137
    best = optimize.least_squares(weighted_residuals, start, x_scale="jac", xtol=1e-15, ftol=1e-15)
    error = oracles.cramer_rao_of_frequency(t, np.sqrt(1 / 0.25 + 9 / 2.25), 1.0)
    assert abs(fit.structure.frequency[0] - best.x[0]) < 1e-4 * error
    assert fit.chi2.sum() == pytest.approx(2 * best.cost, rel=1e-10)


def test_a_group_that_one_output_lacks() -> None:
    problem = sinusoids(17, 120, 100.0, [(0.3137, 2.0)], groups=2, offsets=[0.0, 30.0])
    y = np.column_stack([problem.y, problem.y])
    y[problem.group == "B", 1] = np.nan
    data = regression(problem.t, y, group=problem.group)
    fit = fit_lines(data, structure_of(0.3140), absolute=False)
    # an offset without any data is 0, not garbage
    assert fit.coefficients[1, 1] == 0.0
    assert fit.coefficients[1, 0] == pytest.approx(30.0, abs=5 * np.sqrt(1 / 60))
    np.testing.assert_allclose(fit.scale, 1.0, atol=5 * np.sqrt(2 / 50))


def test_the_scale_is_chi_square_per_degree_of_freedom() -> None:
    problem = sinusoids(18, 100, 50.0, [(0.7, 2.0)])
    fit = fit_lines(problem.data(1), structure_of(0.7), absolute=False)
    # two nuisance columns, two coefficients, one frequency
    assert fit.n_parameters == 5
    assert fit.scale[0] == pytest.approx(fit.chi2[0] / (100 - 5), rel=1e-12)
    assert fit.chi2[0] == pytest.approx(float((fit.residual**2).sum()), rel=1e-12)
    known = fit_lines(problem.data(1), structure_of(0.7), absolute=True)
    assert known.scale[0] == 1.0


@pytest.mark.parametrize("case", ["plain", "drift", "outputs", "harmonics", "gap"])
def test_few_samples_are_fitted_as_many_are(monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    rng = np.random.default_rng(len(case))
    t = rng.uniform(0, 100.0, 60)
    y = np.sin(2 * np.pi * 0.31 * t) + 0.5 * np.cos(2 * np.pi * 0.62 * t) + rng.normal(size=60)
    if case == "outputs":
        y = np.stack([y, rng.normal(size=60)], axis=1)
    if case == "gap":
        y = np.stack([y, np.where(np.arange(60) < 20, np.nan, y)], axis=1)
    data = regression(t, y, degree=1)
    structure = Structure.empty().plus(0.3103, (1, 2) if case == "harmonics" else (1,)).plus(0.17)
    if case == "drift":
        structure = structure.with_drift(np.array([True, False]))
    few = fit_lines(data, structure, absolute=False)
    monkeypatch.setattr("epicycle.fit.linearised.FEW_SAMPLES", 0)
    data.memo.clear()
    many = fit_lines(data, structure, absolute=False)
    # chi-square is flat at its minimum: what rounding (1e-15 of it) hides is a step whose square,
    # times its curvature of about 10 or more per square of a line width, is smaller than that
    width, close = 1.0 / data.baseline, 1e-6
    assert np.abs(few.structure.frequency - many.structure.frequency).max() < close * width
    assert np.abs(few.structure.drift - many.structure.drift).max() < 8 * close * width**2
    # phases turn by up to pi times that, or by the square of half the baseline of a drift
    assert np.allclose(few.coefficients, many.coefficients, rtol=0, atol=8 * close)
    assert np.allclose(few.residual, many.residual, rtol=0, atol=8 * close)
    total = (few.chi2 / few.scale).sum(), (many.chi2 / few.scale).sum()
    assert np.isclose(*total, rtol=1e-12)
    assert np.allclose(few.scale, many.scale, rtol=8 * close)
