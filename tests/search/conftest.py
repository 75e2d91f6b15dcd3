"""Data that several tests of this wing share."""

import numpy as np
import pytest

from tests.search.grids import PLAN, PROBLEM, direct_spectrum


@pytest.fixture(scope="module")
def truth() -> tuple[np.ndarray, np.ndarray]:
    return direct_spectrum(PROBLEM, PLAN)
