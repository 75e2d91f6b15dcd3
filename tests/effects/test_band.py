"""The band of a search, and a wider one where more is found just beyond."""

from dataclasses import replace

import numpy as np
import pytest

from epicycle.effects.band import pursue_in_band
from epicycle.effects.task import Task
from epicycle.pursuit.pursuit import Pursuit
from epicycle.samples.budget import OutOfTimeError
from epicycle.samples.data import Data, build_data
from epicycle.samples.given import Given
from epicycle.samples.options import Options
from epicycle.spectra.bands import Progress
from epicycle.spectra.plan import grid

RNG = np.random.default_rng(8)
#: Near a raster, which mirrors what is beyond a band that ends at a period of 1 / 0.7.
T = np.sort(RNG.choice(120, 90, replace=False)) + 0.05 * RNG.normal(size=90)
NOISE = 0.3 * RNG.normal(size=90)


def task_of(period: float, *, cut: bool = True, **options: object) -> Task:
    asked = Options(**options).checked(of_events=False)  # type: ignore[arg-type]
    samples = Given(T, np.cos(2 * np.pi * T / period) + NOISE).samples(asked)
    data = build_data(samples, asked.degree)
    plan = replace(grid(1 / data.baseline, 0.7, 1 / (5 * data.baseline)), cut=cut)
    return Task.of(samples, data, plan, asked)


def test_a_cycle_just_beyond_a_band_is_looked_for_there() -> None:
    found, task, gains = pursue_in_band(task_of(0.8))
    assert 1 / found.fit.structure.frequency == pytest.approx([0.8], abs=2e-3)
    assert task.plan.maximum_frequency > 1 / 0.8
    # (false alarms pay for all of it: as many independent frequencies as it has line widths)
    assert found.bandwidth > 2 * pursue_in_band(task_of(4.0))[0].bandwidth
    assert gains is None


def test_a_band_that_holds_the_cycle_stays() -> None:
    task = task_of(4.0)
    found, same, _ = pursue_in_band(task)
    assert 1 / found.fit.structure.frequency == pytest.approx([4.0], abs=0.02)
    assert same.plan is task.plan


@pytest.mark.parametrize("options", [{"cut": False}, {"known": (3.0,)}])
def test_a_band_that_was_asked_for_stays(options: dict[str, object]) -> None:
    task = task_of(0.8, **options)  # type: ignore[arg-type]
    assert pursue_in_band(task)[1].plan is task.plan


def test_where_time_is_over_what_was_found_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, calls = Task.pursue, []

    def once(self: Task, data: Data, progress: Progress | None = None) -> Pursuit:
        calls.append(self.plan.maximum_frequency)
        if len(calls) > 1:
            raise OutOfTimeError
        return whole(self, data, progress)

    monkeypatch.setattr(Task, "pursue", once)
    task = task_of(0.8, max_seconds=60.0)
    found, same, _ = pursue_in_band(task)
    assert calls[1] > 1 / 0.8
    assert same.plan is task.plan
    assert len(found.fit.structure.frequency) > 0
    assert "beyond the band was not searched" in found.notes[-1]


def test_exposures_end_a_band_as_well() -> None:
    task = task_of(0.8, exposure=0.9)
    assert pursue_in_band(task)[1].plan is task.plan
