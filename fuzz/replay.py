"""Run a target once, on the input of a finding: python fuzz/replay.py NAME FILE ..."""

import sys
from pathlib import Path

import targets

if __name__ == "__main__":
    for path in sys.argv[2:]:
        targets.TARGETS[sys.argv[1]].run(Path(path).read_bytes())
