"""All compiled loops, interpreted: what they compute, without the time to compile them."""

import pytest

from epicycle.compiled import forgetting, grids, lines, waveforms


@pytest.fixture
def interpreted(monkeypatch: pytest.MonkeyPatch) -> None:
    spectra = (grids.spread, grids.waveform_power)
    for loop in (*spectra, waveforms.fitted, lines.fit_few, forgetting.carried):
        monkeypatch.setattr(loop, "_called", loop.py_func)
