"""What must hold whatever comes in.  A target calls these; what they raise is a finding."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import epicycle

PACKAGE = str(Path(epicycle.__file__).parent)

#: Whoever else may refuse an argument in its own words.
ALSO_ALLOWED = ("sklearn",)

#: What reading a file must never do: see the audit events of the Python documentation.
_FORBIDDEN = (
    *("exec", "compile", "import", "marshal.", "pickle.", "ctypes.", "os.", "subprocess."),
    *("socket.", "shutil.", "code.", "urllib."),
)
_WATCHED = {"on": False, "armed": False}
_SEEN: list[str] = []


class Finding(AssertionError):  # noqa: N818 - that is what it is
    """A property does not hold."""


def refused(call: Callable[[], Any], *errors: type[Exception], in_one_line: bool = True) -> Any:
    """Return what a call returns, or None where it refuses: in one line of our own words.

    What shows a whole array takes several lines; where that may be given, they are allowed.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        try:
            return call()
        except errors as error:
            check_message(error, in_one_line)
    return None


def check_message(error: Exception, in_one_line: bool = True) -> None:
    """Check that an error is ours, not one of numpy or pandas that passed through."""
    message = str(error)
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    raised_in = trace.tb_frame.f_code.co_filename if trace is not None else ""
    if any(f"/{name}/" in raised_in for name in ALSO_ALLOWED):
        return
    wrong = len(message.splitlines()) != 1 or len(message) > 2000
    if not message.strip() or (in_one_line and wrong):
        raise Finding(f"not one line of reasonable length: {message[:300]!r}") from error
    if not raised_in.startswith(PACKAGE):
        raise Finding(f"{raised_in} raised {type(error).__name__}: {message}") from error


def check_model(model: Any) -> None:
    """Check that a result can be told, predicted with, written and read."""
    from epicycle import CycleModel

    assert model.table()
    document = json.dumps(model.to_dict(), allow_nan=False)
    again = CycleModel.from_dict(json.loads(document))
    assert again.table() == model.table()
    for cycle in model.cycles:
        assert cycle.period > 0


@contextmanager
def nothing_executed() -> Iterator[None]:
    """Watch what Python does within: finding code, a program or the network is a finding."""
    _SEEN.clear()
    _WATCHED["on"] = _WATCHED["armed"]
    try:
        yield
    finally:
        _WATCHED["on"] = False
    if _SEEN:
        raise Finding(f"reading a file did this: {_SEEN[:5]}")


def arm() -> None:
    """Begin to watch: modules that are imported late must be there by now."""
    _WATCHED["armed"] = True


def _audit(event: str, details: tuple[Any, ...]) -> None:
    if not _WATCHED["on"]:
        return
    writes = event == "open" and set(str(details[1] or "r")) & set("wax+")
    if writes or event.startswith(_FORBIDDEN):
        _SEEN.append(f"{event} {str(details)[:200]}")


sys.addaudithook(_audit)
