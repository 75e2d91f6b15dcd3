"""Model files to be changed."""

import json

import pytest

from epicycle import find_cycles
from epicycle.files.model_checks import ModelFileError
from epicycle.files.model_files import (
    Provenance,
    SavedModel,
    loads,
)
from epicycle.views.tables import plain_table
from generators import sinusoids

LINES = [(0.3137, 2.0, 0.1), (0.7421, 1.0, 0.4)]
PROVENANCE = Provenance("tide.csv", "0" * 64, {"time": "t", "values": ["level"]}, {"trend": 1})


def saved(**options) -> SavedModel:
    problem = sinusoids(1, 200, 100.0, LINES, 0.5)
    t = options.pop("times", lambda t: t)(problem.t)
    return SavedModel(find_cycles(t, problem.y, harmonics=2, **options), PROVENANCE)


def refusal(document) -> str:
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    with pytest.raises(ModelFileError) as caught:
        loads(raw, "m.json", plain_table)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith("m.json")
    assert "To fix this" in message
    return message


def change(document, path, value):
    copy = json.loads(json.dumps(document))
    *way, last = path
    inner = copy
    for key in way:
        inner = inner[key]
    if value is KeyError:
        del inner[last]
    else:
        inner[last] = value
    return copy
