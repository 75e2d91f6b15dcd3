"""One screening through Dask, with a local cluster; prints what it took as JSON.

usage: client.py TABLE OUT WORKERS SHORTEST_PERIOD WHOLE
"""

from __future__ import annotations

import json
import os
import sys
import time

import epicycle.dask
from epicycle.many.clusters import local_client


def main() -> None:
    table, out, workers, shortest, whole = sys.argv[1:]
    with local_client(int(workers)) as client:

        def cpu() -> float:
            return time.process_time() + sum(client.run(time.process_time).values())

        before, wall = cpu(), time.perf_counter()
        epicycle.dask.find(
            table,
            out=out,
            screen=True,
            whole=whole == "1",
            client=client,
            minimum_period=float(shortest),
        )
        facts = {"wall": time.perf_counter() - wall, "cpu": cpu() - before}
        facts["workers"] = list(client.run(os.getpid).values())
    print(json.dumps(facts))


if __name__ == "__main__":
    main()
