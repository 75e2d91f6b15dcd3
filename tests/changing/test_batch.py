"""Models side by side: predictions and derivatives, and no model depends on its neighbours."""

import numpy as np
import pytest

from changing.simulated import TWO_PI, batch, dense, slopes_of
from epicycle.changing.batch import at_times, derivatives, join, waves


@pytest.mark.parametrize("wander", ["none", "walk", "path"])
def test_derivatives_are_those_of_small_steps(wander):
    models = batch(wander=wander, varies=wander != "walk")
    design = models.design
    channels, wide = derivatives(models, waves(models))
    assert wide[:, :, 0] == pytest.approx(design.record.y - waves(models).mean)
    for k in range(len(models)):
        chain = sum(
            slope[k][:, None] * one.toarray()
            for slope, one in zip(channels, design.chain.maps, strict=True)
        )
        expected = slopes_of(models, k)
        # central differences of step 1e-5: errors of third order, and rounding over the step
        assert np.hstack([chain, wide[k, :, 1:]]) == pytest.approx(expected, abs=1e-6)


def test_a_wave_is_what_the_formula_says():
    models = batch(wander="none", varies=False)
    models.x[:] = 0.0
    t = models.design.record.t
    null = models.design.null(t, 0) @ models.part("null")[0]
    shift = models.shifts[0][0] @ models.part("events")[0]
    phase = t + null + shift
    a, b = 0.5 * models.part("harmonics")[0]
    height = np.exp(models.design.decay(t) @ models.part("amplitude")[0])
    expected = models.design.record.level @ models.part("level")[0] + height * (
        np.cos(TWO_PI * phase) + a * np.cos(2 * TWO_PI * phase) + b * np.sin(2 * TWO_PI * phase)
    )
    assert waves(models).mean[0] == pytest.approx(expected, abs=1e-12)


def test_no_model_depends_on_its_neighbours():
    models = batch(models=5)
    alone = models.take([3])
    assert waves(alone).mean[0] == pytest.approx(waves(models).mean[3], abs=1e-13)
    assert alone.prior()[0][:, :, 0] == pytest.approx(models.prior()[0][:, :, 3])
    both = join([models.take([0, 1]), models.take([2, 3, 4])])
    assert waves(both).mean == pytest.approx(waves(models).mean, abs=1e-13)
    changed = models.take([3])
    changed.x += 1.0
    models.put(np.array([3]), changed)
    assert models.x[:, 3] == pytest.approx(changed.x[:, 0])


def test_shifts_move_with_their_times():
    models = batch(wander="none", varies=False)
    moved = at_times(models, models.at + 1.0)
    t = models.design.record.t
    assert moved.shifts[0] == pytest.approx(models.design.shifts(t, models.at + 1.0, 0))
    assert waves(moved).mean != pytest.approx(waves(models).mean)


def test_the_prior_of_a_batch_is_that_of_its_strengths():
    models = batch()
    models.strength[1] = [0.2, 0.3, 0.4]
    band, log_det = models.prior()
    chain = models.design.chain
    expected = sum(
        dense(chain.prior(j, models.memory[1, j])[0]) / models.strength[1, j] ** 2 for j in range(3)
    )
    assert dense(band[:, :, 1]) == pytest.approx(expected, rel=1e-12)
    assert log_det[1] == pytest.approx(np.linalg.slogdet(expected)[1], rel=1e-9)
