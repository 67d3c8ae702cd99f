"""The steward's page for somebody signed in: no key is asked for, and each role does what it may."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pydantic import SecretStr

from tests.conftest import serving
from tests.db.delivering import fires
from tests.identity.conftest import Office
from tests.oidc_provider import CLIENT
from tests.web.browsing import chromium, faults_in_both_themes, settle
from trygghetskarta.domain.audience import Audience

pytestmark = pytest.mark.browser

SEALED = "hemligheten som leverantörens kaka förseglas med".encode().hex()
HAND_IN = "Lämna in en fil"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The machine's own Chromium."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def address(office: Office) -> Iterator[str]:
    """A service that one signs in to on its page."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    found = f"http://127.0.0.1:{port}"
    settings = office.chosen(oidc_client_id=CLIENT, session_secret=SecretStr(SEALED), public_url=found)
    with serving(office.engine, Audience.PUBLIC, settings, port=port):
        yield found


Entered = Callable[[str | None], Page]


@pytest.fixture
def entered(browser: Browser, office: Office, address: str) -> Iterator[Entered]:
    """Open the steward's page as somebody who signs in on it, or as nobody."""
    contexts = []
    faults: list[str] = []

    def enter(role: str | None) -> Page:
        contexts.append(browser.new_context(viewport={"width": 1440, "height": 900}, locale="sv-SE"))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(f"{address}/?show=deliveries")
        settle(page)
        if role is not None:
            office.provider.at_keyboard = role
            page.get_by_role("link", name="Logga in").click()
            page.wait_for_url(f"{address}/?show=deliveries")
            settle(page)
        return page

    yield enter
    for context in contexts:
        context.close()
    assert faults == []


def test_nobody_is_asked_for_a_key_or_to_sign_in(entered: Entered) -> None:
    page = entered(None)
    expect(page.get_by_label("Leveransnyckel")).to_be_visible()
    expect(page.get_by_text("då behövs ingen nyckel")).to_be_visible()
    expect(page.get_by_role("heading", name=HAND_IN)).to_have_count(0)


def test_one_who_delivers_hands_in_their_own_source_and_an_administrator_takes_it_back(entered: Entered) -> None:
    page = entered("ingest")
    expect(page.get_by_role("heading", name=HAND_IN)).to_be_visible()
    expect(page.get_by_label("Leveransnyckel")).to_have_count(0)
    expect(page.get_by_role("button", name="Glöm nyckeln")).to_have_count(0)
    assert page.locator("#send-source option").evaluate_all("all => all.map((one) => one.value)") == ["", "brander"]
    rows = fires("INLOGGAD-1;2025-03-01 12:00;4000;3000", "INLOGGAD-2;2025-02-30 12:00;4000;3000")
    page.locator("#send-files").set_input_files({"name": "bränder.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    page.locator("#send-source").select_option("brander")
    page.get_by_role("button", name="Lämna in", exact=True).click()
    page.wait_for_selector("[data-receipt]")
    expect(page.locator("#rejected-rows tbody tr")).to_have_count(1)
    expect(page.get_by_role("button", name="Dra tillbaka")).to_have_count(0)
    assert faults_in_both_themes(page) == {"light": [], "dark": []}
    number = page.locator("[data-receipt]").get_attribute("data-receipt")

    other = entered("admin")
    expect(other.get_by_text("Bara den som är leverantör kan lämna in filer.")).to_be_visible()
    other.locator(f"[data-delivery='{number}'] button").click()
    expect(other.locator("#rejected-rows")).to_have_count(0)
    other.get_by_role("button", name=re.compile("Dra tillbaka")).first.click()
    other.get_by_role("dialog").get_by_role("button", name=re.compile("Dra tillbaka")).click()
    expect(other.locator("[data-receipt]")).to_contain_text("räknas inte längre")


def test_an_analyst_reads_and_others_are_told_what_it_takes(entered: Entered) -> None:
    page = entered("analyst")
    expect(page.get_by_text("Du kan läsa kvitton.")).to_be_visible()
    expect(page.locator("tr[data-delivery]").first).to_be_visible()
    reader = entered("reader")
    expect(reader.get_by_role("heading", name="Du har inte rätt att se leveranser")).to_be_visible()
    for one in (page, reader):
        expect(one.get_by_label("Leveransnyckel")).to_have_count(0)
        expect(one.get_by_role("heading", name=HAND_IN)).to_have_count(0)


def test_when_the_session_has_ended_the_page_asks_for_a_key_again(entered: Entered) -> None:
    page = entered("ingest")
    page.context.clear_cookies()
    page.locator("#list-source").select_option("brander")
    expect(page.get_by_label("Leveransnyckel")).to_be_visible()
    expect(page.get_by_role("link", name="Logga in")).to_be_visible()
