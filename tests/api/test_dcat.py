"""The catalogue against DCAT-AP-SE 3: read by parsers of RDF that are not ours, and its addresses asked."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import Engine

from tests.conftest import PROFILE, serving
from trygghetskarta.domain.audience import Audience
from trygghetskarta.settings import Settings

DCAT, TERMS, FOAF, VCARD = (
    "http://www.w3.org/ns/dcat#",
    "http://purl.org/dc/terms/",
    "http://xmlns.com/foaf/0.1/",
    "http://www.w3.org/2006/vcard/ns#",
)
A = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
# What DCAT-AP-SE 3 says that each kind of thing must have; of those with a text also that it is in Swedish.
MANDATORY = {
    f"{DCAT}Catalog": (f"{TERMS}title", f"{TERMS}description", f"{TERMS}publisher", f"{TERMS}license", f"{DCAT}dataset"),
    f"{DCAT}Dataset": (f"{TERMS}title", f"{TERMS}description", f"{TERMS}publisher"),
    f"{DCAT}Distribution": (f"{DCAT}accessURL",),
    f"{DCAT}DataService": (f"{TERMS}title", f"{DCAT}endpointURL"),
    f"{FOAF}Agent": (f"{FOAF}name",),
    f"{VCARD}Organization": (f"{VCARD}fn", f"{VCARD}hasEmail"),
}
RECOMMENDED = (f"{DCAT}contactPoint", f"{DCAT}keyword", f"{DCAT}theme", f"{TERMS}spatial", f"{TERMS}accessRights", f"{DCAT}distribution")
HOST = "https://karta.example.se"
Graph = dict[str, dict[str, list[dict[str, Any]]]]


@pytest.fixture(scope="module")
def published(sample: Engine) -> Iterator[str]:
    settings = Settings(public_url=HOST, contact_email="karta@example.se", contact_name="Trygghetskartan", refresh_seconds=1.0)
    with serving(sample, Audience.STAFF, settings) as address:
        yield address


def graph_of(server: str, folder: Path) -> Graph:
    """Read the catalogue in both its forms, and give what they say by subject and predicate."""
    paths = [folder / name for name in ("dcat.ttl", "dcat.jsonld")]
    for path in paths:
        path.write_bytes(httpx.get(f"{server}/{path.name}").raise_for_status().content)
    told = subprocess.run(["node", "read-rdf.js", *map(str, paths)], cwd=PROFILE, capture_output=True, text=True, check=True)
    found = json.loads(told.stdout)
    assert found["same"], "Turtle and JSON-LD say different things"
    graph: Graph = {}
    for quad in found["quads"]:
        graph.setdefault(quad["subject"], {}).setdefault(quad["predicate"], []).append(quad)
    return graph


def of_kind(graph: Graph, kind: str) -> Graph:
    return {subject: said for subject, said in graph.items() if kind in [each["object"] for each in said.get(A, [])]}


@pytest.mark.profile
def test_the_catalogue_has_what_dcat_ap_se_demands(published: str, tmp_path: Path) -> None:
    graph = graph_of(published, tmp_path)
    for kind, demanded in MANDATORY.items():
        found = of_kind(graph, kind)
        assert found, kind
        for subject, said in found.items():
            assert [name for name in demanded if name not in said] == [], subject
            for name in (f"{TERMS}title", f"{TERMS}description"):
                assert {each["language"] for each in said.get(name, [])} in ({"sv", "en"}, set()), subject
    [catalog] = of_kind(graph, f"{DCAT}Catalog").values()
    # A catalogue is CC0, whatever the data are.
    assert catalog[f"{TERMS}license"][0]["object"] == "http://creativecommons.org/publicdomain/zero/1.0/"
    datasets = of_kind(graph, f"{DCAT}Dataset")
    assert {each["object"] for each in catalog[f"{DCAT}dataset"]} == set(datasets)
    assert all(name in said for said in datasets.values() for name in RECOMMENDED)
    # Whatever is pointed at within the catalogue is told of in it.
    pointed = {each["object"] for said in graph.values() for quads in said.values() for each in quads if each["kind"] == "NamedNode"}
    assert {address for address in pointed if address.startswith(f"{HOST}/dcat")} <= set(graph)


@pytest.mark.profile
def test_every_distribution_is_there_to_be_fetched(published: str, tmp_path: Path) -> None:
    distributions = of_kind(graph_of(published, tmp_path), f"{DCAT}Distribution").values()
    formats = {"text/csv", "application/geo+json", "application/json"}
    fetched = 0
    for said in distributions:
        media_type, address = said[f"{TERMS}format"][0]["object"], urlsplit(said[f"{DCAT}accessURL"][0]["object"])
        if media_type in formats and address.path.startswith("/v1/") and not address.path.startswith("/v1/tiles"):
            answer = httpx.get(f"{published}{address.path}?{address.query}", timeout=60)
            assert answer.status_code == 200, f"{address.query}: {answer.text[:200]}"
            assert answer.headers["content-type"].startswith(media_type)
            fetched += 1
    assert fetched > 20


def test_the_catalogue_is_given_in_the_form_that_is_asked_for(published: str) -> None:
    for accept, given in (
        ("text/turtle", "text/turtle"),
        ("application/ld+json", "application/ld+json"),
        ("application/ld+json;q=0.4, text/turtle;q=0.9", "text/turtle"),
        ("text/html, application/ld+json;q=0.8, */*;q=0.1", "application/ld+json"),
        ("*/*", "text/turtle"),
    ):
        answer = httpx.get(f"{published}/dcat", headers={"Accept": accept})
        assert answer.headers["content-type"].partition(";")[0] == given
        assert "Accept" in answer.headers["vary"]
        again = httpx.get(f"{published}/dcat", headers={"Accept": accept, "If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304
    assert httpx.get(f"{published}/dcat?format=xml").status_code == 400


def test_anyone_is_told_of_public_sources_only_and_of_every_division(public_server: str) -> None:
    nodes = httpx.get(f"{public_server}/dcat.jsonld").json()["@graph"]
    datasets = {node["@id"].rpartition("#")[2]: node for node in nodes if node["@type"] == "dcat:Dataset"}
    assert set(datasets) == {"polishandelser", "omraden-2023-07-01", "omraden-2020-07-01", "omraden-2007-01-01"}
    assert all(node["dcterms:accessRights"]["@id"].endswith("/PUBLIC") for node in datasets.values())
    # Nobody to ask is set here, so nobody is named.
    assert not [node for node in nodes if node["@type"] == "vcard:Organization"]
