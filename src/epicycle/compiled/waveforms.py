"""Waveforms fitted at several frequencies to values that share no moments: the fits, compiled.

The twin of :mod:`epicycle.evidence.waveform_fits` for one waveform and no epochs.  Products of
columns are sums of orders 0 ... 2K (Palmer 2009, ApJ 695, 496).  Where there are many blocks with
an offset each, the offsets are eliminated: every product is one of columns less their mean in the
block, and an offset takes one value from the block that it belongs to.
"""

from __future__ import annotations

import math

import numpy as np

from epicycle.compiled.matrices import factorise, invert, solve, trace
from epicycle.compiled.numba import Loop, inner


@inner
def _columns(turns, columns):
    """Fill in cosine and sine of orders 1 ... 2 K, shape (2 K, 2, n), at phases in turns."""
    orders, n = columns.shape[0], turns.shape[0]
    for i in range(n):
        angle = 2.0 * math.pi * (turns[i] - np.rint(turns[i]))
        columns[0, 0, i] = math.cos(angle)
        columns[0, 1, i] = math.sin(angle)
    done = 1
    while done < orders:
        more = min(done, orders - done)
        for m in range(more):
            for i in range(n):
                a, b = columns[m, 0, i], columns[m, 1, i]
                c, d = columns[done - 1, 0, i], columns[done - 1, 1, i]
                columns[done + m, 0, i] = a * c - b * d
                columns[done + m, 1, i] = a * d + b * c
        done += more


@inner
def _centre(vector, w, ends):
    """Take from a vector its weighted mean in each block."""
    begin = 0
    for b in range(ends.shape[0]):
        total = mean = 0.0
        for i in range(begin, ends[b]):
            total += w[i]
            mean += w[i] * vector[i]
        mean /= max(total, 1e-300)
        for i in range(begin, ends[b]):
            vector[i] -= mean
        begin = ends[b]


@inner
def _without_offset(columns, nuisance, w, first, last, gram):
    """Take the offset of the values from `first` to `last` out of their normal matrix."""
    orders, total = columns.shape[0] // 2, 0.0
    sums = np.zeros(gram.shape[0])
    for i in range(first, last):
        total += w[i]
        for h in range(orders):
            sums[2 * h] += w[i] * columns[h, 0, i]
            sums[2 * h + 1] += w[i] * columns[h, 1, i]
        for p in range(nuisance.shape[0]):
            sums[2 * orders + p] += w[i] * nuisance[p, i]
    for a in range(sums.shape[0]):
        for b in range(a + 1):
            gram[a, b] -= sums[a] * sums[b] / max(total, 1e-300)


@inner
def _gram(columns, nuisance, w, first, last, gram):
    """Fill in the normal matrix of the values from `first` to `last`, below its diagonal."""
    orders, P = columns.shape[0] // 2, nuisance.shape[0]
    cosine, sine = np.empty(2 * orders + 1), np.zeros(2 * orders + 1)
    total = 0.0
    for i in range(first, last):
        total += w[i]
    cosine[0] = total
    for m in range(2 * orders):
        a = b = 0.0
        for i in range(first, last):
            a += w[i] * columns[m, 0, i]
            b += w[i] * columns[m, 1, i]
        cosine[m + 1], sine[m + 1] = a, b
    for h in range(orders):
        for k in range(h + 1):
            low, high = h - k, h + k + 2
            gram[2 * h, 2 * k] = 0.5 * (cosine[low] + cosine[high])
            gram[2 * h + 1, 2 * k + 1] = 0.5 * (cosine[low] - cosine[high])
            gram[2 * h + 1, 2 * k] = 0.5 * (sine[high] + sine[low])
            gram[2 * h, 2 * k + 1] = 0.5 * (sine[high] - sine[low])
    for p in range(P):
        row = 2 * orders + p
        for h in range(orders):
            a = b = 0.0
            for i in range(first, last):
                one = w[i] * nuisance[p, i]
                a += one * columns[h, 0, i]
                b += one * columns[h, 1, i]
            gram[row, 2 * h], gram[row, 2 * h + 1] = a, b
        for q in range(p + 1):
            a = 0.0
            for i in range(first, last):
                a += w[i] * nuisance[p, i] * nuisance[q, i]
            gram[row, 2 * orders + q] = a


@inner
def _times(columns, nuisance, values, result):
    """Fill in the products of all columns with some values."""
    orders, n = columns.shape[0] // 2, values.shape[0]
    for h in range(orders):
        a = b = 0.0
        for i in range(n):
            a += values[i] * columns[h, 0, i]
            b += values[i] * columns[h, 1, i]
        result[2 * h], result[2 * h + 1] = a, b
    for p in range(nuisance.shape[0]):
        a = 0.0
        for i in range(n):
            a += values[i] * nuisance[p, i]
        result[2 * orders + p] = a


@inner
def _model(columns, nuisance, c, result):
    """Fill in what coefficients stand for."""
    orders, n = columns.shape[0] // 2, result.shape[0]
    for i in range(n):
        result[i] = 0.0
    for h in range(orders):
        a, b = c[2 * h], c[2 * h + 1]
        for i in range(n):
            result[i] += a * columns[h, 0, i] + b * columns[h, 1, i]
    for p in range(nuisance.shape[0]):
        a = c[2 * orders + p]
        for i in range(n):
            result[i] += a * nuisance[p, i]


@inner
def _raise(gram, precision, factor):
    """Copy a normal matrix with the prior's precision added; free columns stay regular."""
    for a in range(gram.shape[0]):
        for b in range(a + 1):
            factor[a, b] = gram[a, b]
        if precision[a] > 0.0:
            factor[a, a] += precision[a]
        else:
            factor[a, a] += 1e-9 * gram[a, a] + 1e-290


@inner
def _weigh(values, ends, scatter, tails, weights):
    """Fill in the variance of every value, its weight, and the weight times the value."""
    begin = 0
    for b in range(ends.shape[0]):
        for i in range(begin, ends[b]):
            weights[0, i] = values[1, i] + scatter[b] * values[2, i]
            weights[1, i] = tails[i] / weights[0, i]
            weights[2, i] = weights[1, i] * values[0, i]
        begin = ends[b]


@inner
def _normal(columns, nuisance, ends, apart, weights, matrices, grams):
    """Fill in the normal matrices of all blocks and of all values."""
    whole, begin = matrices[0], 0
    whole[:] = 0.0
    for b in range(ends.shape[0]):
        _gram(columns, nuisance, weights[1], begin, ends[b], grams[b])
        if apart:
            _without_offset(columns, nuisance, weights[1], begin, ends[b], grams[b])
        for a in range(whole.shape[0]):
            for k in range(a + 1):
                whole[a, k] += grams[b, a, k]
        begin = ends[b]


@inner
def _move(columns, nuisance, values, ends, apart, weights, factor, vectors, longest):
    """Return Gauss-Newton's step of the frequency, in units of 1/baseline."""
    c, turned, mixed, solved = vectors[1], vectors[2], vectors[3], vectors[4]
    slopes, left = weights[3], weights[4]
    turned[:] = 0.0
    for h in range(columns.shape[0] // 2):
        turned[2 * h] = 2.0 * math.pi * (h + 1) * c[2 * h + 1]
        turned[2 * h + 1] = -2.0 * math.pi * (h + 1) * c[2 * h]
    _model(columns, nuisance, turned, slopes)
    for i in range(slopes.shape[0]):
        slopes[i] *= values[3, i]
    if apart:
        _centre(slopes, weights[1], ends)
    slope = bend = 0.0
    for i in range(slopes.shape[0]):
        here = slopes[i]
        slopes[i] = weights[1, i] * here
        slope += slopes[i] * left[i]
        bend += slopes[i] * here
    _times(columns, nuisance, slopes, mixed)
    solve(factor, mixed, solved)
    for a in range(mixed.shape[0]):
        bend -= mixed[a] * solved[a]
    # where the bend is too small, or lost to rounding, the longest step
    return slope / max(bend, max(abs(slope) / longest, 1e-300))


@inner
def _reweigh(values, ends, weights, lost, scatter, tails, numbers):
    """Bring scatter and tails into agreement with what is left, most of the way."""
    _, least, part, _, tail, free = numbers
    begin = 0
    for b in range(ends.shape[0]):
        count = ends[b] - begin
        squares = mean = 0.0
        for i in range(begin, ends[b]):
            squares += weights[1, i] * weights[4, i] ** 2
            mean += values[2, i] / weights[0, i]
        excess = squares / max(count - lost[b], free * count) - 1.0
        scatter[b] = max(scatter[b] + part * excess / (mean / count), least)
        for i in range(begin, ends[b]):
            now = values[1, i] + scatter[b] * values[2, i]
            tails[i] = (tail + 1.0) / (tail + weights[4, i] ** 2 / now)
        begin = ends[b]


@inner
def _flat(nuisance, ends, apart, weights, whole):
    """Return the part of the log evidence that no shape changes, and whether it has one."""
    P, flat = nuisance.shape[0], 0.0
    for i in range(nuisance.shape[1]):
        flat -= 0.5 * math.log(weights[0, i])
    begin = 0
    for b in range(ends.shape[0]):
        if apart:
            flat -= 0.5 * math.log(max(ends[b] - begin, 1))
        begin = ends[b]
    if P == 0:
        return flat, True
    small, first = np.empty((P, P)), whole.shape[0] - P
    _raise(whole[first:, first:], np.zeros(P), small)
    good = factorise(small)
    for p in range(P):
        count = 0
        for i in range(nuisance.shape[1]):
            if nuisance[p, i] != 0.0:
                count += 1
        flat += math.log(small[p, p]) - 0.5 * math.log(max(count, 1))
    return flat, good


@inner
def _evidence(columns, nuisance, values, ends, apart, weights, factor, vectors, tail):
    """Return the evidence of one kind beside the flat part, and the share that it explains."""
    c, prior, model = vectors[1], vectors[5], weights[4]
    _model(columns, nuisance, c, model)
    if apart:
        for i in range(model.shape[0]):
            model[i] -= values[0, i]
        _centre(model, weights[1], ends)
        for i in range(model.shape[0]):
            model[i] += values[0, i]
    log = unexplained = whole = 0.0
    for i in range(model.shape[0]):
        square = (values[0, i] - model[i]) ** 2
        log -= 0.5 * (tail + 1.0) * math.log1p(square / (tail * weights[0, i]))
        unexplained += weights[1, i] * square
        whole += weights[1, i] * values[0, i] ** 2
    for a in range(c.shape[0]):
        log -= math.log(factor[a, a])
        if prior[a] > 0.0:
            log += 0.5 * (math.log(prior[a]) - c[a] * c[a] * prior[a])
    return log, 1.0 - unexplained / max(whole, 1e-300)


@inner
def _judged(state, matrices, precision, odds, tail):
    """Return evidence of all kinds together, share explained, and whether all is regular."""
    columns, nuisance, values, ends, apart, weights, vectors = state
    whole, factor, last = matrices[0], matrices[1], precision.shape[1]
    right, c, prior = vectors[0], vectors[1], vectors[5]
    flat, good = _flat(nuisance, ends, apart, weights, whole)
    evidence, explained = -np.inf, 0.0
    for s in range(precision.shape[0]):
        prior[:last] = precision[s]
        _raise(whole, prior, factor)
        good &= factorise(factor)
        solve(factor, right, c)
        log, share = _evidence(
            columns, nuisance, values, ends, apart, weights, factor, vectors, tail
        )
        if s == 0:
            explained = share
        log += flat + odds[s]
        high, low = max(log, evidence), min(log, evidence)
        evidence = high + math.log1p(math.exp(low - high))
    return evidence, explained, good


@inner
def _right_side(columns, nuisance, values, ends, apart, weights, right):
    """Compute the products with the values, less the mean of each block where it has an offset."""
    if apart:
        weights[2] = values[0]
        _centre(weights[2], weights[1], ends)
        weights[2] *= weights[1]
    _times(columns, nuisance, weights[2], right)


@Loop
def fitted(turns, values, nuisance, blocks, precision, odds, numbers, steps):
    """Refine waveforms at M frequencies and return their evidence.

    Parameters
    ----------
    turns : ndarray, shape (M, n)
        Phases at the frequencies to begin with, in turns.
    values : ndarray, shape (4, n)
        Values, squares of their errors, variances of a unit of scatter, and elapsed times over the
        baseline.
    nuisance : ndarray, shape (P, n)
        Nuisance columns.
    blocks : tuple (ndarray of int, shape (B,), bool)
        Where each block of values ends; whether each has an offset besides the nuisance columns.
    precision : ndarray, shape (kinds, M, 2 K)
        Inverse prior variances.
    odds : ndarray, shape (kinds,)
        Logarithms of the prior probabilities.
    numbers : tuple of float
        Scatter to begin with and the least one, part of the way that it goes, longest step, tail,
        least share of the values that a fit leaves free.
    steps : int
        Steps of refinement.

    Returns
    -------
    moved, evidence, explained : ndarray, shape (M,)
        Change of the frequencies in units of 1/baseline; as of ``WaveformFits.evaluate``.
    good : bool
        Whether all matrices were positive definite.
    """
    M, n = turns.shape
    ends, apart = blocks
    B, last = ends.shape[0], precision.shape[2]
    C = last + nuisance.shape[0]
    columns, grams = np.empty((last, 2, n)), np.zeros((B, C, C))
    matrices = np.zeros((3, C, C))
    whole, factor, covariance = matrices[0], matrices[1], matrices[2]
    # right-hand side, coefficients, three of a step, and the prior's precision
    vectors = np.zeros((6, C))
    right, c, prior = vectors[0], vectors[1], vectors[5]
    # variance, weight, weight times value, slopes, what is left
    weights = np.empty((5, n))
    tails, scatter, lost, phase = np.empty(n), np.empty(B), np.empty(B), np.empty(n)
    moved, evidence, explained = np.zeros(M), np.empty(M), np.empty(M)
    good = True
    for m in range(M):
        tails[:], scatter[:], phase[:] = 1.0, numbers[0], turns[m]
        for step in range(steps + 1):
            if step != 1:  # the first step moves nothing
                _columns(phase, columns)
            _weigh(values, ends, scatter, tails, weights)
            _normal(columns, nuisance, ends, apart, weights, matrices, grams)
            _right_side(columns, nuisance, values, ends, apart, weights, right)
            if step == steps:
                break
            prior[:last] = precision[0, m]
            _raise(whole, prior, factor)
            good &= factorise(factor)
            invert(factor, covariance)
            solve(factor, right, c)
            _model(columns, nuisance, c, weights[4])
            for i in range(n):
                weights[4, i] = values[0, i] - weights[4, i]
            if apart:
                _centre(weights[4], weights[1], ends)
            if step:
                moved[m] += _move(
                    columns, nuisance, values, ends, apart, weights, factor, vectors, numbers[3]
                )
                phase[:] = turns[m] + moved[m] * values[3]
            for b in range(B):
                lost[b] = trace(covariance, grams[b]) + (1.0 if apart else 0.0)
            _reweigh(values, ends, weights, lost, scatter, tails, numbers)
        state = (columns, nuisance, values, ends, apart, weights, vectors)
        here = _judged(state, matrices, precision[:, m], odds, numbers[4])
        evidence[m], explained[m] = here[0], here[1]
        good &= here[2]
    return moved, evidence, explained, good
