r"""What a changing rhythm is made of: terms, their prior scales, and where each number stands.

.. math::

    y(t) = \text{level}(t) + n(t) + \text{noise} + \sum_o e^{u_o(t)} \Big[\cos 2\pi\Phi_o
        + \sum_{h\ge2} a_{oh} \cos 2\pi h\Phi_o + b_{oh} \sin 2\pi h\Phi_o\Big]

    \Phi_o(t) = f_o t + c_0 + c_1 x + c_2 \tfrac12(x^2 - \tfrac13) + \text{shifts} + \psi_o(t),
    \qquad u_o = d_0 + d_1 x + v_o(t)

ψ is a walk or the integral of an Ornstein-Uhlenbeck process, v a twice integrated walk and n an
Ornstein-Uhlenbeck process: the channels of a chain.  All other numbers are few, and stand in a
border beside it; each is standardised, so that its prior is N(0, 1).

Time is counted in cycles from the middle of the data, and x = -1 to 1 over them.  Values have a
standard deviation of 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.polynomial.legendre import legvander
from numpy.typing import NDArray

from epicycle.changing.chain import Chain, Kind
from epicycle.samples.arrays import Floats

TWO_PI = 2 * np.pi

#: Prior standard deviations.  Phase in turns; frequency and drift relative to the frequency, over
#: the whole of the data; shifts of phase (uniform over a turn has 0.29) and of frequency; the
#: logarithms of the amplitude and of its change over half the data; harmonics over fundamental;
#: levels over the standard deviation of the values.
PHASE, FREQUENCY, DRIFT = 1.0, 0.5, 0.15
JUMP, CHANGE = 0.29, 0.05
AMPLITUDE, DECAY, HARMONIC, LEVEL = 3.0, 1.5, 0.5, 10.0

#: Precision of what a model leaves out.
ABSENT = 1e12

#: What a model may have besides a constant rhythm.
Wander = Literal["none", "walk", "path"]


@dataclass(frozen=True, eq=False)
class Record:
    """Samples in the units of the engine.

    Attributes
    ----------
    t : ndarray, shape (n,)
        Cycles of the reference frequency from the middle, in order.
    y : ndarray, shape (n,)
        Values less their mean, in units of their standard deviation.
    w : ndarray, shape (n,)
        Relative weights, 1 in the mean.
    level : ndarray, shape (n, q)
        Trend and offsets of groups, standardised.
    degree : int
        Degree of the trend.
    """

    t: Floats
    y: Floats
    w: Floats
    level: Floats
    degree: int
    _chains: dict[tuple[tuple[Kind, ...], int], Chain] = field(
        default_factory=dict, init=False, repr=False
    )

    @property
    def half(self) -> float:
        """Half the span of the data, in cycles."""
        return 0.5 * float(self.t[-1] - self.t[0])

    def chain(self, kinds: tuple[Kind, ...], count: int) -> Chain:
        """Return a chain of some channels over the record, the same one each time."""
        if (kinds, count) not in self._chains:
            ends = float(self.t[0]), float(self.t[-1])
            self._chains[kinds, count] = Chain(self.t, kinds, *ends, count)
        return self._chains[kinds, count]

    def trend(self, t: Floats) -> Floats:
        """Return the columns of the level at other times, in the mean of all groups."""
        result = np.zeros((len(t), self.level.shape[1]))
        result[:, : self.degree + 1] = LEVEL * legvander(t / self.half, self.degree)
        return result


def columns_of_level(t: Floats, degree: int, group: NDArray[np.intp]) -> Floats:
    """Return trend and offsets of groups at the samples, standardised.

    The offsets are those from the mean of all samples, so that the trend is the mean of all groups.
    """
    middle, half = 0.5 * (t[0] + t[-1]), 0.5 * (t[-1] - t[0])
    trend = legvander((t - middle) / half, degree)
    own = (group[:, np.newaxis] == np.arange(1, int(group.max()) + 1)).astype(np.float64)
    return LEVEL * np.hstack([trend, own - own.mean(axis=0)])


@dataclass(frozen=True, eq=False)
class Design:
    """The structure that all models of a batch share.

    Attributes
    ----------
    record : Record
    frequency : tuple of float
        Frequency of each rhythm, in units of the reference frequency.
    wander : str
        How phases may wander: "none", "walk" or "path".
    varies : bool
        Whether amplitudes vary freely.
    harmonics, events : int
        Highest harmonic, and number of shifts.
    knots : int
        Number of knots.
    phases : list of ndarray, shape (n, 3)
        :meth:`null` of each rhythm at the samples.
    decays : ndarray, shape (n, 2)
        :meth:`decay` at the samples.
    """

    record: Record
    frequency: tuple[float, ...]
    wander: Wander
    varies: bool
    harmonics: int
    events: int
    knots: int
    chain: Chain = field(init=False, repr=False)
    phases: list[Floats] = field(init=False, repr=False)
    decays: Floats = field(init=False, repr=False)
    slices: dict[tuple[str, int], slice] = field(init=False, repr=False)
    width: int = field(init=False)

    def __post_init__(self) -> None:
        kinds: list[Kind] = []
        for _ in self.frequency:
            if self.wander != "none":
                kinds.append("walk" if self.wander == "walk" else "path")
            if self.varies:
                kinds.append("path")
        object.__setattr__(self, "chain", self.record.chain((*kinds, "noise"), self.knots))
        at_samples = [self.null(self.record.t, o) for o in range(len(self.frequency))]
        object.__setattr__(self, "phases", at_samples)
        object.__setattr__(self, "decays", self.decay(self.record.t))
        slices, first = {}, 0
        sizes = {
            "null": 3,
            "events": 2 * self.events,
            "amplitude": 2,
            "harmonics": 2 * (self.harmonics - 1),
        }
        slices["level", 0] = slice(0, first := self.record.level.shape[1])
        for o in range(len(self.frequency)):
            for name, size in sizes.items():
                slices[name, o] = slice(first, first + size)
                first += size
        object.__setattr__(self, "slices", slices)
        object.__setattr__(self, "width", first)

    def phase_channel(self, rhythm: int) -> int | None:
        """Return which channel is the phase of a rhythm, None where it does not wander."""
        if self.wander == "none":
            return None
        return rhythm * (2 if self.varies else 1)

    def amplitude_channel(self, rhythm: int) -> int | None:
        """Return which channel is the log amplitude of a rhythm, None where it does not vary."""
        if not self.varies:
            return None
        return rhythm if self.wander == "none" else 2 * rhythm + 1

    @property
    def noise_channel(self) -> int:
        """The channel of noise with a memory."""
        return len(self.chain.channels) - 1

    def null(self, t: Floats, rhythm: int, *, slope: bool = False) -> Floats:
        """Return phase by offset, frequency and drift at times, shape (n, 3); or its rate."""
        half, f = self.record.half, self.frequency[rhythm]
        x = t / half
        scales = np.array([PHASE, FREQUENCY * f * half, DRIFT * f * half])
        if slope:
            columns = [np.zeros_like(x), np.full_like(x, 1 / half), x / half]
        else:
            columns = [np.ones_like(x), x, 0.5 * (x**2 - 1 / 3)]
        result: Floats = np.stack(columns, axis=1) * scales
        return result

    def shifts(self, t: Floats, at: Floats, rhythm: int, *, slope: bool = False) -> Floats:
        """Return phase by shifts of phase and of frequency at times `at` (B, E): (B, n, 2 E)."""
        since = t[np.newaxis, :, np.newaxis] - at[:, np.newaxis, :]
        after = (since >= 0).astype(np.float64)
        change = CHANGE * self.frequency[rhythm]
        phase = np.zeros_like(after) if slope else JUMP * after
        rate = change * (after if slope else after * since)
        return np.stack([phase, rate], axis=3).reshape(len(at), len(t), 2 * at.shape[1])

    def decay(self, t: Floats) -> Floats:
        """Return log amplitude by its mean and its change at times, shape (n, 2)."""
        return np.stack([np.full_like(t, AMPLITUDE), DECAY * t / self.record.half], axis=1)


@dataclass(frozen=True)
class Terms:
    """What a model has, of all that its design could have.

    Attributes
    ----------
    drift, decay : bool
        Whether frequency and amplitude change steadily.
    harmonics : int
        Highest harmonic in use.
    shifts : tuple of str
        For each event, what it shifts: "phase", "period" or "both"; "none" for nothing.
    """

    drift: bool = False
    decay: bool = False
    harmonics: int = 1
    shifts: tuple[str, ...] = ()

    def precision(self, design: Design) -> Floats:
        """Return the prior precision of each number of the border."""
        result = np.ones(design.width)
        for o in range(len(design.frequency)):
            if not self.drift:
                result[design.slices["null", o]][2] = ABSENT
            if not self.decay:
                result[design.slices["amplitude", o]][1] = ABSENT
            result[design.slices["harmonics", o]][2 * (self.harmonics - 1) :] = ABSENT
            events = result[design.slices["events", o]]
            for k, kind in enumerate(self.shifts):
                events[2 * k] = 1.0 if kind in ("phase", "both") else ABSENT
                events[2 * k + 1] = 1.0 if kind in ("period", "both") else ABSENT
        return result
