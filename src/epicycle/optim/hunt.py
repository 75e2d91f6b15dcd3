"""Search for lines: a growing band, a false-alarm budget, confirmation on samples kept aside."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from epicycle.evidence.significance import power_threshold
from epicycle.limits import CYCLES, LEARNING
from epicycle.optim.aliases import Aliases
from epicycle.optim.coordinates import Coordinates
from epicycle.optim.line_fit import LineFit, Residual, fit_line, fit_lines
from epicycle.optim.plane_waves import box_cost
from epicycle.optim.spectrum import Screen, candidates, parts
from epicycle.samples.arrays import Floats

#: Samples needed beyond those that the null hypothesis takes, in the smaller part.
_SPARE = 4

#: Probability at which a frequency of the network is found to have a line of its own.
_KNOWN = 1e-6


#: A line at f / k this certain makes f its harmonic (k = 2 ... _HARMONICS).
_FUNDAMENTAL = 1e-6

_HARMONICS = 12


@dataclass(frozen=True)
class Band:
    """Frequencies to search, in cycles per unit.

    Attributes
    ----------
    lowest, highest : float or None
        Limits on every axis; None where the data decide.
    """

    lowest: float | None = None
    highest: float | None = None

    def limits(self, x: Coordinates) -> tuple[Floats, Floats]:
        """Return the limits on each axis, both of shape (m,).

        Raises
        ------
        ValueError
            If the inputs' dtype does not resolve the band, or the joint grid is too large.
        """
        self.check_inputs(len(x.span))
        low = np.zeros_like(x.span)
        if len(low) == 1:
            low = np.maximum(CYCLES.in_training / x.span, self.lowest or 0.0)
        if self.highest is None:
            return low, x.highest
        high = np.full_like(low, self.highest)
        limit = 1.0 / np.maximum(x.resolution, 1e-300)
        if (high > limit).any():
            raise ValueError(
                f"band reaches {self.highest:.6g} cycles per unit, but the inputs come in steps of "
                f"{x.resolution.max():.3g}, as coarse as a cycle of {1 / limit.min():.3g}. To fix "
                f"this, pass inputs in float64 (or int64)."
            )
        if not self.lowest:  # what is above looks like what is below: no line is held twice
            high = np.minimum(high, x.nyquist)
        if len(high) > 1:
            _check_reach(high * x.span)
        return low, high

    def reaches_aliases(self, x: Coordinates) -> bool:
        """Return whether the band would hold lines twice, were it not cut."""
        return not self.lowest and (self.highest is None or bool((x.nyquist < self.highest).any()))

    def covers(self, frequency: Floats, x: Coordinates) -> bool:
        """Return whether a frequency may be learned: no alias, or in a band that was named."""
        size = np.abs(frequency)
        named = bool(self.lowest) and bool((size >= (self.lowest or 0.0)).all())
        named = named and bool((size <= (self.highest or np.inf)).all())
        return named or bool((size <= x.nyquist * (1 + 1e-9)).all())

    def check_inputs(self, inputs: int) -> None:
        """Raise a ValueError where frequencies of so many inputs need a band."""
        if inputs > LEARNING.free_inputs and self.highest is None:
            raise ValueError(
                f"a frequency of {inputs} inputs is a vector in {inputs} dimensions, and without "
                f"band= they are searched in up to {LEARNING.free_inputs}. To fix this, pass "
                f"band=(0, highest) with a low highest frequency, in cycles per unit, or give "
                f"each input a layer of its own."
            )


def _check_reach(cycles: Floats) -> None:
    """Raise a ValueError where a box of so many cycles on each axis is out of reach."""
    most = LEARNING.wave_vectors / 4
    few = len(cycles) <= LEARNING.free_inputs and (cycles <= LEARNING.axis_cycles).all()
    if box_cost(cycles) <= most or few:
        return
    raise ValueError(
        f"band asks for {box_cost(cycles):.1e} wave vectors of {len(cycles)} inputs (up to "
        f"{', '.join(f'{c:.0f}' for c in cycles)} cycles over their spans), and the limit is "
        f"{most:.1e}, or {LEARNING.axis_cycles:.0f} cycles on each of two or three inputs. To fix "
        f"this, name a narrower band or learn one input at a time."
    )


@dataclass(frozen=True)
class Finding:
    """A line that was found and confirmed.

    Attributes
    ----------
    frequency, error : ndarray, shape (m,)
        In cycles per unit, from all samples.
    power : float
        Its share of the sum of squares that the null hypothesis leaves.
    false_alarm_probability : float
        Over the band that was searched, from the samples that it was found in.
    """

    frequency: Floats
    error: Floats
    power: float
    false_alarm_probability: float


class Hunt:
    """Search of a set of series.

    Parameters
    ----------
    coordinates : Coordinates
        Inputs of n samples.
    series : ndarray, shape (n, q)
        Minus the functional gradient, or what became of it.
    null : ndarray, shape (n, p)
        Columns that need no line.
    rounding : float
        Share of the sum of squares below which everything is rounding.

    Attributes
    ----------
    enough : bool
        Whether the samples suffice for any answer.
    power : float
        Mean square, added over the series, of what the null hypothesis leaves.
    """

    def __init__(
        self, coordinates: Coordinates, series: Floats, null: Floats, rounding: float
    ) -> None:
        n, p = null.shape
        needed = p + 2 * (len(coordinates.span) + 1) + _SPARE
        spare = n // LEARNING.kept_aside - needed
        self.enough = spare >= 0 and bool((coordinates.span > 0).all())
        # what is taken as explained must leave samples to tell from
        self._excludable = spare // 4
        self._x = coordinates
        self._rounding = rounding
        # series are compared in units of their own noise, and without what they have in common
        values = Residual.of(coordinates, series, null).values
        self.power = float((values**2).sum()) / n
        self._whole = Residual.of(coordinates, _whitened(values, rounding), null)
        self._total = max(self._whole.chi2, 1e-300)
        aside = np.arange(n) % LEARNING.kept_aside == LEARNING.kept_aside - 1
        self._shown, self._kept = (
            Residual.of(coordinates[part], self._whole.values[part], null[part])
            for part in (~aside, aside)
        )
        self._screen = Screen(self._shown.coordinates)
        self._aliases = Aliases(self._shown.coordinates)

    @property
    def rhythm(self) -> float:
        """Frequency of a rhythm of the samples by which a line was taken down; 0 where none was."""
        return self._aliases.rhythm

    def at(self, frequency: Floats) -> Finding | None:
        """Return the line that belongs to a known frequency, or None if there is none."""
        here = fit_line(self._whole, frequency, 0)
        if here.false_alarm(self._whole, 0.0) > _KNOWN:
            return None
        fit = fit_line(self._whole, frequency)
        if _cycles(fit, self._x) < CYCLES.in_training:
            return None
        return self._finding(fit, 0.0)

    def exclude(self, frequencies: Sequence[Floats]) -> None:
        """Take lines at frequencies as explained, while enough samples are left to tell from."""
        explained = frequencies[: max(self._excludable, 0)]
        if explained:
            self._excludable -= len(explained)
            self._whole, self._shown, self._kept = (
                part.without(explained) for part in (self._whole, self._shown, self._kept)
            )

    def lines(
        self,
        band: Band,
        false_alarm: float,
        most: int,
        effort: float = 1.0,
        orders: Sequence[int] = (1,),
    ) -> list[Finding]:
        """Return the significant lines of a band, strongest first or nearly so.

        Parameters
        ----------
        band : Band
            Where to look.
        false_alarm : float
            Probability that pure noise yields anything.
        most : int
            Largest number of lines.
        effort : float
            Share of the ladder's largest budget that may be spent.
        orders : sequence of int
            Multiples of its frequency that a line brings along: they are no lines of their own.
        """
        low, high = band.limits(self._x)
        start = self._whole, self._shown, self._kept
        findings: list[Finding] = []
        while len(findings) < most and self._whole.chi2 > self._rounding * self._total:
            found = _strongest(self._shown, low, high, false_alarm, self._screen, effort)
            if found is None:
                break
            line, probability = found
            line = _fundamental(self._shown, line, low, self._rounding)
            line = self._aliases.lowest(self._shown, line, float(low[0]))
            if (
                fit_line(self._kept, line.frequency, 0).false_alarm(self._kept, 0.0)
                > LEARNING.confirmed
            ):
                break
            new = self._finding(fit_line(self._whole, line.frequency), probability)
            if any(
                _distance(new.frequency, f.frequency, self._x) < LEARNING.resolved for f in findings
            ):
                break  # two lines that cannot be told apart
            findings = _together(start[0], [*findings, new])
            if not band.lowest:
                findings = [replace(f, frequency=self._x.folded(f.frequency)) for f in findings]
            explained = [f.frequency for f in findings]
            multiples = [order * f for order in orders if order > 1 for f in explained]
            explained += multiples[: max(self._excludable, 0)]
            self._whole, self._shown, self._kept = (part.without(explained) for part in start)
        return findings

    def _finding(self, fit: LineFit, probability: float) -> Finding:
        power = fit.power * self._whole.chi2 / self._total
        return Finding(fit.frequency, fit.error, power, probability)


def _whitened(values: Floats, rounding: float) -> Floats:
    """Return series of equal power and without correlation that span the same space."""
    u, s, _ = np.linalg.svd(values, full_matrices=False)
    return np.asarray(u[:, s > math.sqrt(rounding) * max(s[0], 1e-300)])


def _together(residual: Residual, findings: list[Finding]) -> list[Finding]:
    """Return lines fitted together: one by one, each is disturbed by those not found as yet."""
    if len(findings) == 1:
        return findings
    frequency, error = fit_lines(residual, [f.frequency for f in findings])
    return [replace(f, frequency=frequency[k], error=error[k]) for k, f in enumerate(findings)]


def _strongest(
    residual: Residual,
    low: Floats,
    high: Floats,
    false_alarm: float,
    screen: Screen,
    effort: float,
) -> tuple[LineFit, float] | None:
    """Return the most significant line of the first part of the band that has one."""
    x = residual.coordinates
    n_outputs = residual.values.shape[1]
    for number, (start, stop) in enumerate(parts(x, low, high), 1):
        # one over k (k + 1) adds up to one: the band may grow for ever on one budget
        allowed = false_alarm / (number * (number + 1))
        width = _bandwidth(x, start, stop)
        threshold = power_threshold(allowed, residual.dof, width, n_outputs=n_outputs)
        promising = candidates(residual, start, stop, threshold, screen, effort)
        if promising is None:
            return None
        fits = [fit_line(residual, f) for f in promising]
        fits = [fit for fit in fits if _cycles(fit, x) >= CYCLES.in_training * (1 - 1e-9)]
        if fits:
            best = max(fits, key=lambda fit: (fit.evidence, fit.power))
            probability = best.false_alarm(residual, width)
            if probability <= allowed:
                return best, probability
    return None


def _bandwidth(x: Coordinates, low: Floats, high: Floats) -> float:
    """Return Baluev's W: the band in units of the effective length of the data, over all axes."""
    points = x.values()
    length = np.sqrt(4 * np.pi * points.var(axis=0))
    if len(low) == 1:
        return float((high[0] - low[0]) * length[0])
    # half of a box around zero; each further axis multiplies the number of independent maxima
    return float(np.prod(np.maximum(2 * high * length, 1.0)) / 2) * 2.0 ** len(low)


def _distance(a: Floats, b: Floats, x: Coordinates) -> float:
    """Return the distance of two lines, of either sign, in units of one over the span."""
    return float(min(np.max(np.abs(a - b) * x.span), np.max(np.abs(a + b) * x.span)))


def _cycles(fit: LineFit, x: Coordinates) -> float:
    return float(np.sqrt(((fit.frequency * x.span) ** 2).sum()))


def _fundamental(residual: Residual, line: LineFit, low: Floats, rounding: float) -> LineFit:
    """Return the line at f / k, where there is one: f is then its harmonic."""
    best, x = line, residual.coordinates
    rest = residual.without([line.frequency])
    if rest.chi2 <= rounding * residual.chi2:
        return best
    for k in range(2, _HARMONICS + 1):
        below = line.frequency / k
        if (
            math.sqrt(float(((below * x.span) ** 2).sum())) < CYCLES.in_training
            or (below < low).all()
        ):
            break
        if fit_line(rest, below, 0).false_alarm(rest, 0.0) < _FUNDAMENTAL:
            best = fit_line(residual, below)
    return best
