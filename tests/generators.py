"""Problems together with their exact answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

import oracles
from epicycle.limits import INPUTS


class TrueLine(NamedTuple):
    """One sinusoid, A cos(2 pi (f t - phase)) with t from the user's zero, phase in turns."""

    frequency: float
    amplitude: float
    phase: float = 0.0

    @property
    def period(self) -> float:
        return 1.0 / self.frequency

    def __call__(self, t: np.ndarray) -> np.ndarray:
        turns = oracles.exact_turns(self.frequency, t) - self.phase
        return self.amplitude * np.cos(2 * np.pi * turns)


@dataclass(frozen=True)
class Truth:
    """What a problem was made of.

    Attributes
    ----------
    lines : tuple of TrueLine
    signal : ndarray, shape (n,)
        The lines alone.
    background : ndarray, shape (n,)
        Offsets and trend.
    noise : float
        Standard deviation of the noise, errors `dy` included.
    jitter : tuple of float
        Extra scatter of each group.
    offsets : tuple of float
        Offset of each group.
    """

    lines: tuple[TrueLine, ...]
    signal: np.ndarray = field(repr=False)
    background: np.ndarray = field(repr=False)
    noise: float
    jitter: tuple[float, ...]
    offsets: tuple[float, ...]


@dataclass(frozen=True)
class Problem:
    """Samples and the truth about them; `dy` and `group` are None where there are none."""

    t: np.ndarray
    y: np.ndarray
    dy: np.ndarray | None
    group: np.ndarray | None
    truth: Truth

    @property
    def baseline(self) -> float:
        return float(self.t.max() - self.t.min())

    def data(self, degree: int = 0, **options: Any) -> Any:
        """Return the problem as the engine's regression problem."""
        return regression(self.t, self.y, self.dy, group=self.group, degree=degree, **options)


def regression(t: Any, y: Any, dy: Any = None, *, degree: int = 0, **options: Any) -> Any:
    """Return checked samples as the engine's regression problem.

    Of trials side by side there may be more than a user may have outputs.
    """
    from epicycle.samples.checks import check_samples
    from epicycle.samples.data import build_data

    if np.ndim(y) == 2 and np.shape(y)[1] > INPUTS.outputs:
        row = build_data(check_samples(t, np.arange(len(y)), **options), degree)
        return replace(row, y=y[row.y[:, 0].astype(int)])
    return build_data(check_samples(t, y, dy, **options), degree)


def sample_times(
    rng: np.random.Generator, n: int, baseline: float, sampling: str = "random"
) -> np.ndarray:
    """Return `n` times in [0, baseline].

    "random" is uniform, "regular" an exact raster, "gappy" a raster of which a third is missing
    (a whole stretch of it), "jittered" a raster with each time moved by up to 30 % of the step,
    "nightly" random times within the same third of each of about n / 6 days.
    """
    if sampling == "random":
        t = rng.uniform(0, baseline, n)
        t[0], t[-1] = 0.0, baseline
    elif sampling == "regular":
        t = np.arange(n) * (baseline / (n - 1))
    elif sampling == "gappy":
        raster = np.arange(3 * n // 2) * (baseline / (3 * n // 2 - 1))
        keep = np.ones(len(raster), dtype=bool)
        keep[n // 3 : n // 3 + len(raster) - n] = False
        t = raster[keep]
    elif sampling == "jittered":
        step = baseline / (n - 1)
        t = np.clip(np.arange(n) * step + rng.uniform(-0.3, 0.3, n) * step, 0, baseline)
    elif sampling == "nightly":
        days = max(2, n // 6)
        day = rng.integers(0, days, n)
        t = (day + rng.uniform(0, 1 / 3, n)) * (baseline / days)
    else:
        raise ValueError(f"unknown sampling {sampling!r}")
    return np.sort(t)


def sinusoids(
    seed: int,
    n: int,
    baseline: float,
    lines: Sequence[tuple[float, ...]] = (),
    noise: float = 1.0,
    *,
    sampling: str = "random",
    groups: int = 1,
    offsets: Sequence[float] | None = None,
    jitter: Sequence[float] | None = None,
    trend: Sequence[float] = (),
    errors: bool = False,
    outliers: int = 0,
) -> Problem:
    """Return sinusoids in Gaussian noise.

    Parameters
    ----------
    seed : int
        Seed of everything that is drawn.
    n, baseline, sampling
        As in :func:`sample_times`.
    lines : sequence of (frequency, amplitude[, phase])
        The truth.  A phase that is not given is drawn.
    noise : float
        Standard deviation.
    groups : int
        With more than one, samples belong to groups "A", "B", ... in turn.
    offsets, jitter : sequence of float, optional
        Of each group.
    trend : sequence of float
        Coefficients of t / baseline, (t / baseline)^2, ...
    errors : bool
        Whether noise varies from sample to sample by a factor of up to 3, with `dy` given.
    outliers : int
        So many samples get 50 times the noise added.
    """
    rng = np.random.default_rng(seed)
    t = sample_times(rng, n, baseline, sampling)
    true = tuple(TrueLine(*(*line, rng.uniform())[:3]) for line in lines)
    signal = np.sum([line(t) for line in true], axis=0) if true else np.zeros(n)
    group = np.arange(n) % groups
    offsets = np.zeros(groups) if offsets is None else np.asarray(offsets, dtype=float)
    extra = np.zeros(groups) if jitter is None else np.asarray(jitter, dtype=float)
    background = offsets[group] + sum(c * (t / baseline) ** (k + 1) for k, c in enumerate(trend))
    sigma = noise * (rng.uniform(1, 3, n) if errors else np.ones(n))
    y = signal + background + sigma * rng.normal(size=n) + extra[group] * rng.normal(size=n)
    if outliers:
        y[rng.choice(n, outliers, replace=False)] += 50 * noise
    return Problem(
        t=t,
        y=y,
        dy=sigma if errors or jitter is not None else None,
        group=np.array(list("ABCDEFGH"))[group] if groups > 1 else None,
        truth=Truth(true, signal, background, noise, tuple(extra), tuple(offsets)),
    )


def waveform(
    seed: int,
    n: int,
    baseline: float,
    period: float,
    shape: Any,
    noise: float,
    *,
    sampling: str = "random",
) -> Problem:
    """Return a repeated shape (a function of phase in [0, 1)) in Gaussian noise."""
    rng = np.random.default_rng(seed)
    t = sample_times(rng, n, baseline, sampling)
    signal = shape(oracles.exact_turns(1.0 / period, t))
    y = signal + noise * rng.normal(size=n)
    half_height = 0.5 * float(np.ptp(shape(np.arange(10_000) / 10_000)))
    truth = Truth(
        (TrueLine(1.0 / period, half_height),), signal, np.zeros(n), noise, (0.0,), (0.0,)
    )
    return Problem(t, y, None, None, truth)


def eclipses(phase: np.ndarray) -> np.ndarray:
    """Return the light of a binary: two eclipses per orbit, of depths 1 and 0.7."""

    def dip(centre: float, width: float) -> np.ndarray:
        away = (phase - centre + 0.5) % 1.0 - 0.5
        return np.exp(-0.5 * (away / width) ** 2)

    return -1.0 * dip(0.0, 0.05) - 0.7 * dip(0.5, 0.05)


def sawtooth(phase: np.ndarray) -> np.ndarray:
    """Return the sawtooth from -1 to 1; its harmonics have amplitudes 2 / (pi k)."""
    return 2.0 * phase - 1.0


def gear_trains(seed: int) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """Return measured frequencies of a train in random order, their errors, and true ratios.

    Three to five wheels, each turning 2 to 60 times as fast as the one before it, measured to
    between 1e-9 and 1e-7 of themselves.  The steps' product stays below 1e6.
    """
    rng = np.random.default_rng(seed)
    ratios = [1]
    for _ in range(int(rng.integers(2, 5))):
        ratios.append(ratios[-1] * int(rng.integers(2, 61 if ratios[-1] < 15_000 else 3)))
    order = rng.permutation(len(ratios))
    ratios = [ratios[k] for k in order]
    true = 10 ** rng.uniform(-3, 3) * np.array(ratios)
    errors = true * 10 ** rng.uniform(-9, -7, len(ratios))
    pulls = np.clip(rng.normal(size=len(ratios)), -3, 3)
    return true + errors * pulls, errors, ratios


def quasi_periodic(
    seed: int, times: np.ndarray, period: float, memory: float, noise: float
) -> np.ndarray:
    """Return a phasor of unit variance that forgets within `memory`, seen with noise."""
    rng = np.random.default_rng(seed)
    step = rng.normal(size=(len(times), 2)) @ np.array([1.0, 1.0j])
    phasor = np.empty(len(times), dtype=complex)
    phasor[0] = step[0]
    for i, keep in enumerate(np.exp(-np.diff(times) / memory), start=1):
        phasor[i] = keep * phasor[i - 1] + np.sqrt(1 - keep**2) * step[i]
    signal = (phasor * np.exp(-2j * np.pi * times / period)).real
    return signal + noise * rng.normal(size=len(times))
