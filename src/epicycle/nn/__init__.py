"""Layers for networks that learn frequencies: PyTorch modules with exact phases.

``Periodic`` turns inputs into cosines and sines at trainable frequencies, ``Waveform`` is a whole
periodic function, ``Dials`` read classes that follow each other on cycles, and ``ResidualBank``
puts periodicity into the middle of a network.  ``Chirp`` has frequencies that drift, ``Envelope``
amplitudes that change, and ``TrackedPhase`` the phase of a rhythm that was followed.
"""

try:
    import torch as _torch  # noqa: F401
except ImportError as error:
    raise ImportError(
        "epicycle.nn needs PyTorch, which could not be imported. "
        "To fix this, install it with: pip install 'epicycle[torch]'"
    ) from error

from epicycle.nn.bank import ResidualBank
from epicycle.nn.chirp import Chirp
from epicycle.nn.dials import Dials
from epicycle.nn.envelope import Envelope
from epicycle.nn.periodic import Periodic
from epicycle.nn.tracked import TrackedPhase
from epicycle.nn.waveform import Waveform

__all__ = [
    "Chirp",
    "Dials",
    "Envelope",
    "Periodic",
    "ResidualBank",
    "TrackedPhase",
    "Waveform",
]
