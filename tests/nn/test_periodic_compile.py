"""torch.compile in one graph: the same features, the same gradients, the same refusals.

A compiler that looked into the error-free products might fuse them, and lose what they keep.
"""

import pytest
import torch

import oracles
from epicycle.nn import Periodic


@pytest.fixture(autouse=True)
def _fresh() -> None:
    torch.compiler.reset()


def layer_and_inputs() -> tuple[Periodic, torch.Tensor]:
    layer = Periodic(1, 3, harmonics=2, dtype=torch.float64)
    layer.frequency.data = torch.tensor([[31 / 3], [1 / 86400], [9.87654321]]).double()
    generator = torch.Generator().manual_seed(5)
    return layer, torch.rand((64, 1), dtype=torch.float64, generator=generator) * 1e9


@pytest.mark.slow
def test_compiled_phases_after_ten_billion_cycles() -> None:
    layer, x = layer_and_inputs()
    phases = torch.compile(layer.phases, fullgraph=True)(x).detach().numpy()
    for k, f in enumerate(layer.frequency[:, 0].tolist()):
        error = oracles.circular(phases[:, k] - oracles.mp_turns(f, x[:, 0].tolist()))
        assert error.max() < 1e-15


@pytest.mark.slow
def test_compiled_features_and_gradients() -> None:
    layer, x = layer_and_inputs()
    compiled = torch.compile(layer, fullgraph=True)
    plain, features = layer(x), compiled(x)
    # the compiler's own sine and cosine may differ in the last place
    assert (features - plain).abs().max() < 1e-15
    weight = torch.rand(plain.shape, dtype=torch.float64)
    by_plain, by_compiled = (
        torch.autograd.grad((weight * out).sum(), layer.frequency)[0] for out in (plain, features)
    )
    assert torch.allclose(by_plain, by_compiled, rtol=1e-12)


def test_one_graph_of_integers_and_a_refusal_at_run_time() -> None:
    layer, _ = layer_and_inputs()
    # the graph as it is captured and differentiated, without generating machine code
    compiled = torch.compile(layer, fullgraph=True, backend="aot_eager")
    x = torch.randint(-(2**62), 2**62, (64, 1), generator=torch.Generator().manual_seed(2))
    assert torch.equal(compiled(x), layer(x))
    near, far = torch.ones((64, 1)), torch.full((64, 1), 1e9)
    assert torch.equal(compiled(near), layer(near))
    with pytest.raises(ValueError, match="does not resolve the phase"):
        compiled(far)
