r"""A plane wave of many inputs, learned from samples without noise by lattice reduction.

y = cos(w . x + phi) in d dimensions cannot be searched for: the number of wave vectors is a power
of d, and nothing but the right one shows.  Without noise there is another way.  The phase of each
sample is known up to its sign and whole turns,

.. math:: w \cdot x_i + \varphi = \sigma_i \arccos y_i + 2 \pi k_i, \qquad \sigma_i = \pm 1,

and any d + 2 samples depend on each other linearly, so that the unknown integers obey linear
relations with known coefficients, true to the last digit.  The shortest vector of the lattice of
all integers that nearly obey them, which the algorithm of Lenstra, Lenstra and Lovasz finds, is the
answer (Song, Zadik & Bruna 2021, section 4).

**The limit is hard.** The relations must hold to about as many binary digits as there are unknowns:
any noise that is not exponentially small in d spoils them, and with noise of 1/poly(d) no efficient
algorithm exists unless worst-case lattice problems, on which cryptography rests, are easy (Bruna,
Regev, Song & Tang 2021; Song, Zadik & Bruna 2021).  Noise of 1e-7 passes, of 1e-5 it does not.

References
----------
A. K. Lenstra, H. W. Lenstra, L. Lovasz (1982), Math. Ann. 261, 515.
J. Bruna, O. Regev, M. J. Song, Y. Tang (2021), "Continuous LWE", STOC 2021.
M. J. Song, I. Zadik, J. Bruna (2021), "On the cryptographic hardness of learning single periodic
neurons", NeurIPS 34.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import linalg

#: Binary digits to which relations between samples are taken to hold.
_DIGITS = 40

#: Whole turns that are expected: the signs, which are one, are weighed to be as long.
_TURNS = (8, 64, 512, 4096, 32768)

#: Samples nearer to a maximum than this have a phase of too few digits.
_STEEP = 0.97

#: Largest difference from a sample for an answer to be one.
_AGREES = 1e-4


@dataclass(frozen=True)
class PlaneWave:
    """A plane wave cos(2 pi (frequency . x) + phase), up to the sign of both.

    Attributes
    ----------
    frequency : ndarray, shape (d,)
        In cycles per unit of each input.
    phase : float
        In radians, between -pi and pi.
    """

    frequency: NDArray[np.float64]
    phase: float

    def __call__(self, x: ArrayLike) -> NDArray[np.float64]:
        """Return the wave at inputs of shape (n, d)."""
        angle = 2 * np.pi * (np.asarray(x, dtype=float) @ self.frequency) + self.phase
        return np.asarray(np.cos(angle))


def learn_wave(x: ArrayLike, y: ArrayLike) -> PlaneWave:
    """Return the plane wave of amplitude one that goes through all samples.

    Parameters
    ----------
    x : array_like, shape (n, d)
        Inputs; n of at least 3 (d + 1) + 8 that depend on each other by nothing but chance.
    y : array_like, shape (n,)
        cos(w . x + phi), or sin, to the last digit of float64.

    Raises
    ------
    ImportError
        Without python-flint.
    ValueError
        If the samples are too few, or no plane wave goes through them all, as with any noise.

    Examples
    --------
    >>> import numpy as np
    >>> from epicycle.problems.high_dimensional import learn_wave
    >>> rng = np.random.default_rng(0)
    >>> x, w = rng.normal(size=(60, 8)), 40 * rng.normal(size=8)
    >>> wave = learn_wave(x, np.sin(x @ w))
    >>> bool(np.allclose(abs(2 * np.pi * wave.frequency), abs(w), rtol=1e-9))
    True
    """
    inputs, values = _checked(x, y)
    augmented = np.hstack([inputs, np.ones((len(inputs), 1))])
    unknowns = augmented.shape[1]
    steep = np.flatnonzero(np.abs(values) < _STEEP)
    chosen, relations = _relations(augmented, steep, 2 * unknowns + 4)
    angles = np.arccos(values[chosen])
    for turns in _TURNS:
        for sign, whole in _short_vectors(relations, angles / (2 * np.pi), turns):
            angle = sign * angles + 2 * np.pi * whole
            w = linalg.lstsq(augmented[chosen], angle)[0]
            if np.abs(np.cos(augmented @ w) - values).max() < _AGREES:
                phase = float(np.angle(np.exp(1j * w[-1])))
                return PlaneWave(w[:-1] / (2 * np.pi), phase)
    raise ValueError(
        "no plane wave of amplitude one goes through all samples. To fix this, pass samples "
        "without noise, in float64, with y between -1 and 1: with noise the problem is as hard as "
        "cryptography for any algorithm, and up to three inputs are SpectralDescent's."
    )


def _checked(x: ArrayLike, y: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    inputs, values = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if inputs.ndim == 1:
        inputs = inputs[:, np.newaxis]
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if inputs.ndim != 2 or values.shape != inputs.shape[:1]:
        raise ValueError(
            f"x and y must have shapes (n, d) and (n,), got {inputs.shape} and {values.shape}. "
            f"To fix this, pass one row of x for each value."
        )
    if not (np.isfinite(inputs).all() and np.isfinite(values).all()):
        raise ValueError("x and y must be finite. To fix this, leave out rows that are not.")
    if len(values) and np.abs(values).max() > 1 + _AGREES:
        raise ValueError(
            f"y must be a wave of amplitude one, got {np.abs(values).max():.6g}. To fix this, "
            f"subtract its level and divide by its amplitude, both exactly."
        )
    needed = 3 * (inputs.shape[1] + 1) + 8
    if len(values) < needed:
        raise ValueError(
            f"{inputs.shape[1]} inputs need {needed} samples, got {len(values)}. To fix this, "
            f"pass more of them."
        )
    return inputs, np.clip(values, -1.0, 1.0)


def _relations(
    inputs: NDArray[np.float64], steep: NDArray[np.intp], most: int
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return samples, and the coefficients with which they add up to nothing, one column each."""
    m = inputs.shape[1]
    if len(steep) <= m:
        raise ValueError(
            f"only {len(steep)} samples are steep enough to tell a phase, of {m + 1} needed. To "
            f"fix this, pass samples away from the maxima of the wave."
        )
    # samples that point in all directions serve as a basis of the others
    order = steep[linalg.qr(inputs[steep].T, mode="economic", pivoting=True)[2]]
    if np.linalg.matrix_rank(inputs[order[:m]]) < m:
        raise ValueError(
            "x spans fewer dimensions than it has columns. To fix this, leave out columns that "
            "are constant or follow from others."
        )
    basis, others = order[:m], order[m:most]
    shares = np.linalg.solve(inputs[basis].T, inputs[others].T)
    return np.concatenate([basis, others]), np.vstack([shares, -np.eye(len(others))])


def _short_vectors(
    relations: NDArray[np.float64], angles: NDArray[np.float64], turns: int
) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Return signs and whole turns of the samples, from the shortest vectors of their lattice."""
    try:
        from flint import fmpz_mat
    except ImportError as error:
        raise ImportError(
            "epicycle.problems.high_dimensional needs python-flint, which could not be imported. "
            "To fix this, install it with: pip install 'epicycle[lattice]'"
        ) from error
    n = len(angles)
    kept = np.vstack([relations * angles[:, np.newaxis], relations])
    scaled: list[list[Any]] = [[round(v) for v in row] for row in (kept * 2.0**_DIGITS).tolist()]
    weights = [turns] * n + [1] * n
    rows = [
        [weight if k == number else 0 for k in range(2 * n)] + scaled[number]
        for number, weight in enumerate(weights)
    ]
    reduced = fmpz_mat(rows).lll()
    result = []
    # that all phases may grow by whole turns is a short vector too, and comes first
    for row in range(3):
        vector = np.array([float(int(reduced[row, k])) for k in range(2 * n)])
        sign = vector[:n] / turns
        if (np.abs(sign) == 1).all():
            result.append((sign, vector[n:]))
    return result
