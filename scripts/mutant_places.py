"""Where Cosmic Ray can change the code of a wing, and a sample of such changes.

A place is an operator, a comparison, a number, a condition or the like.  Left out are changes that
say nothing about tests: those of annotations and of ``strict=True``, those that do not compile,
``is`` in place of ``==``, and bitwise operators in place of arithmetic ones, which no float
survives.
"""

import ast
import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import parso.python.tree  # noqa: F401  # before cosmic_ray, which imports parts of it in a circle
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

#: Changes to these say nothing: see above.
BITWISE = ("RShift", "LShift", "BitOr", "BitAnd", "BitXor")
IDENTITY = ("Is", "IsNot")


@dataclass(frozen=True)
class Mutant:
    """One change to one module: how it is made, and the first line that it changes."""

    module: str
    line: int
    operator: str
    occurrence: int
    before: str
    after: str

    @property
    def name(self) -> tuple[str, str, str]:
        """What stays when lines are added above."""
        return self.module, self.before, self.after

    def changed(self, source: str) -> str:
        return mutate_code(source, get_operator("core/" + self.operator)(), self.occurrence)


@cache
def operators() -> dict:
    """Return the operators of Cosmic Ray that say something about tests."""
    chosen = {}
    for name in operator_names():
        kind, *change = name.removeprefix("core/").split("_")
        if kind == "ReplaceBinaryOperator" and (change[1] in BITWISE) != (change[0] in BITWISE):
            continue
        if kind == "ReplaceComparisonOperator" and (change[1] in IDENTITY) != (
            change[0] in IDENTITY
        ):
            continue
        if not get_operator(name).arguments():
            chosen[name.removeprefix("core/")] = get_operator(name)()
    return chosen


def left_out(source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return where annotations, and the values of ``strict=``, begin and end."""
    found = []
    for node in ast.walk(ast.parse(source)):
        parts = [getattr(node, name, None) for name in ("annotation", "returns")]
        if isinstance(node, ast.keyword) and node.arg == "strict":
            parts.append(node.value)
        for part in filter(None, parts):
            end = (part.end_lineno, part.end_col_offset)
            found.append(((part.lineno, part.col_offset), end))
    return found


def places_of(source: str) -> list[list[tuple[str, int]]]:
    """Return the changes that each place of a module allows: operator and occurrence."""
    nodes = list(ast_nodes(get_ast(source)))
    no_code = left_out(source)
    places: dict[tuple, list[tuple[str, int]]] = {}
    for name, operator in operators().items():
        found = (p for node in nodes for p in operator.mutation_positions(node))
        for occurrence, (start, end) in enumerate(found):
            if not any(a <= start and end <= b for a, b in no_code):
                places.setdefault((start, end), []).append((name, occurrence))
    return list(places.values())


def mutant_of(module: str, source: str, operator: str, occurrence: int) -> Mutant | None:
    """Return a change, or None where the changed module does not compile."""
    changed = mutate_code(source, get_operator("core/" + operator)(), occurrence)
    if changed is None:
        return None
    try:
        compile(changed, module, "exec")
    except SyntaxError:
        return None
    pairs = zip(source.splitlines(), changed.splitlines(), strict=False)
    line, (before, after) = next((k, pair) for k, pair in enumerate(pairs, 1) if pair[0] != pair[1])
    return Mutant(module, line, operator, occurrence, before.strip(), after.strip())


def drawn(root: Path, wing: str, size: int, seed: int) -> tuple[int, list[Mutant]]:
    """Return the number of places in a wing, and a change for each of a sample of them."""
    places = [
        (path, place)
        for path in sorted((root / "src/epicycle" / wing).glob("*.py"))
        for place in places_of(path.read_text())
    ]
    rng = random.Random(f"{wing} {seed}")
    rng.shuffle(places)
    chosen: list[Mutant] = []
    for path, place in places:
        if size and len(chosen) == size:
            break
        module = str(path.relative_to(root))
        mutant = mutant_of(module, path.read_text(), *rng.choice(place))
        if mutant is not None:
            chosen.append(mutant)
    return len(places), chosen


def found_again(mutant: Mutant, source: str) -> Mutant | None:
    """Return a change where it stands in a newer source, None where its line has changed."""
    nodes = list(ast_nodes(get_ast(source)))
    operator = operators()[mutant.operator]
    n = sum(1 for node in nodes for _ in operator.mutation_positions(node))
    for occurrence in sorted(range(n), key=lambda k: abs(k - mutant.occurrence)):
        other = mutant_of(mutant.module, source, mutant.operator, occurrence)
        if other is not None and other.name == mutant.name:
            return other
    return None
