"""Starts: scans and ridges find the phase of simulated rhythms, and do not depend on binning."""

import numpy as np
import pytest

from changing.simulated import TWO_PI, simulated
from epicycle.changing import scan


def problem(kind: str, seed: int = 2) -> tuple[np.ndarray, np.ndarray, object]:
    s = simulated(kind, seed)
    return s.t - s.t.mean(), s.y, s


@pytest.mark.parametrize("kind", ["constant", "drift"])
def test_a_chirp_is_the_least_squares_one(kind):
    t, y, s = problem(kind)
    constant, drift = scan.chirps(t, y, np.ones(len(t)), 1 / 34, 1 / 17)
    found = constant if kind == "constant" else drift
    middle = np.abs(found.t) < 0.45 * np.ptp(t)
    away = s.away(found.phase, found.t + s.t.mean())[middle]
    # a grid of six points per 1/T leaves a twelfth of a turn at the ends
    assert np.abs(away).max() < 0.15
    assert found.amplitude == pytest.approx(1.0, abs=0.15)


def test_sums_of_a_chirp_are_those_of_the_formula():
    t, y, _ = problem("drift")
    w = np.random.default_rng(1).uniform(0.5, 1.5, len(t))
    _, drift = scan.chirps(t, y, w, 1 / 34, 1 / 17)
    turn = np.interp(t, drift.t, drift.phase)
    value = (w * y) @ np.exp(-1j * TWO_PI * turn)
    # the phase is that of the sum, so what is left has no imaginary part but by interpolation
    assert 2 * abs(value) / w.sum() == pytest.approx(drift.amplitude, rel=1e-2)
    assert abs(np.angle(value)) < 0.05


@pytest.mark.parametrize("cycles", scan.WINDOWS)
def test_a_ridge_follows_a_modulated_rhythm(cycles):
    t, y, s = problem("modulated")
    found = scan.ridge(t, y, np.ones(len(t)), (1 / 34, 1 / 17), cycles)
    away = s.away(found.phase, found.t + s.t.mean())
    away -= np.round(away.mean())
    # within a quarter of a turn Gauss-Newton finds its way; a window of four cycles is half of the
    # modulation, and sees its mean
    assert np.sqrt(np.mean(away**2)) < (0.12 if cycles < 4 else 0.25)
    assert found.amplitude == pytest.approx(1.0, abs=0.4)


def test_a_record_too_short_for_a_window_has_no_ridge():
    t, y, _ = problem("constant")
    part = t < t[0] + 60
    assert scan.ridge(t[part], y[part], np.ones(part.sum()), (1 / 34, 1 / 17), 4.0) is None


def test_gains_of_windows_are_those_of_weighted_least_squares():
    t, y, _ = problem("constant")
    w = np.random.default_rng(4).uniform(0.5, 1.5, len(t))
    frequency, centres, width = np.array([0.03, 0.042, 0.05]), np.linspace(-80, 80, 5), 40.0
    gain, rest, total, _ = scan._windows(t, y, w, frequency, (centres, width))
    for k, centre in enumerate(centres):
        window = w * np.exp(-0.5 * ((t - centre) / width) ** 2)
        root = np.sqrt(window)

        def squares(columns, root=root):
            fitted = columns @ np.linalg.lstsq(columns * root[:, None], y * root, rcond=None)[0]
            return float((root**2) @ (y - fitted) ** 2)

        one = np.ones((len(t), 1))
        # windows end at four standard deviations, where they are 3e-4
        assert rest[k] == pytest.approx(squares(one), rel=1e-3)
        assert total[k] == pytest.approx(window.sum(), rel=1e-3)
        for j, f in enumerate(frequency):
            turn = TWO_PI * f * t
            three = np.column_stack([one, np.cos(turn), np.sin(turn)])
            assert gain[k, j] == pytest.approx(squares(one) - squares(three), rel=5e-3, abs=0.02)


def test_bins_keep_means_and_leave_sparse_records_alone():
    t = np.linspace(0, 10, 1000)
    y = np.sin(t)
    w = np.linspace(1, 2, 1000)
    few, mean, weight = scan.binned(t, y, w, 0.5)
    assert len(few) == 21
    assert weight.sum() == pytest.approx(w.sum())
    assert weight @ mean == pytest.approx(w @ y)
    same = scan.binned(t[::100], y[::100], w[::100], 0.5)
    assert same[0] is not few
    assert len(same[0]) == 10


def test_two_rhythms_are_found_one_after_the_other():
    t, _, _ = problem("constant")
    y = np.cos(TWO_PI * t / 20) + 0.6 * np.cos(TWO_PI * t / 28)
    drift, constant = scan.several(t, y, np.ones(len(t)), (1 / 34, 1 / 17), 2)
    for path in (drift, constant):
        assert sorted(1 / one.frequency for one in path) == pytest.approx([20, 28], rel=0.03)
