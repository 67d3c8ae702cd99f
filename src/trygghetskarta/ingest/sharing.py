"""A place in an edition: the area that holds it at each level or, where an edition has divided that area, its parts with the share of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
import numpy.typing as npt

from trygghetskarta.ingest.place import NOWHERE
from trygghetskarta.stats.dealing import WHOLE

_OUTSIDE_LEAST = 0.01
"""Ground of an area that no area of the other edition holds is passed over up to this share: shores and borders are never drawn the same twice."""
_LAST = np.iinfo(np.int32).max


class Nesting(Protocol):
    """What is asked of the areas of one edition at one level."""

    @property
    def parent(self) -> npt.NDArray[np.int32]:
        """Number of each area's parent in the next coarser level; NOWHERE at the top."""

    @property
    def nested(self) -> npt.NDArray[np.bool_]:
        """True where an area lies wholly in its parent."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a place at one level.

    Attributes:
        number: The area that holds it, by its number among those of the level; NOWHERE for none of them.
        begins: Where the part begins on the line of the whole place, in millionths.
        ends: Where it ends.
    """

    number: int
    begins: int = 0
    ends: int = WHOLE


def parts_of(layers: Sequence[Nesting], known: Mapping[int, int], shares: Mapping[int, float], depth: int) -> list[list[Part]]:
    """Find where a place is at every level of one edition.

    A level at which the place is known to be in one area has that area, whole. From the level of the area that names the place and upwards, the rest
    is what the shares say: a larger area has what the areas in it have. The parts of every level lie in the same order on the same line, first by
    the coarsest area and then by the finer, so that a larger area's part is those of the areas in it, side by side.

    Args:
        layers: The levels of the edition, finest first.
        known: The areas known to hold the place, by depth.
        shares: How much of the area that names the place lies in which area at `depth`; empty where it is not measured.
        depth: The level of the area that names the place; beyond the last where the edition lacks it.

    Returns:
        The parts at each level, finest first; NOWHERE below `depth`, and where an area does not lie wholly in a larger.
    """
    whole = [[Part(known.get(level, NOWHERE))] for level in range(len(layers))]
    if depth in known or not shares or depth >= len(layers):
        return whole
    paths = _paths(layers, known, shares, depth)
    total = sum(share for _, share in paths)
    if not paths:
        return whole
    held = any(level >= depth for level in known)
    if not held and total < 1 - _OUTSIDE_LEAST:
        paths.append(((NOWHERE,) * (len(layers) - depth), 1 - total))
    paths.sort(key=lambda one: [number if number >= 0 else _LAST for number in reversed(one[0])])
    ends = np.cumsum([share for _, share in paths])
    borders = [0, *np.rint(ends / ends[-1] * WHOLE).astype(np.int64).tolist()]
    for level in range(depth, len(layers)):
        numbers = [path[level - depth] for path, _ in paths]
        whole[level] = _side_by_side(numbers, borders)
    return whole


def _paths(
    layers: Sequence[Nesting], known: Mapping[int, int], shares: Mapping[int, float], depth: int
) -> list[tuple[tuple[int, ...], float]]:
    """Give each area that has a share with the larger areas it lies in, finest first; those that lie in another than is known are left out."""
    found = []
    for number, share in shares.items():
        path = [number]
        for level in range(depth, len(layers) - 1):
            below = path[-1]
            up = int(layers[level].parent[below]) if below >= 0 and layers[level].nested[below] else NOWHERE
            path.append(up if up >= 0 else known.get(level + 1, NOWHERE))
        if all(path[level - depth] == number for level, number in known.items() if level >= depth):
            found.append((tuple(path), share))
    return found


def _side_by_side(numbers: list[int], borders: list[int]) -> list[Part]:
    """Join the parts next to each other that are of one area."""
    parts: list[Part] = []
    for number, (begins, ends) in zip(numbers, pairwise(borders), strict=True):
        if parts and parts[-1].number == number:
            parts[-1] = Part(number, parts[-1].begins, ends)
        elif ends > begins:
            parts.append(Part(number, begins, ends))
    return parts
