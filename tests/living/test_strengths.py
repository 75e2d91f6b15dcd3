"""Strengths are found as they were simulated."""

import numpy as np
import pytest

from epicycle.living.nodes import build_nodes
from epicycle.living.strengths import likeliest


def test_the_strength_of_a_walk_is_found() -> None:
    rng = np.random.default_rng(4)
    n = 500
    y = np.cumsum(rng.normal(size=n)) + 2.0 * rng.normal(size=n)
    nodes = build_nodes(np.arange(n) * 2.0, np.column_stack([y, np.ones(n)]), np.ones(n))
    found = likeliest(nodes, np.zeros(1), ("walk",)).solution
    # a variance ratio of 1/4; its logarithm is known to about 0.25 with 500 values
    assert np.log(found.strengths.walk * 4) == pytest.approx(0.0, abs=0.75)
    assert found.variance == pytest.approx(4.0, rel=0.3)


def test_components_that_are_not_there_do_not_pay() -> None:
    rng = np.random.default_rng(5)
    n = 200
    nodes = build_nodes(
        np.arange(n * 1.0), np.column_stack([rng.normal(size=n), np.ones(n)]), np.ones(n)
    )
    plain = likeliest(nodes, np.zeros(1), ()).evidence
    for kinds in (("walk",), ("error",), ("slope",)):
        assert likeliest(nodes, np.zeros(1), kinds).evidence < plain
