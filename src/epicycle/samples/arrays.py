"""Types of arrays that all wings share: floats, complex numbers, indices."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

Complexes = NDArray[np.complex128]
