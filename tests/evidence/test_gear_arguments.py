"""Frequencies, errors and trains are refused in one sentence where they cannot be used."""

import numpy as np
import pytest

from epicycle.evidence.gear_arguments import check_frequencies, check_train


def test_errors_become_a_covariance():
    f, covariance = check_frequencies([1, 2], [0.1, 0.2])
    assert f.tolist() == [1.0, 2.0]
    np.testing.assert_allclose(covariance, np.diag([0.01, 0.04]))
    given = np.array([[0.01, 0.001], [0.001, 0.04]])
    assert check_frequencies([1, 2], given)[1].tolist() == given.tolist()


@pytest.mark.parametrize(
    ("frequencies", "errors", "message"),
    [
        ([1, -2], [0.1, 0.1], "frequencies must be one-dimensional, finite and above 0"),
        ([1, np.inf], [0.1, 0.1], "frequencies must be one-dimensional"),
        ([[1, 2]], [[0.1, 0.1]], "frequencies must be one-dimensional"),
        ([1, 2], [0.1], "errors must have the shape"),
        ([1, 2], [[0.1, 0.2], [0.3, 0.1]], "errors must have the shape"),
        ([1, 2], [0.1, 0], "errors must be finite and above 0"),
        ([1, 2], [0.1, -0.1], "errors must be finite and above 0"),
    ],
)
def test_unusable_frequencies(frequencies, errors, message):
    with pytest.raises(ValueError, match=message):
        check_frequencies(frequencies, errors)


def test_a_train_has_a_ratio_for_each_of_its_members():
    assert check_train([0, np.int64(2)], [1, 3], 3) == ((0, 2), (1, 3))
    for members in ([0], [0, 0], [0, 3]):
        with pytest.raises(ValueError, match="members must be at least two different indices"):
            check_train(members, [1, 2], 3)
    with pytest.raises(ValueError, match="members must be an integer of at least 0"):
        check_train([-1, 0], [1, 2], 3)
    with pytest.raises(ValueError, match="ratios must be one integer for each of the 2 members"):
        check_train([0, 1], [1], 3)
    with pytest.raises(ValueError, match="ratios must be an integer of at least 1"):
        check_train([0, 1], [0, 1], 3)
