"""OWSLib, which Python programs and catalogues use."""

from __future__ import annotations

from owslib.ogcapi.features import Features

from tests.clients.conftest import Asked
from trygghetskarta.api.ogc.documents import CONFORMANCE


def test_owslib_finds_its_way_and_filters(asked: Asked) -> None:
    found = Features(asked.root)
    assert found.conformance()["conformsTo"] == list(CONFORMANCE)
    assert sorted(found.feature_collections()) == sorted(asked.counts())
    assert found.api()["openapi"].startswith("3.0")
    assert "geometry" in found.collection_queryables("events")["properties"]
    assert found.collection("stadsdel")["itemType"] == "feature"
    page = found.collection_items("events", limit=5, bbox=[18.05, 59.30, 18.10, 59.34])
    assert page["numberReturned"] == 5
    assert page["numberMatched"] == asked.count(
        "ST_Intersects(ST_Transform(geom, 4326), ST_MakeEnvelope(18.05, 59.30, 18.10, 59.34, 4326))"
    )
    filtered = found.collection_items("events", limit=1, filter="source = 'brander'")
    assert filtered["numberMatched"] == asked.count("source.code = 'brander'")
    one = found.collection_item("events", page["features"][0]["id"])
    assert one["properties"] == page["features"][0]["properties"]
