"""docs/thresholds.md, from ``epicycle.limits`` and what was measured of it last."""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import common
from sensitivity.run import in_words, thresholds

PAGE = common.ROOT / "docs" / "thresholds.md"

HEAD = """# Thresholds

Every number that decides something for the user stands in `epicycle/limits.py`. T is the baseline.
"Origin" is derived, measured, or chosen where nothing better is known; the benchmark measures its
subject. The last columns say what `benchmarks/sensitivity/run.py` saw when the number was halved
and doubled: figures whose mean moved by more than two standard errors over the same cases, and in
how many cases anything changed at all.{measured} This page is made by
`python benchmarks/sensitivity/page.py`.
"""


def meanings() -> dict[str, str]:
    """Return the sentence below each field, by class and field."""
    found: dict[str, str] = {}
    source = common.ROOT / "src" / "epicycle" / "limits.py"
    for node in ast.parse(source.read_text()).body:
        if isinstance(node, ast.ClassDef):
            for one, text in zip(node.body, node.body[1:], strict=False):
                if isinstance(one, ast.AnnAssign) and isinstance(text, ast.Expr):
                    found[f"{node.name}.{one.target.id}"] = text.value.value  # type: ignore[union-attr,attr-defined]
    return found


def page(result: dict[str, Any] | None, measured: str) -> str:
    """Return the page; `result` is what the section of the benchmark holds, if there is any."""
    from epicycle import limits

    rows = {} if result is None else result["thresholds"]
    lines, meaning, last = [HEAD.format(measured=measured)], meanings(), ""
    for theme, field, value in thresholds(""):
        cls = type(getattr(limits, theme))
        if theme != last:
            lines += ["", f"## {theme}: {cls.__doc__}", ""]
            lines += ["| name | value | meaning | origin, benchmark | halved | doubled |"]
            lines += ["|---|---|---|---|---|---|"]
            last = theme
        row = rows.get(f"{theme}.{field.name}")
        moved = [in_words(row, how) if row else "not measured" for how in ("halved", "doubled")]
        cells = [
            f"`{field.name}`",
            f"{value} {field.metadata['unit']}",
            meaning[f"{cls.__name__}.{field.name}"],
            f"{field.metadata['origin']}; {field.metadata['bench'].replace('/', ': ')}",
            *moved,
        ]
        lines.append("| " + " | ".join(str(c).replace("|", "/") for c in cells) + " |")
    return "\n".join(lines) + "\n"


def main() -> None:
    for name in ("sensitivity.json", "sensitivity-quick.json"):
        path = common.RESULTS / name
        if path.exists():
            section = json.loads(path.read_text())["sections"]["thresholds"]
            about = section["provenance"]
            few = (
                ", with two cases of most probes (--quick): too few to tell a figure that moved "
                "from chance, or that a threshold decides nothing"
            )
            measured = f" Measured {about['date'][:10]}, seed {about['seed']}"
            measured += f"{few if 'quick' in name else ''}."
            PAGE.write_text(page(section.get("result"), measured))
            return
    PAGE.write_text(page(None, " It has not been run yet."))


if __name__ == "__main__":
    main()
