"""The fastest that a route can be: an app that sends bytes made ready, and does nothing else."""

from __future__ import annotations

import os
from pathlib import Path

from fastapi import FastAPI, Response
from starlette.middleware.gzip import GZipMiddleware

GEOJSON = "application/geo+json"


def app() -> FastAPI:
    """Make the app: the files of a folder by name, the same packed with gzip level 1 for each request, and an answer without a body."""
    folder = Path(os.environ["TRYGGHETSKARTA_FIXED"])
    bodies = {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix == ".json"}
    made = FastAPI()
    packing = FastAPI()
    packing.add_middleware(GZipMiddleware, compresslevel=1, thread_minimum_size=1 << 30)

    async def send(name: str) -> Response:
        return Response(bodies[name], media_type=GEOJSON)

    async def nothing() -> Response:
        return Response(b"", media_type=GEOJSON)

    made.get("/fixed/{name}")(send)
    made.get("/nothing")(nothing)
    packing.get("/{name}")(send)
    made.mount("/packed", packing)
    return made
