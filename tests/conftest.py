"""Settings for every test: reproducible where it matters, and never about speed."""

import os

import pytest
from hypothesis import HealthCheck, settings

# Everything is tested by the path that is always there.  Compiled loops are tested beside it,
# interpreted: to compile them takes longer than most tests.
os.environ["EPICYCLE_NO_NUMBA"] = "1"

# One profile for a desk, where new examples are welcome, and one for CI, where a failure must
# come back on the next run.  Machines differ too much in speed for a deadline.
settings.register_profile(
    "desk", max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("ci", settings.get_profile("desk"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    """Let no setting of the machine decide about colours and widths."""
    for variable in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")


@pytest.fixture
def tide(tmp_path, monkeypatch):
    """Write a table with a tide into an empty folder, in which the test runs."""
    from tests.commands import TIDE

    monkeypatch.chdir(tmp_path)
    path = tmp_path / "tide.csv"
    path.write_text(TIDE)
    return path


@pytest.fixture
def stars(tmp_path, monkeypatch):
    """Write a table of several stars into an empty folder, in which the test runs."""
    from tests.many.stars import write_stars

    monkeypatch.chdir(tmp_path)
    return write_stars(tmp_path / "stars.csv")
