"""The core stays light: heavy packages are imported by those who ask for them, not before.

The import contracts say the same of the source text; here it is observed in a fresh interpreter,
third parties included.
"""

import json
import subprocess
import sys

import pytest

HEAVY = ("torch", "sklearn", "dask", "matplotlib")

REPORT = """
import json, sys
loaded = {name.partition(".")[0] for name in sys.modules}
print(json.dumps(sorted(loaded.intersection(json.loads(sys.argv[1])))))
"""


def heavy_packages_loaded_by(statement: str) -> list[str]:
    """Run `statement` in a fresh interpreter and return the heavy packages it has imported."""
    process = subprocess.run(
        [sys.executable, "-c", statement + "\n" + REPORT, json.dumps(HEAVY)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout)


@pytest.mark.parametrize(
    "statement",
    ["import epicycle, epicycle.find", "import epicycle.cli"],
)
def test_import_loads_no_heavy_package(statement: str) -> None:
    assert heavy_packages_loaded_by(statement) == []


def test_the_observation_sees_a_heavy_package() -> None:
    assert heavy_packages_loaded_by("import matplotlib.ticker") == ["matplotlib"]
