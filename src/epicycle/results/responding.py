"""Predictions on the scale of the user's values: of logarithms, of logits, and of counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from epicycle.effects.families import Family
from epicycle.results.prediction import Spread
from epicycle.results.predictor import Predictor, group_rows
from epicycle.samples.arrays import Floats
from epicycle.samples.response import AUTO, COUNT, IDENTITY, LOG, LOGIT, inverse
from epicycle.samples.times import TimeScale

#: Nodes of the integrals over what is not known of a mean.
_NODES, _SHARES = np.polynomial.hermite_e.hermegauss(11)

#: The logarithm of a mean is not known worse than this.
_WIDEST = 4.0

#: Doublings in which the end of an interval of counts is enclosed: beyond, no count is told.
_DOUBLINGS = 60

#: Times whose intervals of counts are worked out at once.
_BLOCK = 8192


@dataclass(frozen=True, eq=False)
class Counted:
    """A model of counts: the logarithm of the mean, and how counts scatter about it.

    Attributes
    ----------
    families : tuple of Family
        For each output.
    predictor : Predictor or None
        What predicts the logarithm of the mean, where the result's own does not.
    """

    families: tuple[Family, ...]
    predictor: Predictor | None = None


@dataclass(frozen=True, eq=False)
class Responding:
    """How values follow from the scale on which level and cycles add up.

    Attributes
    ----------
    response : str
        That scale; "auto" where cycles are of the values as they are.
    counts : callable or None
        Returns the model of counts, or None where there is none; it is called when it is needed.
    """

    response: str = AUTO
    counts: Callable[[], Counted | None] | None = None

    @cached_property
    def counted(self) -> Counted | None:
        """The model of counts, None where values are no counts."""
        return None if self.counts is None else self.counts()

    @property
    def told(self) -> str:
        """The scale of cycles and amplitudes."""
        return IDENTITY if self.response == AUTO else self.response

    def at_reference(self, scale: TimeScale, first: float, last: float) -> Responding:
        """Return the same for times from the reference time, where the data begin and end."""
        counted = self.counted
        if counted is None or counted.predictor is None:
            return self
        moved = replace(counted.predictor, scale=scale, reference=0.0, first=first, last=last)
        return replace(self, counts=_Known(replace(counted, predictor=moved)))

    def middle(self, own: Predictor, t: Any, group: Any, covariates: Any) -> Floats:
        """Return the predictions of a result with the predictor `own`, shape (m, d)."""
        counted = self.counted
        if counted is not None:
            return inverse((counted.predictor or own)(t, group, covariates), COUNT)
        return inverse(own(t, group, covariates), self.response)

    def std(self, own: Predictor, t: Any, group: Any, covariates: Any) -> Floats:
        """Return the standard deviation of new values about predictions, shape (m, d)."""
        if self.counted is not None:
            return _std_of_counts(*self._means(own, t, group, covariates), self.counted.families)
        spread, z = own.spread(t, group, covariates), own(t, group, covariates)
        if self.response == LOG:
            spread = replace(spread, multiplies=np.ones(z.shape, dtype=bool))
            return spread.std(inverse(z, LOG))
        if self.response != LOGIT:
            return spread.std(z)
        size = np.sqrt(_total(spread))
        middle = inverse(z, LOGIT)
        squares = np.zeros(z.shape)
        for node, share in zip(_NODES, _SHARES / _SHARES.sum(), strict=True):
            squares += share * (inverse(z + node * size, LOGIT) - middle) ** 2
        return np.sqrt(squares)

    def limits(
        self, own: Predictor, t: Any, group: Any, covariates: Any, coverage: float
    ) -> tuple[Floats, Floats]:
        """Return the limits of central intervals, both of shape (m, d)."""
        if self.counted is not None:
            z, size = self._means(own, t, group, covariates)
            families = self.counted.families
            low = _quantiles(z, size, families, np.full(z.shape, 0.5 - coverage / 2))
            # no count is below 0: where the interval begins there, it leaves out large ones alone
            upper = np.where(low > 0, 0.5 + coverage / 2, coverage)
            return low, _quantiles(z, size, families, upper)
        spread, z = own.spread(t, group, covariates), own(t, group, covariates)
        assert own.errors is not None
        freedom = own.errors.degrees_of_freedom
        if self.response in (AUTO, IDENTITY):
            return spread.limits(z, coverage, freedom)
        half = spread.half_width(coverage, freedom)
        return inverse(z - half, self.response), inverse(z + half, self.response)

    def _means(self, own: Predictor, t: Any, group: Any, covariates: Any) -> tuple[Floats, Floats]:
        """Return the logarithms of means, and how well they are known, both (m, d)."""
        assert self.counted is not None
        predictor = self.counted.predictor or own
        spread, z = predictor.spread(t, group, covariates), predictor(t, group, covariates)
        left = _total(spread) - _scatter(predictor, t, group, z.shape)
        return z, np.minimum(np.sqrt(np.maximum(left, 0.0)), _WIDEST)


@dataclass(frozen=True, eq=False)
class _Known:
    """A model of counts that is there already."""

    counted: Counted | None

    def __call__(self) -> Counted | None:
        return self.counted


def of_counts(counted: Counted | None, response: str) -> Responding:
    """Return how values follow, given a model of counts."""
    return Responding(response, None if counted is None else _Known(counted))


def _total(spread: Spread) -> Floats:
    total: Floats = spread.variance + spread.expected[:, np.newaxis] * spread.bend
    return total


def _scatter(own: Predictor, t: Any, group: Any, shape: tuple[int, ...]) -> Floats:
    """Return what scatter of single values is in the variance of a prediction, shape (m, d)."""
    assert own.errors is not None
    offset = own.elapsed(t).to_float() + own.reference
    margin = 1e-9 * own.baseline
    beyond = (offset < own.first - margin) | (offset > own.last + margin)
    groups = group_rows(group, len(offset), own.group_labels, own.group_weights)
    scatter = (groups * own.gain_of_groups**2) @ own.errors.scatter**2
    outputs = () if own.ahead is None or not beyond.any() else own.ahead.outputs
    for j, living in enumerate(outputs):
        if living is not None:
            scatter[beyond, j] = (groups[beyond] * own.gain_of_groups**2) @ living.scatter
    return np.broadcast_to(scatter, shape)


def _std_of_counts(z: Floats, size: Floats, families: tuple[Family, ...]) -> Floats:
    middle, squares = inverse(z, COUNT), np.zeros(z.shape)
    for node, share in zip(_NODES, _SHARES / _SHARES.sum(), strict=True):
        mean = inverse(z + node * size, COUNT)
        for j, family in enumerate(families):
            squares[:, j] += share * family.variance(mean[:, j])
        squares += share * (mean - middle) ** 2
    return np.sqrt(squares)


def _quantiles(z: Floats, size: Floats, families: tuple[Family, ...], chance: Floats) -> Floats:
    """Return the least counts that are not exceeded with some probabilities, shape (m, d)."""
    result = np.empty(z.shape)
    for start in range(0, len(z), _BLOCK):
        rows = slice(start, start + _BLOCK)
        for j, family in enumerate(families):
            result[rows, j] = _of_family(z[rows, j], size[rows, j], family, chance[rows, j])
    return result


def _of_family(z: Floats, size: Floats, family: Family, chance: Floats) -> Floats:
    means = inverse(z[:, np.newaxis] + _NODES * size[:, np.newaxis], COUNT)
    shares = _SHARES / _SHARES.sum()

    def reached(counts: Floats) -> Floats:
        result: Floats = family.chance_up_to(counts[:, np.newaxis], means) @ shares
        return result

    low, high = np.full(len(z), -1.0), np.ceil(np.exp(np.minimum(z, 300.0))) + 1.0
    for _ in range(_DOUBLINGS):
        short = reached(high) < chance
        if not short.any():
            break
        low, high = np.where(short, high, low), np.where(short, 2 * high, high)
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        enough = reached(middle) >= chance
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
        if (high > 2.0**53).any():  # whole numbers end here
            break
    return high
