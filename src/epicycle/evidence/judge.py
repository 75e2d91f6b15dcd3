"""Which lines of a fit noise could have made: every line against the noise around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

from epicycle.evidence.shared_noise import shared_noise, unshared_power
from epicycle.evidence.significance import (
    false_alarm_probability,
    pooled_power,
    power_among_groups,
    power_of_evidence,
)
from epicycle.evidence.window import Trials
from epicycle.fit.errors import Covariance, covariance
from epicycle.fit.joint import Fit
from epicycle.fit.level import local_level
from epicycle.fit.lines import design
from epicycle.fit.noise import NoiseModel, telling
from epicycle.fit.red_noise import Continuum, continuum
from epicycle.limits import TRIALS
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data

Indices = NDArray[np.intp]


@dataclass(frozen=True)
class Judge:
    """What decides how likely a line is to be noise.

    Attributes
    ----------
    trials : Trials
        Frequencies that the search tries, in effect.
    noise : NoiseModel
        Errors that were given, which the scatter cannot be below, or relative weights.
    false_alarm : float
        Largest false-alarm probability of a line that stays.
    max_order : int
        Highest harmonic tried.
    red_noise : bool
        Whether noise may be stronger at some frequencies than at others.
    """

    trials: Trials
    noise: NoiseModel
    false_alarm: float
    max_order: int
    red_noise: bool = False

    def of_next(self, data: Data, fit: Fit, trial: Fit, orders: Sequence[int] = (1,)) -> float:
        """Return the false-alarm probability of the lines that `trial` has on top of `fit`."""
        if self.red_noise:
            last = np.flatnonzero(trial.structure.parent == len(trial.structure.frequency) - 1)
            if len(last) == 1:
                reduction = ((fit.chi2 - trial.chi2) / trial.scale)[:, np.newaxis]
            else:  # each order is worth what it alone explains, and no more
                level = np.ones((len(trial.structure.order), len(trial.scale)))
                reduction = _reductions(trial, covariance(data, trial, level))[:, last]
            noise = self._continuum(data, trial)
            return self._among_red(
                noise, data, trial, last, reduction, fit.n_parameters, fit.residual
            )
        before, after = self._squares(data, fit.residual), self._squares(data, trial.residual)
        power = self._power(data, before, after, fit.n_parameters, 1)
        return self._probability(power, data, fit.residual, fit.n_parameters, orders)

    def of_all(self, data: Data, fit: Fit, errors: Covariance, level: Floats) -> Floats:
        """Return the false-alarm probability of each fundamental with its harmonics, shape (K,).

        A line is compared with the fit in which it is left out and all other amplitudes are
        fitted anew, and with the noise around it.  Which of the orders up to the highest have
        lines was chosen by the data: the trials are multiplied by the number of such choices.

        Parameters
        ----------
        data, fit : Data, Fit
            The regression problem and its solution.
        errors : Covariance
            Of the solution.
        level : ndarray, shape (L, d)
            Noise level around each line.
        """
        structure = fit.structure
        if self.red_noise:
            return self._all_among_red(data, fit, errors)
        after = self._squares(data, fit.residual)
        columns = design(data, structure) if max(after.shape) > 1 else None
        result = np.ones(len(structure.frequency))
        for k in range(len(result)):
            lines = np.flatnonzero(structure.parent == k)
            without = None if columns is None else _without(data, fit, errors, lines, columns)
            if without is None or len(after) == 1:
                before = _squares_without(fit, errors, lines, after)
            else:
                before = self._squares(data, without)
            rows = fit.n_nuisance + 2 * lines
            strength = fit.coefficients[rows] ** 2 + fit.coefficients[rows + 1] ** 2
            quiet = (strength / level[lines]).sum(axis=0) / np.maximum(strength.sum(axis=0), 1e-300)
            others = fit.n_parameters - 2 * len(lines) - int(not structure.fixed[k])
            power = self._power(data, before, after, others, len(lines), quiet)
            orders = sorted(int(order) for order in structure.order[lines])
            fixed = bool(structure.fixed[k])
            result[k] = self._probability(power, data, without, others, orders, fixed)
        return result

    def noise_level(self, data: Data, fit: Fit) -> Floats:
        """Return the noise level around each line, shape (L, d)."""
        frequency = fit.structure.line_frequency
        if not self.red_noise:
            return local_level(data, fit.residual, fit.scale, frequency)
        return self._continuum(data, fit).level(frequency)

    @property
    def _alike(self) -> bool:
        """Whether scatters of groups are all that is known of the noise."""
        return self.noise.dy is None and self.noise.n_groups > 1

    def _squares(self, data: Data, residual: Floats) -> Floats:
        """Return the sums of squares of each group and output, as :meth:`_power` takes them."""
        if self._alike:
            return _by_group(data, self.noise.relative[:, np.newaxis] * residual**2)
        return squares(data, residual)

    def _continuum(self, data: Data, fit: Fit) -> Continuum:
        return continuum(data, fit, self.trials.minimum, self.trials.maximum)

    def _all_among_red(self, data: Data, fit: Fit, errors: Covariance) -> Floats:
        structure = fit.structure
        reduction = _reductions(fit, errors)
        result = np.ones(len(structure.frequency))
        noise = self._continuum(data, fit)
        columns = design(data, structure) if data.y.shape[1] > 1 else None
        for k in range(len(result)):
            lines = np.flatnonzero(structure.parent == k)
            others = fit.n_parameters - 2 * len(lines) - int(not structure.fixed[k])
            without = None if columns is None else _without(data, fit, errors, lines, columns)
            taken = reduction[:, lines]
            result[k] = self._among_red(noise, data, fit, lines, taken, others, without)
        return result

    def _among_red(
        self,
        noise: Continuum,
        data: Data,
        fit: Fit,
        lines: Indices,
        reduction: Floats,
        parameters: int,
        before: Floats | None,
    ) -> float:
        """Return the false-alarm probability of lines, given what each takes from chi-square."""
        structure = fit.structure
        part = data.of_outputs(telling(data))
        evidence = float(noise.evidence(structure.line_frequency[lines], reduction).sum())
        n_outputs = part.y.shape[1]
        dof = part.n_values - parameters * n_outputs
        power = power_of_evidence(evidence, dof, len(lines) * n_outputs)
        orders = sorted(int(order) for order in structure.order[lines])
        fixed = bool(structure.fixed[structure.parent[lines[0]]])
        return self._probability(power, data, before, parameters, orders, fixed)

    def _power(
        self,
        data: Data,
        before: Floats,
        after: Floats,
        parameters: int,
        pairs: int,
        quiet: Floats | float = 1.0,
    ) -> float:
        level = np.broadcast_to(quiet, before.shape[1:])
        tells = telling(data)
        part = before[:, tells], after[:, tells], _counts(data)[:, tells]
        if self._alike:
            return power_among_groups(*part, parameters, pairs, level[tells])
        least = None if self.noise.dy is None else _least_variance(data, self.noise.dy)
        least = np.zeros_like(before) if least is None else least
        return pooled_power(*part, parameters, pairs, quiet=level[tells], least=least[:, tells])

    def _probability(
        self,
        power: float,
        data: Data,
        before: Floats | None,
        parameters: int,
        orders: Sequence[int] = (1,),
        fixed: bool = False,
    ) -> float:
        """Return the false-alarm probability of a power.

        What outputs share is measured in the residual `before` the lines, as the strongest of many
        in noise takes most of what they had in common.  One output shares nothing.
        """
        tells = telling(data)
        data = data.of_outputs(tells)
        n_outputs = data.y.shape[1]
        dof = data.n_values - parameters * n_outputs
        if n_outputs > 1 and before is not None:
            shared = shared_noise(data, before[:, tells])
            power = unshared_power(power, dof, len(orders), shared)
        choices = comb(max(self.max_order - 1, len(orders) - 1), len(orders) - 1)

        def probability(bandwidth: float) -> float:
            width = 0.0 if fixed else choices * bandwidth
            return false_alarm_probability(power, dof, width, orders=orders, n_outputs=n_outputs)

        upper = probability(self.trials.upper)
        if (
            fixed
            or not TRIALS.clear * self.false_alarm < upper < TRIALS.hopeless * self.false_alarm
        ):
            return upper
        return probability(self.trials.distinct)


def squares(data: Data, residual: Floats) -> Floats:
    """Return the weighted sum of squared residuals of each group and output, shape (G, d)."""
    return _by_group(data, data.weights * residual**2)


def _reductions(fit: Fit, errors: Covariance) -> Floats:
    """Return by how much each line lowers chi-square on top of all others, shape (d, L)."""
    reduction = np.zeros((fit.coefficients.shape[1], len(fit.structure.order)))
    for j, linear in enumerate(errors.linear):
        for line in range(len(fit.structure.order)):
            rows = fit.n_nuisance + 2 * line + np.arange(2)
            block, c = linear[np.ix_(rows, rows)], fit.coefficients[rows, j]
            if np.any(np.diag(block) > 0):
                reduction[j, line] = float(c @ _weighed(block, c))
    return reduction


def _counts(data: Data) -> Floats:
    present = np.broadcast_to(data.weights > 0, data.y.shape)
    return data.told * _by_group(data, present.astype(np.float64))


def _least_variance(data: Data, dy: Floats) -> Floats:
    """Return the variance of the errors alone, relative to that which the weights say."""
    share = np.where(data.weights > 0, data.weights * dy**2, 0.0)
    share = np.broadcast_to(share, data.y.shape)
    return _by_group(data, share) / np.maximum(_counts(data), 1.0)


def _by_group(data: Data, values: Floats) -> Floats:
    n_groups = int(data.group.max(initial=0)) + 1
    if n_groups == 1:
        total: Floats = values.sum(axis=0, keepdims=True)
        return total
    return np.stack(
        [np.bincount(data.group, column, minlength=n_groups) for column in values.T], axis=1
    )


def _squares_without(fit: Fit, errors: Covariance, lines: Indices, after: Floats) -> Floats:
    """Return the sums of squares without some lines, all other coefficients fitted anew."""
    before = after.copy()
    for j, (rows, pull) in _pulls(fit, errors, lines).items():
        before[0, j] += float(fit.coefficients[rows, j] @ pull) * fit.scale[j]
    return before


def _without(data: Data, fit: Fit, errors: Covariance, lines: Indices, columns: Floats) -> Floats:
    """Return the residual without some lines, all other coefficients fitted anew, shape (n, d)."""
    change = np.zeros_like(data.y)
    for j, (rows, pull) in _pulls(fit, errors, lines).items():
        change[:, j] = columns @ (errors.linear[j][:, rows] @ pull)
    return fit.residual + change


def _pulls(fit: Fit, errors: Covariance, lines: Indices) -> dict[int, tuple[Indices, Floats]]:
    """Return the Lagrange multipliers of the constraint that some coefficients are 0."""
    rows = fit.n_nuisance + np.sort(np.concatenate([2 * lines, 2 * lines + 1]))
    pulls = {}
    for j, linear in enumerate(errors.linear):
        block = linear[np.ix_(rows, rows)]
        if np.any(np.diag(block) > 0):
            pulls[j] = rows, _weighed(block, fit.coefficients[rows, j])
    return pulls


def _weighed(block: Floats, values: Floats) -> Floats:
    """Return values weighed by the inverse of their covariance.

    It is scaled to unit diagonal first: at the Nyquist frequency of regular samples a sine has next
    to no information, and its variance would hide that the cosine has much.
    """
    size = np.sqrt(np.diag(block))
    size = np.where(size > 0, size, np.inf)
    inverse = np.linalg.pinv(block / np.outer(size, size), hermitian=True)
    result: Floats = inverse @ (values / size) / size
    return result
