"""Findings of densities: how thickly events lie, and thicker or thinner than something else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from trygghetskarta.domain.answers import PublishedAnswer
from trygghetskarta.domain.points import DensityOptions, EventPoints, Ground, PointContent
from trygghetskarta.errors import bad_parameter
from trygghetskarta.stats.contours import between
from trygghetskarta.stats.density import Density, Dual, Grid, Kernel, against, against_people, grid_over, holding, kernel_density

Floats = npt.NDArray[np.float64]

_MOST_CELLS = 1_000_000
_SHARES = (0.25, 0.5, 0.75)
_DEVIATIONS = (2.0, 3.0)
_LEAST_EVENTS = 1.0
_LEAST_PEOPLE = 100.0
_PRECISION = 1e-6


@dataclass(frozen=True, slots=True)
class Contour:
    """One outline of a density.

    Attributes:
        name: What it is called in the answer.
        low: The lowest value in it.
        high: The highest; None for no upper end.
        share: The part of all events in it; None for a density set against another.
        square_kilometres: How large it is, by the cells.
        events: The events in it, as the density has them; None likewise.
        geometry: GeoJSON text, WGS84; None where it is nowhere.
    """

    name: str
    low: float | None
    high: float | None
    share: float | None
    square_kilometres: float
    events: float | None
    geometry: str | None


@dataclass(frozen=True, slots=True)
class Surface:
    """A density on its grid.

    Attributes:
        grid: The cells.
        srid: EPSG number of their plane.
        inside: Shape (rows, columns): True in the clip.
        density: That of the span.
        other: That of the baseline, or of where people live; None for a density alone.
        dual: The one against the other.
        used: Events counted.
    """

    grid: Grid
    srid: int
    inside: npt.NDArray[np.bool_]
    density: Density
    other: Density | None
    dual: Dual | None
    used: int


def find_density(published: PublishedAnswer[PointContent], options: DensityOptions) -> Surface:
    """Work out a density, and what it is set against.

    Args:
        published: The events, with what they are set against and clipped to.
        options: How it is drawn.

    Returns:
        The densities on their grid.

    Raises:
        InvalidQuestionError: The cells are larger than the bandwidth, or too many for an answer.
    """
    if options.cell > options.bandwidth:
        swedish, english = "Rutorna kan inte vara större än bandbredden.", "The cells cannot be larger than the bandwidth."
        raise bad_parameter("cell", f"{options.cell:g}", swedish, english)
    content = published.content
    region = _region(content.ground)
    grid, inside = _clip(region, options.cell)
    srid = content.ground.srid if content.ground is not None else 0
    now = _density(content.now, (grid, inside), options)
    other, dual = None, None
    # A ratio to less than one event, or a hundred people, within the reach of one would be a ratio to nothing.
    reach = np.pi * (options.bandwidth / 1000) ** 2
    if content.before is not None:
        other = _density(content.before, (grid, inside), options)
        dual = against(now, other, content.months[0] / content.months[1], _LEAST_EVENTS / reach)
    elif content.people is not None:
        places, people = content.people
        within = np.asarray(shapely.intersects_xy(region, places[:, 0], places[:, 1]), np.bool_)
        other = kernel_density((places[within], people[within]), grid, inside, options.bandwidth, Kernel(options.kernel))
        dual = against_people(now, other, _LEAST_PEOPLE / reach)
    return Surface(grid, srid, inside, now, other, dual, int(content.now.antal.sum()))


def contours(surface: Surface) -> list[Contour]:
    """Outline a density: the smallest areas that hold a quarter, half and three quarters of the events, or where two densities differ.

    Args:
        surface: The density. One that is set against another is outlined where the difference is two, and three, standard deviations up and down.

    Returns:
        The outlines, the widest first.
    """
    cell = (surface.grid.cell / 1000) ** 2
    found = []
    if surface.dual is None:
        values = surface.density.per_km2
        for share, low in zip(reversed(_SHARES), holding(values, _SHARES)[::-1].tolist(), strict=True):
            within = (values >= low) & surface.inside if np.isfinite(low) else np.zeros_like(surface.inside)
            size, events = float(within.sum() * cell), float(values[within].sum() * cell)
            name = f"{round(100 * share)}"
            found.append(Contour(name, low if np.isfinite(low) else None, None, share, size, events, _geometry(surface, values, low)))
        return found
    z = np.where(surface.inside, surface.dual.z, np.nan)
    for side, word in ((1, "higher"), (-1, "lower")):
        for low in _DEVIATIONS:
            size = float((np.nan_to_num(side * z) >= low).sum() * cell)
            geometry = _geometry(surface, np.nan_to_num(side * z), low)
            found.append(Contour(f"{word}{low:g}", low if side > 0 else None, None if side > 0 else -low, None, size, None, geometry))
    return found


def _density(events: EventPoints, at: tuple[Grid, npt.NDArray[np.bool_]], options: DensityOptions) -> Density:
    return kernel_density((events.places, events.antal.astype(np.float64)), *at, options.bandwidth, Kernel(options.kernel))


def _region(ground: Ground | None) -> BaseGeometry:
    return shapely.union_all(shapely.from_wkb(list(ground.outlines) if ground is not None else []))


def _clip(region: BaseGeometry, cell: float) -> tuple[Grid, npt.NDArray[np.bool_]]:
    """Lay a grid over what the map is clipped to."""
    if region.is_empty:
        return Grid(0.0, 0.0, cell, 1, 1), np.zeros((1, 1), np.bool_)
    grid = grid_over(region.bounds, cell)
    cells = grid.columns * grid.rows
    if cells > _MOST_CELLS:
        swedish = f"Kartan får {cells} rutor; fler än {_MOST_CELLS} ryms inte. Välj större rutor eller ett mindre område."
        english = f"The map has {cells} cells; no more than {_MOST_CELLS} fit. Choose larger cells or a smaller area."
        raise bad_parameter("cell", f"{cell:g}", swedish, english)
    x, y = np.meshgrid(*grid.centres())
    shapely.prepare(region)
    return grid, np.asarray(shapely.contains_xy(region, x, y), np.bool_)


def _geometry(surface: Surface, values: Floats, low: float) -> str | None:
    """Give where values are at least so high, as GeoJSON in degrees."""
    if not np.isfinite(low):
        return None
    rings = between(values, surface.grid, low, np.inf)
    if not rings:
        return None
    to_degrees = Transformer.from_crs(surface.srid, 4326, always_xy=True)
    polygons = [shapely.Polygon(_degrees(to_degrees, ring[0]), [_degrees(to_degrees, hole) for hole in ring[1:]]) for ring in rings]
    # Outlines that meet in a point, or do so when rounded, are mended; RFC 7946 turns outer rings against the clock.
    valid = shapely.make_valid(shapely.MultiPolygon(polygons), method="structure", keep_collapsed=False)
    whole = shapely.get_parts(shapely.set_precision(valid, _PRECISION)).tolist()
    return shapely.to_geojson(shapely.orient_polygons(shapely.MultiPolygon(whole), exterior_cw=False)) if whole else None


def _degrees(to_degrees: Transformer, ring: Floats) -> Floats:
    longitudes, latitudes = to_degrees.transform(ring[:, 0], ring[:, 1])
    return np.stack([longitudes, latitudes], axis=1)
