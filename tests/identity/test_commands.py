"""Keys and rights by command, as an administrator gives them."""

from __future__ import annotations

import pytest

from tests.db.test_cli import run
from tests.identity.conftest import SECRET, Office
from trygghetskarta.domain.api_keys import id_of


def test_a_key_is_shown_once_listed_without_its_secret_and_revoked(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = run(office.engine, "keys", "create", "skolan", "--role", "admin")
    assert refused.returncode == 2
    assert "KEY_SECRET" in refused.stderr
    monkeypatch.setenv("TRYGGHETSKARTA_KEY_SECRET", SECRET)
    for role, option, needed in (("analyst", "--purpose", "ett ändamål"), ("ingest", "--source", "minst en källa")):
        bare = run(office.engine, "keys", "create", "skolan", "--role", role)
        assert (bare.returncode, bare.stderr.splitlines()[0]) == (2, f"Fel: En nyckel för {role} behöver {needed}: ange {option}.")
    other = run(office.engine, "keys", "create", "skolan", "--role", "reader", "--source", "brander")
    assert (other.returncode, other.stderr.splitlines()[0]) == (2, "Fel: --source hör bara till en nyckel för ingest.")
    helped = run(office.engine, "keys", "create", "--help").stdout
    assert "TRYGGHETSKARTA_KEY_SECRET" in helped
    made = run(office.engine, "keys", "create", "skolan", "--role", "coordinator", "--area", "jarva", "--days", "30")
    shown = made.stdout.strip()
    key_id = id_of(shown)
    assert key_id is not None, made.stderr
    listed = run(office.engine, "keys", "list").stdout
    assert key_id in listed
    assert shown[-40:] not in listed
    assert run(office.engine, "keys", "revoke", key_id).returncode == 0
    assert run(office.engine, "keys", "revoke", key_id).returncode == 2
    assert key_id not in run(office.engine, "keys", "list").stdout
    assert "tillbakadragen" in run(office.engine, "keys", "list", "--all").stdout


def test_rights_are_given_listed_and_taken_back(office: Office) -> None:
    assert run(office.engine, "rights", "grant", "siv", "--area", "farsta", "--source", "brander").stdout.startswith("2 ")
    assert "siv" in run(office.engine, "rights", "list").stdout
    assert run(office.engine, "rights", "grant", "siv", "--area", "atlantis").returncode == 2
    assert run(office.engine, "rights", "revoke", "siv", "--area", "farsta", "--source", "brander").stdout.startswith("2 ")
    assert "siv" not in run(office.engine, "rights", "list").stdout
