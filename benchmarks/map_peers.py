"""The peers that serve areas on a map from PostGIS: TiPg and pygeoapi, each in an environment of its own, both on the same table."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import Engine, text

from benchmarks.workers import Worker, running

_BUILD = Path(__file__).resolve().parents[1] / "build" / "peers"
_INSTALL = Path(__file__).resolve().parents[1] / "scripts" / "install.sh"
_SERVER = ("uvicorn==0.54.0", "uvloop==0.23.0", "httptools==0.9.0")
_PACKAGES = {
    "tipg": ("tipg==1.6.1", *_SERVER),
    "pygeoapi": ("pygeoapi==0.21.0", "psycopg2-binary==2.9.13", "sqlalchemy==2.1.9", "geoalchemy2==0.20.0", "starlette==1.10.0", *_SERVER),
}
_MOST = 10_000


def python_of(peer: str) -> Path:
    """Give the Python of a peer's environment, made when it is not there."""
    home = _BUILD / peer
    if not (home / "whole").exists():
        uv = subprocess.run([_INSTALL, "uv"], check=True, capture_output=True, text=True).stdout.strip()
        subprocess.run([uv, "venv", "--quiet", "--clear", home], check=True)
        subprocess.run([uv, "pip", "install", "--quiet", "--python", home / "bin" / "python", *_PACKAGES[peer]], check=True)
        (home / "whole").touch()
    return home / "bin" / "python"


def write_table(engine: Engine, name: str, collection: Mapping[str, Any]) -> None:
    """Give the peers an answer of ours as a table: the same shapes, the same properties.

    Args:
        engine: The database.
        name: The table's name.
        collection: The answer, as GeoJSON.
    """
    shape = collection["features"][0]["geometry"]["type"]
    rows = [{**feature["properties"], "geom": json.dumps(feature["geometry"])} for feature in collection["features"]]
    types = {column: _type([row[column] for row in rows]) for column in rows[0] if column != "geom"}
    columns, values = ", ".join(f'"{column}"' for column in types), ", ".join(f":{column}" for column in types)
    told = ", ".join(f'"{column}" {kind}' for column, kind in types.items())
    with engine.begin() as connection:
        connection.execute(text(f"CREATE TABLE {name} (id serial PRIMARY KEY, {told}, geom geometry({shape}, 4326))"))
        connection.execute(text(f"INSERT INTO {name} ({columns}, geom) VALUES ({values}, ST_GeomFromGeoJSON(:geom))"), rows)
        connection.execute(text(f"CREATE INDEX ON {name} USING gist (geom)"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"VACUUM ANALYZE {name}"))


def _type(values: list[Any]) -> str:
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {bool} and kinds:
        return "boolean"
    if kinds and kinds <= {int, float}:
        return "integer" if kinds == {int} else "double precision"
    return "text"


@contextmanager
def tipg(engine: Engine, port: int) -> Iterator[Worker]:
    """Run TiPg, one worker."""
    found = _found(engine)
    url = f"postgresql://{found['user']}@{quote(found['host'], safe='')}:{found['port']}/{found['dbname']}"
    command = [*_uvicorn("tipg", port), "tipg.main:app"]
    with running(command, f"http://127.0.0.1:{port}", "/healthz", {"DATABASE_URL": url}) as worker:
        yield worker


def tipg_path(table: str) -> str:
    """Give the path of all features of a table."""
    return f"/collections/public.{table}/items?limit={_MOST}&f=geojson"


def tipg_tile_path(table: str, tile: str) -> str:
    """Give the path of a square of a table's outlines; `tile` is its zoom, column and row."""
    return f"/collections/public.{table}/tiles/WebMercatorQuad/{tile}"


@contextmanager
def pygeoapi(engine: Engine, port: int, tables: tuple[str, ...], folder: Path) -> Iterator[Worker]:
    """Run pygeoapi under Starlette, one worker."""
    folder.mkdir()
    config, description = folder / "config.yml", folder / "openapi.yml"
    config.write_text(json.dumps(_configuration(engine, port, tables)), encoding="utf-8")  # JSON is YAML
    program = python_of("pygeoapi").with_name("pygeoapi")
    subprocess.run([program, "openapi", "generate", config, "--output-file", description], check=True, capture_output=True)
    given = {"PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(description)}
    command = [*_uvicorn("pygeoapi", port), "pygeoapi.starlette_app:APP"]
    with running(command, f"http://127.0.0.1:{port}", "/collections?f=json", given, folder) as worker:
        yield worker


def pygeoapi_path(table: str) -> str:
    """Give the path of all features of a table."""
    return f"/collections/{table}/items?limit={_MOST}&f=json"


def _uvicorn(peer: str, port: int) -> list[str]:
    return [str(python_of(peer)), "-m", "uvicorn", "--port", str(port), "--no-access-log", "--log-level", "warning"]


def _found(engine: Engine) -> dict[str, str]:
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    return {name: str(value) for name, value in conninfo_to_dict(url).items()}


def _configuration(engine: Engine, port: int, tables: tuple[str, ...]) -> dict[str, Any]:
    found = _found(engine)
    where = {"host": found["host"], "port": int(found["port"]), "dbname": found["dbname"], "user": found["user"], "password": ""}
    return {
        "server": {
            "bind": {"host": "127.0.0.1", "port": port},
            "url": f"http://127.0.0.1:{port}",
            "mimetype": "application/json; charset=UTF-8",
            "encoding": "utf-8",
            "gzip": False,
            "languages": ["en-US"],
            "pretty_print": False,
            "limits": {"default_items": 10, "max_items": _MOST},
            "map": {"url": "http://127.0.0.1/{z}/{x}/{y}.png", "attribution": "none"},
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {
                "title": "areas", "description": "areas", "keywords": ["areas"], "keywords_type": "theme", "terms_of_service": "none",
                "url": "http://127.0.0.1",
            },
            "license": {"name": "none", "url": "http://127.0.0.1"},
            "provider": {"name": "none", "url": "http://127.0.0.1"},
            "contact": {"name": "none", "email": "none@example.org"},
        },
        "resources": {
            table: {
                "type": "collection",
                "title": table,
                "description": table,
                "keywords": ["areas"],
                "links": [],
                "extents": {"spatial": {"bbox": [17, 59, 19, 60], "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}},
                "providers": [
                    {
                        "type": "feature", "name": "PostgreSQL", "data": {**where, "search_path": ["public"]}, "id_field": "id",
                        "table": table, "geom_field": "geom",
                    }
                ],
            }
            for table in tables
        },
    }  # fmt: skip
