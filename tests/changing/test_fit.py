"""Gauss-Newton, evidence and covariances against dense matrices; fits against exact answers."""

import numpy as np
import pytest

from changing.simulated import batch, dense, numbers, posterior, record
from epicycle.changing import chain as chains
from epicycle.changing.batch import empty, waves
from epicycle.changing.design import Design, Terms
from epicycle.changing.fit import STEP, covariances, finish, fit, move, objective, solve


@pytest.mark.parametrize("wander", ["none", "walk", "path"])
def test_step_evidence_and_covariances_are_those_of_dense_matrices(wander):
    models = batch(wander=wander, varies=wander == "path")
    solved = finish(models)
    width = models.design.chain.width
    band = chains.lower_band(covariances(solved))
    m = models.design.chain.size
    near = np.abs(np.subtract.outer(np.arange(width) // m, np.arange(width) // m)) <= 1
    for k in range(len(models)):
        covariance, step, evidence = posterior(models, k)
        # the twin's slopes are good to 1e-9 of the largest
        assert solved.dx[:, k] == pytest.approx(step[:width], abs=1e-6)
        assert solved.dc[k] == pytest.approx(step[width:], abs=1e-6)
        assert solved.log_evidence[k] == pytest.approx(evidence, rel=1e-9)
        assert dense(band[:, :, k])[near] == pytest.approx(
            covariance[:width, :width][near], abs=1e-6
        )
        assert solved.border[k] == pytest.approx(covariance[width:, width:], abs=1e-6)


def test_a_linear_model_is_solved_in_one_step():
    # without a rhythm all is linear: one full step is the optimum, and evidence is exact
    rec = record(3)
    design = Design(rec, (), "none", False, 1, 0, 12)
    model = empty(design, [Terms()], np.empty((1, 0)), np.array([0.5]), np.array([0.3]))
    prior, log_det = model.prior()
    at = waves(model)
    solved = solve(model, at, prior, log_det)
    move(model, solved, prior, at)
    again = finish(model)
    assert np.abs(again.dx).max() < 1e-9
    inside = design.chain.maps[0].toarray()
    noise = inside @ np.linalg.inv(dense(prior[:, :, 0])) @ inside.T
    spread = noise + rec.level @ rec.level.T + np.diag(model.variance[0] / rec.w)
    log = np.linalg.slogdet(2 * np.pi * spread)[1]
    expected = -0.5 * (log + rec.y @ np.linalg.solve(spread, rec.y))
    assert again.log_evidence[0] == pytest.approx(expected, rel=1e-9)


def test_no_step_turns_a_phase_further_than_it_may_or_makes_it_worse():
    models = batch(7, models=4)
    prior, log_det = models.prior()
    for _ in range(5):
        before = waves(models)
        solved = solve(models, before, prior, log_det)
        after = move(models, solved, prior, before)
        turned = np.angle(after.turn[0] / before.turn[0]) / (2 * np.pi)
        assert np.abs(turned).max() <= STEP * (1 + 1e-9)
        worse = objective(models, after, prior) - solved.objective
        assert (worse <= 1e-6 * np.abs(solved.objective)).all()


def test_white_noise_and_its_memory_are_found():
    rng = np.random.default_rng(5)
    n = 600
    t = np.linspace(-30, 30, n)
    noise = np.zeros(n)
    kept = np.exp(-(t[1] - t[0]) / 1.0)
    noise[0] = rng.normal()
    for k in range(1, n):
        noise[k] = kept * noise[k - 1] + np.sqrt(1 - kept**2) * rng.normal()
    rec = record(3)
    rec = type(rec)(t, 0.8 * noise + 0.4 * rng.normal(size=n), np.ones(n), np.full((n, 1), 10.0), 0)
    design = Design(rec, (), "none", False, 1, 0, 300)
    model = empty(design, [Terms()], np.empty((1, 0)), np.array([0.1]), np.array([1.0]))
    fit(model, [0], outer=60, inner=1)
    # 60 memories: the variance of the variance is 2 (2 memories) / 60, a quarter of it as error
    assert model.strength[0, 0] == pytest.approx(0.8, rel=0.4)
    assert np.sqrt(model.variance[0]) == pytest.approx(0.4, rel=0.12)


def test_models_that_have_settled_do_not_depend_on_others():
    models = batch(4, wander="none", varies=False, models=4)
    alone = models.take([2])
    fit(models, [0], outer=20)
    fit(alone, [0], outer=20)
    assert alone.log_evidence[0] == pytest.approx(models.log_evidence[2], abs=0.02)
    assert numbers(alone, 0) == pytest.approx(numbers(models, 2), abs=0.02)
