"""One setting of one threshold, patched before the rest of the package is imported."""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


def main() -> None:
    job = json.loads(sys.argv[1])
    from epicycle import limits

    if job["theme"] is not None:
        value = job["value"]
        if isinstance(value, list):
            value = tuple(tuple(one) for one in value)
        # frozen for everybody else; nothing has read it yet
        object.__setattr__(getattr(limits, job["theme"]), job["field"], value)
    from sensitivity.probes import outcomes

    found = {}
    for name in job["probes"]:
        try:
            found.update(outcomes([name], job["seed"], job["share"]))
        except (ArithmeticError, LookupError, TypeError, ValueError) as problem:
            found[name] = f"{type(problem).__name__}: {problem}"[:200]
    print(json.dumps(found))


if __name__ == "__main__":
    main()
