"""The slow twin of a chain: covariances of its components, written down."""

import numpy as np

from epicycle.living.chain import Strengths


def covariance(strengths: Strengths, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the covariance of what components add at two sets of times after the origin.

    The walk and the path are 0 at the first of all times.
    """
    origin = min(first.min(), second.min())
    a, b = (first - origin)[:, np.newaxis], (second - origin)[np.newaxis, :]
    total = np.zeros((len(first), len(second)))
    if strengths.walk > 0:
        total += strengths.walk * np.minimum(a, b)
    if strengths.slope > 0:
        # the double integral of exp(-k |u - v|) over 0..a and 0..b
        k, low = strengths.damping, np.minimum(a, b)
        part = np.exp(-k * a) + np.exp(-k * b) - np.exp(-k * np.abs(a - b)) - 1
        total += strengths.slope * (2 * low / k + part / k**2)
    if strengths.error > 0:
        total += strengths.error * np.exp(-strengths.rate * np.abs(a - b))
    return total
