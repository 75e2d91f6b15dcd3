r"""Counts: cycles in the logarithm of their mean, with the scatter that counts have.

The mean of a count is :math:`\mu = \exp \eta`, with level, cycles and covariates adding up in
:math:`\eta`; how counts scatter about it, see :mod:`epicycle.effects.families`.  Such a model is
fitted by iterated least squares (McCullagh & Nelder 1989, Generalized Linear Models, section 2.5)
of the working values

.. math:: z = \eta + (y - \mu) / \mu , \qquad \mathrm{var}\, z = V(\mu) / \mu^2 ,

whose errors are known.  So cycles are looked for twice: in Anscombe's roots of the counts, which
scatter about alike and need no model, and in the working values of the model that these make;
what is found there is fitted until working values stay (for levels that wander this is the
penalised quasi-likelihood of Breslow & Clayton 1993, J. Am. Stat. Assoc. 88, 9).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from epicycle.effects.families import Family, likeliest_family
from epicycle.effects.task import Task
from epicycle.fit.lines import Structure, design
from epicycle.fit.noise import NoiseModel
from epicycle.pursuit.pursuit import Pursuit
from epicycle.samples.arrays import Floats
from epicycle.samples.budget import OutOfTimeError
from epicycle.samples.checks import Samples
from epicycle.samples.data import Data, build_data
from epicycle.spectra.bands import Progress

#: Prior standard deviation of a coefficient of a line in the logarithm: where all counts of a
#: phase are 0, its mean stays finite.
_WIDE = 5.0

#: No mean is further from that of all counts, in logarithms.
_FARTHEST = 16.0

_STEPS, _ROUNDS, _REFITS = 30, 3, 2

_SETTLED = 1e-6


@dataclass(frozen=True, eq=False)
class LogLinear:
    """A log-linear model of the counts of one output.

    Attributes
    ----------
    linear : ndarray, shape (n,)
        Logarithm of the mean; that of all counts where a count is missing.
    family : Family
        How counts scatter about it.
    log_likelihood : float
        Of the counts.
    """

    linear: Floats
    family: Family
    log_likelihood: float

    def working(self, counts: Floats) -> tuple[Floats, Floats]:
        """Return working values and their errors, both of shape (n,)."""
        mean = np.exp(self.linear)
        return (
            self.linear + (counts - mean) / mean,
            np.sqrt(self.family.variance(mean)) / mean,
        )


def fit_log_linear(
    columns: Floats, n_free: int, counts: Floats, used: NDArray[np.bool_]
) -> LogLinear:
    """Return the log-linear model of counts.

    Parameters
    ----------
    columns : ndarray, shape (n, p)
        What adds up in the logarithm of the mean; all but the first `n_free` are lines.
    n_free : int
        Columns without a prior.
    counts : ndarray, shape (n,)
        The counts.
    used : ndarray of bool, shape (n,)
        Which of them there are.
    """
    x, y = columns[used], counts[used]
    prior = np.full(x.shape[1], _WIDE**-2)
    prior[:n_free] = 1e-9
    usual = float(np.log(max(y.mean(), 1e-3)))
    family, linear = Family(), np.log((y + y.mean() + 1e-3) / 2)
    for _ in range(_ROUNDS):
        linear = _scored(x, y, linear, family, prior, usual)
        before, family = family, likeliest_family(y, np.exp(linear))
        if family == before:
            break
    everywhere = np.full(len(counts), usual)
    everywhere[used] = linear
    likelihood = float(family.log_chance(y, np.exp(linear)).sum())
    return LogLinear(everywhere, family, likelihood)


def _scored(
    x: Floats, y: Floats, linear: Floats, family: Family, prior: Floats, usual: float
) -> Floats:
    """Return the logarithms of the means by Fisher scoring, each step halved until it helps."""

    def worth(eta: Floats, c: Floats) -> float:
        return float(family.log_chance(y, np.exp(eta)).sum() - 0.5 * (prior * c**2).sum())

    coefficients, best = np.zeros(x.shape[1]), -np.inf
    for step in range(_STEPS):
        mean = np.exp(linear)
        weight = mean**2 / family.variance(mean)
        weighted = x * weight[:, np.newaxis]
        target = weighted.T @ (linear + (y - mean) / mean)
        wanted = linalg.lstsq(weighted.T @ x + np.diag(prior), target)[0]
        share, moved = 1.0, wanted - coefficients
        while True:
            trial = wanted if step == 0 else coefficients + share * moved
            eta = np.clip(x @ trial, usual - _FARTHEST, usual + _FARTHEST)
            now = worth(eta, trial)
            if now >= best or step == 0 or share < 1e-3:
                break
            share /= 2
        change = float(np.abs(eta - linear).max())
        if step and now < best:
            break
        coefficients, linear, best = trial, eta, now
        if change < _SETTLED:
            break
    return linear


def model_counts(
    data: Data, structure: Structure, counts: Floats, present: NDArray[np.bool_]
) -> list[LogLinear]:
    """Return the log-linear model of every output, with some lines."""
    columns = design(data, structure)
    return [
        fit_log_linear(columns, data.nuisance.shape[1], counts[:, j], present[:, j])
        for j in range(counts.shape[1])
    ]


def as_working(samples: Samples, models: list[LogLinear], counts: Floats) -> Samples:
    """Return working values, with their errors, in the place of samples."""
    pairs = [one.working(counts[:, j]) for j, one in enumerate(models)]
    z, error = (np.stack(parts, axis=1) for parts in zip(*pairs, strict=True))
    if samples.weights is not None:
        error = error * np.sqrt(samples.weights.mean() / samples.weights)[:, np.newaxis]
    return replace(
        samples,
        y=np.where(samples.present, z, 0.0),
        dy=np.where(samples.present, error, 1.0),
    )


def with_counts(
    found: Pursuit, task: Task, progress: Progress | None = None
) -> tuple[Pursuit, Task]:
    """Return the pursuit of counts, made of that of their roots, and its task.

    Parameters
    ----------
    found : Pursuit
        The pursuit of the roots.
    task : Task
        What it was made of.
    progress : callable, optional
        Called with (frequencies done, frequencies in all) during each search.
    """
    present = task.samples.present
    counts = np.where(present, np.rint((task.samples.y / 2) ** 2 - 0.375), 0.0)

    def rebuilt(by: Pursuit, task: Task) -> tuple[Task, Data]:
        models = model_counts(by.data, by.fit.structure, counts, present)
        samples = as_working(task.samples, models, counts)
        data = build_data(samples, by.data.degree, by.data.background.knots)
        return replace(task, samples=samples, noise=NoiseModel.of(samples), ranking=None), data

    task, data = rebuilt(found, task)
    try:
        found = task.pursue_again(data, progress)
    except OutOfTimeError:
        note = task.goal.budget.note("cycles are those of the roots of the counts")
        found = replace(task.refit(found, data=data), notes=(*found.notes, note))
    for _ in range(_REFITS):
        task, data = rebuilt(found, task)
        found = task.refit(found, data=data)
    return found, task
