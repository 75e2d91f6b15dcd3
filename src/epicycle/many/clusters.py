"""Clusters of Dask: one of this machine's own processes, and what to know of any other."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from epicycle._version import __version__
from epicycle.limits import INPUTS
from epicycle.spectra.bands import processors

#: Memory that a worker keeps rather than gives back after every step, in bytes.  Dask sets 65,536,
#: with which glibc asks the system anew for every array.
TRIM = 1 << 27

_VARIABLE = "MALLOC_TRIM_THRESHOLD_"

_SETTING = f"distributed.nanny.pre-spawn-environ.{_VARIABLE}"


class NoDaskError(ImportError):
    """Dask is not installed."""


def need_dask() -> Any:
    """Return :mod:`dask.distributed`.

    Raises
    ------
    NoDaskError
        If it is not there.
    """
    try:
        from dask import distributed
    except ImportError:
        raise NoDaskError(
            "many machines need dask and distributed, which are not installed. "
            "To fix this: pip install 'epicycle[dask]'"
        ) from None
    return distributed


@contextmanager
def local_client(workers: int | None = None) -> Iterator[Any]:
    """Yield a client of processes of this machine, of limited memory; end them at the end.

    Parameters
    ----------
    workers : int, optional
        How many; by default one a processor.
    """
    distributed = need_dask()
    import dask

    # the loopback address only: nobody else is to reach it
    settings = {
        "n_workers": workers or processors(),
        "threads_per_worker": 1,
        "memory_limit": round(INPUTS.worker_memory * 1e9),
        "host": "127.0.0.1",
        "dashboard_address": None,
        "silence_logs": logging.ERROR,
    }
    with (
        dask.config.set({_SETTING: TRIM}),
        distributed.LocalCluster(**settings) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def facts() -> dict[str, Any]:
    """Return what there is to know of a worker, in its own process."""
    return {
        "version": __version__,
        "trim": os.environ.get(_VARIABLE),
        "linux": sys.platform == "linux",
    }


def advice(client: Any) -> list[str]:
    """Return what slows the workers of a cluster down, a sentence each.

    Raises
    ------
    RuntimeError
        If they have another version of this package, whose results would be others.
    """
    workers = client.scheduler_info(n_workers=-1)["workers"]
    told = client.run(facts)
    versions = {one["version"] for one in told.values()}
    if versions - {__version__}:
        raise RuntimeError(
            f"the workers have epicycle {', '.join(sorted(versions))}, this process has "
            f"{__version__}. To fix this, install the same version on all machines."
        )
    said = []
    short = [one for one in told.values() if one["linux"] and _is_short(one["trim"])]
    if short:
        said.append(
            f"{len(short)} of {len(told)} workers give their memory back after every step "
            f"({_VARIABLE}={short[0]['trim']}), which takes 1.2 to 1.9 times the time. To fix "
            f"this, set dask.config {_SETTING} to {TRIM} before they start."
        )
    threads = [one["nthreads"] for one in workers.values()]
    if threads and max(threads) > 1:
        said.append(
            f"workers have up to {max(threads)} threads, of which one at a time does most of the "
            f"work. To fix this, start them with one thread and as many processes."
        )
    return said


def _is_short(value: str | None) -> bool:
    try:
        return value is not None and int(value) < TRIM
    except ValueError:
        return False
