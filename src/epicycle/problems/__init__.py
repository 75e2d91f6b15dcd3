"""Problems of learning a frequency, with exact answers, and the networks that fail at them."""

from epicycle.problems.clock import Clock, exact_match

__all__ = ["Clock", "exact_match"]
