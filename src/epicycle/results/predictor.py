"""The numbers behind predictions: levels, trend, covariates and sinusoids at any times."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from epicycle.evidence.envelope import Envelope
from epicycle.living.ends import Living
from epicycle.results.ahead import Ahead
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


class _Lived(NamedTuple):
    """One output beyond the data: rows, value, variance of new values, and what it is of.

    `multiplies` says that the variance is that of the logarithm, `bends` that the trend may bend.
    """

    rows: NDArray[np.intp]
    output: int
    value: Floats
    variance: Floats
    multiplies: bool
    bends: bool


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
        Coefficients of offsets and trend inside the span of the data, and outside of it where no
        level lives on.
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
    blur : ndarray, shape (2 L,), or (0,) for none
        Share of each coefficient that the exposure leaves in the samples.
    frequency_error, drift_error : ndarray, shape (L,), or (0,) for none
        Standard errors of `frequency` and `drift`.
    ahead : Ahead or None
        What goes on beyond the data; None where only `level` does.
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
    blur: Floats = field(default_factory=lambda: np.empty(0))
    frequency_error: Floats = field(default_factory=lambda: np.empty(0))
    drift_error: Floats = field(default_factory=lambda: np.empty(0))
    ahead: Ahead | None = None

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
        for ahead in self._ahead(at):
            result[ahead.rows, ahead.output] = ahead.value
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
        bend = at.gain**2 * ahead[:, np.newaxis] ** 2 / 3 * self.errors.bend
        multiplies = np.zeros(variance.shape, dtype=bool)
        for one in self._ahead(at):
            variance[one.rows, one.output] = one.variance
            multiplies[one.rows, one.output] = one.multiplies
            if not one.bends:
                bend[one.rows, one.output] = 0.0
        return Spread(
            variance=variance,
            bend=bend,
            expected=len(self.background.knots) * ahead,
            multiplies=multiplies,
        )

    def _ahead(self, at: _Place) -> list[_Lived]:
        """Return what goes on beyond the data, for every output that has a living level."""
        rows = np.flatnonzero(~at.inside)
        if self.ahead is None or not len(rows):
            return []
        place = _Place(
            at.times[rows],
            at.inside[rows],
            at.groups[rows],
            at.gain[rows],
            at.columns[rows],
        )
        lines = np.empty((len(rows), 2 * len(self.frequency)))
        for line in range(len(self.frequency)):
            lines[:, 2 * line : 2 * line + 2] = self._wave(place, line)
        if len(self.blur):
            lines /= self.blur
        return [
            self._lived(place, rows, j, living, lines)
            for j, living in enumerate(self.ahead.outputs)
            if living is not None
        ]

    def _lived(
        self, at: _Place, rows: NDArray[np.intp], j: int, living: Living, lines: Floats
    ) -> _Lived:
        """Return one output where its level lives on."""
        offset = at.times.to_float()
        n_groups, n_trend = len(self.group_labels), self.background.n_trend
        trend = np.hstack([np.ones((len(rows), 1)), at.columns[:, n_groups:n_trend]])
        mean, variance = living.at(offset, trend, lines)
        variance += self._of_frequencies(offset, living, lines)
        by = self.gain_of_groups
        if living.beside is not None or living.logarithmic:
            # one group without a gain
            mean, variance = living.averaged(offset, mean, variance + living.scatter[0])
            variance = variance - living.scatter[0]
        if living.logarithmic:
            return _Lived(rows, j, np.exp(mean), variance + living.scatter[0], True, False)
        gain = at.gain[:, 0]
        variance = gain**2 * variance + (at.groups * by**2) @ living.scatter
        value = gain * mean + (at.columns[:, :n_groups] * by) @ self.nuisance[:n_groups, j]
        value += gain * (at.columns[:, n_trend:] @ self.nuisance[n_trend:, j])
        for line in np.flatnonzero(self.held).tolist():
            part = self._line(at, line) @ self.coefficients[2 * line : 2 * line + 2, j]
            value += gain * part
        variance += gain**2 * self._of_held(at, j)
        bends = living.n_trend > 1 + self.degree
        return _Lived(rows, j, value, variance, False, bends)

    def _of_frequencies(self, offset: Floats, living: Living, lines: Floats) -> Floats:
        """Return the variance that errors of frequencies and drifts make, shape (m,)."""
        if self.errors is None or not len(self.frequency_error) or not len(living.lines):
            return np.zeros(len(offset))
        turning = 2 * np.pi * living.turning(offset, lines)
        parent = self.errors.parent[living.lines]
        together = (parent[:, np.newaxis] == np.unique(parent)).astype(np.float64)
        by_frequency = (turning * self.frequency_error[living.lines]) @ together
        by_drift = (turning * self.drift_error[living.lines]) @ together
        result: Floats = (by_frequency**2).sum(axis=1) * offset**2
        result += (by_drift**2).sum(axis=1) * (0.5 * offset**2) ** 2
        return result

    def _of_held(self, at: _Place, j: int) -> Floats:
        """Return the variance of lines whose amplitude varies or fades, shape (m,)."""
        offset = at.times.to_float()
        variance = np.zeros(len(offset))
        for envelope in self.envelopes:
            waveform = np.zeros_like(variance)
            for line in envelope.lines:
                rows = slice(2 * line, 2 * line + 2)
                waveform += self._steady(at, line) @ self.coefficients[rows, j]
            variance += waveform**2 * envelope.variance(offset)
        for line in np.flatnonzero(self.fading).tolist():
            power = 0.5 * float((self.coefficients[2 * line : 2 * line + 2, j] ** 2).sum())
            variance += (1 - self._kept(offset, line) ** 2) * power
        return variance

    @property
    def held(self) -> NDArray[np.bool_]:
        """Which lines vary or fade, and go on as they were found, shape (L,)."""
        held = np.zeros(len(self.frequency), dtype=bool)
        if len(self.fading):
            held |= self.fading > 0
        for envelope in self.envelopes:
            held[list(envelope.lines)] = True
        return held & ~self.slow

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
        columns = self._wave(at, line)
        if self.slow[line]:
            columns = columns * at.inside[:, np.newaxis]
        if len(self.fading) and self.fading[line] > 0:
            columns = columns * self._kept(at.times.to_float(), line)[:, np.newaxis]
        return columns

    def _wave(self, at: _Place, line: int) -> Floats:
        """Return cosine and sine of one line at all times, shape (n, 2)."""
        cosine, sine = phase.unit_phasors(
            phase.turns(self.frequency[line], at.times)
            + 0.5 * self.drift[line] * at.times.to_float() ** 2
        )
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
