"""Lines that the samples hardly tell apart: of those a rhythm of the samples apart, the lowest."""

from __future__ import annotations

import numpy as np

from epicycle.limits import LEARNING
from epicycle.optim.coordinates import Coordinates
from epicycle.optim.line_fit import LineFit, Residual, fit_line
from epicycle.optim.rasters import looks_alike
from epicycle.samples.arrays import Complexes, Floats
from epicycle.samples.times import Times
from epicycle.spectra.single import SingleSums

#: Samples whose rhythm is looked for: one of twenty cannot have it by chance.
_HEARD = 512

#: Grid points per 1/span, and frequencies of one block.
_POINTS, _BLOCK = 4, 1 << 15

#: Zooms onto the rhythm, each by ten.
_ZOOMS = 3

#: Aliases looked at on either side.
_MOST = 256


class Aliases:
    """Frequencies that look alike at the samples, on one axis.

    Parameters
    ----------
    coordinates : Coordinates
        Inputs of n samples.

    Attributes
    ----------
    rhythm : float
        The frequency of a rhythm of the samples that a line was taken down by; 0 before that.
    """

    def __init__(self, coordinates: Coordinates) -> None:
        self._x = coordinates
        self._rates: list[float] = []
        self._looked = 0.0
        self.rhythm = 0.0

    def lowest(self, residual: Residual, line: LineFit, low: float) -> LineFit:
        """Return the lowest line from `low` on that is not significantly worse than `line`.

        Parameters
        ----------
        residual : Residual
            What the line was found in.
        line : LineFit
            The best line.
        low : float
            Lowest frequency searched.
        """
        if len(self._x.span) > 1:
            return line
        for rate in self._rates_upto(2.0 * float(line.frequency[0])):
            lower = self._taken_down(residual, line, rate, low)
            if lower is not line:
                self.rhythm = rate
                line = lower
        return line

    def _taken_down(self, residual: Residual, line: LineFit, rate: float, low: float) -> LineFit:
        f = float(line.frequency[0])
        if f <= 0.5 * rate:
            return line
        nearest = round(f / rate)
        k = np.arange(1, _MOST + 1)  # those near, with the least jitter, and the lowest of all
        k = np.unique(np.concatenate([k, np.maximum(nearest - _MOST + k, 1), [nearest + 1]]))
        below = np.unique(np.abs(f - k * rate))
        below = below[(below >= low) & (below < f - 1.0 / self._x.span[0])]
        if not len(below):
            return line
        power = self._powers(residual, np.append(below, f))
        promising = below[power[:-1] > LEARNING.gate * power[-1]]
        fits = [line]
        for candidate in promising:
            fit = fit_line(residual, np.array([candidate]))
            fits.append(fit)
            if _not_worse(fit, line, residual):
                break
        best = max(fits, key=lambda fit: fit.power)
        alike = [fit for fit in fits if _not_worse(fit, best, residual)]
        return min(alike, key=lambda fit: float(fit.frequency[0]))

    def _powers(self, residual: Residual, frequencies: Floats) -> Floats:
        result = []
        for f in frequencies:
            cosine, sine = self._x.phasors(np.array([f]))
            result.append((np.abs((cosine - 1j * sine) @ residual.values) ** 2).sum())
        return np.array(result)

    def _rates_upto(self, highest: float) -> list[float]:
        """Return the rhythms of the samples: the step that all share, and one with jitter."""
        exact = [1.0 / s for s in self._x.step.tolist() if s > 0]
        if highest > self._looked:
            self._looked = highest
            found = _rhythm(self._x, highest)
            self._rates = [] if found is None else [found]
        return exact + self._rates


def raster_note(x: Coordinates) -> dict[str, str]:
    """Return what regular inputs cannot tell, if they are meant to be regular."""
    for axis in np.flatnonzero(x.dense()).tolist():
        step, top = float(x.step[axis]), float(x.nyquist[axis])
        return {
            "raster": f"the inputs come in steps of {step:.6g}, so that any frequency above "
            f"{top:.6g} cycles per unit looks like a lower one: only those below are looked for. "
            f"To look above, name a band that begins there: band=({top:.6g}, {2 * top:.6g})."
        }
    return {}


def rhythm_note(rate: float) -> dict[str, str]:
    """Return what inputs that are nearly regular hardly tell."""
    if not rate:
        return {}
    return {
        "rhythm": f"the inputs come nearly in steps of {1 / rate:.6g}: of frequencies {rate:.6g} "
        f"cycles per unit apart, which they hardly tell apart, the lowest is taken. To take a "
        f"higher one, name its band: band=(lowest, highest)."
    }


def _not_worse(fit: LineFit, best: LineFit, residual: Residual) -> bool:
    return looks_alike(1.0 - fit.power, 1.0 - best.power, residual.dof)


def _rhythm(x: Coordinates, highest: float) -> float | None:
    """Return the lowest frequency at which most of the samples are in phase, if there is one.

    The samples' own spectral window, octave by octave: a second maximum in one octave would be
    no multiple of the first.
    """
    span = float(x.span[0])
    pick = np.arange(min(len(x), _HEARD)) * len(x) // min(len(x), _HEARD)
    times = x.axes[0][pick]
    spacing = 1.0 / (_POINTS * span)
    low = LEARNING.raster_steps / span
    high = min(highest, LEARNING.rhythm_cycles / span)
    sums: dict[int, SingleSums] = {}
    while low < high:
        size = max(2, min(int(np.ceil(low / spacing)), _BLOCK))
        if size not in sums:
            sums[size] = SingleSums(times, spacing, size, 1)
        ones = np.ones((1, len(times)))
        (band,) = sums[size].bands(ones, low, 1)
        power = np.abs(band.reshape(-1)) ** 2 / len(times) ** 2
        best = int(np.argmax(power))
        if power[best] > LEARNING.in_phase:
            return _zoomed(x.axes[0], low + best * spacing, spacing)
        low += size * spacing
    return None


def _zoomed(times: Times, frequency: float, width: float) -> float:
    """Return the maximum of the spectral window near a frequency."""
    t = times.to_float()
    for _ in range(_ZOOMS):
        grid = frequency + width * np.linspace(-1.0, 1.0, 21)
        window: Complexes = np.exp(2j * np.pi * np.outer(grid, t)).sum(axis=1)
        frequency = float(grid[int(np.argmax(np.abs(window)))])
        width /= 10.0
    return frequency
