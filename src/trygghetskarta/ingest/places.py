"""What can be known of where an event was, as numbered places.

A place is one combination of areas over all editions and levels: a point gives the area it lies in at every level of every edition, a row
that names a stadsdel gives that stadsdel and what it lies in, and so on up to "somewhere in the city", "outside" and "nowhere known". Events
carry the number of their place, so they are counted without looking at a polygon, and a new edition changes places, not counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from sqlalchemy import Connection, text

from trygghetskarta.domain.areas import AreaLevel, ByDay, code_of_name, level_of_the_city, read_by
from trygghetskarta.domain.cities import CITY
from trygghetskarta.domain.events import Precision
from trygghetskarta.ingest.contract import CityBox
from trygghetskarta.ingest.finding import index_of, shore_of, tree_of
from trygghetskarta.ingest.place import NOWHERE
from trygghetskarta.ingest.sending import Connect
from trygghetskarta.ingest.sharing import parts_of
from trygghetskarta.store.editions import list_editions

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int32]
Known = tuple[tuple[int, ...], Precision]
"""The areas known to hold something, and how exactly they are known."""

_SAME_GROUND = 0.999
_WORTH_AN_INDEX = 20_000
NONE_KEY, OUTSIDE_KEY = "none", "outside"
_POINT, _AREA = "p:", "a:"

_AREAS = text("""
    SELECT area_id, edition_id, level, code, name, parent_code, nested, square_metres, ST_AsBinary(geom) AS geom
    FROM area ORDER BY edition_id, level, code COLLATE "C"
""")
_LINKS = text("SELECT from_area_id, to_area_id, share FROM area_link ORDER BY from_area_id, to_area_id")
_NEW_PLACES = text("""
    INSERT INTO place (key, precision, known_by)
    SELECT * FROM unnest(CAST(:keys AS text[]), CAST(:precisions AS smallint[]), CAST(:known_by AS text[])) ORDER BY 1
    ON CONFLICT (key) DO NOTHING RETURNING key
""")
_PLACES = text("SELECT key, place_id FROM place WHERE key = ANY(:keys)")
_NEW_PLACE_AREAS = text("""
    INSERT INTO place_area (place_id, edition_id, level, area_id, bucket, begins, ends)
    SELECT * FROM unnest(
        CAST(:place_id AS int[]), CAST(:edition_id AS smallint[]), CAST(:level AS text[]), CAST(:area_id AS int[]), CAST(:bucket AS text[]),
        CAST(:begins AS int[]), CAST(:ends AS int[])
    )
""")


@dataclass(slots=True)
class Layer:
    """The areas of one edition at one level, sorted by code.

    Attributes:
        edition_id: Whose areas.
        level: At which level.
        area_ids: (areas,).
        codes: Number of an area by its code and by its name made a code.
        parent: Number of the parent in the next coarser layer of the edition, (areas,); NOWHERE at the top.
        nested: True where an area lies wholly in its parent, (areas,).
        outlines: Well-known binary of each area, (areas,).
        is_ready: Whether it is indexed, so that any number of points is looked up at once.
    """

    edition_id: int
    level: AreaLevel
    area_ids: Ints
    codes: dict[str, int]
    parent: Numbers
    nested: npt.NDArray[np.bool_]
    outlines: tuple[bytes, ...]
    is_ready: bool = False

    def make_ready(self) -> None:
        """Index the layer before many points are looked up."""
        index_of(self.outlines)
        self.is_ready = True

    def locate(self, x: Floats, y: Floats) -> Numbers:
        """Find the area of each point by where it lies: its number in the layer, NOWHERE in none."""
        if self.is_ready or len(x) >= _WORTH_AN_INDEX:
            return index_of(self.outlines).locate(x, y)
        return tree_of(self.outlines).locate(x, y)


@dataclass(slots=True)
class Places:
    """Every area there is, and the places met so far.

    Attributes:
        editions: The layers of each edition, finest first; the edition in force first.
        srid: The plane of the polygons; None without any edition.
        in_force: Numbers among `editions`, in the order in which they are asked for the area that a row of a day names.
        begins: First day of each edition.
        shares: How much of an area lies in which areas of other editions, by the areas' numbers.
        told: Code and square metres of each area.
        known: place_id by key.
    """

    editions: list[list[Layer]]
    srid: int | None
    in_force: ByDay[tuple[int, ...]]
    begins: tuple[date, ...]
    shares: Mapping[int, Mapping[int, float]] = field(default_factory=dict)
    told: Mapping[int, tuple[str, float]] = field(default_factory=dict)
    known: dict[str, int] = field(default_factory=dict)
    _met: dict[Known, int] = field(default_factory=dict)
    _by_area: dict[int, tuple[int, int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Remember where each area stands."""
        for e, layers in enumerate(self.editions):
            for level, layer in enumerate(layers):
                for number, area_id in enumerate(layer.area_ids.tolist()):
                    self._by_area[area_id] = (e, level, number)

    def find(self, level: AreaLevel, name: str, period: int) -> int | None:
        """Give the area of that level that had this code or name in a period of `in_force`; None when no edition has one."""
        for edition in self.in_force.held[period]:
            for layer in self.editions[edition]:
                if layer.level is level:
                    number = layer.codes.get(name, layer.codes.get(code_of_name(name)))
                    if number is not None:
                        return int(layer.area_ids[number])
        return None

    def make_ready(self, points: int) -> None:
        """Index the finest layers where so many points will surely be looked up that it is worth it."""
        for layers in self.editions if points >= 2 * _WORTH_AN_INDEX else ():
            layers[0].make_ready()

    def named(self, name: str) -> set[int]:
        """Give every area of any edition and level that has this code or name."""
        code = code_of_name(name)
        numbers = ((layer, layer.codes.get(name, layer.codes.get(code))) for layers in self.editions for layer in layers)
        return {int(layer.area_ids[number]) for layer, number in numbers if number is not None}

    def city(self, period: int) -> int | None:
        """Give the area that was the whole city in a period of `in_force`."""
        for layer in self.editions[self.in_force.held[period][0]] if self.editions else []:
            if layer.level is AreaLevel.STAD:
                return int(layer.area_ids[0])
        return None

    def box(self) -> CityBox:
        """Give the box round every area of the coarsest level of the edition in force."""
        outlines = shapely.from_wkb(np.array(self.editions[0][-1].outlines, object))
        left, bottom, right, top = shapely.total_bounds(outlines).tolist()
        return CityBox((left, bottom, right, top), self.srid or 0)

    def of_points(self, x: Floats, y: Floats) -> tuple[Numbers, list[tuple[int, ...]], int]:
        """Find the areas of each point.

        Args:
            x: Eastings in the plane, (points,).
            y: Northings, (points,).

        Returns:
            For each point the number of its combination, (points,); the combinations: the area ids of every layer that holds the point; and
            how many points lie in no area of the edition in force but within its outer border, and were given to the nearest.
        """
        found = [self._numbers(layers, x, y) for layers in self.editions]
        held = [pair for layers, (numbers, _) in zip(self.editions, found, strict=True) for pair in zip(layers, numbers, strict=True)]
        code: Ints = np.zeros(len(x), np.int64)
        for layer, number in held:
            code = _numbered(code * (len(layer.area_ids) + 1) + number + 1)
        one = np.zeros(int(code.max(initial=-1)) + 1, np.int64)
        one[code] = np.arange(len(code))
        columns = [np.where(number[one] >= 0, layer.area_ids[number[one]], 0).tolist() for layer, number in held]
        areas: list[tuple[int, ...]] = [tuple(filter(None, row)) for row in zip(*columns, strict=True)] if held else [() for _ in one]
        return code.astype(np.int32), areas, found[0][1] if found else 0

    @staticmethod
    def _numbers(layers: list[Layer], x: Floats, y: Floats) -> tuple[list[Numbers], int]:
        """Number of the area of each point at each level of one edition, finest first; and how many were given to the nearest.

        The finest level is looked up; a point in a gap of it belongs to the nearest area.
        A coarser one follows from it wherever the finer area lies wholly in its parent, so that a point on a
        border gets areas that belong together and sums close; elsewhere the coarser level is looked up too.
        """
        finest = layers[0].locate(x, y)
        nowhere = np.flatnonzero(finest < 0)
        shore = shore_of(layers[0].outlines) if len(nowhere) else None
        if shore is not None:
            finest[nowhere] = shore.nearest(x[nowhere], y[nowhere])
        numbers = [finest]
        for depth, layer in enumerate(layers[1:], 1):
            finer, below = layers[depth - 1], numbers[-1]
            follows = (below >= 0) & finer.nested[below]
            number = np.where(follows, finer.parent[below], NOWHERE).astype(np.int32)
            rest = np.flatnonzero(~follows)
            if len(rest):
                number[rest] = layer.locate(x[rest], y[rest])
            numbers.append(number)
        return numbers, int((finest[nowhere] >= 0).sum())

    def of_area(self, area_id: int) -> tuple[int, ...]:
        """Give the combination of a row that names an area: the area, what it lies in, and the same ground in other editions."""
        found: set[int] = set()
        waiting = [area_id]
        while waiting:
            area = waiting.pop()
            if area in found:
                continue
            found.add(area)
            waiting += [other for other, share in self.shares.get(area, {}).items() if share >= _SAME_GROUND]
            e, depth, number = self._by_area[area]
            layers = self.editions[e]
            if depth + 1 < len(layers) and layers[depth].nested[number]:
                waiting.append(int(layers[depth + 1].area_ids[layers[depth].parent[number]]))
        return tuple(sorted(found))

    def place_ids(self, connect: Connect, wanted: Sequence[Known]) -> Ints:
        """Give the numbers of places, making those that are new.

        Args:
            connect: Gives the connection, inside a transaction; asked only where a place is new.
            wanted: For each the areas known to hold it, and how exactly it is known: OUTSIDE or NONE when there are no areas.

        Returns:
            The places' numbers, (places,).
        """
        unmet = [one for one in wanted if one not in self._met]
        self._make(connect, {_key(*one): one for one in unmet if _key(*one) not in self.known})
        self._met.update({one: self.known[_key(*one)] for one in unmet})
        return np.array([self._met[one] for one in wanted], np.int64)

    def _make(self, connect: Connect, new: dict[str, Known]) -> None:
        if new:
            connection = connect()
            # Another delivery may be making the same place: whoever comes second waits for the first, and takes its number.
            columns = {
                "keys": list(new),
                "precisions": [int(precision) for _, precision in new.values()],
                "known_by": [self._known_by(areas, precision) for areas, precision in new.values()],
            }
            made = set(connection.execute(_NEW_PLACES, columns).scalars())
            for key, place_id in connection.execute(_PLACES, {"keys": list(new)}):
                self.known[key] = place_id
            rows = [row for key, (areas, _) in new.items() if key in made for row in self._rows(self.known[key], key, areas)]
            if rows:
                connection.execute(_NEW_PLACE_AREAS, {name: [row[name] for row in rows] for name in rows[0]})

    def _named_by(self, areas: Sequence[int]) -> tuple[AreaLevel, list[int]]:
        """Give the finest level of some areas, and those of that level, the smallest ground first: one of them names the place."""
        level = min((self._layer(area).level for area in areas), key=lambda one: one.rank)
        mine = [area for area in areas if self._layer(area).level is level]
        return level, sorted(mine, key=lambda area: (self.told[area][1], self._by_area[area][0]))

    def _known_by(self, areas: Sequence[int], precision: Precision) -> str:
        """Name the area that a place without a point is known by, so that it has the same name in every database.

        It is that of the oldest edition: counts are dealt by the name, and a later edition that calls the same ground something else changes none.
        """
        if not areas or precision is Precision.POINT:
            return ""
        level, mine = self._named_by(areas)
        _, code = min((self.begins[self._by_area[area][0]], self.told[area][0]) for area in mine)
        return f"{level}/{code}"

    def _layer(self, area: int) -> Layer:
        e, depth, _ = self._by_area[area]
        return self.editions[e][depth]

    def _rows(self, place_id: int, key: str, areas: Sequence[int]) -> list[dict[str, object]]:
        rows: list[dict[str, object]] = []
        for e, layers in enumerate(self.editions):
            known = {depth: number for edition, depth, number in map(self._by_area.__getitem__, areas) if edition == e}
            shares, depth = self._shares_in(e, areas) if key.startswith(_AREA) else ({}, len(layers))
            levels = parts_of(layers, known, shares, depth)
            is_held = any(part.number >= 0 for parts in levels for part in parts)
            # An area that shares no ground with those of its level lies outside them, as does a point in none of them.
            is_outside = key == OUTSIDE_KEY or key.startswith(_POINT) or (depth < len(layers) and not shares)
            rest = "areaOnly" if is_held else "outside" if is_outside else "unplaced"
            rows += [
                {
                    "place_id": place_id,
                    "edition_id": layer.edition_id,
                    "level": layer.level.value,
                    "area_id": int(layer.area_ids[part.number]) if part.number >= 0 else None,
                    "bucket": "placed" if part.number >= 0 else rest,
                    "begins": part.begins,
                    "ends": part.ends,
                }
                for layer, parts in zip(layers, levels, strict=True)
                for part in parts
            ]
        return rows

    def _shares_in(self, edition: int, areas: Sequence[int]) -> tuple[dict[int, float], int]:
        """Give how much of the area that names a place lies in which areas of an edition, by their numbers, and the depth of their level there.

        That is the area's own level or, in an edition that lacks it, the next larger.
        """
        level, mine = self._named_by(areas)
        layers = self.editions[edition]
        depth = next((depth for depth, layer in enumerate(layers) if layer.level.rank >= level.rank), len(layers))
        links = ((self._by_area[other], share) for other, share in self.shares.get(mine[0], {}).items())
        return {number: share for (e, at, number), share in links if (e, at) == (edition, depth)}, depth


def _numbered(values: Ints) -> Ints:
    """Number the values that are there, none of them negative, from 0 on in their order, (rows,)."""
    there = np.zeros(int(values.max(initial=-1)) + 1, bool)
    there[values] = True
    number: Ints = np.cumsum(there)[values] - 1
    return number


def _key(areas: tuple[int, ...], precision: Precision) -> str:
    """Name what is known: "p:" or "a:" for a point or an area, and the areas that hold it."""
    if not areas:
        return OUTSIDE_KEY if precision is Precision.OUTSIDE else NONE_KEY
    return f"{_POINT if precision is Precision.POINT else _AREA}{','.join(map(str, sorted(areas)))}"


def areas_of_key(key: str) -> set[int]:
    """Give the areas that a place's key names."""
    return {int(area) for area in key[len(_POINT) :].split(",")} if key.startswith((_POINT, _AREA)) else set()


def load_places(connection: Connection) -> Places:
    """Read every area and place from the database.

    Args:
        connection: Inside a transaction.

    Returns:
        The places, ready to be asked.
    """
    grouped: dict[tuple[int, AreaLevel], list[dict[str, Any]]] = defaultdict(list)
    for row in connection.execute(_AREAS).mappings():
        grouped[row["edition_id"], level_of_the_city(row["level"])].append(dict(row))
    by_standing = list_editions(connection)
    number_of = {edition.edition_id: number for number, edition in enumerate(by_standing)}
    read = read_by(by_standing)
    in_force = ByDay(read.begins, tuple(tuple(number_of[edition] for edition in order) for order in read.held))
    editions = [_layers(edition.edition_id, list(edition.levels), grouped) for edition in by_standing]
    shares: dict[int, dict[int, float]] = defaultdict(dict)
    for a, b, share in connection.execute(_LINKS):
        shares[a][b] = share
    told = {row["area_id"]: (row["code"], row["square_metres"]) for rows in grouped.values() for row in rows}
    known: dict[str, int] = dict(connection.execute(text("SELECT key, place_id FROM place")).all())
    begins = tuple(edition.valid_from for edition in by_standing)
    return Places(editions, by_standing[0].srid if by_standing else None, in_force, begins, shares, told, known)


def _layers(edition_id: int, levels: list[AreaLevel], grouped: dict[tuple[int, AreaLevel], list[dict[str, Any]]]) -> list[Layer]:
    layers = []
    for depth, level in enumerate(levels):
        rows = grouped[edition_id, level]
        coarser = grouped[edition_id, levels[depth + 1]] if depth + 1 < len(levels) else []
        number_of = {str(row["code"]): number for number, row in enumerate(coarser)}
        codes = {code_of_name(str(row["name"])): number for number, row in enumerate(rows)}
        codes.update({str(row["code"]): number for number, row in enumerate(rows)})
        variants = CITY.variants.get(level, {}).items()
        codes.update({code_of_name(name): codes[code] for name, code in variants if code in codes and code_of_name(name) not in codes})
        layers.append(
            Layer(
                edition_id,
                level,
                np.array([row["area_id"] for row in rows], np.int64),
                codes,
                np.array([number_of.get(str(row["parent_code"]), NOWHERE) for row in rows], np.int32),
                np.array([bool(row["nested"]) and str(row["parent_code"]) in number_of for row in rows]),
                tuple(bytes(row["geom"]) for row in rows),
            )
        )
    return layers
