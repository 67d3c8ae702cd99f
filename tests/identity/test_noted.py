"""Every exact question of a person or a key is in the log before it is answered, and what the public asks is not."""

from __future__ import annotations

import httpx
import orjson
from sqlalchemy import text

from tests.identity.conftest import PURPOSE, Office
from trygghetskarta.ingest.identities import revoke_key, take_back
from trygghetskarta.store.audit import Act, Wanted, list_entries, verify

_FIGURES = "/v1/comparisons?source=brander&area=jarva&from=2025-01&to=2025-12&format=json"


def test_who_asked_for_exact_figures_what_and_why_is_noted(office: Office, service: str) -> None:
    client = httpx.Client(base_url=service, timeout=60)
    with client:
        assert client.get(_FIGURES).status_code == 200
        with office.engine.connect() as connection:
            assert list_entries(connection, Wanted(10, act=Act.ASKED)) == []
        assert client.get(_FIGURES, headers=office.by_token("analyst", PURPOSE)).status_code == 200
        assert client.get(_FIGURES, headers=office.by_key("coordinator")).status_code == 200
    with office.engine.connect() as connection:
        by_key, by_token = list_entries(connection, Wanted(10, act=Act.ASKED))
        assert verify(connection).sound
    told = orjson.loads(by_token.detail)
    assert (told["purpose"], told["path"], told["query"]) == (PURPOSE, "/v1/comparisons", _FIGURES.partition("?")[2])
    assert "analyst" in told["roles"]
    assert orjson.loads(by_key.detail)["key"] == office.keys["coordinator"].split("_")[1]
    assert by_key.actor != by_token.actor
    assert not by_key.actor.startswith("os:")
    assert not by_token.actor.startswith("os:")


def test_what_cannot_be_noted_is_not_answered(office: Office, service: str) -> None:
    with office.engine.begin() as connection:
        connection.execute(text("REVOKE INSERT ON audit_entry FROM tk_ingest"))
    try:
        answer = httpx.get(f"{service}{_FIGURES}", headers=office.by_token("analyst", PURPOSE), timeout=60)
    finally:
        with office.engine.begin() as connection:
            connection.execute(text("GRANT INSERT ON audit_entry TO tk_ingest"))
    assert answer.status_code >= 500
    assert b"brander" not in answer.content


def test_keys_and_rights_that_are_given_and_taken_are_noted_without_their_secret(office: Office) -> None:
    with office.engine.connect() as connection:
        given = list_entries(connection, Wanted(100, act=Act.KEY_MADE))
        assert len(given) == len(office.keys)
        assert len(list_entries(connection, Wanted(100, act=Act.RIGHT_GIVEN))) == 2
        revoke_key(connection, office.keys["auditor"].split("_")[1])
        take_back(connection, "nobody-in-particular", areas=("jarva",))
        assert len(list_entries(connection, Wanted(100, act=Act.KEY_REVOKED))) == 1
        assert list_entries(connection, Wanted(100, act=Act.RIGHT_TAKEN)) == []
        connection.rollback()
    told = " ".join(entry.detail for entry in given)
    assert not [key for key in office.keys.values() if key.split("_")[2] in told]
