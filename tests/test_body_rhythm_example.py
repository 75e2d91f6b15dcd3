"""examples/body_rhythm.py runs, finds the three rhythms, and draws them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "body_rhythm.py"


@pytest.mark.slow
def test_the_example(tmp_path: Path) -> None:
    picture = tmp_path / "body.png"
    process = subprocess.run(
        [sys.executable, str(EXAMPLE), "--steps", "500", "--output", str(picture)],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert process.returncode == 0, process.stderr
    rows = {line.split()[0]: line for line in process.stdout.splitlines()[1:]}
    assert list(rows) == ["day", "month", "year"]
    for name, truth in (("day", 1.0), ("month", 29.53), ("year", 365.24)):
        (_, _), (period, error) = re.findall(r"([\d.]+) ± ([\d.]+)", rows[name])
        # errors of one standard deviation, and training in batches adds a little of its own
        assert abs(float(period) - truth) < 4 * float(error), rows[name]
    assert picture.stat().st_size > 10_000
