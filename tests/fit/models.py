"""Problems, lines and steps for the tests of fits."""

import numpy as np

from epicycle.fit.joint import Fit
from epicycle.fit.lines import Fundamental, Structure
from epicycle.samples.data import Data

LINES = [(0.3137, 2.0), (0.4142, 1.0), (1.7321, 3.0)]


def structure_of(*frequency: float, **options: object) -> Structure:
    return Structure.of([Fundamental(f, (1,), **options) for f in frequency])


def plain_model(data: Data, structure: Structure, nuisance: np.ndarray, output: int = 0):
    """Return the complete model of one output as a function of all its parameters.

    Parameters are the fundamentals, the coefficients of the nuisance columns, then cosine and
    sine coefficients of each line.
    """
    t = data.times.to_float()
    n_f, n_n = len(structure.frequency), nuisance.shape[1]

    def model(parameters: np.ndarray) -> np.ndarray:
        result = nuisance @ parameters[n_f : n_f + n_n]
        pairs = parameters[n_f + n_n :].reshape(-1, 2)
        for (a, b), k, order in zip(pairs, structure.parent, structure.order, strict=True):
            angle = 2 * np.pi * order * parameters[k] * t
            result = result + a * np.cos(angle) + b * np.sin(angle)
        return result

    return model


def parameters_of(fit: Fit, output: int = 0) -> np.ndarray:
    return np.concatenate([fit.structure.frequency, fit.coefficients[:, output]])


def steps_for(data: Data, fit: Fit, output: int = 0) -> np.ndarray:
    """Return steps of about 1e-3 line widths and amplitudes, for numerical derivatives."""
    n_f = len(fit.structure.frequency)
    size = max(float(np.abs(fit.coefficients[:, output]).max()), 1e-12)
    return np.concatenate(
        [np.full(n_f, 1e-3 / data.baseline), np.full(len(fit.coefficients), 1e-3 * size)]
    )
