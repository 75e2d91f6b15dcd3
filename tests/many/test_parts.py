"""Results on their way to a file outlive a kill anywhere, and damage."""

import os
from pathlib import Path

import pytest

from epicycle.files.writing import OutputError
from epicycle.many import parts as _parts
from epicycle.many.parts import Parts
from tests.commands import refusal


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
