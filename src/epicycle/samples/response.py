"""The scale on which level, cycles and covariates add up: of values, logarithms, logits, counts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from scipy import special

from epicycle.samples.arrays import Floats
from epicycle.samples.checks import Samples

#: Scales that may be asked for.
AUTO, IDENTITY, LOG, LOGIT, COUNT = "auto", "identity", "log", "logit", "count"

RESPONSES = (AUTO, IDENTITY, LOG, LOGIT, COUNT)

#: Scales on which the values are searched as they are.
_AS_THEY_ARE = (AUTO, IDENTITY)

#: What each scale can hold, and what to do with other values.
_HOLDS = {
    LOG: (
        "values above 0",
        "leave such values out (NaN), or pass response='count' for whole numbers, or "
        "response='identity'",
    ),
    LOGIT: (
        "shares, above 0 and below 1",
        "divide by the largest value that there may be, leave 0 and 1 out (NaN), or pass "
        "response='identity'",
    ),
    COUNT: (
        "counts, whole numbers from 0 upwards",
        "undo what they were divided by, or pass response='log' or response='identity'",
    ),
}

#: No value on the scale of logarithms or logits is further from 0.
_LARGEST = 300.0


#: What counts cannot be combined with: each changes the values that are searched.
_BESIDE_COUNTS = {
    "per_group": "amplitude",
    "varying_amplitude": True,
    "loss": "huber",
}


def check_response(response: Any, beside: Any, *, of_events: bool) -> str:
    """Return the scale asked for, `beside` other options; events have none but their own."""
    if not isinstance(response, str) or response not in RESPONSES:
        raise ValueError(
            f"response must be one of {', '.join(map(repr, RESPONSES))}, got {response!r}. "
            f"To fix this, pass 'log' where seasons multiply, 'count' for counts, or leave it out."
        )
    if of_events and response not in _AS_THEY_ARE:
        raise ValueError(
            f"response={response!r} is for samples with values, got events. To fix this, leave it "
            f"out, or count the events in equal intervals and give the counts as y."
        )
    for name, value in _BESIDE_COUNTS.items() if response == COUNT else ():
        if getattr(beside, name) == value:
            raise ValueError(
                f"response='count' cannot be combined with {name}={value!r}. To fix this, leave "
                f"out either, or pass response='log' where no count is 0."
            )
    if response not in _AS_THEY_ARE and beside.exposure:
        raise ValueError(
            f"exposure blurs values, not what response={response!r} makes of them. To fix this, "
            f"leave out either."
        )
    return str(response)


def fits(values: Floats, response: str) -> Floats:
    """Return which values a scale can hold, as booleans of their shape."""
    if response == LOG:
        return np.asarray(values > 0)
    if response == LOGIT:
        return np.asarray((values > 0) & (values < 1))
    if response == COUNT:
        return np.asarray((values >= 0) & (values == np.floor(values)))
    return np.ones(np.shape(values), dtype=bool)


def on_scale(samples: Samples, response: str) -> Samples:
    """Return samples on the scale that is searched, errors carried along.

    That of counts is Anscombe's root, 2 sqrt(y + 3/8), on which Poisson numbers scatter alike
    (Anscombe 1948, Biometrika 35, 246, equation 2.7).

    Raises
    ------
    ValueError
        If there are values that the scale cannot hold, or errors of counts.
    """
    if response in _AS_THEY_ARE:
        return samples
    if response == COUNT and samples.dy is not None:
        raise ValueError(
            "dy was given with response='count': the scatter of counts follows from their mean. "
            "To fix this, leave out dy."
        )
    _check_held(samples, response)
    y = np.where(samples.present, samples.y, 0.5)
    slope, dy = _slope(y, response), samples.dy
    working = np.where(samples.present, forward(y, response), 0.0)
    if dy is not None:
        dy = np.where(samples.present, dy * slope, dy)
    return replace(samples, y=working, dy=dy)


def _check_held(samples: Samples, response: str) -> None:
    bad = samples.present & ~fits(samples.y, response).astype(bool)
    if not bad.any():
        return
    row, column = np.argwhere(bad)[0].tolist()
    kind, remedy = _HOLDS[response]
    raise ValueError(
        f"y must hold {kind} with response={response!r}, got {samples.y[row, column]:.6g} in row "
        f"{int(samples.kept[row])} and {int(bad.sum()):,} such value(s) in all. To fix this, "
        f"{remedy}."
    )


def forward(y: Floats, response: str) -> Floats:
    """Return values on the scale that is searched."""
    if response == LOG:
        return np.log(y)
    if response == LOGIT:
        return np.asarray(special.logit(y))
    if response == COUNT:
        return 2.0 * np.sqrt(y + 0.375)
    return y


def inverse(z: Floats, response: str) -> Floats:
    """Return values of the user from those on the scale where cycles add up.

    That of counts is the logarithm of their mean.
    """
    if response in (LOG, COUNT):
        return np.exp(np.clip(z, -_LARGEST, _LARGEST))
    if response == LOGIT:
        return np.asarray(special.expit(z))
    return z


def _slope(y: Floats, response: str) -> Floats:
    if response == LOG:
        return 1.0 / y
    if response == LOGIT:
        return 1.0 / (y * (1.0 - y))
    return 1.0 / np.sqrt(y + 0.375)
