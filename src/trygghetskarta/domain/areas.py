"""Area levels, area codes and editions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache

_NOT_CODE = re.compile(r"[^a-z0-9]+", re.ASCII)


class AreaLevel(StrEnum):
    """The levels of a division, finest first."""

    BASOMRADE = "basomrade"
    STADSDEL = "stadsdel"
    STADSDELSOMRADE = "stadsdelsomrade"
    STAD = "stad"

    @property
    def swedish(self) -> str:
        """The level's name as an official writes it, singular."""
        return {"basomrade": "basområde", "stadsdel": "stadsdel", "stadsdelsomrade": "stadsdelsområde", "stad": "hela staden"}[self.value]

    @property
    def rank(self) -> int:
        """0 for the finest level, growing with size."""
        return list(AreaLevel).index(self)


@dataclass(frozen=True, slots=True)
class Edition:
    """One division of the city into areas.

    Attributes:
        edition_id: The key in the database.
        valid_from: The first day the division was in force; also its name in questions.
        name: What people call it.
        srid: EPSG number of the plane its outlines are kept in, metres.
        levels: How many areas each loaded level holds, finest level first.
        schematic: True for the made-up areas of the sample.
    """

    edition_id: int
    valid_from: date
    name: str
    srid: int
    levels: Mapping[AreaLevel, int]
    schematic: bool


@dataclass(frozen=True, slots=True)
class Area:
    """One area of an edition, as questions and answers speak of it.

    Attributes:
        area_id: The key in the database.
        level: Its level.
        code: Its code, unique within edition and level.
        name: Its Swedish name.
        parent: Code of the area it lies in at the next loaded level; None at the top.
        square_metres: Its size in the plane of its edition.
    """

    area_id: int
    level: AreaLevel
    code: str
    name: str
    parent: str | None
    square_metres: float


@cache
def code_of_name(name: str) -> str:
    """Give the code of an area that its file knows by name only.

    Args:
        name: For example "ENSKEDE-ÅRSTA-VANTÖR" or "Enskede Årsta Vantör".

    Returns:
        Lower-case ASCII with hyphens: "enskede-arsta-vantor" for both.
    """
    letters = unicodedata.normalize("NFKD", name.casefold())
    ascii_letters = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _NOT_CODE.sub("-", ascii_letters).strip("-")


def proper_name(name: str) -> str:
    """Give a name in capitals its ordinary form; leave any other as it is.

    Args:
        name: For example "GAMLA STAN".

    Returns:
        "Gamla Stan".
    """
    tidy = unicodedata.normalize("NFC", " ".join(name.split()))
    return tidy.title() if tidy.isupper() else tidy
