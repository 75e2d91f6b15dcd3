"""A folder of work is for one run at a time, and never somebody else's."""

import os

import pytest

from epicycle.files.writing import OutputError
from epicycle.many.folders import WorkFolder


def test_work_is_kept_for_the_same_run_alone(tmp_path):
    path = tmp_path / "w"
    with WorkFolder(path, "f", "out") as folder:
        (folder.part("rows") / "x").touch()
        folder.note("buckets", "3")
    with WorkFolder(path, "f", "out") as folder:
        assert (folder.part("rows") / "x").exists()
        assert (path / "buckets").read_text() == "3"
    with pytest.raises(OutputError, match="the work of another run"):
        WorkFolder(path, "g", "out").__enter__()
    with WorkFolder(path, "f", "out") as folder:
        folder.remove()
    assert not path.exists()


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX locks")
def test_one_run_at_a_time(tmp_path):
    path = tmp_path / "w"
    with WorkFolder(path, "f", "out"), pytest.raises(OutputError, match="another run is at work"):
        WorkFolder(path, "f", "out").__enter__()
    with WorkFolder(path, "f", "out"):
        pass


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX links")
@pytest.mark.parametrize("kind", ["file", "link", "filled", "named"])
def test_what_is_somebody_elses_is_left_as_it_is(tmp_path, kind):
    path, other = tmp_path / "w", tmp_path / "other"
    other.mkdir()
    if kind == "file":
        path.write_text("of somebody")
    elif kind == "link":
        path.symlink_to(other)
    else:
        path.mkdir()
        (path / "kept").write_text("of somebody")
    if kind == "named":
        (path / "lock").touch()
        (path / "about.json").write_text("{}")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(OutputError, match="is not of epicycle"):
        WorkFolder(path, "f", "out").__enter__()
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("left", [(), ("lock",), ("lock", ".epicycle-1234.json")])
def test_a_run_killed_at_its_very_start_is_in_nobodys_way(tmp_path, left):
    (tmp_path / "w").mkdir()
    for name in left:
        (tmp_path / "w" / name).touch()
    with WorkFolder(tmp_path / "w", "f", "out"):
        pass


def test_a_folder_where_nothing_may_be_written(tmp_path):
    with pytest.raises(OutputError, match="cannot be written"):
        WorkFolder(tmp_path / "nowhere" / "w", "f", "out").__enter__()
