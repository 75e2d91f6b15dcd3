"""Loops are compiled at the first call, kept in a folder if there is one, and never needed."""

import sys
from pathlib import Path

import pytest

from epicycle.compiled import numba as compiled


def doubled(x: float) -> float:
    return 2.0 * x


@compiled.inner
def halved(x: float) -> float:
    return 0.5 * x


def quartered(x: float) -> float:
    return halved(halved(x))


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    for kept in (compiled.dispatcher, compiled.cache_folder, compiled.is_there):
        kept.cache_clear()
    yield
    for kept in (compiled.dispatcher, compiled.cache_folder, compiled.is_there):
        kept.cache_clear()


def test_a_variable_turns_it_off(fresh: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "find_spec", lambda name: object())
    monkeypatch.delenv("EPICYCLE_NO_NUMBA", raising=False)
    assert compiled.is_there()
    compiled.is_there.cache_clear()
    monkeypatch.setenv("EPICYCLE_NO_NUMBA", "1")
    assert not compiled.is_there()


def test_one_that_cannot_be_imported_is_not_there(
    fresh: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(name: str) -> None:
        raise AttributeError(f"module {name} needs an older NumPy")

    monkeypatch.setattr(compiled, "find_spec", lambda name: object())
    monkeypatch.delenv("EPICYCLE_NO_NUMBA", raising=False)
    monkeypatch.setattr(compiled, "import_module", broken)
    with pytest.warns(RuntimeWarning, match=r"cannot be imported \(AttributeError: module numba"):
        assert not compiled.is_there()
    # (once is enough)
    assert not compiled.is_there()


def test_the_folder_is_the_users_cache(
    fresh: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert compiled.cache_folder() == tmp_path / "epicycle" / "compiled"


def test_a_folder_that_cannot_be_written_is_none(
    fresh: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert compiled.cache_folder() is None


def test_a_loop_is_compiled_once_and_kept(
    fresh: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    numba = pytest.importorskip("numba")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    loop = compiled.Loop(quartered)
    assert loop(8.0) == loop.py_func(8.0) == 2.0
    # numba's own setting is as it was, and the folder has what was compiled
    assert not str(numba.config.CACHE_DIR).startswith(str(tmp_path))
    assert list(tmp_path.rglob("*.nbc"))


def test_a_cache_that_breaks_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(x: float) -> float:
        raise OSError("no space left on device")

    monkeypatch.setattr(compiled, "dispatcher", lambda function: broken)
    monkeypatch.setattr(compiled, "_jitted", lambda function, cache: function)
    assert compiled.Loop(doubled)(4.0) == 8.0
