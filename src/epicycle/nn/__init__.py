"""Layers for networks that learn frequencies: PyTorch modules with exact phases.

``Periodic`` turns inputs into cosines and sines at trainable frequencies, ``Waveform`` is a whole
periodic function, and ``ResidualBank`` puts periodicity into the middle of a network.
"""

try:
    import torch as _torch  # noqa: F401
except ImportError as error:
    raise ImportError(
        "epicycle.nn needs PyTorch, which could not be imported. "
        "To fix this, install it with: pip install 'epicycle[torch]'"
    ) from error

from epicycle.nn.bank import ResidualBank
from epicycle.nn.periodic import Periodic
from epicycle.nn.waveform import Waveform

__all__ = ["Periodic", "ResidualBank", "Waveform"]
