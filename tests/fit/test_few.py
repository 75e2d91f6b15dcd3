"""When a fit of few samples is given to the compiled loop, and what is made of its failure."""

import numpy as np
import pytest

from epicycle.fit import refine
from epicycle.fit.few import fitted_by_loops
from epicycle.fit.lines import Structure
from epicycle.samples.checks import check_samples
from epicycle.samples.data import build_data
from tests.compiled.loops import interpreted

__all__ = ["interpreted"]

T = np.linspace(0.0, 10.0, 21)


def test_a_fit_without_a_solution_is_an_error(interpreted: None) -> None:
    data = build_data(check_samples(T, np.sin(T)), 0)
    numbers = (False, 1e-20, 40, 0.25, 1e-11, 1e8)
    broken = Structure.empty().plus(np.nan, fixed=True)
    with pytest.raises(np.linalg.LinAlgError, match="depend on each other"):
        fitted_by_loops(data, broken, np.empty(0, dtype=np.intp), numbers)


@pytest.mark.parametrize(
    ("there", "most", "trains", "asked"),
    [(True, 21, (), 1), (True, 20, (), 0), (False, 21, (), 0), (True, 21, ((0, 1), (1, 2)), 0)],
)
def test_few_samples_without_trains_go_to_the_loop(
    there: bool,
    most: int,
    trains: tuple[tuple[int, int], ...],
    asked: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[object] = []
    monkeypatch.setattr(refine, "is_there", lambda: there)
    monkeypatch.setattr(refine, "FEW_SAMPLES", most)
    monkeypatch.setattr(refine, "fitted_by_loops", lambda *a: calls.append(a))
    data = build_data(check_samples(T, np.sin(T)), 0)
    structure = Structure.empty().plus(0.16).plus(0.32)
    if trains:
        structure = structure.in_train(dict(trains), 0.16)
    refine.fit_lines(data, structure, absolute=False)
    assert len(calls) == asked
