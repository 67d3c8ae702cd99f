"""Events as points, and how a density or a near-repeat test of them is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

NO_DAY = np.iinfo(np.int64).min
"""The day of an event that is not known to a day."""


class Shape(StrEnum):
    """What a density is drawn as."""

    CONTOURS = "contours"
    GRID = "grid"


@dataclass(frozen=True, slots=True)
class EventPoints:
    """The events of a span whose place is known to a point.

    Attributes:
        places: Shape (points, 2): easting and northing in the plane of the edition, metres.
        antal: Shape (points,): events that each stands for.
        days: Shape (points,): local day in the middle of its time, days since 1970; NO_DAY where no day is known.
        lasted: Shape (points,): length of its time, days; 0 where only a beginning is known.
        without: Events of the question's areas that have no point.
    """

    places: Floats
    antal: Ints
    days: Ints
    lasted: Floats
    without: int


@dataclass(frozen=True, slots=True)
class Ground:
    """What a map is clipped to.

    Attributes:
        srid: EPSG number of the plane.
        outlines: The areas, well-known binary in that plane.
    """

    srid: int
    outlines: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class PointContent:
    """What densities and near repeats are worked out from.

    Attributes:
        now: The events of the span.
        before: Those of the baseline; None without one.
        people: A point in each area, shape (areas, 2), and how many it stands for, shape (areas,); None when no rate is asked for.
        ground: The clip; None for near repeats, which need none.
        months: Delivered months of the span and of the baseline; of a span alone simply its length.
    """

    now: EventPoints
    before: EventPoints | None = None
    people: tuple[Floats, Floats] | None = None
    ground: Ground | None = None
    months: tuple[int, int] = (1, 0)


@dataclass(frozen=True, slots=True)
class DensityOptions:
    """How a density is drawn.

    Attributes:
        bandwidth: Metres.
        cell: Side of a cell, metres, at most the bandwidth.
        kernel: quartic or gaussian.
        shape: Contours or a grid.
    """

    bandwidth: float
    cell: float
    kernel: str
    shape: Shape

    @classmethod
    def of(cls, bandwidth: int, cell: int | None, kernel: str, shape: Shape) -> DensityOptions:
        """Make the options as they are asked for: cells left out are a fifth of the bandwidth."""
        return cls(float(bandwidth), float(cell if cell is not None else max(bandwidth // 5, 10)), kernel, shape)


@dataclass(frozen=True, slots=True)
class NearOptions:
    """What counts as near: so many bands of so many metres and days, after one for the same place.

    Attributes:
        metres: Breadth of a band, metres, above 1.
        space_bands: How many.
        days: Breadth of a band, days, >= 1.
        time_bands: How many.
    """

    metres: int
    space_bands: int
    days: int
    time_bands: int
