"""Counts made up of the cells that were released, as few of them as will do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from trygghetskarta.disclosure.lattice import periods_of
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.periods import Span
from trygghetskarta.queries.kept import Kept

Ints = npt.NDArray[np.int64]
Cells = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]
_Piece = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Layer:
    """The cells of one level and one length of time.

    Attributes:
        first: Number of the first period: its months since 1970 divided by its length.
        released: Which periods were drawn, (periods,).
        used: The categories of which any cell is not 0, by their number in the tree and ascending; the number after the last for all of them,
            and those after it for the bundles.
        sums: Running sums of the counts over time, (used, periods + 1, areas): what is read of them are all areas of a few sums.
    """

    first: int
    released: Bools
    used: Ints
    sums: Cells

    def holds(self, period: int) -> bool:
        """Tell whether a period was drawn."""
        return 0 <= period - self.first < len(self.released) and bool(self.released[period - self.first])


@dataclass(frozen=True, slots=True)
class Layers:
    """The released counts of one source: what a Block is to exact ones.

    Attributes:
        layers: By level and length of time.
        kinds: What each category is to the lattice, then what all of them together are, and then each bundle.
        ends: Where each category ends in the order of the tree, (categories,).
        months: The months released, ascending.
        level_at: Each level by its first cell.
        bundles: The number of each bundle by its categories, as runs of the tree's order that neither overlap nor adjoin.
        cut: Spans that were cut into periods; see `_pieces`.
    """

    layers: Mapping[tuple[AreaLevel, int], Layer]
    kinds: Ints
    ends: Ints
    months: frozenset[int]
    level_at: Mapping[int, AreaLevel]
    bundles: Mapping[tuple[tuple[int, int], ...], int]
    cut: Kept = field(default_factory=Kept, init=False, compare=False, repr=False)

    def count(self, cells: slice, ranges: Iterable[tuple[int, int]], spans: Iterable[Span]) -> Ints:
        """Count events.

        Args:
            cells: Which cells: those of one level. There are none of any others, and their counts are 0.
            ranges: Categories, as runs of the tree's order [begin, end).
            spans: The periods.

        Returns:
            Shape (cells, periods); 0 where `nodes` says that the lattice does not have it.
        """
        periods = tuple(spans)
        total = np.zeros((len(periods), cells.stop - cells.start), np.int64)
        level = self.level_at.get(cells.start)
        if level is None:
            return total.T
        for kind, nodes in self._by_kind(ranges).items():
            cut = [self._pieces(level, kind, span) or () for span in periods]
            of_length = {months: self._together(level, months, nodes) for months in {months for pieces in cut for months, _ in pieces}}
            for column, pieces in enumerate(cut):
                for months, piece in pieces:
                    at = piece - self.layers[level, months].first
                    total[column] += of_length[months][at + 1] - of_length[months][at]
        return total.T

    def nodes(self, cells: slice, ranges: Iterable[tuple[int, int]], spans: Iterable[Span]) -> Ints:
        """Tell how many released cells each count is the sum of, (periods,).

        0 where the lattice does not have it, and where nothing of the period was released.
        """
        periods = tuple(spans)
        found = np.zeros(len(periods), np.int64)
        level = self.level_at.get(cells.start)
        if level is None:
            return found
        lacking = np.zeros(len(periods), bool)
        for kind, nodes in self._by_kind(ranges).items():
            for column, span in enumerate(periods):
                pieces = self._pieces(level, kind, span)
                lacking[column] |= pieces is None
                found[column] += len(pieces or ()) * len(nodes)
        return np.where(lacking, 0, found)

    def _by_kind(self, ranges: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
        """Give the fewest categories that make up some runs, by what they are to the lattice; the number after the last for all of them."""
        many, runs = len(self.ends), tuple(ranges)
        bundle = self.bundles.get(runs)
        if bundle is not None:
            return {int(self.kinds[bundle]): [bundle]}
        found: dict[int, list[int]] = {}
        for low, high in runs:
            if (low, high) == (0, many):
                found.setdefault(int(self.kinds[many]), []).append(many)
                continue
            while low < high:
                found.setdefault(int(self.kinds[low]), []).append(low)
                low = int(self.ends[low])
        return found

    def _pieces(self, level: AreaLevel, kind: int, span: Span) -> list[_Piece] | None:
        """Cut a span into the longest periods that were drawn: the length and the number of each; None where that cannot be done.

        Months that were not released are left out: nothing is known of them.
        """
        return self.cut.of((level, kind, span), lambda: self._cut(level, kind, span))

    def _cut(self, level: AreaLevel, kind: int, span: Span) -> list[_Piece] | None:
        lengths, pieces = periods_of(level, kind), []
        month, last = span.first.number, span.last.number
        while month <= last:
            for months in lengths:
                layer = self.layers.get((level, months))
                if month % months == 0 and month + months - 1 <= last and layer is not None and layer.holds(month // months):
                    pieces.append((months, month // months))
                    month += months
                    break
            else:
                if month in self.months:
                    return None
                month += 1
        return pieces

    def _together(self, level: AreaLevel, months: int, nodes: list[int]) -> Ints | Cells:
        """Add up some categories: running sums over time, (periods + 1, areas)."""
        layer = self.layers[level, months]
        columns = layer.used.searchsorted(nodes)
        there = [
            column for column, node in zip(columns.tolist(), nodes, strict=True) if column < len(layer.used) and layer.used[column] == node
        ]
        together: Ints | Cells = layer.sums[there[0]] if len(there) == 1 else layer.sums[there].sum(axis=0, dtype=np.int64)
        return together
