"""How the networks that were proposed for periodic functions are built and trained.

A `Design` holds what was published with a network: the optimizer with its settings, and the range
to which inputs were scaled.  Some have one number that their user has to guess.  Sources: the
papers and the code that :mod:`epicycle.problems.networks` names.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

from epicycle.problems.networks import (
    FAN,
    GeluMLP,
    RandomFourierFeatures,
    Sin,
    Siren,
    Snake,
    Surrogate,
    Time2Vec,
)


@dataclass(frozen=True)
class Design:
    """A network with all that was published to go with it.

    Parameters
    ----------
    title : str
        Its name in tables.
    build : callable
        ``build(out_features)`` returns the network, for one input.
    optimizer : callable
        ``optimizer(network)`` returns its optimizer with the published settings.
    domain : (float, float) or None
        The range to which the inputs of the training range are scaled, None to leave them.
    """

    title: str
    build: Callable[[int], nn.Module]
    optimizer: Callable[[nn.Module], torch.optim.Optimizer]
    domain: tuple[float, float] | None = (-1.0, 1.0)


def _adam(rate: float) -> Callable[[nn.Module], torch.optim.Optimizer]:
    return lambda network: torch.optim.Adam(network.parameters(), lr=rate)


def _siren(omega: float = 30.0) -> Design:
    return Design(f"SIREN, ω₀ = {omega:g}", lambda n: Siren(1, n, omega=omega), _adam(1e-4))


def _mlp() -> Design:
    return Design("GELU MLP", lambda n: GeluMLP(1, n), _adam(1e-3))


def _snake(a: float | None = None) -> Design:
    title = "Snake, a learned" if a is None else f"Snake, a = {a:g}"
    return Design(
        title,
        lambda n: Snake(1, n, a=a),
        lambda network: torch.optim.SGD(
            network.parameters(), lr=3e-4, momentum=0.99, weight_decay=3e-3
        ),
    )


def _fan() -> Design:
    return Design(
        "FAN",
        lambda n: FAN(1, n),
        lambda network: torch.optim.AdamW(network.parameters(), lr=1e-5, weight_decay=0.01),
        (-6 * math.pi, 6 * math.pi),
    )


def _time2vec() -> Design:
    return Design("Time2Vec", lambda n: Time2Vec(1, n), _adam(1e-3), (1.0, 7000.0))


def _rff(sigma: float = 10.0) -> Design:
    return Design(
        f"Fourier features, σ = {sigma:g}",
        lambda n: RandomFourierFeatures(1, n, sigma=sigma),
        _adam(1e-4),
        (0.0, 1.0),
    )


def _surrogate(length: float = 4096.0) -> Design:
    return Design(
        f"Complex surrogate, N = {length:g}",
        lambda n: Surrogate(1, n),
        _adam(1e-4),
        (0.0, length - 1),
    )


def _sgd() -> Design:
    sgd = torch.optim.SGD
    return Design("SGD", lambda _: Sin(), lambda net: sgd(net.parameters(), lr=1e-4), None)


def _plain_adam() -> Design:
    return Design("Adam", lambda _: Sin(), _adam(1e-3), None)


#: Networks for any number of outputs, by their names on the command line.  The number to be
#: guessed, where there is one, is the argument: ω₀, a, σ, or the number of samples in the range.
DESIGNS: dict[str, Callable[..., Design]] = {
    "siren": _siren,
    "mlp": _mlp,
    "snake": _snake,
    "fan": _fan,
    "time2vec": _time2vec,
    "rff": _rff,
    "surrogate": _surrogate,
}

#: The one-parameter network of the Sin problem, with plain optimizers.
PLAIN: dict[str, Callable[[], Design]] = {"sgd": _sgd, "adam": _plain_adam}


def design(entry: str, *, plain: bool = False) -> Design:
    """Return the design that an entry names, such as "siren" or, with a guess, "siren:100".

    Parameters
    ----------
    entry : str
        A name of `DESIGNS`, and after a colon the number that its user has to guess.
    plain : bool
        Whether the one-parameter networks of the Sin problem are admitted as well.

    Raises
    ------
    ValueError
        If there is no such network, or the guess is no positive number or is not asked for.
    """
    known: dict[str, Callable[..., Design]] = {**DESIGNS, **PLAIN} if plain else DESIGNS
    name, colon, guess = entry.partition(":")
    if name not in known:
        raise ValueError(
            f"{name!r} is no network known here: expected one of {', '.join(known)}. "
            f"To fix this, choose from these."
        )
    if not colon:
        return known[name]()
    if not inspect.signature(known[name]).parameters:
        raise ValueError(
            f"{entry!r} has a number, but {name} has nothing to guess. "
            f"To fix this, write {name} alone."
        )
    try:
        value = float(guess)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        raise ValueError(
            f"{entry!r}: expected a positive number after the colon. "
            f"To fix this, write for instance {name}:30."
        )
    return known[name](value)
