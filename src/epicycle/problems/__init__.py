"""Problems of learning a frequency, with exact answers, and the networks that fail at them."""

from epicycle.problems.calendar import Calendar
from epicycle.problems.clock import Clock, exact_match
from epicycle.problems.displays import DecimalDigits, SevenSegments
from epicycle.problems.sine import Sine

__all__ = ["Calendar", "Clock", "DecimalDigits", "SevenSegments", "Sine", "exact_match"]
