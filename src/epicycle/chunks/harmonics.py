"""Lines at integer multiples of another become harmonics of one waveform."""

from __future__ import annotations

import numpy as np

from epicycle.chunks.joint import JointFit
from epicycle.fit.lines import Fundamental, Structure
from epicycle.samples.arrays import Floats

#: A line stands at a multiple of another within this many of the errors of both.
_WITHIN = 3.0


def gathered(fit: JointFit, variance: float, max_order: int, most: float) -> JointFit | None:
    """Return the fit with lines at multiples of others made their harmonics; None for none.

    Parameters
    ----------
    fit : JointFit
        Lines with the errors of their frequencies.
    variance : float
        Scatter in units of the weights.
    max_order : int
        Highest order.
    most : float
        A line farther from a multiple than this is none of it, however large the errors are.
    """
    structure, error = fit.structure, fit.frequency_errors(variance)
    parts = structure.fundamentals()
    by_frequency = sorted(range(len(parts)), key=lambda k: parts[k].frequency)
    for k in by_frequency:
        for m in by_frequency:
            order = _order(parts[m], parts[k], max_order)
            if order == 0:
                continue
            away = abs(parts[m].frequency - order * parts[k].frequency)
            if away < min(_WITHIN * float(np.hypot(error[m], order * error[k])), most):
                return _merged(fit, k, m, order)
    return None


def _order(line: Fundamental, base: Fundamental, max_order: int) -> int:
    """Return at which multiple of one fundamental another may stand; 0 where at none."""
    order = round(line.frequency / base.frequency)
    if order < 2 or line.fixed or line.orders[-1] * order > max_order:
        return 0
    shared = {order * o for o in line.orders} & set(base.orders)
    return 0 if shared else order


def _merged(fit: JointFit, base: int, line: int, order: int) -> JointFit:
    """Return the fit with the lines of one fundamental as harmonics of another."""
    structure = fit.structure
    parts = structure.fundamentals()
    moved = parts[base]._replace(
        orders=tuple(sorted([*parts[base].orders, *(order * o for o in parts[line].orders)]))
    )
    kept = [moved if k == base else one for k, one in enumerate(parts) if k != line]
    # coefficients follow their lines, by the frequencies at which these stand
    waves = {
        (int(k), int(o)): pair
        for k, o, pair in zip(
            structure.parent, structure.order, fit.lines.waves.reshape(-1, 2), strict=True
        )
    }
    waves |= {(base, order * o): waves.pop((line, o)) for o in parts[line].orders}
    numbers = [k for k in range(len(parts)) if k != line]
    coefficients = [waves[numbers[k], o] for k, one in enumerate(kept) for o in one.orders]
    return _with(fit, Structure.of(kept), np.concatenate(coefficients))


def with_order(fit: JointFit, base: int, order: int) -> JointFit:
    """Return the fit with one more harmonic of a fundamental, of no amplitude yet."""
    parts = fit.structure.fundamentals()
    pairs = fit.lines.waves.reshape(-1, 2)
    waves = {
        (int(k), int(o)): pair
        for k, o, pair in zip(fit.structure.parent, fit.structure.order, pairs, strict=True)
    }
    waves[base, order] = np.zeros(2)
    parts[base] = parts[base]._replace(orders=tuple(sorted([*parts[base].orders, order])))
    coefficients = [waves[k, o] for k, one in enumerate(parts) for o in one.orders]
    return _with(fit, Structure.of(parts), np.concatenate(coefficients))


def _with(fit: JointFit, structure: Structure, waves: Floats) -> JointFit:
    coefficients = np.concatenate([fit.lines.background, waves])
    return JointFit(structure, coefficients, np.empty((0, 0)), np.inf)
