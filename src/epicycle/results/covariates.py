"""What covariates add to the values: their coefficients, with errors, and whether they matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import special

from epicycle.living.factors import unpacked_factor
from epicycle.results.cycles import PerOutput, per_output

if TYPE_CHECKING:
    from epicycle.results.result import Result


@dataclass(frozen=True)
class CovariateEffect:
    """The effect of one covariate, beside level, trend, cycles and all others.

    Attributes
    ----------
    name : str
        Name of its column; "covariate 1" and so on where it has none.
    coefficient, error : float or tuple of float
        What one unit of it adds, on the scale of the result's `response`, per output.  NaN where
        the other columns make up for it, and it was left out.
    p_value : float or tuple of float
        Probability that a covariate without any effect shows as much, by Student's t.
    """

    name: str
    coefficient: PerOutput
    error: PerOutput
    p_value: PerOutput


def names_of(covariates: Any) -> tuple[str, ...]:
    """Return the names of the columns of covariates as a user has them."""
    columns = getattr(covariates, "columns", None)
    if columns is not None:
        return tuple(str(column) for column in columns)
    name = getattr(covariates, "name", None)
    if name is not None:
        return (str(name),)
    shape = np.shape(covariates)
    return tuple(f"covariate {k + 1}" for k in range(shape[1] if len(shape) > 1 else 1))


def effects_of(model: Result) -> tuple[CovariateEffect, ...]:
    """Return the effects of the covariates of a result, in the order of their columns."""
    predictor, errors = model.predictor, model.predictor.errors
    scale, first = predictor.background.scale, predictor.background.n_trend
    q, d = len(scale), predictor.nuisance.shape[1]
    if not q or errors is None:
        return ()
    size = np.where(np.isfinite(scale), scale, np.nan)[:, np.newaxis]
    coefficient = predictor.nuisance[first : first + q] / size
    error = np.empty((q, d))
    at = 2 * (int(errors.parent.max(initial=-1)) + 1) + first + np.arange(q)
    for j in range(d):
        factor = unpacked_factor(errors.inside[j])[at]
        error[:, j] = np.sqrt((factor**2).sum(axis=1))
    error /= size
    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.abs(coefficient / error)
    chance = 2 * special.stdtr(np.maximum(errors.degrees_of_freedom, 1.0), -score)
    single = model.output_names is None
    names = model.covariate_names or names_of(np.empty((0, q)))
    return tuple(
        CovariateEffect(
            name, *(per_output(part[k].tolist(), single) for part in (coefficient, error, chance))
        )
        for k, name in enumerate(names)
    )


def effect_lines(model: Result) -> list[str]:
    """Return a line for each covariate, the surest first."""
    effects = effects_of(model)
    outputs = model.output_names or ("",)

    def of(value: PerOutput, j: int) -> float:
        return value[j] if isinstance(value, tuple) else value

    lines = []
    for effect in sorted(effects, key=lambda one: np.nan_to_num(of(one.p_value, 0), nan=2.0)):
        parts = []
        for j, name in enumerate(outputs):
            c, e, p = (of(x, j) for x in (effect.coefficient, effect.error, effect.p_value))
            told = f"{c:.4g} +- {e:.2g} (p = {p:.2g})" if np.isfinite(c) else "not told from others"
            parts.append(f"{name}: {told}" if name else told)
        lines.append(f"covariate {effect.name}: {', '.join(parts)}")
    return lines
