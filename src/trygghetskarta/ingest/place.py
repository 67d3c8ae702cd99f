"""Points to areas: a raster index with an exact answer at the borders.

The plane is cut into square cells. A cell that no border touches lies in one area or in none, and its number is looked up; a point in any other
cell is tested against the polygons whose borders touch that cell. One rule for a point exactly on a border: it belongs to the area it is
covered by, and of several to the first, which is the one with the lowest code.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

Numbers = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

NOWHERE = -1
_BORDER = -2
_CELL_METRES = 10.0
_MOST_CELLS = 40_000_000
_SAMPLES_PER_CELL = 4


@dataclass(frozen=True, slots=True)
class RasterIndex:
    """Which of some polygons a point lies in.

    Attributes:
        polygons: The polygons, (areas,), sorted by code, prepared.
        x0: Left edge of the raster, in the plane of the polygons.
        y0: Lower edge.
        cell: Side of a cell, metres.
        raster: Shape (rows, columns): the number of the polygon the cell lies in, NOWHERE, or the mark of a border cell.
        border_cells: Flat numbers of the border cells that each candidate stands for, ascending, (candidates,).
        candidates: The polygon whose border touches that cell, (candidates,).
    """

    polygons: npt.NDArray[np.object_]
    x0: float
    y0: float
    cell: float
    raster: Numbers
    border_cells: npt.NDArray[np.int64]
    candidates: Numbers

    def locate(self, x: Floats, y: Floats) -> Numbers:
        """Find the polygon of each point.

        Args:
            x: Eastings in the plane of the polygons, (points,); NaN for no point.
            y: Northings, (points,).

        Returns:
            Number of the polygon, (points,); NOWHERE for a point in none, or no point.
        """
        rows, columns = self.raster.shape
        with np.errstate(invalid="ignore"):
            column = np.floor((x - self.x0) / self.cell)
            row = np.floor((y - self.y0) / self.cell)
            inside = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
        found: Numbers = np.full(len(x), NOWHERE, np.int32)
        cells = row[inside].astype(np.int64) * columns + column[inside].astype(np.int64)
        found[inside] = self.raster.ravel()[cells]
        at_border = np.flatnonzero(found == _BORDER)
        if len(at_border):
            border_cell = row[at_border].astype(np.int64) * columns + column[at_border].astype(np.int64)
            found[at_border] = self._exact(x[at_border], y[at_border], border_cell)
        return found

    def _exact(self, x: Floats, y: Floats, cell: npt.NDArray[np.int64]) -> Numbers:
        """Test points in border cells against each candidate of their cell, lowest number last so that it wins."""
        found: Numbers = np.full(len(x), NOWHERE, np.int32)
        first = np.searchsorted(self.border_cells, cell, side="left")
        many = np.searchsorted(self.border_cells, cell, side="right") - first
        point = np.repeat(np.arange(len(x)), many)
        step = np.arange(len(point)) - np.repeat(np.cumsum(many) - many, many)
        candidate = self.candidates[np.repeat(first, many) + step]
        order = np.argsort(-candidate, kind="stable")
        point, candidate = point[order], candidate[order]
        covered = shapely.intersects_xy(self.polygons[candidate], x[point], y[point])
        found[point[covered]] = candidate[covered]
        return found


def index_polygons(polygons: npt.NDArray[np.object_], cell: float = _CELL_METRES) -> RasterIndex:
    """Build the index of some polygons that do not overlap.

    Args:
        polygons: Polygons or multipolygons in one plane, metres, (areas,), sorted by code. At least one.
        cell: Side of a raster cell, metres; made larger for a plane that would need too many.

    Returns:
        The index.
    """
    left, bottom, right, top = shapely.total_bounds(polygons)
    cell = max(cell, float(np.sqrt((right - left) * (top - bottom) / _MOST_CELLS)))
    x0, y0 = left - cell, bottom - cell
    columns, rows = int((right - x0) / cell) + 2, int((top - y0) / cell) + 2
    shapely.prepare(polygons)
    raster: Numbers = np.full((rows, columns), NOWHERE, np.int32)
    border_cells, candidates = _border_cells(polygons, (x0, y0, cell), columns)
    raster.ravel()[border_cells] = _BORDER
    _fill(raster, polygons, (x0, y0, cell))
    return RasterIndex(polygons, x0, y0, cell, raster, border_cells, candidates)


def _border_cells(
    polygons: npt.NDArray[np.object_], grid: tuple[float, float, float], columns: int
) -> tuple[npt.NDArray[np.int64], Numbers]:
    """List every (cell, polygon) where the polygon's border may touch the cell, sorted by both.

    Borders are walked in steps of a fraction of a cell, and each step marks the cells within half a step of it in either direction. Every
    point of a border is within half a step of a step, so no touched cell is missed; a few untouched ones are marked too, which costs an exact
    test and changes no answer.
    """
    x0, y0, cell = grid
    step = cell / _SAMPLES_PER_CELL
    xy, number = shapely.get_coordinates(shapely.segmentize(shapely.boundary(polygons), step), return_index=True)
    marked = []
    for dx, dy in ((-step, -step), (-step, step), (step, -step), (step, step)):
        column = ((xy[:, 0] + dx / 2 - x0) / cell).astype(np.int64)
        row = ((xy[:, 1] + dy / 2 - y0) / cell).astype(np.int64)
        pairs = (row * columns + column) * len(polygons) + number
        marked.append(pairs[_differs_from_before(pairs)])  # several steps stand in one cell
    pairs = np.sort(np.concatenate(marked))
    pairs = pairs[_differs_from_before(pairs)]
    return pairs // len(polygons), (pairs % len(polygons)).astype(np.int32)


def _differs_from_before(values: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    return np.append(True, values[1:] != values[:-1])


def _fill(raster: Numbers, polygons: npt.NDArray[np.object_], grid: tuple[float, float, float]) -> None:
    """Give every cell without a border the number of the polygon it lies in.

    Neighbouring cells of a row that no border touches lie in the same polygon, so one cell of each run is tested and the run filled.
    """
    x0, y0, cell = grid
    free = raster.ravel() != _BORDER
    starts_row = np.zeros(raster.shape, bool)
    starts_row[:, 0] = True
    begins = free & (np.append(True, ~free[:-1]) | starts_row.ravel())
    run = np.flatnonzero(begins)
    x = x0 + (run % raster.shape[1] + 0.5) * cell
    y = y0 + (run // raster.shape[1] + 0.5) * cell
    number: Numbers = np.full(len(run), NOWHERE, np.int32)
    order = np.argsort(x)
    bounds = shapely.bounds(polygons)
    first = np.searchsorted(x[order], bounds[:, 0])
    last = np.searchsorted(x[order], bounds[:, 2], side="right")
    for index, (bottom, top) in enumerate(zip(bounds[:, 1], bounds[:, 3], strict=True)):
        near = order[first[index] : last[index]]
        near = near[(y[near] >= bottom) & (y[near] <= top)]
        number[near[shapely.intersects_xy(polygons[index], x[near], y[near])]] = index
    starts = np.flatnonzero(begins[free])
    raster.ravel()[free] = np.repeat(number, np.append(starts[1:], np.count_nonzero(free)) - starts)
