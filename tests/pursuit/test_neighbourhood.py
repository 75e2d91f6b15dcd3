"""A neighbourhood is a space of few dimensions in which lines are placed."""

import numpy as np

from epicycle.fit.lines import Structure
from epicycle.fit.refine import fit_lines
from epicycle.limits import PAIRS
from epicycle.pursuit.neighbourhood import DEGREE, Neighbourhood, _basis, _lines
from generators import regression


def signal(t: np.ndarray, lines: list[tuple[float, float, float]]) -> np.ndarray:
    return sum(a * np.cos(2 * np.pi * (f * t - phase)) for f, a, phase in lines)


def test_a_neighbourhood_holds_every_line_near() -> None:
    t = np.sort(np.random.default_rng(5).uniform(0, 500, 500))
    data = regression(t, np.zeros(500))
    centre, width = 0.2371, 1 / data.baseline
    offsets = np.array([-2 * PAIRS.reach, -0.7, 0.0, 0.4, 2 * PAIRS.reach])
    basis = _basis(data, centre)
    assert basis.shape == (500, 2 * (DEGREE + 1))
    for offset, coordinates in zip(offsets, _lines(offsets), strict=True):
        turns = (centre + offset * width) * data.times.to_float()
        direct = np.column_stack([np.cos(2 * np.pi * turns), np.sin(2 * np.pi * turns)])
        short = basis @ coordinates
        rest = direct - short @ np.linalg.lstsq(short, direct, rcond=None)[0]
        # the next term of the series: (2 k + 1) j_k(3 pi) for k = 21 is 5e-6
        assert np.abs(rest).max() < 1e-5


def test_lines_are_placed_where_direct_least_squares_has_its_minimum() -> None:
    rng = np.random.default_rng(6)
    t = np.sort(np.random.default_rng(6).uniform(0, 400, 400))
    other = (0.31, 0.5, 0.2)
    width = 1 / np.ptp(t)
    pair = [(0.2371, 1.0, 0.1), (0.2371 + 0.6 * width, 0.7, 0.4)]
    data = regression(t, signal(t, [*pair, other]) + 0.01 * rng.normal(size=400))
    structure = Structure.empty().plus(0.31).plus(0.2371 + 0.2 * width)
    fit = fit_lines(data, structure, absolute=False)
    around = Neighbourhood(data, fit, float(fit.structure.frequency[1]))
    assert around.n_inside == 1
    placed, left = around.place(2)

    def direct(f: np.ndarray) -> float:
        at = np.array([fit.structure.frequency[0], *f])
        angle = 2 * np.pi * np.outer(data.times.to_float(), at)
        aside = data.times.to_float()[:, None] * width
        trig = np.hstack([np.cos(angle), np.sin(angle)])
        moving = np.hstack([aside * np.cos(angle[:, :1]), aside * np.sin(angle[:, :1])])
        columns = np.hstack([np.ones((400, 1)), trig, moving])
        rest = data.y[:, 0] - columns @ np.linalg.lstsq(columns, data.y[:, 0], rcond=None)[0]
        return float(rest @ rest) / fit.scale[0]

    lowest = direct(placed)
    step = 1e-3 * width
    for shift in ([step, 0], [-step, 0], [0, step], [0, -step]):
        assert direct(placed + shift) > lowest
    # noise of sqrt(fit.scale) times less than the scatter of a fit without the pair
    assert left * fit.scale[0] < 2 * 0.01**2 * around.dimensions
    # 0.01 / sqrt(200) in amplitude is 1e-3 of a turn and of a width, times 10 for the distance
    np.testing.assert_allclose(placed, [f for f, _, _ in pair], atol=0.05 * width)
