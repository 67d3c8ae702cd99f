"""What was worked out once, for the next question that needs it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Found = TypeVar("Found")

MOST = 256
"""More than a report needs at a time. The largest, person-years of all areas for twenty years, take 70 kB each, and a worker shall stay small."""


class Kept:
    """Some findings by what they are of: so many at most, as questions that are always others must not fill the memory.

    All who ask are given the same finding, so nobody may change it.
    """

    __slots__ = ("_found",)

    def __init__(self) -> None:
        """Begin with nothing."""
        self._found: dict[Hashable, Any] = {}

    def __len__(self) -> int:
        """Tell how many there are."""
        return len(self._found)

    def of(self, what: Hashable, find: Callable[[], Found]) -> Found:
        """Give a finding.

        Args:
            what: What it is of, and which finding it is.
            find: Finds it, when it is first asked for.

        Returns:
            The finding.
        """
        found: Found
        if what in (known := self._found):
            found = known[what]
            return found
        found = find()
        if len(known) >= MOST:
            # A new dict: whoever reads the old one meanwhile is not disturbed.
            self._found = known = {}
        known[what] = found
        return found
