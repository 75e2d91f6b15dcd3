"""What several tests of this wing share."""

import numpy as np

T = np.arange(50.0)
Y = np.sin(T)


def at_four(value: float, otherwise: float = 1.0) -> np.ndarray:
    return np.where(T == 4, value, otherwise)
