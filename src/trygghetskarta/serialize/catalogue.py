"""The catalogue of what the service publishes, by DCAT-AP-SE 3: the nodes of a graph, written as JSON-LD and as Turtle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from trygghetskarta.domain.areas import AreaLevel, Edition
from trygghetskarta.domain.periods import Span
from trygghetskarta.domain.sources import CONTRACTS, SourceId
from trygghetskarta.serialize.formats import Format
from trygghetskarta.serialize.swedish import listed

Node = dict[str, Any]

PREFIXES: Mapping[str, str] = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geosparql": "http://www.opengis.net/ont/geosparql#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
# A catalogue itself is free to use: DCAT-AP-SE says so of every one.
_FREE = "http://creativecommons.org/publicdomain/zero/1.0/"
_EU = "http://publications.europa.eu/resource/authority"
_THEMES = {"crime": f"{_EU}/data-theme/JUST", "areas": f"{_EU}/data-theme/REGI"}
_KEYWORDS = (("trygghet", "sv"), ("brott", "sv"), ("brottsförebyggande", "sv"), ("safety", "en"), ("crime", "en"))
_LEVELS = listed([level.told.swedish.many for level in AreaLevel if level is not AreaLevel.STAD])
_AREA_KEYWORDS = (("områden", "sv"), ("indelning", "sv"), (AreaLevel.STADSDEL.told.swedish.many, "sv"), ("areas", "en"))


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes, whom to ask, and on which terms.

    Attributes:
        name: Name of the publisher.
        uri: Its address in the national data portal.
        contact: Name of whom to ask.
        email: Where; None for no contact.
        licence: Address of the licence of the data.
    """

    name: str
    uri: str
    contact: str
    email: str | None
    licence: str


@dataclass(frozen=True, slots=True)
class PublishedSource:
    """A source whose figures whoever asks may see: the months delivered, and whether anyone may see them."""

    source: SourceId
    span: Span | None
    public: bool


@dataclass(frozen=True, slots=True)
class Holdings:
    """What there is to tell of.

    Attributes:
        base: Address of the service, without a slash at the end.
        publisher: Who publishes.
        editions: The divisions of the city.
        sources: The sources whose figures may be seen.
        box: West, south, east and north of the city, in degrees; None before it is known.
        changed_at: When something was last published.
        faces: First parts of the paths that the service answers besides `/v1`.
    """

    base: str
    publisher: Publisher
    editions: Sequence[Edition]
    sources: Sequence[PublishedSource]
    box: tuple[float, float, float, float] | None
    changed_at: datetime
    faces: frozenset[str]


def catalogue(held: Holdings) -> list[Node]:
    """Give the graph of the catalogue: the catalogue, its publisher, data services, datasets and distributions.

    Args:
        held: What there is.

    Returns:
        Its nodes, each with an address of its own.
    """
    services = list(_services(held))
    datasets = [node for source in held.sources for node in _figures(held, source)]
    datasets += [node for edition in held.editions for node in _areas(held, edition)]
    publisher = held.publisher
    nodes: list[Node] = [
        {
            "@id": f"{held.base}/dcat",
            "@type": "dcat:Catalog",
            **_named(
                ("Trygghetskarta", "Trygghetskarta"),
                (
                    "Händelser, anmälda brott, skjutningar, bränder och trygghet per område.",
                    "Events, reported crimes, shootings, fires and safety by area.",
                ),
            ),
            "dcterms:publisher": _at(publisher.uri),
            "dcterms:license": _at(_FREE),
            "dcterms:language": [_at(f"{_EU}/language/SWE"), _at(f"{_EU}/language/ENG")],
            "dcterms:modified": _typed(held.changed_at.date().isoformat(), "xsd:date"),
            "dcat:themeTaxonomy": _at(f"{_EU}/data-theme"),
            "foaf:homepage": _at(f"{held.base}/"),
            "dcat:dataset": [_at(node["@id"]) for node in datasets if node["@type"] == "dcat:Dataset"],
            "dcat:service": [_at(node["@id"]) for node in services],
        },
        {
            "@id": publisher.uri,
            "@type": "foaf:Agent",
            "foaf:name": publisher.name,
            "dcterms:type": _at("http://purl.org/adms/publishertype/LocalAuthority"),
        },
    ]
    if publisher.email is not None:
        nodes.append(
            {
                "@id": f"{held.base}/dcat#kontakt",
                "@type": "vcard:Organization",
                "vcard:fn": publisher.contact,
                "vcard:hasEmail": _at(f"mailto:{publisher.email}"),
            }
        )
    return [*nodes, *services, *datasets]


def _services(held: Holdings) -> Iterator[Node]:
    """Give the ways in that the service has."""
    ways = (
        ("v1", "/v1", "/openapi.json", ("Trygghetskartans API", "The API of trygghetskarta")),
        ("ogc", "/ogc/v1", "/ogc/v1/api", ("OGC API", "OGC API")),
        ("pxweb", "/pxweb/v2", "/pxweb/v2", ("Tabeller enligt PxWebApi 2", "Tables by PxWebApi 2")),
    )
    for name, path, description, title in ways:
        if path == "/v1" or path in held.faces:
            yield {
                "@id": f"{held.base}/dcat#tjanst-{name}",
                "@type": "dcat:DataService",
                "dcterms:title": _texts(title),
                **_owned(held),
                "dcat:endpointURL": _at(f"{held.base}{path}"),
                "dcat:endpointDescription": _at(f"{held.base}{description}"),
                "dcterms:license": _at(held.publisher.licence),
            }


def _figures(held: Holdings, published: PublishedSource) -> Iterator[Node]:
    """Give the dataset of a source's figures by area and month, and its distributions."""
    contract, source = CONTRACTS[published.source], published.source.value
    name = f"{held.base}/dcat#{source}"
    if published.source is SourceId.TRYGGHETSMATNING:
        addresses = {"indicators": (f"/v1/indicators?source={source}", ("Värden per område", "Values by area"))}
    else:
        addresses = {
            "comparisons": (f"/v1/comparisons?source={source}", ("Antal per område", "Counts by area")),
            "series": (f"/v1/series?source={source}", ("Antal per område och månad", "Counts by area and month")),
        }
    distributions = [
        _distribution(held, f"{name}-{kind}-{format_.value}", f"{held.base}{path}&format={format_.value}", format_, title)
        for kind, (path, title) in addresses.items()
        for format_ in Format
    ]
    temporal = {}
    if published.span is not None:
        ends = {"dcat:startDate": published.span.first.first_day, "dcat:endDate": published.span.last.plus(1).first_day - timedelta(days=1)}
        temporal = {
            "dcterms:temporal": {"@type": "dcterms:PeriodOfTime", **{end: _typed(str(day), "xsd:date") for end, day in ends.items()}}
        }
    title = (f"{contract.name} per område", f"{contract.name_en} by area")
    yield {
        "@id": name,
        "@type": "dcat:Dataset",
        **_named(title, (contract.description, contract.description_en)),
        **_described(held, _THEMES["crime"], _KEYWORDS),
        "dcterms:accessRights": _at(f"{_EU}/access-right/{'PUBLIC' if published.public else 'RESTRICTED'}"),
        "dcterms:accrualPeriodicity": _at(f"{_EU}/frequency/MONTHLY"),
        **temporal,
        "dcat:distribution": [_at(node["@id"]) for node in distributions],
    }
    yield from distributions


def _areas(held: Holdings, edition: Edition) -> Iterator[Node]:
    """Give the dataset of the areas of an edition, and its distributions."""
    day = str(edition.valid_from)
    name = f"{held.base}/dcat#omraden-{day}"
    distributions = [
        _distribution(
            held,
            f"{name}-{level.value}",
            f"{held.base}/v1/areas?edition={day}&level={level.value}&format=geojson",
            Format.GEOJSON,
            (f"Gränser: {level.swedish}", f"Outlines: {level.value}"),
        )
        for level in edition.levels
    ]
    if "/v1/tiles" in held.faces:
        distributions += [
            _distribution(
                held,
                f"{name}-{level.value}-mvt",
                f"{held.base}/v1/tiles/{day}/{level.value}/",
                None,
                (f"Kartrutor: {level.swedish}", f"Tiles: {level.value}"),
            )
            for level in edition.levels
        ]
    yield {
        "@id": name,
        "@type": "dcat:Dataset",
        **_named(
            (f"Stadens områden från {day}", f"Areas of the city from {day}"),
            (
                f"{edition.name}: {_LEVELS} med gränser, och vad de motsvarar i andra indelningar.",
                f"{edition.name}: areas of every level with outlines, and what they were or became in other editions.",
            ),
        ),
        **_described(held, _THEMES["areas"], _AREA_KEYWORDS),
        "dcterms:accessRights": _at(f"{_EU}/access-right/PUBLIC"),
        "dcat:distribution": [_at(node["@id"]) for node in distributions],
    }
    yield from distributions


def _distribution(held: Holdings, name: str, address: str, format_: Format | None, title: tuple[str, str]) -> Node:
    media_type = "application/vnd.mapbox-vector-tile" if format_ is None else format_.media_type.partition(";")[0]
    return {
        "@id": name,
        "@type": "dcat:Distribution",
        "dcterms:title": _texts(title),
        "dcat:accessURL": _at(address),
        "dcterms:format": media_type,
        "dcterms:license": _at(held.publisher.licence),
        "dcat:accessService": _at(f"{held.base}/dcat#tjanst-v1"),
    }


def _owned(held: Holdings) -> Node:
    """Give whose something is, and whom to ask of it."""
    contact = {"dcat:contactPoint": _at(f"{held.base}/dcat#kontakt")} if held.publisher.email is not None else {}
    return {"dcterms:publisher": _at(held.publisher.uri), **contact}


def _described(held: Holdings, theme: str, keywords: Sequence[tuple[str, str]]) -> Node:
    """Give what every dataset is described by."""
    spatial = {}
    if held.box is not None:
        west, south, east, north = held.box
        ring = f"POLYGON(({west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}))"
        spatial = {"dcterms:spatial": {"@type": "dcterms:Location", "dcat:bbox": _typed(ring, "geosparql:wktLiteral")}}
    return {
        **_owned(held),
        "dcat:theme": _at(theme),
        "dcat:keyword": [{"@value": word, "@language": language} for word, language in keywords],
        "dcterms:language": _at(f"{_EU}/language/SWE"),
        "dcterms:modified": _typed(held.changed_at.date().isoformat(), "xsd:date"),
        **spatial,
    }


def _named(title: tuple[str, str], description: tuple[str, str]) -> Node:
    return {"dcterms:title": _texts(title), "dcterms:description": _texts(description)}


def _texts(both: tuple[str, str]) -> list[Node]:
    return [{"@value": text, "@language": language} for text, language in zip(both, ("sv", "en"), strict=True)]


def _at(address: str) -> Node:
    return {"@id": address}


def _typed(value: str, kind: str) -> Node:
    return {"@value": value, "@type": kind}


def json_ld(nodes: Sequence[Node]) -> bytes:
    """Write a graph as JSON-LD."""
    return orjson.dumps({"@context": PREFIXES, "@graph": nodes})


def turtle(nodes: Sequence[Node]) -> bytes:
    """Write a graph as Turtle."""
    lines = [f"@prefix {prefix}: <{address}> ." for prefix, address in PREFIXES.items()]
    return "\n".join([*lines, *(f"\n<{node['@id']}> {_properties(node)} ." for node in nodes), ""]).encode()


def _properties(node: Node) -> str:
    """Write what is said of a node: its type first, then the rest."""
    said = [f"a {node['@type']}"]
    for name, value in node.items():
        if not name.startswith("@"):
            values = value if isinstance(value, list) else [value]
            said += [f"{name} {', '.join(map(_object, values))}"] if values else []
    return " ;\n    ".join(said)


def _object(value: Node | str) -> str:
    match value:
        case str():
            return _quoted(value)
        case {"@id": str(address)}:
            return f"<{address}>"
        case {"@value": str(text), "@language": str(language)}:
            return f"{_quoted(text)}@{language}"
        case {"@value": str(text), "@type": str(kind)}:
            return f"{_quoted(text)}^^{kind}"
        case _:
            return f"[ {_properties(value)} ]"


def _quoted(text: str) -> str:
    """Quote a text: what JSON escapes, Turtle reads the same way."""
    return orjson.dumps(text).decode()
