"""What the library says, in the words of the command line."""

from __future__ import annotations

import re

#: Arguments in messages of the library, as they are called here.
_OPTIONS = {
    "minimum_period": "--min-period",
    "maximum_period": "--max-period",
    "max_cycles": "--max-cycles",
    "per_group": "--per-group",
    "max_frequencies": "--max-frequencies",
    "max_seconds": "--max-seconds",
    "max_memory": "--max-memory",
    "signal_to_noise": "--signal-to-noise",
    "false_alarm": "--false-alarm",
    "red_noise": "--red-noise",
    "varying_amplitude": "--varying-amplitude",
}

_LEADING_OPTIONS = (
    "clock",
    "harmonics",
    "trend",
    "known",
    "period",
    "exposure",
    "unit",
    "strategy",
    "loss",
    "response",
    "horizon",
    "folds",
)


def in_words_of_options(message: str) -> str:
    """Return a message of the library with its arguments called as they are here."""
    message = message.replace("red_noise=True", "--red-noise")
    for name, option in _OPTIONS.items():
        message = re.sub(rf"\b{name}\b", option, message)
    # such a word is an option where the message begins with it, or gives it a value
    words = "|".join(_LEADING_OPTIONS)
    return re.sub(rf"^({words})\b|(?<![-\w])({words})(?==\S)", r"--\1\2", message)
