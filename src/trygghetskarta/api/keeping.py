"""What was made last, kept up to a weight."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar, cast

_Made = TypeVar("_Made")
MOST = 10_000
"""The weight kept at the most: that of so many rows of an answer, some 20 MB."""


class Keeping:
    """Keeps what was asked for last. What weighs more than all of it may is made anew each time."""

    def __init__(self, most: int = MOST) -> None:
        """Begin empty."""
        self._most = most
        self._weight = 0
        self._kept: OrderedDict[Hashable, tuple[object, int]] = OrderedDict()
        self._turn = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], _Made], weigh: Callable[[_Made], int]) -> _Made:
        """Give what is kept under a key, or make it.

        Args:
            key: What it depends on.
            make: Makes it.
            weigh: Tells how much it weighs.
        """
        with self._turn:
            if key in self._kept:
                self._kept.move_to_end(key)
                return cast("_Made", self._kept[key][0])
        made = make()
        weight = weigh(made)
        if weight <= self._most:
            with self._turn:
                self._weight += weight - self._kept.pop(key, (None, 0))[1]
                self._kept[key] = (made, weight)
                while self._weight > self._most:
                    self._weight -= self._kept.popitem(last=False)[1][1]
        return made
