"""The result: columns, discoveries, documents."""

import json
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from scipy import stats

from epicycle import rhythms
from epicycle.experiments.rhythms import COLUMNS, adjusted

T = np.arange(0, 48, 4.0)


@pytest.fixture(scope="module")
def found():
    y = np.random.default_rng(1).normal(size=(40, 12))
    y[:8] += 4 * np.cos(2 * np.pi * T / 24)
    y[9] = np.nan
    return rhythms(T, y, period=24, unit="h", ids=[f"g{k}" for k in range(40)])


def test_adjusted_is_benjamini_and_hochberg():
    p = np.random.default_rng(2).random(500) ** 2
    np.testing.assert_allclose(adjusted(p), stats.false_discovery_control(p), rtol=1e-12)
    p[::3] = np.nan
    q = adjusted(p)
    assert np.isnan(q[::3]).all()
    rest = ~np.isnan(p)
    np.testing.assert_allclose(q[rest], stats.false_discovery_control(p[rest]), rtol=1e-12)
    assert len(adjusted(np.array([]))) == 0


def test_a_table_has_a_row_for_each_series_in_the_order_given(found):
    table = found.table()
    assert tuple(table.columns) == COLUMNS
    assert table["id"].tolist() == list(found.ids)
    assert len(found) == len(table) == 40
    assert table["p_value"].isna().tolist() == [k == 9 for k in range(40)]
    assert table["reason"][9] == "no values"


def test_significant_series_are_those_below_q(found):
    assert found.significant().tolist()[:8] == [True] * 8
    assert (found.significant(0.5) >= found.significant(1e-4)).all()
    with pytest.raises(ValueError, match="q must be a share"):
        found.significant(2)


def test_a_document_is_json_with_null_for_what_is_missing(found):
    document = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert document["schema"] == "epicycle.rhythms/1"
    assert (document["periods"], document["unit"], document["n_series"]) == ([24, 24], "h", 40)
    assert list(document["columns"]) == list(COLUMNS)
    assert document["columns"]["p_value"][9] is None
    assert document["columns"]["phase"][0] == found.phase[0]


def test_a_result_is_frozen(found):
    with pytest.raises(FrozenInstanceError):
        found.unit = "d"
