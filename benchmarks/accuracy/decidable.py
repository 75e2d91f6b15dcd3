"""Whether data decide between periods, by plain least squares and without the package.

The model at a frequency is an offset for each band and K harmonics, common to all bands or each
band's own.  Its criterion is BIC = n log(chi^2 / n) + k log n at the best frequency nearby, order
and kind.  Data decide for the true period where its criterion is lower by more than 10 than that
of every other: no period at all, the one that was claimed, half, third, double and triple, and
their aliases of the day, the sidereal day and the year.

A multiple of the true period holds the true model as a part, so that its criterion cannot be worse
by more than the 2 log n of its further parameters: there it is enough that it is not better.
"""

from __future__ import annotations

import numpy as np

#: What a difference of BIC means a decision.
ENOUGH = 10.0
#: Frequencies closer to a right one than this share are right.
STRICT = 0.01
ORDERS = (1, 2, 3, 4, 6, 8, 12, 16, 24)
#: Wrong frequencies that are fitted to the end, by their fit with few harmonics.
_FINALISTS = 8
_SIDEREAL = 1.0 / 0.9972695664
_YEARLY = 1.0 / 365.25


class Samples:
    """Whitened values and offsets, from which what is known is projected out."""

    def __init__(
        self,
        t: np.ndarray,
        y: np.ndarray,
        dy: np.ndarray,
        band: np.ndarray,
        extra: np.ndarray | None = None,
    ) -> None:
        self.t = t - t.mean()
        self.n = len(t)
        self.baseline = float(np.ptp(t))
        self._weight = 1.0 / dy
        self.bands = [band == b for b in np.unique(band)]
        known = np.stack(self.bands, axis=1).astype(float)
        if extra is not None:
            known = np.hstack([known, extra])
        self._known, _ = np.linalg.qr(known * self._weight[:, np.newaxis])
        self.fixed = known.shape[1]
        self.y = self._clean((y * self._weight)[:, np.newaxis])[:, 0]

    def _clean(self, columns: np.ndarray) -> np.ndarray:
        return columns - self._known @ (self._known.T @ columns)

    def without(self) -> float:
        """Return the criterion of no period at all."""
        return self._bic(float(self.y @ self.y), self.fixed)

    def _bic(self, chi: float, parameters: int) -> float:
        return self.n * np.log(max(chi, 1e-300) / self.n) + parameters * np.log(self.n)

    def columns(self, frequency: float, order: int, *, apart: bool, slope: bool) -> np.ndarray:
        """Return cosines and sines as whitened columns, or their slopes by the frequency."""
        rate = 2 * np.pi * np.arange(1, order + 1)
        angle = np.multiply.outer(self.t * frequency, rate)
        if slope:
            by = np.multiply.outer(self.t, rate)
            both = np.hstack([-by * np.sin(angle), by * np.cos(angle)])
        else:
            both = np.hstack([np.cos(angle), np.sin(angle)])
        if apart and len(self.bands) > 1:
            both = np.hstack([both * band[:, np.newaxis] for band in self.bands])
        return self._clean(both * self._weight[:, np.newaxis])

    def fit(
        self, frequency: float, order: int, *, apart: bool = False, steps: int = 4
    ) -> tuple[float, float]:
        """Return the criterion and the frequency, refined by Gauss and Newton."""
        free = 2 * order * (len(self.bands) if apart else 1)
        best = (np.inf, frequency)
        if self.fixed + free + 1 > self.n / 2:
            return best
        for _ in range(steps):
            C = self.columns(frequency, order, apart=apart, slope=False)
            beta = np.linalg.lstsq(C, self.y, rcond=None)[0]
            residual = self.y - C @ beta
            bic = self._bic(float(residual @ residual), self.fixed + free + 1)
            if bic < best[0]:
                best = (bic, frequency)
            # the slope, freed of what the columns can do themselves
            slope = self.columns(frequency, order, apart=apart, slope=True) @ beta
            slope -= C @ np.linalg.lstsq(C, slope, rcond=None)[0]
            step = float(slope @ residual) / max(float(slope @ slope), 1e-300)
            longest = 0.2 / self.baseline / order
            frequency += float(np.clip(step, -longest, longest))
            if abs(step) * self.baseline * order < 1e-3 or frequency <= 0:
                break
        return best

    def scan(self, frequency: float, order: int = 2) -> tuple[float, float]:
        """Return the best criterion within 1/baseline of a frequency, and where."""
        near = frequency + np.arange(-1.0, 1.01, 0.125) / self.baseline
        near = near[near > 0.3 / self.baseline]
        if not len(near):
            return np.inf, frequency
        return min(self.fit(f, order, steps=1) for f in near.tolist())

    def best(self, frequency: float) -> float:
        """Return the criterion at its best frequency nearby, order and kind."""
        lowest = np.inf
        for apart in (False, True)[: 1 + (len(self.bands) > 1)]:
            place = frequency
            for order in ORDERS:
                bic, refined = self.fit(place, order, apart=apart)
                if np.isfinite(bic):
                    place = refined
                lowest = min(lowest, bic)
        return lowest


def places(truth: float) -> list[float]:
    """Return the frequencies at which a cycle of a true period may be misread."""
    relatives = [x / truth for x in (1, 1 / 2, 1 / 3, 2, 3)]
    shifts = [k * d for k in (1, 2, 3) for d in (1.0, _SIDEREAL, _YEARLY)]
    aliases = [abs(f + s * k) for f in relatives[:4] for s in shifts for k in (1, -1)]
    return [*relatives[1:], *aliases]


def margin(
    samples: Samples,
    truth: float,
    claimed: float | None = None,
    allowed: tuple[float, ...] = (1.0,),
    trials: float = 1.0,
) -> float:
    """Return by how much the criterion of the true period is better than the best wrong one.

    Parameters
    ----------
    samples : Samples
    truth : float
        The true period.
    claimed : float, optional
        A period that was claimed; compared like the others unless it is right.
    allowed : tuple of float
        Multiples of the true period that are right as well.
    trials : float
        Number of frequencies among which the period had to be found: noise alone reaches
        2 log(trials) at the best of them.
    """

    def is_wrong(f: float) -> bool:
        return f > 0 and all(abs(f * truth * m - 1) > STRICT for m in allowed)

    right = min(samples.best(samples.scan(1 / (truth * m))[1]) for m in allowed)
    scanned = sorted(samples.scan(f) for f in places(truth) if is_wrong(f))
    finalists = [f for _, f in scanned if is_wrong(f)][:_FINALISTS]
    if claimed is not None and is_wrong(1 / claimed):
        finalists.append(1 / claimed)
    wrong = [samples.without() - 2 * np.log(trials)]
    for f in finalists:
        times = 1 / (f * truth)
        is_multiple = round(times) > 1 and abs(times / round(times) - 1) < STRICT
        wrong.append(samples.best(f) + ENOUGH * is_multiple)
    return float(min(wrong) - right)
