"""The page with every operation of the API."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web.browsing import Opener, api

pytestmark = pytest.mark.browser


def test_every_operation_is_there_and_asks_nothing_of_another_host(opened: Opener, live_server: str) -> None:
    page = opened("docs")
    told = set(api(live_server, "/openapi.json")["paths"])
    expect(page.locator(".opblock").first).to_be_visible()
    shown = {path.replace("\u200b", "") for path in page.locator(".opblock-summary-path").all_inner_texts()}
    assert shown == told


def test_what_is_tried_there_is_asked_of_the_same_service(opened: Opener, live_server: str) -> None:
    page = opened("docs")
    page.locator(".opblock", has_text="/v1/api-info").get_by_role("button").first.click()
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".request-url")).to_contain_text(f"{live_server}/v1/api-info")
    expect(page.locator(".live-responses-table .response .response-col_status")).to_have_text("200")
