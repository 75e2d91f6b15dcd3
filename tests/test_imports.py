"""The core stays light: heavy packages are imported by those who ask for them, not before.

The import contracts say the same of the source text; here it is observed in a fresh interpreter,
third parties included.
"""

import json
import subprocess
import sys

import pytest

import epicycle

HEAVY = ("torch", "sklearn", "dask", "matplotlib", "numba")

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
        timeout=600,
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


def modules_loaded_by(statement: str, begins: tuple[str, ...]) -> list[str]:
    """Run `statement` in a fresh interpreter; return the modules it imported that begin so."""
    report = f"import sys; print(*[n for n in sys.modules if n.startswith({begins})])"
    process = subprocess.run(
        [sys.executable, "-c", f"{statement}\n{report}"],
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
    )
    return process.stdout.split()


def test_the_package_alone_loads_nothing_before_it_is_asked() -> None:
    begins = ("numpy", "scipy", "epicycle.")
    assert modules_loaded_by("import epicycle; dir(epicycle)", begins) == ["epicycle._version"]
    assert "epicycle.find" in modules_loaded_by("import epicycle; epicycle.find_cycles", begins)


def test_every_public_name_is_there_and_no_other() -> None:
    for name in epicycle.__all__:
        assert getattr(epicycle, name) is not None
    assert set(epicycle.__all__) <= set(dir(epicycle))
    assert set(epicycle._HOMES) == set(epicycle.__all__) - {"__version__"}
    with pytest.raises(AttributeError, match="has no attribute 'find_cycle'"):
        epicycle.find_cycle  # noqa: B018


def test_a_screening_loads_neither_the_full_search_nor_an_optimizer() -> None:
    """Each of its processes imports what it needs, no more."""
    unneeded = ("epicycle.find", "epicycle.pursuit", "scipy.optimize", "scipy.stats")
    assert modules_loaded_by("import epicycle.many.screenings", unneeded) == []
    assert modules_loaded_by("import epicycle.many.searches", unneeded) != []
