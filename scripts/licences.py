"""The licences of all packages that an installation brings, from what each of them declares.

``python scripts/licences.py`` prints a table of the packages that `pyproject.toml` names and of
what they need in turn, as installed here; ``--docs`` writes it into docs/licences.md.
"""

from __future__ import annotations

import re
import sys
import textwrap
from importlib import metadata
from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs" / "licences.md"

#: Extras whose packages are not for users.
OURS = ("dev", "docs", "fuzz", "mutants", "audit")


def needed() -> list[str]:
    """Return the names of packages that users may get, those that others need in turn with them."""
    left = [r for r in metadata.requires("epicycle") or [] if not _for_us(r)]
    names: dict[str, None] = {}
    while left:
        name = re.split(r"[^\w.-]", left.pop(), maxsplit=1)[0].lower().replace("_", "-")
        if name in names or name == "epicycle" or name.startswith(("nvidia", "cuda")):
            continue
        try:
            requires = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue  # for other systems, or not installed here
        names[name] = None
        left += [r for r in requires if "extra ==" not in r]
    return sorted(names)


def _for_us(requirement: str) -> bool:
    return any(f'extra == "{name}"' in requirement.replace("'", '"') for name in OURS)


def licence(name: str) -> str:
    """Return the licence that a package declares, in a few words."""
    about = metadata.metadata(name)
    said = about.get("License-Expression") or ""
    classes = [c for c in about.get_all("Classifier") or [] if c.startswith("License ::")]
    said = said or "; ".join(c.rpartition(":: ")[2] for c in classes)
    first = (about.get("License") or "").strip().splitlines()[:1]
    return textwrap.shorten(said or " ".join(first) or "not declared", 100, placeholder=" ...")


def table() -> str:
    """Return packages and their licences as a table of Markdown."""
    rows = [f"| {name} | {licence(name)} |" for name in needed()]
    return "\n".join(["| package | licence |", "|---|---|", *rows])


if __name__ == "__main__":
    if "--docs" in sys.argv:
        DOCS.write_text(
            "# Licences\n\nepicycle is under the BSD 3-clause licence. What comes with it, or with "
            "one of its extras, as each package\ndeclares it (`python scripts/licences.py --docs` "
            f"writes this page anew):\n\n{table()}\n",
            encoding="utf-8",
        )
    else:
        print(table())
