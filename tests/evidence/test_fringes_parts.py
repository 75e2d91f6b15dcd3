"""The parts of evidence/fringes.py, one by one."""

from __future__ import annotations

import numpy as np
import pytest

from epicycle.evidence.fringes import (
    Fringe,
    fringe_notes,
    judged_fringes,
)
from epicycle.fit.lines import Structure
from epicycle.fit.noise import NoiseModel
from epicycle.fit.refine import fit_lines
from epicycle.limits import FRINGES
from epicycle.samples.checks import check_samples
from epicycle.samples.data import Data, build_data


def problem(t: np.ndarray, y: np.ndarray) -> tuple[Data, NoiseModel]:
    samples = check_samples(t, y)
    return build_data(samples, 0), NoiseModel.of(samples)


def test_without_a_gap_no_weak_line_has_a_fringe() -> None:
    # of a line in noise the next maximum, one over the baseline beside it, is hardly lower
    for seed in range(6):
        rng = np.random.default_rng(seed)
        t = np.sort(rng.uniform(0, 50, 100))
        data, noise = problem(t, 0.3 * np.cos(2 * np.pi * 0.3 * t) + rng.normal(size=100))
        fit = fit_lines(data, Structure.empty().plus(0.3), absolute=False)
        assert judged_fringes(data, noise, fit, 0, (0.01, 1.0), every=True) == []


def test_periods_that_are_listed_have_the_digits_that_tell_them_apart() -> None:
    assert fringe_notes([(0.1, ())]) == []
    (note,) = fringe_notes([(0.1, ()), (0.1, (Fringe(0.1 + 1e-9, 0.0), Fringe(0.1 - 1e-9, -1.0)))])
    assert note.startswith("period 10")
    listed = note.split("it is one of ")[1].removesuffix(", the likeliest first").split(", ")
    assert [float(p) for p in listed] == pytest.approx([10.0, 10 - 1e-7, 10 + 1e-7], abs=2e-9)
    # coarse ones have six digits and no more, and of many the last are told as a range
    many = [Fringe(0.1 + k * 0.001, -float(k)) for k in range(1, 16)]
    (note,) = fringe_notes([(0.1, many)])
    assert "it is one of 10, 9.90099, " in note
    assert (
        f" or {16 - FRINGES.listed} more between {1 / 0.115:.6g} and 10, the likeliest first"
        in note
    )
