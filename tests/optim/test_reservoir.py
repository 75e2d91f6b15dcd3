"""Samples kept from steps: scales are recovered, bad rows left out."""

import pytest
import torch

from epicycle.optim.reservoir import Reservoir, join


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_scales_of_chunks_are_recovered(reduction):
    generator = torch.Generator().manual_seed(2)
    reservoir, residuals = Reservoir(4096), []
    for size in (100, 37, 400, 61):
        r = torch.randn(size, 1, generator=generator, dtype=torch.float64)
        scale = 1.0 / size if reduction == "mean" else 1.0
        reservoir.add((r,), torch.zeros(size, 1), -r * scale)
        residuals.append(r)
    sample = join(reservoir.chunks)
    ratio = sample.descent / torch.cat(residuals)
    assert ratio.std() < 1e-12 * ratio.mean()


def test_rows_that_are_not_finite_are_left_out():
    reservoir = Reservoir(10)
    gradient = torch.tensor([[1.0], [float("inf")], [2.0], [float("nan")]])
    output = torch.tensor([[1.0], [1.0], [float("nan")], [1.0]])
    reservoir.add((torch.arange(4.0)[:, None],), output, gradient)
    assert join(reservoir.chunks).arguments[0].tolist() == [[0.0]]
