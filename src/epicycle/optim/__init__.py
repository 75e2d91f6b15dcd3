"""Learning frequencies inside a training loop.

A gradient step cannot find a frequency: the loss has a minimum every few hundredths of its width.
But the gradient of the loss *at the network's output* is a function of the inputs, and its
spectrum shows every line that the network does not explain yet, wherever it is.
:class:`SpectralDescent` attaches to any optimizer, looks at that spectrum at geometrically spaced
steps, and moves frequencies to the lines that are significant.
"""

from epicycle.optim.moves import Move, Unplaced
from epicycle.optim.spectral_descent import SpectralDescent

__all__ = ["Move", "SpectralDescent", "Unplaced"]
