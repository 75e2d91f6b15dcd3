"""Outputs of any shape side by side: what has the rows of a sample, and what has not."""

import dataclasses

import torch

from epicycle.optim.outputs import rows_in, side_by_side


@dataclasses.dataclass
class Said:
    mean: torch.Tensor
    state: torch.Tensor | None = None


def test_tensors_come_out_of_tuples_mappings_and_dataclasses():
    mean, log_variance = torch.rand(5, 2), torch.rand(5, 1)
    for output in (
        (mean, log_variance),
        {"loss": mean.sum(), "mean": mean, "more": [log_variance], "count": torch.arange(5)},
        (Said(mean), log_variance[:, 0]),
    ):
        joined = side_by_side(rows_in(output))
        assert joined.equal(torch.cat([mean, log_variance], 1))
    assert rows_in(mean)[0] is mean


def test_what_has_no_row_for_each_sample_is_left_out():
    learning = torch.rand(5, 3, requires_grad=True)
    assert rows_in({"loss": torch.tensor(1.0), "hidden": torch.rand(2, 5, 7), "y": learning}) == [
        learning
    ]
    assert rows_in(torch.tensor(1.0)) == rows_in(None) == []
