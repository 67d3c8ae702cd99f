"""Where a surface is higher than a value, as outlines."""

from __future__ import annotations

from itertools import pairwise
from typing import cast

import numpy as np
import numpy.typing as npt

from trygghetskarta.stats.density import Grid

Floats = npt.NDArray[np.float64]
Rings = list[list[Floats]]


def between(values: Floats, grid: Grid, low: float, high: float) -> Rings:
    """Outline where a surface lies between two values.

    Args:
        values: Shape (rows, columns), at the centres of the cells; NaN where there is none.
        grid: The cells.
        low: The lower value.
        high: The upper value, above `low`; infinity for no upper end.

    Returns:
        Polygons, each its outer ring and its holes, shape (points, 2), metres in the plane of the grid; none where it never does. A surface that is
        above `low` at the edge of the grid is closed half a cell outside.

    Raises:
        ValueError: `high` is not above `low`.

    Reference: contourpy's serial algorithm, linear between the centres. Not for: surfaces of one cell's breadth, which come out as diamonds.
    """
    if not high > low:
        raise ValueError(f"{high} <= {low}")
    # Loaded when first needed, as in `rates`.
    from contourpy import FillType, contour_generator

    x, y = grid.centres()
    around_x, around_y = (np.concatenate([line[:1] - grid.cell, line, line[-1:] + grid.cell]) for line in (x, y))
    lowest = np.nanmin(values, initial=low) - abs(low) - 1
    padded = np.pad(np.where(np.isnan(values), lowest, values), 1, constant_values=lowest)
    generator = contour_generator(around_x, around_y, padded, fill_type=FillType.OuterOffset)
    # The library's types tell of every kind of answer; of this kind it is the points and the ends of the rings.
    points, offsets = cast("tuple[list[Floats], list[npt.NDArray[np.uint32]]]", generator.filled(low, high))
    found: Rings = []
    for polygon, ends in zip(points, offsets, strict=True):
        found.append([np.asarray(polygon[a:b], np.float64) for a, b in pairwise(ends.tolist())])
    return found
