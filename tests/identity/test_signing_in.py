"""Signing in on the page: the real flow with a real provider, and all that must not let anyone in."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import expect
from pydantic import SecretStr, ValidationError
from starlette.responses import Response

from tests.identity.conftest import SEALED, Face, come_back, me
from tests.oidc_provider import CLIENT
from tests.web.browsing import AXE, TAGS, chromium, settle
from trygghetskarta.api.auth import Callers
from trygghetskarta.api.sessions import Session, Sessions
from trygghetskarta.settings import Settings

ROLES = ("reader", "coordinator", "analyst", "ingest", "admin", "auditor")
QUESTION = "/v1/comparisons?source=anmalda_brott&level=stadsdelsomrade&from=2025-01&to=2025-12&format=json"


def test_nobody_is_told_that_one_may_sign_in(face: Face) -> None:
    with face.browser() as browser:
        told = me(browser)
    assert (told["canSignIn"], told["name"], told["roles"], told["audience"]) == (True, None, [], "public")


@pytest.mark.parametrize("role", ROLES)
def test_whoever_signs_in_is_known_by_name_and_role(face: Face, role: str) -> None:
    with face.signed_in(role) as browser:
        told = me(browser)
    assert told["name"] == role.title()
    assert told["roles"] == sorted([role, "public"])
    assert told["areas"] == (["jarva"] if role == "coordinator" else [])


def test_one_comes_back_to_where_one_was_and_never_elsewhere(face: Face) -> None:
    with face.browser() as browser:
        for back, expected in (
            ("/?area=jarva&show=time", "/?area=jarva&show=time"),
            ("//evil.example/", "/"),
            ("https://evil.example/", "/"),
            ("/\\evil.example", "/"),
            ("/v1/comparisons", "/"),
        ):
            assert come_back(browser, "reader", back).headers["location"] == f"{face.address}{expected}"


def test_nobody_is_signed_in_by_another_page(face: Face) -> None:
    with face.browser() as browser:
        for site in ("cross-site", "same-site"):
            sent = browser.get("/signin", params={"back": "/?area=jarva"}, headers={"Sec-Fetch-Site": site})
            assert (sent.status_code, sent.headers["location"]) == (303, f"{face.address}/?area=jarva")
            assert not browser.cookies
        for site in ("same-origin", "none"):
            assert face.office.provider.issuer in browser.get("/signin", headers={"Sec-Fetch-Site": site}).headers["location"]


def test_what_is_sent_to_the_issuer_has_pkce_state_and_nonce_and_the_cookies_are_out_of_reach_of_scripts(face: Face) -> None:
    with face.browser() as browser:
        sent = browser.get("/signin")
        asked = parse_qs(urlsplit(sent.headers["location"]).query)
        assert asked["code_challenge_method"] == ["S256"]
        assert all(len(asked[name][0]) >= 20 for name in ("state", "nonce", "code_challenge"))
        assert asked["redirect_uri"] == [f"{face.address}/signin/back"]
        done = come_back(browser, "reader")
        for cookie in (*sent.headers.get_list("set-cookie"), *done.headers.get_list("set-cookie")):
            assert "HttpOnly" in cookie
            assert "SameSite=lax" in cookie
            assert "Path=/" in cookie


def test_over_tls_the_cookies_are_for_this_host_alone(face: Face) -> None:
    settings = face.office.chosen(oidc_client_id=CLIENT, session_secret=SecretStr(SEALED), public_url="https://karta.example.se")
    answer = Response()
    Sessions(settings, Callers()).keep(answer, Session("u", "U", ("reader",), 4_000_000_000, "t"))
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-tk-session=")
    assert "Secure" in cookie
    assert "u" not in cookie.split("=")[1].split(".")[:1]


def test_an_analyst_sees_exact_figures_once_it_is_said_what_for(face: Face) -> None:
    with face.signed_in("analyst") as browser:
        told = me(browser)
        assert (told["audience"], told["lacksPurpose"]) == ("public", True)
        token = {"X-CSRF-Token": str(told["token"])}
        assert browser.post("/me/purpose", json={"purpose": "\n"}, headers=token).status_code == 400
        assert browser.post("/me/purpose", json={"purpose": "Lägesbild för Järva"}, headers=token).status_code == 204
        told = me(browser)
        assert (told["audience"], told["lacksPurpose"], told["purpose"]) == ("staff", False, "Lägesbild för Järva")
        assert browser.get(QUESTION).headers["cache-control"].startswith("private")
        assert browser.get("/v1/events?source=brander&from=2025-01&to=2025-01&format=json").status_code == 200


def test_what_changes_something_must_show_that_a_page_of_ours_sent_it(face: Face) -> None:
    with face.signed_in("analyst") as browser:
        for headers in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "something-else"}):
            assert browser.post("/me/purpose", json={"purpose": "prov"}, headers=headers).status_code == 403
            assert browser.post("/signout", headers=headers).status_code == 403
            assert browser.post("/v1/deliveries?source=brander", content=b"x", headers=headers).status_code == 403
        assert me(browser)["name"] == "Analyst"


def test_signing_out_ends_it_here_and_leads_on_to_the_issuer(face: Face) -> None:
    with face.signed_in("coordinator") as browser:
        left = browser.post("/signout", headers={"X-CSRF-Token": str(me(browser)["token"])})
        assert left.headers["clear-site-data"] == '"cache", "storage"'
        assert left.json()["address"].startswith(f"{face.office.provider.issuer}/logout?")
        assert me(browser)["name"] is None


def test_no_other_cookie_lets_anyone_in(face: Face) -> None:
    with face.signed_in("analyst") as browser:
        whole = browser.cookies["tk-session"]
    other = Sessions(face.office.chosen(oidc_client_id=CLIENT, session_secret=SecretStr("x" * 40), public_url=face.address), Callers())
    forged, late = Response(), Response()
    other.keep(forged, Session("oid", "A", ("analyst",), 4_000_000_000, "t"))
    own = Sessions(face.office.chosen(oidc_client_id=CLIENT, session_secret=SecretStr(SEALED), public_url=face.address), Callers())
    own.keep(late, Session("oid", "A", ("analyst",), 1, "t"))
    with face.browser() as browser:
        browser.get("/signin")
        way = browser.cookies["tk-signin"]
    head, key, vector, text, tag = whole.split(".")
    tampered = [
        "", "x", "a.b.c.d.e", whole[:-2], f"{head}.{key}.{vector}.{text[:-2]}AA.{tag}", f"{head}.{key}.{vector}.{text}.{'A' * len(tag)}",
        way, forged.headers["set-cookie"].split(";")[0].partition("=")[2], late.headers["set-cookie"].split(";")[0].partition("=")[2],
        "eyJhbGciOiJub25lIn0.e30.",  # pragma: allowlist secret
        "å" * 10, "A" * 100_000,
    ]  # fmt: skip
    for value in tampered:
        told = httpx.get(f"{face.address}/me", headers={b"Cookie": f"tk-session={value}".encode("latin-1")})
        assert told.status_code in (200, 400, 431), value
        if told.status_code == 200:
            assert told.json()["name"] is None, value


def test_whoever_comes_back_wrongly_is_not_let_in(face: Face) -> None:
    with face.browser() as browser, face.browser() as another:
        assert browser.get("/signin/back", params={"state": "x", "code": "y"}).status_code == 401
        sent = browser.get("/signin")
        back = httpx.get(f"{sent.headers['location']}&login_hint=analyst").headers["location"]
        assert another.get(back).status_code == 401, "another browser than the one that was sent"
        asked = parse_qs(urlsplit(back).query)
        for state, code in (("", asked["code"][0]), ("another", asked["code"][0]), (asked["state"][0], ""), (asked["state"][0], "guessed")):
            assert browser.get("/signin/back", params={"state": state, "code": code}).status_code == 401
        assert browser.get(back).status_code == 303
        assert another.get(back).status_code == 401
        browser.get("/signin")
        assert browser.get(back).status_code == 401, "a code that has been used"


def test_whoever_gives_up_or_has_no_role_sees_what_anyone_sees(face: Face) -> None:
    with face.browser() as browser:
        assert come_back(browser, "nobody-at-all", "/?area=jarva").headers["location"] == f"{face.address}/?area=jarva"
        assert me(browser)["name"] is None
    with face.signed_in("nobody") as browser:
        assert (me(browser)["roles"], me(browser)["audience"]) == (["public"], "public")


def test_an_issuer_that_is_silent_is_told_of(face: Face) -> None:
    with face.browser() as browser:
        sent = browser.get("/signin")
        back = httpx.get(f"{sent.headers['location']}&login_hint=analyst").headers["location"]
        face.office.provider.down = True
        try:
            assert browser.get(back).status_code == 503
        finally:
            face.office.provider.down = False


def test_who_is_not_let_in_is_told_why_on_a_page_with_a_way_on(face: Face) -> None:
    looking = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    with face.browser() as browser:
        late = browser.get("/signin/back", params={"state": "x", "code": "y"}, headers=looking)
        assert (late.status_code, late.headers["content-type"]) == (401, "text/html; charset=utf-8")
        assert "Inloggningen tog för lång tid eller avbröts. Börja om." in late.text
        asked = parse_qs(urlsplit(browser.get("/signin", params={"back": '/?area="><b>'}).headers["location"]).query)
        back = {"state": asked["state"][0], "error": "server_error"}
        refused = browser.get("/signin/back", params=back, headers=looking)
        assert refused.status_code == 401
        assert "<b>" not in refused.text
        assert f"{face.address}/signin?back=%2F%3Farea%3D%22%3E%3Cb%3E" in refused.text
        assert browser.get("/signin/back", params=back).headers["content-type"] == "application/problem+json"
        at_issuer = httpx.get(f"{browser.get('/signin').headers['location']}&login_hint=analyst").headers["location"]
        face.office.provider.down = True
        try:
            silent = browser.get(at_issuer, headers=looking)
        finally:
            face.office.provider.down = False
        assert silent.status_code == 503
        assert "Inloggningstjänsten svarar inte just nu." in silent.text
        assert me(browser)["name"] is None


def test_a_service_without_signing_in_has_no_such_door(service: str) -> None:
    assert httpx.get(f"{service}/signin").status_code == 404
    assert httpx.get(f"{service}/me").json()["canSignIn"] is False


@pytest.mark.parametrize(
    "lacking", [{"session_secret": None}, {"public_url": None}, {"public_url": "http://karta.example.se"}, {"oidc_issuer": None}]
)
def test_half_a_setting_for_signing_in_is_refused(face: Face, lacking: dict[str, None]) -> None:
    whole = {"oidc_client_id": CLIENT, "session_secret": SecretStr(SEALED), "public_url": face.address}
    with pytest.raises(ValidationError, match="OIDC_CLIENT_ID"):
        Settings.model_validate({**face.office.settings.model_dump(), **whole, **lacking})


@pytest.mark.browser
def test_on_the_page_one_signs_in_says_what_for_sees_exact_figures_until_the_session_ends_and_signs_out(face: Face) -> None:
    face.office.provider.at_keyboard = "analyst"
    with chromium() as browser:
        page = browser.new_context(viewport={"width": 1440, "height": 900}, locale="sv-SE").new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if "Content Security Policy" in message.text else None)
        page.goto(f"{face.address}/?area=jarva")
        expect(page.get_by_role("banner").get_by_text("Skyddade värden", exact=True)).to_be_visible()
        page.get_by_role("link", name="Logga in").click()
        expect(page.get_by_label("Vad ska siffrorna användas till?")).to_be_visible()
        expect(page.get_by_text("Du är inloggad som analytiker.")).to_be_visible()
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate(f"axe.run('header', {{ runOnly: {TAGS} }})")
        assert [fault["id"] for fault in found["violations"]] == []
        page.get_by_label("Vad ska siffrorna användas till?").fill("Lägesbild för Järva")
        page.get_by_role("button", name="Visa exakta siffror").click()
        expect(page.get_by_text("Exakta siffror, internt", exact=True)).to_be_visible()
        settle(page)
        assert "area=jarva" in page.url, "one is back where one was"
        kept = page.context.cookies()
        page.context.clear_cookies()
        page.get_by_label("Källa").select_option("brander")
        expect(page.get_by_role("banner").get_by_text("Skyddade värden", exact=True)).to_be_visible()
        expect(page.get_by_role("link", name="Logga in")).to_be_visible()
        page.context.add_cookies(kept)  # type: ignore[arg-type] # what Playwright gives it takes
        page.reload()
        settle(page)
        page.locator("summary", has_text="Analyst").click()
        expect(page.get_by_text("Ändamål: Lägesbild för Järva")).to_be_visible()
        page.get_by_role("button", name="Logga ut").click()
        expect(page.get_by_role("link", name="Logga in")).to_be_visible()
        assert faults == []
