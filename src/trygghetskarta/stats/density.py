"""How thickly points lie: kernel density on a grid, of one set of points or of two against each other."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_TAIL = 4
"""How many bandwidths a gaussian kernel reaches."""
_DUST = 1e-9


class Kernel(StrEnum):
    """The shape a point is spread out in."""

    QUARTIC = "quartic"
    GAUSSIAN = "gaussian"


@dataclass(frozen=True, slots=True)
class Grid:
    """Square cells in a plane.

    Attributes:
        left: Easting of the left edge, metres.
        bottom: Northing of the lower edge, metres.
        cell: Side of a cell, metres.
        columns: How many cells across.
        rows: How many cells up; the first row is the lowest.
    """

    left: float
    bottom: float
    cell: float
    columns: int
    rows: int

    def centres(self) -> tuple[Floats, Floats]:
        """Give the eastings of the columns' centres and the northings of the rows'."""
        return (
            self.left + (np.arange(self.columns, dtype=np.float64) + 0.5) * self.cell,
            self.bottom + (np.arange(self.rows, dtype=np.float64) + 0.5) * self.cell,
        )


@dataclass(frozen=True, slots=True)
class Density:
    """A density on a grid.

    Attributes:
        per_km2: Shape (rows, columns): per square kilometre, >= 0; 0 outside the clip.
        variance: Shape (rows, columns): of `per_km2`, where all that the points stand for come independently of each other.
        counted: Sum of the weights of the points counted: those whose kernel reaches the clip.
    """

    per_km2: Floats
    variance: Floats
    counted: float


@dataclass(frozen=True, slots=True)
class Dual:
    """Two densities against each other.

    Attributes:
        difference: Shape (rows, columns): the first less what the second lets expect, per square kilometre.
        ratio: Shape (rows, columns): the first over what the second lets expect; NaN where that is too little to divide by.
        z: Shape (rows, columns): the difference in standard deviations, cell by cell; NaN where there is nothing to compare.
    """

    difference: Floats
    ratio: Floats
    z: Floats


def grid_over(bounds: tuple[float, float, float, float], cell: float) -> Grid:
    """Lay a grid over a box, its edges on whole multiples of the cell, so that equal cells are equal in every answer.

    Args:
        bounds: Left, bottom, right, top, metres.
        cell: Side of a cell, metres, > 0.

    Returns:
        The smallest such grid that covers the box.

    Raises:
        ValueError: The cell is not larger than zero, or the box is inside out.

    Reference: none needed. Not for: degrees.
    """
    left, bottom, right, top = bounds
    if not cell > 0 or right < left or top < bottom:
        raise ValueError(f"{bounds}, {cell}")
    first_column, first_row = np.floor(left / cell), np.floor(bottom / cell)
    columns, rows = np.ceil(right / cell) - first_column, np.ceil(top / cell) - first_row
    return Grid(float(first_column * cell), float(first_row * cell), cell, max(int(columns), 1), max(int(rows), 1))


def kernel_density(points: tuple[Floats, Floats], grid: Grid, inside: Bools, bandwidth: float, kernel: Kernel = Kernel.QUARTIC) -> Density:
    """Spread points out into a density inside a clip, none of them lost at its edge.

    Each point is put in its cell and spread by the kernel. What would fall outside the clip is given back: the point weighs as much more as its
    kernel is cut (the edge correction of Jones and Diggle), so the density summed over the clip is the number of points.

    Args:
        points: Shape (points, 2), metres, and how many each of them stands for, shape (points,), >= 0.
        grid: The cells.
        inside: Shape (rows, columns): True in the clip.
        bandwidth: Metres, at least the side of a cell: where a quartic kernel ends, the standard deviation of a gaussian one.
        kernel: The shape.

    Returns:
        The density; all zero without points. A point whose kernel does not reach the clip is not counted.

    Raises:
        ValueError: The bandwidth is smaller than a cell, or the shapes do not fit.

    Reference: Silverman 1986; Bailey & Gatrell 1995 (quartic); Jones 1993 and Diggle 2010 (edges). Not for: points that only stand for an area, and
    few points: one event is a hill of its own.
    """
    places, weights = points
    if bandwidth < grid.cell:
        raise ValueError(f"bandwidth {bandwidth} < cell {grid.cell}")
    if inside.shape != (grid.rows, grid.columns) or places.shape != (*weights.shape, 2):
        raise ValueError(f"{inside.shape}, {places.shape}, {weights.shape}")
    spread = _kernel(grid.cell, bandwidth, kernel)
    reached = _convolved(inside.astype(np.float64), spread) * grid.cell**2
    binned = _binned(places, weights, grid)
    reaches = reached > _DUST
    scale = np.divide(1.0, reached, out=np.zeros_like(reached), where=reaches)
    per_metre = _convolved(binned * scale, spread) * inside
    variance = _convolved(binned * scale**2, spread**2) * inside
    return Density(per_metre * 1e6, variance * 1e12, float(binned[reaches].sum()))


def against(now: Density, before: Density, scale: float, least: float) -> Dual:
    """Set one density against another.

    Args:
        now: The density in question.
        before: What it is set against: another span, or the people who live there.
        scale: What one of `before` lets expect of `now`: the share of the lengths of two spans, or events per inhabitant.
        least: The least of `before` per square kilometre that a ratio is worked out for.

    Returns:
        Difference, ratio and z. The variance is that of both, so z is near a normal deviate where some ten events or more lie within the
        bandwidth.

    Reference: Bithell 1990; Kelsall & Diggle 1995. Not for: a p value of the whole map: z is of one cell at a time, and a map has very many.
    """
    expected = scale * before.per_km2
    difference = now.per_km2 - expected
    variance = now.variance + scale**2 * before.variance
    nothing = np.full(expected.shape, np.nan)
    return Dual(
        difference,
        np.divide(now.per_km2, expected, out=nothing.copy(), where=(before.per_km2 >= least) & (expected > 0)),
        np.divide(difference, np.sqrt(variance), out=nothing, where=variance > 0),
    )


def against_people(now: Density, people: Density, least: float) -> Dual:
    """Set events against where people live.

    Args:
        now: The density of the events.
        people: The density of inhabitants, whose number is taken as known.
        least: The least inhabitants per square kilometre that a ratio is worked out for.

    Returns:
        As `against`, with the rate of the whole clip for the scale, and the variance there would be if the rate were the same everywhere.

    Reference: Bithell 1990. Not for: places where many pass and few live.
    """
    rate = now.counted / people.counted if people.counted > 0 else 0.0
    known = Density(people.per_km2, np.zeros_like(people.variance), people.counted)
    return against(Density(now.per_km2, rate * people.variance, now.counted), known, rate, least)


def holding(per_km2: Floats, shares: tuple[float, ...]) -> Floats:
    """Find the densities above which given shares of all lie: the smallest areas that hold them.

    Args:
        per_km2: Shape (rows, columns), >= 0.
        shares: Above 0 to 1.

    Returns:
        Shape (shares,): for each the lowest density in the smallest set of cells that holds it; NaN when there is nothing at all.

    Reference: Hyndman 1996 (highest density regions). Not for: saying that the area is denser than chance would make it.
    """
    falling = np.sort(per_km2, axis=None)[::-1]
    running = np.cumsum(falling)
    if not len(running) or not running[-1] > 0:
        return np.full(len(shares), np.nan)
    at = np.searchsorted(running, np.array(shares) * running[-1] * (1 - _DUST))
    return np.asarray(falling[np.minimum(at, len(falling) - 1)], np.float64)


def _kernel(cell: float, bandwidth: float, kernel: Kernel) -> Floats:
    """Give the kernel on cells, per square metre, its sum one."""
    reach = int(np.ceil((bandwidth if kernel is Kernel.QUARTIC else _TAIL * bandwidth) / cell))
    steps = (np.arange(-reach, reach + 1) * cell / bandwidth) ** 2
    squared = steps[:, None] + steps[None, :]
    shape = np.clip(1 - squared, 0, None) ** 2 if kernel is Kernel.QUARTIC else np.exp(-squared / 2) * (squared <= _TAIL**2)
    return np.asarray(shape / (shape.sum() * cell**2), np.float64)


def _binned(places: Floats, weights: Floats, grid: Grid) -> Floats:
    """Sum the weights by cell; points outside the grid are left out, and its upper and right edges belong to it."""
    column = np.floor((places[:, 0] - grid.left) / grid.cell).astype(np.int64)
    row = np.floor((places[:, 1] - grid.bottom) / grid.cell).astype(np.int64)
    column[places[:, 0] == grid.left + grid.columns * grid.cell] -= 1
    row[places[:, 1] == grid.bottom + grid.rows * grid.cell] -= 1
    on = (column >= 0) & (column < grid.columns) & (row >= 0) & (row < grid.rows)
    flat = np.bincount(row[on] * grid.columns + column[on], weights[on], grid.rows * grid.columns)
    return flat.reshape(grid.rows, grid.columns).astype(np.float64)


def _convolved(values: Floats, spread: Floats) -> Floats:
    # Loaded when first needed, as in `rates`.
    from scipy.signal import fftconvolve

    reach = spread.shape[0] // 2
    full = fftconvolve(values, spread)
    same = full[reach : reach + values.shape[0], reach : reach + values.shape[1]]
    # What the transform leaves where nothing is.
    return np.where(np.abs(same) > _DUST * np.abs(same).max(initial=0.0), np.clip(same, 0, None), 0.0)
