"""How much one socket may say: a bucket that fills with time. Pure."""

from __future__ import annotations


class Budget:
    """`take` is False when the bucket is empty. Sizes in bytes, times in seconds of any steady clock."""

    __slots__ = ("_at", "_left", "_most", "_per_second")

    def __init__(self, *, per_second: float, most: float, at: float) -> None:
        self._per_second = per_second
        self._most = most
        self._left = most
        self._at = at

    def take(self, amount: float, *, at: float) -> bool:
        self._left = min(self._most, self._left + (at - self._at) * self._per_second)
        self._at = at
        if amount > self._left:
            return False
        self._left -= amount
        return True
