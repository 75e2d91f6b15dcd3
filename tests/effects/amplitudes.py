"""What several tests of this wing share."""

import numpy as np

SPAN = 200.0

#: Factors of the amplitude over the share of the span, up to 1.25.
ENVELOPES = {
    "grows to twice": lambda u: 1 + u,
    "decays": lambda u: 2 * np.exp(-1.5 * u),
}


def series(seed: int, envelope, amplitude: float = 4.0, n: int = 300):
    """Return times, values of noise 1, the true amplitude, and which samples are fitted."""
    rng = np.random.default_rng([seed, 11])
    t = np.sort(rng.uniform(0, 1.25 * SPAN, n * 5 // 4))
    factor = envelope(t / SPAN) * np.ones(len(t))
    turn = rng.uniform(0.1, 0.6) * t + rng.uniform()
    y = amplitude * factor * np.cos(2 * np.pi * turn) + rng.normal(size=len(t))
    return t, y, amplitude * factor, t < SPAN
