"""Lines that follow a value: on which scale they do, and when they say nothing."""

import math

import numpy as np
import pytest
import torch

from epicycle.optim.tracks import Track

VALUES = 2.0 ** (np.arange(-12, 13) / 2)


def track(frequency, n=200, noise=0.0):
    rng = np.random.default_rng(1)
    x = rng.uniform(-50, 50, n)
    changes = [
        np.sin(2 * np.pi * frequency(p) * x + 0.3)[:, np.newaxis] + noise * rng.normal(size=(n, 1))
        for p in VALUES
    ]
    return Track(torch.from_numpy(x), VALUES, changes)


@pytest.mark.parametrize(
    ("frequency", "kind", "unit"),
    [
        (lambda p: 0.3 * p, "proportional", 0.3),
        (lambda p: 0.2 / p, "period", 0.2),
        (lambda p: 0.05 * math.exp(p) if p < 6 else 0.0, "logarithm", 0.05),
    ],
)
def test_the_scale_that_nearly_all_values_agree_on(frequency, kind, unit):
    scale = track(frequency).scale()
    assert scale.kind == kind
    # a tenth of a cycle over the data at a few dozen of them
    assert scale.unit == pytest.approx(unit, rel=0.005)


def test_other_functions_are_sure_to_be_none_and_noise_says_nothing():
    square = track(lambda p: 0.1 * p**2)
    assert square.sure
    assert square.scale() is None
    noise = track(lambda p: 0.0, noise=1.0)
    assert not noise.telling
    few = track(lambda p: 0.3 * p, n=20)
    assert not few.telling


def test_lines_that_jump_between_harmonics_are_not_sure():
    jumping = track(lambda p: 0.1 * p * (1 + 2 * (round(2 * math.log2(p)) % 2)))
    assert jumping.telling
    assert not jumping.sure
