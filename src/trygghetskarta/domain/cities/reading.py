"""Read the file of a city: what it must hold, and what is wrong with one that cannot be used."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from trygghetskarta.errors import InvalidQuestionError

DEFAULT = "stockholm"
"""The city that comes with the program."""
ROLES = ("basomrade", "stadsdel", "stadsdelsomrade", "stad")
"""What a level is to the program, finest first, by the names that these levels have in Stockholm."""
_NEEDED = ("stadsdelsomrade", "stad")
_CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", re.ASCII)
_LONGEST = 200
_WORLD = (-180.0, -90.0, 180.0, 90.0)
_ROUND = 20_040_000.0
"""Metres half round the world: nothing of a plane lies further off."""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Words:
    """What a level is called in one language.

    Attributes:
        one: Singular, as "basområde".
        many: Plural, as "basområden".
        article: The article of the singular; empty for what has none, as the whole of a city.
        title: Heading of a list of them.
        meaning: What one is, for the list of words of a report; empty for none.
    """

    one: str
    many: str
    article: str
    title: str
    meaning: str

    @property
    def a(self) -> str:
        """The singular with its article."""
        return f"{self.article} {self.one}".strip()


@dataclass(frozen=True, slots=True)
class CityLevel:
    """One level of a city's areas.

    Attributes:
        role: What it is to the program, one of ROLES.
        code: Its name in questions, files, addresses and answers.
        swedish: What it is called in Swedish.
        english: What it is called in English.
        is_main: True for the level that its role leads to; False for one of another division that is
            treated as that level is, as DeSO beside basområden.
    """

    role: str
    code: str
    swedish: Words
    english: Words
    is_main: bool


@dataclass(frozen=True, slots=True)
class AreaFile:
    """Where the areas of one level of one edition come from.

    Attributes:
        level: Code of the level.
        edition: First day the division was in force.
        path: The file; a relative one lies beside the city's.
        name: Name of the edition; None for one made from its day.
        fields: Column by what it holds: code, name, parent.
        crs: EPSG number of its coordinates; None where the file says so itself.
    """

    level: str
    edition: date
    path: Path
    name: str | None
    fields: Mapping[str, str]
    crs: int | None


@dataclass(frozen=True, slots=True)
class City:
    """One city, or any other municipality.

    Attributes:
        id: Its name in names of databases.
        name: The municipality's name as sources write it.
        code: The municipality's code; that of the area which is the whole of it.
        county: The county's name as sources write it.
        also: Other names that sources write for the municipality, in any case.
        plane: EPSG number of the plane its outlines are kept in, metres.
        systems: EPSG numbers of the systems that its coordinates may come in, beside longitude and latitude.
        northing_first: True where the plane's own order of axes is northing, easting, as in every Swedish system.
        bounds: Where its areas lie: west, south, east, north.
        ranges: Where its coordinates lie in a system, by EPSG number: left, bottom, right, top. Those not told are worked out of its areas.
        levels: Its levels, finest first.
        variants: Other names of areas, by level: code of an area by the name that sources write, in lower case.
        areas: Where its areas come from, in the order they are loaded.
    """

    id: str
    name: str
    code: str
    county: str
    also: tuple[str, ...]
    plane: int
    systems: tuple[int, ...]
    northing_first: bool
    bounds: tuple[float, float, float, float]
    ranges: Mapping[int, tuple[float, float, float, float]]
    levels: tuple[CityLevel, ...]
    variants: Mapping[str, Mapping[str, str]]
    areas: tuple[AreaFile, ...]

    def level_of(self, role: str) -> CityLevel:
        """Give the level that has a role; where the city has none such, the next coarser, which every city has."""
        main = {level.role: level for level in self.levels if level.is_main}
        return next(main[one] for one in ROLES[ROLES.index(role) :] if one in main)

    @property
    def is_default(self) -> bool:
        """True for the city that the program is of when no other is chosen."""
        return self.id == DEFAULT

    @property
    def reach(self) -> tuple[float, float, float, float] | None:
        """Longitude and latitude between which anything asked about can lie; None for Sweden."""
        west, south, east, north = self.bounds
        middle_x, middle_y = (west + east) / 2, (south + north) / 2
        swedish = self.bounds == _WORLD or (10 <= middle_x <= 25 and 55 <= middle_y <= 70)
        return None if swedish else _WORLD

    @property
    def plane_reach(self) -> tuple[float, float, float, float] | None:
        """The same in the plane, easting and northing; None for Sweden."""
        return None if self.reach is None else (-_ROUND, -_ROUND, _ROUND, _ROUND)


def read_city(text: str, file: str, folder: Path) -> City:
    """Read a city from its file.

    Args:
        text: What stands in it.
        file: Its name, for whoever has to mend it.
        folder: Where it lies: relative names of files start there.

    Returns:
        The city.

    Raises:
        InvalidQuestionError: It says what cannot be. The text names the file, the line or key, and the reason.
    """
    try:
        whole = _Part(tomllib.loads(text), file)
    except tomllib.TOMLDecodeError as error:
        raise InvalidQuestionError(f"{file} är ingen TOML-fil: {error}.", f"{file} is no TOML file: {error}.") from error
    coordinates = whole.part("coordinates")
    levels = _levels(whole)
    codes = [level.code for level in levels]
    plane = coordinates.epsg("plane")
    city = City(
        id=whole.code("id"),
        name=whole.text("name"),
        code=whole.text("code"),
        county=whole.text("county"),
        also=tuple(name.casefold() for name in whole.texts("also")),
        plane=plane,
        systems=tuple(dict.fromkeys((plane, *coordinates.numbers("systems")))),
        northing_first=coordinates.yes("northing_first", otherwise=True),
        bounds=coordinates.box("bounds", _WORLD),
        ranges=_ranges(coordinates),
        levels=levels,
        variants=_variants(whole, codes),
        areas=tuple(_area_file(part, codes, folder) for part in whole.parts("areas")),
    )
    coordinates.end()
    whole.end()
    return city


@dataclass(slots=True)
class _Part:
    """A table of the file: what is read is taken out, so that what is left is what nobody knows."""

    written: dict[str, Any]
    file: str
    path: str = ""

    def wrong(self, key: str, swedish: str, english: str) -> NoReturn:
        where = f"{self.path}{key}"
        raise InvalidQuestionError(f"{self.file}, {where}: {swedish}.", f"{self.file}, {where}: {english}.")

    def take(self, key: str, kind: type[_T], names: tuple[str, str], otherwise: _T | None = None) -> _T:
        found = self.written.pop(key, otherwise)
        if found is None:
            self.wrong(key, f"saknas, och ska vara {names[0]}", f"is missing, and must be {names[1]}")
        if not isinstance(found, kind) or isinstance(found, bool):
            self.wrong(key, f"ska vara {names[0]}", f"must be {names[1]}")
        return found

    def text(self, key: str, otherwise: str | None = None) -> str:
        found = self.take(key, str, ("text", "text"), otherwise).strip()
        if (not found and otherwise is None) or len(found) > _LONGEST:
            self.wrong(key, f"ska ha 1 till {_LONGEST} tecken", f"must have 1 to {_LONGEST} characters")
        return found

    def code(self, key: str) -> str:
        found = self.text(key)
        if not _CODE.fullmatch(found):
            self.wrong(
                key,
                f"”{found}” ska börja med en bokstav och bara ha små bokstäver a till z, siffror och bindestreck",
                f"“{found}” must start with a letter and have only lower-case letters a to z, digits and hyphens",
            )
        return found

    def yes(self, key: str, *, otherwise: bool) -> bool:
        found = self.written.pop(key, otherwise)
        if not isinstance(found, bool):
            self.wrong(key, "ska vara true eller false", "must be true or false")
        return found

    def texts(self, key: str) -> list[str]:
        found: list[Any] = self.take(key, list, ("en lista av texter", "a list of texts"), [])
        return [_Part({"": each}, self.file, f"{self.path}{key}[{at}]").text("") for at, each in enumerate(found)]

    def numbers(self, key: str) -> list[int]:
        found: list[Any] = self.take(key, list, ("en lista av EPSG-nummer", "a list of EPSG numbers"), [])
        return [_Part({"": each}, self.file, f"{self.path}{key}[{at}]").epsg("") for at, each in enumerate(found)]

    def epsg(self, key: str) -> int:
        found = self.take(key, int, ("ett EPSG-nummer", "an EPSG number"))
        if not 1024 <= found <= 32767:
            self.wrong(key, f"{found} är inget EPSG-nummer", f"{found} is no EPSG number")
        return found

    def box(self, key: str, otherwise: tuple[float, float, float, float] | None = None) -> tuple[float, float, float, float]:
        names = "fyra tal: väst, syd, öst, nord", "four numbers: west, south, east, north"
        found: list[Any] = self.take(key, list, names, None if otherwise is None else list(otherwise))
        if len(found) != 4 or not all(isinstance(each, (int, float)) and not isinstance(each, bool) for each in found):
            self.wrong(key, f"ska vara {names[0]}", f"must be {names[1]}")
        left, bottom, right, top = map(float, found)
        if not (left < right and bottom < top):
            self.wrong(key, "väst ska vara mindre än öst, och syd mindre än nord", "west must be less than east, and south less than north")
        return left, bottom, right, top

    def day(self, key: str) -> date:
        return self.take(key, date, ("en dag utan citattecken, som 2024-01-01", "a day without quotes, as 2024-01-01"))

    def part(self, key: str) -> _Part:
        return _Part(self.take(key, dict, ("en tabell", "a table")), self.file, f"{self.path}{key}.")

    def parts(self, key: str) -> list[_Part]:
        names = "tabeller, en per [[" + key + "]]", "tables, one for each [[" + key + "]]"
        found: list[Any] = self.take(key, list, names, [])
        if not all(isinstance(each, dict) for each in found):
            self.wrong(key, f"ska vara {names[0]}", f"must be {names[1]}")
        return [_Part(each, self.file, f"{self.path}{key}[{at}].") for at, each in enumerate(found)]

    def end(self) -> None:
        for key in self.written:
            self.wrong(key, "finns inte bland det som kan anges här", "is not among what can be told here")


def _levels(whole: _Part) -> tuple[CityLevel, ...]:
    levels: list[CityLevel] = []
    for part in whole.parts("levels"):
        role, code = part.text("role"), part.code("code")
        if role not in ROLES:
            part.wrong("role", f"ska vara {' eller '.join(ROLES)}", f"must be {' or '.join(ROLES)}")
        if code in [level.code for level in levels]:
            part.wrong("code", f"”{code}” står två gånger", f"“{code}” stands twice")
        if levels and ROLES.index(role) < ROLES.index(levels[-1].role):
            part.wrong("role", "nivåerna ska stå i ordning, den finaste först", "the levels must stand in order, the finest first")
        is_main = not part.yes("beside", otherwise=False)
        if is_main and role in [level.role for level in levels if level.is_main]:
            part.wrong("role", f"{role} står två gånger; den ena ska ha beside = true", f"{role} stands twice; one must have beside = true")
        levels.append(CityLevel(role, code, _words(part, "swedish"), _words(part, "english"), is_main))
        part.end()
    lacking = [role for role in _NEEDED if role not in [level.role for level in levels if level.is_main]]
    if lacking:
        told = ", ".join(lacking)
        whole.wrong("levels", f"en nivå med role = {told} saknas", f"a level with role = {told} is missing")
    return tuple(levels)


def _words(part: _Part, language: str) -> Words:
    words = part.part(language)
    one, many = words.text("one"), words.text("many")
    article = words.text("article", "ett" if language == "swedish" else "an" if one[0].casefold() in "aeiouåäö" else "a")
    title = words.text("title", many[0].upper() + many[1:])
    meaning = words.text("meaning", "")
    words.end()
    return Words(one, many, article, title, meaning)


def _ranges(coordinates: _Part) -> dict[int, tuple[float, float, float, float]]:
    if "ranges" not in coordinates.written:
        return {}
    part = coordinates.part("ranges")
    return {_number(part, key): part.box(key) for key in list(part.written)}


def _number(part: _Part, key: str) -> int:
    if not key.isascii() or not key.isdigit():
        part.wrong(key, "ska vara ett EPSG-nummer", "must be an EPSG number")
    return int(key)


def _variants(whole: _Part, codes: Sequence[str]) -> dict[str, dict[str, str]]:
    if "variants" not in whole.written:
        return {}
    part = whole.part("variants")
    found: dict[str, dict[str, str]] = {}
    for level in list(part.written):
        if level not in codes:
            part.wrong(level, f"är ingen av nivåerna {', '.join(codes)}", f"is none of the levels {', '.join(codes)}")
        names = part.part(level)
        found[level] = {name.casefold(): names.text(name) for name in list(names.written)}
    return found


def _area_file(part: _Part, codes: Sequence[str], folder: Path) -> AreaFile:
    level = part.text("level")
    if level not in codes:
        part.wrong("level", f"”{level}” är ingen av nivåerna {', '.join(codes)}", f"“{level}” is none of the levels {', '.join(codes)}")
    told = AreaFile(
        level=level,
        edition=part.day("edition"),
        path=folder / part.text("file"),
        name=part.text("name") if "name" in part.written else None,
        fields={what: part.text(f"{what}_field") for what in ("code", "name", "parent") if f"{what}_field" in part.written},
        crs=part.epsg("crs") if "crs" in part.written else None,
    )
    part.end()
    return told
