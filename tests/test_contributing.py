"""What CONTRIBUTING.md promises of the package and of the changelog."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_the_table_of_rooms_is_up_to_date():
    run = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "rooms.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr


def test_the_table_names_every_module():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    package = ROOT / "src" / "epicycle"
    wings = sorted(p.parent for p in package.glob("*/__init__.py"))
    missing = [
        f"{wing.name}/{path.name}"
        for wing in wings
        for path in wing.glob("*.py")
        if path.name != "__init__.py" and f"`{wing.name}/{path.name}`" not in text
    ]
    assert not missing


def test_every_module_says_in_its_first_line_what_it_is_for():
    rows = re.findall(
        r"^\| `([\w/]+\.py)` \| (.*) \|$",
        (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert rows
    # A module's bare name ("Transforms.") tells a reader nothing that the file's name does not.
    empty = [name for name, line in rows if len(line.split()) < 2 and "_version" not in name]
    assert not empty


def test_every_changelog_fragment_has_a_known_kind():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    kinds = {kind["directory"] for kind in settings["tool"]["towncrier"]["type"]}
    assert kinds == {"added", "changed", "accuracy", "fixed", "removed"}
    fragments = [p for p in (ROOT / "changelog.d").iterdir() if not p.name.startswith(".")]
    wrong = [
        p.name
        for p in fragments
        if p.suffix != ".md" or len(p.name.split(".")) != 3 or p.name.split(".")[1] not in kinds
    ]
    assert not wrong
    assert all(p.read_text(encoding="utf-8").strip() for p in fragments)


def test_changes_that_alter_nothing_are_told_with_their_reasons():
    listed = tomllib.loads((ROOT / "tests" / "equivalent_mutants.toml").read_text(encoding="utf-8"))
    for entry in listed["mutant"]:
        assert set(entry) == {"module", "before", "after", "reason"}
        assert (ROOT / entry["module"]).is_file()
        assert entry["after"] != entry["before"]
        assert entry["reason"]
