"""Lines in series: found in the samples shown, confirmed in those kept aside, and no others."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from epicycle.limits import LEARNING
from epicycle.optim import plane_waves, spectrum
from epicycle.optim.band import Band
from epicycle.optim.coordinates import Coordinates
from epicycle.optim.hunt import Hunt
from epicycle.spectra.waves import WaveBox

ROUNDING = 1e-12


def hunt(series, x, null=None):
    coordinates = Coordinates.of(torch.tensor(x)[:, None])
    null = np.ones((len(x), 1)) if null is None else null
    return Hunt(coordinates, series, null, ROUNDING)


def noise(seed, n=400):
    rng = np.random.default_rng(seed)
    return rng.uniform(0, 100.0, n), rng.normal(size=(n, 1))


def test_two_lines_are_found_together_with_errors():
    x, y = noise(1)
    y = y + 3 * np.cos(2 * np.pi * 0.731 * x)[:, None] + 2 * np.sin(2 * np.pi * 0.274 * x)[:, None]
    found = hunt(y, x).lines(Band(0.0, 1.0), 0.01, 5)
    assert len(found) == 2
    for finding, frequency in zip(
        sorted(found, key=lambda f: f.frequency[0]), (0.274, 0.731), strict=True
    ):
        assert abs(finding.frequency[0] - frequency) < 5 * finding.error[0] < 0.005
        assert finding.false_alarm_probability < 1e-6
    assert 0 < sum(f.power for f in found) < 1


def test_noise_has_no_lines():
    found = [hunt(y, x).lines(Band(0.0, 1.0), 0.01, 5) for x, y in map(noise, range(20))]
    assert sum(map(len, found)) <= 2


def test_a_line_that_only_the_shown_samples_have_is_not_confirmed():
    x, y = noise(2)
    line = 3 * np.cos(2 * np.pi * 0.731 * x)
    line[2::3] = 0.0  # one in three is kept aside
    assert hunt(y + line[:, None], x).lines(Band(0.0, 1.0), 0.01, 5) == []


def test_what_is_excluded_is_not_found_again():
    x, y = noise(3)
    search = hunt(y + 3 * np.cos(2 * np.pi * 0.731 * x)[:, None], x)
    assert search.at(np.array([0.7312])) is not None
    assert search.at(np.array([0.4])) is None
    search.exclude([np.array([0.731])])
    assert search.lines(Band(0.0, 1.0), 0.01, 5) == []


def test_a_harmonic_is_told_at_its_fundamental():
    x, y = noise(4)
    y = y + 2 * np.cos(2 * np.pi * 0.2 * x)[:, None] + 4 * np.cos(2 * np.pi * 0.6 * x)[:, None]
    found = hunt(y, x).lines(Band(0.0, 1.0), 0.01, 1)
    assert found[0].frequency[0] == pytest.approx(0.2, abs=1e-3)


def test_few_samples_are_not_enough():
    x, y = noise(5, 20)
    assert not hunt(y, x).enough
    x, y = noise(5, 60)
    assert hunt(y, x).enough


def test_a_band_beyond_the_resolution_of_the_inputs_is_refused():
    # no regular ones: these have no frequency as high as that
    x = Coordinates.of(1e6 * torch.linspace(0, 1, 50, dtype=torch.float32)[:, None] ** 1.7)
    with pytest.raises(ValueError, match="float64"):
        Band(0.0, 1e3).limits(x)
    low, high = Band(0.0, 1.0).limits(x)
    assert low[0] == pytest.approx(3e-6)
    assert high[0] == 1.0


def test_a_line_of_one_series_is_not_diluted_by_fifteen_others():
    rng = np.random.default_rng(7)
    x, y = rng.uniform(0, 100.0, 400), rng.normal(size=(400, 16))
    # of its own series a seventh of the power; of all together a hundredth
    y[:, 3] += 0.6 * np.cos(2 * np.pi * 0.731 * x)
    (found,) = hunt(y, x).lines(Band(0.0, 1.0), 0.01, 1)
    # a tenth of 1 / span
    assert found.frequency[0] == pytest.approx(0.731, abs=1e-3)


def test_series_that_are_explained_do_not_make_the_others_look_significant():
    # two series that one line explains wholly, and four of a line out of the band
    rng = np.random.default_rng(8)
    x = rng.uniform(0, 1000.0, 600)
    turns = np.outer(x, [0.731, 0.731, 317.0, 317.0, 317.0, 317.0])
    y = np.sin(2 * np.pi * turns + np.arange(6))
    found = hunt(y, x).lines(Band(0.0, 10.0), 0.01, 6)
    assert [f.frequency[0] for f in found] == pytest.approx([0.731], abs=1e-6)


def test_the_search_goes_on_past_what_the_first_estimate_of_a_line_leaves():
    x, _ = noise(9)
    waves = [np.cos(2 * np.pi * f * x + k) for k, f in enumerate((0.731, 0.274, 0.5))]
    y = sum(a * wave for a, wave in zip((3.0, 0.3, 0.03), waves, strict=True))[:, np.newaxis]
    found = hunt(y, x).lines(Band(0.0, 1.0), 0.01, 3)
    assert sorted(f.frequency[0] for f in found) == pytest.approx([0.274, 0.5, 0.731], abs=1e-4)


@pytest.mark.parametrize(("inputs", "outputs"), [(2, 1), (2, 12), (3, 6)])
def test_the_price_of_a_search_of_several_inputs_does_not_grow_with_the_outputs(
    monkeypatch, inputs, outputs
):
    budget, tried = 4e6, []
    monkeypatch.setattr(plane_waves, "LEARNING", replace(LEARNING, wave_vectors=budget))
    genuine = WaveBox.sums

    def counted(self, strengths, centre):
        tried.append(len(strengths) * math.prod(self.shape))
        return genuine(self, strengths, centre)

    monkeypatch.setattr(WaveBox, "sums", counted)
    # what is tried along single axes has a price of its own
    monkeypatch.setattr(spectrum, "_axis_parts", lambda *_: iter(()))
    rng = np.random.default_rng(0)
    x, y = rng.uniform(0, 1, (300, inputs)), rng.normal(size=(300, outputs))

    def spent(share):
        tried.clear()
        search = Hunt(Coordinates.of(torch.tensor(x)), y, np.ones((300, 1)), ROUNDING, share)
        assert search.lines(Band(), 0.01, 5) == []
        return sum(tried)

    whole = spent(1.0)
    # blocks reach beyond the box: twice as many at worst, where boxes are small
    assert 0.1 * budget < whole < 2 * budget
    assert spent(0.1) < 0.5 * whole
