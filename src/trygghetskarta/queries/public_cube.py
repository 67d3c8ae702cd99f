"""The counts that the public may see, as a cube: read from what was released, and from nothing that was not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from trygghetskarta.disclosure.lattice import PERIODS, bundles_of, every_kind
from trygghetskarta.domain.areas import Area, AreaLevel
from trygghetskarta.domain.periods import local_day
from trygghetskarta.domain.sources import CountsBy, SourceId
from trygghetskarta.errors import NotCoveredError
from trygghetskarta.queries.adjacency import load_neighbours
from trygghetskarta.queries.blocks import Block, summed
from trygghetskarta.queries.cells import BUCKETS
from trygghetskarta.queries.coverage import Delivered
from trygghetskarta.queries.cube import Cube, end_of_day, find_edition, load_areas
from trygghetskarta.queries.dating import counted_otherwise
from trygghetskarta.queries.kept_counts import Arrays, Keep, arrays_of, made_here, parts_of
from trygghetskarta.queries.layers import Layer, Layers
from trygghetskarta.queries.population import load_population
from trygghetskarta.queries.seen_cells import Grid
from trygghetskarta.queries.trees import Tree, load_trees
from trygghetskarta.queries.weights import lay_out
from trygghetskarta.store.arrays import ints_of
from trygghetskarta.store.editions import list_editions

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
_LayersOf = dict[tuple[AreaLevel, int], Layer]

# What changes exact counts alone, or measures, changes nothing here.
_VERSION = text("""
    SELECT version, published_at FROM publication
    WHERE what NOT IN ('delivery', 'rollup', 'measure') AND (CAST(:instant AS timestamptz) IS NULL OR published_at <= :instant)
    ORDER BY version DESC LIMIT 1
""")
_NEWEST = text("SELECT coalesce(max(version), 0) FROM publication WHERE what NOT IN ('delivery', 'rollup', 'measure')")
_DRAWS = text("""
    WITH newest AS (
        SELECT DISTINCT ON (source_id, months, first_month) * FROM public_draw
        WHERE CAST(:instant AS timestamptz) IS NULL OR drawn_at <= :instant
        ORDER BY source_id, months, first_month, number DESC
    )
    SELECT draw_id, source_id, months, first_month, final, partial, perturbed, drawn_at FROM newest
    WHERE EXISTS (SELECT FROM public_cell WHERE public_cell.draw_id = newest.draw_id AND edition_id = :edition)
""")
_CELLS = text("""
    SELECT source_id, months, first_month, level, array_send(area_ids) AS areas, array_send(category_ids) AS categories,
        array_send(counts) AS counts, array_send(estimated) AS estimated
    FROM public_draw JOIN public_cell USING (draw_id) WHERE edition_id = :edition AND draw_id = ANY(CAST(:draws AS bigint[]))
""")


def refuse_unreleased(cube: Cube) -> None:
    """Refuse to make something to share out of nothing, with what to do instead.

    Raises:
        NotCoveredError: The cube is of what was released, and nothing was.
    """
    if cube.released and not cube.delivered:
        raise NotCoveredError(
            "Inga siffror är släppta till alla än, så det finns inget som får delas. Den som driver tjänsten släpper dem med `trygghetskarta"
            " release`; den som är behörig kan begära klass intern i stället.",
            "No figures are released to everyone yet, so there is nothing to share. Whoever runs the service releases them by `trygghetskarta"
            " release`; staff may ask for class intern instead.",
        )


@dataclass(frozen=True, slots=True)
class _Frame:
    """What cells are read onto: the areas and the trees of an edition."""

    areas: Mapping[AreaLevel, tuple[Area, ...]]
    trees: Mapping[SourceId, Tree]
    node_of: Ints

    @property
    def starts(self) -> dict[AreaLevel, int]:
        """The first cell of each level."""
        found, before = {}, 0
        for level, rows in self.areas.items():
            found[level] = before
            before += len(rows)
        return found

    @property
    def total(self) -> int:
        """How many cells there are."""
        return sum(map(len, self.areas.values())) + len(self.areas) * len(BUCKETS)

    def cells(self, level: AreaLevel, area_ids: Ints) -> Ints:
        """Give the cells of some areas, and of the events of a level that are in none."""
        start = self.starts[level]
        ids = np.array([area.area_id for area in self.areas[level]], np.int64)
        order = np.argsort(ids)
        beside = sum(map(len, self.areas.values())) + list(self.areas).index(level) * len(BUCKETS)
        return np.where(
            area_ids > 0, start + order[np.searchsorted(ids, area_ids, sorter=order).clip(max=len(ids) - 1)], beside - area_ids - 1
        )


def newest_public_version(connection: Connection) -> int:
    """Give the number of the last publication that changed what the public sees; 0 before the first."""
    return int(connection.execute(_NEWEST).scalar_one())


def load_public_cube(
    connection: Connection, edition: date | None = None, as_of: date | None = None, by: CountsBy | None = None, keep: Keep = made_here
) -> Cube:
    """Read the released counts of an edition into memory.

    Args:
        connection: Inside a transaction that sees one state of the data throughout; it need not be able to read events.
        edition: First day of the edition; None for the one in force.
        as_of: Count what was released at the end of this day; None for what is released now.
        by: Count by this date; nothing is released by another date than each source's own, so a source that has another has no counts here.
        keep: Where the counts may have been kept.

    Returns:
        The cube. Its months delivered are those released, and its harm is that of sources that are public elsewhere alone.

    Raises:
        NotFoundError: There is no such edition.
        NotCoveredError: No areas are loaded at all, or nothing was on that day.
    """
    found = find_edition(connection, edition)
    areas = load_areas(connection, found)
    instant = end_of_day(as_of) if as_of is not None else None
    version = connection.execute(_VERSION, {"instant": instant}).one_or_none()
    if version is None:
        raise NotCoveredError(f"Ingenting var släppt den {as_of}.", f"Nothing was released on {as_of}.")
    trees, node_of = load_trees(connection)
    frame = _Frame(areas, trees, node_of)
    draws = _by_source(connection.execute(_DRAWS, {"instant": instant, "edition": found.edition_id}))
    for source in counted_otherwise(by):
        draws.pop(source, None)
    numbers = sorted(row.draw_id for mine in draws.values() for row in mine)
    newest = tuple(connection.execute(_VERSION, {"instant": None}).one())
    # Which cell and which category a number stands for hangs on the areas and the trees.
    counts = keep("released", (newest, numbers, found, areas, trees), lambda: _read_counts(connection, frame, draws, found.edition_id))
    return Cube(
        edition=found,
        as_of=as_of,
        by=by,
        version=version.version,
        published_at=version.published_at,
        areas=areas,
        blocks={**_all_layers(frame, draws, counts, "shown"), **_blocks(counts, "counts")},
        estimated=_blocks(counts, "estimated"),
        withheld=_all_layers(frame, draws, counts, "hidden"),
        undated={},
        trees=trees,
        delivered={source: _delivered(mine) for source, mine in draws.items()},
        known_on={source: local_day(max(row.drawn_at for row in mine)) for source, mine in draws.items()},
        completeness={},
        population=load_population(connection, found, areas, instant),
        weights=lay_out(connection, {source: tree.nodes for source, tree in trees.items()}),
        neighbours=load_neighbours(connection, found, areas),
        editions=tuple(one for one in list_editions(connection) if not one.held or one.edition_id == found.edition_id),
        released=True,
    )


def _by_source(rows: Iterable[Any]) -> dict[SourceId, list[Any]]:
    found: dict[SourceId, list[Any]] = {}
    source_of = {source.number: source for source in SourceId}
    for row in rows:
        found.setdefault(source_of[row.source_id], []).append(row)
    return found


def _read_counts(connection: Connection, frame: _Frame, draws: Mapping[SourceId, list[Any]], edition_id: int) -> Arrays:
    """Read the cells of some draws: blocks of counts and of what is estimated, and layers of what is shown and hidden, as arrays."""
    numbers = [row.draw_id for mine in draws.values() for row in mine]
    parts: dict[str, Block | Layer] = {}
    for source, rows in _by_source(connection.execute(_CELLS, {"edition": edition_id, "draws": numbers})).items():
        if draws[source][0].perturbed:
            shown, hidden = _layers(frame, source, rows)
            for what, layers in (("shown", shown), ("hidden", hidden)):
                parts.update({f"{what}/{source}/{level}/{months}": layer for (level, months), layer in layers.items()})
        else:
            for what in ("counts", "estimated"):
                block = _block(frame, rows, what)
                if block is not None:
                    parts[f"{what}/{source}"] = block
    return arrays_of(parts)


def _blocks(counts: Arrays, what: str) -> dict[SourceId, Block]:
    return {SourceId(source): block for source, block in parts_of(counts, what, Block).items()}


def _delivered(rows: list[Any]) -> Delivered:
    """Tell which months were released; those not final are open: they will be released once more."""
    final = {row.first_month: row.final for row in rows if row.months == 1}
    unfinal = np.array(sorted(month for month, is_final in final.items() if not is_final), np.int64)
    partial = np.array(sorted({row.first_month for row in rows if row.months == 1 and row.partial}), np.int64)
    return Delivered(np.array(sorted(final), np.int64), partial, np.zeros(0, np.int64), unfinal)


def _block(frame: _Frame, rows: list[Any], column: str) -> Block | None:
    """Lay the exact counts of a source out; None where there are none."""
    parts = [np.zeros((4, 0), np.int64)]
    for row in rows:
        antal = ints_of(getattr(row, column))
        if len(antal):
            cell = frame.cells(AreaLevel(row.level), ints_of(row.areas))
            parts.append(np.stack([cell, frame.node_of[ints_of(row.categories)], np.full(len(cell), row.first_month), antal]))
    together = np.concatenate(parts, axis=1)
    return summed(together, frame.total) if together.size else None


def _layers(frame: _Frame, source: SourceId, rows: list[Any]) -> tuple[_LayersOf, _LayersOf]:
    """Lay the released counts of a source out, and beside them a 1 for each cell that is not shown.

    Not shown are cells that were not written, as parts of what shows too little to be divided, and counts that the source itself withholds.
    """
    grid = Grid.of(frame.areas, source, frame.trees[source])
    counts, hidden = {}, {}
    for months in PERIODS:
        mine = [row for row in rows if row.months == months]
        if not mine:
            continue
        drawn = {row.first_month // months for row in mine}
        first = min(drawn)
        released = np.isin(range(first, max(drawn) + 1), list(drawn))
        for level, shown in grid.laid(months, first, mine).items():
            counts[level, months] = _layer(first, released, shown.clip(min=0))
            hidden[level, months] = _layer(first, released, (shown < 0) & released & grid.has(level, months)[:, None])
    return counts, hidden


def _layer(first: int, released: Bools, values: Ints | Bools) -> Layer:
    """Lay values out, (areas, categories, periods), without the categories of which all are 0."""
    used = np.flatnonzero(values.any(axis=(0, 2)))
    areas, _, periods = values.shape
    sums = np.zeros((len(used), periods + 1, areas), np.int32)
    np.cumsum(values[:, used].transpose(1, 2, 0), axis=1, out=sums[:, 1:])
    sums.setflags(write=False)
    return Layer(first, released, used, sums)


def _all_layers(frame: _Frame, draws: Mapping[SourceId, list[Any]], counts: Arrays, what: str) -> dict[SourceId, Layers]:
    """Put the layers of every protected source together."""
    found: dict[SourceId, _LayersOf] = {source: {} for source, rows in draws.items() if rows[0].perturbed}
    for name, layer in parts_of(counts, what, Layer).items():
        source, level, months = name.split("/")
        found[SourceId(source)][AreaLevel(level), int(months)] = layer
    return {source: _together(frame, source, draws[source], layers) for source, layers in found.items()}


def _together(frame: _Frame, source: SourceId, draws: list[Any], layers: _LayersOf) -> Layers:
    tree, bundles = frame.trees[source], bundles_of(source)
    return Layers(
        layers=layers,
        kinds=every_kind(source, tree.nodes),
        ends=np.array([tree.ranges[node.code][1] for node in tree.nodes], np.int64),
        months=frozenset(row.first_month for row in draws if row.months == 1),
        level_at={start: level for level, start in frame.starts.items()},
        bundles={tree.runs(bundle.codes): number for number, bundle in enumerate(bundles, len(tree.nodes) + 1)},
    )
