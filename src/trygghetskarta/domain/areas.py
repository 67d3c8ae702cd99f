"""Area levels, area codes and editions."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cache, cached_property
from typing import TYPE_CHECKING, Generic, TypeVar

from trygghetskarta.domain.cities import CITY, ROLES, CityLevel
from trygghetskarta.errors import ConflictError

_NOT_CODE = re.compile(r"[^a-z0-9]+", re.ASCII)
Held = TypeVar("Held")


class AreaLevel(StrEnum):
    """The levels of the city's divisions, finest first."""

    # Their values are the city's own; their names say what they are to the program. A city that has no level of some role has that name for
    # the next coarser one, and one with levels of another division beside its own has more members.
    if TYPE_CHECKING:
        BASOMRADE = "basomrade"
        STADSDEL = "stadsdel"
        STADSDELSOMRADE = "stadsdelsomrade"
        STAD = "stad"
    else:
        _ignore_ = ("_level", "_role")
        for _level in CITY.levels:
            vars()[_level.role.upper() if _level.is_main else f"OWN_{_level.code.upper()}"] = _level.code
        for _role in ROLES:
            if _role.upper() not in vars():
                vars()[_role.upper()] = CITY.level_of(_role).code

    @property
    def told(self) -> CityLevel:
        """What the city's file says of it."""
        return CITY.levels[self.rank]

    @cached_property
    def role(self) -> AreaLevel:
        """The level that it is treated as where something depends on what a level is: itself, or the one it stands beside."""
        return AreaLevel(CITY.level_of(self.told.role).code)

    @property
    def is_beside(self) -> bool:
        """True for a level of another division of the city, as DeSO beside basområden: it is treated as one of the others, and not one of them."""
        return not self.told.is_main

    @property
    def is_smallest(self) -> bool:
        """True for basområden, and for what is treated as they are in other cities or beside them."""
        return self.told.role == ROLES[0]

    @property
    def swedish(self) -> str:
        """The level's name as an official writes it, singular."""
        return self.told.swedish.one

    @cached_property
    def rank(self) -> int:
        """0 for the finest level, growing with size."""
        return list(AreaLevel).index(self)


def level_of_the_city(text: str) -> AreaLevel:
    """Give a level by its name in the database.

    Raises:
        ConflictError: The city has no such level: the database is another city's.
    """
    if text not in list(AreaLevel):
        raise ConflictError(
            f"Databasen har områden på nivån {text}, som {CITY.name} inte har: är TRYGGHETSKARTA_CITY rätt, och är det rätt databas?",
            f"The database has areas of the level {text}, which {CITY.name} has not: is TRYGGHETSKARTA_CITY right, and is it the right database?",
        )
    return AreaLevel(text)


class Standing(StrEnum):
    """What an edition is to a question that names none; in the order in which they are told."""

    DEFAULT = "default"  # the one that is meant
    EARLIER = "earlier"
    INCOMPLETE = "incomplete"  # it lacks a level that the one before it has
    FUTURE = "future"
    HELD = "held"  # it waits for a person's yes
    BESIDE = "beside"  # of another division than the city's own


@dataclass(frozen=True, slots=True)
class Reshaped:
    """An area that has other ground than the same code had before.

    Attributes:
        level: Its level.
        code: Its code.
        square_metres: The ground that it has and had not, and that it had and has not.
        before: First day of the edition before.
    """

    level: AreaLevel
    code: str
    square_metres: float
    before: date


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
        held: True while it waits for a person's yes.
        stands: True where it is meant though it lacks a level that the one before it has: a person said so, or it was meant already.
        reshaped: Its areas of other ground than the same codes had before, for which it waits, or waited until somebody said yes.
        standing: What it is to a question that names no edition.
    """

    edition_id: int
    valid_from: date
    name: str
    srid: int
    levels: Mapping[AreaLevel, int]
    schematic: bool
    held: bool = False
    stands: bool = False
    reshaped: tuple[Reshaped, ...] = ()
    standing: Standing = Standing.EARLIER


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


def stands_beside(levels: Iterable[AreaLevel]) -> bool:
    """Tell whether these are the levels of an edition that stands beside the city's own: it is used only when it is asked for."""
    return {level.is_beside for level in levels if level is not AreaLevel.STAD} == {True}


def in_order(editions: Iterable[Edition], today: date) -> list[Edition]:
    """Say what each edition is to a question that names none, and put the one that is meant first.

    That is the newest whose day has come, that waits for nobody's yes, and that lacks no level which the one before it has. Where there is none such,
    it is the one that comes nearest to it.

    Args:
        editions: All editions.
        today: The local day.

    Returns:
        The same editions: the one that is meant, then the others of each standing; the newest of each first, of those to come the next.
    """
    told, meant = [], None
    for edition in sorted(editions, key=lambda one: one.valid_from):
        standing = _standing(edition, meant, today)
        told.append(replace(edition, standing=standing))
        meant = edition if standing is Standing.EARLIER else meant

    def place(edition: Edition) -> tuple[int, bool, int]:
        day, is_to_come = edition.valid_from.toordinal(), edition.valid_from > today
        return list(Standing).index(edition.standing), is_to_come, day if is_to_come else -day

    told.sort(key=place)
    return [replace(told[0], standing=Standing.DEFAULT), *told[1:]] if told else []


@dataclass(frozen=True, slots=True)
class ByDay(Generic[Held]):
    """What hangs on the day.

    Attributes:
        begins: The days from which it is another, ascending.
        held: What it is before the first of them, and from each of them on, (begins + 1,).
    """

    begins: tuple[date, ...]
    held: tuple[Held, ...]

    def number(self, day: date) -> int:
        """Give the place in `held` of what it is on a day."""
        return bisect_right(self.begins, day)

    def on(self, day: date) -> Held:
        """Give what it is on a day."""
        return self.held[self.number(day)]


def read_by(editions: Iterable[Edition]) -> ByDay[tuple[int, ...]]:
    """Say in which edition the code of an area is looked up, by the day of the row that names it.

    A code means what it meant on that day: the edition that was in force then is asked first, before the first edition that one. One that waits for
    a person's yes was never in force. The others follow, for codes that the first has not: those before it, the newest first, then those after it.

    Args:
        editions: All editions.

    Returns:
        Their keys in the order in which they are asked.
    """
    every = list(editions)
    begins = [date.min, *sorted(edition.valid_from for edition in every)]
    orders = [tuple(edition.edition_id for edition in in_order(every, day)) for day in begins]
    another = [number for number in range(1, len(orders)) if orders[number] != orders[number - 1]]
    return ByDay(tuple(begins[number] for number in another), tuple(orders[number] for number in (0, *another)))


def _standing(edition: Edition, meant: Edition | None, today: date) -> Standing:
    if stands_beside(edition.levels):
        return Standing.BESIDE
    if edition.held:
        return Standing.HELD
    if edition.valid_from > today:
        return Standing.FUTURE
    lacks = meant is not None and not _own_levels(meant) <= _own_levels(edition)
    return Standing.INCOMPLETE if lacks and not edition.stands else Standing.EARLIER


def _own_levels(edition: Edition) -> set[AreaLevel]:
    return {level for level in edition.levels if not level.is_beside}


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
