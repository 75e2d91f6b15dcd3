"""The tests mirror the wings: who knows the module knows where its tests stand, and vice versa."""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PACKAGE = TESTS.parent / "src" / "epicycle"

#: Modules below this number of lines of code may be tested by what uses them.
SMALL = 40

#: Wings of tables, which one file tests as a whole.
TABLES = {"limits": "tests/test_limits.py"}

#: Modules that only the tests of others reach, and why.  This list gets shorter.
BY_OTHERS = {
    "__init__.py": "what the package exports: tests/test_imports.py",
}


def lines_of_code(path: Path) -> int:
    """Return the number of lines that hold more than comments and docstrings."""
    tree = ast.parse(path.read_text())
    lines: set[int] = set()
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(node, ast.stmt) and not (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            # of what has a body, the head only: the rest are statements of their own
            last = body[0].lineno - 1 if body else node.end_lineno
            lines.update(range(node.lineno, max(last or 0, node.lineno) + 1))
    return len(lines)


def modules() -> list[Path]:
    return sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))


def test_files(module: Path) -> list[Path]:
    """Return the files that test a module by their name: its own, or one for each aspect."""
    folder, name = TESTS / module.parent, f"test_{module.stem.strip('_')}"
    return [*folder.glob(f"{name}.py"), *folder.glob(f"{name}_*.py")]


test_files.__test__ = False  # type: ignore[attr-defined]


def is_small(module: Path) -> bool:
    return lines_of_code(PACKAGE / module) < SMALL


@pytest.mark.parametrize("wing", sorted(p.name for p in TESTS.iterdir() if p.is_dir()))
def test_every_file_of_tests_names_a_module(wing: str) -> None:
    if wing.startswith("__"):
        return
    assert (PACKAGE / wing / "__init__.py").exists()
    named = {file for module in modules() for file in test_files(module)}
    strays = sorted(p.name for p in (TESTS / wing).glob("test_*.py") if p not in named)
    assert not strays, f"no module of {wing} has these names"


def test_every_module_has_its_file_of_tests() -> None:
    assert all((TESTS.parent / path).exists() for path in TABLES.values())
    without = {
        module.as_posix()
        for module in modules()
        if module.parts[0] not in TABLES and not (test_files(module) or is_small(module))
    }
    assert without == set(BY_OTHERS)


def test_no_file_of_tests_takes_anything_from_another() -> None:
    for path in TESTS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests"):
                parts = [*(node.module or "").split("."), *(a.name for a in node.names)]
                assert not any(part.startswith("test_") for part in parts), path
