r"""`epicycle.scalogram`: rhythms in windows, over time and period, of samples at any times.

At every time :math:`\tau` and frequency :math:`f` a sinusoid and a mean are fitted to the samples
by least squares, each sample weighted with a Gaussian window about :math:`\tau` that holds the
same number of cycles at every frequency.  This is the weighted wavelet transform of Foster (1996)
in closed form: a wavelet transform with the Morlet wavelet where samples are regular, and the
right generalisation of it where they are not.  Sums in windows come from
:mod:`epicycle.changing.windows`.

References
----------
G. Foster (1996), Astron. J. 112, 1709.
C. Torrence, G. P. Compo (1998), Bull. Am. Met. Soc. 79, 61.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from epicycle.changing import level
from epicycle.changing.tiles import band_of, centres, frequencies
from epicycle.changing.windows import Windows, WindowSums, window_sums
from epicycle.limits import NOISE, SCALOGRAM
from epicycle.samples.arrays import Floats
from epicycle.samples.checks import check_samples
from epicycle.samples.copies import without_copies
from epicycle.samples.data import Data, build_data
from epicycle.samples.times import TimeScale

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from epicycle.changing.ridge import Ridge

SCHEMA = "epicycle.scalogram/1"


@dataclass(frozen=True, eq=False)
class Scalogram:
    """Least-squares sinusoids in Gaussian windows: a row for each period, a column for each time.

    Values are NaN where a window has too few samples, has none near its middle, or sees a
    sinusoid of that period at one phase only.

    Attributes
    ----------
    time : ndarray, shape (m,)
        Middle of each window: numbers as the user gave them; of datetimes, units since 1970-01-01
        (`times` gives datetimes back).
    period, frequency : ndarray, shape (k,)
        Periods in increasing order, and one over them.
    window : ndarray, shape (k,)
        Standard deviation of the Gaussian window at each period, in units of time.
    cycles : float
        The same in cycles.
    power : ndarray, shape (k, m)
        Share of the weighted variance in the window that the sinusoid explains, 0 to 1.
    amplitude : ndarray, shape (k, m)
        Amplitude of the sinusoid.
    phase : ndarray, shape (k, m)
        Phase in the middle of the window, in turns since the last maximum, 0 to 1.
    n_effective : ndarray, shape (k, m)
        Effective number of samples in the window, ``(sum w)**2 / sum w**2`` with the weights of
        samples and window.
    edge : ndarray, shape (m,)
        The cone of influence: at longer periods the window reaches beyond the first or last sample
        by more than an e-fold of its power, and sees less than it seems (Torrence and Compo).
    unit : str
        Unit of times and periods; "" where times are plain numbers.
    n_samples, n_dropped : int
        Samples used, and rows without a value that were left out.
    """

    time: Floats
    period: Floats
    window: Floats
    cycles: float
    power: Floats
    amplitude: Floats
    phase: Floats
    n_effective: Floats
    edge: Floats
    unit: str
    n_samples: int
    n_dropped: int
    scale: TimeScale = field(repr=False)
    data: Data = field(repr=False)

    @property
    def frequency(self) -> Floats:
        """Frequencies, shape (k,), in decreasing order."""
        return 1.0 / self.period

    @property
    def times(self) -> list[Any]:
        """Middle of each window as the user wrote times: numbers or datetimes."""
        return [self.scale.to_user(float(t)) for t in self.time]

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Whether each window lies within the samples, shape (k, m); see `edge`."""
        return self.period[:, np.newaxis] <= self.edge

    def noise_level(self, false_alarm: float = 0.01) -> Floats:
        """Return the power that white noise reaches anywhere in the picture with a probability.

        Parameters
        ----------
        false_alarm : float
            The probability that the picture of noise alone, with its own scatter in every window,
            has a power above the level somewhere.

        Returns
        -------
        ndarray, shape (k, m)
            The level; it is higher where a window has fewer samples.  NaN where `power` is.

        Raises
        ------
        ValueError
            If `false_alarm` is not a probability.
        """
        return level.power_level(self, false_alarm)

    def ridge(
        self, period: Any = None, *, wander: float = 0.03, false_alarm: float = 0.01
    ) -> Ridge:
        """Follow the strongest rhythm through the picture: :func:`epicycle.changing.ridge.ridge`.

        Parameters
        ----------
        period : number or (float, float), optional
            About which period, or between which, to follow it; by default anywhere.
        wander : float
            How much the period may change from one cycle to the next, as a share of it (the
            standard deviation of a random walk).
        false_alarm : float
            Where the power exceeds the noise level of this probability, the rhythm is significant.
        """
        from epicycle.changing.ridge import ridge

        return ridge(self, period, wander=wander, false_alarm=false_alarm)

    def table(self) -> str:
        """Return what the picture says in plain text, with its strongest maxima."""
        from epicycle.changing.scalogram_pictures import scalogram_table

        return scalogram_table(self)

    def plot(self, **options: Any) -> Figure:
        """Return a figure of the power over time and period, with ridge, level and cone."""
        from epicycle.changing.scalogram_pictures import plot_scalogram

        return plot_scalogram(self, **options)

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers as JSON can hold them (schema "epicycle.scalogram/1")."""
        grids = ("power", "amplitude", "phase", "n_effective")
        return {
            "schema": SCHEMA,
            "unit": self.unit,
            "cycles": self.cycles,
            "n_samples": self.n_samples,
            "n_dropped": self.n_dropped,
            "time": [t.isoformat() if hasattr(t, "isoformat") else t for t in self.times],
            "period": self.period.tolist(),
            "window": self.window.tolist(),
            "edge": self.edge.tolist(),
            **{name: nested(getattr(self, name)) for name in grids},
        }


def scalogram(
    t: Any,
    y: Any,
    dy: Any = None,
    *,
    period: Any = None,
    cycles: float = 2.0,
    times: Any = None,
    trend: int = 1,
    unit: str | None = None,
    clock: str = "elapsed",
) -> Scalogram:
    """Return power, amplitude and phase of rhythms over time and period: the wavelet picture.

    Parameters
    ----------
    t : array_like, shape (n,)
        Times of the samples, in any order: numbers or datetimes.
    y : array_like, shape (n,)
        Values.  Missing ones are left out and counted; rows given twice count once; several
        measurements at one time are allowed.
    dy : float or array_like, shape (n,), optional
        Standard errors.  They say how samples compare; their common scale does not matter.
    period : (float, float) or float, optional
        Shortest and longest period; or one period, half an octave to either side of which is
        shown.  By default from three samples a cycle, in the mean, to the longest period of which
        one window fits between the cones of influence.
    cycles : float
        Standard deviation of the Gaussian window in cycles.  Longer windows tell periods apart
        better (to ``0.16 / cycles`` of the period), shorter ones follow changes faster.  Foster's
        and pyBOAT's windows have 1.
    times : int or array_like, optional
        Middles of the windows, or their number; by default two for each standard deviation of the
        shortest window, at most 2,000.
    trend : int
        Degree of the polynomial that is taken out of all values first; the mean is fitted anew in
        every window.
    unit : str, optional
        For datetimes the unit of periods (default "d"), otherwise a label.
    clock : {"elapsed", "local"}
        How datetimes with a time zone are counted, as in :func:`epicycle.find_cycles`.

    Raises
    ------
    TypeError, ValueError
        If an argument cannot be used.

    Examples
    --------
    >>> import numpy as np
    >>> import epicycle
    >>> t = np.sort(np.random.default_rng(1).uniform(0, 480, 300))
    >>> y = np.cos(2 * np.pi * t / 24)
    >>> picture = epicycle.scalogram(t, y, period=(18, 32), unit="h")
    >>> ridge = picture.ridge()
    >>> print(f"{np.median(ridge.period):.2f}")
    24.00
    """
    cycles = _positive(cycles, "cycles", SCALOGRAM.shortest_window, SCALOGRAM.longest_window)
    samples = without_copies(check_samples(t, y, dy, unit=unit, clock=clock))
    if samples.y.shape[1] != 1:
        raise ValueError(
            f"y must have one column, got {samples.y.shape[1]}. "
            f"To fix this, make a scalogram of each column."
        )
    data = without_trend(build_data(samples, _degree(trend)))
    band = band_of(period, data, cycles)
    frequency = frequencies(*band, cycles)
    middles = centres(times, data, cycles * band[0], samples.scale)
    windows = Windows(frequency, cycles / frequency, middles)
    weights = data.weights[:, 0] / float(data.weights.max())
    sums = window_sums(data.times, data.y[:, 0], weights, windows)
    power, amplitude, turn, n_effective = least_squares(sums, windows.width, float(weights.sum()))
    first, last = float(data.times.hi.min()), float(data.times.hi.max())
    distance = np.minimum(windows.centre - first, last - windows.centre)
    # periods in increasing order: frequencies turned round
    return Scalogram(
        time=windows.centre + data.reference,
        period=1.0 / frequency[::-1],
        window=windows.width[::-1],
        cycles=cycles,
        power=power[::-1],
        amplitude=amplitude[::-1],
        phase=turn[::-1],
        n_effective=n_effective[::-1],
        edge=np.maximum(distance, 0.0) / (math.sqrt(2) * cycles),
        unit=samples.scale.unit,
        n_samples=len(samples.times),
        n_dropped=samples.n_dropped,
        scale=samples.scale,
        data=data,
    )


def least_squares(
    sums: WindowSums, width: Floats, total: float
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return power, amplitude, phase and effective number of samples, each of shape (k, m).

    `total` is the sum of all weights.
    """
    holds = sums.weight > SCALOGRAM.emptiest * total
    w = np.maximum(sums.weight, 1e-300)
    with np.errstate(all="ignore"):
        n_effective = w**2 / np.maximum(sums.square, 1e-300)
        c, s = sums.wave.real / w, -sums.wave.imag / w
        mean = sums.value / w
        # of cosine and sine about their means, per weight
        cc = 0.5 * (1.0 + sums.wave2.real / w) - c * c
        ss = 0.5 * (1.0 - sums.wave2.real / w) - s * s
        cs = -0.5 * sums.wave2.imag / w - c * s
        yc = sums.wave_value.real / w - mean * c
        ys = -sums.wave_value.imag / w - mean * s
        yy = sums.value2 / w - mean**2
        determinant = cc * ss - cs * cs
        a = (yc * ss - ys * cs) / determinant
        b = (ys * cc - yc * cs) / determinant
        power = (a * yc + b * ys) / yy
        # the least eigenvalue, in units of 1/2: that of samples evenly spread over many cycles
        share = (cc + ss) - np.sqrt((cc - ss) ** 2 + 4 * cs * cs)
        spread = np.sqrt(np.maximum(sums.spread / w, 0.0)) / width[:, np.newaxis]
    flat = yy <= SCALOGRAM.flat * float(np.max(np.where(holds, yy, 0.0), initial=0.0))
    power = np.where(flat, 0.0, np.clip(power, 0.0, 1.0))
    seen = (
        (n_effective >= SCALOGRAM.fewest_samples)
        & (share >= SCALOGRAM.seen)
        & (spread <= SCALOGRAM.spread)
        & holds
    )
    turn = (np.arctan2(-b, a) / (2 * np.pi)) % 1.0
    amplitude = np.where(flat, 0.0, np.hypot(a, b))
    power, amplitude, turn = (np.where(seen, x, np.nan) for x in (power, amplitude, turn))
    return power, amplitude, turn, np.where(holds, n_effective, 0.0)


def without_trend(data: Data) -> Data:
    """Return the data with the polynomial in time taken out; 0 where rounding alone is left."""
    basis = data.basis(0)
    weighted = data.weights[:, 0] * data.y[:, 0]
    left = data.y - (basis @ (basis.T @ weighted))[:, np.newaxis]
    is_exact = float((left**2).sum()) <= NOISE.exact * float((data.y**2).sum())
    return replace(data, y=0.0 * left if is_exact else left)


def nested(grid: Floats) -> list[Any]:
    """Return a table of numbers as lists, NaN as None."""
    return [[float(x) if math.isfinite(x) else None for x in row] for row in grid]


def _degree(trend: Any) -> int:
    if isinstance(trend, bool) or trend not in (0, 1, 2, 3):
        raise ValueError(
            f"trend must be 0, 1, 2 or 3, the degree of a polynomial, got {trend!r}. "
            f"To fix this, take slower variation out beforehand, or fewer cycles a window."
        )
    return int(trend)


def _positive(value: Any, name: str, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise TypeError(f"{name} must be a number, got {type(value).__name__}.")
    if not least <= float(value) <= most:
        raise ValueError(f"{name} must be between {least:g} and {most:g}, got {value!r}.")
    return float(value)
