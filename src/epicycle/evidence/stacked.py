"""The values of all outputs in units of their signals, and which of them share a moment."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from epicycle.fit.noise import NoiseModel
from epicycle.limits import NOISE, WAVEFORMS
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data
from epicycle.samples.times import Times

Indices = NDArray[np.intp]


@dataclass(frozen=True)
class Block:
    """Values of one output and one group: they share a waveform and a scatter.

    Attributes
    ----------
    rows : slice
        Their place among all values.
    output : int
        Whose waveform they show.
    nuisance : ndarray
        Nuisance columns that are not zero here.
    epoch : ndarray
        The epoch of each value; no two of one block are in the same.
    """

    rows: slice
    output: int
    nuisance: Indices
    epoch: Indices


@dataclass(frozen=True)
class Stacked:
    """The values of all outputs, block after block, in units of each output's signal.

    Attributes
    ----------
    times : Times
        Their times.
    elapsed : ndarray, shape (N,)
        The same as plain numbers.
    y : ndarray, shape (N,)
        The values.
    known_variance : ndarray, shape (N,)
        Squares of their errors; 0 where errors are unknown.
    unit : ndarray, shape (N,)
        Variance of each value where the scatter of its block is 1.
    nuisance : ndarray, shape (P, N)
        Nuisance columns of all outputs, as rows.
    blocks : tuple of Block
        Which values belong together.
    n_outputs : int
        Number of outputs.
    n_epochs : int
        Number of epochs; 0 where values hardly ever share a moment.
    log_unit : float
        Sum of the logarithms of the units: what turns a density of these values into one of the
        values as given.
    """

    times: Times
    elapsed: Floats
    y: Floats
    known_variance: Floats
    unit: Floats
    nuisance: Floats
    blocks: tuple[Block, ...]
    n_outputs: int
    n_epochs: int
    log_unit: float


@dataclass(frozen=True)
class Columns:
    """Where the columns of a block stand among all of them.

    Attributes
    ----------
    place : ndarray
        Common columns, nuisance columns and departures of the block, among all columns.
    local : ndarray
        The same among those of the block, where departures repeat the first common ones.
    common, width : int
        Number of common columns, and of all columns of the block.
    own : slice
        The departures among all columns.
    """

    place: Indices
    local: Indices
    common: int
    width: int
    own: slice

    @staticmethod
    def of(block: Block, common: int, departing: int, n_outputs: int) -> Columns:
        """Return the columns of a block."""
        first = common + block.output * departing
        own = slice(first, first + departing)
        nuisance = common + n_outputs * departing + block.nuisance
        width = common + len(nuisance)
        return Columns(
            np.concatenate([np.arange(common), nuisance, np.arange(own.start, own.stop)]),
            np.concatenate([np.arange(width), np.arange(departing)]),
            common,
            width,
            own,
        )

    def spread(self, of_block: Floats, axis: int) -> Floats:
        """Return what belongs to the columns of the block, the departures' repeated."""
        return np.take(of_block, self.local, axis=axis)

    def gathered(self, c: Floats) -> Floats:
        """Return the coefficients of the block's columns; axis 1 of `c` has all coefficients."""
        result: Floats = c[:, self.place[: self.width]]
        result[:, : len(self.place) - self.width] += c[:, self.place[self.width :]]
        return result

    def add(self, sums: Floats, epoch: Indices, of_block: Floats) -> None:
        """Add the rows of the block's columns to those of all columns, in place."""
        sums[:, : self.common, epoch] += of_block[:, : self.common]
        sums[:, self.own, epoch] += of_block[:, : self.own.stop - self.own.start]
        for k in range(self.common, self.width):
            sums[:, self.place[k], epoch] += of_block[:, k]


def stack(data: Data, residual: Floats, noise: NoiseModel, within: float) -> Stacked:
    """Return all values, block after block.

    Parameters
    ----------
    data : Data
        Times and nuisance columns.
    residual : ndarray, shape (n, d)
        Values to explain.
    noise : NoiseModel
        Errors of the values, and the groups that have a scatter of their own.
    within : float
        Neighbours in time that are no farther apart than this may share an epoch.
    """
    at, known, unit, y, output = [], [], [], [], []
    drawn = _drawn(data)
    log_unit = 0.0
    columns: list[Floats] = []
    for j in range(residual.shape[1]):
        rows = np.flatnonzero((data.weights_of(j) > 0) & drawn)
        errors = np.zeros(len(rows)) if noise.dy is None else noise.dy[rows, j] ** 2
        signal = signal_of(residual[rows, j], None if noise.dy is None else errors)
        relative = 1.0 / noise.relative[rows]
        at.append(rows)
        output.append(np.full(len(rows), j))
        known.append(errors / signal)
        unit.append(relative / relative.mean())
        y.append(residual[rows, j] / np.sqrt(signal))
        own = data.nuisance[rows]
        columns.append(own[:, np.any(own != 0, axis=0)])
        log_unit += 0.5 * len(rows) * float(np.log(signal))
    row, of_output = np.concatenate(at), np.concatenate(output)
    group = noise.group[row]
    elapsed = data.times[row].to_float()
    order = np.lexsort((elapsed, group, of_output))
    row, of_output, group, elapsed = row[order], of_output[order], group[order], elapsed[order]
    nuisance = np.zeros((sum(c.shape[1] for c in columns), len(row)))
    first = 0
    place = np.empty(len(order), dtype=np.intp)
    place[order] = np.arange(len(order))
    for j, own in enumerate(columns):
        nuisance[first : first + own.shape[1], place[np.concatenate(output) == j]] = own.T
        first += own.shape[1]
    new = (np.diff(of_output, prepend=-1) != 0) | (np.diff(group, prepend=-1) != 0)
    starts = np.flatnonzero(new)
    stops = np.append(starts[1:], len(row))
    block = np.repeat(np.arange(len(starts)), stops - starts)
    epoch = _epochs(elapsed, block, within)
    n_epochs = int(epoch.max()) + 1
    shared = np.count_nonzero(np.bincount(epoch)[epoch] > 1)
    return Stacked(
        times=data.times[row],
        elapsed=elapsed,
        y=np.concatenate(y)[order],
        known_variance=np.concatenate(known)[order],
        unit=np.concatenate(unit)[order],
        nuisance=nuisance,
        blocks=tuple(
            Block(
                slice(int(a), int(b)),
                int(of_output[a]),
                np.flatnonzero(np.any(nuisance[:, a:b] != 0, axis=1)),
                epoch[a:b],
            )
            for a, b in zip(starts, stops, strict=True)
        ),
        n_outputs=residual.shape[1],
        n_epochs=n_epochs if shared >= NOISE.fewest_shared else 0,
        log_unit=log_unit,
    )


def _drawn(data: Data) -> NDArray[np.bool_]:
    """Return which rows are compared: all of them, or as many as are affordable, at random.

    Always the same ones, and no raster of them, which would have aliases of its own.
    """
    n = len(data.times)
    share = WAVEFORMS.most_values / data.n_values
    if share >= 1.0:
        return np.ones(n, dtype=bool)
    drawn: NDArray[np.bool_] = np.random.default_rng(n).random(n) < share
    return drawn


def signal_of(values: Floats, known_variance: Floats | None) -> float:
    """Return the variance of the signal in some values: what their errors do not explain."""
    variance = float(np.var(values))
    excess = variance - (0.0 if known_variance is None else float(np.median(known_variance)))
    # where errors explain everything, what their scatter could hide
    return max(excess, variance * math.sqrt(2.0 / len(values)), 1e-200)


def values_per_epoch(data: Data, highest: float) -> float:
    """Return how many values of different outputs there are at about the same moment, on average.

    A moment is short against the period of the `highest` frequency.
    """
    rows = [np.flatnonzero(data.weights_of(j) > 0) for j in range(data.y.shape[1])]
    output = np.repeat(np.arange(len(rows)), [len(r) for r in rows])
    elapsed = data.times[np.concatenate(rows)].to_float()
    return len(output) / (int(_epochs(elapsed, output, WAVEFORMS.neighbours / highest).max()) + 1)


def _epochs(elapsed: Floats, block: Indices, within: float) -> Indices:
    """Return the epoch of each value: neighbours in time, no two of them of one block."""
    order = np.argsort(elapsed, kind="stable")
    apart = np.diff(elapsed[order], prepend=-np.inf) > within
    epoch: Indices = np.empty(len(order), dtype=np.intp)
    now, seen = -1, set[int]()
    for i, far, b in zip(order.tolist(), apart.tolist(), block[order].tolist(), strict=True):
        if far or b in seen:
            now, seen = now + 1, set()
        seen.add(b)
        epoch[i] = now
    return epoch
