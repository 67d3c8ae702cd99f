"""The page in a browser: how soon it can be used, how long a change takes, what holds it up meanwhile, and how much it weighs."""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from importlib.resources import files

from playwright.sync_api import Browser, Page, sync_playwright
from pydantic import SecretStr

from benchmarks.load import served
from benchmarks.measuring import median, print_table
from benchmarks.server import database
from trygghetskarta.cli.sample import load_sample
from trygghetskarta.settings import Settings
from trygghetskarta.store.cluster import Cluster
from trygghetskarta.store.migrate import upgrade

_CHROMIUM = "/usr/bin/chromium"
_ARGUMENTS = ("--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-background-networking")
_WATCH = """
window.held = [];
new PerformanceObserver((list) => window.held.push(...list.getEntries().map(({ startTime, duration }) => ({ startTime, duration }))))
    .observe({ type: "longtask", buffered: true });
window.shown = () => new Promise((done) => {
    const every = (selector, is) => [...document.querySelectorAll(`main ${selector}`)].every(is);
    const isAnswered = () => document.querySelector('main[aria-busy="false"] nav.shows ~ *')
        && every("[role=status]", (one) => !one.textContent.startsWith("Hämtar"));
    const isDrawn = () => document.querySelector(".sheet") ? document.querySelector(".sheet canvas")
        : every("figure .chart", (one) => one.querySelector("svg"));
    // The answer must be there when a frame begins, and the map when it has been painted, which is when a message sent in it comes: the page draws in
    // it. An answer that comes between the two is painted in the next, which may begin before the message comes and is therefore asked for at once.
    // Timers would come after all that the page has put off till then.
    let isSeen = false;
    const look = () => requestAnimationFrame(() => {
        if (isSeen) return;
        look();
        const answered = isAnswered();
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
            isSeen ||= answered && isDrawn();
            if (isSeen) done(performance.now());
        };
        port2.postMessage(null);
    });
    look();
});
window.firstShown = new Promise((done) => addEventListener("DOMContentLoaded", () => window.shown().then(done)));
"""
_CHANGE = """async ([selector, value]) => {
    const control = document.querySelector(selector);
    const start = performance.now();
    if (value === null) control.click();
    else { control.value = value; control.dispatchEvent(new Event("change", { bubbles: true })); }
    await Promise.resolve();
    const taken = (await window.shown()) - start;
    while (document.querySelector("[aria-busy=true]")) await new Promise((done) => setTimeout(done, 20));
    await new Promise((done) => setTimeout(done, 300));
    const held = window.held.filter((one) => one.startTime + one.duration > start);
    return { taken, held: Math.max(0, ...held.map((one) => one.duration)) };
}"""


@dataclass(frozen=True, slots=True)
class Change:
    """Something a reader changes.

    Attributes:
        name: What the table calls it.
        start: The address it is changed from.
        selector: The control.
        value: What the control is set to; None where it is pressed.
    """

    name: str
    start: str
    selector: str
    value: str | None = None


_CHANGES = (
    Change("another source", "", "#source", "brander"),
    Change("another period", "", ".presets .button:nth-child(4)"),
    Change("another colour: rate", "", "#colour", "rate"),
    Change("another colour: verdict", "", "#colour", "verdict"),
    Change("another baseline", "", "#baseline", "previous"),
    Change("stadsdelar", "", "#level", "stadsdel"),
    Change("basområden", "", "#level", "basomrade"),
    Change("another period, basområden", "?level=basomrade", ".presets .button:nth-child(4)"),
    Change("an area is chosen, basområden", "?level=basomrade", "#table tbody tr:nth-child(5) button"),
    Change("hexagons of 1 km", "?source=brander", "#level", "hexagons"),
    Change("hexagons of 350 m", "?source=brander&units=hexagons", "#resolution", "9"),
    Change("over time", "", "nav.shows .button:nth-child(3)"),
    Change("another interval", "?show=time", "fieldset .button:nth-of-type(2)"),
    Change("compare periods", "", "nav.shows .button:nth-child(2)"),
    Change("weekday and hour", "", "nav.shows .button:nth-child(4)"),
)


def run(cluster: Cluster, port: int, rounds: int) -> None:
    """Measure, on the sample served as it is run.

    Args:
        cluster: The server to make a database on.
        port: Where to serve.
        rounds: How often each is done; the median counts.
    """
    print("## The page in a browser, software rendering")
    _weigh()
    with database(cluster, "page") as engine:
        upgrade(engine)
        load_sample(engine, Settings(release_key=SecretStr("benchmarks release figures by this")))
        address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with served(address, port), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=list(_ARGUMENTS))
            _first(browser, f"http://127.0.0.1:{port}", rounds)
            _changes(browser, f"http://127.0.0.1:{port}", rounds)
            browser.close()


def _first(browser: Browser, server: str, rounds: int) -> None:
    rows = []
    for name, query in (
        ("map", ""),
        ("map, basområden", "?level=basomrade"),
        ("two periods", "?show=compare"),
        ("over time", "?show=time"),
    ):
        taken = []
        for _ in range(rounds):
            page = _opened(browser)
            page.goto(f"{server}/{query}")
            taken.append(page.evaluate("window.firstShown"))
            page.context.close()
        rows.append((name, f"{median(taken):.0f} ms", f"{max(taken):.0f} ms"))
    print_table(("first view, nothing cached", "median", "worst"), rows)


def _changes(browser: Browser, server: str, rounds: int) -> None:
    rows = []
    for change in _CHANGES:
        found = []
        for _ in range(rounds):
            page = _opened(browser)
            page.goto(f"{server}/{change.start}")
            page.evaluate("window.firstShown")
            page.wait_for_load_state("networkidle")
            found.append(page.evaluate(_CHANGE, [change.selector, change.value]))
            page.context.close()
        taken, held = [one["taken"] for one in found], [one["held"] for one in found]
        rows.append((change.name, f"{median(taken):.0f} ms", f"{max(taken):.0f} ms", f"{median(held):.0f} ms"))
    print_table(("a change", "median", "worst", "longest task"), rows)


def _opened(browser: Browser) -> Page:
    page = browser.new_context(viewport={"width": 1440, "height": 900}, locale="sv-SE").new_page()
    page.add_init_script(_WATCH)
    return page


def _weigh() -> None:
    """Print what the scripts of the page weigh packed."""
    print_table(("scripts, gzip", ""), [(name, f"{weight / 1000:.0f} kB") for name, weight in weights().items()])


def weights() -> dict[str, int]:
    """Weigh the scripts of the page, packed.

    Returns:
        Bytes of those that the first view needs, and of all that any view does.
    """
    folder = files("trygghetskarta.api").joinpath("page")
    scripts = {path.name: path.read_bytes() for path in folder.joinpath("assets").iterdir() if path.name.endswith(".js")}
    page = folder.joinpath("index.html").read_text(encoding="utf-8")
    named = {"first view": r"(?:from|import)\s*[\"']\./([\w.-]+\.js)[\"']", "all": r"[\"'`]\./([\w.-]+\.js)[\"'`]"}
    return {name: sum(len(gzip.compress(scripts[one])) for one in _needed(page, scripts, naming)) for name, naming in named.items()}


def _needed(page: str, scripts: dict[str, bytes], naming: str) -> set[str]:
    """Name the scripts that a page names, those that they name, and so on."""
    wanted = re.findall(r"assets/([\w.-]+\.js)", page)
    met: set[str] = set()
    while wanted:
        name = wanted.pop()
        if name not in met:
            met.add(name)
            wanted += re.findall(naming, scripts[name].decode())
    return met
