"""The parts of evidence/shared_noise.py, one by one."""

import numpy as np
import pytest

from epicycle.evidence.shared_noise import (
    unshared,
)


@pytest.mark.parametrize("pairs", [1, 3])
def test_evidence_at_its_mean_is_no_exception(pairs: int) -> None:
    values = np.array([0.5, 2.5])
    mean = 2.0 * pairs * 3.0
    below, at, above = (unshared(mean * f, pairs, values) for f in (0.999, 1.0, 1.001))
    # where both terms of the formula vanish it is taken a ten-thousandth of the spread beside
    assert below < at < above
    assert at == pytest.approx(0.5 * (below + above), rel=1e-3)
