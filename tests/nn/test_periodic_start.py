"""Where frequencies start, and what is refused at construction."""

import math

import pytest
import torch
from scipy import stats

from epicycle.nn import Periodic


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_a_band_is_filled_log_uniformly() -> None:
    layer = Periodic(1, 2000, band=(1e-3, 1e3), generator=seeded())
    share = (layer.frequency.detach().log10().numpy().ravel() + 3) / 6
    assert stats.kstest(share, "uniform").pvalue > 1e-3


def test_in_several_dimensions_the_band_is_that_of_the_length() -> None:
    layer = Periodic(2, 2000, band=(1e-3, 1e3), generator=seeded())
    share = (layer.frequency.detach().norm(dim=1).log10().numpy() + 3) / 6
    assert stats.kstest(share, "uniform").pvalue > 1e-3
    direction = torch.atan2(layer.frequency[:, 1], layer.frequency[:, 0]).detach().numpy()
    assert stats.kstest((direction + math.pi) / (2 * math.pi), "uniform").pvalue > 1e-3


def test_without_a_band_frequencies_are_standard_normal() -> None:
    layer = Periodic(2, 2000, generator=seeded())
    assert stats.kstest(layer.frequency.detach().numpy().ravel(), "norm").pvalue > 1e-3


def test_a_generator_makes_it_reproducible() -> None:
    first, same, other = (Periodic(1, 5, generator=seeded(s)).frequency for s in (1, 1, 2))
    assert torch.equal(first, same)
    assert not torch.equal(first, other)
    torch.manual_seed(3)
    first = Periodic(1, 5)
    torch.manual_seed(3)
    assert torch.equal(Periodic(1, 5).frequency, first.frequency)


@pytest.mark.parametrize(
    "band",
    [(0.0, 1.0), (2.0, 1.0), (-1.0, 1.0), (0.1, math.inf), (math.nan, 1.0), 3.0, (1, 2, 3), "ab"],
)
def test_a_band_must_be_two_frequencies(band) -> None:
    with pytest.raises(ValueError, match=r"band must be a pair \(low, high\).*To fix this"):
        Periodic(1, 1, band=band)


@pytest.mark.parametrize("name", ["in_features", "n_frequencies", "harmonics"])
def test_counts_must_be_counts(name) -> None:
    arguments = {"in_features": 1, "n_frequencies": 1, "harmonics": 1, name: 0}
    with pytest.raises(ValueError, match=f"{name} must be an integer of at least 1, got 0"):
        Periodic(**arguments)


def test_features_must_be_real() -> None:
    with pytest.raises(TypeError, match=r"dtype must be .*real number, got torch.int64"):
        Periodic(1, 1, dtype=torch.int64)


def test_representation() -> None:
    assert repr(Periodic(1, 8, 2, band=(0.1, 10), dtype=torch.float16)) == (
        "Periodic(in_features=1, n_frequencies=8, harmonics=2, band=(0.1, 10), dtype=torch.float16)"
    )
    assert repr(Periodic(2, 3, dtype=torch.float32)) == (
        "Periodic(in_features=2, n_frequencies=3, harmonics=1, dtype=torch.float32)"
    )


def test_the_optimizer_recognises_the_layer() -> None:
    assert Periodic.learns_by_spectrum is True
    assert Periodic(1, 3, 4).out_features == 24
