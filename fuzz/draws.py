"""Bytes of the fuzzer -> numbers, words and choices."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

#: Numbers that have broken programs before.
ODD_NUMBERS = (
    *(0.0, -0.0, 1.0, -1.0, float("nan"), float("inf"), -float("inf"), 5e-324, 1e-308, 1e-200),
    *(1e-30, 1e-9, 1e9, 1e15, 2.0**53, 2.0**63, -(2.0**63), 1e30, 1e154, 1e200, 1.7e308),
)


class Draws:
    """Choices read from the front of some bytes; where these are used up, every choice is 0."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._place = 0

    def take(self, n: int) -> bytes:
        """Return the next n bytes, zeros where there are no more."""
        part = self._raw[self._place : self._place + n]
        self._place += n
        return part + bytes(n - len(part))

    def rest(self) -> bytes:
        """Return everything that is left."""
        part = self._raw[self._place :]
        self._place = len(self._raw)
        return part

    def whole(self, low: int, high: int) -> int:
        """Return a whole number from low to high."""
        return low + int.from_bytes(self.take(2), "little") % (high - low + 1)

    def one_in(self, n: int) -> bool:
        """Return True once in n times, and never when the bytes are used up."""
        return self.take(1)[0] % n == 1

    def pick(self, options: Sequence[T]) -> T:
        """Return one of some options."""
        return options[self.take(1)[0] % len(options)]

    def number(self) -> float:
        """Return a float of any size, often an odd one."""
        kind = self.take(1)[0] % 4
        if kind == 0:
            return self.whole(-1000, 1000) / 8
        if kind == 1:
            return self.pick(ODD_NUMBERS)
        if kind == 2:
            return (self.whole(0, 65535) / 65536 - 0.5) * 10.0 ** self.whole(-12, 12)
        return float(struct.unpack("<d", self.take(8))[0])

    def word(self, usual: Sequence[str] = ("", "x", "nan")) -> str:
        """Return one of the usual words, or any short text."""
        if not self.one_in(8):
            return self.pick(usual)
        return self.take(self.whole(0, 12)).decode("utf-8", "replace")
