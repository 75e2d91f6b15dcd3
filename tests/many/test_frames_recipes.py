"""Recipes for engines run where these are installed; Dask's is an example as all others are."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

PAGE = Path(__file__).parents[2] / "docs" / "scale.md"
RECIPES = re.findall(r"```py\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
ENGINES = {
    engine: recipe
    for recipe in RECIPES
    for engine in re.findall(r"^(?:import|from) (lsdb|pyspark|ray|fugue)\b", recipe, re.MULTILINE)
}


def test_there_is_a_recipe_for_each_engine():
    assert set(ENGINES) == {"lsdb", "pyspark", "ray", "fugue"}
    for recipe in RECIPES:
        compile(recipe, "recipe", "exec")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.filterwarnings("ignore")
def test_a_recipe_finds_what_is_there(engine):
    pytest.importorskip(engine)
    rng = np.random.default_rng(2)
    samples = pd.DataFrame({"id": np.repeat([11, 12, 13], 100), "time": rng.uniform(0, 100, 300)})
    samples["value"] = rng.normal(size=300) + 3 * np.sin(samples["time"]) * (samples["id"] == 12)
    names = {"samples": samples, "__name__": "__main__"}
    exec(ENGINES[engine], names)
    found = names["found"]
    assert found.loc[found["cycle"] > 0, "id"].tolist() == [12]
    assert found.loc[found["cycle"] > 0, "period"].item() == pytest.approx(2 * np.pi, rel=0.01)
