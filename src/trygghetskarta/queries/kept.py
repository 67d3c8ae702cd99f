"""What was worked out once, for the next question that needs it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

_Found = TypeVar("_Found")
_MOST = 1024


class Kept(Generic[_Found]):
    """Some findings by what they are of; no more than so many, so that questions that are always others fill no memory.

    What is found must never change, and nobody may change it: it is given to all who ask.
    """

    __slots__ = ("_found",)

    def __init__(self) -> None:
        """Begin with nothing."""
        self._found: dict[Hashable, _Found] = {}

    def of(self, what: Hashable, find: Callable[[], _Found]) -> _Found:
        """Give a finding, found when it is first asked for."""
        try:
            return self._found[what]
        except KeyError:
            found = find()
            if len(self._found) >= _MOST:
                # In another dict, so that whoever reads the old one meanwhile is not disturbed.
                self._found = {}
            self._found[what] = found
            return found
