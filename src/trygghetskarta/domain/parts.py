"""The parts that a whole is told in."""

from __future__ import annotations

from dataclasses import dataclass

from trygghetskarta.domain.sources import SourceId


@dataclass(frozen=True, slots=True)
class Part:
    """A category as a part of what is counted.

    Attributes:
        source: Whose category.
        code: Its code.
        name: Its Swedish name.
    """

    source: SourceId
    code: str
    name: str
