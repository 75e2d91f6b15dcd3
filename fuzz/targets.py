"""All targets by name: what is run, what it begins with, and its limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import arguments
import commands
import library
import readers
import seeds

#: Seconds of processor time that one input may take, whatever it is.  Inputs are at most
#: `max_bytes` long, and searches are limited to 1e4 or 1e5 frequencies.
SECONDS_PER_INPUT = 10.0


@dataclass(frozen=True)
class Target:
    """One thing that is fuzzed.

    Attributes
    ----------
    run : callable
        Takes any bytes, and raises only if a property does not hold.
    seeds : callable
        Returns the inputs to begin with.
    max_bytes : int
        Length of the longest input.
    memory : int
        MiB that the process may have in all, in which Python, numpy, pandas and the code take
        about 400.
    mutate : callable, optional
        Changes an input with knowledge of what it is.
    """

    run: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]
    max_bytes: int = 4096
    memory: int = 1024
    mutate: Callable[[bytes, int, int], bytes | None] | None = None


#: The cheapest first.
TARGETS = {
    "csv": Target(readers.csv, seeds.tables, 65536),
    "model": Target(
        readers.model, lambda: list(seeds.models()), 65536, mutate=readers.mutate_model
    ),
    "resume": Target(readers.resume, seeds.parts),
    "stamps": Target(readers.stamps, seeds.stamps, 200),
    "arrays": Target(library.arrays, seeds.noise),
    "arguments": Target(arguments.arguments, seeds.noise, 16),
    "find": Target(commands.find, seeds.commands, 16384),
    "parquet": Target(readers.parquet, seeds.noise),
    "events": Target(library.events, seeds.noise),
    "regressor": Target(library.regressor, seeds.noise),
    "predict": Target(commands.predict, seeds.commands, 16384),
    "fit": Target(commands.fit, seeds.commands, 16384),
    "report": Target(commands.report, seeds.commands, 16384),
    "doctor": Target(commands.doctor, lambda: seeds.noise(4, 12), 64),
}
