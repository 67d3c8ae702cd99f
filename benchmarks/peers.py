"""How others load a file of points into PostGIS and give each its area: the usual ways, and those ways tuned.

Each ends as a table `placed` with typed columns, a point in the plane and the area, a primary key and an index on the area.
"""

from __future__ import annotations

import subprocess

import geopandas as gpd
import pandas as pd
from psycopg import Connection as PsycopgConnection
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import Connection, Engine, text

from benchmarks.data import DEGREES, PLANE, Sample
from benchmarks.server import environment

_TYPED = """
    r.id, brottskod::int AS kind, gata AS street, gatunr::int AS number, kommun AS municipality,
    brottsdatumtid_start::timestamp AS starts, nullif(brottsdatumtid_slut, '')::timestamp AS ends
"""
_INDEX = ("ALTER TABLE placed ADD PRIMARY KEY (id)", "CREATE INDEX placed_area ON placed (area)")
_CONTAINS = f"CREATE TABLE placed AS SELECT {_TYPED}, r.geom, area_id AS area FROM raw r LEFT JOIN areas a ON ST_Contains(a.geom, r.geom)"
_LATERAL = f"""
    CREATE TABLE placed AS SELECT {_TYPED}, r.geom, area_id AS area FROM raw r LEFT JOIN (
        SELECT id, area_id FROM areas_divided a
        CROSS JOIN LATERAL (SELECT id FROM raw WHERE ST_Intersects(a.geom, raw.geom) OFFSET 0) inside
    ) found ON found.id = r.id
"""
_STAGED = ("id", "brottskod", "latitude", "longitude", "gata", "gatunr", "kommun", "brottsdatumtid_start", "brottsdatumtid_slut")
_TRANSFORMED = f"""
    CREATE TABLE raw AS SELECT s.*, ST_Transform(ST_SetSRID(ST_MakePoint(longitude::float8, latitude::float8), {DEGREES}), {PLANE}) AS geom
    FROM read_in s ORDER BY geom
"""
_COUNTS = "SELECT area, count(*) FROM placed GROUP BY area"


def counts(engine: Engine) -> dict[int | None, int]:
    """Give the events of every area, as the table `placed` has them."""
    with engine.connect() as connection:
        return {None if area is None else int(area): int(count) for area, count in connection.execute(text(_COUNTS))}


def ogr2ogr_contains(engine: Engine, sample: Sample) -> None:
    """Load with ogr2ogr as its manual says, then join as everybody does."""
    _ogr2ogr(engine, sample)
    _tell(engine, "ANALYZE raw", _CONTAINS, *_INDEX)


def ogr2ogr_tuned(engine: Engine, sample: Sample) -> None:
    """Load with ogr2ogr, then join area by area, with areas cut up beforehand."""
    _ogr2ogr(engine, sample)
    _tell(engine, "ANALYZE raw", _LATERAL, *_INDEX)


def staging_tuned(engine: Engine, sample: Sample) -> None:
    """Copy the texts into a staging table, and let SQL type, reproject, put in spatial order and place them."""
    with engine.begin() as connection:
        connection.execute(text(f"CREATE UNLOGGED TABLE read_in ({' text, '.join(_STAGED)} text)"))
        _copy_file(connection, sample)
        for statement in (_TRANSFORMED, "CREATE INDEX ON raw USING gist (geom)", "ANALYZE raw", _LATERAL, *_INDEX):
            connection.execute(text(statement))


def by_geopandas(engine: Engine, sample: Sample) -> None:
    """Read, reproject, join and write with geopandas."""
    frame = pd.read_csv(sample.events)
    for column in ("BROTTSDATUMTID_START", "BROTTSDATUMTID_SLUT"):
        frame[column] = pd.to_datetime(frame[column], format="%Y-%m-%d %H:%M")
    where = gpd.points_from_xy(frame.pop("LONGITUDE"), frame.pop("LATITUDE"), crs=DEGREES)
    events = gpd.GeoDataFrame(frame, geometry=where).to_crs(PLANE)
    areas = gpd.read_postgis("SELECT area_id AS area, geom FROM areas", engine, geom_col="geom", crs=PLANE)
    placed = events.sjoin(areas, how="left", predicate="within").drop(columns="index_right")
    placed.columns = ["id", "kind", "street", "number", "municipality", "starts", "ends", "geometry", "area"]
    placed["area"] = placed["area"].astype("Int32")
    placed.rename_geometry("geom").to_postgis("placed", engine)
    _tell(engine, *_INDEX)


def _tell(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def _ogr2ogr(engine: Engine, sample: Sample) -> None:
    """Load the file into `raw`: by COPY, with the spatial index that ogr2ogr makes unless told not to."""
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    target = make_conninfo(**{name: str(value) for name, value in conninfo_to_dict(url).items()})
    found_in = ("-oo", "X_POSSIBLE_NAMES=LONGITUDE", "-oo", "Y_POSSIBLE_NAMES=LATITUDE", "-oo", "KEEP_GEOM_COLUMNS=NO")
    named = ("-nln", "raw", "-lco", "GEOMETRY_NAME=geom", "-lco", "FID=ogc_fid", "--config", "PG_USE_COPY", "YES")
    moved = ("-s_srs", f"EPSG:{DEGREES}", "-t_srs", f"EPSG:{PLANE}")
    command = ["ogr2ogr", "-f", "PostgreSQL", f"PG:{target}", str(sample.events), *found_in, *named, *moved]
    subprocess.run(command, check=True, capture_output=True, env=environment())


def _copy_file(connection: Connection, sample: Sample) -> None:
    driver = connection.connection.driver_connection
    if not isinstance(driver, PsycopgConnection):
        raise TypeError(f"{type(driver)} is not psycopg's connection")
    with (
        sample.events.open("rb") as file,
        driver.cursor() as cursor,
        cursor.copy(f"COPY read_in ({', '.join(_STAGED)}) FROM STDIN (FORMAT CSV, HEADER)") as copy,
    ):
        while block := file.read(1 << 22):
            copy.write(block)
