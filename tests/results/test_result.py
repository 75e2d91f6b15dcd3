"""A result documents what it holds, and `CycleModel` is that result with faces."""

import inspect
from dataclasses import fields

import numpy as np
import pytest

from epicycle import CycleModel, find_cycles
from epicycle.results.result import Result


@pytest.fixture(scope="module")
def model() -> CycleModel:
    rng = np.random.default_rng(5)
    t = np.sort(rng.uniform(0, 100, 120))
    return find_cycles(t, 2 * np.cos(2 * np.pi * t / 7) + 0.2 * rng.normal(size=120))


def test_every_attribute_is_documented():
    # a line such as "n_samples, n_dropped : int"
    named = {
        name.strip()
        for line in inspect.getdoc(Result).splitlines()
        if " : " in line and not line.startswith(" ")
        for name in line.split(" : ")[0].split(",")
    }
    assert named == {field.name for field in fields(Result)}
    assert inspect.getdoc(CycleModel) == inspect.getdoc(Result)


def test_the_model_adds_faces_and_no_numbers():
    assert fields(CycleModel) == fields(Result)
    own = {name for name in vars(CycleModel) if not name.startswith("_")}
    faces = {"table", "to_dict", "from_dict", "plot_spectrum", "plot_fold", "plot_fit", "of"}
    faces |= {"track", "covariate_effects"}
    assert own - {field.name for field in fields(Result)} == faces


def test_a_model_of_a_result_holds_the_same(model):
    numbers = Result(**{field.name: getattr(model, field.name) for field in fields(Result)})
    again = CycleModel.of(numbers)
    assert type(again) is CycleModel
    assert all(getattr(again, f.name) is getattr(model, f.name) for f in fields(Result))
    assert again.table() == model.table()


def test_an_amplitude_has_a_place_in_time(model):
    amplitude, error = model.amplitude_at([0.0, 50.0])
    np.testing.assert_allclose(amplitude, model.cycles[0].amplitude)
    np.testing.assert_allclose(error, model.cycles[0].amplitude_error)
    with pytest.raises(ValueError, match=r"cycle=1 does not exist: the result has 1 cycle\(s\)"):
        model.amplitude_at([0.0], cycle=1)


def test_intervals_widen_with_their_coverage(model):
    t = np.linspace(0, 120, 20)
    narrow, wide = model.predict_interval(t, 0.5), model.predict_interval(t, 0.99)
    assert (wide[0] < narrow[0]).all()
    assert (wide[1] > narrow[1]).all()
    for bad in (0.0, 1.0, 2.0):
        with pytest.raises(ValueError, match="coverage must be"):
            model.predict_interval(t, bad)
