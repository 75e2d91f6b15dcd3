"""What is timed: one problem, and those who compute its spectrum or the maxima of it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

import common
from epicycle.limits import SEARCH
from epicycle.samples import checks
from epicycle.samples.data import Data, build_data
from epicycle.search.dense import DenseSearch
from epicycle.spectra.bands import Candidates
from epicycle.spectra.periodogram import Periodogram
from epicycle.spectra.plan import SearchPlan
from epicycle.spectra.sums import BAND

SAMPLES = 3000
BASELINE = 1000.0
#: Bytes per frequency that nifty-ls was seen to need, with room to spare.
NIFTY_BYTES = 120
#: astropy takes seconds from here on, and gigabytes further up.
ASTROPY_LIMIT = 1_000_000
MAXIMA = 20


# ---- The problem -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Problem:
    """Samples and a grid: ``lowest + k * spacing``, k = 0 ... n - 1."""

    t: np.ndarray
    y: np.ndarray
    dy: np.ndarray
    lowest: float
    spacing: float
    n: int

    @property
    def highest(self) -> float:
        return self.lowest + (self.n - 1) * self.spacing

    @functools.cached_property
    def frequency(self) -> np.ndarray:
        return self.lowest + self.spacing * np.arange(self.n)


def make_problem(seed: int, n_frequencies: int, samples: int = SAMPLES) -> Problem:
    """Two sinusoids in noise, the weaker of them clear of it; errors that differ."""
    rng = np.random.default_rng([seed, n_frequencies])
    t = np.sort(rng.uniform(0.0, BASELINE, samples))
    t[0], t[-1] = 0.0, BASELINE
    dy = rng.uniform(0.5, 1.5, samples)
    spacing = 1.0 / (SEARCH.points_per_peak * BASELINE)
    lowest = 1.0 / BASELINE
    y = 3.0 + dy * rng.standard_normal(samples)
    for amplitude in (1.0, 0.4):
        f = lowest + rng.uniform(0.1, 0.9) * n_frequencies * spacing
        y += amplitude * np.cos(2 * np.pi * (f * t + rng.uniform()))
    return Problem(t, y, dy, lowest, spacing, n_frequencies)


# ---- Contenders: from the arrays of samples to power on the grid ---------------------------------


def prepare(problem: Problem) -> tuple[Data, np.ndarray, np.ndarray]:
    """Return the engine's data, the residual of the weighted mean and its chi-square."""
    data = build_data(checks.check_samples(problem.t, problem.y, problem.dy), 0)
    weights = data.weights[:, 0]
    residual = data.y - np.average(data.y[:, 0], weights=weights)
    return data, residual, np.array([weights @ residual[:, 0] ** 2])


def plan_of(problem: Problem) -> SearchPlan:
    return SearchPlan(
        minimum_frequency=problem.lowest,
        maximum_frequency=problem.highest,
        spacing=problem.spacing,
        n_frequencies=problem.n,
        strategy="dense",
        regular=False,
        reason="benchmark",
    )


def epicycle_search(problem: Problem, threads: int) -> Candidates:
    """Return the strongest maxima and a thinned spectrum, power as a share of chi-square."""
    data, residual, chi2 = prepare(problem)
    search = DenseSearch(data, plan_of(problem), keep=MAXIMA, threads=threads)
    return search.maxima(residual, chi2)


def epicycle_spectrum(problem: Problem, threads: int) -> np.ndarray:
    """Return the power at every frequency: the same work as the peers do."""
    data, residual, chi2 = prepare(problem)
    size = min(BAND, problem.n)
    threads = min(threads, -(-problem.n // size))
    power = np.empty(problem.n)

    def work(worker: int) -> None:
        engine = Periodogram(data, problem.spacing, size)
        for first in range(worker * size, problem.n, threads * size):
            band = engine.reduction(residual, problem.lowest + first * problem.spacing)[0]
            last = min(first + size, problem.n)
            np.divide(band[: last - first], chi2[0], out=power[first:last])

    if threads == 1:
        work(0)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, range(threads)))
    return power


def epicycle_points(problem: Problem, points: np.ndarray) -> np.ndarray:
    """Return the power at some points of the grid, from bands as large as those of the search."""
    data, residual, chi2 = prepare(problem)
    size = min(BAND, problem.n)
    engine = Periodogram(data, problem.spacing, size)
    power = np.empty(len(points))
    for band in np.unique(points // size):
        here = points // size == band
        start = problem.lowest + band * size * problem.spacing
        power[here] = engine.reduction(residual, start)[0, points[here] - band * size] / chi2[0]
    return power


def nifty_spectrum(problem: Problem, threads: int) -> np.ndarray:
    import nifty_ls

    result = nifty_ls.lombscargle(
        problem.t,
        problem.y,
        problem.dy,
        fmin=problem.lowest,
        fmax=problem.highest,
        Nf=problem.n,
        fit_mean=True,
        backend="finufft",
        nthreads=threads,
    )
    return result.power


def astropy_spectrum(problem: Problem, method: str) -> np.ndarray:
    from astropy.timeseries import LombScargle

    model = LombScargle(problem.t, problem.y, problem.dy, fit_mean=True)
    return model.power(problem.frequency, method=method, assume_regular_frequency=True)


def cuperiod_spectrum(problem: Problem) -> np.ndarray:
    """Return the generalised Lomb-Scargle power of cuPeriod, on the processor."""
    from cuperiod import periodogram
    from cuperiod.core.grid import uniform_frequency_grid

    grid = uniform_frequency_grid(
        BASELINE,
        maximum_frequency=problem.highest,
        minimum_frequency=problem.lowest,
        samples_per_peak=SEARCH.points_per_peak,
    )
    samples = (problem.t, problem.y, problem.dy)
    return periodogram(samples, "GLS", backend="cpu", grid=grid).power


def peers(problem: Problem, threads: int) -> tuple[dict[str, Callable[[], Any]], dict[str, str]]:
    """Return the peers that can run here, and the reasons why others cannot."""
    calls: dict[str, Callable[[], Any]] = {}
    reasons: dict[str, str] = {}
    need = NIFTY_BYTES * problem.n
    if common.version("nifty-ls") is None:
        reasons["nifty-ls"] = "nifty-ls is not installed"
    elif need > common.free_memory():
        reasons["nifty-ls"] = (
            f"needs about {need / 1e9:.0f} GB, {common.free_memory() / 1e9:.0f} GB are free"
        )
    else:
        calls["nifty-ls"] = lambda: nifty_spectrum(problem, threads)
    if common.version("astropy") is None:
        reasons["astropy fast"] = "astropy is not installed"
    elif problem.n > ASTROPY_LIMIT:
        reasons["astropy fast"] = f"only up to {ASTROPY_LIMIT:,} frequencies: time and memory"
    elif threads == 1:
        calls["astropy fast"] = lambda: astropy_spectrum(problem, "fast")
        if common.version("nifty-ls") is not None:
            import nifty_ls  # noqa: F401  (older versions register the method on import)

            calls["astropy fastnifty"] = lambda: astropy_spectrum(problem, "fastnifty")
    else:
        reasons["astropy fast"] = "runs in one thread"
    return calls, reasons
