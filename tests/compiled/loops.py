"""All compiled loops, interpreted: what they compute, without the time to compile them."""

import pytest

from epicycle.compiled import grids, lines, waveforms


@pytest.fixture
def interpreted(monkeypatch: pytest.MonkeyPatch) -> None:
    for loop in (grids.spread, grids.waveform_power, waveforms.fitted, lines.fit_few):
        monkeypatch.setattr(loop, "_called", loop.py_func)
