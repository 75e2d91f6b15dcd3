"""A slowly varying factor: what samples say of it."""

import numpy as np
from numpy.testing import assert_allclose

from epicycle.evidence.envelope import _LENGTHS, _SIZES, Evidence, infer, matern


def test_inference_is_that_of_the_plain_formula() -> None:
    """One size and one length at a time, by the dense normal distribution of knots and beyond."""
    rng = np.random.default_rng(1)
    m = 9
    root = rng.normal(size=(40, m))
    evidence = Evidence(root.T @ root, root.T @ rng.normal(size=40) * 3, rng.dirichlet(np.ones(m)))
    found = infer(evidence)
    places = np.concatenate([np.linspace(0, 1, m), found.places])
    centring = np.eye(len(places))
    centring[:, :m] -= evidence.mean_weights
    logs, means, seconds = [], [], []
    for length in _LENGTHS:
        among = matern(np.subtract.outer(places, places) / length)
        for size in _SIZES:
            prior = size**2 * centring @ among @ centring.T
            inner, toward = prior[:m, :m], prior[:, :m]
            # v ~ N(A b, A): solved in the form that needs no inverse of the prior
            middle = np.linalg.inv(np.eye(m) + evidence.matrix @ inner)
            mean = toward @ middle @ evidence.vector
            variance = np.diag(prior - toward @ middle @ evidence.matrix @ toward.T)
            sign, logdet = np.linalg.slogdet(np.eye(m) + evidence.matrix @ inner)
            assert sign > 0
            logs.append(0.5 * evidence.vector @ inner @ middle @ evidence.vector - 0.5 * logdet)
            means.append(mean[m:])
            seconds.append(np.maximum(variance[m:], 0) + mean[m:] ** 2)
    weights = np.exp(np.array(logs) - max(logs))
    gain = np.log(weights.mean()) + max(logs)
    weights /= weights.sum()
    mean = weights @ np.array(means)
    # directions of the prior below 1e-9 of its largest are left out: 3e-5 of its size
    assert_allclose(found.gain, gain, atol=1e-3)
    assert_allclose(found.mean, mean, atol=1e-3 * np.abs(mean).max())
    variance = weights @ np.array(seconds) - mean**2
    assert_allclose(found.variance, variance, atol=1e-3 * variance.max())
