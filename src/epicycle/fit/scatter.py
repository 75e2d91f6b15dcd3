"""Whether groups scatter alike: one of its own, from few values, is mostly chance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import special

from epicycle.fit.noise import NoiseModel
from epicycle.limits import ASKED, NOISE
from epicycle.samples.arrays import Floats


def with_shared_scatter(noise: NoiseModel, residual: Floats, n_parameters: int) -> NoiseModel:
    """Return a noise model with one scatter for all groups, unless chance hardly makes them differ.

    A scatter of each group's own, from a handful of values, would move weights by chance, and
    F-tests by much.  Bartlett's test decides; errors that were given are believed.

    Parameters
    ----------
    noise : NoiseModel
        Groups with a scatter each.
    residual : ndarray, shape (n, d)
        Values minus model.
    n_parameters : int
        Parameters fitted to each output.
    """
    if noise.dy is not None or noise.n_groups == 1:
        return noise
    squares = np.where(noise.present, residual**2 * noise.relative[:, np.newaxis], 0.0)
    chances = []
    for j in range(residual.shape[1]):
        group = noise.group[noise.present[:, j]]
        counts = np.bincount(group, minlength=noise.n_groups).astype(np.float64)
        total = np.zeros(noise.n_groups)
        np.add.at(total, noise.group, squares[:, j])
        share = max(1.0 - n_parameters / max(float(counts.sum()), 1.0), 0.1)
        used = counts >= NOISE.fewest_values
        if used.sum() > 1 and (total[used] > 0).all():
            chances.append(equal_variances(total[used], counts[used] * share))
    if chances and min(chances) * len(chances) < ASKED.scatter:
        return noise
    return replace(noise, group=np.zeros_like(noise.group), n_groups=1)


def equal_variances(squares: Floats, free: Floats) -> float:
    """Return the probability that equal variances differ as much: Bartlett's test.

    Bartlett (1937), Proc. R. Soc. A 160, 268.

    Parameters
    ----------
    squares, free : ndarray, shape (G,)
        Sums of squares, all above 0, and their degrees of freedom.
    """
    pooled = float(squares.sum() / free.sum())
    statistic = float(free.sum() * np.log(pooled) - (free * np.log(squares / free)).sum())
    k = len(squares)
    factor = 1 + float((1 / free).sum() - 1 / free.sum()) / (3 * (k - 1))
    return float(special.chdtrc(k - 1, max(statistic / factor, 0.0)))
