"""Run in a process of its own: reads a layer by pyogrio, or tells of every layer, and says what it found."""

from __future__ import annotations

import json
import sys
from typing import Any

import pyogrio
import shapely


def told(source: str) -> dict[str, Any]:
    """Tell of every layer."""
    found = {}
    for layer, geometry in pyogrio.list_layers(source).tolist():
        info = pyogrio.read_info(source, layer=layer, force_feature_count=True)
        types = dict(zip(info["fields"].tolist(), map(str, info["dtypes"]), strict=True))
        found[layer] = {"geometry": geometry, "features": int(info["features"]), "crs": info["crs"], "types": types}
    return found


def read(source: str, layer: str, options: dict[str, Any]) -> dict[str, Any]:
    """Read a layer: its columns, and a point in the middle of each geometry."""
    if "bbox" in options:
        options["bbox"] = tuple(options["bbox"])
    meta, _, geometries, columns = pyogrio.raw.read(source, layer=layer, **options)
    fields = {name: column.tolist() for name, column in zip(meta["fields"], columns, strict=True)}
    points = [] if geometries is None else shapely.get_coordinates(shapely.centroid(shapely.from_wkb(geometries))).tolist()
    return {"crs": meta["crs"], "fields": fields, "points": points}


order = json.loads(sys.argv[1])
said = told(order["source"]) if order["layer"] == "*" else read(order["source"], order["layer"], order["options"])
sys.stdout.write(json.dumps(said, default=str))
