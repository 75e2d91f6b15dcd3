"""Tests for mutation testing: run in forks of one process, and what each of them reaches.

As a module (``python -m mutant_reach``) it reads requests, one a line, and runs pytest for each of
them in a fork of itself, which has the libraries loaded but nothing of the project.  As a plugin of
pytest it follows a run of unchanged code: which tests execute which lines of a wing, and the CPU
time of each test.  What a fixture reaches counts for every test of its file, since the fixture may
serve a file or one test.
"""

import json
import os
import resource
import signal
import sys
import time
from pathlib import Path

import pytest

#: What changed code may ask for at most, bytes: a mutant must not bring down the machine.
MEMORY = 8 << 30
#: A run that waits for something that never comes takes no CPU time at all.
WAITS = 20


class TooSlow(BaseException):
    """Ends a test that takes too much CPU time, whatever it catches."""


def too_slow(*_: object) -> None:
    raise TooSlow


class Reach:
    """Write what tests reach: seconds of each, and the tests and files behind each line.

    Tests that fail, or take more than `slow` seconds, are left out.
    """

    def __init__(self, wing: Path, output: Path, slow: float) -> None:
        import coverage

        self.coverage = coverage.Coverage(data_file=None, include=[f"{wing}/*.py"])
        self.output, self.slow = output, slow
        self.seconds: dict[str, float] = {}
        self.failed: set[str] = set()
        signal.signal(signal.SIGPROF, too_slow)
        self.coverage.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item):
        self.coverage.switch_context(item.nodeid.partition("::")[0])
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item):
        self.coverage.switch_context(item.nodeid)
        began = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, self.slow)
        try:
            return (yield)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            self.seconds[item.nodeid] = time.process_time() - began

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item):
        self.coverage.switch_context(item.nodeid.partition("::")[0])
        return (yield)

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.failed.add(report.nodeid)

    def pytest_sessionfinish(self):
        self.coverage.stop()
        data = self.coverage.get_data()
        lines = {
            Path(path).name: {
                line: sorted(filter(None, tests))
                for line, tests in data.contexts_by_lineno(path).items()
            }
            for path in data.measured_files()
        }
        start = time.process_time() - sum(self.seconds.values())
        seconds = {test: s for test, s in self.seconds.items() if test not in self.failed}
        report = {"seconds": seconds, "lines": lines, "start": start}
        self.output.write_text(json.dumps(report))


def pytest_configure(config: pytest.Config) -> None:
    if "REACH_OF_WING" in os.environ:
        wing, output, slow = os.environ["REACH_OF_WING"].split(os.pathsep)
        config.pluginmanager.register(Reach(Path(wing), Path(output), float(slow)))


def serve() -> None:
    """Run pytest for each request: its arguments, its environment, and CPU seconds (0: any)."""
    import finufft  # noqa: F401
    import hypothesis.strategies  # noqa: F401
    import pandas  # noqa: F401
    import scipy.optimize
    import scipy.stats  # noqa: F401

    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            said = os.open(request["said"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            for stream in (1, 2):
                os.dup2(said, stream)
            if request["seconds"]:
                seconds = int(request["seconds"] + time.process_time()) + 1
                resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
                resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
                signal.alarm(WAITS * seconds)
            os.environ.update(request["environment"])
            os._exit(pytest.main(request["arguments"]))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    serve()
