"""Columns that look like subjects: found by structure and name, and told."""

import numpy as np
import pandas as pd

from epicycle.experiments.subject_columns import pooled_hint, unused_subjects
from tests.experiments.genotypes import genotypes


def test_subjects_are_found_and_other_columns_are_not() -> None:
    data = genotypes(1)
    frame = pd.DataFrame({"hours": data.t, "value": data.y, "genotype": data.group})
    used = {"hours", "value"}
    assert unused_subjects(frame, "genotype", used) == []
    frame["animal"] = data.subject
    frame["number"] = [int(s[2:]) for s in data.subject]
    frame["mouse"] = frame["number"]
    frame["temperature"] = np.linspace(20, 21, len(frame))
    frame["batch"] = "one"
    assert unused_subjects(frame, "genotype", used) == ["animal", "mouse"]
    said = pooled_hint(frame, "genotype", ["animal"], "--subject")
    assert "3 of KO, 3 of WT were pooled" in said
    assert said.endswith("--subject animal counts subjects instead")
