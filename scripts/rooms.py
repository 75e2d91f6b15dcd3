"""The table of rooms in CONTRIBUTING.md, from the first docstring lines of the modules.

python scripts/rooms.py           writes the table into CONTRIBUTING.md
python scripts/rooms.py --check   exits with 1 where the table there is not up to date
"""

from __future__ import annotations

import argparse
import ast
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "epicycle"
PAGE = ROOT / "CONTRIBUTING.md"
BEGIN = "<!-- rooms: begin (made by `make rooms`; do not edit by hand) -->"
END = "<!-- rooms: end -->"


def first_line(path: Path) -> str:
    """Return the first docstring line of a module, as Markdown."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    line = text.split("\n", 1)[0].strip()
    for role in (":mod:", ":class:", ":func:"):
        line = line.replace(role, "")
    line = line.replace("``", "`").replace("|", "\\|")
    return line.replace("  ", " ")


def order() -> list[str]:
    """Return wings and modules at the top, from the top layer of the contract to the lowest."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = next(c for c in contracts["tool"]["importlinter"]["contracts"] if c["id"] == "wings")
    named = [
        name.strip()
        for layer in layers["layers"]
        for name in layer.replace("|", ":").split(":")
        if (PACKAGE / name.strip()).is_dir() or (PACKAGE / f"{name.strip()}.py").exists()
    ]
    wings = {p.parent.name for p in PACKAGE.glob("*/__init__.py")}
    return named + sorted(wings - set(named))


def table() -> str:
    """Return the table of rooms, wing by wing."""
    rows = ["| room | one responsibility |", "|---|---|"]
    for name in order():
        wing = PACKAGE / name
        if not wing.is_dir():
            rows.append(f"| `{name}.py` | {first_line(PACKAGE / f'{name}.py')} |")
            continue
        rows.append(f"| **`{name}/`** | **{first_line(wing / '__init__.py')}** |")
        rows += [
            f"| `{name}/{path.name}` | {first_line(path)} |"
            for path in sorted(wing.glob("*.py"))
            if path.name != "__init__.py"
        ]
    return "\n".join(rows)


def page(old: str) -> str:
    """Return the page with its table renewed."""
    before, rest = old.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


def main() -> int:
    """Write the table, or check that it is up to date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    old = PAGE.read_text(encoding="utf-8")
    new = page(old)
    if check and new != old:
        print("CONTRIBUTING.md: the table of rooms is out of date; run make rooms", file=sys.stderr)
        return 1
    if not check:
        PAGE.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
