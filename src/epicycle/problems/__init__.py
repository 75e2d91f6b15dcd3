"""Problems of learning a frequency, with exact answers, and the networks that fail at them."""

from epicycle.problems.clock import Clock, exact_match
from epicycle.problems.sine import Sine

__all__ = ["Clock", "Sine", "exact_match"]
