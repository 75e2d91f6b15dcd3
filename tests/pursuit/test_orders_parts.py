"""The parts of pursuit/orders.py, one by one."""

import numpy as np

from epicycle.fit.joint import Fit
from epicycle.fit.lines import Structure
from epicycle.fit.refine import fit_lines
from epicycle.limits import HARMONICS
from epicycle.pursuit.orders import enriched, is_better_apart
from epicycle.samples.data import Data
from generators import regression


def with_orders(*sizes: tuple[float, float], n: int = 120) -> tuple[Data, Fit]:
    """Return waves at some multiples of 0.13, and the fit of the first of them."""
    rng = np.random.default_rng(7)
    t = np.sort(rng.uniform(0, 100, n))
    y = sum(a * np.cos(2 * np.pi * m * 0.13 * t + m) for m, a in sizes)
    data = regression(t, y + 0.1 * rng.normal(size=n))
    return data, fit_lines(data, Structure.empty().plus(0.13), absolute=False)


def test_harmonics_that_pay_for_themselves_are_found_together() -> None:
    data, fit = with_orders((1, 1.0), (2, 0.4), (3, 0.3), (5, 0.2))
    rich = enriched(data, fit, 0, 8, np.inf, 20.0)
    assert rich.structure.orders_of(0) == (1, 2, 3, 5)
    # none above the highest order or frequency
    assert enriched(data, fit, 0, 3, np.inf, 20.0).structure.orders_of(0) == (1, 2, 3)
    assert enriched(data, fit, 0, 8, 0.3, 20.0).structure.orders_of(0) == (1, 2)
    # nor where another line stands, nor without a gain
    beside = fit_lines(data, fit.structure.plus(2 * 0.13), absolute=False)
    assert enriched(data, beside, 0, 8, np.inf, 20.0).structure.orders_of(0) == (1, 3, 5)
    assert enriched(data, fit, 0, 8, np.inf, 1e6) is fit
    # of many values each is looked for by itself
    many, one = with_orders((1, 1.0), (2, 0.4), n=HARMONICS.few_values + 1)
    assert enriched(many, one, 0, 8, np.inf, 20.0) is one


def test_a_line_that_is_only_near_a_multiple_is_better_apart() -> None:
    data, _ = with_orders((1, 1.0), (2, 0.4))
    fit = fit_lines(data, Structure.empty().plus(0.13, (1, 2)), absolute=False)
    assert not is_better_apart(data, fit, 0, 2, 20.0)
    # six tenths of a line width away; what is left at the multiple is 1 - sinc(0.6)^2 of it
    data, _ = with_orders((1, 1.0), (2 + 0.006 / 0.13, 0.4))
    fit = fit_lines(data, Structure.empty().plus(0.13, (1, 2)), absolute=False)
    assert is_better_apart(data, fit, 0, 2, 20.0)
    assert not is_better_apart(data, fit, 0, 2, 1e5)
    alone = fit_lines(data, Structure.empty().plus(0.13), absolute=False)
    assert not is_better_apart(data, alone, 0, 1, 0.0)
