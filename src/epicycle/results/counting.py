"""A finished pursuit -> the model of counts that predicts, where the values are counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from epicycle.effects.counts import LogLinear, as_working, model_counts
from epicycle.effects.families import Family
from epicycle.fit.lines import design
from epicycle.fit.noise import NoiseModel
from epicycle.limits import AHEAD
from epicycle.pursuit.pursuit import Pursuit
from epicycle.results.assemble import Roles, build_predictor
from epicycle.results.origin import Origin
from epicycle.results.responding import Counted, Responding
from epicycle.samples.arrays import Floats
from epicycle.samples.data import build_data
from epicycle.samples.options import HUBER, Options
from epicycle.samples.response import AUTO, COUNT, fits


@dataclass(frozen=True, eq=False)
class _OfOrigin:
    """A model of counts that is made of what a result was made of, when it is needed."""

    origin: Origin
    roles: Roles
    make: Callable[[Origin, Roles], Counted | None]

    def __call__(self) -> Counted | None:
        return self.make(self.origin, self.roles)


def responding(origin: Origin, roles: Roles) -> Responding:
    """Return how predictions of a result follow from the scale on which its cycles add up."""
    response = origin.task.options.response
    if response == COUNT:
        return Responding(response, _OfOrigin(origin, roles, _asked_for))
    if response == AUTO and _may_be_counts(origin):
        return Responding(response, _OfOrigin(origin, roles, _likelier))
    return Responding(response)


def _may_be_counts(origin: Origin) -> bool:
    """Return whether the values are whole numbers that a model of counts may describe."""
    task, found = origin.task, origin.found
    samples, options = task.samples, task.options
    plain = samples.dy is None and origin.gains is None and found.variation is None
    if not plain or options.loss == HUBER or options.exposure:
        return False
    if samples.weights is not None and np.ptp(samples.weights) > 0:
        return False
    given = samples.y[samples.present]
    if len(given) < AHEAD.fewest_counts or given.max() < AHEAD.least_highest:
        return False
    return bool(fits(given, COUNT).all()) and bool(np.ptp(samples.y, axis=0).all())


def _models(origin: Origin) -> tuple[list[LogLinear], Floats]:
    found, samples = origin.found, origin.task.samples
    counts = np.where(samples.present, samples.y, 0.0)
    return model_counts(found.data, found.fit.structure, counts, samples.present), counts


def _asked_for(origin: Origin, roles: Roles) -> Counted | None:
    """Return the families about the means that were fitted to counts as such."""
    present = origin.task.samples.present
    y = np.asarray(origin.given.y, dtype=np.float64)
    counts = y.reshape(len(y), -1)[origin.task.samples.kept]
    if origin.task.by_group:
        counts = np.broadcast_to(counts, present.shape)
    counts = np.where(present, counts, 0.0)
    found = origin.found
    models = model_counts(found.data, found.fit.structure, counts, present)
    return Counted(tuple(one.family for one in models))


def _likelier(origin: Origin, roles: Roles) -> Counted | None:
    """Return the model of counts where it is likelier than normal scatter, else None."""
    try:
        models, counts = _models(origin)
        if not all(_is_likelier(origin, one, counts[:, j], j) for j, one in enumerate(models)):
            return None
        return _refitted(origin, roles, models, counts)
    except (np.linalg.LinAlgError, ValueError, FloatingPointError):
        return None  # rounding leaves nothing to be solved: the values are predicted as they are


def _is_likelier(origin: Origin, model: LogLinear, counts: Floats, output: int) -> bool:
    """Return whether counts are told from numbers of normal scatter, and are likelier."""
    found, present = origin.found, origin.task.samples.present[:, output]
    y = counts[present]
    if np.quantile(np.exp(model.linear[present]), 0.1) > AHEAD.many_counts:
        return False
    n, price = len(y), 0.5 * np.log(len(y))
    residual = found.fit.residual[present, output]
    normal = _of_normal(residual) - price
    columns = design(found.data, found.fit.structure)[present]
    if (y > 0).all():
        of_log = np.log(y)
        rest = of_log - columns @ np.linalg.lstsq(columns, of_log, rcond=None)[0]
        normal = max(normal, _of_normal(rest) - float(of_log.sum()) - price)
    own: Family = model.family
    worth = model.log_likelihood - price * own.n_parameters
    return bool(n > columns.shape[1] and worth > normal)


def _of_normal(residual: Floats) -> float:
    """Return the log likelihood of normal residuals of unknown scatter."""
    square = max(float(np.mean(residual**2)), 1e-300)
    return float(-0.5 * len(residual) * (np.log(2 * np.pi * square) + 1))


def _refitted(
    origin: Origin, roles: Roles, models: list[LogLinear], counts: Floats
) -> Counted | None:
    task, found = origin.task, origin.found
    samples = as_working(task.samples, models, counts)
    data = build_data(samples, found.data.degree, found.data.background.knots)
    task = replace(task, samples=samples, noise=NoiseModel.of(samples), ranking=None)
    again: Pursuit = task.refit(found, data=data)
    options: Options = replace(task.options, response=COUNT)
    predictor = build_predictor(again, samples, roles.slow, options, task.goal, None)
    return Counted(tuple(one.family for one in models), predictor)
