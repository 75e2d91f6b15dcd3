"""Models on other scales as documents, and documents that were damaged."""

import json

import numpy as np
import pytest

from epicycle import find_cycles
from epicycle.files.documents import from_dict, to_dict
from epicycle.files.model_checks import ModelFileError, check_result

T = np.arange(400.0)
MEAN = np.exp(0.5 + np.cos(2 * np.pi * T / 24))
COUNTS = np.random.default_rng(8).poisson(MEAN)


@pytest.mark.parametrize(
    ("response", "values"),
    [
        ("auto", COUNTS),
        ("count", COUNTS),
        ("log", MEAN * np.random.default_rng(1).lognormal(0, 0.1, len(T))),
        ("logit", 0.9 / (1 + 1 / MEAN)),
    ],
)
def test_predictions_of_a_document_are_those_of_the_model(response, values):
    model = find_cycles(T, values, response=response)
    document = json.loads(json.dumps(to_dict(model), allow_nan=False))
    check_result(document)
    again = from_dict(document)
    assert (again.response, again.forecast_response) == (model.response, model.forecast_response)
    when = [3.5, 100.0, 405.0, 450.0]
    for coverage in (0.5, 0.95):
        np.testing.assert_allclose(
            again.predict_interval(when, coverage), model.predict_interval(when, coverage)
        )
    np.testing.assert_allclose(
        again.predict(when, return_std=True), model.predict(when, return_std=True)
    )


def test_documents_written_before_are_read():
    document = json.loads(json.dumps(to_dict(find_cycles(T, MEAN))))
    for name in ("response", "forecast_response", "counts"):
        del document[name]
    check_result(document)
    assert from_dict(document).response == "identity"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("response",), "root"),
        (("response",), 7),
        (("response",), "identity"),
        (("counts",), None),
        (("counts",), []),
        (("counts", "families"), []),
        (("counts", "families", 0, "zeros"), 1.0),
        (("counts", "families", 0, "square"), -1.0),
        (("counts", "families", 0, "linear"), None),
        (("counts", "model"), 3),
    ],
)
def test_damage_is_refused(path, value):
    document = json.loads(json.dumps(to_dict(find_cycles(T[:100], COUNTS[:100], response="count"))))
    place = document
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    with pytest.raises(ModelFileError):
        check_result(document)
