"""HTML: one file that fetches nothing, with the structure a screen reader needs."""

from __future__ import annotations

import re
from base64 import b64decode
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.forms import made_up
from tests.web.browsing import chromium
from trygghetskarta.reports.document import Chart, MapPicture, Table
from trygghetskarta.reports.html import policy, write_html

AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"


class _Read(HTMLParser):
    """Reads elements and texts; an element left open at the end is a fault."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def read(content: bytes) -> _Read:
    reader = _Read()
    reader.feed(content.decode())
    assert reader.open == []
    return reader


@pytest.mark.parametrize("state", made_up.ALL)
def test_every_block_is_there_and_every_picture_is_told_in_words(state: str) -> None:
    report = made_up.ALL[state]()
    found = read(write_html(report))
    blocks = [block for chapter in report.chapters for block in chapter.blocks]
    assert [told["alt"] for tag, told in found.found if tag == "img"] == [
        block.alt for block in blocks if isinstance(block, Chart | MapPicture)
    ]
    assert [tag for tag, _ in found.found].count("table") == len([block for block in blocks if isinstance(block, Table) and block.rows])
    texts = set(found.texts)
    assert {cell.text for block in blocks if isinstance(block, Table) for row in block.rows for cell in row.cells if cell.text} <= texts
    names = [told["id"] for _, told in found.found if "id" in told]
    assert len(names) == len(set(names))


def test_nothing_is_fetched_nothing_runs_and_its_own_policy_says_so() -> None:
    content = write_html(made_up.normal()).decode()
    assert policy() in content
    assert not re.search(r"<(script|link|iframe|object)|\sstyle=|@import|url\(", content)
    assert set(re.findall(r'<img src="([^,]*),', content)) == {"data:image/svg+xml;base64"}
    drawn = b64decode(re.findall(r'<img src="[^,]*,([^"]*)"', content)[0]).decode()
    assert drawn.startswith("<svg")
    assert "<text" in drawn


def test_words_that_look_like_markup_stay_words() -> None:
    assert "&lt;utan fel&gt;" in write_html(made_up.normal()).decode()
    assert "Källor &amp; metoder" in write_html(made_up.normal()).decode()


def test_the_same_report_is_the_same_bytes() -> None:
    assert write_html(made_up.normal()) == write_html(made_up.normal())


@pytest.mark.browser
@pytest.mark.npm
@pytest.mark.parametrize("width", [360, 1200])
def test_axe_finds_nothing_and_no_page_scrolls_sideways(width: int, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    with chromium() as browser:
        page = browser.new_page(viewport={"width": width, "height": 900})
        for name in ("normal", "withheld", "longest_names"):
            path.write_bytes(write_html(made_up.ALL[name]()))
            page.goto(path.as_uri())
            page.evaluate(AXE.read_text(encoding="utf-8"))
            found = page.evaluate("axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] })")
            assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found["violations"]] == [], name
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
