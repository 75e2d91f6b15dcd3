"""The command that writes a report."""

import hashlib
import json
from pathlib import Path

from tests.commands import NOISE, TIDE, refusal, run
from tests.report.models import Reader

# ---- The command ---------------------------------------------------------------------------


def test_the_command_writes_the_page(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("tide.csv").write_text(TIDE)
    result = run("report", "tide.csv", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["schema"] == "epicycle.cycles/1"
    assert result.stderr.splitlines()[-1] == "epicycle: wrote tide.html"
    reader = Reader(Path("tide.html").read_text())
    assert reader.said("h1") == "tide.csv"
    told = reader.said("dd")
    assert "time_h, level" in told
    assert hashlib.sha256(TIDE.encode()).hexdigest() in told


def test_nothing_significant_is_exit_code_1_and_a_page(tmp_path):
    path = tmp_path / "noise.csv"
    path.write_text(NOISE)
    assert run("report", path, "-o", tmp_path / "n.html", "-q").exit_code == 1
    assert "No significant cycle" in (tmp_path / "n.html").read_text()


def test_the_command_refuses_early(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("tide.csv").write_text(TIDE)
    assert "expected one of .html" in refusal("report", "tide.csv", "-o", "r.pdf")
    assert "there is no directory" in refusal("report", "tide.csv", "-o", "no/r.html")
    monkeypatch.setattr("epicycle.files.writing.find_spec", lambda _: None)
    assert "pip install 'epicycle[plot]'" in refusal("report", "tide.csv")
