"""The categories of each source as the database holds them, in the order in which counts are laid out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from trygghetskarta.domain.categories import Category
from trygghetskarta.domain.sources import SourceId

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tree:
    """The categories of one source in the order of its block: each group, then all that is under it, at any depth.

    Attributes:
        nodes: In that order.
        ranges: For each code the run [begin, end) of itself and all below it.
        category_ids: The key of each in the database, in the same order.
    """

    nodes: tuple[Category, ...]
    ranges: Mapping[str, tuple[int, int]]
    category_ids: tuple[int, ...] = ()

    def runs(self, codes: Iterable[str]) -> tuple[tuple[int, int], ...]:
        """Give some categories as runs of the order that neither overlap nor adjoin, ascending; codes that it does not have are left out."""
        found: list[tuple[int, int]] = []
        for low, high in sorted(self.ranges[code] for code in codes if code in self.ranges):
            if found and low <= found[-1][1]:
                found[-1] = (found[-1][0], max(high, found[-1][1]))
            else:
                found.append((low, high))
        return tuple(found)


def load_trees(connection: Connection) -> tuple[dict[SourceId, Tree], Ints]:
    """Read the categories: a tree per source, and the place in its tree of each category by its key, (categories + 1,)."""
    source_of = {source.number: source for source in SourceId}
    rows: dict[SourceId, list[Any]] = {source: [] for source in SourceId}
    for row in connection.execute(
        text("SELECT category_id, source_id, code, parent_code, name, name_en FROM category ORDER BY category_id")
    ):
        rows[source_of[row.source_id]].append(row)
    trees: dict[SourceId, Tree] = {}
    node_of = np.zeros(max((row.category_id for found in rows.values() for row in found), default=0) + 1, np.int64)
    for source, found in rows.items():
        below: dict[str | None, list[Any]] = {}
        for row in found:
            below.setdefault(row.parent_code, []).append(row)
        ordered, ranges = _ordered(below)
        node_of[[row.category_id for row in ordered]] = np.arange(len(ordered))
        nodes = tuple(Category(source, row.code, row.parent_code, row.name, row.name_en) for row in ordered)
        trees[source] = Tree(nodes, ranges, tuple(row.category_id for row in ordered))
    return trees, node_of


def _ordered(below: Mapping[str | None, list[Any]]) -> tuple[list[Any], dict[str, tuple[int, int]]]:
    """Put a tree's rows in order, each before all that stand below it, and give the run of each with all below it."""
    ordered: list[Any] = []
    ranges: dict[str, tuple[int, int]] = {}

    def add(rows: Iterable[Any]) -> None:
        for row in rows:
            begin = len(ordered)
            ordered.append(row)
            add(below.get(row.code, ()))
            ranges[row.code] = (begin, len(ordered))

    add(below.get(None, ()))
    return ordered, ranges
