"""Run by QGIS's own Python: reads a layer whole, then within a rectangle, and says what it found."""

from __future__ import annotations

import json
import os
import sys

from qgis.core import QgsApplication, QgsFeatureRequest, QgsRectangle, QgsVectorLayer

application = QgsApplication([], False)
application.initQgis()
root, most = sys.argv[1], int(sys.argv[2])
sides = [float(side) for side in sys.argv[3].split(",")]


def layer(name: str, more: str = "") -> QgsVectorLayer:
    """Open a collection."""
    found = QgsVectorLayer(f"url='{root}' typename='{name}' pagingEnabled='true' {more}", name, "OAPIF")
    assert found.isValid(), name
    return found


counts = {
    name: layer(name).featureCount() for name in ("basomrade", "stadsdel", "stadsdelsomrade", "stad", "comparison", "series", "events")
}
identities = set()
with_point = 0
for feature in layer("events", f"maxNumFeatures='{most}'").getFeatures():
    identities.add(feature["id"])
    with_point += feature.hasGeometry()
rectangle = QgsRectangle(*sides)
inside = [
    feature.geometry().asPoint() for feature in layer("events", "restrictToRequestBBOX='1'").getFeatures(QgsFeatureRequest(rectangle))
]
said = {
    "counts": counts,
    "read": len(identities),
    "points": with_point,
    "inside": len(inside),
    "all inside": all(rectangle.contains(point) for point in inside),
    "names": sorted(feature["name"] for feature in layer("stadsdelsomrade").getFeatures()),
}
sys.stdout.write(json.dumps(said))
sys.stdout.flush()
# QGIS takes long to clear up after itself, and sometimes falls over doing so.
os._exit(0)
