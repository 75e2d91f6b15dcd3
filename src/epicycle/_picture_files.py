"""Pictures asked for on the command line: refused early, written whole or not at all."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from epicycle._whole_files import OutputError, check_output, written_whole

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
    try:
        check_output(path, "--plot")
    except OutputError as problem:
        raise InputError(str(problem)) from None
    need_matplotlib("--plot")


def need_matplotlib(option: str) -> None:
    """Refuse what needs pictures where nothing can draw them."""
    if find_spec("matplotlib") is None:
        raise InputError(f"{option} needs matplotlib. To fix this, pip install 'epicycle[plot]'.")


def write_picture(figure: Figure, path: Path) -> None:
    """Write the picture under another name first: what stands at `path` is always whole."""
    try:
        with written_whole(path, "--plot") as unfinished:
            figure.savefig(unfinished)
    except OutputError as problem:
        raise InputError(str(problem)) from None
