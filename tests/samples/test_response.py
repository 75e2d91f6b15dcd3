"""Scales on which level and cycles add up: what each holds, there and back."""

import numpy as np
import pytest

from epicycle import find_cycles
from epicycle.samples.checks import check_samples
from epicycle.samples.options import Options
from epicycle.samples.response import RESPONSES, forward, inverse, on_scale

T = np.arange(40.0)
Y = np.exp(1 + np.cos(2 * np.pi * T / 8))


@pytest.mark.parametrize(("response", "y"), [("log", Y), ("logit", Y / 10), ("identity", -Y)])
def test_there_and_back(response, y):
    np.testing.assert_allclose(inverse(forward(y, response), response), y, rtol=1e-12)


@pytest.mark.parametrize(("response", "y"), [("log", Y), ("logit", Y / 10)])
def test_errors_are_carried_along(response, y):
    # a small error moves the value on the scale by its slope: the difference is the oracle
    size = 1e-6 * y
    samples = on_scale(check_samples(T, y, size), response)
    moved = forward(y + size, response) - forward(y, response)
    np.testing.assert_allclose(samples.dy[:, 0], moved, rtol=1e-4)


def test_roots_of_counts_scatter_alike():
    rng = np.random.default_rng(0)
    spread = [forward(rng.poisson(mean, 20_000).astype(float), "count").std() for mean in (5, 50)]
    # of 20,000 values to 0.5 %, and Anscombe's root is off by about 2 % at a mean of 5
    np.testing.assert_allclose(spread, 1.0, atol=0.04)


def test_default_leaves_samples_alone():
    samples = check_samples(T, Y)
    assert on_scale(samples, "auto") is samples
    assert on_scale(samples, "identity") is samples


@pytest.mark.parametrize(
    ("response", "y", "words"),
    [
        ("log", Y - 3, "values above 0 with response='log', got .* in row .* and"),
        ("logit", Y, "shares, above 0 and below 1"),
        ("count", Y, "whole numbers from 0 upwards"),
        ("count", np.rint(Y) - 5, "whole numbers from 0 upwards"),
        ("root", Y, "response must be one of 'auto'"),
        (None, Y, "response must be one of 'auto'"),
        (["log"], Y, "response must be one of 'auto'"),
    ],
)
def test_values_that_a_scale_cannot_hold_are_refused_in_one_sentence(response, y, words):
    with pytest.raises(ValueError, match=words) as refused:
        find_cycles(T, y, response=response)
    assert str(refused.value).count("To fix this") == 1


def test_missing_values_are_not_asked():
    y = np.where(T == 5, np.nan, Y)
    assert find_cycles(T, y, response="log").n_samples == 39


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"response": "count", "loss": "huber"}, "loss='huber'"),
        ({"response": "count", "varying_amplitude": True}, "varying_amplitude=True"),
        ({"response": "count", "per_group": "amplitude"}, "per_group='amplitude'"),
        ({"response": "log", "exposure": 0.1}, "exposure blurs values"),
    ],
)
def test_what_contradicts_a_scale_is_refused(options, words):
    with pytest.raises(ValueError, match=words):
        Options(**options).checked(of_events=False)


def test_events_have_no_scale():
    assert Options(response="identity").checked(of_events=True).response in RESPONSES
    with pytest.raises(ValueError, match="is for samples with values, got events"):
        find_cycles(T, response="log")


def test_counts_have_no_errors():
    with pytest.raises(ValueError, match="dy was given with response='count'"):
        find_cycles(T, np.rint(Y), 0.1, response="count")
