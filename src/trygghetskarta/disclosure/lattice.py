"""Which counts the public may see: a finite lattice of cells, drawn when a period is released and never added to by asking.

A cell is an area, a category or a bundle of them, and a period. What the public asks for is the sum of as few of them as make it up, or it is
withheld; so no question, however many are asked, tells more than the cells do.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.categories import Category, tree_of
from trygghetskarta.domain.category_groups import category_groups
from trygghetskarta.domain.sources import SourceId

Ints = npt.NDArray[np.int64]

MONTH, QUARTER, YEAR = 1, 3, 12
PERIODS = (YEAR, QUARTER, MONTH)
"""How many months a cell may be of, the longest first."""


class Kind(IntEnum):
    """What a category is to the lattice: all of a source, a group of kinds, one kind, or one that is sensitive."""

    ALL = 0
    GROUP = 1
    TYPE = 2
    SENSITIVE = 3


UNKNOWN = -1
"""A category that the source's tree does not hold: that it was ever met is itself a fact of the data."""

_EVERY = dict.fromkeys((Kind.ALL, Kind.GROUP, Kind.TYPE), PERIODS) | {Kind.SENSITIVE: (YEAR,)}
_LATTICE: Mapping[AreaLevel, Mapping[Kind, tuple[int, ...]]] = {
    AreaLevel.STAD: _EVERY,
    AreaLevel.STADSDELSOMRADE: _EVERY,
    AreaLevel.STADSDEL: {Kind.ALL: (YEAR, QUARTER), Kind.GROUP: (YEAR, QUARTER), Kind.TYPE: (YEAR,)},
    AreaLevel.BASOMRADE: {Kind.ALL: (YEAR,), Kind.GROUP: (YEAR,)},
}


@cache
def periods_of(level: AreaLevel, kind: int) -> tuple[int, ...]:
    """Give the lengths in months of the cells that there are of a level and a kind of category, the longest first; none where there are none."""
    return () if kind == UNKNOWN else _LATTICE[level.role].get(Kind(kind), ())


def kinds_of(source: SourceId, nodes: Sequence[Category]) -> Ints:
    """Tell what each category of a source is to the lattice.

    Args:
        source: Whose categories.
        nodes: Them, in the order of the tree.

    Returns:
        The number of a Kind or UNKNOWN, (nodes,). None is ALL, which is no category.
    """
    kinds = _kinds(source)
    return np.array([kinds.get(node.code, UNKNOWN) for node in nodes], np.int64)


@dataclass(frozen=True, slots=True)
class Bundle:
    """Categories that reports count together, a group across the sources as one source has it: cells of its own beside those of the tree.

    Attributes:
        codes: The categories, ascending; none lies below another.
        kind: What it is to the lattice: sensitive where all of them are.
    """

    codes: tuple[str, ...]
    kind: Kind

    @property
    def key(self) -> int:
        """What it is known by in the database: below 0, and made of its codes, so that a group that is changed is another one."""
        return -1 - (int.from_bytes(sha256(" ".join(self.codes).encode()).digest()[:4], "big") >> 1)


@cache
def bundles_of(source: SourceId) -> tuple[Bundle, ...]:
    """Give the bundles of a source; a group that is one category is that category, and no bundle."""
    found = {tuple(sorted(group.categories.get(source, ()))) for group in category_groups().values()}
    return tuple(Bundle(codes, _kind(source, codes)) for codes in sorted(found) if len(codes) > 1)


def every_kind(source: SourceId, nodes: Sequence[Category]) -> Ints:
    """Give what each category of a source is to the lattice, then what all of them together are, and then each bundle."""
    return np.array([*kinds_of(source, nodes), Kind.ALL, *(bundle.kind for bundle in bundles_of(source))], np.int64)


def _kind(source: SourceId, codes: Sequence[str]) -> Kind:
    return Kind.SENSITIVE if all(_kinds(source)[code] == Kind.SENSITIVE for code in codes) else Kind.GROUP


@cache
def _kinds(source: SourceId) -> Mapping[str, int]:
    nodes = tree_of(source).nodes
    sensitive = _sensitive(source, nodes)
    return {node.code: Kind.SENSITIVE if node.code in sensitive else Kind.TYPE if node.name_en is None else Kind.GROUP for node in nodes}


def _sensitive(source: SourceId, nodes: Sequence[Category]) -> set[str]:
    """Give the codes of what is sensitive: what is named, what stands below it, and the groups that hold nothing else."""
    told: dict[str, Any] = tomllib.loads(files("trygghetskarta.disclosure").joinpath("sensitive.toml").read_text(encoding="utf-8"))
    if source.value not in told:
        return set()
    named = re.compile("|".join(rf"\b{re.escape(word)}" for word in told[source.value]["words"]), re.IGNORECASE)
    found: set[str] = set(told[source.value]["groups"])
    for node in nodes:  # each before all that stand below it
        if node.parent in found or (node.name_en is None and named.search(node.name)):
            found.add(node.code)
    for node in reversed(nodes):
        below = [other.code for other in nodes if other.parent == node.code] if node.name_en is not None else []
        if below and found.issuperset(below):
            found.add(node.code)
    return found
