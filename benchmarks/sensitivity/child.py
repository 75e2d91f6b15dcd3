"""One setting of one threshold, patched before the rest of the package is imported."""

from __future__ import annotations

import dataclasses
import json
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


def _recording(limits: Any) -> set[str]:
    """Return a set that grows by each threshold that is read from now on."""
    read: set[str] = set()
    themes = {
        type(theme): name
        for name, theme in vars(limits).items()
        if dataclasses.is_dataclass(theme) and not isinstance(theme, type)
    }
    for cls, name in themes.items():
        fields = {field.name for field in dataclasses.fields(cls)}

        def get(self: Any, key: str, name: str = name, fields: set[str] = fields) -> Any:
            if key in fields:
                read.add(f"{name}.{key}")
            return object.__getattribute__(self, key)

        cls.__getattribute__ = get
    return read


def main() -> None:
    job = json.loads(sys.argv[1])
    from epicycle import limits

    # what is only read while modules are imported counts too: a constant may be made of it
    read = _recording(limits) if job.get("record") else set()
    if job["theme"] is not None:
        value = job["value"]
        if isinstance(value, list):
            value = tuple(tuple(one) if isinstance(one, list) else one for one in value)
        # frozen for everybody else; nothing has read it yet
        object.__setattr__(getattr(limits, job["theme"]), job["field"], value)
    from sensitivity.probes import outcomes

    for name in job["probes"]:
        started = time.process_time()
        answer: dict[str, Any] = {"probe": name}
        try:
            answer["found"] = dict(outcomes([name], job["seed"], job["share"]))[name]
        except (ArithmeticError, LookupError, TypeError, ValueError) as problem:
            answer["found"] = f"{type(problem).__name__}: {problem}"[:200]
        answer["read"] = sorted(read)
        answer["seconds"] = round(time.process_time() - started, 2)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
