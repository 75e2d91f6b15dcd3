"""Phases and features of Periodic against 60 digits."""

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import oracles
from epicycle.nn import Periodic

# Four parts (two products, each a fraction and its error) of at most 1/2 turn are added, each sum
# rounded to 2**-53 at most; the last reduction is exact.
PHASE_ERROR = 1e-15


def layer_at(*frequency: float, harmonics: int = 1, **options) -> Periodic:
    layer = Periodic(1, len(frequency), harmonics, **options)
    layer.frequency.data = torch.tensor(frequency, dtype=torch.float64).unsqueeze(-1)
    return layer


def worst(layer: Periodic, x: torch.Tensor) -> float:
    got = layer.phases(x).detach().numpy()
    assert np.abs(got).max(initial=0.0) <= 0.5
    errors = [
        oracles.circular(got[:, k] - oracles.mp_turns(f, x[:, 0].tolist())).max(initial=0.0)
        for k, f in enumerate(layer.frequency[:, 0].tolist())
    ]
    return max(errors)


frequencies = st.floats(-12.0, 6.0).map(lambda e: 10.0**e) | st.floats(-1000.0, 1000.0)


@given(
    frequency=st.lists(frequencies, min_size=1, max_size=3),
    x=st.lists(st.integers(-(2**62), 2**62), min_size=1, max_size=20),
)
def test_phases_of_integers(frequency, x) -> None:
    assert worst(layer_at(*frequency), torch.tensor(x).unsqueeze(-1)) < PHASE_ERROR


@given(
    frequency=st.lists(frequencies, min_size=1, max_size=3),
    x=st.lists(st.floats(-1e18, 1e18), min_size=1, max_size=20),
)
def test_phases_of_floats(frequency, x) -> None:
    x = torch.tensor(x, dtype=torch.float64).unsqueeze(-1)
    assert worst(layer_at(*frequency), x) < PHASE_ERROR


def test_ten_billion_cycles_where_a_plain_product_is_lost() -> None:
    layer = layer_at(31.0 / 3.0)
    x = torch.rand((200, 1), dtype=torch.float64, generator=torch.Generator().manual_seed(1)) * 1e9
    plain = (x[:, 0] * layer.frequency[0, 0]).detach().numpy()
    truth = oracles.mp_turns(31.0 / 3.0, x[:, 0].tolist())
    assert oracles.circular(plain - np.rint(plain) - truth).max() > 1e-7
    assert worst(layer, x) < PHASE_ERROR


@pytest.mark.parametrize("dtype", [torch.int32, torch.int16, torch.int8, torch.uint8])
def test_small_integers_are_exact(dtype) -> None:
    x = torch.tensor([[0], [1], [100], [torch.iinfo(dtype).max], [torch.iinfo(dtype).min]])
    assert worst(layer_at(1 / 86400, 0.3), x.to(dtype)) < PHASE_ERROR


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_coarse_inputs_are_exact_at_the_value_that_they_have(dtype) -> None:
    x = torch.linspace(-3, 3, 50).to(dtype).unsqueeze(-1)
    assert worst(layer_at(0.4, -1.3), x) < PHASE_ERROR


def test_several_inputs_add_their_phases() -> None:
    layer = Periodic(3, 2, generator=torch.Generator().manual_seed(0))
    x = torch.randint(-(2**62), 2**62, (20, 3), generator=torch.Generator().manual_seed(1))
    truth = np.array(
        [
            [sum(oracles.mp_turns(f, [v])[0] for f, v in zip(vector, row, strict=True))
             for vector in layer.frequency.tolist()]
            for row in x.tolist()
        ]
    )  # fmt: skip
    error = oracles.circular(layer.phases(x).detach().numpy() - truth)
    assert error.max() < 3 * PHASE_ERROR


@pytest.mark.parametrize(
    ("dtype", "tolerance"),
    [
        # the phase error of 1e-15 turns is 3 times larger in the third harmonic, in radians
        (torch.float64, 3 * 2 * np.pi * PHASE_ERROR),
        # an angle up to pi, rounded to half a step of 2**-22, and the value itself, of 2**-24
        (torch.float32, 2**-23 + 2**-24),
        # computed in float32, so that only the value itself is rounded: steps of 2**-8, 2**-11
        (torch.bfloat16, 2**-9 + 2**-22),
        (torch.float16, 2**-12 + 2**-22),
    ],
)
def test_features_and_their_layout(dtype, tolerance) -> None:
    frequency, harmonics = (0.123456789, 31.0), 3
    x = torch.randint(-(10**12), 10**12, (30, 1), generator=torch.Generator().manual_seed(3))
    got = layer_at(*frequency, harmonics=harmonics, dtype=dtype)(x)
    assert got.dtype == dtype
    with mpmath.workdps(60):
        truth = [
            [
                float(function(2 * mpmath.pi * h * mpmath.mpf(f) * int(value)))
                for f in frequency
                for h in range(1, harmonics + 1)
                for function in (mpmath.cos, mpmath.sin)
            ]
            for value in x[:, 0]
        ]
    assert np.abs(got.detach().double().numpy() - np.array(truth)).max() < tolerance


@pytest.mark.parametrize("shape", [(1,), (0, 1), (7, 1), (2, 3, 4, 1)])
def test_any_number_of_leading_axes(shape) -> None:
    layer = layer_at(0.1, 0.2, 0.3)
    x = torch.rand(shape, dtype=torch.float64)
    assert layer.phases(x).shape == (*shape[:-1], 3)
    assert layer(x).shape == (*shape[:-1], 6)
    assert torch.equal(layer(x).reshape(-1, 6), layer(x.reshape(-1, 1)))


def test_inputs_in_any_order_of_memory() -> None:
    layer = layer_at(0.1, 0.2)
    x = torch.rand((4, 5, 1), dtype=torch.float64).transpose(0, 1)
    phases = layer.phases(x)
    assert phases.is_contiguous()  # as torch.compile has been told
    assert torch.equal(phases, layer.phases(x.contiguous()))


def test_not_a_number_stays_one() -> None:
    x = torch.tensor([[float("nan")], [1.0]])
    assert torch.isnan(layer_at(0.1)(x)).tolist() == [[True, True], [False, False]]


def test_wrong_shape_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\(\.\.\., 1\), got \(5,\).*pass x.unsqueeze\(-1\)"):
        layer_at(0.1)(torch.rand(5))
    with pytest.raises(ValueError, match=r"\(\.\.\., 2\), got \(5, 1\).*one column per input"):
        Periodic(2, 1)(torch.rand(5, 1))


@pytest.mark.parametrize("dtype", [torch.bool, torch.complex64])
def test_what_is_no_real_number_is_refused(dtype) -> None:
    with pytest.raises(TypeError, match=f"real numbers, got {dtype}"):
        layer_at(0.1)(torch.ones((5, 1), dtype=dtype))
