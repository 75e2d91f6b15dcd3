"""Mutation testing of wings: which small errors in the code do the tests of its wing notice?

A place is an operator, a comparison, a number, a condition or the like that Cosmic Ray can change.
A sample of the places of each wing is drawn, with one change for each, drawn among those that
Cosmic Ray offers there.  The tests of the wing then run against a copy of the project with this one
change: first those of the changed module, then all others, up to the first failure.  The score is
the share of changes that the tests notice, and its error is that of a binomial share.

Left out are changes that say nothing about the tests: those of annotations and of ``strict=True``,
those that do not compile, ``is`` in place of ``==``, and bitwise operators in place of arithmetic
ones, which no float survives.  What remains still contains changes that alter no result; a reader
of the survivors tells which.

    make mutants WING="spectra fit" SAMPLE=200 SEED=1
"""

import argparse
import ast
import json
import math
import os
import queue
import random
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path

import parso.python.tree  # noqa: F401  # before cosmic_ray, which imports parts of it in a circle
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

ROOT = Path(__file__).parents[1]
WINGS = ("samples", "spectra", "search", "fit", "evidence", "pursuit")

#: Changes to these say nothing: see above.
BITWISE = ("RShift", "LShift", "BitOr", "BitAnd", "BitXor")
IDENTITY = ("Is", "IsNot")

#: A run of tests that takes so many times as long as without a change hangs, and that is noticed.
PATIENCE = 5.0
LEAST_SECONDS = 60.0

#: pytest's exit codes by which a change is noticed: a test failed, or a module cannot be imported.
NOTICED = (1, 2, 4)


@dataclass(frozen=True)
class Mutant:
    """One change to one module."""

    module: str
    line: int
    operator: str
    occurrence: int
    before: str
    after: str


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
            chosen[name] = get_operator(name)()
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


def places_of(path: Path) -> list[list[tuple[str, int, int]]]:
    """Return the changes that each place of a module allows: operator, occurrence and line."""
    source = path.read_text()
    nodes = list(ast_nodes(get_ast(source)))
    no_code = left_out(source)
    places: dict[tuple, list[tuple[str, int, int]]] = {}
    for name, operator in operators().items():
        found = (p for node in nodes for p in operator.mutation_positions(node))
        for occurrence, (start, end) in enumerate(found):
            if not any(a <= start and end <= b for a, b in no_code):
                places.setdefault((start, end), []).append((name, occurrence, start[0]))
    return list(places.values())


def drawn(wing: str, size: int, seed: int) -> tuple[int, list[Mutant]]:
    """Return the number of places in a wing, and a change for each of a sample of them."""
    places = [
        (path, place)
        for path in sorted((ROOT / "src/epicycle" / wing).glob("*.py"))
        for place in places_of(path)
    ]
    rng = random.Random(f"{wing} {seed}")
    rng.shuffle(places)
    chosen: list[Mutant] = []
    for path, place in places:
        if size and len(chosen) == size:
            break
        name, occurrence, _ = rng.choice(place)
        source = path.read_text()
        changed = mutate_code(source, get_operator(name)(), occurrence)
        try:
            compile(changed, path.name, "exec")
        except SyntaxError:
            continue
        pairs = zip(source.splitlines(), changed.splitlines(), strict=False)
        line, (before, after) = next(
            (k, pair) for k, pair in enumerate(pairs, 1) if pair[0] != pair[1]
        )
        module = str(path.relative_to(ROOT))
        chosen.append(Mutant(module, line, name[5:], occurrence, before.strip(), after.strip()))
    return len(places), chosen


class Copy:
    """A copy of the project in which one module at a time is changed."""

    _clock = count(int(time.time()))  # a time of its own for each change: no stale bytecode

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        listed = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard"],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        for name in listed.stdout.splitlines():
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, folder / name)

    def write(self, module: str, source: str) -> None:
        (self.folder / module).write_text(source)
        now = next(self._clock)
        os.utime(self.folder / module, (now, now))

    def tests(self, wing: str, module: str | None, limit: float | None) -> tuple[int, str]:
        """Run the tests of a wing; return pytest's exit code, -1 if it took too long."""
        first: list[str] = []
        if module is not None:
            own = (self.folder / "tests" / wing).glob(f"test_{Path(module).stem.strip('_')}*.py")
            first = [*map(str, sorted(own)), module]
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join([str(self.folder / "src"), str(self.folder)]),
            "CI": "1",  # the same examples of hypothesis each time
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
        try:
            done = subprocess.run(
                [*command, "-p", "no:xdist", *first, f"tests/{wing}"],
                cwd=self.folder, env=environment, timeout=limit,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return -1, ""
        return done.returncode, done.stdout

    def outcome(self, mutant: Mutant, wing: str, limit: float) -> str:
        """Return what the tests of the wing say of a change."""
        source = (self.folder / mutant.module).read_text()
        operator = get_operator("core/" + mutant.operator)()
        self.write(mutant.module, mutate_code(source, operator, mutant.occurrence))
        try:
            code, _ = self.tests(wing, mutant.module, limit)
        finally:
            self.write(mutant.module, source)
        if code == 0:
            return "survived"
        if code == -1:
            return "timed out"
        if code not in NOTICED:
            return "crashed"
        return "killed"


def measure(wing: str, arguments: argparse.Namespace, earlier: dict) -> dict:
    """Return the score of a wing, with its survivors."""
    n_places, mutants = drawn(wing, arguments.sample, arguments.seed)
    survivors = {
        (m["module"], m["operator"], m["occurrence"]) for m in earlier.get("survivors", [])
    }
    outcomes: dict[Mutant, str] = {}
    if earlier:  # tests have been added: what they noticed, they still do
        for m in mutants:
            if (m.module, m.operator, m.occurrence) not in survivors:
                outcomes[m] = "killed"
    left = [m for m in mutants if m not in outcomes]
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copies: queue.SimpleQueue[Copy] = queue.SimpleQueue()
        for k in range(arguments.workers):
            copies.put(Copy(Path(folder) / str(k)))
        copy = copies.get()
        began = time.perf_counter()
        code, said = copy.tests(wing, None, None)
        if code:
            raise SystemExit(f"the tests of {wing} fail without any change:\n{said}")
        limit = max(LEAST_SECONDS, PATIENCE * arguments.workers * (time.perf_counter() - began))
        copies.put(copy)

        def judge(mutant: Mutant) -> tuple[Mutant, str]:
            own = copies.get()
            try:
                return mutant, own.outcome(mutant, wing, limit)
            finally:
                copies.put(own)

        with ThreadPoolExecutor(arguments.workers) as pool:
            for done, (mutant, outcome) in enumerate(pool.map(judge, left), 1):
                outcomes[mutant] = outcome
                if outcome == "survived":
                    print(f"{mutant.module}:{mutant.line}: {mutant.before} -> {mutant.after}")
                print(f"{wing}: {done} of {len(left)}", end="\r", file=sys.stderr)
    n = len(outcomes)
    survived = [m for m in mutants if outcomes[m] == "survived"]
    score = 1 - len(survived) / n
    return {
        "places": n_places,
        "mutants": n,
        "outcomes": {o: list(outcomes.values()).count(o) for o in sorted(set(outcomes.values()))},
        "score": score,
        "error": math.sqrt(score * (1 - score) / n),
        "survivors": [asdict(m) for m in survived],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--wing", nargs="+", default=WINGS, help="which (default: all six)")
    parser.add_argument("--sample", type=int, default=60, help="places of each wing; 0 for all")
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    parser.add_argument("--workers", type=int, default=1, help="runs of tests side by side")
    parser.add_argument("--output", type=Path, default=ROOT / "mutants.json", help="of the report")
    parser.add_argument(
        "--again",
        type=Path,
        help="a report of the same sample and code: only its survivors meet the tests once more",
    )
    arguments = parser.parse_args()
    earlier = json.loads(arguments.again.read_text()) if arguments.again else None
    report = {"sample": arguments.sample, "seed": arguments.seed, "wings": {}}
    if earlier and any(earlier[k] != report[k] for k in ("sample", "seed")):
        raise SystemExit(f"{arguments.again} is of another sample")
    for wing in arguments.wing:
        result = measure(wing, arguments, earlier["wings"][wing] if earlier else {})
        report["wings"][wing] = result
        temporary = arguments.output.with_suffix(".tmp")
        temporary.write_text(json.dumps(report, indent=1) + "\n")
        temporary.replace(arguments.output)
        noticed, error = 100 * result["score"], 100 * result["error"]
        print(f"{wing}: {noticed:.0f} +- {error:.0f} % of {result['mutants']} mutants noticed")


if __name__ == "__main__":
    main()
