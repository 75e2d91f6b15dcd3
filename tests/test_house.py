"""Rules of the house that no linter holds: how long a module and a function may be, how deep."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "src" / "epicycle"
MODULES = sorted(PACKAGE.rglob("*.py"))

#: Modules longer than 400 lines.  There are none, and none comes.
LONG: set[str] = set()
#: Modules shorter than 40 lines that are no ``__init__``.  This list gets shorter.
SHORT = {"__main__.py", "_version.py", "samples/arrays.py"}

BRANCHES = (ast.If, ast.For, ast.While, ast.With, ast.Try)


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            yield node


def depth(node: ast.AST, outer: int = 0) -> int:
    """Return how deep statements are nested; an ``elif`` is as deep as its ``if``."""
    deepest = outer
    for name, value in ast.iter_fields(node):
        children = value if isinstance(value, list) else [value]
        for child in children:
            if not isinstance(child, ast.AST) or isinstance(child, ast.FunctionDef | ast.ClassDef):
                continue
            is_elif = name == "orelse" and isinstance(child, ast.If) and len(children) == 1
            deepest = max(deepest, depth(child, outer + isinstance(child, BRANCHES) - is_elif))
    return deepest


def test_modules_are_neither_long_nor_short() -> None:
    size = {p.relative_to(PACKAGE).as_posix(): p.read_text().count("\n") for p in MODULES}
    assert {name for name, lines in size.items() if lines > 400} == LONG
    short = {n for n, lines in size.items() if lines < 40 and not n.endswith("__init__.py")}
    assert short == SHORT


def test_tests_and_benchmarks_are_split_by_theme() -> None:
    top = PACKAGE.parent.parent
    files = [p for name in ("tests", "benchmarks", "scripts") for p in (top / name).rglob("*.py")]
    assert len(files) > 100
    assert [p.name for p in files if p.read_text().count("\n") > 400] == []


def test_no_function_is_longer_than_a_screen_and_a_half() -> None:
    for path in MODULES:
        for function in functions(path):
            documented = ast.get_docstring(function) is not None and len(function.body) > 1
            first = function.body[1 if documented else 0].lineno
            assert (function.end_lineno or 0) - first < 80, f"{path}: {function.name}"


def test_nothing_is_nested_deeper_than_four() -> None:
    for path in MODULES:
        for function in functions(path):
            assert depth(function) <= 4, f"{path}: {function.name}"


def test_the_main_path_is_a_screen_long() -> None:
    (main,) = [f for f in functions(PACKAGE / "find.py") if f.name == "find_cycles"]
    assert (main.end_lineno or 0) - main.body[1].lineno < 40


#: Where no function takes more than seven arguments.
SPARE = ("events", "evidence", "pursuit", "search")


def test_no_function_of_the_search_takes_more_than_seven_arguments() -> None:
    for wing in SPARE:
        for path in sorted((PACKAGE / wing).glob("*.py")):
            for function in functions(path):
                given = function.args
                names = [a.arg for a in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
                own = [name for name in names if name != "self"]
                assert len(own) <= 7, f"{path}: {function.name}"


#: Dataclasses that change while they are filled: none of them is a result.
CHANGING = {"Outcome", "Schedule", "Batch", "Told"}


def test_results_are_frozen() -> None:
    changing = set()
    dataclass = re.compile(r"^@dataclass(.*)\n(?:@.*\n)*class (\w+)", re.MULTILINE)
    for path in MODULES:
        found = dataclass.findall(path.read_text())
        changing |= {name for options, name in found if "frozen=True" not in options}
    assert changing == CHANGING


def test_the_wings_stand_in_few_rows() -> None:
    """More rows than one can keep in mind are no order; no import is excused from them."""
    project = tomllib.loads((PACKAGE.parent.parent / "pyproject.toml").read_text())
    contracts = project["tool"]["importlinter"]["contracts"]
    wings = next(c for c in contracts if c["id"] == "wings")
    assert len(wings["layers"]) <= 12
    assert not any(contract.get("ignore_imports") for contract in contracts)
