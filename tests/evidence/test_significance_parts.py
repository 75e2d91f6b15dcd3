"""The parts of evidence/significance.py, one by one."""

import pytest

from epicycle.evidence.significance import (
    false_alarm_probability,
)


@pytest.mark.parametrize(("orders", "n_outputs"), [((1,), 1), ((1, 2), 1), ((1,), 3)])
def test_without_values_to_spare_nothing_is_significant(
    orders: tuple[int, ...], n_outputs: int
) -> None:
    # one value beyond those that cosines and sines take tells nothing of the noise
    taken = 2 * len(orders) * n_outputs
    options = {"orders": orders, "n_outputs": n_outputs}
    for dof in (taken - 1, taken, taken + 1):
        assert false_alarm_probability(1 - 1e-9, dof, 10.0, **options) == 1.0
    assert false_alarm_probability(1 - 1e-9, taken + 3, 10.0, **options) < 0.01
