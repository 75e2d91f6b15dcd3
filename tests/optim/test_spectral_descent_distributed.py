"""Two processes with unequal, noisy shards, one of them without any signal, agree."""

import json
import math
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Return what each of the two processes has learned, with its samples pooled and alone."""
    folder = tmp_path_factory.mktemp("distributed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    worker = Path(__file__).with_name("ddp_worker.py")
    answers = [folder / f"{rank}.json" for rank in range(2)]
    environment = {**os.environ, "PYTHONPATH": str(worker.parents[2])}  # it imports tests.optim
    processes = [
        subprocess.Popen(
            [sys.executable, worker, str(rank), str(port), answers[rank]], env=environment
        )
        for rank in range(2)
    ]
    assert [process.wait(timeout=600) for process in processes] == [0, 0]
    return [json.loads(answer.read_text()) for answer in answers]


@pytest.mark.slow
def test_processes_pool_their_samples_and_agree(trained):
    first, second = (answer["pooled"] for answer in trained)
    assert first == second
    assert first["moves"] > 0
    found = min(abs(2 * math.pi * abs(f) - 31.0) for f in first["frequency"])
    # 512 samples at 0 dB and 200 of noise: sqrt(6 * 0.5 / 512) / 1000 = 8e-5 for one process alone
    assert found < 5e-4


@pytest.mark.slow
def test_without_pooling_they_differ(trained):
    first, second = (answer["alone"] for answer in trained)
    assert first["moves"] > 0
    assert second["moves"] == 0
    assert first["frequency"] != second["frequency"]
