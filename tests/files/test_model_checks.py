"""Model files that were damaged or made up are refused."""

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from epicycle import find_cycles
from epicycle.files.model_checks import ModelFileError
from epicycle.files.model_files import (
    SavedModel,
    dumps,
    loads,
)
from epicycle.model import CycleModel
from tests.files.model_documents import PROVENANCE, change, refusal


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("unit",), KeyError, "lacks 'unit'"),
        (("unit",), "h", "one unit or time zone"),
        (("epoch",), 5.0, "counts time from 5.0"),
        (("result",), None, "lacks the numbers"),
        (("provenance", "sha256"), 7, "'provenance.sha256': expected str"),
        (("result", "baseline"), -1.0, "'baseline'|baseline of -1.0"),
        (("result", "n_samples"), 1.5, "'n_samples': expected a whole number"),
        (("result", "n_samples"), True, "'n_samples'"),
        (("result", "cycles", 0, "period"), None, "'cycles[0].period'"),
        (("result", "cycles", 0, "period"), "12", "'cycles[0].period'"),
        (("result", "cycles", 0, "frequency"), KeyError, "lacks 'cycles[0].frequency'"),
        (("result", "cycles"), {}, "'cycles': expected a list"),
        (("result", "model", "frequency", 0), None, "'model.frequency[0]'"),
        (("result", "model", "frequency"), [], "'model.drift': expected 0"),
        (("result", "model", "nuisance"), [[1.0, 2.0], [1.0, 2.0]], "not of length 1"),
        (("result", "model", "degree"), 10**9, "rows in 'model.nuisance': expected 1000000001"),
        (("result", "model", "timezone"), "Mars/Olympus", "time zone"),
        (("result", "model", "last"), -1e9, "reference time outside"),
        (("result", "model", "coefficients", 0, 0), 1e999, "'model.coefficients[0][0]'"),
        # an array as long as this would be made
        (("result", "model", "errors", "parent", 0), 10**9, "fundamental in 'model.errors.parent'"),
        (("result", "model", "errors", "parent"), None, "'model.errors.parent': expected a list"),
        (("result", "model", "errors"), 3, "'model.errors': expected an object"),
        (("result", "search", "regular"), 1, "'search.regular': expected bool"),
    ],
)
def test_a_wrong_field_is_named(document, path, value, words):
    raw = json.dumps(change(document, path, value)).replace("Infinity", "1e999").encode()
    message = refusal(raw)
    assert any(part in message for part in words.split("|")), message


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_file_cut_short_is_refused(document, data):
    raw = json.dumps(document).encode()
    with pytest.raises(ModelFileError):
        loads(raw[: data.draw(st.integers(0, len(raw) - 1))])


def test_envelopes_are_checked():
    rng = np.random.default_rng(1)
    t = np.sort(rng.uniform(0, 100, 300))
    y = (1 + t / 50) * 3 * np.cos(2 * np.pi * 0.3 * t) + rng.normal(size=300)
    model = find_cycles(t, y, varying_amplitude=True, minimum_period=2, harmonics=1)
    raw = json.loads(dumps(SavedModel(model, PROVENANCE)))
    again = loads(json.dumps(raw).encode()).model
    when = [0.0, 50.0, 130.0]
    np.testing.assert_array_equal(
        np.array(again.predict(when, return_std=True)),
        np.array(model.predict(when, return_std=True)),
    )
    at = ("result", "model", "envelopes")
    knots = raw["result"]["model"]["envelopes"][0]["knots"]
    for way, value, words in (
        (at, 3, "expected a list"),
        ((*at, 0, "factor"), KeyError, r"lacks 'model.envelopes[0].factor'"),
        ((*at, 0, "knots"), knots[::-1], "do not ascend"),
        ((*at, 0, "error"), [0.1], "of different number"),
        ((*at, 0, "factor", 0), None, "expected a finite number"),
        ((*at, 0, "lines"), [99], "lines"),
    ):
        assert words in refusal(change(raw, way, value))
    # models written before amplitudes could vary
    del raw["result"]["model"]["envelopes"]
    assert not loads(json.dumps(raw).encode()).model.predictor.envelopes


def test_gains_are_checked():
    rng = np.random.default_rng(1)
    t, code = np.sort(rng.uniform(0, 100, 300)), rng.integers(0, 2, 300)
    y = np.array([1.0, -2.0])[code] * np.cos(2 * np.pi * 0.3 * t) + 0.2 * rng.normal(size=300)
    model = find_cycles(t, y, group=code, per_group="amplitude", minimum_period=2, harmonics=1)
    raw = json.loads(dumps(SavedModel(model, PROVENANCE)))
    assert loads(json.dumps(raw).encode()).model.gains == model.gains
    for way, value, words in (
        (("result", "model", "gains"), [1.0], "1 gains for 2 groups"),
        (("result", "model", "gains", 0), "1", "expected a finite number"),
        (("result", "gains", "0"), [1.0], "gains without errors"),
        (("result", "gains"), [], "expected an object"),
    ):
        assert words in refusal(change(raw, way, value))
    # models written before groups could have gains
    plain = json.loads(dumps(SavedModel(find_cycles(t, y, minimum_period=2), PROVENANCE)))
    del plain["result"]["gains"], plain["result"]["model"]["gains"]
    assert loads(json.dumps(plain).encode()).model.gains == {}


def test_errors_of_frequencies_without_those_of_drifts() -> None:
    t = np.arange(40.0)
    y = np.sin(t) + np.where(np.arange(40) % 3, 0.2, -0.3)
    document = find_cycles(t, y, max_cycles=1, harmonics=1).to_dict()
    document["model"]["drift_error"] = []
    with pytest.raises(ValueError, match="errors of frequencies without those of drifts"):
        CycleModel.from_dict(document)
