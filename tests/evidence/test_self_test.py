"""What ``epicycle doctor`` compares: loops, interpreted here, beside NumPy."""

import pytest

from epicycle.compiled import waveforms
from epicycle.evidence import self_test
from tests.compiled.loops import interpreted

__all__ = ["interpreted"]


def test_loops_agree_and_wrong_ones_are_noticed(
    interpreted: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # (few samples: interpreted, each takes long)
    monkeypatch.setattr(self_test, "_SAMPLES", 24)
    assert self_test.largest_difference() < self_test.AGREES
    right = waveforms.fitted.py_func
    off = lambda *a: (right(*a)[0], right(*a)[1] + 0.1, *right(*a)[2:])  # noqa: E731
    monkeypatch.setattr(waveforms.fitted, "_called", off)
    assert self_test.largest_difference() > self_test.AGREES
