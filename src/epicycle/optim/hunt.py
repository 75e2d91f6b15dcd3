"""Search for lines: a growing band, a false-alarm budget, confirmation on samples kept aside."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from epicycle.evidence.significance import power_threshold
from epicycle.limits import CYCLES, LEARNING
from epicycle.optim.aliases import Aliases
from epicycle.optim.band import Band
from epicycle.optim.coordinates import Coordinates
from epicycle.optim.line_fit import LineFit, Residual, fit_line, fit_lines
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
class Finding:
    """A line that was found and confirmed.

    Attributes
    ----------
    frequency, error : ndarray, shape (m,)
        In cycles per unit, from all samples.
    power : float
        Its share of the sum of squares, of all series, that the null hypothesis leaves.
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
    share : float
        Part of the budget of wave vectors of one search that this one may spend.

    Attributes
    ----------
    enough : bool
        Whether the samples suffice for any answer.
    power : float
        Mean square, added over the series, of what the null hypothesis leaves.
    """

    def __init__(
        self,
        coordinates: Coordinates,
        series: Floats,
        null: Floats,
        rounding: float,
        share: float = 1.0,
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
        self._plain = values
        self._is_shown = np.arange(n) % LEARNING.kept_aside != LEARNING.kept_aside - 1
        self._shown, self._kept = (
            Residual.of(coordinates[part], self._whole.values[part], null[part])
            for part in (self._is_shown, ~self._is_shown)
        )
        self._screen = Screen(self._shown.coordinates, share)
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
        # what looks like a line and is none, or belongs to one that is found: seen past, not at
        aside: list[Floats] = []
        failures = min(LEARNING.set_aside, max(self._excludable, 0))
        while len(findings) < most and self._whole.chi2 > self._total * (
            max(self._rounding, LEARNING.left) if findings else self._rounding
        ):
            new, confirmed = self._next(low, high, false_alarm, effort)
            if new is None:
                break
            if self._beside(new.frequency, findings, orders) or not confirmed:
                if failures == 0:
                    break
                failures -= 1
                aside.append(new.frequency)
            else:
                findings = [*findings, new]
                # what one line's first estimate left beside it goes with the better one
                aside = [f for f in aside if not self._beside(f, findings, orders)]
            findings = _together(start[0], findings, [*self._multiples(findings, orders), *aside])
            if not band.lowest:
                findings = [replace(f, frequency=self._x.folded(f.frequency)) for f in findings]
            explained = [f.frequency for f in findings]
            explained += [*self._multiples(findings, orders), *aside]
            self._whole, self._shown, self._kept = (part.without(explained) for part in start)
        return findings

    def _multiples(self, findings: Sequence[Finding], orders: Sequence[int]) -> list[Floats]:
        multiples = [order * f.frequency for order in orders if order > 1 for f in findings]
        return multiples[: max(self._excludable, 0)]

    def _beside(
        self, frequency: Floats, findings: Sequence[Finding], orders: Sequence[int]
    ) -> bool:
        """Return whether a line cannot be told from those found, or is what they bring along."""
        return any(
            _distance(frequency, order * f.frequency, self._x) < LEARNING.resolved * order
            for f in findings
            for order in orders
        )

    def _next(
        self, low: Floats, high: Floats, false_alarm: float, effort: float
    ) -> tuple[Finding | None, bool]:
        """Return the most significant line, and whether the samples kept aside confirm it.

        Of all series together first, and where they show none of each by itself: a line of one
        series is diluted by what fifteen others do.
        """
        several = self._plain.shape[1] > 1
        allowed = 0.5 * false_alarm if several else false_alarm
        # what is explained as good as wholly is no series any more, and no noise
        together = _whitened(self._whole.values, LEARNING.faint)
        found = self._confirmed(together, low, high, allowed, effort)
        if found[0] is not None or not several:
            return found
        allowed /= self._plain.shape[1]
        left = self._whole.of_others(self._plain).values
        power = (left**2).sum(axis=0)
        for series, strong in zip(left.T, power > LEARNING.faint * power.max(), strict=True):
            if strong:
                found = self._confirmed(series[:, np.newaxis], low, high, allowed, effort)
                if found[0] is not None:
                    break
        return found

    def _confirmed(
        self, series: Floats, low: Floats, high: Floats, allowed: float, effort: float
    ) -> tuple[Finding | None, bool]:
        shown = self._shown.of_others(series[self._is_shown])
        found = _strongest(shown, low, high, allowed, self._screen, effort)
        if found is None:
            return None, False
        line, probability = found
        line = _fundamental(shown, line, low, self._rounding)
        line = self._aliases.lowest(shown, line, float(low[0]))
        kept = self._kept.of_others(series[~self._is_shown])
        again = fit_line(kept, line.frequency, 0).false_alarm(kept, 0.0)
        fit = fit_line(self._whole.of_others(series), line.frequency)
        return self._finding(fit, probability), again <= LEARNING.confirmed

    def _finding(self, fit: LineFit, probability: float) -> Finding:
        plain = self._whole.of_others(self._plain)
        explained = fit_line(plain, fit.frequency, 0).power * plain.chi2
        share = explained / max(self.power * len(self._x), 1e-300)
        return Finding(fit.frequency, fit.error, share, probability)


def _whitened(values: Floats, rounding: float) -> Floats:
    """Return series of equal power and without correlation that span the same space.

    Directions with less than this share of the strongest one's power are left out.
    """
    u, s, _ = np.linalg.svd(values, full_matrices=False)
    return np.asarray(u[:, s > math.sqrt(rounding) * max(s[0], 1e-300)])


def _together(
    residual: Residual, findings: list[Finding], others: Sequence[Floats]
) -> list[Finding]:
    """Return lines fitted together: one by one, each is disturbed by those not found as yet."""
    if others:
        residual = residual.without(others)
    elif len(findings) == 1:
        return findings
    if not findings:
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
    for number, (start, stop) in enumerate(parts(x, low, high, n_outputs), 1):
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
