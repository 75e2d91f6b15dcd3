"""Results on their way to a file outlive a kill anywhere, and damage."""

import os
from pathlib import Path

import pytest

from epicycle.files import locks
from epicycle.files.writing import OutputError
from epicycle.many import parts as _parts
from epicycle.many.parts import Parts
from tests.commands import refusal, run


def test_parts_of_another_run_are_not_taken(stars):
    with Parts(Path("p.jsonl"), "other") as parts:
        parts.add([(0, {"id": "b"})])
    message = refusal("find", stars, "--id", "star", "-o", "p.jsonl", "-q")
    assert "holds the parts of another run" in message
    with Parts(Path("p.jsonl"), "other") as parts:
        assert len(parts) == 1


@pytest.mark.parametrize("cut", range(0, 60, 7))
def test_parts_cut_anywhere_are_resumed(tmp_path, cut):
    output = tmp_path / "p.jsonl"
    documents = [(2, {"a": 1}), (0, {"b": [1.5]}), (1, {"c": "\n"})]
    with Parts(output, "f") as parts:
        parts.add(documents)
    raw = parts.path.read_bytes()
    parts.path.write_bytes(raw[: len(raw) - cut])
    with Parts(output, "f") as parts:
        kept = len(parts)
        assert kept == sum(raw[: len(raw) - cut].count(b"\n") > k for k in (1, 2, 3))
        parts.add([p for p in documents if p[0] not in parts])
        assert list(parts.in_order()) == [{"b": [1.5]}, {"c": "\n"}, {"a": 1}]
        parts.remove()
    assert not os.listdir(tmp_path)


def test_garbage_at_the_end_of_the_parts_is_dropped(tmp_path):
    with Parts(tmp_path / "p", "f") as parts:
        parts.add([(0, {"a": 1})])
    whole = parts.path.read_bytes()
    line = _parts._line(1, b'{"a": 2}')
    damaged = line.replace(b"2}", b"3}")
    for garbage in (b"\x00" * 50, b"x\t{}\n", line[:-1], line[:9], damaged, b"1" * 5000 + line):
        parts.path.write_bytes(whole + garbage)
        with Parts(tmp_path / "p", "f") as again:
            assert len(again) == 1
        assert parts.path.read_bytes() == whole
    parts.path.write_bytes(whole + line)
    with Parts(tmp_path / "p", "f") as again:
        assert list(again.in_order()) == [{"a": 1}, {"a": 2}]
    # damage before the end: what follows it is made anew, too
    parts.path.write_bytes(whole.replace(b"1}", b"7}") + line)
    with Parts(tmp_path / "p", "f") as again:
        assert len(again) == 0


def test_parts_where_nothing_may_be_written(tmp_path):
    with pytest.raises(OutputError, match="cannot be written"):
        Parts(tmp_path / "nowhere" / "p.jsonl", "f").__enter__()


@pytest.mark.parametrize(
    "foreign", [b"one line of something else", b"a\nb\n", b'{"schema": "other"}', b"\x00", b"\n"]
)
def test_a_file_of_somebody_else_is_left_as_it_is(stars, foreign):
    kept = Path("p.jsonl.parts")
    kept.write_bytes(foreign)
    message = refusal("find", stars, "--id", "star", "--screen", "-o", "p.jsonl", "-q")
    assert "is no file of epicycle" in message
    assert kept.read_bytes() == foreign


@pytest.mark.parametrize("cut", [0, 1, 30, 60, 111])
def test_a_run_killed_at_its_very_start_is_in_nobodys_way(tmp_path, cut):
    with Parts(tmp_path / "p", "other") as parts:
        header = parts.path.read_bytes()
    parts.path.write_bytes(header[: len(header) - cut])
    with Parts(tmp_path / "p", "f") as parts:
        parts.add([(0, {"a": 1})])
    with Parts(tmp_path / "p", "f") as parts:
        assert len(parts) == 1


def test_a_run_without_results_leaves_nothing(tmp_path):
    with pytest.raises(RuntimeError, match="stopped"), Parts(tmp_path / "p", "f"):
        raise RuntimeError("stopped")
    assert not os.listdir(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX locks")
def test_one_run_at_a_time(stars):
    command = ("find", stars, "--id", "star", "--screen", "-o", "p.jsonl", "-q", "--workers", 1)
    with Parts(Path("p.jsonl"), "other") as parts:
        parts.add([(0, {"a": 1})])
        assert "another run is at work on p.jsonl" in refusal(*command)
        parts.remove()
    assert run(*command).exit_code == 0
    assert not parts.path.exists()


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX locks")
def test_a_file_that_was_taken_away_before_the_lock_is_not_written(tmp_path, monkeypatch):
    first = Parts(tmp_path / "p", "f")
    first.__enter__()
    taken, lock = [], locks._lock

    def end_first(file, of):
        if not taken:  # the other run ends between opening and locking
            taken.append(True)
            first.remove()
        lock(file, of)

    monkeypatch.setattr(locks, "_lock", end_first)
    with Parts(tmp_path / "p", "f") as parts:
        parts.add([(0, {"a": 1})])
    assert taken
    with Parts(tmp_path / "p", "f") as parts:
        assert len(parts) == 1


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX modes")
def test_parts_are_for_those_who_may_read_what_they_become(tmp_path):
    (tmp_path / "p").touch(0o600)
    with Parts(tmp_path / "p", "f") as parts:
        assert parts.path.stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX links")
@pytest.mark.parametrize("kind", ["link", "fifo", "directory"])
def test_parts_take_the_place_of_nothing_but_a_plain_file(tmp_path, kind):
    odd = tmp_path / "p.parts"
    {
        "link": lambda: odd.symlink_to(tmp_path / "victim"),
        "fifo": lambda: os.mkfifo(odd),
        "directory": odd.mkdir,
    }[kind]()
    (tmp_path / "victim").write_text("of somebody")
    with pytest.raises(OutputError):
        Parts(tmp_path / "p", "f").__enter__()
    assert (tmp_path / "victim").read_text() == "of somebody"
