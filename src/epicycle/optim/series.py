"""Minus the functional gradient, as series in which lines can be looked for."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from epicycle.limits import LEARNING
from epicycle.optim.coordinates import Coordinates
from epicycle.optim.line_fit import Residual, fit_line
from epicycle.samples.arrays import Floats

#: Degree of the polynomial of the inputs that needs no line.
_DEGREE = 3

#: A gradient or an output of more columns than this is represented by its principal ones.
_MOST_SERIES, _MOST_OUTPUTS = 16, 8


@dataclass(frozen=True)
class Series:
    """Series that are searched together.

    Attributes
    ----------
    coordinates : Coordinates
        Inputs of the n samples.
    values : ndarray, shape (n, q)
        The series.
    trend, present : ndarray, shape (n, p)
        Columns that need no line: a polynomial of the inputs, and the present output.
    said : ndarray, shape (n, q)
        The present output, seen as the series are: columns, principal ones, or the turning phasor.
    wanted : ndarray, shape (n, q)
        The present output and half of minus the gradient: the target, if the loss is the square
        of the error, and so much of it as one step would show, if it is another one.
    block : int or None
        Number of the cyclic block that the series belong to.  Its two series are real and
        imaginary part of a phasor, so that the sign of a frequency has a meaning.
    """

    coordinates: Coordinates
    values: Floats
    trend: Floats
    present: Floats
    said: Floats
    wanted: Floats
    block: int | None = None

    @property
    def null(self) -> Floats:
        """All columns that need no line."""
        return np.hstack([self.trend, self.present])

    def power_at(self, frequency: Floats) -> float:
        """Return the power of the line at a frequency, the present output's own included."""
        residual = Residual.of(self.coordinates, self.values, self.trend)
        return fit_line(residual, frequency, 0).power * residual.chi2 / len(self.values)

    def said_at(self, frequency: Floats) -> float:
        """Return the power that the present output has at a frequency."""
        residual = Residual.of(self.coordinates, self.said, self.trend)
        return fit_line(residual, frequency, 0).power * residual.chi2 / len(self.said)

    def is_junk(self, frequency: Floats) -> bool:
        """Return whether the line at a frequency is what the network says, and should not say.

        Minus the gradient is then opposed to the output, and no stronger than what takes it away.
        """
        cosine, sine = self.coordinates.phasors(frequency)
        # one projection for both: only their proportion counts
        said, lacking = (
            (cosine - 1j * sine) @ Residual.of(self.coordinates, columns, self.trend).values
            for columns in (self.said, self.values)
        )
        opposed = -float((said.conj() * lacking).real.sum())
        scale = float(np.linalg.norm(said) * np.linalg.norm(lacking))
        enough = 2.0 * np.linalg.norm(said) > LEARNING.explained * np.linalg.norm(lacking)
        return bool(enough) and opposed > LEARNING.explained * scale

    def shares(self, frequencies: Floats) -> Floats:
        """Return the share that each of k frequencies, shape (k, m), has in what is wanted."""
        residual = Residual.of(self.coordinates, self.wanted, self.trend)
        return np.array([fit_line(residual, f, 0).power for f in frequencies])

    def direction(self, frequency: Floats) -> Floats:
        """Return the frequency with the sign in which the phasor turns."""
        if self.block is None:
            return frequency
        cosine, sine = self.coordinates.phasors(frequency)
        real, imag = self.values.T
        forward = abs(((real + 1j * imag) * (cosine - 1j * sine)).sum())
        backward = abs(((real + 1j * imag) * (cosine + 1j * sine)).sum())
        return frequency if forward >= backward else -frequency


def series_of(
    x: Tensor,
    output: Tensor,
    descent: Tensor,
    cyclic_sizes: Sequence[int] | None = None,
    harmonics: int = 1,
) -> list[Series]:
    """Return the series of one sample.

    Parameters
    ----------
    x : Tensor, shape (r, m)
        Inputs of the frequencies.
    output, descent : Tensor, shape (r, d)
        The network's output and minus the gradient of the loss there.
    cyclic_sizes : sequence of int, optional
        Sizes of the consecutive blocks of classes in cyclic order; their sum is d.  Each block
        is then projected on exp(2 pi i k / size), which turns once while the classes go round.
    harmonics : int
        Highest harmonic of the frequencies that the inputs must resolve.

    Raises
    ------
    ValueError
        If the blocks do not add up to the outputs.
    """
    # a sample seen twice is one sample: two looks at the same noise must not confirm each other
    _, first = np.unique(x.detach().cpu().numpy()[::-1], axis=0, return_index=True)
    index = np.sort(len(x) - 1 - first)
    kept = torch.as_tensor(index, device=x.device)
    coordinates = Coordinates.of(x[kept], harmonics)
    y, g = output[kept].cpu().numpy(), descent[kept].cpu().numpy()
    trend = _polynomial(coordinates)
    if cyclic_sizes is None:
        axes = _principal_axes(g, _MOST_SERIES)
        wanted = _principal(y + 0.5 * g, _MOST_SERIES)
        return [Series(coordinates, g @ axes, trend, _present(y), y @ axes, wanted)]
    if sum(cyclic_sizes) != y.shape[1]:
        raise ValueError(
            f"cyclic_sizes={tuple(cyclic_sizes)} add up to {sum(cyclic_sizes)}, but the output has "
            f"{y.shape[1]} columns. To fix this, give the size of every block of the last axis."
        )
    edges = np.concatenate([[0], np.cumsum(cyclic_sizes)])
    result = []
    for block, (start, stop) in enumerate(itertools.pairwise(edges)):
        logits = y[:, start:stop]
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        odds /= odds.sum(axis=1, keepdims=True)
        present = np.hstack([_turning(logits), _turning(odds)])
        values = _turning(g[:, start:stop])
        said = _turning(logits)
        result.append(Series(coordinates, values, trend, present, said, said + 0.5 * values, block))
    return result


def _turning(columns: Floats) -> Floats:
    """Return real and imaginary part of the columns' projection on one turn."""
    n = columns.shape[1]
    phasor = columns @ np.exp(2j * np.pi * np.arange(n) / n)
    return np.stack([phasor.real, phasor.imag], axis=1)


def _present(output: Floats) -> Floats:
    """Return what the present output can contribute to the gradient without being a line."""
    columns = _principal(output - output.mean(axis=0), _MOST_OUTPUTS)
    scale = np.sqrt((columns**2).mean(axis=0, keepdims=True))
    columns = columns / np.maximum(scale, 1e-300)
    # a loss that is not quadratic bends it
    return np.hstack([columns, columns**2])


def _principal(columns: Floats, most: int) -> Floats:
    return np.asarray(columns @ _principal_axes(columns, most))


def _principal_axes(columns: Floats, most: int) -> Floats:
    if columns.shape[1] <= most:
        return np.eye(columns.shape[1])
    _, axes = np.linalg.eigh(columns.T @ columns)
    return np.asarray(axes[:, -most:])


def _polynomial(coordinates: Coordinates) -> Floats:
    """Return all products of the scaled inputs up to the degree, shape (n, p)."""
    scaled = 2.0 * coordinates.values() / np.maximum(coordinates.span, 1e-300)
    powers = itertools.product(range(_DEGREE + 1), repeat=scaled.shape[1])
    columns = [np.prod(scaled**p, axis=1) for p in powers if sum(p) <= _DEGREE]
    return np.stack(columns, axis=1)


def rows_of(x: Tensor, inputs: int, values: Tensor) -> tuple[Tensor, int]:
    """Return inputs of shape (r, m), and into how many rows `values` falls to match them.

    Raises
    ------
    ValueError
        If the outputs do not fall into one row per input.
    """
    if inputs > 1 and x.shape[-1] != inputs:
        raise ValueError(f"frequencies of {inputs} inputs, but the input has {x.shape[-1]}.")
    rows = x.reshape(-1, inputs)
    if len(rows) == 0 or values.numel() % len(rows) or len(values) > len(rows):
        raise ValueError(
            f"the module's output of shape {tuple(values.shape)} does not fall into one row for "
            f"each of the {len(rows)} inputs of shape {tuple(x.shape)}. To fix this, attach "
            f"SpectralDescent to the submodule that the inputs of the frequencies go into."
        )
    return rows, len(rows)
