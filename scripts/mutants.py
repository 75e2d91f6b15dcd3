"""Mutation testing of wings: which small errors in the code do the tests of its wing notice?

A sample of the places of each wing is drawn, with one change for each (see `mutant_places`).  The
tests of the wing then run against a copy of the project with this one change, up to the first
failure: those that execute the changed statement, as a run without a change has shown, first those
of the changed module, and the quick before the slow.  The score is the share of changes that are
noticed, among those that alter anything: survivors that a reader has shown to alter no result
stand, with the reason, in ``tests/equivalent_mutants.toml``.  Its error is a binomial share's.

    make mutants WING="spectra fit" SAMPLE=200 SEED=1
    make mutants WING="spectra fit" SAMPLE=200 SEED=1 MUTANTS_ARGS=--again

Slow tests are left out where a change meets more than ``--seconds`` of them, and ``--mirror
--slow 2`` takes the quick tests of the changed module only: a survivor may fall to others, so that
the score is a lower limit.  Tests that fail without any change are left out.  The report,
``mutants.json``, is written after each change: ``--resume`` goes on with a run that was cut off,
and ``--again`` shows the survivors to tests that have been added.
"""

import argparse
import ast
import json
import math
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from itertools import count
from pathlib import Path

from mutant_places import Mutant, drawn, found_again

ROOT = Path(__file__).parents[1]
WINGS = ("samples", "spectra", "search", "fit", "evidence", "pursuit")
EQUIVALENT = ROOT / "tests" / "equivalent_mutants.toml"

#: A run of tests that takes so many times its CPU time without a change hangs: it is noticed.
PATIENCE = 5.0
LEAST_SECONDS = 30.0
#: What ends a run that hangs: too much CPU time, or none at all for long.
HANGS = (-signal.SIGXCPU, -signal.SIGALRM)

#: Of pytest.  Libraries are loaded before it can rewrite what they assert.
OPTIONS = (
    *("-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "mutant_reach"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),
)

#: pytest's exit codes by which a change is noticed: a test failed, or a module cannot be imported.
NOTICED = (1, 2, 4)


class Reached:
    """Which tests execute which statements of a wing, and how long each of them takes."""

    def __init__(self, report: dict) -> None:
        self.seconds: dict[str, float] = report["seconds"]
        self.lines: dict[str, dict[str, list[str]]] = report["lines"]
        self.start: float = report["start"]

    def tests(self, mutant: Mutant, source: str, seconds: float) -> list[str]:
        """Return the tests that can notice a change, those first that are likely to.

        They take at most so many seconds without the change, but for the first of them.
        """
        module = Path(mutant.module)
        by_line = {int(k): v for k, v in self.lines.get(module.name, {}).items()}
        found: set[str] = set()
        for lines in around(source, mutant.line):
            found = {test for k in lines for test in by_line.get(k, ())}
            if found or by_line.keys().isdisjoint(lines):
                break
        own = mirrors(module)

        def place(test: str) -> tuple[bool, float]:
            return test.partition("::")[0] not in own, self.seconds[test]

        reaching = [t for t in self.seconds if {t, t.partition("::")[0]} & found]
        chosen: list[str] = []
        for test in sorted(reaching, key=place):
            seconds -= self.seconds[test]
            if chosen and seconds < 0:
                break
            chosen.append(test)
        return chosen


def mirrors(module: Path) -> list[str]:
    """Return the files that test a module: its own tests, and the module for its examples."""
    found = (ROOT / "tests" / module.parent.name).glob(f"test_{module.stem.strip('_')}*.py")
    others = {path.stem for path in (ROOT / module).parent.glob("*.py")} - {module.stem}
    own = [
        str(path.relative_to(ROOT))
        for path in sorted(found)
        if path.stem.removeprefix("test_") not in others
    ]
    return [*own, str(module)]


def around(source: str, line: int) -> Iterator[range]:
    """Yield the lines of the statement at a line, then those of all that it stands in."""
    tree = ast.parse(source)
    inner = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or 0)
    ]
    if inner:
        statement = inner[-1]  # ast.walk goes from the outside to the inside
        body = getattr(statement, "body", None)
        last = body[0].lineno - 1 if body else statement.end_lineno
        yield range(statement.lineno, max(last or 0, line) + 1)
    # executed at import only: constants and defaults serve all that stands beside them
    for node in inner[::-1]:
        yield range(node.lineno, (node.end_lineno or 0) + 1)
    yield range(1, len(source.splitlines()) + 1)


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
        paths = [folder / "src", folder, folder / "scripts"]
        paths += filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
        self.said = folder / "said.txt"
        self.server = subprocess.Popen(
            [sys.executable, "-m", "mutant_reach"],
            cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=os.environ | {
                "PYTHONPATH": os.pathsep.join(map(str, paths)),
                "CI": "1",  # the same examples of hypothesis each time
                "OMP_NUM_THREADS": "1",
                "OPENBLAS_NUM_THREADS": "1",
            },
        )  # fmt: skip

    def close(self) -> None:
        self.server.communicate()

    def write(self, module: str, source: str) -> None:
        (self.folder / module).write_text(source)
        now = next(self._clock)
        os.utime(self.folder / module, (now, now))

    def run(self, tests: list[str], seconds: float = 0.0, **environment: str) -> int:
        """Run tests; return pytest's exit code, or minus the signal that ended it."""
        request = {
            "arguments": [*OPTIONS, *tests],
            "environment": environment,
            "seconds": seconds,
            "said": str(self.said),
        }
        print(json.dumps(request), file=self.server.stdin, flush=True)
        return int(self.server.stdout.readline())

    def reached(self, wing: str, tests: list[str], slow: float) -> Reached:
        """Run tests without any change; return what they reach of a wing."""
        folder, output = self.folder / "src/epicycle" / wing, self.folder / "reached.json"
        output.unlink(missing_ok=True)
        reach = os.pathsep.join(map(str, (folder, output, slow)))
        code = self.run(["--maxfail=1000", *tests], REACH_OF_WING=reach)
        if code not in (0, 1) or not output.exists():
            raise SystemExit(f"pytest cannot run:\n{self.said.read_text()}")
        if code:
            print(f"left out: fails or is slow without any change, of {' '.join(tests)}")
        return Reached(json.loads(output.read_text()))

    def outcome(self, mutant: Mutant, reached: Reached, seconds: float) -> str:
        """Return what the tests of the wing say of a change."""
        source = (self.folder / mutant.module).read_text()
        tests = reached.tests(mutant, source, seconds)
        if not tests:
            return "survived"
        usual = reached.start + sum(reached.seconds[test] for test in tests)
        self.write(mutant.module, mutant.changed(source))
        try:
            code = self.run(tests, max(LEAST_SECONDS, PATIENCE * usual))
        finally:
            self.write(mutant.module, source)
        if code in HANGS:
            return "timed out"
        if code not in (0, *NOTICED) and code > 0:
            raise SystemExit(f"pytest cannot run:\n{self.said.read_text()}")
        return "survived" if code == 0 else "killed" if code > 0 else "crashed"


class Report:
    """The outcomes of a wing's mutants, and its score."""

    def __init__(self, places: int, outcomes: dict[Mutant, str]) -> None:
        self.places, self.outcomes = places, outcomes
        listed = tomllib.loads(EQUIVALENT.read_text())["mutant"]
        self.reasons = {(m["module"], m["before"], m["after"]): m["reason"] for m in listed}

    @classmethod
    def read(cls, wing: dict) -> "Report":
        """Return the report of an earlier run, its changes where they stand today."""
        outcomes = {}
        for entry in wing["mutants"]:
            outcome = entry.pop("outcome")
            entry.pop("reason", None)
            old = Mutant(**entry)
            new = found_again(old, (ROOT / old.module).read_text())
            outcomes[new or old] = outcome if new else "gone"
        return cls(wing["places"], outcomes)

    def open(self, again: bool) -> list[Mutant]:
        """Return the mutants that the tests have to meet."""
        return [
            mutant
            for mutant, outcome in self.outcomes.items()
            if not outcome or (again and outcome == "survived" and mutant.name not in self.reasons)
        ]

    def data(self) -> dict:
        """Return all of it, for a document."""
        mutants, tally = [], dict.fromkeys(("killed", "survived", "equivalent"), 0)
        for mutant, outcome in self.outcomes.items():
            entry = asdict(mutant) | {"outcome": outcome}
            if outcome == "survived" and mutant.name in self.reasons:
                entry["reason"] = self.reasons[mutant.name]
                outcome = "equivalent"
            tally[outcome] = tally.get(outcome, 0) + 1
            mutants.append(entry)
        judged = len(mutants) - tally["equivalent"] - tally.get("gone", 0) - tally.get("", 0)
        score = 1 - tally["survived"] / max(judged, 1)
        error = math.sqrt(score * (1 - score) / max(judged, 1))
        tally = {k: n for k, n in tally.items() if k}
        return {
            "places": self.places, "tally": tally, "score": score, "error": error,
            "mutants": mutants,
        }  # fmt: skip


def measure(wing: str, arguments: argparse.Namespace, earlier: dict | None) -> Iterator[dict]:
    """Yield the report of a wing as it grows."""
    if earlier is not None:
        report = Report.read(earlier)
    else:
        places, mutants = drawn(ROOT, wing, arguments.sample, arguments.seed)
        report = Report(places, dict.fromkeys(mutants, ""))
    left = report.open(arguments.again)
    yield report.data()
    if not left:
        return
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copies: queue.SimpleQueue[Copy] = queue.SimpleQueue()
        for k in range(arguments.workers):
            copies.put(Copy(Path(folder) / str(k)))
        known: dict[str, Reached] = {}

        def reached(module: str) -> Reached:
            tests = [f"tests/{wing}", f"src/epicycle/{wing}"]
            if arguments.mirror:
                tests = mirrors(Path(module))
            key = " ".join(tests)
            if key not in known:
                copy = copies.get()
                known[key] = copy.reached(wing, tests, arguments.slow)
                copies.put(copy)
            return known[key]

        def judge(mutant: Mutant) -> tuple[Mutant, str]:
            found = reached(mutant.module)
            own = copies.get()
            try:
                return mutant, own.outcome(mutant, found, arguments.seconds)
            finally:
                copies.put(own)

        with ThreadPoolExecutor(arguments.workers) as pool:
            for done, (mutant, outcome) in enumerate(pool.map(judge, left), 1):
                report.outcomes[mutant] = outcome
                if outcome == "survived" and mutant.name not in report.reasons:
                    print(f"{mutant.module}:{mutant.line}: {mutant.before} -> {mutant.after}")
                print(f"{wing}: {done} of {len(left)}", end="\r", file=sys.stderr)
                yield report.data()
        while not copies.empty():
            copies.get().close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--wing", nargs="+", default=WINGS, help="which (default: all six)")
    parser.add_argument("--sample", type=int, default=60, help="places of each wing; 0 for all")
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    parser.add_argument("--workers", type=int, default=1, help="runs of tests side by side")
    parser.add_argument(
        "--seconds", type=float, default=60.0, help="of CPU time, of the tests that a change meets"
    )
    parser.add_argument(
        "--slow", type=float, default=0.0, help="leave out tests that take more CPU time (0: none)"
    )
    parser.add_argument(
        "--mirror", action="store_true", help="only the tests of the changed module, none beside"
    )
    parser.add_argument("--output", type=Path, default=ROOT / "mutants.json", help="the report")
    parser.add_argument("--resume", action="store_true", help="go on with the report")
    parser.add_argument(
        "--again", action="store_true", help="go on, and show its survivors to the tests once more"
    )
    arguments = parser.parse_args()
    report: dict = {"sample": arguments.sample, "seed": arguments.seed, "wings": {}}
    if arguments.resume or arguments.again:
        earlier = json.loads(arguments.output.read_text())
        if any(earlier[k] != report[k] for k in ("sample", "seed")):
            raise SystemExit(f"{arguments.output} is of another sample")
        report = earlier
    for entry in tomllib.loads(EQUIVALENT.read_text())["mutant"]:
        lines = (ROOT / entry["module"]).read_text().splitlines()
        if entry["before"] not in map(str.strip, lines):
            print(f"{EQUIVALENT.name}: {entry['module']} has no such line: {entry['before']}")
    for wing in arguments.wing:
        for result in measure(wing, arguments, report["wings"].get(wing)):
            report["wings"][wing] = result
            temporary = arguments.output.with_suffix(".tmp")
            temporary.write_text(json.dumps(report, indent=1) + "\n")
            temporary.replace(arguments.output)
        result = report["wings"][wing]
        noticed, error = 100 * result["score"], 100 * result["error"]
        tally = ", ".join(f"{n} {outcome}" for outcome, n in result["tally"].items())
        print(f"{wing}: {noticed:.0f} +- {error:.0f} % noticed ({tally})", flush=True)


if __name__ == "__main__":
    main()
