"""Joint least squares of lines in few samples, compiled: frequencies refined step by step.

The twin of :func:`epicycle.fit.refine.fit_lines` with
:class:`epicycle.fit.linearised.LinearisedAmongFew`, without trains of gears.
"""

from __future__ import annotations

import math

import numpy as np

from epicycle.compiled.matrices import factorise, solve
from epicycle.compiled.numba import Loop, inner


@inner
def _fill(turns, t, lines, delta, drift, columns):
    """Fill in cosine and sine of every line, below the nuisance columns."""
    first = columns.shape[0] - 2 * lines.shape[1]
    for line in range(lines.shape[1]):
        k, order = lines[0, line], lines[1, line]
        for i in range(t.shape[0]):
            phase = order * (turns[k, i] + delta[k] * t[i] + 0.5 * drift[k] * t[i] ** 2)
            angle = 2.0 * math.pi * (phase - np.rint(phase))
            columns[first + 2 * line, i] = math.cos(angle)
            columns[first + 2 * line + 1, i] = math.sin(angle)


@inner
def _factor(columns, w, size, factor, one):
    """Fill in the normal matrix of one set of weights, of unit diagonal, factorised."""
    D, n = columns.shape
    for a in range(D):
        for i in range(n):
            one[i] = w[i] * columns[a, i]
        for b in range(a + 1):
            total = 0.0
            for i in range(n):
                total += one[i] * columns[b, i]
            factor[a, b] = total
        root = math.sqrt(max(factor[a, a], 0.0))
        # a column without any weight gets coefficient 0
        size[a] = root if root > 0.0 else 1.0
        for b in range(a):
            factor[a, b] /= size[a] * size[b]
        factor[a, a] = 1.0 + 1e-13
    return factorise(factor)


@inner
def _divide(factor, size, right, result):
    """Solve normal equations that were scaled to unit diagonal."""
    for a in range(size.shape[0]):
        result[a] = right[a] / size[a]
    solve(factor, result, result)
    for a in range(size.shape[0]):
        result[a] /= size[a]


@inner
def _products(columns, values, result):
    """Fill in the products of all columns with some values."""
    for a in range(columns.shape[0]):
        total = 0.0
        for i in range(values.shape[0]):
            total += values[i] * columns[a, i]
        result[a] = total


@inner
def _linear(columns, y, w, state, work):
    """Fill in the solution at given frequencies; return whether there is one."""
    size, factor, coefficients, residual, chi2 = state
    one, right, change = work
    for v in range(w.shape[0]):
        if not _factor(columns, w[v], size[v], factor[v], one):
            return False
    for j in range(y.shape[0]):
        v = min(j, w.shape[0] - 1)
        coefficients[j] = 0.0
        residual[j] = y[j]
        for _ in range(2):  # one step of iterative refinement mends rounding
            for i in range(one.shape[0]):
                one[i] = w[v, i] * residual[j, i]
            _products(columns, one, right)
            _divide(factor[v], size[v], right, change)
            coefficients[j] += change
            residual[j] = y[j]
            for a in range(columns.shape[0]):
                for i in range(one.shape[0]):
                    residual[j, i] -= coefficients[j, a] * columns[a, i]
        chi2[j] = 0.0
        for i in range(one.shape[0]):
            if w[v, i] > 0.0:
                chi2[j] += w[v, i] * residual[j, i] ** 2
            else:
                residual[j, i] = 0.0
    return True


@inner
def _slopes(columns, t, lines, coefficients, moving, K, slopes):
    """Fill in the derivatives of one output's model by the moving frequencies and drifts."""
    first = columns.shape[0] - 2 * lines.shape[1]
    slopes[:] = 0.0
    for a in range(moving.shape[0]):
        for line in range(lines.shape[1]):
            if lines[0, line] == moving[a] % K:
                angular = 2.0 * math.pi * lines[1, line]
                c = angular * coefficients[first + 2 * line]
                s = angular * coefficients[first + 2 * line + 1]
                at = first + 2 * line
                for i in range(t.shape[0]):
                    slopes[a, i] += s * columns[at, i] - c * columns[at + 1, i]
        for i in range(t.shape[0]):
            slopes[a, i] *= t[i] if moving[a] < K else 0.5 * t[i] * t[i]


@inner
def _gather(columns, w, state, j, scale, step, work):
    """Add one output's part to the Schur complement of Gauss and Newton's matrix."""
    size, factor, _, residual, _ = state
    slopes, matrix, gradient, cross = step
    one, _, change = work
    for a in range(slopes.shape[0]):
        for i in range(one.shape[0]):
            one[i] = w[i] * slopes[a, i]
            gradient[a] += one[i] * residual[j, i] / scale
        for b in range(a + 1):
            total = 0.0
            for i in range(one.shape[0]):
                total += one[i] * slopes[b, i]
            matrix[a, b] += total / scale
        _products(columns, one, cross[a])
    v = min(j, factor.shape[0] - 1)
    for a in range(slopes.shape[0]):
        _divide(factor[v], size[v], cross[a], change)
        for b in range(a + 1):
            total = 0.0
            for k in range(change.shape[0]):
                total += cross[b, k] * change[k]
            matrix[a, b] -= total / scale


@inner
def _damped(matrix, gradient, damping, scaled, change):
    """Fill in the damped step; return whether there is one."""
    m = gradient.shape[0]
    for a in range(m):
        root = math.sqrt(max(matrix[a, a], 1e-300))
        for b in range(a):
            scaled[a, b] = matrix[a, b] / (root * math.sqrt(max(matrix[b, b], 1e-300)))
        scaled[a, a] = matrix[a, a] / (root * root) + (damping + 1e-12)
        change[a] = gradient[a] / root
    if not factorise(scaled):
        return False
    solve(scaled, change, change)
    for a in range(m):
        change[a] /= math.sqrt(max(matrix[a, a], 1e-300))
    return True


@inner
def _room(d, dw, D, n):
    """Return room for a solution."""
    state = (
        np.empty((dw, D)),
        np.empty((dw, D, D)),
        np.empty((d, D)),
        np.empty((d, n)),
        np.empty(d),
    )
    return state


@inner
def _scaled(chi2, freedom, floor, absolute):
    """Return the variance scale that a fit's own residual suggests."""
    if absolute:
        return np.ones_like(chi2)
    return np.maximum(chi2 / freedom, floor)


@Loop
def fit_few(turns, samples, lines, begin, moving, unit, freedom, numbers):
    """Return the joint fit of lines, and how it ended.

    Parameters
    ----------
    turns : ndarray, shape (K, n)
        Phases at the frequencies to begin with.
    samples : tuple of ndarray
        Times (n,), values (d, n), weights (1 or d, n), nuisance columns (p, n).
    lines : ndarray of int, shape (2, L)
        Fundamental and order of each line.
    begin : ndarray, shape (2, K)
        Frequencies and drifts to begin with.
    moving : ndarray of int, shape (m,)
        Which of the frequencies, followed by the drifts, move.
    unit : ndarray, shape (m,)
        A line width, for each of them.
    freedom : ndarray, shape (2, d)
        Degrees of freedom, and the least scale.
    numbers : tuple
        Whether weights are absolute; the gain below which a step is futile; most steps; longest
        step, least step and most damping.

    Returns
    -------
    status : int
        0: done.  1: columns depend on each other.
    parameters, coefficients, residual, chi2, scale : ndarray
        Shapes (2, K), (d, p + 2 L), (d, n), (d,), (d,).
    """
    t, y, w, nuisance = samples
    absolute, futile, most, radius, tolerance, most_damping = numbers
    K, n, p, d, m = begin.shape[1], t.shape[0], nuisance.shape[0], y.shape[0], moving.shape[0]
    D = p + 2 * lines.shape[1]
    columns, tried = np.empty((D, n)), np.empty((D, n))
    columns[:p], tried[:p] = nuisance, nuisance
    state, trial = _room(d, w.shape[0], D, n), _room(d, w.shape[0], D, n)
    work = (np.empty(n), np.empty(D), np.empty(D))
    step = (np.empty((m, n)), np.empty((m, m)), np.empty(m), np.empty((m, D)))
    slopes, matrix, gradient, _ = step
    scaled, change = np.empty((m, m)), np.empty(m)
    now = begin.copy()
    _fill(turns, t, lines, now[0] - begin[0], now[1], columns)
    if not _linear(columns, y, w, state, work):
        return 1, now, state[2], state[3], state[4], state[4]
    scale = _scaled(state[4], freedom[0], freedom[1], absolute)
    damping, fresh = 0.0, True
    for _ in range(most if m else 0):
        if fresh:
            matrix[:], gradient[:] = 0.0, 0.0
            for j in range(d):
                _slopes(columns, t, lines, state[2][j], moving, K, slopes)
                _gather(columns, w[min(j, w.shape[0] - 1)], state, j, scale[j], step, work)
            fresh = False
        if not _damped(matrix, gradient, damping, scaled, change):
            damping = max(10.0 * damping, 1e-3)
            if damping > most_damping:
                break
            continue
        change *= min(1.0, radius / max(np.abs(change / unit).max(), 1e-300))
        moved = np.abs(change / unit).max()
        if moved < tolerance or (gradient * change).sum() < futile:
            break
        there = now.copy()
        for a in range(m):
            there[moving[a] // K, moving[a] % K] += change[a]
        _fill(turns, t, lines, there[0] - begin[0], there[1], tried)
        if not _linear(tried, y, w, trial, work):
            return 1, now, state[2], state[3], state[4], scale
        if (trial[4] / scale).sum() <= (state[4] / scale).sum():
            state, trial, columns, tried = trial, state, tried, columns
            now, fresh, damping = there, True, 0.1 * damping
        else:
            damping = max(10.0 * damping, 1e-3)
            if damping > most_damping or moved < 1e-9:
                break
    return 0, now, state[2], state[3], state[4], _scaled(state[4], freedom[0], freedom[1], absolute)
