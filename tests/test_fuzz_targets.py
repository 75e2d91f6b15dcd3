"""Every target of fuzz/ on a few of its first inputs, and whether it has teeth."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

FUZZ = Path(__file__).parents[1] / "fuzz"


@pytest.fixture(scope="module")
def targets():
    sys.path.insert(0, str(FUZZ))
    try:
        import targets

        yield targets
    finally:
        sys.path.remove(str(FUZZ))


QUICK = ("csv", "model", "resume", "stamps", "arrays", "events", "regressor", "parquet", "doctor")


@pytest.mark.parametrize("name", QUICK)
def test_targets_pass_their_first_inputs(targets, name):
    target = targets.TARGETS[name]
    for seed in target.seeds()[:6]:
        target.run(seed)


def test_every_public_function_is_called_with_odd_things(targets, monkeypatch):
    """Layers, optimizers and results apart, for which others stand."""
    import epicycle

    arguments = sys.modules["arguments"]
    made = {function.__name__ for function, _ in arguments.calls().values()}
    public = {
        name
        for name in epicycle.__all__
        if name[0].islower() and callable(getattr(epicycle, name, None))
    }
    assert public <= made
    for name in arguments.calls():
        if name not in ("find_cycles_in_chunks", "learn_wave"):  # which take longer
            assert arguments.call(name, {}) is not None
    name, (_, given) = "broken", arguments.calls()["Clock"]
    calls = {name: (lambda day_length, radices: np.zeros(3)[day_length], given)}
    monkeypatch.setattr(arguments, "calls", lambda: calls)
    with pytest.raises(IndexError):
        arguments.call(name, {"day_length": "x"})


def test_a_target_sees_a_traceback(targets, monkeypatch):
    # the teeth of all targets: an error of another kind, and one in the words of numpy
    readers = sys.modules["readers"]
    table = targets.seeds.table().encode()

    def breaks(*_, **__):
        raise KeyError("level")

    monkeypatch.setattr(readers, "find_cycles", breaks)
    with pytest.raises(KeyError):
        readers.csv(table)
    monkeypatch.setattr(readers, "find_cycles", lambda *_, **__: np.linalg.inv(np.zeros((2, 2))))
    with pytest.raises(AssertionError, match="LinAlgError"):
        readers.csv(table)


def test_mutations_of_models_change_one_thing(targets):
    target = targets.TARGETS["model"]
    (seed, *_) = target.seeds()
    changed = [target.mutate(seed, 10**6, k) for k in range(30)]
    documents = [json.loads(raw) for raw in changed if raw is not None]
    assert len(documents) > 20
    assert all(document != json.loads(seed) for document in documents[:1])
    assert all(target.mutate(b'"text"', 10**6, k) is None for k in range(30))
