"""The result of :func:`epicycle.track`: a rhythm whose phase, period and amplitude may change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np

from epicycle.samples.arrays import Floats
from epicycle.samples.times import TimeScale

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TWO_PI = 2 * np.pi

#: A value with its standard error, as arrays over times.
Band = tuple[Floats, Floats]


@dataclass(frozen=True)
class Verdict:
    """What changes.

    Attributes
    ----------
    period : str
        "constant", "drifting" (steadily), "shifted" (at single times), "wandering" (smoothly) or
        "diffusing" (each cycle by chance).
    amplitude : str
        "constant", "decaying", "growing" or "varying".
    """

    period: str
    amplitude: str


@dataclass(frozen=True)
class Shift:
    """A sudden shift of phase, or of period, or of both.

    Attributes
    ----------
    time : float or datetime
        When, in the user's own time.
    time_error : float
        In units of time; 0 where the time was given.
    phase, phase_error : float
        In turns: positive for an advance, negative for a delay.
    hours, hours_error : float
        The same in hours; NaN where the unit of time is not known.
    duration, duration_error : float
        The same in the unit of time.
    period_before, period_before_error, period_after, period_after_error : float
        The period on both sides.
    """

    time: Any
    time_error: float
    phase: float
    phase_error: float
    hours: float
    hours_error: float
    duration: float
    duration_error: float
    period_before: float
    period_before_error: float
    period_after: float
    period_after_error: float


@dataclass(frozen=True)
class Maximum:
    """One cycle: when its fundamental is highest.

    Attributes
    ----------
    time : float or datetime
    time_error : float
        In units of time.
    period, period_error : float
        The period there.
    amplitude, amplitude_error : float
        The amplitude there.
    """

    time: Any
    time_error: float
    period: float
    period_error: float
    amplitude: float
    amplitude_error: float


@dataclass(frozen=True, eq=False)
class Curves:
    """What the models say together, as a table over time from which all else is interpolated.

    Attributes
    ----------
    t : ndarray, shape (G,)
        From the reference time; the data and half their span on both sides.
    away, away_error : ndarray
        Turns less those of a steady clock of the reference frequency.
    frequency, frequency_error : ndarray
    log_amplitude, log_amplitude_error : ndarray
    level, level_error : ndarray
        Trend and noise with a memory.
    """

    t: Floats
    away: Floats
    away_error: Floats
    frequency: Floats
    frequency_error: Floats
    log_amplitude: Floats
    log_amplitude_error: Floats
    level: Floats
    level_error: Floats


@dataclass(frozen=True, eq=False)
class Rhythm:
    """A rhythm as a function of time, with errors.

    Attributes
    ----------
    verdict : Verdict
        Whether period and amplitude change, and how: the simplest that the data do not refuse.
    odds : dict
        Under "period" and "amplitude", the odds of each kind of change against none; under
        "rhythm", those of the likeliest rhythm against trend and noise alone.
    undecided : tuple of str
        What the data cannot decide, in words.
    mean_period, mean_period_error : float
        The record divided by its turns.
    shifts : tuple of Shift
        Where the verdict is "shifted", and at times that were given.
    lifetime, lifetime_error : float or None
        Time in which a decaying amplitude falls by e.
    coherence_time, coherence_time_error : float or None
        Time in which a diffusing phase is forgotten: its correlation falls by e.
    variation_limit : float
        The period may vary by this standard deviation, in `unit`, and look as it does, with 95 %
        probability.
    waveform : tuple of (float, float)
        Cosine and sine coefficients of each harmonic, relative to the amplitude; phases count from
        the maximum of the fundamental, whose coefficients are (1, 0).
    noise : float
        Standard deviation of the white noise, at the mean weight.
    unit : str
        Unit of time; "" where times were plain numbers.
    n_samples, n_dropped : int
        Rows used, and rows left out because nothing in them could be used.
    reference_time : float or datetime
        Middle of the record.
    baseline : float
        Last minus first time.
    frequency : float
        The steady clock from which `curves` are counted.
    curves : Curves
    others : tuple of Rhythm
        Rhythms that were fitted beside this one, weaker ones last.
    samples : tuple of ndarray, or None
        Times from the reference and values; None for what was read from a document.
    """

    verdict: Verdict
    odds: dict[str, Any]
    undecided: tuple[str, ...]
    mean_period: float
    mean_period_error: float
    shifts: tuple[Shift, ...]
    lifetime: float | None
    lifetime_error: float | None
    coherence_time: float | None
    coherence_time_error: float | None
    variation_limit: float
    waveform: tuple[tuple[float, float], ...]
    noise: float
    unit: str
    n_samples: int
    n_dropped: int
    reference_time: Any
    baseline: float
    frequency: float
    curves: Curves = field(repr=False)
    scale: TimeScale = field(repr=False)
    reference: float = field(repr=False)
    others: tuple[Rhythm, ...] = field(default=(), repr=False)
    samples: tuple[Floats, Floats] | None = field(default=None, repr=False)

    def turns(self, t: Any) -> Band:
        """Return the phase at times, in turns, and its error; whole where it is highest.

        Parameters
        ----------
        t : array_like, shape (m,)
            Times of the same kind as those of the data, at most half a record beyond them.

        Raises
        ------
        TypeError
            If `t` is of another kind than the times of the data.
        ValueError
            If a time is missing, or too far from the data.
        """
        x = self._elapsed(t)
        return self.frequency * x + self._at(x, "away"), self._at(x, "away_error")

    def period(self, t: Any) -> Band:
        """Return the period at times and its error; of paths that diffuse, that of a whole cycle.

        `t` and errors raised are those of :meth:`turns`.
        """
        x = self._elapsed(t)
        period = 1 / self._at(x, "frequency")
        return period, self._at(x, "frequency_error") * period**2

    def amplitude(self, t: Any) -> Band:
        """Return the amplitude of the fundamental at times, and its error.

        `t` and errors raised are those of :meth:`turns`.
        """
        x = self._elapsed(t)
        amplitude = np.exp(self._at(x, "log_amplitude"))
        return amplitude, amplitude * self._at(x, "log_amplitude_error")

    @overload
    def predict(self, t: Any, *, return_std: Literal[False] = False) -> Floats: ...

    @overload
    def predict(self, t: Any, *, return_std: Literal[True]) -> tuple[Floats, Floats]: ...

    def predict(self, t: Any, *, return_std: bool = False) -> Floats | tuple[Floats, Floats]:
        """Return the expected value at times: level and rhythms.

        Where the phase is not known, what is expected of a wave is its mean, which is small.

        Parameters
        ----------
        t : array_like, shape (m,)
            As for :meth:`turns`.
        return_std : bool
            Whether to return the standard deviation of a new value about it, too.
        """
        x = self._elapsed(t)
        mean = self._at(x, "level")
        variance = self._at(x, "level_error") ** 2 + self.noise**2
        for one in (self, *self.others):
            wave, spread = one._wave(x)
            mean, variance = mean + wave, variance + spread
        return (mean, np.sqrt(variance)) if return_std else mean

    @property
    def maxima(self) -> tuple[Maximum, ...]:
        """Every cycle of the record: time, period and amplitude where it is highest."""
        x, errors = self._maxima()
        period = 1 / self._at(x, "frequency")
        period_error = self._at(x, "frequency_error") * period**2
        amplitude = np.exp(self._at(x, "log_amplitude"))
        amplitude_error = amplitude * self._at(x, "log_amplitude_error")
        table = np.column_stack([x, errors, period, period_error, amplitude, amplitude_error])
        return tuple(
            Maximum(self.scale.to_user(self.reference + row[0]), *row[1:]) for row in table.tolist()
        )

    def table(self) -> str:
        """Return what there is to know as a table in plain text."""
        from epicycle.changing.words import table

        return table(self)

    def to_dict(self) -> dict[str, Any]:
        """Return the rhythm as JSON can hold it (schema "epicycle.rhythm/1")."""
        from epicycle.changing.documents import to_dict

        return to_dict(self)

    @staticmethod
    def from_dict(document: Any) -> Rhythm:
        """Return the rhythm written by :meth:`to_dict`; it predicts, but holds no samples.

        Raises
        ------
        ValueError
            If the document is of another schema, or incomplete.
        """
        from epicycle.changing.documents import from_dict

        return from_dict(document)

    def plot(self, **options: Any) -> Figure:
        """Return a figure of data, phase, period and amplitude; see `changing.pictures`."""
        from epicycle.changing.pictures import plot

        return plot(self, **options)

    def wave(self, x: Floats) -> Floats:
        """Return the expected wave, without the level, at times from the reference."""
        return self._wave(x)[0]

    def _elapsed(self, t: Any) -> Floats:
        x = self.scale.parse(np.atleast_1d(t) if np.ndim(t) == 0 else t).minus(self.reference)
        result = x.to_float()
        first, last = self.curves.t[0], self.curves.t[-1]
        margin = 1e-9 * self.baseline
        if not ((result >= first - margin) & (result <= last + margin)).all():
            raise ValueError(
                "t has times more than half the length of the data away from them: expected nearer "
                "ones, for no rhythm that changes is known there. To fix this, check their unit."
            )
        return result

    def _at(self, x: Floats, name: str) -> Floats:
        result: Floats = np.interp(x, self.curves.t, getattr(self.curves, name))
        return result

    def _wave(self, x: Floats) -> tuple[Floats, Floats]:
        """Return the expected wave and its variance."""
        turns = self.frequency * x + self._at(x, "away")
        error = np.minimum(self._at(x, "away_error"), 10.0)
        height = np.exp(self._at(x, "log_amplitude"))
        mean, variance = np.zeros_like(x), np.zeros_like(x)
        for h, (a, b) in enumerate(self.waveform, start=1):
            angle = TWO_PI * h * turns
            kept = np.exp(-0.5 * (TWO_PI * h * error) ** 2)
            wave = a * np.cos(angle) + b * np.sin(angle)
            mean += kept * wave
            square = 0.5 * (a**2 + b**2)
            twice = 0.5 * (a**2 - b**2) * np.cos(2 * angle) + a * b * np.sin(2 * angle)
            variance += square + kept**4 * twice - (kept * wave) ** 2
        variance = np.maximum(variance, 0.0) + mean**2 * self._at(x, "log_amplitude_error") ** 2
        return height * mean, height**2 * variance

    def _maxima(self) -> tuple[Floats, Floats]:
        """Return when the phase passes whole turns within the record, and the errors."""
        half = 0.5 * self.baseline
        inside = np.abs(self.curves.t) <= half * (1 + 1e-9)
        t = self.curves.t[inside]
        turns = self.frequency * t + self.curves.away[inside]
        before, after = np.floor(turns[:-1]), np.floor(turns[1:])
        found = []
        for k in np.flatnonzero(after > before).tolist():
            for whole in np.arange(before[k] + 1, after[k] + 1).tolist():
                step, gone = t[k + 1] - t[k], turns[k + 1] - turns[k]
                # a shift that leaps over a maximum has none
                if gone < 1e-3 or step > 1e-6 * self.baseline / len(t):
                    found.append(t[k] + (whole - turns[k]) / gone * step)
        x = np.array(found)
        return x, self._at(x, "away_error") / np.maximum(self._at(x, "frequency"), 1e-300)
