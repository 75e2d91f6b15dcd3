r"""One waveform for all groups, with an amplitude of its own in each: gains.

Bands that see one pulsation, or sensors of different sensitivity on one machine, follow

.. math:: y_i = n_g + \gamma_g\, m(t_i) + \epsilon_i ,

with an offset :math:`n_g` and a gain :math:`\gamma_g` of each group g and one model m of trend and
cycles.  Divided by the gains, the values are those of groups that differ by offsets only, and
everything else is done with those.  The gains themselves begin with the strongest cycle as it was
found with amplitudes and phases of its own in every group, a test in which they play no part, and
are brought to the least-squares optimum at the end, together with everything else: a step of gain
is the coefficient of the column that holds m in the rows of its group (Gauss-Newton).  These
columns take part in the errors.  The gain of the group in which the signal is best measured is 1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from epicycle.effects.groups import have_own_waveforms, may_differ, spread
from epicycle.effects.task import Task
from epicycle.evidence.waveforms import Ranking
from epicycle.fit.errors import Covariance, covariance
from epicycle.fit.joint import fundamental_powers, line_powers
from epicycle.fit.noise import NoiseModel
from epicycle.fit.refine import fit_lines
from epicycle.pursuit.pursuit import Pursuit, pursue
from epicycle.samples.arrays import Floats
from epicycle.samples.checks import Samples
from epicycle.samples.data import Data, build_data
from epicycle.spectra.bands import Progress

#: Gains have settled when none moves by more than this share of its error, or of itself.
_SETTLED, _ROUNDING = 0.01, 1e-12

_ROUNDS = 20

#: No gain is smaller than this: the values are divided by it.
_LEAST = 1e-6

#: Said where gains were asked for, and nothing was found to measure them by.
NOT_MEASURED = (
    "no cycle is significant when each group has amplitudes and phases of its own, so the "
    "amplitudes in the groups cannot be compared, and none is claimed; per_group='offset' asks for "
    "a cycle that is alike in all"
)


@dataclass(frozen=True, eq=False)
class Gains:
    """Amplitude of each group relative to the one that is best measured.

    Attributes
    ----------
    given : Samples
        The samples before they were divided.
    value, error : ndarray, shape (G,)
        Gains, negative where a group goes the other way, and their standard errors.
    reference : int
        The group whose gain is 1, without an error.
    frequency, false_alarm : float
        The cycle by which they were first measured, and its false-alarm probability with
        amplitudes and phases of its own in every group.
    ranking : Ranking or None
        Frequencies compared as waveforms of all groups.
    """

    given: Samples
    value: Floats
    error: Floats
    reference: int
    frequency: float
    false_alarm: float
    ranking: Ranking | None


def with_first_gains(task: Task, progress: Progress | None = None) -> tuple[Task, Gains | None]:
    """Return the task divided by gains, where the user asked for them, and these gains.

    Where there is no cycle to measure them by, nothing is claimed; the gains are then None, as
    they are where there are too few samples, or no groups that may differ.
    """
    wanted = task.options.per_group == "amplitude"
    if not wanted or task.notes or not may_differ(task.samples):
        return task, None
    gains = _first_gains(task, progress)
    if gains is None:
        return task.without_claims(NOT_MEASURED), None
    samples = divided(task.samples, gains.value)
    data = replace(build_data(samples, task.data.degree), told=task.data.told)
    noise = NoiseModel.of(samples)
    return replace(task, samples=samples, data=data, noise=noise, ranking=gains.ranking), gains


def _first_gains(task: Task, progress: Progress | None) -> Gains | None:
    """Return gains measured by the strongest cycle, or None where there is none."""
    samples, data, plan, goal = task.samples, task.data, task.plan, task.goal
    own = spread(samples)
    separate = replace(build_data(own, data.degree), told=data.told)
    noise = NoiseModel.of(own)
    ranking = have_own_waveforms(data, separate, (task.noise, noise), plan)[1]
    one = replace(goal, max_cycles=min(goal.max_cycles, 1))
    found = pursue(separate, noise, plan, one, ranking=ranking, progress=progress)
    structure = found.fit.structure
    power = np.where(structure.frequency < goal.slow_limit, 0.0, fundamental_powers(found.fit))
    if not power.any():
        return None
    k = int(power.argmax())
    lines = np.flatnonzero(structure.parent == k)
    # in units of their errors, the best gains are the first singular vector
    size = np.sqrt([found.data.weights_of(j).sum() for j in range(separate.y.shape[1])])
    vector = np.linalg.svd(found.fit.coefficients[found.fit.rows_of(lines)] * size)[2][0]
    value = vector / size
    reference = int(np.abs(vector).argmax())
    return Gains(
        given=samples,
        value=_kept_apart_from_zero(value / value[reference]),
        error=np.zeros(len(value)),
        reference=reference,
        frequency=float(structure.frequency[k]),
        false_alarm=float(found.false_alarm[k]),
        ranking=ranking,
    )


def divided(samples: Samples, gain: Floats) -> Samples:
    """Return samples in units of the reference group, given the gain of every group."""
    by = gain[samples.group][:, np.newaxis]
    dy = None if samples.dy is None else samples.dy / np.abs(by)
    return replace(samples, y=samples.y / by, dy=dy)


def with_settled_gains(found: Pursuit, task: Task, gains: Gains) -> tuple[Pursuit, Task, Gains]:
    """Return the joint optimum of all lines and gains, and the task in units of these gains.

    Parameters
    ----------
    found : Pursuit
        A pursuit of the task.
    task : Task
        What it was made of: samples divided by the gains.
    gains : Gains
        The gains by which they were divided.
    """
    value = gains.value
    others = np.arange(len(value)) != gains.reference
    for _ in range(_ROUNDS if len(found.fit.structure.order) else 0):
        p = found.fit.n_nuisance
        extended = _with_gain_columns(found, gains.reference)
        fit = fit_lines(extended, found.fit.structure, absolute=True)
        step = np.zeros(len(value))
        step[others] = fit.coefficients[p : p + len(value) - 1, 0]
        error = _relative_errors(_extended_covariance(found, gains.reference), len(value))
        if (np.abs(step) <= np.maximum(_SETTLED * error, _ROUNDING)).all():
            break
        new = _kept_apart_from_zero(value * (1.0 + step))
        ratio = (new / value)[found.data.group][:, np.newaxis]
        data = replace(found.data, y=found.data.y / ratio, weights=found.data.weights * ratio**2)
        value = new
        task = _divided_anew(task, gains.given, value)
        found = task.refit(found, data=data)
    return found, _divided_anew(task, gains.given, value), replace(gains, value=value)


def _divided_anew(task: Task, given: Samples, value: Floats) -> Task:
    """Return the task with samples, and noise, in the units of other gains."""
    samples = divided(given, value)
    return replace(task, samples=samples, noise=NoiseModel.of(samples))


def with_gain_errors(found: Pursuit, gains: Gains) -> tuple[Pursuit, Gains]:
    """Return a pursuit whose errors, and claims, know that the gains were measured.

    The covariance matrices have a row more for each group, the last ones: the relative error of
    its gain, 0 for the reference.
    """
    structure = found.fit.structure
    if not len(structure.order):
        return found, gains
    errors = _extended_covariance(found, gains.reference)
    relative = _relative_errors(errors, len(gains.value))
    # the cycle that has measured the gains was found with more freedom than the others
    false_alarm = found.false_alarm.copy()
    nearest = int(np.abs(structure.frequency - gains.frequency).argmin())
    if abs(structure.frequency[nearest] - gains.frequency) > 1.0 / found.data.baseline:
        nearest = int(fundamental_powers(found.fit).argmax())
    false_alarm[nearest] = max(false_alarm[nearest], gains.false_alarm)
    return (
        replace(found, covariance=errors, false_alarm=false_alarm),
        replace(gains, error=relative * np.abs(gains.value)),
    )


def _kept_apart_from_zero(gain: Floats) -> Floats:
    result: Floats = np.where(np.abs(gain) < _LEAST, np.copysign(_LEAST, gain), gain)
    return result


def _with_gain_columns(found: Pursuit, reference: int) -> Data:
    """Return the data with a nuisance column for each gain but that of the reference.

    It holds the model, without offsets, in the rows of the group.
    """
    data, fit = found.data, found.fit
    offsets = data.nuisance[:, : data.background.n_groups]
    model = data.y - fit.residual - offsets @ fit.coefficients[: offsets.shape[1]]
    columns = np.delete(model * offsets, reference, axis=1)
    return replace(data, nuisance=np.hstack([data.nuisance, columns]))


def _extended_covariance(found: Pursuit, reference: int) -> Covariance:
    """Return the covariance of everything with the relative gains, which stand last."""
    fit, own = found.fit, found.covariance
    n_groups, p = found.data.background.n_groups, fit.n_nuisance
    wide = covariance(_with_gain_columns(found, reference), fit, found.level)
    # the noise that a gain meets is that around the strongest line
    strongest = found.level[int(line_powers(fit).argmax())]
    return replace(
        own,
        frequency=wide.frequency,
        drift=wide.drift,
        joint=tuple(
            _gains_last(one, len(own.frequency) + p, n_groups, reference, level)
            for one, level in zip(wide.joint, strongest.tolist(), strict=True)
        ),
        complete=tuple(
            _gains_last(one, 2 * len(own.frequency) + p, n_groups, reference, level)
            for one, level in zip(wide.complete, strongest.tolist(), strict=True)
        ),
    )


def _gains_last(matrix: Floats, first: int, n_groups: int, reference: int, level: float) -> Floats:
    """Return a covariance with the gains, which begin at `first`, after everything else."""
    gains = np.arange(first, first + n_groups - 1)
    size = len(matrix) + 1
    to = np.concatenate([np.delete(np.arange(size - 1), gains), gains])
    result = np.zeros((size, size))
    rows = np.delete(np.arange(size), size - n_groups + reference)
    unit = np.ones(size - 1)
    unit[size - n_groups :] = np.sqrt(level)
    result[np.ix_(rows, rows)] = matrix[np.ix_(to, to)] * np.outer(unit, unit)
    return result


def _relative_errors(errors: Covariance, n_groups: int) -> Floats:
    """Return the errors of the gains, in units of each, from an extended covariance."""
    result: Floats = np.sqrt(np.maximum(np.diag(errors.complete[0])[-n_groups:], 0.0))
    return result
