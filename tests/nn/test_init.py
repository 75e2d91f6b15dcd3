"""What importing epicycle.nn needs, and what it says when torch is missing."""

import subprocess
import sys


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=600)


WITHOUT_TORCH = """
import sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "torch":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Finder())
import epicycle
print("the core is there")
import epicycle.nn
"""


def test_without_torch_there_is_one_clear_error() -> None:
    process = run(WITHOUT_TORCH)
    assert process.stdout.strip() == "the core is there"
    assert process.returncode == 1
    last = process.stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError: epicycle.nn needs PyTorch")
    assert "pip install 'epicycle[torch]'" in last


def test_nothing_else_heavy_is_imported() -> None:
    process = run(
        "import sys, epicycle.nn\n"
        "print([name for name in ('sklearn', 'dask', 'matplotlib') if name in sys.modules])"
    )
    assert process.stdout.strip() == "[]", process.stderr


def test_few_public_names() -> None:
    import epicycle.nn

    changing = ["Chirp", "Envelope", "TrackedPhase"]
    steady = ["Dials", "Periodic", "ResidualBank", "Waveform"]
    assert sorted(epicycle.nn.__all__) == sorted([*changing, *steady])
