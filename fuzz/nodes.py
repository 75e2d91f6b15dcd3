"""Model files with every node replaced in turn by every type of JSON.

``python fuzz/nodes.py`` prints what neither loads and can be used, nor is refused in our own words;
``python fuzz/nodes.py 3`` of every third node.
"""

from __future__ import annotations

import copy
import json
import sys
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

import readers
from epicycle import find_cycles
from epicycle.files import model_files
from epicycle.model import CycleModel
from properties import refused

#: What a node becomes: every type of JSON, and numbers at the ends of what it holds.
REPLACEMENTS: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 3, 10**400, -(2**63), 0.5, 1e308, -1e-308),
    *("", "x", "2024-01-01", [], {}, [None], [1.0], [[1.0]], {"a": 1}),
)

#: Of a longer list the first two nodes and the last are replaced.
_FEW = 3

Path = tuple[str | int, ...]


def documents() -> dict[str, dict[str, Any]]:
    """Return model files of different kinds."""
    rng = np.random.default_rng(1)
    t = np.cumsum(rng.uniform(0.5, 1.5, 60))
    noise = 0.1 * rng.normal(size=60)
    y = np.cos(2 * np.pi * t / 7) + noise
    group = np.where(np.arange(60) % 2, "a", "b")
    days = np.datetime64("2024-01-01") + np.arange(60)
    few: dict[str, Any] = {"max_frequencies": 3e3, "max_cycles": 1}
    models = {
        "plain": find_cycles(t, y, **few),
        "days": find_cycles(days, np.cos(2 * np.pi * np.arange(60) / 7) + noise, **few),
        "outputs": find_cycles(t, np.stack([y, y[::-1]], 1), np.full((60, 2), 0.1), **few),
        "groups": find_cycles(
            t, y * (1 + (group == "a")), group=group, per_group="amplitude", **few
        ),
        "waveforms": find_cycles(t, y, group=group, per_group="waveform", **few),
        "covariates": find_cycles(t, y, covariates=noise[::-1, None], trend=2, **few),
        "asked": find_cycles(t, y, period=7.0, max_frequencies=3e3),
        "known": find_cycles(t, y, known=[7.0], **few),
        "drift": find_cycles(t, y, drift=True, **few),
        "events": find_cycles(np.sort(np.r_[7.0 * np.arange(12) + noise[:12], t[:20]]), **few),
    }
    origin = model_files.Provenance(file="t.csv", sha256="0", columns={}, options={})
    return {
        name: json.loads(model_files.dumps(model_files.SavedModel(model, origin)))
        for name, model in models.items()
    }


def places(node: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path of each node below one; of long lists, of a few."""
    if isinstance(node, dict):
        keys: list[Any] = list(node)
    elif isinstance(node, list):
        keys = sorted({0, 1, len(node) - 1} & set(range(len(node))))[:_FEW]
    else:
        return
    for key in keys:
        yield (*path, key)
        yield from places(node[key], (*path, key))


def changed(document: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """Return a copy of a document with one node replaced."""
    result = copy.deepcopy(document)
    inner: Any = result
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return result


def use(document: dict[str, Any]) -> None:
    """Load a model from a file and from a dictionary, and do with it what it can do."""
    readers.model(json.dumps(document).encode())
    result = document.get("result", document)
    model = refused(lambda: CycleModel.from_dict(result), TypeError, ValueError, in_one_line=False)
    if model is None:
        return
    assert all((str(model), repr(model), model.table()))
    refused(lambda: model.to_dict(), TypeError, ValueError)


def sweep(every: int = 1) -> Iterator[str]:
    """Replace nodes; yield what was found."""
    count = 0
    for name, document in documents().items():
        some = list(places(document))[::every]
        for path in some:
            for value in REPLACEMENTS:
                count += 1
                try:
                    with warnings.catch_warnings():
                        warnings.simplefilter("error", RuntimeWarning)
                        use(changed(document, path, value))
                except Exception as error:  # that is what is looked for
                    why = error.__cause__ or error
                    where = ".".join(map(str, path))
                    yield f"{name} {where} = {str(value)[:20]!r}: {type(why).__name__} {why}"[:300]
        print(f"{name}: {len(some)} nodes, {count} documents so far", file=sys.stderr, flush=True)


if __name__ == "__main__":
    found = 0
    for line in sweep(int(sys.argv[1]) if len(sys.argv) > 1 else 1):
        found += 1
        print(line, flush=True)
    sys.exit(f"{found} findings" if found else 0)
