"""Files are written whole or not at all."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from epicycle.cli import commands as cli
from epicycle.files.writing import OutputError, as_csv, check_output, write_text, written_whole
from tests.commands import refusal, run


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
        assert result.exit_code == cli.FAILED
        assert "cannot be written (No space left on device)" in result.stderr
    else:
        assert result.exit_code == cli.INTERRUPTED
    assert picture.read_bytes() == b"an older one"
    assert sorted(p.name for p in tide.parent.iterdir()) == ["picture.png", "tide.csv"]


#: Commands that write, and the option that names what; "IN" is the table, "OUT" the output.
WRITERS = {
    "find --plot": ("find", "IN", "--plot", "OUT"),
    "find --id": ("find", "IN", "--id", "id", "-o", "OUT"),
    "fit": ("fit", "IN", "-o", "OUT"),
    "report": ("report", "IN", "-o", "OUT"),
    "track --maxima": ("track", "IN", "--period", "24", "--maxima", "OUT"),
    "track --plot": ("track", "IN", "--period", "24", "--plot", "OUT"),
    "actigraphy --plot": ("actigraphy", "IN", "--plot", "OUT"),
    "actigraphy --id": ("actigraphy", "IN", "--id", "id", "-o", "OUT"),
    "predict": ("predict", "IN", "--from", "0", "--to", "1", "-o", "OUT"),
    "predict --at": ("predict", "M", "--at", "IN", "-o", "OUT"),
}

ENDING = {"find --plot": "png", "actigraphy --plot": "png", "report": "html", "track --plot": "png"}

posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX files")


def written(command: str, source: Path, output: Path) -> str:
    """Return what a command says that must not write."""
    names = {"IN": source, "OUT": output, "M": source.with_name("model.json")}
    return refusal(*(names.get(word, word) for word in WRITERS[command]))


@pytest.mark.parametrize("command", WRITERS)
@pytest.mark.parametrize("by", ["name", "other name", "hard link"])
def test_no_command_replaces_what_it_reads(tmp_path, command, by):
    source = tmp_path / f"in.{ENDING.get(command, 'csv')}"
    source.write_text("time,v,id\n1,2,a\n")
    output = source
    if by == "other name":
        output = tmp_path / ".." / tmp_path.name / source.name
    elif by == "hard link":
        output = tmp_path / f"linked{source.suffix}"
        os.link(source, output)
    assert "is the file that is read" in written(command, source, output)
    assert source.read_text() == "time,v,id\n1,2,a\n"


def test_a_table_on_standard_input_is_not_replaced(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text("time,v\n1,2\n")
    with open(path) as file:
        result = subprocess.run(
            [sys.executable, "-m", "epicycle", "fit", "-", "-o", path],
            stdin=file,
            capture_output=True,
            text=True,
        )
    assert result.returncode == cli.BAD_INPUT
    assert "is the file that is read" in result.stderr
    assert path.read_text() == "time,v\n1,2\n"


@posix
@pytest.mark.parametrize("command", WRITERS)
@pytest.mark.parametrize("kind", ["link", "dangling", "fifo", "directory", "device"])
def test_no_command_replaces_what_is_no_plain_file(tmp_path, command, kind):
    source = tmp_path / "in.csv"
    source.write_text("time,v,id\n1,2,a\n")
    output = tmp_path / f"out.{ENDING.get(command, 'csv')}"
    victim = tmp_path / "victim"
    if kind == "link":
        victim.write_text("of somebody")
    if kind in ("link", "dangling"):
        output.symlink_to(victim)
    elif kind == "fifo":
        os.mkfifo(output)
    elif kind == "device":
        output.symlink_to("/dev/null")
    else:
        output.mkdir()
    before = output.lstat()
    said = written(command, source, output)
    assert {"directory": "is a directory", "fifo": "a pipe"}.get(kind, "is a link to") in said
    assert os.path.samestat(before, output.lstat())
    assert not victim.exists() or victim.read_text() == "of somebody"


@posix
def test_a_device_is_refused():
    with pytest.raises(OutputError, match="a device"):
        check_output(Path("/dev/null"), "--output")
    with pytest.raises(OutputError, match="a device"):
        write_text("text", Path("/dev/null"), "the report")


@posix
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o604, 0o666])
def test_a_file_that_is_replaced_keeps_its_mode(tmp_path, mode):
    path = tmp_path / "s.json"
    path.write_text("old")
    path.chmod(mode)
    with written_whole(path, "it") as unfinished:
        # nobody else reads it meanwhile
        assert unfinished.stat().st_mode & 0o777 == 0o600
        unfinished.write_text("new")
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == mode


@posix
@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_a_new_file_has_the_mode_of_the_user(tmp_path, umask):
    before = os.umask(umask)
    try:
        write_text("new", tmp_path / "s.json", "it")
    finally:
        os.umask(before)
    assert (tmp_path / "s.json").stat().st_mode & 0o777 == 0o666 & ~umask


def test_unfinished_files_are_made_exclusively_under_names_of_their_own(tmp_path, monkeypatch):
    path, seen = tmp_path / "s.json", set()
    for _ in range(20):
        with written_whole(path, "it") as unfinished:
            seen.add(unfinished.name)
            assert unfinished.parent == path.parent
            unfinished.write_text("x")
    assert len(seen) == 20
    # an attacker who could foresee the name would find it taken, never followed
    monkeypatch.setattr(secrets, "token_hex", lambda _: "known")
    (tmp_path / "victim").write_text("of somebody")
    (tmp_path / ".epicycle-known.json").symlink_to(tmp_path / "victim")
    with pytest.raises(OutputError, match="cannot be written"), written_whole(path, "it"):
        pass
    assert (tmp_path / "victim").read_text() == "of somebody"


@posix
def test_names_as_long_as_a_disk_allows(tmp_path):
    for name in ("n" * 250 + ".json", "n." + "e" * 250, "é" * 120 + ".json"):
        write_text("x", tmp_path / name, "it")
        assert (tmp_path / name).read_text() == "x"


@posix
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write all")
def test_what_may_not_be_written_is_refused_before_the_work(tmp_path):
    path = tmp_path / "s.json"
    path.write_text("kept")
    path.chmod(0o444)
    with pytest.raises(OutputError, match="may not be written"):
        check_output(path, "--output")


def test_nothing_in_a_cell_is_obeyed_by_who_shows_the_file():
    frame = pd.DataFrame({"id": ["a\x1b[2Jb", "\u202egpj.exe", "=1+1", "two\nlines", "ä ½\t"]})
    written = as_csv(frame)
    assert r"a\x1b[2Jb" in written
    assert r"\u202egpj.exe" in written
    assert "'=1+1" in written
    assert not any(ord(c) < 9 or 11 <= ord(c) < 32 or "\u202a" <= c <= "\u202e" for c in written)
    assert '"two\nlines"' in written  # quoted: it is one cell
    assert "ä ½\t" in written
