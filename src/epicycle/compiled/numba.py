"""Is numba there, and where do compiled loops stay: a folder of the user's cache, if it can be.

Nothing is imported or compiled before a loop runs for the first time; then it is read from the
cache, or compiled once (some seconds in all) and kept there.  A cache that cannot be written is
no error: the loops are then compiled anew by each process.
"""

from __future__ import annotations

import functools
import os
import sys
import tempfile
import warnings
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import FunctionType
from typing import Any, TypeVar

#: What is written for numba.
Function = TypeVar("Function", bound=Callable[..., Any])

#: Sums may be taken in any order, and a product with a sum at once; infinities and NaN stay.
_FASTMATH = {"reassoc", "contract", "nsz"}


@functools.cache
def is_there() -> bool:
    """Return whether numba is installed and works; it is imported then.

    It lags behind NumPy, and one that does not fit fails when it is imported, in many ways: then
    everything is done without, and a warning says so.  The variable ``EPICYCLE_NO_NUMBA`` says that
    it is not to be used.
    """
    if os.environ.get("EPICYCLE_NO_NUMBA") or find_spec("numba") is None:
        return False
    try:
        import_module("numba")
    except Exception as error:  # of any kind: it is somebody else's import
        warnings.warn(
            f"numba is installed and cannot be imported ({type(error).__name__}: {error}): "
            f"epicycle works without it, slower. To fix this, install a numba that fits NumPy, "
            f"or set EPICYCLE_NO_NUMBA=1.",
            RuntimeWarning,
            stacklevel=2,
        )
        return False
    return True


def inner(function: Function) -> Function:
    """Return a function that loops call, marked as one: it is compiled into each of them."""
    function.__dict__["is_inner"] = True
    return function


class Loop:
    """A function of arrays that is compiled when it is first called.

    Parameters
    ----------
    function : callable
        Written for numba.

    Attributes
    ----------
    py_func : callable
        The same, interpreted: what it is tested by.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.py_func = function
        self._called: Callable[..., Any] | None = None
        functools.update_wrapper(self, function)

    def __call__(self, *args: Any) -> Any:
        """Return what the function returns."""
        if self._called is None:
            self._called = dispatcher(self.py_func)
        try:
            return self._called(*args)
        except OSError:
            # the cache was full, or taken away: once more without one
            self._called = _jitted(self.py_func, cache=False)
            return self._called(*args)


@functools.cache
def dispatcher(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return numba's dispatcher of a function, with a cache on disk where one can be written."""
    config = import_module("numba").config
    folder = cache_folder()
    before = config.CACHE_DIR
    if folder is None:
        return _jitted(function, cache=False)
    try:
        # (numba asks for the folder when it decorates, and never again)
        config.CACHE_DIR = before or str(folder)
        return _jitted(function, cache=True)
    except (OSError, RuntimeError):
        return _jitted(function, cache=False)
    finally:
        config.CACHE_DIR = before


def _jitted(function: Callable[..., Any], *, cache: bool) -> Callable[..., Any]:
    njit = import_module("numba").njit
    jitted: Callable[..., Any] = njit(cache=cache, nogil=True, fastmath=_FASTMATH)(
        _linked(function)
    )
    return jitted


def _linked(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function with the inner ones that it calls replaced by compiled ones."""
    assert isinstance(function, FunctionType)
    names = function.__globals__
    inner_ones = {
        name: _inner_jitted(names[name])
        for name in function.__code__.co_names
        if getattr(names.get(name), "is_inner", False)
    }
    if not inner_ones:
        return function
    linked = FunctionType(function.__code__, {**names, **inner_ones}, function.__name__)
    return functools.update_wrapper(linked, function)


@functools.cache
def _inner_jitted(function: Callable[..., Any]) -> Callable[..., Any]:
    return _jitted(function, cache=False)


@functools.cache
def cache_folder() -> Path | None:
    """Return the folder of compiled loops, or None where none can be written."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = base / "epicycle" / "compiled"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except (OSError, RuntimeError):
        return None
