"""The base map: pictures from the one host that a setting names, and from nobody where none is named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from pydantic import ValidationError
from sqlalchemy import Engine

from tests.conftest import serving
from tests.web.browsing import faults_in_both_themes, settle
from trygghetskarta.domain.audience import Audience
from trygghetskarta.settings import Settings

pytestmark = pytest.mark.browser

HOST = "https://kartor.example"
SETTINGS = Settings(
    base_map_url=f"{HOST}/bakgrund/{{z}}/{{x}}/{{y}}.svg",
    base_map_attribution="© Provstaden",
    refresh_seconds=1.0,
    waiting_seconds=30.0,
    pool_seconds=30.0,
)
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256"><rect width="256" height="256" fill="#00c000"/></svg>'
GREEN = """() => [...document.querySelectorAll(".sheet canvas")].some((canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, 4, 4);
    return data[1] > 150 && data[0] < 80 && data[2] < 80 && data[3] > 0;
})"""


@pytest.fixture(scope="module")
def grounded(sample: Engine) -> Iterator[str]:
    """The sample, served with a base map."""
    with serving(sample, Audience.STAFF, SETTINGS) as address:
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that hears whom it asks, and is given pictures by the one host that has them."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="sv-SE")
    opened = context.new_page()
    opened.route(f"{HOST}/**", give)
    yield opened
    context.close()


def give(route: Route) -> None:
    route.fulfill(status=200, content_type="image/svg+xml", body=PICTURE, headers={"Access-Control-Allow-Origin": "*"})


def test_pictures_come_from_the_host_that_is_named_and_from_no_other(page: Page, grounded: str) -> None:
    asked: set[str] = set()
    refused: list[str] = []
    page.on("request", lambda request: asked.add(re.sub(r"(?<=[a-z0-9])/.*", "", request.url)) if request.url.startswith("http") else None)
    page.on("console", lambda message: refused.append(message.text) if "Security Policy" in message.text else None)
    page.goto(f"{grounded}/?source=brander")
    settle(page)
    expect(page.get_by_text("© Provstaden")).to_be_visible()
    page.wait_for_function(GREEN)
    assert asked == {grounded, HOST}
    assert refused == []
    assert faults_in_both_themes(page) == {"light": [], "dark": []}

    elsewhere = (
        "() => new Promise((done) => { const one = new Image(); one.onload = one.onerror = ({ type }) => done(type); one.src = '%s'; })"
    )
    page.route("https://annan.example/**", give)
    assert page.evaluate(elsewhere % "https://annan.example/1.svg") == "error"
    assert len(refused) == 1
    with page.expect_download() as saved:
        page.locator("summary", has_text="Ta med siffrorna").click()
        page.get_by_role("button", name="Kartan som bild (PNG)").click()
    assert saved.value.suggested_filename == "karta.png"


def test_the_reader_puts_it_away_and_the_page_remembers(page: Page, grounded: str) -> None:
    page.goto(grounded)
    settle(page)
    page.wait_for_function(GREEN)
    page.get_by_label("Bakgrundskarta").uncheck()
    page.wait_for_function(f"() => !({GREEN})()")
    expect(page.get_by_text("© Provstaden")).to_have_count(0)

    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    settle(page)
    expect(page.get_by_label("Bakgrundskarta")).not_to_be_checked()
    assert [url for url in asked if url.startswith(HOST)] == []


def test_where_none_is_named_there_is_none(live_server: str, grounded: str) -> None:
    policies = {}
    for server in (live_server, grounded):
        with urlopen(server) as response:
            policies[server] = response.headers["Content-Security-Policy"]
    assert "img-src 'self' data: blob:;" in policies[live_server]
    assert f"img-src 'self' data: blob: {HOST};" in policies[grounded]
    assert policies[grounded].replace(f" {HOST}", "") == policies[live_server]


@pytest.mark.parametrize(
    "url",
    [
        "http://kartor.example/{z}/{x}/{y}.png",
        "https://kartor.example/{z}/{x}.png",
        "https://kartor.example; script-src *//{z}/{x}/{y}",
        "https://*/{z}/{x}/{y}",
        "//kartor.example/{z}/{x}/{y}",
        "https://kartor.example/{z}/{x}/{y}\r\nX: y",
    ],
)
def test_an_address_that_would_open_more_than_one_host_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        Settings(base_map_url=url)
