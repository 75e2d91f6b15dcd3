"""Series of an experiment, and slow twins of what is fitted to them."""

import numpy as np

DAY = 24.0


def noisy(n_series: int, times: np.ndarray, seed: int, missing: float = 0.0) -> np.ndarray:
    """Return a rhythm of one harmonic and a bit of the second in each series, and noise."""
    rng = np.random.default_rng(seed)
    phase = rng.uniform(0, DAY, (n_series, 1))
    turns = (times - phase) / DAY
    y = 10 + 2 * np.cos(2 * np.pi * turns) + 0.7 * np.cos(4 * np.pi * turns + 1)
    y += rng.normal(size=y.shape)
    y[rng.random(y.shape) < missing] = np.nan
    return y


def least_squares(t, y, frequency, harmonics, weights=None):
    """Return coefficients (constant first), their covariance and both sums of squares, one series.

    A plain call of lstsq on the present values.
    """
    here = np.isfinite(y)
    root = np.sqrt(np.ones(here.sum()) if weights is None else weights[here])
    k = np.arange(1, harmonics + 1)
    angle = 2 * np.pi * frequency * np.multiply.outer(t[here], k)
    x = np.column_stack([np.ones(here.sum()), np.cos(angle), np.sin(angle)]) * root[:, None]
    z = y[here] * root
    b = np.linalg.lstsq(x, z, rcond=None)[0]
    left = float(((z - x @ b) ** 2).sum())
    mean = np.linalg.lstsq(x[:, :1], z, rcond=None)[0]
    total = float(((z - x[:, :1] @ mean) ** 2).sum())
    covariance = np.linalg.inv(x.T @ x) * left / (here.sum() - len(b))
    return b, covariance, left, total
