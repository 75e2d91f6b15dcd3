r"""The ladder in two and three dimensions: near pairs give a coarse wave vector, then narrowing.

The product of two samples a lag d apart carries every plane wave of constant wave vector at that
lag, E[v_i v_j] = A^2/2 cos 2 pi k d + ..., so the sum over all pairs closer than a window W on each
axis shows it in spots 1/(2W) wide however large the span is: so much coarser may the grid be.  The
windows then double, around the highest spots alone, until they hold the whole span
(:mod:`epicycle.search.pairs` is the same on one axis).
"""

from __future__ import annotations

import itertools
import math

import numpy as np
from scipy.spatial import cKDTree

from epicycle.samples.arrays import Floats
from epicycle.spectra.waves import WaveBox, waves

#: Fewest pairs of the first window, and most pairs of any.
_FEWEST_PAIRS, _MOST_PAIRS = 200, 4096

#: Spots that the first window passes on; each narrower one passes on this share.
_SPOTS, _KEPT = 48, 0.75

#: Wave vectors of a window of 1/2: two on each axis for the width of a spot.
_PER_WIDTH = 2.0

#: Wave vectors of one transform on each axis.
_BLOCK = {2: 256, 3: 40}


def climb(
    points: Floats, values: Floats, cycles: Floats, most: float, keep: int
) -> list[Floats] | None:
    """Return the wave vectors, in cycles over the span, that near pairs lead to.

    Parameters
    ----------
    points : ndarray, shape (m, n)
        Points in units of their span, m = 2 or 3.
    values : ndarray, shape (n, q)
        q series.
    cycles : ndarray, shape (m,)
        Upper limits of the box of wave vectors.
    most : float
        Wave vectors that the first window may try.
    keep : int
        Wave vectors to return.

    Returns
    -------
    list of ndarray, shape (m,), or None
        None where the samples have too few near pairs for so few wave vectors.
    """
    tree = cKDTree(points.T)
    window = _first_window(cycles, most)
    if (tree.count_neighbors(tree, window, p=np.inf) - len(tree.data)) / 2 < _FEWEST_PAIRS:
        return None
    lags, products = _pairs(tree, values, window)
    spots = _spots(lags, products, cycles, window)
    while window < 0.25:
        window *= 2.0
        lags, products = _pairs(tree, values, window)
        spots = _narrowed(lags, products, spots, window)
    return _coherent(points, values, spots, keep)


def _first_window(cycles: Floats, most: float) -> float:
    """Return the window whose spots fill the box with so many wave vectors, of half a box."""
    volume = float(np.prod(2 * _PER_WIDTH * 2 * cycles)) / 2
    return float((most / volume) ** (1.0 / len(cycles)))


def _pairs(tree: cKDTree, values: Floats, window: float) -> tuple[Floats, Floats]:
    """Return lags, shape (m, p), and products, shape (p,), of pairs closer than the window."""
    rng = np.random.default_rng(0)
    expected = tree.count_neighbors(tree, window, p=np.inf) / 2
    share = min(1.0, math.sqrt(2.0 * _MOST_PAIRS / max(expected, 1.0)))
    chosen = np.arange(len(tree.data))
    if share < 1.0:
        # pairs go with the square of the number of samples: a part of them is enough to list
        chosen = np.sort(rng.choice(chosen, max(2, round(share * len(chosen))), replace=False))
    part = cKDTree(tree.data[chosen])
    first, second = part.query_pairs(window, p=np.inf, output_type="ndarray").T
    if len(first) > _MOST_PAIRS:
        drawn = rng.choice(len(first), _MOST_PAIRS, replace=False)
        first, second = first[drawn], second[drawn]
    i, j = chosen[first], chosen[second]
    return np.ascontiguousarray((tree.data[j] - tree.data[i]).T), (values[i] * values[j]).sum(1)


def _spots(lags: Floats, products: Floats, cycles: Floats, window: float) -> list[Floats]:
    """Return the highest spots of the spectrum of the products, over the whole box."""
    m = len(cycles)
    step = 1.0 / (2.0 * window * _PER_WIDTH)
    reach = np.ceil(cycles / step).astype(int)
    shape = tuple(int(min(2 * r + 1, _BLOCK[m])) for r in reach)
    starts = [np.arange(0 if axis == 0 else -r, r + 1, shape[axis]) for axis, r in enumerate(reach)]
    box = WaveBox(lags, step, shape, 1)
    found: list[tuple[float, Floats]] = []
    for corner in itertools.product(*starts):
        centre = step * (np.array(corner) + np.array(shape) // 2)
        height = box.sums(products[np.newaxis], centre).real.ravel()
        best = np.argpartition(height, -min(_SPOTS, len(height)))[-_SPOTS:]
        found += [(float(height[k]), box.vector(int(k), centre)) for k in best.tolist()]
    found.sort(key=lambda item: -item[0])
    inside = (k for _, k in found if (np.abs(k) <= cycles + step).all())
    return list(itertools.islice(inside, _SPOTS))


def _narrowed(lags: Floats, products: Floats, spots: list[Floats], window: float) -> list[Floats]:
    """Return the best of the wave vectors around each spot, at the step of a longer window."""
    step = 1.0 / (2.0 * window * _PER_WIDTH)
    offsets = step * np.array(list(itertools.product((-1, 0, 1), repeat=len(lags))), dtype=float)
    around = [waves(lags, offset) for offset in offsets]
    found = []
    for spot in spots:
        turned = products * waves(lags, spot)
        heights = [float((turned @ wave).real) for wave in around]
        best = int(np.argmax(heights))
        found.append((heights[best], spot + offsets[best]))
    found.sort(key=lambda item: -item[0])
    return [vector for _, vector in found[: max(8, round(_KEPT * len(spots)))]]


def _coherent(points: Floats, values: Floats, spots: list[Floats], keep: int) -> list[Floats]:
    """Return the wave vectors around spots where all samples together have most power."""
    side = 9
    box = WaveBox(points, 0.5, (side,) * len(points), values.shape[1])
    found = []
    for spot in spots:
        power = (np.abs(box.sums(values.T, spot)) ** 2).sum(axis=0).ravel()
        best = int(np.argmax(power))
        found.append((float(power[best]), box.vector(best, spot)))
    found.sort(key=lambda item: -item[0])
    result: list[Floats] = []
    for _, vector in found:
        if all(np.abs(vector - other).max() >= 1.0 for other in result):
            result.append(vector)
    return result[:keep]
