"""What may be asked of a search: `Options`, their defaults and their checks, in one place.

Each error names the option and says what to pass instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from epicycle.limits import HONESTY, INPUTS
from epicycle.samples.budget import Budget, Tell
from epicycle.samples.checks import as_float
from epicycle.samples.foreign import nearest, shown
from epicycle.samples.response import check_response

#: The trend that is chosen by evidence beyond the data, and the one whose slope may change.
BY_EVIDENCE, PIECEWISE = "auto", "piecewise"

#: Ways in which groups may differ.
GROUPINGS = ("auto", "offset", "amplitude", "waveform")

#: Ways to search.
STRATEGIES = ("auto", "dense", "ladder")

#: Known periods nearer to each other than this, in 1/T, would have amplitudes of rounding alone.
_SAME_PERIOD = 1e-4

#: What is minimised: squares, squares up to a bound, or whichever of the two the values call for.
EITHER, SQUARES, HUBER = "auto", "squares", "huber"
LOSSES = (EITHER, SQUARES, HUBER)


@dataclass(frozen=True, kw_only=True)
class Options:
    """Every argument of a search that is not data.

    The fields are arguments of :func:`epicycle.find_cycles`, which documents them; its defaults
    are these, and so are those of the commands and of the estimators.
    """

    per_group: str = "auto"
    unit: str | None = None
    minimum_period: float | None = None
    maximum_period: float | None = None
    max_cycles: int = 30
    harmonics: int = 16
    false_alarm: float = 0.01
    drift: bool = False
    strategy: str = "auto"
    max_frequencies: float = 2.0**29
    max_seconds: float | None = None
    max_memory: float = INPUTS.memory
    signal_to_noise: float | None = None
    trend: int | str = "auto"
    varying_amplitude: bool = False
    known: Any = ()
    period: Any = None
    exposure: float = 0.0
    red_noise: bool = False
    loss: str = EITHER
    response: str = "auto"
    clock: str = "elapsed"

    @classmethod
    def among(cls, parameters: Mapping[str, Any]) -> Options:
        """Return those of some parameters that are options of a search; the others are ignored."""
        return cls(**{f.name: parameters[f.name] for f in fields(cls) if f.name in parameters})

    def checked(self, *, of_events: bool) -> Options:
        """Return the options as numbers of the kinds declared.

        What depends on the data is checked where they are known: the unit and the clock with the
        times (:func:`epicycle.samples.times.parse_times`), `known` and `exposure` with the band
        (:func:`check_known`, :func:`check_exposure`).

        Parameters
        ----------
        of_events : bool
            Whether the data are times of events, for which some options make no sense.

        Raises
        ------
        TypeError, ValueError
            If an option cannot be used.
        """
        shortest, longest = check_period_limits(self.minimum_period, self.maximum_period)
        strategy = check_strategy(self.strategy)
        for name in ("red_noise", "varying_amplitude", "period"):
            if getattr(self, name) not in (False, None):
                check_has_values(name, of_events=of_events)
        if self.red_noise:
            strategy = check_red_noise_strategy(strategy)
        if of_events and (np.size(self.known) or np.any(np.asarray(self.exposure) != 0)):
            raise ValueError(
                "known and exposure apply to values, not to events. To fix this, leave them out."
            )
        ratio, seconds = self.signal_to_noise, self.max_seconds
        period = check_period(self.period)
        if period is not None:
            self._check_one_question()
        return Options(
            per_group=check_grouping(self.per_group),
            unit=self.unit,
            minimum_period=shortest,
            maximum_period=longest,
            max_cycles=check_count(self.max_cycles, "max_cycles", most=INPUTS.cycles),
            harmonics=check_count(self.harmonics, "harmonics", most=INPUTS.harmonics),
            false_alarm=check_positive(self.false_alarm, "false_alarm", below=1.0),
            drift=bool(self.drift),
            strategy=strategy,
            max_frequencies=check_positive(self.max_frequencies, "max_frequencies"),
            max_seconds=None if seconds is None else check_positive(seconds, "max_seconds"),
            max_memory=check_positive(self.max_memory, "max_memory"),
            signal_to_noise=(
                None if ratio is None else check_positive(ratio, "signal_to_noise", below=1e30)
            ),
            trend=check_trend(self.trend),
            varying_amplitude=bool(self.varying_amplitude),
            known=_as_periods(self.known),
            period=period,
            exposure=_as_scalar(self.exposure, "exposure"),
            red_noise=bool(self.red_noise),
            loss=check_loss(self.loss, of_events=of_events),
            response=check_response(self.response, self, of_events=of_events),
            clock=self.clock,
        )

    def _check_one_question(self) -> None:
        """Refuse what a search might do, beside a period that is asked about."""
        for name in ("minimum_period", "maximum_period"):
            if getattr(self, name) is not None:
                raise ValueError(
                    f"period says where to look, and so does {name}. To fix this, leave out "
                    f"either: period may be a range."
                )
        unlike = {
            "drift": self.drift,
            "varying_amplitude": self.varying_amplitude,
            "trend='piecewise'": self.trend == PIECEWISE,
            "per_group='amplitude'": self.per_group == "amplitude",
        }
        for name, wanted in unlike.items():
            if wanted:
                raise ValueError(
                    f"period asks about one steady rhythm, and {name} about something else. To "
                    f"fix this, leave out either, or pass minimum_period and maximum_period."
                )

    def arguments(self) -> dict[str, Any]:
        """Return the options as arguments of :func:`epicycle.find_cycles`, by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @property
    def period_limits(self) -> tuple[float | None, float | None]:
        """The shortest and the longest period, None where they are not given."""
        return self.minimum_period, self.maximum_period

    def budget(self, progress: Tell | None = None) -> tuple[Budget, Tell | None]:
        """Return what the search may take from now on, and the progress that looks at it."""
        budget = Budget(self.max_seconds, self.max_memory)
        return budget, budget.watching(progress)

    @property
    def asked(self) -> tuple[float, float] | None:
        """Shortest and longest period that is asked about, alike where it is held; else None."""
        if self.period is None:
            return None
        return self.period if isinstance(self.period, tuple) else (self.period, self.period)

    @property
    def degree(self) -> int:
        """Degree of the polynomial in time; that of a trend that is no number is 1."""
        return 1 if isinstance(self.trend, str) else self.trend


def _as_periods(known: Any) -> tuple[float, ...]:
    """Return known periods as floats, not too many of them."""
    periods = as_float(known, "known").ravel()
    if len(periods) > INPUTS.known:
        raise ValueError(
            f"known must hold at most {INPUTS.known:,} periods, got {len(periods):,}. "
            f"To fix this, leave the least important of them out."
        )
    return tuple(periods.tolist())


def check_trend(trend: Any) -> int | str:
    """Return the trend: a degree, :data:`PIECEWISE`, or :data:`BY_EVIDENCE`."""
    if not isinstance(trend, str):
        return check_count(trend, "trend", minimum=0, most=INPUTS.degree)
    if trend not in (PIECEWISE, BY_EVIDENCE):
        raise ValueError(
            f"trend must be a degree (0, 1, ...), {BY_EVIDENCE!r} or {PIECEWISE!r}, got {trend!r}. "
            f"To fix this, pass one of these."
        )
    return trend


def check_grouping(per_group: Any) -> str:
    """Return `per_group` if it is one of :data:`GROUPINGS`."""
    if per_group not in GROUPINGS:
        raise ValueError(
            f"per_group must be 'auto', 'offset', 'amplitude' or 'waveform', got {per_group!r}. "
            f"To fix this, pass 'offset' where groups share amplitude and phase (instruments), "
            f"'amplitude' where they share all but their amplitudes (sensors of different gain), "
            f"'waveform' where each has its own (bands)."
        )
    return str(per_group)


def check_strategy(strategy: Any) -> str:
    """Return the strategy if it is one of :data:`STRATEGIES`."""
    if strategy not in STRATEGIES:
        raise ValueError(f"strategy must be 'auto', 'dense' or 'ladder', got {strategy!r}.")
    return str(strategy)


def check_loss(loss: Any, *, of_events: bool) -> str:
    """Return the loss if it is one of :data:`LOSSES`; events have none but the likelihood."""
    if loss not in LOSSES:
        raise ValueError(
            f"loss must be one of {', '.join(LOSSES)}, got {loss!r}. To fix this, pass 'squares' "
            f"for least squares, or 'huber' where some values may be far off."
        )
    if of_events and loss == HUBER:
        raise ValueError(
            f"loss={loss!r} bounds the influence of values, and events have none. To fix this, "
            f"leave out loss, or pass y."
        )
    return str(loss)


def check_has_values(name: str, *, of_events: bool) -> None:
    """Refuse an option that makes sense for values only, where there are events."""
    if of_events:
        raise ValueError(
            f"{name} is for samples with values, got events. To fix this, leave it out, or count "
            f"the events in equal intervals and give the counts as y."
        )


def check_red_noise_strategy(strategy: str) -> str:
    """Return the strategy of a search among red noise: the dense one."""
    if strategy == "ladder":
        raise ValueError(
            "strategy must be 'dense' or 'auto' with red_noise, got 'ladder': pairs of close "
            "samples share their noise. To fix this, narrow the band with minimum_period."
        )
    return "dense"


def check_count(value: Any, name: str, *, minimum: int = 1, most: int | None = None) -> int:
    """Return `value` as an integer of at least `minimum` and, if that is given, at most `most`."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < minimum:
        raise ValueError(f"{name} must be an integer of at least {minimum}, got {shown(value)}.")
    if most is not None and value > most:
        raise ValueError(
            f"{name} must be at most {most:,}, got {shown(value)}. To fix this, ask for less."
        )
    return int(value)


def check_positive(value: Any, name: str, *, below: float = np.inf) -> float:
    """Return `value` as a finite float above 0 and at most `below`."""
    number = _as_scalar(value, name)
    if not (np.isfinite(number) and 0 < number <= below):
        limit = "" if below == np.inf else f" and at most {below:g}"
        raise ValueError(f"{name} must be a finite number above 0{limit}, got {shown(value)}.")
    return number


def check_period_limits(
    minimum_period: Any, maximum_period: Any
) -> tuple[float | None, float | None]:
    """Return the limits of the search as floats, or None where they are not given."""
    shortest = None if minimum_period is None else check_positive(minimum_period, "minimum_period")
    longest = None if maximum_period is None else check_positive(maximum_period, "maximum_period")
    if shortest is not None and longest is not None and shortest >= longest:
        raise ValueError(
            f"minimum_period must be below maximum_period, got {shortest:g} and {longest:g}."
        )
    return shortest, longest


def check_known(
    known: Any, highest: float, baseline: float, share: Callable[[float], float] | None = None
) -> tuple[float, ...]:
    """Return the frequencies of the periods in `known`, up to `highest` and apart.

    A period longer than the baseline is accepted where enough of it can be told from the trend:
    `share` returns, of a frequency, what the background leaves of the information about it.
    """
    periods = as_float(known, "known").ravel()
    bad = ~(np.isfinite(periods) & (periods > 0))
    if bad.any():
        raise ValueError(
            f"known must hold finite periods above 0, got {float(periods[bad][0])!r}. "
            f"To fix this, pass periods (not frequencies) in the unit of t."
        )
    with np.errstate(over="ignore"):  # an infinite frequency is above the highest
        frequency = np.unique(1.0 / periods)
    if frequency.size and frequency.max() > highest:
        raise ValueError(
            f"known holds the period {periods.min():.6g}, below the shortest that can be "
            f"told apart here, {1 / highest:.6g}. To fix this, leave it out or lower "
            f"minimum_period."
        )
    for f in frequency[frequency < 1.0 / baseline].tolist():
        left = 0.0 if share is None else share(f)
        if left < HONESTY.independent:
            raise ValueError(
                f"known holds the period {1 / f:.6g}, and over {baseline:.6g} its amplitude could "
                f"be anything: {max(100 * left, 0.0):.1g} % of it differs from trend and offsets. "
                f"To fix this, leave it out (`trend` follows slow changes), or lower trend."
            )
    close = np.diff(frequency) < _SAME_PERIOD / baseline
    if close.any():
        one, other = 1.0 / frequency[int(close.argmax()) : int(close.argmax()) + 2]
        raise ValueError(
            f"known holds the periods {other:.12g} and {one:.12g}, which the data cannot tell "
            f"apart. To fix this, leave one of them out."
        )
    return tuple(frequency.tolist())


def check_period(period: Any) -> float | tuple[float, float] | None:
    """Return the period that is asked about: a value, a range, or None."""
    if period is None:
        return None
    if isinstance(period, str) or not isinstance(period, Iterable):
        return check_positive(period, "period")
    ends = list(period)
    if len(ends) != 2:
        raise ValueError(
            f"period must be a number or a range of two, got {len(ends)} numbers. "
            f"To fix this, pass for example period=24 or period=(20, 28)."
        )
    shortest, longest = (check_positive(end, "period") for end in ends)
    if shortest >= longest:
        raise ValueError(
            f"period must be a range upwards, got ({shortest:g}, {longest:g}). To fix this, pass "
            f"the shorter one first, or a single number for a period that is held."
        )
    return shortest, longest


def check_separable(period: float, condition: float, largest: float, degree: int) -> None:
    """Refuse a period that the design cannot tell from what is fitted along.

    Parameters
    ----------
    period : float
        The period asked about, or the shortest of the range.
    condition : float
        Condition number of background and rhythm.
    largest : float
        Up to here the period is judged.
    degree : int
        Degree of the trend.
    """
    if condition <= largest:
        return
    number = f"{condition:.3g}" if condition < np.inf else "infinite"
    lower = ", lower trend" if degree else ""
    raise ValueError(
        f"period {period:.6g} cannot be judged: at these times its cosine and sine are hardly told "
        f"from each other, or from trend, offsets, covariates and known periods (condition number "
        f"{number}; up to {largest:g} is judged). To fix this, sample more phases of the "
        f"cycle{lower}, or leave out what it resembles."
    )


def check_exposure(exposure: Any, shortest: float) -> float:
    """Return the exposure time, below the shortest period that is searched."""
    value = _as_scalar(exposure, "exposure")
    if not 0.0 <= value < shortest:
        raise ValueError(
            f"exposure must be at least 0 and below the shortest period searched, "
            f"{shortest:.6g}, got {exposure!r}: a cycle shorter than the exposure is blurred "
            f"away. To fix this, raise minimum_period."
        )
    return value


def _as_scalar(value: Any, name: str) -> float:
    if isinstance(value, (bool, str, bytes)) or np.ndim(value) != 0:
        raise TypeError(f"{name} must be a number, got {shown(value)}.")
    try:
        return nearest(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a number, got {shown(value)}.") from None
