"""What a result was made from is kept as it was given, so that it can be made again."""

import numpy as np

from epicycle import find_cycles

RNG = np.random.default_rng(6)
T = RNG.uniform(0, 100, 150)
GROUP = np.array(list("ab"))[RNG.integers(0, 2, 150)]
Y = np.where(GROUP == "a", 1.0, 2.0) * np.cos(2 * np.pi * T / 7) + 0.1 * RNG.normal(size=150)


def test_the_same_search_can_be_made_again():
    model = find_cycles(T, Y, 0.1, group=GROUP, harmonics=2, covariates=T % 2, max_cycles=1)
    origin = model.origin
    given = origin.given
    assert (given.t is T, given.y is Y, given.group is GROUP, given.dy) == (True, True, True, 0.1)
    again = find_cycles(**given.arguments(), **origin.task.options.arguments())
    assert again.cycles == model.cycles
    assert all(a is b for a, b in zip(model.samples, (T, Y, GROUP), strict=True))


def test_gains_are_kept_with_the_samples_that_they_divide():
    model = find_cycles(T, Y, group=GROUP, per_group="amplitude")
    origin = model.origin
    samples = origin.task.samples
    by = origin.gains.value[samples.group]
    np.testing.assert_allclose(samples.y[:, 0] * by, Y[samples.kept])
    assert {name: gain for name, (gain, _) in model.gains.items()} == dict(
        zip(samples.group_labels, origin.gains.value.tolist(), strict=True)
    )


def test_events_have_no_origin():
    assert find_cycles(np.sort(RNG.uniform(0, 10, 40))).origin is None
