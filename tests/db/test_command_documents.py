"""`--json` of the commands: one document on standard output, the same as the API's where the API has one."""

from __future__ import annotations

import subprocess
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import Engine

from tests.db.test_cli import run

QUESTION = ("--source", "brander", "--from", "2025-01", "--to", "2025-06")


def document(done: subprocess.CompletedProcess[str], code: int = 0) -> Any:  # noqa: ANN401 - whatever JSON can hold
    assert done.returncode == code, done.stderr
    return orjson.loads(done.stdout)


def test_a_question_told_as_json_is_what_the_api_answers(sample: Engine, live_server: str) -> None:
    for name in ("hours", "hotspots", "hexagons"):
        answer = httpx.get(f"{live_server}/v1/{name}?source=brander&from=2025-01&to=2025-06&format=json", timeout=60).json()
        told = document(run(sample, name, *QUESTION, "--json"))
        assert {key: told[key] for key in answer if key != "provenance"} == {key: answer[key] for key in answer if key != "provenance"}
    shared = httpx.get(f"{live_server}/v1/exports/comparisons?source=brander&from=2025-01&to=2025-06&format=json", timeout=60).json()
    assert document(run(sample, "compare", *QUESTION, "--json")) == shared


def test_lists_are_those_of_the_api(sample: Engine, live_server: str) -> None:
    editions = httpx.get(f"{live_server}/v1/editions").json()
    told = document(run(sample, "areas", "list", "--json"))
    assert (told["items"], told["total"]) == (editions["items"], editions["total"])
    deliveries = httpx.get(f"{live_server}/v1/deliveries", params={"limit": 3}).json()
    assert document(run(sample, "deliveries", "list", "--limit", "3", "--json")) == deliveries
    number = deliveries["items"][0]["delivery"]
    assert document(run(sample, "deliveries", "show", str(number), "--json")) == deliveries["items"][0]
    links = httpx.get(f"{live_server}/v1/editions/2020-07-01/links", params={"to": "2023-07-01", "limit": 1000}).json()["items"]
    checked = document(run(sample, "areas", "check", "--json"))
    assert [link for link in checked["links"] if link["to"]["edition"] == "2023-07-01"] == links
    assert {(found["edition"], found["level"]): found["areas"] for found in checked["items"]}["2023-07-01", "stadsdel"] == 117
    assert not any(found["overlaps"] for found in checked["items"])


def test_what_a_program_watches_is_told_as_json(sample: Engine, fresh_database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    health = document(run(sample, "health", "--json"))
    assert (health["status"], health["editions"]) == ("ok", 3)
    (effect,) = (item for item in document(run(sample, "measures", "list", "--json"))["items"] if item["startsOn"] == "2024-04-01")
    assert document(run(sample, "measures", "effect", str(effect["id"]), "--json"))["verdict"] == "lower"
    assert document(run(fresh_database, "health", "--json"), 3) == {
        "status": "empty", "postgresql": health["postgresql"], "editions": 0, "publishedAt": None,
    }  # fmt: skip
    rebuilt = document(run(fresh_database, "rollup", "rebuild", "--json"))["dataVersion"]
    assert document(run(fresh_database, "rollup", "rebuild", "--json"))["dataVersion"] == rebuilt + 1
    monkeypatch.setenv("TRYGGHETSKARTA_RELEASE_KEY", "en hemlighet som är lång nog för ett test")
    released = document(run(fresh_database, "release", "--source", "brander", "--json"))
    assert released["total"] == len(released["items"])


def test_keys_are_made_listed_and_revoked_as_json(fresh_database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRYGGHETSKARTA_KEY_SECRET", "en hemlighet som är lång nog för ett test")
    made = document(run(fresh_database, "keys", "create", "brandkåren", "--role", "ingest", "--source", "brander", "--json"))
    assert made.pop("key").startswith(f"tk_{made['keyId']}_")
    assert (made["role"], made["sources"], made["state"]) == ("ingest", ["brander"], "valid")
    assert document(run(fresh_database, "keys", "list", "--json")) == {"items": [made], "total": 1}
    assert document(run(fresh_database, "keys", "revoke", made["keyId"], "--json"))["state"] == "revoked"
    assert document(run(fresh_database, "keys", "list", "--json"))["items"] == []
    assert document(run(fresh_database, "keys", "list", "--all", "--json"))["items"][0]["state"] == "revoked"
