"""docs/thresholds.md, from ``epicycle.limits`` and what was measured of it last."""

from __future__ import annotations

import ast
import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import common
from sensitivity.order import themes
from sensitivity.run import in_words, verdict

PAGE = common.ROOT / "docs" / "thresholds.md"

HEAD = """# Thresholds

Every number that decides something for the user stands in `epicycle/limits/`. T is the baseline.
"Origin" is derived, measured, or chosen where nothing better is known; the benchmark measures its
subject. The last columns say what `benchmarks/sensitivity/run.py` saw when the number was halved
and doubled: figures whose mean moved by more than their scatter over the same cases explains
(Student's t, 5 % for each figure alone), and in how many cases anything changed at all. Of shares
and probabilities above a half, the distance from 1 is halved or doubled. "No probe reads it" means
that nothing is known. Where the full run has not been yet, an older one with few cases is shown,
as such: only large effects show.{measured}

This page is made by `python benchmarks/sensitivity/run.py --docs`.
"""


def meanings() -> dict[str, str]:
    """Return the sentence below each field, by class and field."""
    found: dict[str, str] = {}
    tables = sorted((common.ROOT / "src" / "epicycle" / "limits").glob("*.py"))
    for node in (n for path in tables for n in ast.parse(path.read_text()).body):
        if isinstance(node, ast.ClassDef):
            for one, text in zip(node.body, node.body[1:], strict=False):
                if isinstance(one, ast.AnnAssign) and isinstance(text, ast.Expr):
                    found[f"{node.name}.{one.target.id}"] = text.value.value  # type: ignore[union-attr,attr-defined]
    return found


def page(sections: dict[str, Any], measured: str) -> str:
    """Return the page; `sections` is what the benchmark holds, by theme."""
    rows = rows_of(sections)
    lines, meaning = [HEAD.format(measured=measured)], meanings()
    if rows:
        lines += summary(rows)
    few = few_cases()
    for name, theme in themes().items():
        cls = type(theme)
        lines += ["", f"## {name}: {cls.__doc__}", ""]
        lines += ["| name | value | meaning | origin, benchmark | halved | doubled |"]
        lines += ["|---|---|---|---|---|---|"]
        for field in dataclasses.fields(theme):
            row, value = rows.get(f"{name}.{field.name}"), getattr(theme, field.name)
            if not is_current(row, value) or verdict(row) == "open":
                row = few.get(f"{name}.{field.name}")
            if not is_current(row, value):
                row = None  # measured around another value, or not at all
            told = [in_words(row, how) if row else "not measured" for how in ("halved", "doubled")]
            mark = " (older, few cases)" if row and row.get("few") else ""
            moved = [text if text in ("-", "not measured") else text + mark for text in told]
            cells = [
                f"`{field.name}`",
                f"{value} {field.metadata['unit']}",
                " ".join(meaning[f"{cls.__name__}.{field.name}"].split()),
                f"{field.metadata['origin']}; {field.metadata['bench'].replace('/', ': ')}",
                *moved,
            ]
            lines.append("| " + " | ".join(str(c).replace("|", "/") for c in cells) + " |")
    return "\n".join(lines) + "\n"


def rows_of(sections: dict[str, Any]) -> dict[str, Any]:
    """Return what the benchmark holds of each threshold; values as they were then."""
    return {
        f"{name}.{field}": row
        for name, section in sections.items()
        for field, row in section.get("result", {}).get("thresholds", {}).items()
    }


def is_current(row: dict[str, Any] | None, value: Any) -> bool:
    """Return whether a threshold was measured around its value of now."""
    return row is not None and json.loads(json.dumps(row["value"])) == json.loads(json.dumps(value))


def few_cases() -> dict[str, Any]:
    """Return what an older run with few cases saw, for what the full one has not reached."""
    path = common.RESULTS / "sensitivity-few.json"
    rows = rows_of(json.loads(path.read_text())["sections"]) if path.exists() else {}
    # (of an older layout: one section for all themes)
    rows = {name.removeprefix("thresholds."): row for name, row in rows.items()}
    return {name: {"probes": ["?"], **row, "few": True} for name, row in rows.items()}


def summary(rows: dict[str, Any]) -> list[str]:
    """Return one line for each kind of outcome, with the thresholds of that kind."""
    said = {
        "moves": "move a figure",
        "changes": "change cases, and no figure clearly",
        "quiet": "are read and changed no case here, which does not show that they decide nothing",
        "unread": "are read by no probe",
        "open": "are not measured yet",
    }
    result = []
    for kind, text in said.items():
        names = [f"`{name}`" for name, row in rows.items() if verdict(row) == kind]
        result.append(f"- {len(names)} {text}: {', '.join(names) or 'none'}.")
    return result


def write() -> None:
    """Write the page from the last full run, or else from the last quick one."""
    for name in ("sensitivity.json", "sensitivity-quick.json"):
        path = common.RESULTS / name
        if path.exists():
            sections = json.loads(path.read_text())["sections"]
            about = [section["provenance"] for section in sections.values()]
            dates = ", ".join(sorted({one["date"][:10] for one in about}))
            seeds = ", ".join(sorted({str(one["seed"]) for one in about}))
            few = "with few cases (`--quick`), so that only large effects show"
            cases = few if "quick" in name else "with all cases"
            measured = f" Measured {dates}, seed {seeds},\n{cases}."
            for note in sorted({one.get("note", "") for one in about} - {""}):
                those = [n for n, s in sections.items() if s["provenance"].get("note") == note]
                measured += f"\n\n{', '.join(those)}: {note}"
            PAGE.write_text(page(sections, measured))
            return
    PAGE.write_text(page({}, " It has not been run yet."))


if __name__ == "__main__":
    write()
