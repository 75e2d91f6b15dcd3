"""The numbers of a result: cycles, prediction, spectra."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np

from epicycle.evidence.gears import GearTrain, find_gears
from epicycle.results.cycles import Asked, Cycle, Line
from epicycle.results.local_time import ClockTime, clock_time
from epicycle.results.predictor import Predictor, group_rows
from epicycle.results.responding import Responding
from epicycle.results.suggestions import Suggestion, suggest_periods
from epicycle.samples.arrays import Floats
from epicycle.samples.options import check_count, check_positive
from epicycle.samples.times import Times
from epicycle.spectra.plan import SearchPlan

if TYPE_CHECKING:
    from epicycle.results.origin import Origin


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Spectra for the eye, thinned to the highest point in each piece of the band.

    Attributes
    ----------
    frequency : ndarray, shape (m,)
        Cycles per unit of time.
    power : ndarray, shape (m,)
        Share of the variance that a sinusoid explains in the data, before any line is removed.
    residual_power : ndarray, shape (m,)
        The same for the residual of the model.
    window_frequency, window : ndarray, shape (l,)
        Spectral window: power at these distances from a line that is due to the sampling alone.
    threshold : float
        Power that noise exceeds anywhere in the band with the false-alarm probability asked for.
    """

    frequency: Floats
    power: Floats
    residual_power: Floats
    window_frequency: Floats
    window: Floats
    threshold: float


@dataclass(frozen=True, eq=False)
class EventTimes:
    """Events that a result was made from.

    Attributes
    ----------
    times : Times, shape (n,)
        Counted from the reference time.
    weights : ndarray, shape (n,)
        Their weights, 1 by default.
    """

    times: Times
    weights: Floats


@dataclass(frozen=True, eq=False)
class Result:
    """Cycles found in data, with errors, and the model that they make.

    Attributes
    ----------
    cycles : tuple of Cycle
        Strongest first, each with a false-alarm probability of at most the `false_alarm` asked
        for; known periods besides, whatever supports them.  Empty where nothing is significant.
    lines : tuple of Line
        Every sinusoid of the model, slow variation, harmonics and what is fitted without being
        claimed as a cycle included.
    undecided : tuple of str
        What the data cannot decide, in words.
    unit : str
        Unit of time; "" where times were plain numbers.
    n_samples, n_dropped : int
        Rows used, and rows left out because nothing in them could be used.
    baseline : float
        Last minus first time.
    reference_time : float, datetime or str
        The weighted middle of the data, to which frequencies and phases refer.
    residual : ndarray, shape of y
        Data minus model, in the order given; NaN where a value was missing, and in copies of an
        earlier row.
    residual_std : float or tuple of float
        Root mean square of the residual.
    jitter : dict
        Extra scatter per group, beyond `dy`; without `dy` and groups the whole scatter.  Empty
        for events.
    amplitude_limit : float or tuple of float
        A further sinusoid of this amplitude would have shown more power than the residual has
        anywhere in the band, and would have been claimed, with 95 % probability.  Where nothing was
        found, this is the upper limit on the amplitude of any cycle.  NaN where that was not
        tested: in short series, and where slow variation is fitted, which may be a cycle.
    search : SearchPlan
        The band searched, and why.
    spectrum : Spectrum
        Spectra and spectral window for the eye.
    predictor : Predictor
        The numbers behind :meth:`predict`.
    output_names : tuple of str, or None
        Names of the columns of y; None where y was one-dimensional.
    seconds : float
        Time that the search took.
    samples : tuple, or None
        Times, values and groups as they were given; None for events, and for what was read from a
        document.
    origin : Origin or None
        What the result was made from, to refit it; None where `samples` is.
    events : EventTimes or None
        The events whose rate was searched; None for values, and for what was read from a document.
    locked : tuple of GearTrain
        Gear trains whose cycles were refitted in integer ratios (:func:`epicycle.lock_gears`).
    outliers : tuple of int
        Positions, in the order given, of the samples with a value farther from the model than
        noise brings any in 99 of 100 data sets, given the median of the absolute residuals.
    n_repeated : int
        Samples whose time another one has as well; each counts as a measurement.
    n_copies : int
        Rows left out because they repeat an earlier one exactly, in all they hold.
    is_sorted : bool
        Whether the samples came in the order of time, which makes no difference.
    group_shares : tuple of float, or None
        Where each group has a waveform of its own, `output_names` are the groups and these their
        shares in the samples; None where groups share their waveforms, or there are none.
    gains : dict
        Where groups have one waveform and an amplitude each: (gain, error) of every group.  The
        amplitudes in `cycles`, `lines` and `amplitude_limit` are those of the group whose gain is
        1, the one best measured; those of the others are gain times that, in the opposite sense
        where the gain is negative.
    asked : Asked or None
        What the data say of the period that was asked about (``period=``), significant or not;
        None where cycles were looked for.  `amplitude_limit` is then the amplitude from which on
        that rhythm would have been claimed.
    covariate_names : tuple of str
        Names of the columns of covariates.
    responding : Responding
        How values follow from the scale on which cycles add up, see `response`.
    """

    cycles: tuple[Cycle, ...]
    lines: tuple[Line, ...]
    undecided: tuple[str, ...]
    unit: str
    n_samples: int
    n_dropped: int
    baseline: float
    reference_time: Any
    residual: Floats = field(repr=False)
    residual_std: Any
    jitter: dict[str, Any]
    amplitude_limit: Any
    search: SearchPlan
    spectrum: Spectrum = field(repr=False)
    predictor: Predictor = field(repr=False)
    output_names: tuple[str, ...] | None
    seconds: float
    samples: tuple[Any, Any, Any] | None = field(default=None, repr=False)
    origin: Origin | None = field(default=None, repr=False)
    events: EventTimes | None = field(default=None, repr=False)
    locked: tuple[GearTrain, ...] = ()
    outliers: tuple[int, ...] = ()
    n_repeated: int = 0
    n_copies: int = 0
    is_sorted: bool = True
    group_shares: tuple[float, ...] | None = None
    gains: dict[str, tuple[float, float]] = field(default_factory=dict)
    asked: Asked | None = None
    covariate_names: tuple[str, ...] = ()
    responding: Responding = field(default_factory=Responding, repr=False)

    @property
    def response(self) -> str:
        """The scale of level, cycles and amplitudes, of `jitter` and of `amplitude_limit`.

        "identity": that of the values; "log", "logit"; of a "count", the logarithm of its mean.
        """
        return self.responding.told

    @property
    def forecast_response(self) -> str:
        """The scale that predictions are made on: `response`, or what "auto" has chosen.

        It is "count" where values are counts, and "log" where logarithms go on beyond the data.
        """
        if self.responding.counted is not None:
            return "count"
        ahead = self.predictor.ahead
        outputs = () if ahead is None else ahead.outputs
        is_log = any(one is not None and one.logarithmic for one in outputs)
        return "log" if is_log else self.response

    @property
    def of_events(self) -> bool:
        """Whether the cycles are those of the rate of events; there is no residual then."""
        return not self.jitter

    @property
    def gears(self) -> tuple[GearTrain, ...]:
        """Gear trains among the cycles that are neither held nor locked; an offer, no more.

        See :func:`epicycle.find_gears`, and :func:`epicycle.lock_gears` to accept it.
        """
        locked = {member for train in self.locked for member in train.members}
        free = [k for k, c in enumerate(self.cycles) if k not in locked and _measured(c)]
        found = find_gears(
            [self.cycles[k].frequency for k in free],
            [self.cycles[k].frequency_error for k in free],
        )
        return tuple(replace(g, members=tuple(free[m] for m in g.members)) for g in found)

    @property
    def trend_changes(self) -> tuple[Any, ...]:
        """When the slope of a piecewise trend changes, in the user's own time."""
        p = self.predictor
        return tuple(
            p.scale.to_user(p.reference + knot * p.baseline) for knot in p.background.knots
        )

    @property
    def clock(self) -> str | None:
        """How time was counted, "elapsed" or "local"; None where times are numbers."""
        scale = self.predictor.scale
        return scale.clock if scale.calendar else None

    @property
    def clock_times(self) -> tuple[tuple[ClockTime, ...] | None, ...]:
        """For each cycle near a day, when on the clock it is highest, one time per output."""
        return tuple(clock_time(cycle, self.predictor.scale) for cycle in self.cycles)

    @property
    def suggestions(self) -> tuple[tuple[Suggestion, ...], ...]:
        """For each cycle, the round or well-known periods that it may have, with their odds.

        See :func:`epicycle.results.suggestions.suggest_periods`.  No period is ever changed to one.
        """
        return tuple(
            suggest_periods(c.period, c.period_error, self.unit)
            if _measured(c) and c.frequency_drift is None
            else ()
            for c in self.cycles
        )

    @overload
    def predict(
        self,
        t: Any,
        *,
        group: Any = None,
        covariates: Any = None,
        return_std: Literal[False] = False,
    ) -> Floats: ...

    @overload
    def predict(
        self, t: Any, *, group: Any = None, covariates: Any = None, return_std: Literal[True]
    ) -> tuple[Floats, Floats]: ...

    def predict(
        self, t: Any, *, group: Any = None, covariates: Any = None, return_std: bool = False
    ) -> Floats | tuple[Floats, Floats]:
        """Return the model at any times.

        Parameters
        ----------
        t : array_like, shape (m,)
            Times of the same kind as those of the data (numbers or datetimes).
        group : label or array_like of labels, optional
            Whose offsets to add, or whose waveforms to follow where each group has its own; by
            default the mean of all groups.
        covariates : array_like, shape (m,) or (m, q), optional
            What else the values depend on, as in the fit; by default the means in the fit.
        return_std : bool
            Whether to return the standard deviation of a new value about its prediction, too.

        Returns
        -------
        prediction : ndarray, shape (m,) or (m, d)
            For events, the rate relative to its mean.  Outside the span of the data the level
            goes on from where it is at their end, with the cycles that last beside it; what it is
            (a constant, a trend, a level that lives) the data decide, see `trend` of
            :func:`epicycle.find_cycles`.  Where the logarithm of positive values is what has a
            steady level and cycles, predictions are medians; of counts, means.
        std : ndarray, shape (m,) or (m, d)
            With `return_std` only: errors of all parameters together, the scatter of single
            values, and beyond the data the wandering of the level, errors with a memory, changes
            of the cycles, and bends that a piecewise trend may have once more.

        Raises
        ------
        TypeError
            If `t` is of another kind than the times of the data.
        ValueError
            If a time is missing, a group is unknown, or errors are asked for that are not known.
        """
        offsets = group if self.group_shares is None else None
        where = (self.predictor, t, offsets, covariates)
        result = self._shaped(self.responding.middle(*where), group)
        if not return_std:
            return result
        return result, self._shaped(self.responding.std(*where), group)

    def predict_interval(
        self, t: Any, coverage: float = 0.95, *, group: Any = None, covariates: Any = None
    ) -> tuple[Floats, Floats]:
        """Return the limits between which a new value is expected.

        Parameters
        ----------
        t : array_like, shape (m,)
            Times, as for :meth:`predict`.
        coverage : float
            Probability that a value lies within them, above 0 and below 1.
        group, covariates : optional
            As for :meth:`predict`.

        Returns
        -------
        lower, upper : ndarray, shape (m,) or (m, d)
            Central intervals by Student's t; of counts, whole numbers by their distribution, from 0
            on where that is central enough.  They hold for values with the scatter of those that
            were fitted, and as long as the cycles go on.  A piecewise trend is taken to bend as
            often and as much as it did, and an amplitude that varies to vary as it did.

        Raises
        ------
        TypeError, ValueError
            As :meth:`predict`, and if `coverage` is not a probability.
        """
        if not 0.0 < check_positive(coverage, "coverage") < 1.0:
            raise ValueError(f"coverage must be above 0 and below 1, got {coverage!r}.")
        offsets = group if self.group_shares is None else None
        where = (self.predictor, t, offsets, covariates)
        lower, upper = self.responding.limits(*where, coverage)
        return self._shaped(lower, group), self._shaped(upper, group)

    def amplitude_at(self, t: Any, cycle: int = 0) -> tuple[Floats, Floats]:
        """Return the amplitude of a cycle at any times, with its error.

        Parameters
        ----------
        t : array_like, shape (m,)
            Times of the same kind as those of the data.
        cycle : int
            Position of the cycle in `cycles`.

        Returns
        -------
        amplitude, error : ndarray, shape (m,) or (m, d)
            Half the height of the waveform, in units of y.  It varies where
            ``find_cycles(..., varying_amplitude=True)`` has found that it does; beyond the data
            it then returns to its mean, and the error grows.

        Raises
        ------
        TypeError, ValueError
            If `t` cannot be used, or there is no such cycle.
        """
        if not 0 <= check_count(cycle, "cycle", minimum=0) < len(self.cycles):
            raise ValueError(
                f"cycle={cycle} does not exist: the result has {len(self.cycles)} cycle(s), "
                f"counted from 0."
            )
        one = self.cycles[cycle]
        offset = self.predictor.elapsed(t).to_float()
        factor, variance = np.ones(len(offset)), np.zeros(len(offset))
        envelope = self.predictor.envelope_of(one)
        if envelope is not None:
            factor, variance = envelope.at(offset), envelope.variance(offset)
        amplitude = np.outer(factor, one.amplitude)
        error = np.sqrt(
            np.outer(variance, np.square(one.amplitude))
            + np.outer(factor, one.amplitude_error) ** 2
        )
        if np.ndim(one.amplitude) == 0:
            return amplitude[:, 0], error[:, 0]
        return amplitude, error

    def _shaped(self, values: Floats, group: Any) -> Floats:
        """Return values of all outputs in the shape of y: of each row's group, or their mean."""
        if self.output_names is None:
            return values[:, 0]
        if self.group_shares is None:
            return values
        rows = group_rows(group, len(values), self.output_names, self.group_shares)
        result: Floats = (values * rows).sum(axis=1)
        return result


def _measured(cycle: Cycle) -> bool:
    """Return whether the data say more of the period of a cycle than that there is one."""
    return not cycle.known and 0 < cycle.frequency_error <= cycle.frequency
