"""What all trainings share: seeds, the frequency to find, and when it is found."""

from __future__ import annotations

import argparse
import hashlib
import math
from typing import Any

import torch
from torch import Tensor

SPAN = 1000.0
LOWEST, HIGHEST = 0.01, 1000.0


def number_of(*key: Any) -> int:
    """Return a seed for a key; unlike ``hash`` the same in every process."""
    return int.from_bytes(hashlib.sha256(repr(key).encode()).digest()[:4], "big")


def trials(options: argparse.Namespace, quick: int, full: int) -> int:
    """Return the number of runs of one kind."""
    return quick if options.quick else max(quick, round(options.scale * full))


def start(seed: Any) -> torch.Generator:
    """Seed everything; return a generator for what belongs to the problem, not to the training."""
    torch.set_num_threads(1)
    torch.manual_seed(number_of("training", *seed))
    return torch.Generator().manual_seed(number_of("problem", *seed))


def draw(generator: torch.Generator) -> float:
    """Return an angular frequency, log-uniform."""
    share = float(torch.rand((), generator=generator, dtype=torch.float64))
    return math.exp(math.log(LOWEST) + share * math.log(HIGHEST / LOWEST))


def in_basin(learned: Tensor, true: float) -> bool:
    """Return whether an angular frequency is right to within one radian at the edge of the data."""
    return float((learned.detach().double().abs() - true).abs().min()) * SPAN < 1.0


def batches(inside: list[bool]) -> int | None:
    """Return after how many batches the frequency was in its basin for good."""
    last_outside = max((k for k, ok in enumerate(inside) if not ok), default=-1)
    return last_outside + 2 if last_outside + 1 < len(inside) else None
