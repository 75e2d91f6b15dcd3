"""Jobs in several processes, their results as they come."""

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
from typing import TypeVar

from epicycle.spectra.bands import processors

Job = TypeVar("Job")
Result = TypeVar("Result")

#: The jobs run side by side: inside of one, linear algebra needs no threads.
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class WorkerKilled(Exception):  # noqa: N818
    """A process ended before its job."""


@dataclass(frozen=True)
class Workers:
    """A pool of `count` processes."""

    pool: ProcessPoolExecutor
    count: int


@contextmanager
def started(workers: int) -> Iterator[Workers]:
    """Start processes, which import this package meanwhile; end them at the end, done or not."""
    for name in _THREADS:
        os.environ.setdefault(name, "1")  # the workers' own: they start with this environment
    pool = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_start_worker)
    try:
        with _interrupts_ignored():  # workers inherit it
            # while none is idle, every job starts a process; more than there are processors
            # start when there are jobs for them
            for _ in range(min(workers, processors())):
                pool.submit(_nothing)
        yield Workers(pool, workers)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in list((pool._processes or {}).values()):
            process.terminate()


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Ignore interrupts for a while, in the main thread; no other one may, or is interrupted."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)


def run_jobs(
    jobs: Iterator[Job], run: Callable[[Job], Result], workers: Workers
) -> Iterator[Result]:
    """Run jobs in several processes and yield their results as they come, in any order.

    Parameters
    ----------
    jobs : iterator
        What to do, made as it is asked for: never more than two a process are under way.
    run : callable
        Does one job, in a process that imports the module of this function.
    workers : Workers
        The processes, of :func:`started`.

    Raises
    ------
    WorkerKilled
        If a process ends before its job, for example for want of memory.
    """
    pool = workers.pool
    try:
        running: set[Future[Result]] = {
            pool.submit(run, job) for job in islice(jobs, 2 * workers.count)
        }
        while running:
            ended, running = wait(running, return_when=FIRST_COMPLETED)
            for future in ended:
                yield future.result()
                running |= {pool.submit(run, job) for job in islice(jobs, 1)}
        pool.shutdown()
    except BrokenProcessPool:
        raise WorkerKilled from None


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
