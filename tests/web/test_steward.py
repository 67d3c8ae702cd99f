"""The steward's page in a real browser: a file goes in, its rejected rows come out, what waits is decided on; by keyboard alone too."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from playwright.sync_api import Browser, Download, FilePayload, Page, expect
from pydantic import SecretStr
from sqlalchemy import Engine

from tests.conftest import Drawing, Server, serving
from tests.db.delivering import fires
from tests.web.browsing import Opener, address_of, asked_of, in_table, number, opening, settle
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.settings import Settings
from trygghetskarta.store.engine import make_engine

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
KEY = "en nyckel som är lång nog för att duga här".encode().hex()
SHOWN = {"X-API-Key": KEY}
LIMIT = 1_000_000
SETTINGS = Settings(delivery_key=SecretStr(KEY), delivery_limit=LIMIT, refresh_seconds=1.0, waiting_seconds=30.0, pool_seconds=30.0)
HEADER = "id;tid;x;y;omrade;doda;skadade;status"
HUSBY = "145745;6588750;Husby;0;1;bekräftad"
DECEMBER = "from=2025-12&to=2025-12"


def shootings(name: str, *times: str) -> bytes:
    """Write a file of shootings in Husby, one for each time; ids of its own."""
    return "\r\n".join((HEADER, *(f"{name}-{at};{time};{HUSBY}" for at, time in enumerate(times)))).encode() + b"\r\n"


@pytest.fixture(scope="module")
def own(server: Server, loaded: str) -> Iterator[Engine]:
    """A copy of the sample that the tests of this module change."""
    engine = make_engine(server.create("tk_steward", loaded))
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def office(own: Engine) -> Iterator[str]:
    """The copy, served to the machine's own user, who delivers with a key."""
    with serving(own, Audience.STAFF, SETTINGS) as address:
        yield address


@pytest.fixture
def at_office(browser: Browser, office: str) -> Iterator[Opener]:
    """Open the page at the office."""
    with opening(browser, office) as open_page:
        yield open_page


@pytest.fixture
def at_desk(at_office: Opener) -> Callable[..., Page]:
    """Open the steward's page with the key shown."""

    def opened(query: str = "?show=deliveries", **how: Any) -> Page:  # noqa: ANN401 - what Playwright takes
        page = at_office(f"{query}#key={KEY}", **how)
        expect(page.get_by_role("heading", name="Lämna in en fil")).to_be_visible()
        return page

    return opened


def delivery_of(server: str, number: int | str, rest: str = "") -> Any:  # noqa: ANN401 - whatever the JSON holds
    return httpx.get(f"{server}/v1/deliveries/{number}{rest}", headers=SHOWN).raise_for_status().json()


def hand_in(page: Page, name: str, content: bytes, source: str = "skjutningar") -> None:
    page.locator("#send-files").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
    page.locator("#send-source").select_option(source)
    page.get_by_role("button", name="Lämna in", exact=True).click()


def receipt(page: Page) -> int:
    """Wait for the receipt of what was handed in, and give its number."""
    page.wait_for_function("() => new URLSearchParams(location.search).has('delivery')")
    found = page.locator(f"[data-receipt='{asked_of(page)['delivery']}']")
    expect(found).to_be_visible()
    return int(asked_of(page)["delivery"])


def told_rows(page: Page) -> dict[str, float | None]:
    script = "rows => rows.map((row) => [row.dataset.part, row.querySelector('.number').textContent])"
    return {part: number(text) for part, text in page.eval_on_selector_all("#rows tr", script)}


def tab_to(page: Page, selector: str, most: int = 90) -> None:
    for _ in range(most):
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached with the tabulator")


def content(download: Download) -> bytes:
    return Path(download.path()).read_bytes()


def shown_in_december(page: Page, server: str) -> float | None:
    page.goto(f"{server}/?source=skjutningar&level=stad&{DECEMBER}")
    settle(page)
    (row,) = in_table(page).values()
    return number(row["count"])


def test_a_file_with_errors_is_handed_in_and_its_rejected_rows_are_fetched_mended_and_handed_in(
    at_desk: Callable[..., Page], at_office: Opener, office: str
) -> None:
    before = shown_in_december(at_office(), office)
    assert before is not None
    page = at_desk()
    hand_in(page, "skjutningar oktober.csv", shootings("FEL", "2025-12-01 12:00", "2025-02-30 12:00", "2025-12-03 12:00", "i går"))

    delivered = receipt(page)
    answer = delivery_of(office, delivered)
    assert (answer["file"], answer["status"]) == ("skjutningar oktober.csv", "published")
    assert told_rows(page) == answer["rows"] == {"read": 4, "new": 2, "changed": 0, "unchanged": 0, "rejected": 2, "blank": 0}
    rejected = delivery_of(office, delivered, "/rejected")
    for row in rejected["items"]:
        told = page.locator(f"#rejected-rows tr[data-line='{row['line']}']")
        for text in (row["column"], row["value"], row["message"], row["hint"], row["row"]):
            expect(told).to_contain_text(text)
    assert sum(kind["count"] for kind in rejected["kinds"]) == 2
    for kind in rejected["kinds"]:
        expect(page.locator(f"li[data-code='{kind['code']}']")).to_contain_text(kind["hint"])

    with page.expect_download() as explained:
        page.get_by_role("button", name="Hämta med fel och råd (CSV)").click()
    assert explained.value.suggested_filename == f"avvisade-{delivered}.csv"
    rows = list(csv.DictReader(io.StringIO(content(explained.value).decode("utf-8-sig")), delimiter=";"))
    assert [row["rad"] for row in rows] == ["3", "5"]
    with page.expect_download() as original:
        page.get_by_role("button", name="Hämta raderna som de kom, att rätta").click()
    lines = content(original.value)
    assert lines.decode().splitlines() == [HEADER, f"FEL-1;2025-02-30 12:00;{HUSBY}", f"FEL-3;i går;{HUSBY}"]

    mended = lines.replace(b"2025-02-30", b"2025-12-04").replace("i går".encode(), b"2025-12-05 12:00")
    page.get_by_role("button", name="Stäng kvittot").click()
    hand_in(page, original.value.suggested_filename, mended)
    assert delivery_of(office, receipt(page))["rows"]["new"] == 2
    expect(page.locator("#rejected-rows")).to_have_count(0)

    page.get_by_role("button", name="Till kartan").click()
    settle(page)
    assert shown_in_december(page, office) == before + 4


def test_a_file_is_handed_in_and_its_rejected_rows_are_fetched_with_the_keyboard_alone(at_office: Opener, office: str) -> None:
    page = at_office("?show=deliveries")
    file = {"name": "tangentbord.csv", "mimeType": "text/csv", "buffer": shootings("TAN", "2025-12-06 12:00", "aldrig")}
    # Heard from the beginning: a dialog that comes before anyone listens is lost.
    page.on("filechooser", lambda chooser: chooser.set_files(cast("FilePayload", file)))
    tab_to(page, "#delivery-key")
    page.keyboard.type(KEY)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Lämna in en fil")).to_be_visible()
    page.evaluate("document.activeElement?.blur()")
    tab_to(page, "#send-source")
    page.keyboard.type("Bekräftade")
    expect(page.locator("#send-source")).to_have_value("skjutningar")
    tab_to(page, "#send-files")
    page.keyboard.press("Enter")
    expect(page.get_by_role("list", name="Valda filer")).to_contain_text("tangentbord.csv")
    tab_to(page, "button[type=submit]")
    page.keyboard.press("Enter")
    delivered = receipt(page)
    expect(page.get_by_role("status").filter(has_text="tangentbord.csv: leverans")).to_contain_text("En avvisad rad.")
    tab_to(page, "[aria-labelledby=rejected-title] button")
    with page.expect_download() as saved:
        page.keyboard.press("Enter")
    assert b"TAN-1;aldrig" in content(saved.value)
    assert delivery_of(office, delivered)["rows"] == {"read": 2, "new": 1, "changed": 0, "unchanged": 0, "rejected": 1, "blank": 0}


def test_what_waits_is_told_with_its_reasons_and_approved_and_taken_back(at_desk: Callable[..., Page], office: str) -> None:
    page = at_desk()
    hand_in(page, "mest fel.csv", shootings("VAN", "2025-12-07 12:00", "a", "b", "c", "d"))
    waiting = receipt(page)
    answer = delivery_of(office, waiting)
    assert answer["status"] == "held"
    box = page.get_by_role("region", name="Därför väntar den")
    for reason in answer["reasons"]:
        expect(box).to_contain_text(reason["message"])
    expect(page.get_by_text("En leverans väntar på godkännande.")).to_be_visible()

    box.get_by_role("button", name="Godkänn och publicera").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("1 ny och 0 ändrade händelser")
    page.keyboard.press("Escape")
    assert delivery_of(office, waiting)["status"] == "held"
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator(f"[data-delivery='{waiting}']")).to_contain_text("Publicerad")
    expect(page.locator("#receipt-title")).to_be_focused()
    assert delivery_of(office, waiting)["status"] == "published"

    page.get_by_role("button", name="Dra tillbaka leveransen").click()
    page.get_by_role("dialog").get_by_role("button", name="Dra tillbaka leveransen").click()
    expect(page.locator(f"[data-delivery='{waiting}']")).to_contain_text("Tillbakadragen")
    expect(page.locator(f"[data-receipt='{waiting}']")).to_contain_text("1 händelse räknas inte längre")
    assert delivery_of(office, waiting)["withdrawal"] == {"closed": 1, "restored": 0}


def test_one_may_say_no_to_what_waits_and_the_map_stays(at_desk: Callable[..., Page], office: str) -> None:
    page = at_desk()
    hand_in(page, "nej.csv", shootings("NEJ", "2025-12-08 12:00", "a", "b", "c", "d"))
    waiting = receipt(page)
    page.get_by_role("button", name="Säg nej").click()
    page.get_by_role("dialog").get_by_role("button", name="Säg nej").click()
    expect(page.locator(f"[data-delivery='{waiting}']")).to_contain_text("Tillbakadragen")
    assert delivery_of(office, waiting)["withdrawal"] == {"closed": 0, "restored": 0}
    expect(page.get_by_role("button", name="Godkänn och publicera")).to_have_count(0)


def test_a_delivery_that_a_later_one_builds_on_is_not_taken_back_and_it_is_said_why(browser: Browser, office: str) -> None:
    # A refusal stands in the browser's console, where it is no fault.
    page = browser.new_page()
    page.goto(f"{office}/?show=deliveries#key={KEY}")
    hand_in(page, "först.csv", shootings("BYG", "2025-12-09 12:00"))
    first = receipt(page)
    page.get_by_role("button", name="Stäng kvittot").click()
    hand_in(page, "sedan.csv", shootings("BYG", "2025-12-09 12:00", "2025-12-10 12:00"))
    second = receipt(page)
    page.locator(f"[data-delivery='{first}'] button").click()
    expect(page.locator("#receipt-title")).to_have_text(f"Kvitto {first}")
    expect(page.locator("#receipt-title")).to_be_focused()
    page.get_by_role("button", name="Dra tillbaka leveransen").click()
    page.get_by_role("dialog").get_by_role("button", name="Dra tillbaka leveransen").click()
    expect(page.get_by_role("alert")).to_contain_text(f"Leverans {second} kom senare och bygger på leverans {first}.")
    assert delivery_of(office, first)["status"] == "published"
    page.close()


def test_files_are_dropped_one_after_the_other_and_the_same_file_again_changes_nothing(at_desk: Callable[..., Page], office: str) -> None:
    page = at_desk()
    texts = [shootings("SLP", "2025-12-11 12:00").decode(), shootings("SLQ", "2025-12-12 12:00").decode()]
    page.evaluate(
        """texts => {
            const dataTransfer = new DataTransfer();
            texts.forEach((text, at) => dataTransfer.items.add(new File([text], `skjutningar ${at}.csv`)));
            document.querySelector("main").dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
        }""",
        texts,
    )
    # The source is known by the files' names.
    expect(page.locator("#send-source")).to_have_value("skjutningar")
    page.get_by_role("button", name="Lämna in 2 filer").click()
    last = receipt(page)
    assert [delivery_of(office, one)["file"] for one in (last - 1, last)] == ["skjutningar 0.csv", "skjutningar 1.csv"]
    page.get_by_role("button", name="Stäng kvittot").click()
    hand_in(page, "skjutningar 1 igen.csv", texts[1].encode())
    again = receipt(page)
    told = re.compile(rf"Samma fil togs emot \d{{4}}-\d\d-\d\d som leverans {last}\. Ingenting är ändrat\.")
    expect(page.locator(f"[data-receipt='{again}']")).to_contain_text(told)


def test_how_far_it_has_come_is_shown_all_the_way(at_desk: Callable[..., Page]) -> None:
    page = at_desk()
    page.evaluate(
        """() => {
            window.seen = [];
            new MutationObserver(() => {
                const told = document.querySelector("[aria-labelledby=course-title] li span")?.textContent;
                if (told && told !== window.seen.at(-1)) window.seen.push(told);
            }).observe(document.body, { subtree: true, childList: true, characterData: true });
        }"""
    )
    days = [f"2025-{1 + at % 12:02}-{1 + at % 28:02} {at % 24:02}:00" for at in range(12_000)]
    hand_in(page, "många.csv", shootings("MNG", *days))
    receipt(page)
    seen = page.evaluate("window.seen")
    stages = [re.sub(r"[:…].*", "", told).strip() for told in seen]
    assert list(dict.fromkeys(stages)) == ["Skickas", "Läses in", "Läst. Siffrorna räknas om", "! Väntar på godkännande"], seen


def test_a_file_that_cannot_be_read_is_refused_and_it_is_said_why(at_desk: Callable[..., Page], office: str) -> None:
    page = at_desk()
    hand_in(page, "fel kolumner.csv", b"id;namn\n1;2\n")
    box = page.get_by_role("region", name="Filer du lämnar in")
    expect(box).to_contain_text("Avvisad. Ingenting är ändrat.")
    newest = httpx.get(f"{office}/v1/deliveries?limit=1", headers=SHOWN).json()["items"][0]
    assert newest["status"] == "refused"
    expect(box).to_contain_text(newest["refused"])
    page.locator(f"[data-delivery='{newest['delivery']}'] button").click()
    expect(page.locator(f"[data-receipt='{newest['delivery']}']")).to_contain_text(newest["refused"])


def test_what_cannot_be_sent_is_told_before_it_is(at_desk: Callable[..., Page]) -> None:
    page = at_desk()
    page.get_by_role("button", name="Lämna in", exact=True).click()
    expect(page.get_by_text("Välj vilken källa filen kommer från.")).to_be_visible()
    expect(page.get_by_text("Välj minst en fil.")).to_be_visible()
    expect(page.locator("#send-source")).to_be_focused()
    hand_in(page, "stor.csv", b"0" * (LIMIT + 1))
    expect(page.get_by_text("stor.csv är 1,0 MB. Det mesta som tas emot så här är 1,0 MB.")).to_be_visible()
    page.get_by_role("button", name="Ta bort stor.csv").click()
    hand_in(page, "tom.csv", b"")
    expect(page.get_by_text("tom.csv är tom.")).to_be_visible()
    assert page.get_by_role("region", name="Filer du lämnar in").count() == 0


def test_the_address_makes_the_receipt_and_the_list_again_and_back_returns(at_office: Opener, office: str) -> None:
    page = at_office("?show=deliveries")
    listed = httpx.get(f"{office}/v1/deliveries?limit=100", headers=SHOWN).json()["items"]
    chosen = next(one for one in listed if one["source"] == "anmalda_brott" and one["rows"]["rejected"])
    page.locator("#list-source").select_option("anmalda_brott")
    page.locator("#list-status").select_option("published")
    expect(page.locator("tr[data-delivery]")).to_have_count(
        len([one for one in listed if (one["source"], one["status"]) == ("anmalda_brott", "published")])
    )
    page.locator(f"[data-delivery='{chosen['delivery']}'] button").click()
    expect(page.locator("#receipt-title")).to_be_focused()
    assert told_rows(page) == chosen["rows"]

    again = at_office(address_of(page))
    expect(again.locator(f"[data-receipt='{chosen['delivery']}']")).to_be_visible()
    assert told_rows(again) == chosen["rows"]
    assert again.locator("tr[data-delivery]").count() == page.locator("tr[data-delivery]").count()
    page.go_back()
    expect(page.locator("#receipt-title")).to_have_count(0)
    page.go_back()
    expect(page.locator("#list-status")).to_have_value("")


def test_many_rejected_rows_are_read_a_page_at_a_time(at_desk: Callable[..., Page], office: str) -> None:
    page = at_desk()
    hand_in(page, "sidor.csv", shootings("SID", *("2025-12-13 12:00" for _ in range(2)), *(f"fel {at}" for at in range(45))))
    delivered = receipt(page)
    assert delivery_of(office, delivered, "/rejected")["total"] == 45
    expect(page.locator("li[data-code]")).to_have_count(len(delivery_of(office, delivered, "/rejected")["kinds"]))
    for shown in ("1–20 av 45", "21–40 av 45", "41–45 av 45"):
        expect(page.get_by_text(f"Rad {shown} avvisade")).to_be_visible()
        lines = [cast("str", row.get_attribute("data-line")) for row in page.locator("#rejected-rows tbody tr").all()]
        assert lines[0] == str(4 + int(shown.split("–")[0]) - 1)
        if not shown.startswith("41"):
            page.get_by_role("button", name="Nästa").click()
    expect(page.get_by_role("button", name="Nästa")).to_be_disabled()


def test_the_first_file_of_an_empty_service_is_handed_in_and_drawn(browser: Browser, fresh_database: Engine, tmp_path: Path) -> None:
    with fresh_database.begin() as connection:
        Drawing(connection, tmp_path)(AreaLevel.STADSDEL, {"rinkeby": (0, 0, 1000, 1000), "tensta": (1000, 0, 2000, 1000)})
    with serving(fresh_database, Audience.STAFF, SETTINGS) as address, opening(browser, address) as open_page:
        page = open_page()
        expect(page.get_by_role("alert")).to_contain_text("Inga siffror är inlästa än.")
        page.get_by_role("button", name="Leveranser").click()
        expect(page.get_by_text("Inga leveranser än.")).to_be_visible()
        page.get_by_label("Leveransnyckel").fill(KEY)
        page.keyboard.press("Enter")
        hand_in(page, "bränder.csv", fires("A;2025-03-01 12:00;10;10", "B;2025-03-02 12:00;1010;10").encode(), "brander")
        receipt(page)
        page.get_by_role("button", name="Till kartan").click()
        settle(page)
        assert {code: row["count"] for code, row in in_table(page).items()} == {"rinkeby": "1", "tensta": "1"}


@pytest.fixture
def outside(browser: Browser, own: Engine) -> Iterator[tuple[Page, str]]:
    """The copy served to anyone, and a page whose refusals in the console are no fault."""
    with serving(own, Audience.PUBLIC, SETTINGS) as address:
        context = browser.new_context(locale="sv-SE")
        yield context.new_page(), address
        context.close()


def test_without_the_key_nothing_is_shown_and_the_key_stays_in_its_tab(outside: tuple[Page, str]) -> None:
    page, address = outside
    page.goto(f"{address}/?show=deliveries")
    settle(page)
    expect(page.get_by_label("Leveransnyckel")).to_be_visible()
    expect(page.locator("tr[data-delivery]")).to_have_count(0)
    page.get_by_label("Leveransnyckel").fill("fel nyckel")
    page.get_by_role("button", name="Använd nyckeln").click()
    expect(page.get_by_role("alert")).to_have_text("Nyckeln är inte den rätta.")
    page.get_by_label("Leveransnyckel").fill(KEY)
    page.keyboard.press("Enter")
    expect(page.locator("tr[data-delivery]").first).to_be_visible()

    assert KEY not in page.url
    assert KEY not in page.evaluate("JSON.stringify([{ ...localStorage }, document.cookie])")
    page.reload()
    expect(page.get_by_role("heading", name="Lämna in en fil")).to_be_visible()
    page.get_by_role("button", name="Glöm nyckeln").click()
    expect(page.get_by_label("Leveransnyckel")).to_be_visible()
    expect(page.locator("tr[data-delivery]")).to_have_count(0)
    assert KEY not in page.evaluate("JSON.stringify({ ...sessionStorage })")


def test_where_nobody_delivers_the_page_says_so(browser: Browser, opened: Opener, opened_public: Opener, public_server: str) -> None:
    mine = opened("?show=deliveries")
    expect(mine.get_by_role("heading", name="Här går det inte att lämna in filer")).to_be_visible()
    expect(mine.locator("tr[data-delivery]").first).to_be_visible()
    expect(opened_public().get_by_role("button", name="Leveranser")).to_have_count(0)
    page = browser.new_page()
    page.goto(f"{public_server}/?show=deliveries")
    expect(page.get_by_role("heading", name="Här går det inte att lämna in filer")).to_be_visible()
    expect(page.get_by_role("form")).to_have_count(0)
    page.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_has_no_fault_that_axe_finds_and_never_scrolls_sideways(at_desk: Callable[..., Page], office: str, theme: str) -> None:
    listed = httpx.get(f"{office}/v1/deliveries?limit=100", headers=SHOWN).json()["items"]
    chosen = max(listed, key=lambda one: one["rows"]["rejected"])["delivery"]
    page = at_desk(f"?show=deliveries&delivery={chosen}", width=360, color_scheme=theme)
    page.wait_for_selector("#rejected-rows")
    for width in (360, 768, 1440, 2560):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate((ROOT / "web/node_modules/axe-core/axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })")
    assert [(fault["id"], [node["html"][:150] for node in fault["nodes"]]) for fault in found["violations"]] == []
