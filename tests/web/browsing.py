"""Open the page in the machine's own Chromium, and read what it shows."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import parse_qs
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

# As long as Playwright waits for everything else: how soon something is there depends on who else uses the machine.
expect.set_options(timeout=30_000)

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-background-networking"]
WORDS: dict[str, list[str]] = json.loads((Path(__file__).parents[2] / "web/tests/words.json").read_text(encoding="utf-8"))
"""Common words of either language that are none of the other's, nor a part of a name."""
AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
Opener = Callable[..., Page]
VIEWS = {
    "karta": "?area=jarva",
    "basområden": "?level=basomrade&colour=rate",
    "bedömning": "?level=stadsdel&colour=verdict",
    "sexhörningar": "?source=brander&units=hexagons&resolution=7",
    "perioder": "?show=compare&area=jarva",
    "områden": "?show=compare&compare=areas&area=jarva&beside=farsta",
    "källor": "?show=compare&compare=sources&other=brander",
    "över tid": "?show=time&area=jarva&beside=farsta",
    "dygn och vecka": "?show=hours",
    "tabell": "?show=table&colour=harm",
    "underlag": "?show=grounds&source=polishandelser",
    "metoder": "?show=methods",
    "tillgänglighet": "?show=accessibility",
    "leveranser": "?show=deliveries",
    "places": "?show=places&source=brander&place=1&polygon=POLYGON((17.92+59.375,17.96+59.375,17.96+59.395,17.92+59.395,17.92+59.375))",
}
"""An address of every view, by what the view is called."""
Properties = dict[str, Any]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the machine's own Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def opening(browser: Browser, server: str) -> Iterator[Opener]:
    """Open pages and wait for their figures; afterwards, no page had a console error or asked another host for anything."""
    complaints: list[str] = []
    contexts = []

    def open_page(query: str = "", width: int = 1440, **how: Any) -> Page:  # noqa: ANN401 - what Playwright takes
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, locale="sv-SE", **how))
        page = contexts[-1].new_page()
        page.on(
            "console",
            lambda message: complaints.append(f"{message.text} {message.location}") if message.type in ("error", "warning") else None,
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: None if request.url.startswith((server, "data:", "blob:")) else complaints.append(request.url))
        page.goto(f"{server}/{query}")
        settle(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == [], complaints


def settle(page: Page) -> None:
    """Wait until the page shows what was last asked for."""
    page.wait_for_selector('main[aria-busy="false"]')
    page.wait_for_selector("main [aria-busy=true]", state="detached")


def whole(page: Page) -> None:
    """Wait until every part of the page has what it asked for by itself, too."""
    settle(page)
    page.wait_for_function(
        """() => document.querySelector("nav.shows ~ *, main:not(:has(nav.shows)) :is(section, article)")
            && ![...document.querySelectorAll("main [role=status]")].some((one) => one.textContent.trim().startsWith("Hämtar"))
            && [...document.querySelectorAll("figure .chart")].every((one) => one.querySelector("svg"))"""
    )


def faults(page: Page) -> list[tuple[str, list[str]]]:
    """What axe finds wrong with the page as it stands, by WCAG 2.1 A and AA."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("tags => axe.run(document, { runOnly: tags, resultTypes: ['violations'] })", TAGS)
    return [(fault["id"], [node["html"][:150] for node in fault["nodes"]][:3]) for fault in found["violations"]]


def faults_in_both_themes(page: Page) -> dict[str, list[tuple[str, list[str]]]]:
    """What axe finds wrong in light, and in dark."""
    found: dict[str, list[tuple[str, list[str]]]] = {}
    schemes: tuple[Literal["dark", "light"], ...] = ("dark", "light")
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function("scheme => document.documentElement.dataset.theme === scheme", arg=scheme)
        found[scheme] = faults(page)
    return found


TEXTS = """(language) => {
    const isOther = (one) => {
        const marked = one.closest("[lang]");
        return marked && marked !== document.documentElement && marked.lang !== language;
    };
    const isLeft = (one) => one.closest("script, style, noscript, pre") || isOther(one);
    const found = [document.title];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) if (!isLeft(node.parentElement)) found.push(node.data);
    for (const name of ["aria-label", "title", "placeholder", "alt", "aria-description", "label", "data-shown"]) {
        for (const one of document.querySelectorAll(`[${name}]`)) {
            if (!isLeft(one) && !one.closest("[aria-hidden=true]")) found.push(one.getAttribute(name));
        }
    }
    return [...new Set(found.map((text) => text.replace(/\\s+/g, " ").trim()).filter(Boolean))];
}"""


def foreign(page: Page, language: str) -> list[str]:
    """The texts of the page that hold a word of the other language."""
    words = WORDS["english" if language == "sv" else "swedish"]
    unwanted = re.compile(rf"(?<![\w-])({'|'.join(words)})(?![\w-])", re.IGNORECASE)
    texts = page.evaluate(TEXTS, language)
    assert len(texts) > 15
    assert page.get_attribute("html", "lang") == language
    # A name is a name in any language, and so is that of a file.
    return [text for text in texts if unwanted.search(re.sub(r"Tyck till|[\w.-]+\.(csv|json|xlsx)", "", text))]


def api(server: str, path: str) -> Any:  # noqa: ANN401 - whatever the JSON holds
    """Ask the API itself."""
    with urlopen(f"{server}{path}") as response:
        return json.load(response)


def address_of(page: Page) -> str:
    """The part of the page's address that tells its state: the page writes it when it has painted what is asked for, and so it is read then.

    It is as the page itself has it: Playwright's own word of it comes some time after the page has changed it.
    """
    return cast("str", page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(location.search))))"))


def asked_of(page: Page) -> dict[str, str]:
    """The state in the page's address."""
    return {key: values[0] for key, values in parse_qs(address_of(page)[1:]).items()}


def on_map(page: Page) -> dict[str, dict[str, str]]:
    """What every area on the map carries, by code: its colour or its hatching (`shade`), and its figure in words (`shown`)."""
    found = page.eval_on_selector_all(
        "#map-areas [role=option]", "areas => areas.map((area) => ({ ...area.dataset, says: area.ariaLabel }))"
    )
    return {area["code"]: area for area in found}


def in_table(page: Page) -> dict[str, dict[str, str]]:
    """The text of every cell of the table, by code and column."""
    script = """rows => rows.map((row) => [row.dataset.code, Object.fromEntries([...row.querySelectorAll("td")].map((cell) =>
        [cell.dataset.column, cell.textContent.trim()]))])"""
    return dict(page.eval_on_selector_all("#table tbody tr", script))


def number(text: str) -> float | None:
    """Read a Swedish number; None for what is none."""
    plain = re.sub(r"[\s%+]", "", text).replace("−", "-").replace(",", ".")
    return float(plain) if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", plain) else None


def answer_of(page: Page, server: str) -> dict[str, Properties]:
    """The API's own answer to the question that the page links to, by code."""
    address = cast("str", page.locator("dialog pre a").first.get_attribute("href"))
    return {row["code"]: row for row in api(server, address)["items"]}


def change(page: Page, edit: Callable[[Properties], None]) -> None:
    """Let the browser see other figures than the API's."""

    def other(route: Route) -> None:
        answer = route.fetch()
        if not answer.ok:
            route.fulfill(response=answer)
            return
        body = answer.json()
        for row in body["items"]:
            edit(row)
        route.fulfill(response=answer, json=body)

    page.route("**/v1/comparisons?*", other)
