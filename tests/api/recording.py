"""The examples of openapi.json: real questions to the sample, and what it answers.

`pytest --record-examples tests/api/test_document.py` writes them anew.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import orjson

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "src" / "trygghetskarta" / "api" / "examples.json"
KEY = "en nyckel som är lång nog för att duga här".encode().hex()
SHOWN = {"X-API-Key": KEY}

_YEAR = "from=2025-01&to=2025-12"
_POLYGON = "polygon=POLYGON((17.92%2059.375,17.96%2059.375,17.96%2059.395,17.92%2059.395,17.92%2059.375))"
# One question to each operation that answers a GET, small enough to be read whole.
ASKED = {
    "GET /v1/comparisons": f"/v1/comparisons?source=anmalda_brott&area=jarva&{_YEAR}&baseline=previous",
    "GET /v1/decompositions": f"/v1/decompositions?source=skjutningar&level=stad&{_YEAR}",
    "GET /v1/series": "/v1/series?source=brander&area=farsta&from=2025-01&to=2025-06&interval=quarter",
    "GET /v1/hours": f"/v1/hours?source=skjutningar&{_YEAR}",
    "GET /v1/hexagons": "/v1/hexagons?source=skjutningar&from=2025-01&to=2025-01",
    "GET /v1/hotspots": f"/v1/hotspots?source=anmalda_brott&area=rinkeby&{_YEAR}",
    "GET /v1/pattern-changes": f"/v1/pattern-changes?source=anmalda_brott&area=rinkeby&{_YEAR}",
    "GET /v1/concentration": f"/v1/concentration?source=brander&area=rinkeby&{_YEAR}",
    "GET /v1/densities": f"/v1/densities?source=brander&bandwidth=2000&{_YEAR}",
    "GET /v1/near-repeats": f"/v1/near-repeats?source=brander&distanceBands=2&dayBands=2&{_YEAR}",
    "GET /v1/trace": f"/v1/trace?source=skjutningar&area=farsta&limit=2&{_YEAR}",
    "GET /v1/polygons/comparisons": f"/v1/polygons/comparisons?source=brander&{_POLYGON}&{_YEAR}&baseline=previous",
    "GET /v1/polygons/series": f"/v1/polygons/series?source=brander&{_POLYGON}&from=2025-01&to=2025-03",
    "GET /v1/polygons/decompositions": f"/v1/polygons/decompositions?source=skjutningar&{_POLYGON}&{_YEAR}",
    "GET /v1/events": f"/v1/events?source=skjutningar&limit=1&{_YEAR}",
    "GET /v1/indicators": "/v1/indicators?area=jarva&group=kvinnor",
    "GET /v1/survey-and-crime": "/v1/survey-and-crime?area=jarva&question=otrygg%20ute%20sena%20kv%C3%A4llar",
    "GET /v1/similar-areas": "/v1/similar-areas?area=farsta&count=2",
    "GET /v1/lenses/older-people": "/v1/lenses/older-people?area=jarva&from=2025-01&to=2025-06",
    # Of months before anything was delivered, so that it is short; a day to come, so that it is the same tomorrow.
    "GET /v1/lagesbilder": "/v1/lagesbilder?level=basomrade&area=0101001&from=2001-01&to=2001-01&class=delbar&asOf=2026-12-31",
    "GET /v1/editions": "/v1/editions?limit=1",
    "GET /v1/editions/{edition}/links": "/v1/editions/2020-07-01/links?to=2023-07-01&level=stadsdelsomrade&limit=2",
    "GET /v1/areas": "/v1/areas?level=stad",
    "GET /v1/areas/{code}": "/v1/areas/jarva",
    "GET /v1/sources": "/v1/sources?limit=1&offset=7",
    "GET /v1/sources/{sourceId}": "/v1/sources/trygghetsmatning",
    "GET /v1/categories": "/v1/categories?source=brander&limit=1",
    "GET /v1/measures": "/v1/measures?limit=1",
    "GET /v1/measures/{measureId}": "/v1/measures/1",
    "GET /v1/measures/{measureId}/effect": "/v1/measures/1/effect",
    "GET /v1/deliveries": "/v1/deliveries?source=skjutningar&limit=1",
    "GET /v1/deliveries/{deliveryId}": "/v1/deliveries/14",
    "GET /v1/deliveries/{deliveryId}/rejected": "/v1/deliveries/5/rejected?limit=1",
    "GET /v1/exports/comparisons": f"/v1/exports/comparisons?source=brander&area=farsta&{_YEAR}",
    "GET /v1/exports/series": "/v1/exports/series?source=brander&area=farsta&from=2025-01&to=2025-03",
    "GET /v1/tiles/{edition}/{level}/tilejson.json": "/v1/tiles/2023-07-01/stadsdel/tilejson.json",
    "GET /v1/api-info": "/v1/api-info",
    "GET /live": "/live",
    "GET /ready": "/ready",
}
FILE = b"id;larmtid;handelsetyp;x;y;adress\nL-2026-1;2026-03-01 12:00;1;150000;6580000;Storgatan 1\n"
_FORMATS = ("json", "geojson", "csv")
_LOADED = datetime(2026, 11, 21, 8, tzinfo=UTC)
# A day is told as it is in Stockholm, where it begins an hour or two before it does by UTC.
_HERE = ZoneInfo("Europe/Stockholm")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z")


def recorded(exact: str, public: str, down: str, held: int) -> dict[str, Any]:
    """Ask everything once.

    Args:
        exact: Address of a copy of the sample served to an analyst, which may be changed.
        public: Address of the sample served to anyone.
        down: Address of a service that has nothing to answer from.
        held: Number of a delivery there that is held for approval.

    Returns:
        By operation and media type what was asked and what was answered, and under `problems` the same by status.
    """
    with httpx.Client(base_url=exact, headers=SHOWN, timeout=120) as client:
        found: dict[str, Any] = {name: dict(_read(client, name, asked)) for name, asked in ASKED.items()}
        found |= _written(client, held)
        found["problems"] = _problems(client, public, down)
    return found


def settled(told: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Put the day on which the sample is said to be loaded where an answer tells of the one on which it was."""
    match told:
        case dict():
            return {name: settled(value) for name, value in told.items()}
        case list():
            return [settled(value) for value in told]
        case str() if told == str(datetime.now(_HERE).date()):
            return str(_LOADED.date())
        case str():
            told = re.sub(r"(?<=version=)[0-9a-f]{16}", "0" * 16, told)
            return re.sub(r"http://127\.0\.0\.1:\d+", "https://trygghetskarta.example.se", _INSTANT.sub(_settled, told))
        case _:
            return told


def _settled(instant: re.Match[str]) -> str:
    """Give the instant itself, unless it is of just now."""
    recent = abs(datetime.now(UTC) - datetime.fromisoformat(instant[0])) < timedelta(days=1)
    return _LOADED.strftime("%Y-%m-%dT%H:%M:%SZ") if recent else instant[0]


def _read(client: httpx.Client, name: str, asked: str) -> Iterator[tuple[str, Any]]:
    parameters = {
        parameter["name"]: parameter for parameter in client.get("/openapi.json").json()["paths"][name[4:]]["get"].get("parameters", ())
    }
    if "format" not in parameters:
        answer = client.get(asked).raise_for_status()
        yield answer.headers["content-type"], {"asked": f"GET {asked}", "value": settled(answer.json())}
        return
    for format_ in _FORMATS:
        address = f"{asked}{'&' if '?' in asked else '?'}format={format_}"
        answer = client.get(address)
        if answer.is_success:
            media_type = answer.headers["content-type"].partition(";")[0]
            value = settled(answer.content.decode("utf-8-sig") if format_ == "csv" else answer.json())
            yield media_type, {"asked": f"GET {address}", "value": value}


def _written(client: httpx.Client, held: int) -> dict[str, Any]:
    """Register a measure, change it, deliver a file, approve one and take one back."""
    form = tomllib.loads((ROOT / "data" / "sample" / "measures" / "2-soprum.toml").read_text(encoding="utf-8"))
    body = orjson.loads(orjson.dumps(form))
    registered = client.post("/v1/measures", json=body).raise_for_status()
    place = registered.headers["Location"]
    changed = client.put(place, json={**body, "cost": 450_000}).raise_for_status()
    name = {"Content-Disposition": 'attachment; filename="brander.csv"'}
    delivered = client.post("/v1/deliveries?source=brander", content=FILE, headers=name).raise_for_status()
    return {
        "POST /v1/measures": _sent("POST /v1/measures", registered, body),
        "PUT /v1/measures/{measureId}": _sent(f"PUT {place}", changed, {**body, "cost": 450_000}),
        "POST /v1/deliveries": _sent("POST /v1/deliveries?source=brander", delivered, FILE.decode()),
        "POST /v1/deliveries/{deliveryId}/approve": _sent(
            f"POST /v1/deliveries/{held}/approve", client.post(f"/v1/deliveries/{held}/approve").raise_for_status()
        ),
        "POST /v1/deliveries/{deliveryId}/withdraw": _sent(
            f"POST {delivered.headers['Location']}/withdraw", client.post(f"{delivered.headers['Location']}/withdraw").raise_for_status()
        ),
    }


def _sent(asked: str, answer: httpx.Response, body: Any = None) -> Mapping[str, Any]:  # noqa: ANN401 - whatever JSON holds
    told = {answer.headers["content-type"]: {"asked": asked, "value": settled(answer.json())}}
    return told if body is None else {**told, "request": {"asked": asked, "value": body}}


def _problems(client: httpx.Client, public: str, down: str) -> dict[str, Any]:
    """Ask what each error is the answer to."""
    question = "/v1/comparisons?source=polishandelser&measure=rate"
    asked = {
        HTTPStatus.BAD_REQUEST: client.get("/v1/comparisons?source=brander&from=2025-13"),
        HTTPStatus.UNAUTHORIZED: client.post("/v1/deliveries?source=brander", content=FILE, headers={"X-API-Key": "fel"}),
        HTTPStatus.FORBIDDEN: httpx.get(f"{public}/v1/hours?source=anmalda_brott"),
        HTTPStatus.NOT_FOUND: client.get("/v1/areas/atlantis"),
        HTTPStatus.CONFLICT: client.post("/v1/deliveries/5/approve"),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: client.post("/v1/deliveries?source=brander", content=b"0" * 20_001),
        HTTPStatus.REQUEST_URI_TOO_LONG: client.get(f"/v1/sources?{'x' * 20_000}"),
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE: client.post("/v1/deliveries?source=brander", files={"file": FILE}),
        HTTPStatus.UNPROCESSABLE_ENTITY: client.get(question),
        HTTPStatus.SERVICE_UNAVAILABLE: httpx.get(f"{down}/ready", timeout=60),
    }
    for status, answer in asked.items():
        assert answer.status_code == status, answer.text
    return {
        str(status.value): {"asked": f"{answer.request.method} {answer.request.url.raw_path.decode()[:80]}", "value": answer.json()}
        for status, answer in asked.items()
    }
