"""A session on the page ends when its owner says so, wherever its cookie is by then, and by itself; who came, left and was refused is in the log."""

from __future__ import annotations

from time import time

import httpx
import orjson
import pytest
from pydantic import SecretStr
from sqlalchemy import text
from starlette.responses import Response

from tests.conftest import serving
from tests.db.test_cli import run
from tests.identity.conftest import SEALED, Face, come_back, me
from tests.oidc_provider import CLIENT
from trygghetskarta.api.auth import Callers
from trygghetskarta.api.sessions import Session, Sessions
from trygghetskarta.domain.audience import Audience
from trygghetskarta.store.audit import Act, Wanted, list_entries, verify

COOKIE = "tk-session"
FIGURES = "/v1/comparisons?source=brander&area=jarva&from=2025-01&to=2025-12&format=json"


def holding(face: Face, cookie: str) -> httpx.Client:
    """Give a browser that has somebody's cookie."""
    browser = face.browser()
    browser.cookies.set(COOKIE, cookie)
    return browser


def noted(face: Face, act: Act) -> list[tuple[str, dict[str, object]]]:
    """Give who did something of a kind, and to what, the first of them first."""
    with face.office.engine.connect() as connection:
        assert verify(connection).sound
        return [(entry.actor, orjson.loads(entry.detail)) for entry in reversed(list_entries(connection, Wanted(1_000, act=act)))]


def test_a_copy_of_a_cookie_is_worth_nothing_once_its_owner_has_signed_out(face: Face) -> None:
    with face.signed_in("coordinator") as browser, face.browser() as nobody:
        protected = nobody.get(FIGURES).content
        cookie, token = browser.cookies[COOKIE], {"X-CSRF-Token": str(me(browser)["token"])}
        with holding(face, cookie) as thief:
            assert me(thief)["name"] == "Coordinator"
            assert thief.get(FIGURES).content != protected
            assert browser.post("/signout", headers=token).status_code == 200
            assert me(thief)["name"] is None
            assert thief.get(FIGURES).content == protected
            assert thief.post("/me/purpose", json={"purpose": "stöld"}, headers=token).status_code == 401


def test_a_worker_that_knew_the_session_learns_within_seconds_that_it_was_ended(face: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trygghetskarta.api.keyring._HOLDS_SECONDS", 0.1)
    settings = face.office.chosen(oidc_client_id=CLIENT, session_secret=SecretStr(SEALED), public_url=face.address)
    with (
        serving(face.office.engine, Audience.PUBLIC, settings) as other,
        httpx.Client(base_url=other, timeout=60) as there,
        face.signed_in("reader") as browser,
    ):
        there.cookies.set(COOKIE, browser.cookies[COOKIE])
        assert me(there)["name"] == "Reader"
        browser.post("/signout", headers={"X-CSRF-Token": str(me(browser)["token"])})
        for _ in range(600):
            if me(there)["name"] is None:
                return
    raise AssertionError("the other worker still lets the cookie in")


def test_every_session_of_a_person_is_ended_by_command_and_those_begun_after_it_hold(face: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trygghetskarta.api.keyring._HOLDS_SECONDS", 0.0)
    with face.signed_in("analyst") as here, face.signed_in("analyst") as there, face.signed_in("reader") as other:
        subject = face.office.provider.users["analyst"]["oid"]
        assert run(face.office.engine, "rights", "signout", subject).returncode == 0
        assert [me(browser)["name"] for browser in (here, there, other)] == [None, None, "Reader"]
        assert come_back(here, "analyst").status_code == 303
        assert [me(browser)["name"] for browser in (here, there)] == ["Analyst", None]
    assert noted(face, Act.SESSIONS_ENDED)[-1][1] == {"subject": subject}


def test_whoever_signs_in_again_leaves_no_other_session_behind(face: Face) -> None:
    with face.signed_in("reader") as browser:
        before = browser.cookies[COOKIE]
        come_back(browser, "reader")
        with holding(face, before) as thief:
            assert me(thief)["name"] is None
        assert me(browser)["name"] == "Reader"


@pytest.mark.parametrize(
    ("began", "written", "holds", "renewed"),
    [
        (0, 0, True, False),
        (2, 2, True, False),
        (10, 10, True, True),
        (59, 59, True, True),
        (61, 61, False, False),
        (425, 10, True, True),
        (479, 10, True, False),
        (481, 10, False, False),
    ],
)
def test_a_session_that_is_not_used_ends_within_the_hour_and_any_at_the_end_of_the_day(
    face: Face, monkeypatch: pytest.MonkeyPatch, began: int, written: int, *, holds: bool, renewed: bool
) -> None:
    """Minutes since its owner signed in, and since its cookie was last written."""
    settings = face.office.chosen(oidc_client_id=CLIENT, session_secret=SecretStr(SEALED), public_url=face.address)
    sessions, kept = Sessions(settings, Callers()), Response()
    with monkeypatch.context() as then:
        then.setattr("trygghetskarta.api.sessions.time", lambda: time() - 60 * written)
        sessions.keep(kept, Session("oid", "Anna", ("reader",), time() - 60 * began, f"{began} {written}"))
    with holding(face, kept.headers["set-cookie"].split(";")[0].partition("=")[2]) as browser:
        told = browser.get("/me")
    assert (told.json()["name"] == "Anna") is holds
    assert ("set-cookie" in told.headers) is renewed


def test_a_cookie_is_written_anew_only_where_no_shared_cache_keeps_the_answer(face: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = face.office.chosen(oidc_client_id=CLIENT, session_secret=SecretStr(SEALED), public_url=face.address)
    sessions, kept = Sessions(settings, Callers()), Response()
    with monkeypatch.context() as then:
        then.setattr("trygghetskarta.api.sessions.time", lambda: time() - 1_800)
        sessions.keep(kept, Session("oid", "Anna", ("analyst",), time() - 1_800, "token", "prov"))
    cookie, answers = kept.headers["set-cookie"].split(";")[0].partition("=")[2], []
    for path in (FIGURES, "/v1/measures", "/v1/sources", "/me", "/v1/nowhere", "/", "/openapi.json"):
        with holding(face, cookie) as browser:
            answers.append(browser.get(path))
    renewed = {answer.request.url.path for answer in answers if "set-cookie" in answer.headers}
    assert renewed >= {"/v1/comparisons", "/me"}
    for answer in answers:
        assert answer.request.url.path not in renewed or answer.headers["cache-control"].startswith(("private", "no-store")), answer.url
    assert len(renewed) < len(answers)


def test_who_came_and_left_is_in_the_log(face: Face) -> None:
    with face.signed_in("analyst") as browser:
        browser.post("/signout", headers={"X-CSRF-Token": str(me(browser)["token"])})
    subject = face.office.provider.users["analyst"]["oid"]
    assert noted(face, Act.SIGNED_IN)[-1] == (subject, {"roles": ["analyst", "public"]})
    assert noted(face, Act.SIGNED_OUT)[-1] == (subject, {})


def test_whoever_cannot_be_noted_is_not_let_in(face: Face) -> None:
    with face.office.engine.begin() as connection:
        connection.execute(text("REVOKE INSERT ON audit_entry FROM tk_ingest"))
    try:
        with face.browser() as browser:
            assert come_back(browser, "analyst").status_code >= 500
            assert COOKIE not in browser.cookies
            assert me(browser)["name"] is None
    finally:
        with face.office.engine.begin() as connection:
            connection.execute(text("GRANT INSERT ON audit_entry TO tk_ingest"))


def test_those_refused_are_in_the_log_with_why_and_however_many_they_are_they_do_not_fill_it(
    face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    with face.browser() as browser:
        browser.get("/signin/back", params={"state": "någons", "code": "kanariefågel"})
        browser.get("/signin")
        browser.get("/signin/back", params={"state": "another", "code": "kanariefågel"})
        come_back(browser, "nobody-at-all")
        found = noted(face, Act.REFUSED)
        assert found == [("unknown", {"passedOver": 0, "why": why}) for why in ("too late", "state", "issuer")]
        for _ in range(20):
            browser.get("/signin/back", params={"state": "x", "code": "y"})
        assert len(noted(face, Act.REFUSED)) == 10
        monkeypatch.setattr("trygghetskarta.api.noting._MINUTE", 0.0)
        browser.get("/signin/back", params={"state": "x", "code": "y"})
    assert noted(face, Act.REFUSED)[-1][1] == {"why": "too late", "passedOver": 13}
