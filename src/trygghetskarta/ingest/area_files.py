"""Read the file of one level of areas: GeoPackage, Shapefile or GeoJSON, or a CSV that says which areas of the level below make one up."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS, Transformer

from trygghetskarta.domain.areas import code_of_name, proper_name
from trygghetskarta.domain.cities import CITY
from trygghetskarta.errors import BadDeliveryError

Geometries = npt.NDArray[np.object_]

# How much ground the repair of an outline may add or take away: a square metre, or a thousandth.
_REPAIRED_M2, _REPAIRED_SHARE = 1.0, 0.001
_CODE_FIELDS = ("code", "kod")
_NAME_FIELDS = ("name", "namn")


@dataclass(frozen=True, slots=True)
class AreaFields:
    """Which fields of the file hold what; None for the usual names."""

    code: str | None = None
    name: str | None = None
    parent: str | None = None
    srid: int | None = None


@dataclass(frozen=True, slots=True)
class AreaRows:
    """The areas of one level as their file gives them, sorted by code.

    Attributes:
        codes: (areas,), unique.
        names: (areas,).
        parents: Code or name of the parent as the file states it; empty where it does not, (areas,).
        outlines: In the plane, (areas,).
        plane: EPSG number of the plane, metres.
        file_srid: EPSG number the file was read in.
        schematic: True when the file marks its areas as made up.
        turned: How many outer rings stood clockwise, as a Shapefile has them, and were turned.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    parents: tuple[str, ...]
    outlines: Geometries
    plane: int
    file_srid: int
    schematic: bool = False
    turned: int = 0


def read_areas(path: Path, fields: AreaFields, plane: int | None) -> AreaRows:
    """Read a file of areas with outlines.

    Args:
        path: GeoPackage, Shapefile or GeoJSON.
        fields: Which fields to read, and the coordinate system when the file does not say.
        plane: EPSG number of the plane to bring the outlines to; None to choose one by where they lie.

    Returns:
        The areas.

    Raises:
        BadDeliveryError: The file cannot be read, names no coordinate system or contradicts the one it names, or two areas share a code.
    """
    frame = _read_frame(path)
    srid = _srid_of(frame, fields.srid, path)
    frame = frame.set_crs(srid, allow_override=True)
    _check_range(frame, srid, path)
    plane = plane if plane is not None else _plane_for(frame)
    moved = frame.to_crs(plane)
    name_field = _field(frame, fields.name, _NAME_FIELDS, path)
    code_field = _field(frame, fields.code, _CODE_FIELDS, path)
    if name_field is None and code_field is None:
        raise BadDeliveryError(
            f"{path.name}: inget fält heter kod eller namn. Ange --code-field eller --name-field; fälten är {', '.join(frame.columns[:-1])}.",
            f"{path.name}: no field is called code or name. Give --code-field or --name-field; the fields are {', '.join(frame.columns[:-1])}.",
            code="missing_field",
        )
    names = [proper_name(name) for name in _texts(frame, name_field or code_field, path)]
    codes = _texts(frame, code_field, path) if code_field else [code_of_name(name) for name in names]
    parents = _texts(frame, fields.parent, path) if _has(frame, fields.parent, path) else [""] * len(codes)
    _check_codes(codes, path)
    outlines = shapely.force_2d(np.array(moved.geometry.values))
    _refuse_crossed(outlines, codes, path)
    outlines, turned = _turned(outlines, codes, path)
    order = sorted(range(len(codes)), key=codes.__getitem__)
    return AreaRows(
        tuple(codes[i] for i in order),
        tuple(names[i] for i in order),
        tuple(parents[i] for i in order),
        outlines[order],
        plane,
        srid,
        "schematic" in frame.columns and bool(frame["schematic"].all()),
        turned,
    )


def read_membership(path: Path, fields: AreaFields) -> dict[str, str]:
    """Read a CSV that says which larger area each area belongs to.

    Args:
        path: The CSV, UTF-8, with a header.
        fields: `parent` is the column with the larger area's name (required); `name` or `code` the column with the area's own.

    Returns:
        The larger area's name by the area's code.

    Raises:
        BadDeliveryError: A column is missing, or a row lacks a value.
    """
    frame = pd.read_csv(path, dtype=str, sep=None, engine="python", encoding="utf-8-sig", keep_default_na=False)
    own = _field(frame, fields.code or fields.name, (*_CODE_FIELDS, *_NAME_FIELDS), path)
    if fields.parent is None or fields.parent not in frame.columns or own is None:
        columns = ", ".join(frame.columns)
        raise BadDeliveryError(
            f"{path.name}: ange med --parent-field vilken kolumn som namnger det större området; kolumnerna är {columns}.",
            f"{path.name}: say with --parent-field which column names the larger area; the columns are {columns}.",
            code="missing_field",
        )
    empty = frame.index[(frame[own].str.strip() == "") | (frame[fields.parent].str.strip() == "")]
    if len(empty):
        line, column = int(empty[0]) + 2, own if not str(frame[own][empty[0]]).strip() else fields.parent
        raise BadDeliveryError(
            f"{path.name}, rad {line}: kolumnen {column} är tom, så ett namn saknas.",
            f"{path.name}, line {line}: the column {column} is empty, so a name is missing.",
            code="missing_name",
        )
    return {code_of_name(name): proper_name(parent) for name, parent in zip(frame[own], frame[fields.parent], strict=True)}


def _read_frame(path: Path) -> gpd.GeoDataFrame:
    if not path.exists():
        raise BadDeliveryError(f"Filen {path} finns inte.", f"The file {path} does not exist.", code="no_such_file")
    try:
        with warnings.catch_warnings():
            frame = _read_dbf_as_declared(path)
    except shapely.errors.GEOSException as error:
        raise BadDeliveryError(
            f"{path.name} har en gräns som inte är sluten, eller ingen gräns alls: {error}.",
            f"{path.name} has an outline that is not closed, or is none: {error}.",
            code="invalid_geometry",
        ) from error
    except (RuntimeError, ValueError, OSError) as error:
        raise BadDeliveryError(
            f"{path.name} går inte att läsa som kartfil: {error}.", f"{path.name} cannot be read as a map: {error}.", code="unreadable"
        ) from error
    if not isinstance(frame, gpd.GeoDataFrame) or frame.empty or frame.geometry.isna().any() or frame.geometry.is_empty.any():
        raise BadDeliveryError(
            f"{path.name} har områden utan yta, eller inga alls.",
            f"{path.name} has areas without an outline, or none.",
            code="invalid_geometry",
        )
    polygonal = frame.geometry.geom_type.isin(["Polygon", "MultiPolygon"])
    if not polygonal.all():
        kind = frame.geometry.geom_type[~polygonal].iloc[0]
        raise BadDeliveryError(
            f"{path.name} har {kind} där ytor väntas.", f"{path.name} has {kind} where polygons are expected.", code="invalid_geometry"
        )
    return frame


def _read_dbf_as_declared(path: Path) -> gpd.GeoDataFrame:
    """Read a file; a Shapefile that does not say its encoding and is not UTF-8 is Latin-1, the format's own default."""
    warnings.filterwarnings("ignore", "Non closed ring")  # it is refused a moment later
    if path.suffix.lower() != ".shp" or path.with_suffix(".cpg").exists():
        return gpd.read_file(path)
    try:
        return gpd.read_file(path, encoding="UTF-8")
    except UnicodeDecodeError:
        return gpd.read_file(path, encoding="ISO-8859-1")


def _srid_of(frame: gpd.GeoDataFrame, declared: int | None, path: Path) -> int:
    if declared is not None:
        return declared
    srid = frame.crs.to_epsg(min_confidence=20) if frame.crs is not None else None
    if srid is None:
        raise BadDeliveryError(
            f"{path.name} anger inget koordinatsystem. Ange det med --crs, till exempel --crs {CITY.plane}.",
            f"{path.name} names no coordinate system. Give it with --crs, for example --crs {CITY.plane}.",
            code="crs_missing",
        )
    return int(srid)


def _check_range(frame: gpd.GeoDataFrame, srid: int, path: Path) -> None:
    """Refuse coordinates that lie outside where their declared system is used."""
    use = CRS.from_epsg(srid).area_of_use
    left, bottom, right, top = frame.total_bounds
    if use is None:
        return
    to_degrees = Transformer.from_crs(srid, 4326, always_xy=True)
    corners = [to_degrees.transform(x, y) for x in (left, right) for y in (bottom, top)]
    if not all(use.west - 1 <= lon <= use.east + 1 and use.south - 1 <= lat <= use.north + 1 for lon, lat in corners):
        name = CRS.from_epsg(srid).name
        raise BadDeliveryError(
            f"{path.name}: koordinaterna ({left:.0f}, {bottom:.0f}) ligger inte där EPSG:{srid} ({name}) används. Ange rätt system med --crs.",
            f"{path.name}: the coordinates ({left:.0f}, {bottom:.0f}) lie outside where EPSG:{srid} ({name}) is used. Give the right one by --crs.",
            code="wrong_crs",
        )


def _plane_for(frame: gpd.GeoDataFrame) -> int:
    """Choose the plane of the first edition: the city's own where the areas lie within its bounds, else the UTM zone they lie in."""
    left, bottom, right, top = frame.to_crs(4326).total_bounds
    west, south, east, north = CITY.bounds
    if west <= left and right <= east and south <= bottom and top <= north:
        return CITY.plane
    return int(frame.estimate_utm_crs().to_epsg())


def _refuse_crossed(outlines: Geometries, codes: list[str], path: Path) -> None:
    """Refuse outlines that cross themselves so that which ground they enclose is anyone's guess; a spike or a touch can be repaired."""
    for number in np.flatnonzero(~shapely.is_valid(outlines)).tolist():
        repaired = shapely.area(shapely.make_valid(outlines[number], method="structure", keep_collapsed=False))
        if abs(repaired - shapely.area(outlines[number])) > max(_REPAIRED_M2, _REPAIRED_SHARE * repaired):
            reason = shapely.is_valid_reason(outlines[number])
            raise BadDeliveryError(
                f"{path.name}: området {codes[number]} har en gräns som korsar sig själv ({reason}).",
                f"{path.name}: the area {codes[number]} has an outline that crosses itself ({reason}).",
                code="invalid_geometry",
            )


def _turned(outlines: Geometries, codes: list[str], path: Path) -> tuple[Geometries, int]:
    """Turn outer rings anticlockwise and inner ones clockwise, and count the outer ones turned.

    All outer rings one way is the habit of a format, whichever it is; one against the others says that something was done to it.
    """
    parts, owner = shapely.get_parts(outlines, return_index=True)
    ccw = shapely.is_ccw(shapely.get_exterior_ring(parts))
    if 0 < ccw.sum() < len(ccw):
        usual = ccw.sum() * 2 >= len(ccw)
        odd = codes[int(owner[ccw != usual][0])]
        raise BadDeliveryError(
            f"{path.name}: området {odd} har en yttre gräns som går åt andra hållet än filens övriga, som ett hål. Ingenting ändrades.",
            f"{path.name}: the area {odd} has an outer ring wound against the others of the file, as a hole. Nothing was changed.",
            code="invalid_geometry",
        )
    return shapely.orient_polygons(outlines), int((~ccw).sum())


def _texts(frame: pd.DataFrame, field: str | None, path: Path) -> list[str]:
    """Give a field of every area as text; one without a value is refused, as its null would read as a word of its own."""
    texts = ["" if missing else str(value).strip() for value, missing in zip(frame[field], frame[field].isna(), strict=True)]
    if "" in texts:
        number = texts.index("") + 1
        raise BadDeliveryError(
            f"{path.name}: område nummer {number} i filen saknar värde i fältet {field}. Ingenting ändrades.",
            f"{path.name}: area number {number} of the file has no value in the field {field}. Nothing was changed.",
            code="missing_value",
        )
    return texts


def _field(frame: pd.DataFrame, asked: str | None, usual: tuple[str, ...], path: Path) -> str | None:
    """Give the field asked for, else the first with a usual name, whatever its case."""
    if _has(frame, asked, path):
        return asked
    return next((str(field) for field in frame.columns if str(field).casefold() in usual), None)


def _has(frame: pd.DataFrame, field: str | None, path: Path) -> bool:
    if field is not None and field not in frame.columns:
        columns = ", ".join(str(column) for column in frame.columns if column != "geometry")
        raise BadDeliveryError(
            f"{path.name} har inget fält {field}; fälten är {columns}.",
            f"{path.name} has no field {field}; the fields are {columns}.",
            code="missing_field",
        )
    return field is not None


def _check_codes(codes: list[str], path: Path) -> None:
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice or "" in codes:  # a name without a letter or digit gives no code
        shown = ", ".join(twice[:5]) or "(tom)"
        raise BadDeliveryError(
            f"{path.name}: koden {shown} saknas eller finns flera gånger.",
            f"{path.name}: the code {shown} is missing or stands twice.",
            code="double_code",
        )
