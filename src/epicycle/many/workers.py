"""Jobs in several processes, their results kept in parts as they come."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context, parent_process
from typing import Any, TypeVar

from epicycle.files.writing import OutputError
from epicycle.many.parts import Parts

Job = TypeVar("Job")

#: The jobs run side by side: inside of one, linear algebra needs no threads.
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Workers:
    """So many processes."""

    pool: ProcessPoolExecutor
    count: int


@contextmanager
def started(workers: int) -> Iterator[Workers]:
    """Start processes, which import this package meanwhile; end them at the end, done or not."""
    for name in _THREADS:
        os.environ.setdefault(name, "1")  # the workers' own: they start with this environment
    pool = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_start_worker)
    try:
        handler = signal.signal(signal.SIGINT, signal.SIG_IGN)  # workers inherit it
        try:
            for _ in range(workers):  # while none is idle, every job starts a process
                pool.submit(_nothing)
        finally:
            signal.signal(signal.SIGINT, handler)
        yield Workers(pool, workers)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in list((pool._processes or {}).values()):
            process.terminate()


def run_jobs(
    jobs: Iterator[Job],
    run: Callable[[Job], list[tuple[int, dict[str, Any]]]],
    parts: Parts,
    workers: Workers,
    done: Callable[[], int],
    total: int,
    progress: Callable[[int, int], None],
    what: str,
) -> None:
    """Run jobs in several processes until all is done, and keep the parts that they return.

    Parameters
    ----------
    jobs : iterator
        What to do, made as it is asked for.
    run : callable
        Does one job, in a process that imports the module of this function.
    parts : Parts
        Where results are kept.
    workers : Workers
        The processes, of :func:`started`.
    done : callable
        Returns how much is done.
    total : int
        How much that is in the end.
    progress : callable
        Called with (done, total) to begin with and whenever parts have been added.
    what : str
        What is kept if a worker dies, for the message: "3 of 9 series", say, with the number of
        parts for "{done}".

    Raises
    ------
    OutputError
        If a worker is killed, for example for want of memory.
    """
    progress(done(), total)
    if done() == total:
        return
    pool = workers.pool
    try:
        running: set[Future[list[tuple[int, dict[str, Any]]]]] = {
            pool.submit(run, job) for job in islice(jobs, 2 * workers.count)
        }
        while running:
            ended, running = wait(running, return_when=FIRST_COMPLETED)
            for future in ended:
                parts.add(future.result())
                running |= {pool.submit(run, job) for job in islice(jobs, 1)}
            progress(done(), total)
        pool.shutdown()
    except BrokenProcessPool:
        raise OutputError(
            f"a worker was killed, perhaps for want of memory; {what.format(done=len(parts))} "
            f"are kept. To fix this, run the same command again, with fewer --workers."
        ) from None


def _nothing() -> None:
    """Do nothing, as the first job of a pool."""


def _start_worker() -> None:
    """Leave interrupts to the parent, and end when it has been killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        parent = parent_process()
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
