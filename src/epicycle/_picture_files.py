"""Pictures asked for on the command line: refused early, written whole or not at all."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Pictures that can be written.
PICTURES = ("png", "pdf", "svg", "jpg", "jpeg", "webp", "tif", "tiff", "eps", "ps")


class InputError(Exception):
    """What was asked for on the command line cannot be done; the message is one line."""


def check_picture(path: Path | None) -> None:
    """Refuse, before the work, a picture that could not be written after it."""
    if path is None:
        return
    kind = path.suffix.lower().removeprefix(".")
    if kind not in PICTURES:
        raise InputError(
            f"--plot {path} has {f'the ending {path.suffix!r}' if kind else 'no ending'}: expected "
            f"one of {', '.join(PICTURES)}. To fix this, call it {path.stem or 'cycles'}.png."
        )
    if not path.parent.is_dir():
        raise InputError(
            f"--plot {path}: there is no directory {path.parent}. To fix this, make it first."
        )
    if path.is_dir():
        raise InputError(f"--plot {path} is a directory. To fix this, name a file in it.")
    if find_spec("matplotlib") is None:
        raise InputError("--plot needs matplotlib. To fix this, pip install 'epicycle[plot]'.")


def write_picture(figure: Figure, path: Path) -> None:
    """Write the picture under another name first: what stands at `path` is always whole."""
    unfinished = path.with_name(f".{path.stem}-{os.getpid()}{path.suffix}")
    try:
        figure.savefig(unfinished)
        os.replace(unfinished, path)
    except OSError as problem:
        raise InputError(
            f"--plot {path} cannot be written ({problem.strerror or problem}). "
            f"To fix this, name a file where you may write."
        ) from None
    finally:
        unfinished.unlink(missing_ok=True)
