"""Small positive definite matrices, factorised and solved inside compiled loops."""

from __future__ import annotations

import math

import numpy as np

from epicycle.compiled.numba import inner


@inner
def factorise(matrix):
    """Turn a matrix into its lower Cholesky factor; return whether it has one."""
    n = matrix.shape[0]
    for j in range(n):
        total = matrix[j, j]
        for k in range(j):
            total -= matrix[j, k] * matrix[j, k]
        if not total > 0.0:
            return False
        root = math.sqrt(total)
        matrix[j, j] = root
        for i in range(j + 1, n):
            total = matrix[i, j]
            for k in range(j):
                total -= matrix[i, k] * matrix[j, k]
            matrix[i, j] = total / root
    return True


@inner
def solve(factor, right, result):
    """Solve for one right-hand side, which may be the result as well."""
    n = factor.shape[0]
    for i in range(n):
        total = right[i]
        for k in range(i):
            total -= factor[i, k] * result[k]
        result[i] = total / factor[i, i]
    for i in range(n - 1, -1, -1):
        one = result[i] / factor[i, i]
        result[i] = one
        for k in range(i):
            result[k] -= factor[i, k] * one


@inner
def invert(factor, inverse):
    """Fill in the inverse of a matrix with this factor, below its diagonal."""
    n = factor.shape[0]
    half = np.zeros((n, n))  # the inverse factor, transposed: rows are its columns
    for j in range(n):
        half[j, j] = 1.0 / factor[j, j]
        for i in range(j + 1, n):
            total = 0.0
            for k in range(j, i):
                total -= factor[i, k] * half[j, k]
            half[j, i] = total / factor[i, i]
    for i in range(n):
        for j in range(i + 1):
            total = 0.0
            for k in range(i, n):
                total += half[i, k] * half[j, k]
            inverse[i, j] = total


@inner
def trace(first, second):
    """Return the trace of the product of two symmetric matrices, given below their diagonals."""
    total = 0.0
    for a in range(first.shape[0]):
        for b in range(a):
            total += 2.0 * first[a, b] * second[a, b]
        total += first[a, a] * second[a, a]
    return total
