"""Every threshold says what it means, in which unit, where it comes from and what holds it."""

import ast
import dataclasses
import re
from pathlib import Path

import pytest

from epicycle import limits

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "epicycle"
TABLES = sorted((SOURCE / "limits").glob("*.py"))
THEMES = {
    name: theme
    for name, theme in vars(limits).items()
    if dataclasses.is_dataclass(theme) and not isinstance(theme, type)
}
FIELDS = [(name, field) for name, theme in THEMES.items() for field in dataclasses.fields(theme)]


def meanings() -> dict[str, str]:
    """Return the sentence below each field."""
    found = {}
    for node in (n for p in TABLES for n in ast.parse(p.read_text()).body):
        if isinstance(node, ast.ClassDef):
            for one, text in zip(node.body, node.body[1:], strict=False):
                if isinstance(one, ast.AnnAssign) and isinstance(text, ast.Expr):
                    found[f"{node.name}.{one.target.id}"] = text.value.value
    return found


@pytest.mark.parametrize(("theme", "field"), FIELDS, ids=lambda x: getattr(x, "name", x))
def test_each_has_unit_origin_bench_and_meaning(theme: str, field: dataclasses.Field) -> None:
    about = field.metadata
    assert about["unit"]
    assert re.fullmatch(r"chosen|(derived|measured): .+", about["origin"])
    folder, _, section = about["bench"].partition("/")
    runner = ROOT / "benchmarks" / folder / "run.py"
    assert f'"{section}"' in runner.read_text()
    meaning = meanings()[f"{type(THEMES[theme]).__name__}.{field.name}"]
    assert meaning.endswith(".")
    assert meaning[0].isupper() or meaning.startswith("1")


def test_each_decides_something() -> None:
    texts = (p.read_text() for p in SOURCE.rglob("*.py") if p not in TABLES)
    used = {name for text in texts for name in re.findall(r"\b[A-Z_]+\.\w+", text)}
    assert [f"{theme}.{f.name}" for theme, f in FIELDS if f"{theme}.{f.name}" not in used] == []


def test_none_can_be_set_by_accident() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        limits.CYCLES.minimum = 1.0  # type: ignore[misc]


def test_the_page_has_every_threshold_as_it_is() -> None:
    page = (ROOT / "docs" / "thresholds.md").read_text()
    for theme, field in FIELDS:
        value, unit = field.default, field.metadata["unit"]
        assert f"| `{field.name}` | {value} {unit} |" in page, f"{theme}.{field.name}"
