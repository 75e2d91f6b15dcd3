"""Waveforms are judged by loops where these are installed and know them, else by NumPy."""

import numpy as np
import pytest

from epicycle.evidence import judged
from epicycle.evidence.stacked import stack
from epicycle.evidence.waveforms import SMOOTH
from epicycle.fit.noise import NoiseModel
from epicycle.samples.checks import check_samples
from epicycle.samples.data import build_data


@pytest.mark.parametrize(
    ("there", "outputs", "quick", "asked"),
    [
        (True, 1, False, 1),
        (True, 2, True, 1),
        (True, 2, False, 0),
        (False, 1, True, 0),
    ],
)
def test_loops_are_asked_for_what_they_know(
    there: bool, outputs: int, quick: bool, asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(1)
    samples = check_samples(np.sort(rng.uniform(0, 30, 25)), rng.normal(size=(25, outputs)))
    data = build_data(samples, 0)
    values = stack(data, data.y, NoiseModel.of(samples), -1.0)
    calls: list[object] = []
    monkeypatch.setattr(judged, "is_there", lambda: there)
    # that there is none, as where a matrix is singular, leaves the answer to NumPy
    monkeypatch.setattr(judged, "judged_by_loops", lambda *a, **k: calls.append(a))
    answer = judged.judge(values, np.array([0.3]), SMOOTH, data.baseline, 2.0, quick=quick)
    assert len(calls) == asked
    assert np.isfinite(answer.evidence).all()
