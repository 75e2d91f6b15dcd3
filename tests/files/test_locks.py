"""One run at a time has a file, and a link is not followed."""

import errno
import os

import pytest

from epicycle.files.locks import opened_alone
from epicycle.files.writing import OutputError

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs POSIX locks")


def test_one_run_at_a_time_has_a_file(tmp_path):
    path = tmp_path / "lock"
    with opened_alone(path, "out.csv", 0o600) as file:
        file.write(b"kept")
        file.flush()
        with pytest.raises(OutputError, match=r"another run is at work on out\.csv\. .*--output"):
            opened_alone(path, "out.csv")
    assert path.stat().st_mode & 0o777 == 0o600
    with opened_alone(path, "out.csv") as file:
        file.seek(0)
        assert file.read() == b"kept"


def test_a_lock_follows_no_link(tmp_path):
    (tmp_path / "victim").write_text("of somebody")
    (tmp_path / "lock").symlink_to(tmp_path / "victim")
    with pytest.raises(OSError, match=os.strerror(errno.ELOOP)):
        opened_alone(tmp_path / "lock", "out.csv")
