"""Inputs too coarse for the phase are refused, those just fine enough are taken."""

import pytest
import torch

from epicycle.nn import Periodic, _phase

ROUNDED = [torch.float32, torch.bfloat16, torch.float16]


def layer_at(frequency: list[list[float]], harmonics: int = 1) -> Periodic:
    layer = Periodic(len(frequency[0]), len(frequency), harmonics)
    layer.frequency.data = torch.tensor(frequency, dtype=torch.float64)
    return layer


@pytest.mark.parametrize("dtype", ROUNDED)
@pytest.mark.parametrize("harmonics", [1, 3])
@pytest.mark.parametrize("largest", [1000.0, -1024.0, 1e-3])
def test_the_limit_is_one_sixteenth_of_a_turn(dtype, harmonics, largest) -> None:
    x = torch.tensor([[0.0], [largest]], dtype=dtype)
    above = torch.nextafter(x[1].abs(), torch.tensor([torch.inf], dtype=dtype))
    step = float(above.double() - x[1].abs().double())
    limit = 1 / 16 / step / harmonics
    layer_at([[0.01 * limit], [-0.9999 * limit]], harmonics)(x)
    with pytest.raises(ValueError, match="does not resolve the phase"):
        layer_at([[0.01 * limit], [-1.0001 * limit]], harmonics)(x)


def test_the_message_tells_reason_and_remedy() -> None:
    seconds_in_120_years = torch.tensor([[3.8e9]])
    with pytest.raises(ValueError, match="does not resolve the phase") as caught:
        layer_at([[1 / 60]])(seconds_in_120_years)
    message = str(caught.value)
    assert "torch.float32" in message
    assert "its step at the largest |x|, 3.8e+09, is 256" in message
    assert "4.27 turns" in message  # 256 / 60
    assert "To fix this, pass x as float64 or int64" in message


def test_each_input_counts_with_its_own_frequency() -> None:
    x = torch.tensor([[1.0, 2.0**24]])  # steps of 2**-23 and 2
    layer_at([[1000.0, 1e-3]])(x)
    with pytest.raises(ValueError, match=r"largest \|x\|, 1\.67772e\+07, is 2,"):
        layer_at([[1e-3, 1000.0]])(x)


@pytest.mark.parametrize("dtype", [torch.float64, torch.int64, torch.int32])
def test_exact_kinds_are_never_refused(dtype) -> None:
    x = torch.tensor([[2**31 - 1]]).to(dtype)
    assert torch.isfinite(layer_at([[1e6]])(x)).all()


def test_no_samples_have_no_step() -> None:
    assert layer_at([[1e6]])(torch.empty((0, 1))).shape == (0, 2)


def test_elsewhere_than_on_the_cpu_few_calls_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    # the meta device stands for any other: a check would wait for it
    checks: list[torch.Tensor] = []
    layer = Periodic(1, 2, device="meta")
    monkeypatch.setattr(_phase, "check_resolution", lambda x, f, h: checks.append(x))
    n_checks = []
    for _ in range(33):
        layer(torch.empty((5, 1), device="meta"))
        n_checks.append(len(checks))
    assert [n_checks.index(n) + 1 for n in range(1, 7)] == [1, 2, 4, 8, 16, 32]
