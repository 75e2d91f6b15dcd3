"""The numbers behind predictions: levels, trend, covariates and sinusoids at any times."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from epicycle.evidence.envelope import Envelope
from epicycle.results.cycles import Cycle
from epicycle.results.prediction import PredictionErrors, Spread, distance_beyond, walk_spread
from epicycle.samples import phase
from epicycle.samples.arrays import Floats
from epicycle.samples.background import Background
from epicycle.samples.checks import check_covariates
from epicycle.samples.labels import finder, names_of
from epicycle.samples.times import Times, TimeScale

#: Predictions reach this many baselines: no phase is known there, but no power overflows.
_FARTHEST = 1e15


class _Place(NamedTuple):
    """Some times: from the reference, within the data or not, and what is there beside cycles.

    `groups`, shape (n, G), is how much of each group is asked for, `gain`, shape (n, 1), the gain
    that they have together, and `columns`, shape (n, p), the nuisance columns without any gain.
    """

    times: Times
    inside: NDArray[np.bool_]
    groups: Floats
    gain: Floats
    columns: Floats


@dataclass(frozen=True, eq=False)
class Predictor:
    """The numbers behind :meth:`CycleModel.predict`.

    Attributes
    ----------
    scale : TimeScale
        Unit and calendar of the user's times.
    reference, first, last, baseline : float
        Reference time and span of the data, as numbers on that scale.
    background : Background
        Offsets, trend and covariates.
    group_labels : tuple
        Groups with offsets of their own.
    group_weights : tuple of float
        Share of the samples in each group, used where no group is named.
    nuisance, level : ndarray, shape (p, d)
        Coefficients of offsets and trend inside the span of the data, and outside of it, where
        slow variation is not continued.
    frequency, drift : ndarray, shape (L,)
        Frequencies of the sinusoids at the reference time, and their change per unit of time.
    coefficients : ndarray, shape (2 L, d)
        Cosine and sine coefficients of each in turn.
    slow : ndarray of bool, shape (L,)
        Which sinusoids are slow variation.
    errors : PredictionErrors or None
        How wrong all this may be; None where it is not known.
    fading : ndarray, shape (L,), or (0,) for none
        One over the coherence time of each sinusoid; 0 for a clock.
    envelopes : tuple of Envelope
        How the amplitudes vary of those sinusoids that do.
    gains : tuple of float
        What multiplies everything, offsets included, in each group; empty where nothing does.
    """

    scale: TimeScale
    reference: float
    first: float
    last: float
    baseline: float
    background: Background
    group_labels: tuple[Any, ...]
    group_weights: tuple[float, ...]
    nuisance: Floats
    level: Floats
    frequency: Floats
    drift: Floats
    coefficients: Floats
    slow: NDArray[np.bool_]
    errors: PredictionErrors | None = None
    fading: Floats = field(default_factory=lambda: np.empty(0))
    envelopes: tuple[Envelope, ...] = ()
    gains: tuple[float, ...] = ()

    @property
    def degree(self) -> int:
        """Degree of the trend."""
        return self.background.degree

    def __call__(self, t: Any, group: Any = None, covariates: Any = None) -> Floats:
        """Return the model at times `t`, shape (n, d)."""
        at = self._at(t, group, covariates)
        result = self._background(at, self._nuisance(at))
        for line in range(len(self.frequency)):
            columns = at.gain * self._line(at, line)
            result += columns @ self.coefficients[2 * line : 2 * line + 2]
        return result

    def spread(self, t: Any, group: Any = None, covariates: Any = None) -> Spread:
        """Return how new values scatter about the model at times `t`.

        Raises
        ------
        ValueError
            If these errors are not known.
        """
        if self.errors is None:
            raise ValueError(
                "return_std needs the errors of the model, which are known neither for events nor "
                "in documents written without them. To fix this, predict without errors, or fit "
                "the samples anew."
            )
        at = self._at(t, group, covariates)
        offset = at.times.to_float()
        columns = np.empty((len(offset), 2 * len(self.frequency)))
        for line in range(len(self.frequency)):
            columns[:, 2 * line : 2 * line + 2] = at.gain * self._line(at, line)
        variance = self.errors.model_variance(
            offset,
            self._nuisance(at),
            columns,
            self.coefficients,
            at.inside,
            self._by_gain(at),
        )
        for envelope in self.envelopes:
            waveform = np.zeros_like(variance)
            for line in envelope.lines:
                rows = slice(2 * line, 2 * line + 2)
                waveform += at.gain * self._steady(at, line) @ self.coefficients[rows]
            variance += waveform**2 * envelope.variance(offset)[:, np.newaxis]
        span = [(edge - self.reference) / self.baseline for edge in (self.first, self.last)]
        scaled = offset / self.baseline
        beyond = np.where(at.inside, 0.0, walk_spread(self.degree, scaled, *span))
        variance += at.gain**2 * beyond[:, np.newaxis] * self.errors.walk
        for line in np.flatnonzero(self.fading).tolist():
            # what the phasor forgets comes back with any phase
            power = 0.5 * (self.coefficients[2 * line : 2 * line + 2] ** 2).sum(axis=0)
            variance += at.gain**2 * np.outer(1 - self._kept(offset, line) ** 2, power)
        variance += (at.groups * self.gain_of_groups**2) @ self.errors.scatter**2
        ahead = np.where(at.inside, 0.0, distance_beyond(scaled, *span) + self.errors.blind)
        # a bend at a random place between the data and t moves t by a third of its square
        return Spread(
            variance=variance,
            bend=at.gain**2 * ahead[:, np.newaxis] ** 2 / 3 * self.errors.bend,
            expected=len(self.background.knots) * ahead,
        )

    def envelope_of(self, cycle: Cycle) -> Envelope | None:
        """Return how the amplitude of a cycle varies, None where it is constant."""
        return next((one for one in self.envelopes if one.frequency == cycle.frequency), None)

    @property
    def gain_of_groups(self) -> Floats:
        """Gain of every group, shape (G,)."""
        return np.array(self.gains) if self.gains else np.ones(len(self.group_labels))

    def elapsed(self, t: Any) -> Times:
        """Return times counted from the reference.

        Raises
        ------
        TypeError, ValueError
            If they cannot be used, or are too far away.
        """
        times = self.scale.parse(t).minus(self.reference)
        if not (np.abs(times.to_float()) <= _FARTHEST * self.baseline).all():
            raise ValueError(
                f"t has times more than {_FARTHEST:.0e} times the length of the data away from "
                f"them: expected nearer ones. To fix this, check their unit."
            )
        return times

    def _at(self, t: Any, group: Any, covariates: Any) -> _Place:
        """Return what the model has to know of some times."""
        times = self.elapsed(t)
        offset = times.to_float()
        # a margin of rounding, so that the first and last sample are inside
        margin = 1e-9 * self.baseline
        inside = (offset >= self.first - self.reference - margin) & (
            offset <= self.last - self.reference + margin
        )
        if covariates is not None:
            covariates = check_covariates(covariates, len(offset), len(self.background.centre))
        groups = group_rows(group, len(offset), self.group_labels, self.group_weights)
        gain = groups @ self.gain_of_groups[:, np.newaxis]
        columns = self.background.columns(offset / self.baseline, groups, covariates)
        return _Place(times, inside, groups, gain, columns)

    def _nuisance(self, at: _Place) -> Floats:
        """Return the nuisance columns by gain, shape (n, p)."""
        n_groups = len(self.group_labels)
        offsets = at.columns[:, :n_groups] * self.gain_of_groups
        return np.hstack([offsets, at.columns[:, n_groups:] * at.gain])

    def _background(self, at: _Place, nuisance: Floats) -> Floats:
        """Return what nuisance columns add to the model, shape (n, d)."""
        inside = at.inside[:, np.newaxis]
        return np.where(inside, nuisance @ self.nuisance, nuisance @ self.level)

    def _by_gain(self, at: _Place) -> Floats:
        """Return the derivatives of the model by relative gains, shape (n, G); (n, 0) without."""
        if not self.gains:
            return np.empty((len(at.gain), 0))
        # everything but the offsets, which are fitted freely, in units of the reference
        shared = at.columns.copy()
        shared[:, : len(self.gains)] = 0.0
        model = self._background(at, shared)
        for line in range(len(self.frequency)):
            model += self._line(at, line) @ self.coefficients[2 * line : 2 * line + 2]
        by_gain: Floats = at.groups * self.gain_of_groups * model[:, :1]
        return by_gain

    def _line(self, at: _Place, line: int) -> Floats:
        """Return cosine and sine of one line, shape (n, 2), by its factor where it varies."""
        columns = self._steady(at, line)
        for envelope in self.envelopes:
            if line in envelope.lines:
                columns = columns * envelope.at(at.times.to_float())[:, np.newaxis]
        return columns

    def _steady(self, at: _Place, line: int) -> Floats:
        """Return cosine and sine of one line, shape (n, 2), 0 where it is not continued."""
        offset = at.times.to_float()
        cosine, sine = phase.unit_phasors(
            phase.turns(self.frequency[line], at.times) + 0.5 * self.drift[line] * offset**2
        )
        if self.slow[line]:
            cosine, sine = cosine * at.inside, sine * at.inside
        if len(self.fading) and self.fading[line] > 0:
            kept = self._kept(offset, line)
            cosine, sine = cosine * kept, sine * kept
        return np.stack([cosine, sine], axis=1)

    def _kept(self, offset: Floats, line: int) -> Floats:
        """Return the correlation of a line's phasor with that at the nearest end of the data."""
        before, after = self.first - self.reference - offset, offset - self.last + self.reference
        distance = np.maximum(np.maximum(before, after), 0.0)
        kept: Floats = np.exp(-self.fading[line] * distance)
        return kept


def group_rows(group: Any, n: int, labels: tuple[Any, ...], shares: tuple[float, ...]) -> Floats:
    """Return how much of each group goes into each of n rows, shape (n, G).

    All of the group that is named, or every group by its share of the samples where none is.
    """
    if group is None:
        return np.tile(np.array(shares), (n, 1))
    wanted = np.broadcast_to(np.asarray(group, dtype=object), (n,))
    place = finder(labels)
    codes = [place(g) for g in wanted.tolist()]
    unknown = sorted(
        {str(g) for g, code in zip(wanted.tolist(), codes, strict=True) if code is None}
    )
    if unknown:
        raise ValueError(
            f"group {unknown[0]!r} is not among the groups that were fitted: "
            f"{', '.join(names_of(labels))}. To fix this, pass one of these, or None for their "
            f"mean."
        )
    rows: Floats = np.eye(len(labels))[np.array(codes, dtype=np.intp)]
    return rows
