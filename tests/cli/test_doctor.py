"""``epicycle doctor``: what it sees, and that it sees what is wrong."""

import json

import numpy as np
import pytest

from epicycle import __version__
from epicycle.cli import doctor
from tests.commands import run


def test_a_healthy_installation():
    result = run("doctor")
    assert result.exit_code == 0
    assert result.stderr == ""
    lines = result.stdout.splitlines()
    assert lines[0].startswith(f"epicycle {__version__}, Python 3.")
    assert lines[-1] == "all is well"


def test_json_says_the_same():
    document = json.loads(run("doctor", "--json").stdout)
    assert document["schema"] == "epicycle.doctor/1"
    assert document["well"] is True
    assert document["packages"]["numpy"] == np.__version__
    assert document["processors"] >= 1
    # FINUFFT keeps its tolerance to within a digit
    assert 0 < document["self_test"]["largest_error"] < 1e-8


def test_a_missing_extra_is_told_with_its_remedy(monkeypatch):
    monkeypatch.setattr(doctor, "find_spec", lambda name: None)
    result = run("doctor")
    assert result.exit_code == 0
    assert "torch not installed: pip install 'epicycle[torch]'" in result.stdout


def test_wrong_sums_are_noticed(monkeypatch):
    right = doctor.TrigSums.band
    monkeypatch.setattr(
        doctor.TrigSums, "band", lambda self, c, start: right(self, c, start) * (1 + 1e-5)
    )
    result = run("doctor")
    assert result.exit_code == doctor.UNWELL
    assert "DIFFERS FROM direct sums" in result.stdout
    assert "reinstall finufft" in result.stdout


@pytest.mark.parametrize("package", ["finufft", "pandas"])
def test_a_missing_package_is_noticed(monkeypatch, package):
    known = doctor._version
    monkeypatch.setattr(doctor, "_version", lambda n: None if n == package else known(n))
    result = run("doctor")
    assert result.exit_code == doctor.UNWELL
    assert f"to do:     pip install {package}" in result.stdout


@pytest.mark.parametrize(("error", "code", "said"), [(1e-7, 0, "agree with"), (1.0, 3, "DIFFER")])
def test_compiled_loops_are_made_ready_and_compared(monkeypatch, error, code, said):
    monkeypatch.setattr(doctor, "is_there", lambda: True)
    monkeypatch.setattr(doctor, "largest_difference", lambda: error)
    monkeypatch.setattr(doctor, "cache_folder", lambda: None)
    result = run("doctor")
    assert result.exit_code == (doctor.UNWELL if code else 0)
    assert f"they {said}" in result.stdout
    assert "no cache to write" in result.stdout


def test_without_numba_nothing_is_said_of_loops():
    assert "loops:" not in run("doctor").stdout
