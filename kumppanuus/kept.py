"""What a process keeps between requests because making it costs much: bounded, and never out of date."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Kept(dict[Key, Value]):
    """Things by all that they follow from. When there are too many, all are forgotten: what is needed comes back."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def __setitem__(self, key: Key, value: Value) -> None:
        if len(self) >= self._most:
            self.clear()
        super().__setitem__(key, value)

    def of(self, key: Key, make: Callable[[], Value]) -> Value:
        """What is kept of a key; made now if nothing is. Looked up once: another thread may forget it meanwhile."""
        value = self.get(key)
        if value is None:
            self[key] = value = make()
        return value


class Latest(Generic[Key, Value]):
    """What was made of each thing in the last state that was asked of."""

    def __init__(self, most: int) -> None:
        self._made: Kept[Key, tuple[object, Value]] = Kept(most)

    def of(self, key: Key, state: object, make: Callable[[], Value]) -> Value:
        """What was made of a thing in this state; made now if the one before was made in another."""
        known = self._made.get(key)
        if known is None or known[0] != state:
            self._made[key] = known = state, make()
        return known[1]
