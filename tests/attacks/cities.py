"""What the public sees of a city, beside what is true: the cells of the lattice as arrays, drawn here or read as they were released."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from sqlalchemy import Engine

from trygghetskarta.disclosure.cellkey import KEYS, protect
from trygghetskarta.disclosure.dividing import enough_for_months, parts_shown
from trygghetskarta.disclosure.lattice import Kind, bundles_of, kinds_of, periods_of
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.sources import CONTRACTS, SourceId
from trygghetskarta.queries.area_links import links_of
from trygghetskarta.queries.blocks import Block
from trygghetskarta.queries.cube import Cube, load_areas, load_cube
from trygghetskarta.queries.public_cube import load_public_cube
from trygghetskarta.queries.trees import Tree
from trygghetskarta.store.editions import list_editions
from trygghetskarta.store.engine import one_state

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

LEVELS = (AreaLevel.STAD, AreaLevel.STADSDELSOMRADE, AreaLevel.STADSDEL, AreaLevel.BASOMRADE)
LENGTHS = (12, 3, 1)
Of = tuple[AreaLevel, int]
"""A level and a length in months: one sheet of cells."""


@dataclass(frozen=True)
class City:
    """The true counts of one source.

    Attributes:
        source: Which source.
        above: Per level the area of the level before that each area lies in; all 0 for the outermost.
        codes: The categories; the first is the whole, which has none, and the last are bundles, whose codes stand together.
        parents: For each category the one it is a part of, the whole for bundles; -1 for the whole.
        members: Each bundle with each category in it, (pairs, 2).
        kinds: What each category is to the lattice.
        months: By level the counts, (areas, categories, months), whole years of them.
        first: The first of those years: years since 1970.
    """

    source: SourceId
    above: Mapping[AreaLevel, Ints]
    codes: tuple[str, ...]
    parents: Ints
    members: Ints
    kinds: Ints
    months: Mapping[AreaLevel, Ints]
    first: int

    @property
    def ends(self) -> Bools:
        """Which categories have none below them."""
        return ~np.isin(np.arange(len(self.parents)), self.parents) & ~self.bundled

    @property
    def bundled(self) -> Bools:
        """Which are bundles."""
        return np.isin(np.arange(len(self.parents)), self.members[:, 0])

    @property
    def parts(self) -> Ints:
        """Each category with each that it is a part of, (pairs, 2)."""
        inner = np.flatnonzero(self.parents >= 0)
        return np.concatenate([np.stack([inner, self.parents[inner]], axis=1), self.members[:, ::-1]])

    @property
    def years(self) -> int:
        """How many years there are."""
        return int(self.months[AreaLevel.STAD].shape[2] // 12)

    def has(self, of: Of) -> Bools:
        """Tell which categories the lattice has, (categories,)."""
        return np.array([of[1] in periods_of(of[0], kind) for kind in self.kinds.tolist()])

    def counts(self, of: Of) -> Ints:
        """Give the true counts, (areas, categories, periods)."""
        return summed(self.months[of[0]], of[1])


@dataclass(frozen=True)
class Lattice:
    """What the public sees of a city.

    Attributes:
        city: The truth.
        shown: By level and length what the cells show, (areas, categories, periods).
        seen: Which cells are shown, likewise.
    """

    city: City
    shown: Mapping[Of, Ints]
    seen: Mapping[Of, Bools]

    def year(self, number: int) -> Lattice:
        """Give one year of it."""
        months = {level: counts[:, :, number * 12 : number * 12 + 12] for level, counts in self.city.months.items()}
        part = {of: slice(number * 12 // of[1], (number + 1) * 12 // of[1]) for of in self.shown}
        return Lattice(
            replace(self.city, months=months),
            {of: shown[:, :, part[of]] for of, shown in self.shown.items()},
            {of: seen[:, :, part[of]] for of, seen in self.seen.items()},
        )


def summed(months: Ints, length: int) -> Ints:
    """Add up months to periods."""
    areas, categories, number = months.shape
    found: Ints = months.reshape(areas, categories, number // length, length).sum(axis=3)
    return found


def lattices_of(engine: Engine, edition: date | None = None) -> list[Lattice]:
    """Read what the public sees of each source whose counts are protected, beside what is true: in one division of the city, or the newest."""
    with one_state(engine) as connection:
        exact, public = load_cube(connection, edition), load_public_cube(connection, edition)
    return [released(public, city_of(exact, source)) for source in exact.blocks if not CONTRACTS[source].public]


def beside(engine: Engine) -> list[tuple[date, dict[AreaLevel, Ints]]]:
    """Tell of each older division which area of the newest each of its areas lies wholly in, by level; -1 for none."""
    with one_state(engine) as connection:
        newest, *older = list_editions(connection)
        areas = load_areas(connection, newest)
        rows = {(level, area.code): row for level in areas for row, area in enumerate(areas[level])}
        found = []
        for edition in older:
            of_edition = load_areas(connection, edition)
            links = {
                (link.level, link.code): rows.get((link.level, link.to_code), -1)
                for link in links_of(connection, edition.valid_from, newest.valid_from)
                if link.share > 0.999 and link.level is link.to_level
            }
            within = {
                level: np.array([links.get((level, area.code), -1) for area in of_edition.get(level, ())], np.int64) for level in LEVELS
            }
            found.append((edition.valid_from, within))
    return found


def city_of(cube: Cube, source: SourceId) -> City:
    """Give the true counts of a source, of the categories that were ever met."""
    block, tree = cube.blocks[source], cube.trees[source]
    assert isinstance(block, Block)
    kinds = kinds_of(source, tree.nodes)
    number = {node.code: place for place, node in enumerate(tree.nodes)}
    runs = [np.searchsorted(block.used, tree.ranges[node.code]).tolist() for node in tree.nodes]
    met = [place for place, (low, high) in enumerate(runs) if high > low]
    parents = [-1]
    for place in met:
        parent = tree.nodes[place].parent
        parents.append(0 if parent is None else met.index(number[parent]) + 1)
    sums = block.sums.astype(np.int64).transpose(2, 0, 1)
    monthly = sums[:, :, 1:] - sums[:, :, :-1]
    monthly = monthly[:, :, : monthly.shape[2] // 12 * 12]
    above = {AreaLevel.STAD: np.zeros(1, np.int64)}
    for outer, inner in pairwise(LEVELS):
        rows = {area.code: row for row, area in enumerate(cube.areas[outer])}
        above[inner] = np.array([rows[area.parent or ""] for area in cube.areas.get(inner, ())], np.int64)
    number_of = {tree.nodes[place].code: at for at, place in enumerate(met, 1)}
    bundles = [bundle for bundle in bundles_of(source) if any(code in number_of for code in bundle.codes)]
    members = [(at, number_of[code]) for at, bundle in enumerate(bundles, len(met) + 1) for code in bundle.codes if code in number_of]
    city = City(
        source,
        above,
        ("", *number_of, *(" ".join(bundle.codes) for bundle in bundles)),
        np.array([*parents, *[0] * len(bundles)]),
        np.array(members, np.int64).reshape(-1, 2),
        np.array([Kind.ALL, *kinds[met], *(bundle.kind for bundle in bundles)]),
        {},
        block.first // 12,
    )
    months: dict[AreaLevel, Ints] = {}
    for level in LEVELS:
        mine = monthly[cube.cells(level)] if level in cube.areas else monthly[:0]
        counts = [
            mine[:, high] - mine[:, low] if low else mine[:, high] for low, high in ((0, len(block.used)), *(runs[place] for place in met))
        ]
        months[level] = bundled(city, np.stack([*counts, *(np.zeros_like(counts[0]) for _ in bundles)], axis=1))
    return replace(city, months=months)


def draw(city: City, seed: int, *, divided: bool = True) -> Lattice:
    """Draw the whole lattice of a city, each count of the finest cells standing for records with keys of their own.

    Args:
        city: The truth.
        seed: Of the keys.
        divided: False to show every part of every cell, as a lattice would that is not divided by what it shows.
    """
    keys = _keys(city, np.random.default_rng(seed))
    shown = {
        (level, length): protect(city.counts((level, length)), (summed(keys[level], length) % KEYS).astype(np.uint32))
        for level in LEVELS
        for length in LENGTHS
    }
    return Lattice(city, shown, seen_of(city, shown, divided=divided))


def seen_of(city: City, shown: Mapping[Of, Ints], *, divided: bool, elsewhere: Mapping[Of, Bools] | None = None) -> dict[Of, Bools]:
    """Tell which cells are shown.

    Args:
        city: The truth.
        shown: What the cells show.
        divided: False to show every part of every cell.
        elsewhere: Which cells the wholes of other divisions let be shown; None for all.
    """
    if not divided:
        return {of: np.broadcast_to(city.has(of)[:, None], values.shape).copy() for of, values in shown.items()}
    seen: dict[Of, Bools] = {}
    ends = np.cumsum([len(city.above[level]) for level in LEVELS])
    above = [city.above[inner] + start for inner, start in zip(LEVELS[1:], (0, *ends), strict=False)]
    areas = np.stack([np.arange(1, ends[-1]), np.concatenate(above)], axis=1)
    for length in LENGTHS:
        has = [np.broadcast_to(city.has((level, length))[:, None], shown[level, length].shape) for level in LEVELS]
        if elsewhere is not None:
            has = [there & elsewhere[level, length] for there, level in zip(has, LEVELS, strict=True)]
        if length != 12:
            in_time = [_year_before(seen[level, 12] & enough_for_months(shown[level, 12]), 12 // length) for level in LEVELS]
            has = [there & told for there, told in zip(has, in_time, strict=True)]
        together = parts_shown(np.concatenate([shown[level, length] for level in LEVELS]), np.concatenate(has), areas, city.parts)
        seen |= {(level, length): found for level, found in zip(LEVELS, np.split(together, ends[:-1]), strict=True)}
    return seen


def grown(city: City, times: float, seed: int, unrest: float = 0.0) -> City:
    """Give a city with so many times as much of everything, by chance: the sample has a thirtieth of what is reported in Stockholm.

    Args:
        city: What it is made from.
        times: How many times as much.
        seed: Of the chance.
        unrest: How much each category has more or less of in a year than the chance alone gives: the variance of a factor with mean 1, 0 for none.
    """
    random = np.random.default_rng(seed)
    factors = random.gamma(1 / unrest, unrest, (len(city.parents), city.years)) if unrest else np.ones((len(city.parents), city.years))
    rate = times * np.repeat(factors, 12, axis=1)
    months: dict[AreaLevel, Ints] = {}
    for place in range(len(LEVELS) - 1, -1, -1):
        counts = city.months[LEVELS[place]]
        here, more = counts.copy(), np.zeros_like(counts)
        if place + 1 < len(LEVELS):
            inner = LEVELS[place + 1]
            np.subtract.at(here, city.above[inner], city.months[inner])
            np.add.at(more, city.above[inner], months[inner])
        more = np.where(city.ends[:, None], more + random.poisson(rate * here.clip(min=0)), 0)
        months[LEVELS[place]] = filled_in(city, more)
    return replace(city, months=months)


def filled_in(city: City, values: Ints) -> Ints:
    """Add the values of the innermost categories to those they are parts of, in place."""
    for category in np.flatnonzero((city.parents >= 0) & ~city.bundled)[::-1].tolist():
        values[:, city.parents[category]] += values[:, category]
    return bundled(city, values)


def bundled(city: City, values: Ints) -> Ints:
    """Give the bundles, which have none yet, the values of the categories in them, in place."""
    for bundle, category in city.members.tolist():
        values[:, bundle] += values[:, category]
    return values


def _year_before(divided: Bools, periods: int) -> Bools:
    """Tell of which shorter periods the year before shows enough; of those of the first year, that year itself."""
    before = np.concatenate([divided[:, :, :1], divided[:, :, :-1]], axis=2)
    found: Bools = np.repeat(before, periods, axis=2)
    return found


def _keys(city: City, random: np.random.Generator) -> dict[AreaLevel, Ints]:
    """Give sums of record keys, (areas, categories, months): of what is counted in an area and in none of its parts too."""
    keys: dict[AreaLevel, Ints] = {}
    for place in range(len(LEVELS) - 1, -1, -1):
        counts = city.months[LEVELS[place]]
        below, sums = np.zeros_like(counts), np.zeros_like(counts)
        if place + 1 < len(LEVELS):
            inner = LEVELS[place + 1]
            np.add.at(below, city.above[inner], city.months[inner])
            np.add.at(sums, city.above[inner], keys[inner])
        sums = np.where((counts > below) & city.ends[:, None], sums + random.integers(0, KEYS, counts.shape), sums)
        sums[:, ~city.ends] = 0
        keys[LEVELS[place]] = filled_in(city, sums) % KEYS
    return keys


def runs_of(tree: Tree, city: City) -> list[tuple[tuple[int, int], ...]]:
    """Give the categories of a city as runs of its tree."""
    return [((0, len(tree.nodes)),), *(tree.runs(codes.split()) for codes in city.codes[1:])]


def released(cube: Cube, city: City) -> Lattice:
    """Give what the public's cube shows of a city, cell by cell, as its questions are answered."""
    runs = runs_of(cube.trees[city.source], city)
    first = Month(cube.covered[city.source][0].item() // 12 * 12)
    shown: dict[Of, Ints] = {}
    seen: dict[Of, Bools] = {}
    for level in LEVELS:
        for length in LENGTHS:
            spans = tuple(Span(first.plus(month), first.plus(month + length - 1)) for month in range(0, city.years * 12, length))
            if level not in cube.areas:
                shown[level, length] = np.zeros((0, len(runs), len(spans)), np.int64)
                seen[level, length] = np.zeros((0, len(runs), len(spans)), bool)
                continue
            cells = cube.cells(level)
            counts = [cube.count(cells, {city.source: run}, spans) for run in runs]
            hidden = [cube.withheld_counts(cells, {city.source: run}, spans) for run in runs]
            shown[level, length] = np.stack(counts, axis=1)
            seen[level, length] = (np.stack(hidden, axis=1) == 0) & city.has((level, length))[:, None]
    return Lattice(city, shown, seen)
