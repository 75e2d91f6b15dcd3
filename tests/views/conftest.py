"""Data that several tests of this wing share."""

import json

import numpy as np
import pandas as pd
import pytest

from epicycle import CycleModel, find_cycles
from tests.views.figures import (
    FIRST,
    NOISE,
    N,
    T,
    Y,
    local_times,
)


@pytest.fixture(scope="module")
def model() -> CycleModel:
    return find_cycles(T, pd.Series(Y, name="speed (m/s)"), unit="d")


@pytest.fixture(scope="module")
def nothing() -> CycleModel:
    return find_cycles(T, NOISE, unit="d")


@pytest.fixture(scope="module")
def grouped() -> CycleModel:
    group = np.where(np.arange(N) % 3 == 0, "north", "south")
    return find_cycles(T, Y + 50.0 * (group == "south"), group=group, unit="d")


@pytest.fixture(scope="module")
def several() -> CycleModel:
    table = pd.DataFrame({"price ($)": FIRST + NOISE, "height": 3 * FIRST + 20 * NOISE})
    return find_cycles(T, table, unit="d")


@pytest.fixture(scope="module")
def calendar() -> CycleModel:
    return find_cycles(local_times(), Y, unit="d")


@pytest.fixture(scope="module")
def document(model: CycleModel) -> CycleModel:
    return CycleModel.from_dict(json.loads(json.dumps(model.to_dict())))
