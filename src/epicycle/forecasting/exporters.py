"""Found cycles in the words of other forecasting packages.

Nothing of them is imported: these are plain numbers for their arguments.  Each of the packages
needs periods before it can begin, and most take them in steps of a regular raster.

Periods and orders alone are handed on.  Amplitudes, the level that lives, errors with a memory,
the scale of ``response``, covariates and cycles that change are left out: the other package fits
its own.
"""

from __future__ import annotations

from typing import Any

from epicycle.model import CycleModel
from epicycle.samples.options import check_positive
from epicycle.samples.times import UNIT_SECONDS

#: A season rounded to whole steps may slip by this many turns over the data.
_LARGEST_SLIP = 0.25

_SECONDS_PER_DAY = 86400


def prophet_seasonalities(model: CycleModel) -> list[dict[str, Any]]:
    """Return the cycles as arguments of ``Prophet.add_seasonality``, strongest first.

    Parameters
    ----------
    model : CycleModel
        A result whose unit of time is known, for Prophet counts in days.

    Returns
    -------
    list of dict
        With the keys "name", "period" (days) and "fourier_order".  Prophet's own yearly, weekly
        and daily seasonalities are best switched off beside them.

    Raises
    ------
    ValueError
        If the unit of time is not known.

    Examples
    --------
    >>> import numpy as np
    >>> from epicycle import find_cycles
    >>> t = np.arange(1000.0)
    >>> model = find_cycles(t, np.cos(2 * np.pi * t / 29.53), unit="d")
    >>> for arguments in prophet_seasonalities(model):
    ...     print(arguments["name"], round(arguments["period"], 2), arguments["fourier_order"])
    cycle_29.53 29.53 1
    """
    if model.unit not in UNIT_SECONDS:
        raise ValueError(
            f"model has no unit of time that a number of days could follow from, got "
            f"{model.unit!r}. To fix this, pass unit to find_cycles, for example unit='h'."
        )
    days = float(UNIT_SECONDS[model.unit] / _SECONDS_PER_DAY)
    return [
        {
            "name": f"cycle_{cycle.period * days:.6g}",
            "period": cycle.period * days,
            "fourier_order": max(h.order for h in cycle.harmonics),
        }
        for cycle in model.cycles
    ]


def fourier_terms(model: CycleModel, step: float) -> list[dict[str, Any]]:
    """Return the cycles as arguments of statsmodels' ``Fourier``, strongest first.

    Parameters
    ----------
    model : CycleModel
        A result of :func:`epicycle.find_cycles`.
    step : float
        Time between rows of the table to be forecast, in the model's unit.

    Returns
    -------
    list of dict
        With the keys "period", in steps and not rounded, and "order".  A ``DeterministicProcess``
        takes them as ``additional_terms=[Fourier(**one) for one in terms]``.
    """
    return [{"period": period, "order": order} for period, order in _in_steps(model, step)]


def freq_seasonal(model: CycleModel, step: float) -> list[dict[str, Any]]:
    """Return the cycles as ``freq_seasonal`` of statsmodels' ``UnobservedComponents``.

    Parameters
    ----------
    model, step
        As for :func:`fourier_terms`.

    Returns
    -------
    list of dict
        With the keys "period", in steps and not rounded, and "harmonics".
    """
    return [{"period": period, "harmonics": order} for period, order in _in_steps(model, step)]


def season_lengths(model: CycleModel, step: float) -> list[int]:
    """Return the periods as whole numbers of steps, for MSTL of statsforecast or statsmodels.

    Parameters
    ----------
    model, step
        As for :func:`fourier_terms`.

    Returns
    -------
    list of int
        Ascending, each once: ``season_length`` of statsforecast, ``periods`` of statsmodels.

    Raises
    ------
    ValueError
        If a period is no whole number of steps: rounded, its season would slip by more than a
        quarter of a turn over the data.
    """
    lengths = set()
    for period, _ in _in_steps(model, step):
        length = round(period)
        n_turns = model.baseline / step / period
        slip = abs(length - period) / period * n_turns
        if slip > _LARGEST_SLIP:
            raise ValueError(
                f"the period of {period:.6g} steps is no whole number: a season of {length} steps "
                f"slips by {slip:.2g} turns over the data. To fix this, resample to a step of "
                f"which it is a multiple, or use a package that takes any period (fourier_terms, "
                f"prophet_seasonalities)."
            )
        lengths.add(length)
    return sorted(lengths)


def _in_steps(model: CycleModel, step: float) -> list[tuple[float, int]]:
    """Return period in steps and highest order of each cycle."""
    size = check_positive(step, "step")
    result = []
    for cycle in model.cycles:
        period, order = cycle.period / size, max(h.order for h in cycle.harmonics)
        if period < 2:
            raise ValueError(
                f"step={step!r} is longer than half the period {cycle.period:.6g}, which such rows "
                f"cannot show. To fix this, forecast at shorter steps or leave that cycle out."
            )
        # a harmonic above the raster's Nyquist frequency cannot be fitted there
        result.append((period, min(order, int(period / 2))))
    return result
