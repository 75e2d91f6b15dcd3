r"""Cycles in events: photons, spikes, log lines, each a time and perhaps a weight.

There are no values to fit, only a rate that may be periodic.  With weights w (for example the
probability that an event belongs to the source) and

.. math:: S_h = \sum_i w_i e^{-2\pi i h (f t_i + \dot f t_i^2/2)}, \qquad
          z_h = |S_h|^2 / \sum_i w_i^2,

each z_h is exponential for a constant rate.  The waveform's orders are chosen by the H-test,
``H = max_m (2 sum_{h<=m} z_h - 4 m + 4)``, and the frequency maximises the sum of their z_h, which
is the logarithm of the likelihood ratio of a weak signal.

References
----------
O. C. de Jager, B. C. Raubenheimer, J. W. H. Swanepoel (1989), A&A 221, 180 (H-test); R.
Buccheri et al. (1983), A&A 128, 245 (Z^2_m); M. Kerr (2011), ApJ 732, 38 (weights).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from epicycle.events.rhythm import Rhythm
from epicycle.events.significance import event_false_alarm
from epicycle.limits import EVENTS
from epicycle.samples import phase
from epicycle.samples.arrays import Floats
from epicycle.samples.background import Background
from epicycle.samples.data import Data
from epicycle.samples.times import Times
from epicycle.spectra.periodogram import span_window

_MAX_STEPS = 30

#: The strongest line of a comb is at most of this order.
_DIVISORS = 256

#: Phasors that looking for the fundamental of a comb may take.
_COMB_WORK = 1 << 24


@dataclass(frozen=True)
class EventCycle:
    """One cycle in events.

    Attributes
    ----------
    frequency, drift : float
        At the reference time; drift 0 where it was not fitted.
    covariance : ndarray, shape (2, 2)
        Of frequency and drift.
    orders : ndarray of int, shape (m,)
        Orders of the waveform, 1 ... m.
    sums : ndarray of complex, shape (m,)
        S_h of each order.
    total : float
        Sum of the strengths.
    power : ndarray, shape (m,)
        z_h of each order.
    every_power : ndarray, shape (k,)
        z_h of all orders that were tried.
    bandwidth : float
        Effective bandwidth over which the probabilities are counted.
    h_statistic : float
        Value of the H-test.
    false_alarm : float
        Probability that events at a constant rate show a higher H anywhere in the band.
    rhythm : Rhythm or None
        Of a nearly regular train: its mean interval, and how its phase wanders.
    """

    frequency: float
    drift: float
    covariance: Floats
    orders: NDArray[np.intp]
    sums: NDArray[np.complex128]
    total: float
    power: Floats
    every_power: Floats
    bandwidth: float
    h_statistic: float
    false_alarm: float
    rhythm: Rhythm | None = None

    def against(self, background: Floats) -> EventCycle:
        """Return the cycle with its powers in units of a background, one for each order."""
        every = self.every_power / background
        statistic, _ = h_test(every)
        n = len(self.orders)
        return replace(
            self,
            power=every[:n],
            every_power=every,
            h_statistic=statistic,
            false_alarm=event_false_alarm(statistic, self.bandwidth, len(every)),
        )


def event_data(times: Times, weights: Floats) -> Data:
    """Return events as the search sees them: values are the weights, and nothing is a nuisance."""
    n = len(times)
    first = float(times.hi.min())
    offset = times.minus(first).to_float()
    reference = first + float(np.average(offset, weights=weights))
    return Data(
        times=times.minus(reference),
        reference=reference,
        baseline=float(offset.max()),
        y=weights[:, np.newaxis],
        weights=np.ones((n, 1)),
        nuisance=np.empty((n, 0)),
        background=Background.plain(1, 0),
        group=np.zeros(n, dtype=np.intp),
    )


def harmonic_sums(
    times: Times, weights: Floats, frequency: float, drift: float, most: int
) -> NDArray[np.complex128]:
    """Return S_h for h = 1 ... most, less what a constant rate over the same span has."""
    base = _phase(times, frequency, drift)
    orders = np.arange(1, most + 1)
    constant = weights.sum() * span_window(times, orders.astype(np.float64) * frequency)
    return np.array(
        [
            (weights * np.exp((-2j * np.pi) * phase.wrap(h * base))).sum() - c
            for h, c in zip(orders, constant, strict=True)
        ]
    )


def h_test(power: Floats) -> tuple[float, int]:
    """Return the H statistic of the powers z_1 ... z_m, and the number of orders at its maximum."""
    m = np.arange(1, len(power) + 1)
    statistic = 2 * np.cumsum(power) - 4 * m + 4
    best = int(statistic.argmax())
    return float(statistic[best]), best + 1


def z_squared(power: Floats) -> Floats:
    """Return Z^2_m of the powers z_1 ... z_k, for every m from 1 to k (Buccheri et al. 1983)."""
    result: Floats = 2 * np.cumsum(power)
    return result


def refine_event_cycle(
    data: Data,
    strengths: Floats,
    frequency: float,
    drift: float,
    *,
    with_drift: bool,
    bandwidth: float,
    most: int,
) -> EventCycle:
    """Return the cycle near a frequency, at maximum power, its orders chosen by the H-test.

    `strengths`, shape (n,), are the weights less the cycles that were found before.
    """
    norm = float((strengths**2).sum())
    orders = 1
    for _ in range(4):  # the orders follow from the frequency, and the frequency from the orders
        frequency, drift, covariance = _newton(
            data, strengths, frequency, drift, orders, with_drift=with_drift
        )
        sums = harmonic_sums(data.times, strengths, frequency, drift, most)
        statistic, chosen = h_test(np.abs(sums) ** 2 / norm)
        if chosen == orders:
            break
        orders = chosen
    return EventCycle(
        frequency=frequency,
        drift=drift,
        covariance=covariance,
        orders=np.arange(1, orders + 1),
        sums=sums[:orders],
        total=float(strengths.sum()),
        power=np.abs(sums[:orders]) ** 2 / norm,
        every_power=np.abs(sums) ** 2 / norm,
        bandwidth=bandwidth,
        h_statistic=statistic,
        false_alarm=event_false_alarm(statistic, bandwidth, most),
    )


def with_true_fundamental(
    data: Data, refine: Callable[[float, float], EventCycle], cycle: EventCycle, lowest: float
) -> EventCycle:
    """Return the cycle at a fraction of its frequency where the powers there ask for it.

    The lines of sharp pulses are a comb, nearly equal up to a high order, and any of them may be
    the strongest: the fundamental is then the lowest of them.  Other waveforms may have most of
    their power in the second or third order; the H-test decides.

    `refine` returns the cycle near a frequency and a drift.
    """
    best = cycle
    for divisor in _combs(data, cycle, lowest):
        trial = refine(cycle.frequency / divisor, cycle.drift / divisor)
        if trial.power[0] >= EVENTS.comb * cycle.power[0]:
            return trial
    for divisor in (2, 3):
        if cycle.frequency / divisor < lowest:
            continue
        trial = refine(cycle.frequency / divisor, cycle.drift / divisor)
        if trial.h_statistic > best.h_statistic + EVENTS.fundamental_gain:
            # and not because the cycle's own orders came out a little different
            others = trial.power[trial.orders % divisor > 0]
            if 2 * float(others.sum()) > EVENTS.fundamental_gain + 2 * len(others):
                best = trial
    return best


def _combs(data: Data, cycle: EventCycle, lowest: float) -> list[int]:
    """Return the divisors of a frequency at which the power is comparable, largest first."""
    least = max(EVENTS.comb * float(cycle.power[0]), EVENTS.seen)
    n = len(data.y)
    most = min(int(cycle.frequency / lowest), _DIVISORS, max(_COMB_WORK // n, 3))
    if cycle.power[0] < least or most < 2:
        return []
    weights = data.y[:, 0]
    times = data.times.to_float()
    turns = cycle.frequency * times + 0.5 * cycle.drift * times**2  # whole turns count here
    divisors = np.arange(2, most + 1)
    sums = np.array([(weights * np.exp((-2j * np.pi / k) * turns)).sum() for k in divisors])
    sums -= weights.sum() * span_window(data.times, cycle.frequency / divisors)
    power = np.abs(sums) ** 2 / float((weights**2).sum())
    return [int(k) for k in divisors[power >= least][::-1]]


def modulation(data: Data, cycle: EventCycle) -> Floats:
    """Return the rate at each event that a cycle adds to the mean rate, relative to it."""
    base = _phase(data.times, cycle.frequency, cycle.drift)
    result = np.zeros(len(base))
    for order, total in zip(cycle.orders, cycle.sums, strict=True):
        turned = np.exp((2j * np.pi) * phase.wrap(order * base))
        result += (2.0 / cycle.total) * (total * turned).real
    return result


def without(data: Data, cycles: list[EventCycle]) -> Floats:
    """Return strengths in which the given cycles no longer show, shape (n,).

    Events come more densely where the rate is high; divided by the rate they come as evenly as if
    it were constant, harmonics and products of cycles included.  Subtraction would leave those.
    """
    rate = 1.0 + sum((modulation(data, cycle) for cycle in cycles), np.zeros(len(data.y)))
    result: Floats = data.y[:, 0] / np.maximum(rate, EVENTS.lowest_rate)
    return result


def related(frequency: float, cycle: EventCycle, width: float) -> bool:
    """Return whether a frequency is a small ratio of a cycle's.

    It is a multiple within a line width, or a multiple of its half or third within half of one:
    over some tens of cycles, wider ones would leave no room for a second cycle.
    """
    for divisor, reach in ((1, 1.0), (2, 0.5), (3, 0.5)):
        ratio = frequency * divisor / cycle.frequency
        off = abs(ratio - round(ratio)) * cycle.frequency / divisor
        if off < reach * width and ratio > 0.5:
            return True
    return False


def waveform_response(data: Data, cycle: EventCycle) -> NDArray[np.complex128]:
    """Return the derivative of each S_h by frequency and drift, shape (m, 2)."""
    offset = data.times.to_float()
    slopes = np.stack([offset, 0.5 * offset**2])
    base = _phase(data.times, cycle.frequency, cycle.drift)
    return np.array(
        [
            (-2j * np.pi * h) * (slopes @ (data.y[:, 0] * np.exp((-2j * np.pi) * (h * base))))
            for h in cycle.orders
        ]
    )


def _phase(times: Times, frequency: float, drift: float) -> Floats:
    return phase.wrap(phase.turns(frequency, times) + 0.5 * drift * times.to_float() ** 2)


def _newton(
    data: Data,
    weights: Floats,
    frequency: float,
    drift: float,
    orders: int,
    *,
    with_drift: bool,
) -> tuple[float, float, Floats]:
    """Maximise the sum of z_h by Newton steps; return frequency, drift and their covariance."""
    offset = data.times.to_float()
    # in units in which either parameter moves the phase at the ends by about the same
    scale = np.array([1.0, 4.0 / data.baseline])
    slopes = np.stack([offset, 0.5 * offset**2 * scale[1]])[: 2 if with_drift else 1]
    norm = float((weights**2).sum())
    limit = 0.1 / data.baseline
    for _ in range(_MAX_STEPS):
        gradient, hessian = _derivatives(
            _phase(data.times, frequency, drift), weights, slopes, orders, norm
        )
        values, vectors = np.linalg.eigh(hessian)
        # uphill in every direction, also where the surface is not yet bent downwards
        step = vectors @ ((vectors.T @ gradient) / np.maximum(-values, 1e-9 * np.abs(values).max()))
        step *= min(1.0, limit / max(float(np.abs(step).max()), 1e-300))
        frequency += float(step[0])
        if with_drift:
            drift += float(step[1] * scale[1])
        if np.abs(step).max() * data.baseline < 1e-10:
            break
    covariance = np.zeros((2, 2))
    free = len(slopes)
    covariance[:free, :free] = np.linalg.pinv(-hessian) * np.outer(scale, scale)[:free, :free]
    return frequency, drift, covariance


def _derivatives(
    base: Floats, weights: Floats, slopes: Floats, orders: int, norm: float
) -> tuple[Floats, Floats]:
    """Return gradient and Hessian of ``sum_h |S_h|^2 / sum w^2`` by the phase parameters."""
    k = len(slopes)
    gradient, hessian = np.zeros(k), np.zeros((k, k))
    for h in range(1, orders + 1):
        rate = -2j * np.pi * h
        terms = weights * np.exp(rate * base)
        total = terms.sum()
        first = rate * (slopes @ terms)
        second = rate**2 * ((slopes * terms) @ slopes.T)
        gradient += 2 * (np.conj(total) * first).real / norm
        hessian += 2 * (np.conj(total) * second + np.outer(np.conj(first), first)).real / norm
    return gradient, hessian
