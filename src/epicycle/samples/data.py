"""Checked samples -> the regression problem that every later stage works on.

One object holds the times counted from the middle of the data, the values, their weights, and the
nuisance columns (mean, trend, offsets between instruments) that every fit must leave free.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from epicycle.samples.arrays import Floats
from epicycle.samples.background import Background, group_offsets, standardised
from epicycle.samples.checks import Samples
from epicycle.samples.phase import turns
from epicycle.samples.times import Times


@dataclass(frozen=True)
class Data:
    """Samples ready for regression.

    Attributes
    ----------
    times : Times, shape (n,)
        Times counted from `reference`.
    reference : float
        The reference time: the middle of the data, weighted.
    baseline : float
        Last minus first time.
    y : ndarray, shape (n, d)
        Values of d outputs.
    weights : ndarray, shape (n, 1) or (n, d)
        Inverse variances; one column serves all outputs where they are alike.  0 where a value
        is missing.
    nuisance : ndarray, shape (n, p)
        Columns that are always fitted: one per group, powers of time, bends, covariates.
    background : Background
        How these columns are made.
    group : ndarray of int, shape (n,)
        Group of each sample.
    told : float
        Share of the values that unequal weights leave, see
        :mod:`epicycle.evidence.told_by_weights`.
    memo : dict
        What later stages have computed from these very samples and weights, to use it again.
    """

    times: Times
    reference: float
    baseline: float
    y: Floats
    weights: Floats
    nuisance: Floats
    background: Background
    group: NDArray[np.intp]
    told: float = 1.0
    memo: dict[str, object] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def degree(self) -> int:
        """Degree of the polynomial in time."""
        return self.background.degree

    @property
    def n_values(self) -> int:
        """Number of values with a weight, as far as unequal weights leave them; all outputs."""
        counted = int(np.count_nonzero(self.weights))
        counted *= self.y.shape[1] if self.weights.shape[1] == 1 else 1
        return counted if self.told == 1.0 else round(self.told * counted)

    def weights_of(self, output: int) -> Floats:
        """Return the weights, shape (n,), of one output."""
        column: Floats = self.weights[:, min(output, self.weights.shape[1] - 1)]
        return column

    def basis(self, output: int) -> Floats:
        """Return an orthonormal basis of the nuisance columns under the weights of one output."""
        kept = self.memo.setdefault("bases", {})
        assert isinstance(kept, dict)
        which = min(output, self.weights.shape[1] - 1)
        if which not in kept:
            kept[which] = orthonormal_basis(self.nuisance, self.weights[:, which])
        result: Floats = kept[which]
        return result

    def of_outputs(self, chosen: NDArray[np.bool_]) -> Data:
        """Return the same data with some of the outputs only, chosen by a mask of shape (d,)."""
        if chosen.all():
            return self
        weights = self.weights if self.weights.shape[1] == 1 else self.weights[:, chosen]
        return replace(self, y=self.y[:, chosen], weights=weights)

    def with_weights(self, weights: Floats) -> Data:
        """Return the same data with other weights."""
        return replace(self, weights=weights)


def build_data(samples: Samples, degree: int, knots: tuple[float, ...] = ()) -> Data:
    """Return the regression problem of `samples` with a trend of the given degree.

    Its slope changes at `knots`, in baselines from the reference time.
    """
    if samples.dy is not None:
        weights = samples.dy**2
        np.divide(1.0, weights, out=weights)
        if not samples.present.all():
            weights[~samples.present] = 0.0
    elif samples.weights is not None:
        weights = np.where(samples.present, samples.weights[:, np.newaxis], 0.0)
    else:
        weights = samples.present.astype(np.float64)
    if weights.shape[1] > 1 and (weights == weights[:, :1]).all():
        weights = weights[:, :1]

    # A frequency is best known, and least entangled with its phase, at the weighted mid-time.
    # It need not be exact to the last bit, but it must be the same number for everyone who reads
    # the result, so it is one float64.
    raw = samples.times
    first = float(raw.hi.min())
    elapsed = raw.since(first)
    total = weights[:, 0] if weights.shape[1] == 1 else weights.sum(axis=1)
    baseline = float(elapsed.max() - elapsed.min())
    reference = first + float(np.average(elapsed, weights=total))
    times = raw.minus(reference)
    scaled = times.to_float()
    scaled /= baseline
    offsets = group_offsets(samples.group, len(samples.group_labels))
    background = Background.plain(offsets.shape[1], degree, knots)
    if samples.covariates is not None:
        trend = background.columns(scaled, offsets, None)
        centre, scale = standardised(samples.covariates, trend, total)
        background = replace(background, centre=centre, scale=scale)
    return Data(
        times=times,
        reference=reference,
        baseline=baseline,
        y=samples.y,
        weights=weights,
        nuisance=background.columns(scaled, offsets, samples.covariates),
        background=background,
        group=samples.group,
    )


def independent_share(data: Data, frequency: float) -> float:
    """Return how much of a sinusoid's information the background leaves, from 0 to about 1.

    It is the least eigenvalue of the information about cosine and sine, trend, offsets and
    covariates eliminated, in units of what samples spread evenly over many cycles give.  Of
    several outputs it is that of the least informed one.
    """
    angle = 2 * np.pi * turns(frequency, data.times)
    wave = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    shares = []
    for j in range(data.weights.shape[1]):
        weighted = wave * data.weights[:, j, np.newaxis]
        inner = data.basis(j).T @ weighted
        left = wave.T @ weighted - inner.T @ inner
        shares.append(float(np.linalg.eigvalsh(left)[0]) / (0.5 * float(data.weights[:, j].sum())))
    return min(shares)


def orthonormal_basis(columns: Floats, weights: Floats) -> Floats:
    """Return an orthonormal basis Q of `columns` under `weights`: ``Q.T @ diag(w) @ Q = I``.

    Columns that are linearly dependent on the others are left out.
    """
    root = np.sqrt(weights)[:, np.newaxis]
    weighted = columns * root
    scale = np.sqrt((weighted**2).sum(axis=0))
    weighted = weighted[:, scale > 0] / scale[scale > 0]
    if columns.shape[1] == 1:
        return _divided(weighted, root)
    u, s, _ = np.linalg.svd(weighted, full_matrices=False)
    u = u[:, s > 1e-10 * s.max(initial=0.0)]
    return _divided(u, root)


def _divided(columns: Floats, root: Floats) -> Floats:
    """Return columns without the roots of the weights; 0 where there is no weight."""
    if (root > 0).all():
        return np.asarray(columns / root)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(root > 0, columns / root, 0.0)
