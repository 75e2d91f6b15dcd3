"""Designs of networks are those that were published."""

import pytest

from epicycle.problems.designs import DESIGNS, PLAIN


@pytest.mark.parametrize(
    ("name", "optimizer", "settings", "parameters"),
    [
        # counted by hand from the published sizes, for one output
        ("siren", "Adam", {"lr": 1e-4}, 2 * 256 + 3 * 257 * 256 + 257),
        ("mlp", "Adam", {"lr": 1e-3}, 2 * 128 + 7 * 129 * 128 + 129),
        (
            "snake",
            "SGD",
            {"lr": 3e-4, "momentum": 0.99, "weight_decay": 3e-3},
            2 * 100 + 101 * 100 + 101 + 200,
        ),
        (
            "fan",
            "AdamW",
            {"lr": 1e-5, "weight_decay": 0.01},
            2 * 2048 + 2 * 2049 * 1536 + 2049,
        ),
        ("time2vec", "Adam", {"lr": 1e-3}, 2 * 42 + 43),
        ("rff", "Adam", {"lr": 1e-4}, 513 * 256 + 2 * 257 * 256 + 257),
        ("surrogate", "Adam", {"lr": 1e-4}, 64 + 65),
        ("sgd", "SGD", {"lr": 1e-4, "momentum": 0}, 1),
        ("adam", "Adam", {"lr": 1e-3}, 1),
    ],
)
def test_published_settings(name, optimizer, settings, parameters) -> None:
    design = {**DESIGNS, **PLAIN}[name]()
    network = design.build(1)
    assert sum(p.numel() for p in network.parameters()) == parameters
    made = design.optimizer(network)
    assert type(made).__name__ == optimizer
    assert settings.items() <= made.param_groups[0].items()
    assert sum(len(group["params"]) for group in made.param_groups) == len([*network.parameters()])


def test_the_guess_reaches_the_network() -> None:
    assert DESIGNS["siren"](7.0).build(1).omega == 7.0
    assert DESIGNS["snake"](7.0).build(1).a[0][0].item() == 7.0
    assert DESIGNS["rff"](1000.0).build(1).B.std() > 500
    assert DESIGNS["surrogate"](100.0).domain == (0.0, 99.0)
    assert "7" in DESIGNS["siren"](7.0).title
