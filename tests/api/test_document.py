"""openapi.json against the service: its examples are what the sample answers, its rules hold of every route, and its check sees what is wrong."""

from __future__ import annotations

import copy
import json
import subprocess
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from tests.api.recording import EXAMPLES, FILE, KEY, ROOT, SHOWN, recorded
from tests.conftest import PROFILE, serving
from tests.db.test_delivering import held
from trygghetskarta.api.document import operations
from trygghetskarta.api.gives import GIVES
from trygghetskarta.domain.audience import Audience
from trygghetskarta.settings import Settings

Document = dict[str, Any]

DOCUMENT: Document = orjson.loads((ROOT / "openapi.json").read_bytes())
OPERATIONS = [(method, path) for method, path, _ in operations(DOCUMENT) if path.startswith("/v1/")]
NAMES = [f"{method.upper()} {path}" for method, path in OPERATIONS]
READING = [(method, path) for method, path in OPERATIONS if method == "get"]
# What a path is made with, to reach a route.
_PLACES = {
    "{code}": "jarva",
    "{edition}": "2023-07-01",
    "{sourceId}": "brander",
    "{measureId}": "1",
    "{deliveryId}": "5",
    "{level}": "stadsdel",
    "{z}": "10",
    "{x}": "563",
    "{y}": "301",
}
_EXAMPLES: Document = orjson.loads(EXAMPLES.read_bytes())


@pytest.fixture(scope="module")
def keyed(sample: Engine) -> Iterator[str]:
    settings = Settings(
        delivery_key=SecretStr(KEY), refresh_seconds=1.0, public_url="https://karta.example.se", contact_email="karta@example.se"
    )
    with serving(sample, Audience.STAFF, settings) as address:
        yield address


def asked(server: str, method: str, path: str, **more: str) -> httpx.Response:
    """Ask a route the example's question, or without one whatever it takes."""
    example = next((each["asked"].split(" ", 1)[1] for each in _EXAMPLES.get(f"{method.upper()} {path}", {}).values()), path)
    for place, value in _PLACES.items():
        example = example.replace(place, value)
    address = httpx.URL(f"{server}{example}")
    return httpx.request(method, address.copy_merge_params(more), headers=SHOWN, timeout=60)


def test_the_examples_are_what_the_sample_answers(
    own_sample: Engine, fresh_database: Engine, public_server: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    waiting = tmp_path / "brander.csv"
    waiting.write_bytes(FILE)
    number = held(own_sample, waiting)
    taking = Settings(delivery_key=SecretStr(KEY), delivery_limit=20_000, refresh_seconds=1.0)
    with serving(own_sample, Audience.STAFF, taking) as exact, serving(fresh_database, Audience.PUBLIC) as down:
        found = recorded(exact, public_server, down, number)
    if request.config.getoption("--record-examples"):
        EXAMPLES.write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2) + b"\n")
        pytest.skip("recorded; now run: .venv/bin/trygghetskarta describe")
    stale = {name: (found.get(name), _EXAMPLES.get(name)) for name in found | _EXAMPLES if found.get(name) != _EXAMPLES.get(name)}
    assert stale == {}, "run: .venv/bin/pytest --record-examples tests/api/test_document.py, then .venv/bin/trygghetskarta describe"


EXAMPLES_OF: Document = orjson.loads(EXAMPLES.read_bytes())


@pytest.mark.parametrize("operation", [operation for operation in EXAMPLES_OF if operation in GIVES])
def test_an_example_is_of_the_type_that_the_document_gives_it(operation: str) -> None:
    # The types are closed: a member that somebody added to an answer, and did not tell of, is refused here.
    gives, examples = GIVES[operation], EXAMPLES_OF[operation]
    types = {"application/json": gives.json, "application/geo+json": gives.features}
    for media_type in types.keys() & examples.keys():
        told = types[media_type]
        assert told is not None
        told.model_validate(examples[media_type]["value"])


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=NAMES)
def test_an_unknown_parameter_is_an_error_on_every_route(keyed: str, method: str, path: str) -> None:
    answer = asked(keyed, method, path, obekant="1")
    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (HTTPStatus.BAD_REQUEST, "application/problem+json")
    assert answer.headers["cache-control"] == "no-store"
    assert "obekant" in [fault["property"] for fault in problem["invalidParameters"]]
    assert problem["detail"] != problem["detailEn"]


@pytest.mark.parametrize(("method", "path"), READING, ids=[path for _, path in READING])
def test_every_get_has_validators_and_is_not_sent_again(keyed: str, method: str, path: str) -> None:
    answer = asked(keyed, method, path)
    assert answer.status_code == HTTPStatus.OK, answer.text[:300]
    assert answer.headers["last-modified"].endswith("GMT")
    assert "no-store" not in answer.headers["cache-control"]
    again = httpx.get(answer.url, headers={**SHOWN, "If-None-Match": answer.headers["etag"]}, timeout=60)
    assert (again.status_code, again.content, again.headers["etag"]) == (HTTPStatus.NOT_MODIFIED, b"", answer.headers["etag"])


def test_the_names_of_operations_are_one_of_each() -> None:
    names = [told["operationId"] for _, _, told in operations(DOCUMENT)]
    assert sorted(names) == sorted(set(names))


def test_the_document_says_whose_it_is_and_where_it_is_reached(keyed: str) -> None:
    told = httpx.get(f"{keyed}/openapi.json").json()
    assert told["servers"][0]["url"] == "https://karta.example.se"
    assert told["info"]["contact"]["email"] == "karta@example.se"
    info = httpx.get(f"{keyed}/v1/api-info").json()
    assert info["apiDocumentation"] == "https://karta.example.se/docs"
    assert {"apiName", "apiVersion", "apiReleased", "apiStatus"} <= set(info)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/finns-inte", 404),
        ("GET", "/finns-inte", 404),
        ("DELETE", "/v1/measures", 405),
        ("PATCH", "/v1/comparisons", 405),
        ("TRACE", "/v1/sources", 405),
        ("GET", "/v1/areas/a%00b", 400),
        ("GET", "/v1/deliveries/99999999999999999999", 400),
        ("GET", "/v1/measures?asOf=0", 400),
        ("GET", "/v1/events?asOf=0", 400),
        ("GET", "/v1/events?edition=0", 400),
        ("GET", "/ogc/v1/collections/stadsdel/items?edition=0", 400),
        ("GET", "/v1/areas?format=xlsx", 400),
    ],
)
def test_whatever_goes_wrong_is_a_problem_in_both_languages(keyed: str, method: str, path: str, status: int) -> None:
    answer = httpx.request(method, f"{keyed}{path}", headers=SHOWN)
    problem = answer.json()
    assert (answer.status_code, problem["status"], answer.headers["content-type"]) == (status, status, "application/problem+json")
    assert answer.headers["cache-control"] == "no-store"
    assert all(problem[name] for name in ("type", "title", "titleEn", "detail", "detailEn", "instance"))
    assert "<" not in problem["detail"]


def test_a_method_that_is_not_taken_is_answered_with_those_that_are(keyed: str) -> None:
    assert httpx.delete(f"{keyed}/v1/measures").headers["allow"] == "GET, POST"
    assert httpx.delete(f"{keyed}/v1/measures/1").headers["allow"] == "GET, PUT"


def test_the_parts_of_a_trace_are_its_whole(keyed: str) -> None:
    question = f"{keyed}/v1/trace?source=skjutningar&from=2025-01&to=2025-06"
    whole = httpx.get(f"{question}&limit=1000").json()
    parts = [httpx.get(f"{question}&limit=10&offset={offset}").json() for offset in range(0, whole["versions"], 10)]
    assert [item for part in parts for item in part["items"]] == whole["items"] != []
    beyond = httpx.get(f"{question}&offset=100000").json()
    assert (beyond["items"], beyond["total"], beyond["versions"], beyond["closes"]) == ([], whole["total"], whole["versions"], True)


# A small document that is right, and what makes it wrong: the rule that must see it.
KEPT = ("/v1/api-info", "/v1/editions", "/v1/measures", "/v1/measures/{measureId}", "/v1/deliveries/{deliveryId}")


def kept() -> Document:
    small = copy.deepcopy(DOCUMENT)
    small["paths"] = {path: item for path, item in small["paths"].items() if path in KEPT}
    wanted, found = [json.dumps(small["paths"]), '"#/components/schemas/ApiInfo"'], set[str]()
    while wanted:
        text = wanted.pop()
        for name in set(small["components"]["schemas"]) - found:
            if f'"#/components/schemas/{name}"' in text:
                found.add(name)
                wanted.append(json.dumps(small["components"]["schemas"][name]))
    small["components"]["schemas"] = {name: small["components"]["schemas"][name] for name in sorted(found)}
    return small


def _get(document: Document, path: str = "/v1/editions") -> Document:
    operation: Document = document["paths"][path]["get"]
    return operation


def _parameter(document: Document, name: str, path: str = "/v1/editions") -> Document:
    found: Document = next(each for each in _get(document, path)["parameters"] if each["name"] == name)
    return found


def _rename(document: Document, path: str, other: str) -> None:
    document["paths"][other] = document["paths"].pop(path)


WRONG: dict[str, list[Callable[[Document], object]]] = {
    "DOK.01": [lambda d: d["externalDocs"].pop("url")],
    "DOK.03": [lambda d: d["info"].pop("contact"), lambda d: d["info"]["license"].pop("url"), lambda d: d["info"]["contact"].pop("url")],
    "DOK.06": [
        lambda d: d["info"].update(description="Bara svenska."),
        lambda d: _get(d).update(description="Bara svenska."),
        lambda d: _parameter(d, "limit").update(description="Bara svenska."),
        lambda d: d["tags"][0].update(description="Bara svenska."),
    ],
    "DOK.07": [lambda d: d["info"].pop("description")],
    "DOK.08": [lambda d: d["info"].pop("x-sla")],
    "DOK.09": [lambda d: d["info"].pop("x-limitations")],
    "DOK.15": [
        lambda d: _get(d)["responses"]["200"]["content"]["application/json"].pop("examples"),
        lambda d: d["paths"]["/v1/measures"]["post"]["requestBody"]["content"]["application/json"].pop("examples"),
    ],
    "DOK.17": [lambda d: d.update(openapi="3.0.3")],
    "DOK.19": [lambda d: _get(d).pop("summary"), lambda d: _get(d).pop("description"), lambda d: _get(d).update(operationId="a_b")],
    "DOK.19-parameter": [lambda d: _parameter(d, "limit").pop("description"), lambda d: _parameter(d, "limit").pop("schema")],
    "DOK.20": [
        lambda d: _get(d)["responses"].pop("500"),
        lambda d: _get(d)["responses"].pop("414"),
        lambda d: _get(d, "/v1/measures/{measureId}")["responses"].pop("404"),
        lambda d: _get(d, "/v1/deliveries/{deliveryId}")["responses"].pop("401"),
        lambda d: d["paths"]["/v1/measures"]["post"]["responses"].pop("415"),
    ],
    "DOK.20-svar": [
        lambda d: _get(d)["responses"]["200"]["content"]["application/json"].update(schema={}),
        lambda d: _get(d)["responses"]["200"].update(description="Bara svenska."),
    ],
    "DOT.01": [lambda d: d["components"]["schemas"]["DeliveryTold"]["properties"]["receivedAt"].pop("format")],
    "RES.02": [lambda d: _parameter(d, "limit").update(name="personnummer")],
    "UFN.01": [lambda d: _rename(d, "/v1/editions", "/editions")],
    "UFN.02": [lambda d: d.update(servers=[{"url": "http://karta.example.se"}]), lambda d: d.pop("servers")],
    "UFN.05": [lambda d: _rename(d, "/v1/editions", f"/v1/{'a' * 1100}")],
    "UFN.07": [lambda d: _rename(d, "/v1/editions", "/v1/Editions"), lambda d: _rename(d, "/v1/editions", "/v1/old_editions")],
    "UFN.09": [lambda d: _parameter(d, "measureId", "/v1/measures/{measureId}").update(name="measure_id")],
    "AME.01": [lambda d: _get(d)["responses"]["200"].update(content={"text/csv": {"schema": {"type": "string"}}})],
    "AME.02": [lambda d: d["paths"]["/v1/measures"]["post"]["requestBody"].update(content={"text/xml": {"schema": {"type": "string"}}})],
    "AME.05": [lambda d: d["components"]["schemas"]["EditionTold"]["properties"].update(valid_to={"type": "string"})],
    "ARQ.05": [lambda d: _get(d)["parameters"].append({"name": "X", "in": "header", "description": "a / b", "schema": {"type": "object"}})],
    "FEL.01": [lambda d: d["components"]["schemas"]["Problem"]["required"].remove("instance")],
    "FEL.02": [lambda d: _get(d)["responses"]["400"].update(content={"application/json": {"schema": {"type": "object"}}})],
    "VER.05": [lambda d: _rename(d, "/v1/editions", "/v1.2/editions")],
    "VER.06": [lambda d: d["paths"].pop("/v1/api-info")],
    "VER.06-innehåll": [lambda d: d["components"]["schemas"]["ApiInfo"]["required"].remove("apiStatus")],
    "FNS.01": [lambda d: _parameter(d, "limit").update(name="max_items"), lambda d: _parameter(d, "limit").update(name="1st")],
    "FNS.05": [lambda d: _parameter(d, "limit").update(required=True)],
    "FNS.07": [
        lambda d: _get(d)["parameters"].remove(_parameter(d, "limit")),
        lambda d: _get(d)["parameters"].remove(_parameter(d, "offset")),
        lambda d: _parameter(d, "limit")["schema"].update(default=100),
    ],
    "SAK.09": [lambda d: d["components"]["securitySchemes"].update(old={"type": "http", "scheme": "basic"})],
    "SAK.10": [lambda d: d["components"]["securitySchemes"].update(old={"type": "http", "scheme": "hoba"})],
    "SAK.16": [lambda d: d["components"]["securitySchemes"].update(old={"type": "apiKey", "name": "key", "in": "query"})],
    "SAK.18": [
        lambda d: d["components"]["securitySchemes"].update(
            old={"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "http://a.example", "scopes": {}}}}
        )
    ],
    "FOR.02": [lambda d: _get(d).update(requestBody={"content": {"application/json": {"schema": {"type": "object"}}}})],
}


@pytest.mark.profile
def test_the_check_of_the_profile_sees_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "right.json").write_bytes(orjson.dumps(kept()))
    for rule, breaks in WRONG.items():
        for number, make_wrong in enumerate(breaks):
            wrong = kept()
            make_wrong(wrong)
            (tmp_path / f"{rule} {number}.json").write_bytes(orjson.dumps(wrong))
    command = [
        "npx",
        "--no-install",
        "spectral",
        "lint",
        "--quiet",
        "--format",
        "json",
        "--ruleset",
        "ruleset.yaml",
        f"{tmp_path}/*.json",
    ]
    told = subprocess.run(command, cwd=PROFILE, capture_output=True, text=True, check=False)
    found: dict[str, set[str]] = {}
    for result in json.loads(told.stdout):
        found.setdefault(Path(result["source"]).stem, set()).add(result["code"])
    assert found.pop("right", set()) == set()
    unseen = [
        path.stem for path in tmp_path.iterdir() if path.stem != "right" and path.stem.partition(" ")[0] not in found.get(path.stem, ())
    ]
    assert sorted(unseen) == []


@pytest.mark.profile
def test_every_rule_of_the_profile_has_been_seen_to_bite() -> None:
    rules = [line.strip().rstrip(":") for line in (PROFILE / "ruleset.yaml").read_text(encoding="utf-8").splitlines()]
    written = {rule for rule in rules if rule[:3].isupper() and rule[3:4] == "."}
    assert written == set(WRONG)
