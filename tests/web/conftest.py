"""A browser for the tests of the page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.web.browsing import Opener, chromium, opening


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The machine's own Chromium."""
    with chromium() as started:
        yield started


@pytest.fixture
def opened(browser: Browser, live_server: str) -> Iterator[Opener]:
    """Open the page that an analyst sees."""
    with opening(browser, live_server) as open_page:
        yield open_page


@pytest.fixture
def opened_public(browser: Browser, public_server: str) -> Iterator[Opener]:
    """Open the page that anyone sees."""
    with opening(browser, public_server) as open_page:
        yield open_page
