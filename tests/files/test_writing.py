"""Files are written whole or not at all."""

from pathlib import Path

import pytest

from epicycle.cli import commands as cli
from tests.commands import run


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_an_unfinished_picture_leaves_nothing_behind(tide, monkeypatch, error):
    summary = pytest.importorskip("epicycle.views.summary")
    pytest.importorskip("matplotlib")

    class Figure:
        def savefig(self, path):
            Path(path).write_bytes(b"half")
            raise error

    monkeypatch.setattr(summary, "plot_summary", lambda *_, **__: Figure())
    picture = tide.parent / "picture.png"
    picture.write_bytes(b"an older one")
    result = run("find", tide, "--plot", picture)
    if isinstance(error, OSError):
        assert result.exit_code == cli.BAD_INPUT
        assert "cannot be written (No space left on device)" in result.stderr
    else:
        assert result.exit_code == cli.INTERRUPTED
    assert picture.read_bytes() == b"an older one"
    assert sorted(p.name for p in tide.parent.iterdir()) == ["picture.png", "tide.csv"]
