"""Many series, and each of them alone."""

import numpy as np

from epicycle.samples.checks import check_samples
from epicycle.samples.data import build_data
from epicycle.spectra.plan import plan_band
from epicycle.spectra.sampling import Sampling


def series_of_all_kinds(rng: np.random.Generator) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return times and values, by kind of sampling."""

    def values(t: np.ndarray, period: float, amplitude: float) -> np.ndarray:
        trend = 0.02 * (t - t.min()) + 5.0
        signal = amplitude * np.cos(2 * np.pi * (t / period - rng.uniform()))
        return trend + signal + rng.normal(size=len(t))

    irregular = np.sort(rng.uniform(0, 50, 60))
    nights = np.sort(np.floor(rng.uniform(0, 40, 90)) + rng.uniform(0, 0.3, 90))
    ends = np.r_[rng.uniform(0, 2, 20), rng.uniform(48, 50, 20)]
    regular = np.delete(np.arange(80.0) * 0.5, rng.choice(80, 9, replace=False))
    return {
        "irregular": (irregular, values(irregular, 3.3, 1.5)),
        "noise": (irregular + 2e6, values(irregular, 3.3, 0.0)),
        "unsorted": (rng.permutation(irregular), values(irregular, 2.0, 1.0)),
        "nights": (nights, values(nights, 1.7, 1.0)),
        "both ends": (ends, values(ends, 0.9, 2.0)),
        "regular with gaps": (regular, values(regular, 6.1, 1.0)),
        "repeated times": (np.repeat(irregular, 2), values(np.repeat(irregular, 2), 5.0, 0.8)),
        "few": (irregular[::5], values(irregular[::5], 4.0, 3.0)),
        "slow": (irregular, values(irregular, 37.0, 3.0)),
    }


def stacked(parts: dict[str, tuple[np.ndarray, ...]]) -> tuple[np.ndarray, ...]:
    """Return the columns of all series, one below the other, and their labels."""
    columns = [np.concatenate(column) for column in zip(*parts.values(), strict=True)]
    return (*columns, np.repeat(list(parts), [len(part[0]) for part in parts.values()]))


def plan_of(t: np.ndarray, y: np.ndarray, degree: int = 1, dy=None, **limits: float):
    data = build_data(check_samples(t, y, dy), degree)
    # a screening does not widen its band: it is to take a small part of a search's time
    sampling = Sampling.of(data, widened=False)
    return data, plan_band(sampling, limits.get("minimum_period"), limits.get("maximum_period"))
