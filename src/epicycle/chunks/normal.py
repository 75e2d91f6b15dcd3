r"""Products of background, lines and residual from sums over a grid: no look at the samples.

With :math:`z_f = e^{-2\pi i f s}` the sums of the weights at the differences and at the sums of two
frequencies are products of lines,

.. math:: \sum w s^m z_f \bar z_g = W_m(f - g), \qquad \sum w s^m z_f z_g = W_m(f + g),

and a cosine is the real part of z, a sine minus the imaginary part.
"""

from __future__ import annotations

import numpy as np

from epicycle.chunks.passes import Lines, Sums
from epicycle.samples.arrays import Complexes, Floats

#: Sums are right to this part of the norm of what they sum, and chi-square to the same part.
EXACT = 1e-8


class Products:
    """Products of columns: background, cosine and sine of each line, and the time times these.

    Parameters
    ----------
    sums : Sums
        Of the sampling, and of the residual of the lines with which they were made.
    lines : Lines
        These lines.
    """

    def __init__(self, sums: Sums, lines: Lines) -> None:
        self._sums = sums
        self.stored, self.window = lines, sums.window
        self.n_background = len(sums.gram)

    def between(self, first: Floats, second: Floats) -> Floats:
        """Return the weighted products of all columns at some frequencies, (p + 4 L, p + 4 M)."""
        p = self.n_background
        window = self._sums.window
        minus = window.moments(first[:, np.newaxis] - second, 3)[:, 0]
        plus = window.moments(first[:, np.newaxis] + second, 3)[:, 0]
        blocks = [[_real(minus[i + j], plus[i + j]) for j in (0, 1)] for i in (0, 1)]
        result = np.zeros((p + 4 * len(first), p + 4 * len(second)))
        result[:p, :p] = self._sums.gram
        result[p:, p:] = np.block(blocks)
        result[:p, p:] = self._with_background(second)
        result[p:, :p] = self._with_background(first).T
        return result

    def _with_background(self, frequency: Floats) -> Floats:
        """Return the products of the background with the columns of lines, shape (p, 4 L)."""
        moments = self._sums.background.moments(frequency, 2)
        return np.concatenate([_pairs(one) for one in moments], axis=1)

    def pull(self, lines: Lines) -> Floats:
        """Return the products of the columns at some lines with what these lines leave."""
        first, second = lines, self.stored
        columns = self._stored_pull(first.frequency)
        p = self.n_background
        own = self.between(first.frequency, first.frequency)[:, : p + 2 * len(first.frequency)]
        change = first.coefficients.copy()
        change[:p] -= second.background
        columns -= own @ change
        if len(second.frequency):
            other = self.between(first.frequency, second.frequency)
            columns += other[:, p : p + 2 * len(second.frequency)] @ second.waves
        return columns

    def _stored_pull(self, frequency: Floats) -> Floats:
        moments = self._sums.values.moments(frequency, 2)[:, 0]
        return np.concatenate([self._sums.pull, *(_pairs(one[np.newaxis])[0] for one in moments)])

    def chi2(self, lines: Lines) -> float:
        """Return the weighted sum of squares that some lines leave, as far as it is known."""
        p, second = self.n_background, self.stored
        both = np.concatenate([lines.frequency, second.frequency])
        change = np.concatenate([lines.coefficients, -second.waves])
        change[:p] -= second.background
        count = p + 2 * len(both)
        gram = self.between(both, both)[:count, :count]
        pull = self._stored_pull(both)[:count]
        left = float(self._sums.chi2 - 2 * change @ pull + change @ gram @ change)
        return max(left, 10 * EXACT * self._sums.chi2)

    def spectrum(self, lines: Lines) -> Complexes:
        """Return the sums of what lines leave at all points of the grid from 0 on."""
        count = self._sums.modes + 1
        result = self._sums.values.values[0, :count].copy()
        self.move(result, self.stored, lines)
        return result

    def move(self, spectrum: Complexes, before: Lines, after: Lines) -> None:
        """Change the sums of what some lines leave into those of what others leave."""
        count = len(spectrum)
        change = after.background - before.background
        for one, by in zip(self._sums.background.values, change, strict=True):
            if by != 0.0:
                spectrum -= by * one[:count]
        for lines, sign in ((before, 1.0), (after, -1.0)):
            others = after if lines is before else before
            for f, a, b in zip(lines.frequency, lines.waves[0::2], lines.waves[1::2], strict=True):
                if not _holds(others, f, a, b):
                    self._add_line(spectrum, f, sign * complex(a, -b))

    def _add_line(self, spectrum: Complexes, frequency: float, phasor: complex) -> None:
        """Add the sums of ``Re(phasor exp(2 pi i f s))`` to a spectrum."""
        window, count = self._sums.window, len(spectrum)
        half = 0.5 * phasor * np.exp(2j * np.pi * frequency * window.offset)
        spectrum += half * window.shifted(frequency, count)
        spectrum += np.conj(half) * window.shifted(-frequency, count)


def _holds(lines: Lines, frequency: float, a: float, b: float) -> bool:
    same = lines.frequency == frequency
    return bool((same & (lines.waves[0::2] == a) & (lines.waves[1::2] == b)).any())


def _real(minus: Complexes, plus: Complexes) -> Floats:
    """Return the products of cosines and sines, (2 L, 2 M), from sums at differences and sums."""
    rows, columns = minus.shape
    result = np.empty((rows, 2, columns, 2))
    result[:, 0, :, 0] = 0.5 * (minus.real + plus.real)
    result[:, 0, :, 1] = 0.5 * (minus.imag - plus.imag)
    result[:, 1, :, 0] = -0.5 * (minus.imag + plus.imag)
    result[:, 1, :, 1] = 0.5 * (minus.real - plus.real)
    return result.reshape(2 * rows, 2 * columns)


def _pairs(sums: Complexes) -> Floats:
    """Return the sums of cosines and sines in turn, shape (m, 2 L)."""
    return np.stack([sums.real, -sums.imag], axis=-1).reshape(len(sums), -1)
