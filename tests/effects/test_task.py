"""A task: samples, band, goal and noise, from which any values of these samples are pursued."""

from dataclasses import replace

import numpy as np
import pytest

from epicycle.effects.gains import NOT_MEASURED, with_first_gains
from epicycle.effects.groups import with_groups_apart
from epicycle.effects.task import Task
from epicycle.samples.data import build_data
from epicycle.samples.given import Given
from epicycle.samples.options import Options
from epicycle.spectra.plan import plan_search

RNG = np.random.default_rng(3)
T = np.sort(RNG.uniform(0, 100, 90))
Y = np.cos(2 * np.pi * T / 7) + 0.1 * RNG.normal(size=90)


def task_of(t=T, y=Y, group=None, **options) -> Task:
    asked = Options(**options).checked(of_events=False)
    samples = Given(t, y, group=group).samples(asked)
    data = build_data(samples, asked.degree)
    return Task.of(samples, data, plan_search(data, *asked.period_limits, asked.strategy), asked)


def test_it_finds_the_cycle_of_whatever_values_it_is_given():
    task = task_of()
    found = task.pursue(task.data)
    assert 1 / found.fit.structure.frequency[0] == pytest.approx(7, abs=0.05)
    other = replace(task.data, y=np.cos(2 * np.pi * T / 11)[:, np.newaxis])
    assert 1 / task.pursue(other).fit.structure.frequency[0] == pytest.approx(11, abs=0.05)


def test_it_refits_the_same_lines():
    task = task_of()
    found = task.pursue(task.data)
    tripled = replace(found.data, y=3 * found.data.y)
    again = task.refit(found, data=tripled)
    np.testing.assert_allclose(again.fit.coefficients, 3 * found.fit.coefficients, rtol=1e-6)
    structure = found.fit.structure
    shifted = replace(structure, frequency=structure.frequency + 1e-4)
    moved = task.refit(found, structure=shifted)
    np.testing.assert_allclose(
        moved.fit.structure.frequency, found.fit.structure.frequency, rtol=1e-9
    )


def test_other_values_of_the_same_samples_count_as_many():
    """What weights leave was told by the pursuit; values made anew know nothing of it."""
    task = task_of()
    found = task.pursue(task.data)
    fewer = replace(found, data=replace(found.data, told=0.5))
    again = task.refit(fewer, data=build_data(task.samples, 0))
    assert again.data.told == 0.5
    assert again.fit.scale > 1.5 * task.refit(found, data=build_data(task.samples, 0)).fit.scale


def test_the_loss_bounds_values_far_off():
    y = Y.copy()
    y[5] += 1000
    squares, huber = (task_of(y=y, loss=loss, harmonics=1) for loss in ("squares", "huber"))
    assert not len(squares.pursue(squares.data).fit.structure.frequency)
    period = 1 / huber.pursue(huber.data).fit.structure.frequency
    assert period == pytest.approx([7], abs=0.05)


def test_too_few_samples_claim_nothing():
    task = task_of(T[:11], Y[:11])
    assert task.goal.max_cycles == 0
    assert task.notes == ("too few samples: 11, and a period is claimed from 12 upwards",)
    assert not len(task.pursue(task.data).fit.structure.frequency)
    assert not task_of(T[:12], Y[:12]).notes


def test_what_does_not_fit_the_band_is_refused():
    with pytest.raises(ValueError, match="known holds the period 1, below the shortest"):
        task_of(minimum_period=2, known=1.0)
    with pytest.raises(ValueError, match="exposure must be at least 0 and below the shortest"):
        task_of(minimum_period=2, exposure=2.0)


GROUP = np.array(list("ab"))[RNG.integers(0, 2, 90)]
APART = np.where(GROUP == "a", 1.0, -3.0) * np.cos(2 * np.pi * T / 7 + (GROUP == "a"))


def test_groups_go_apart_where_asked_or_likelier():
    y = APART + 0.1 * RNG.normal(size=90)
    for choice, apart in (("offset", False), ("amplitude", False), ("waveform", True)):
        task = with_groups_apart(task_of(y=y, group=GROUP, per_group=choice))
        assert task.by_group is apart
        assert task.data.y.shape == (90, 2 if apart else 1)
        assert task.ranking is None
    task = with_groups_apart(task_of(y=y, group=GROUP))
    assert task.by_group
    assert 1 / task.ranking.rivals[0].frequency == pytest.approx(7, abs=0.1)
    alike = with_groups_apart(task_of(y=Y, group=GROUP))
    assert not alike.by_group
    # what was compared as one waveform is not compared again
    assert not alike.ranking.by_group
    assert 1 / alike.ranking.rivals[0].frequency == pytest.approx(7, abs=0.1)


def test_gains_are_taken_out_where_asked():
    y = np.where(GROUP == "a", 1.0, -3.0) * Y
    task, gains = with_first_gains(task_of(y=y, group=GROUP))
    assert gains is None
    assert task.samples.y[:, 0].tolist() == y.tolist()
    task, gains = with_first_gains(task_of(y=y, group=GROUP, per_group="amplitude"))
    np.testing.assert_allclose(gains.value, [-1 / 3, 1], atol=0.02)
    np.testing.assert_allclose(task.samples.y[:, 0] * gains.value[task.samples.group], y)
    assert gains.given.y[:, 0].tolist() == y.tolist()
    noise = RNG.normal(size=90)
    task, gains = with_first_gains(task_of(y=noise, group=GROUP, per_group="amplitude"))
    assert gains is None
    assert task.goal.max_cycles == 0
    assert task.notes == (NOT_MEASURED,)
