"""Lagesbilder of the sample: each figure is the API's, and the same question gives the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import httpx
import pytest
from sqlalchemy import Connection, Engine

from tests.api.figures import differing, per_people
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.categories import tree_of
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.queries.cube import Cube, load_cube
from trygghetskarta.queries.public_cube import load_public_cube
from trygghetskarta.reporting import Office, Wanted
from trygghetskarta.reports.document import (
    Block,
    Cell,
    Chapter,
    Chart,
    ChartKind,
    Column,
    Fact,
    Facts,
    Kind,
    MapPicture,
    Notice,
    Paragraph,
    Point,
    Prompts,
    Report,
    Row,
    Series,
    Table,
    cells,
)
from trygghetskarta.reports.json import read_json
from trygghetskarta.reports.lagesbild import Reader
from trygghetskarta.reports.monthly import committee_report, issue_of
from trygghetskarta.store.engine import one_state

YEAR = "from=2025-01&to=2025-12"


@pytest.fixture(scope="module")
def client(live_server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=live_server, timeout=120) as found:
        yield found


def fetched(client: httpx.Client, question: str) -> Report:
    answer = client.get(f"/v1/lagesbilder?{question}{'' if 'class=' in question else '&class=intern'}&format=json")
    assert answer.status_code == 200, answer.text
    return read_json(answer.content, "svaret")


@pytest.fixture(scope="module")
def jarva(client: httpx.Client) -> Report:
    return fetched(client, f"area=jarva&{YEAR}")


@pytest.mark.parametrize(
    "question", [f"area=jarva&{YEAR}", f"area=hasselby-gard&level=stadsdel&{YEAR}", YEAR, "area=farsta&from=2016-01&to=2025-06"]
)
def test_every_figure_is_the_apis_answer_to_the_question_it_states(client: httpx.Client, question: str) -> None:
    found = fetched(client, question)
    followed, wrong = differing(client, found)
    assert not wrong
    assert followed > 300
    rates = list(per_people(found))
    assert len(rates) > 10
    assert [given for given, _ in rates] == pytest.approx([told for _, told in rates], rel=1e-12)


@pytest.mark.parametrize("issue", ["2025-11", "2025-T3", "2025"])
@pytest.mark.parametrize("area", ["jarva", None])
def test_every_figure_of_a_committees_report_is_the_apis_answer(client: httpx.Client, sample: Engine, area: str | None, issue: str) -> None:
    asked = issue_of(issue)
    with one_state(sample) as connection:
        cube = load_cube(connection)
        office = Office(connection, lambda *_: cube, Audience.STAFF)
        situation = office.situation(Wanted(area, first=str(asked.span.first), last=str(asked.span.last)))
        found = committee_report(situation, Reader(Audience.STAFF), asked)
    followed, wrong = differing(client, found)
    assert not wrong
    assert followed > 300


@pytest.mark.parametrize("area", ["jarva", None])
@pytest.mark.parametrize(("load", "audience"), [(load_cube, Audience.STAFF), (load_public_cube, Audience.PUBLIC)])
def test_the_categories_that_are_not_asked_of_would_be_answered_with_nothing(
    sample: Engine, load: Callable[[Connection], Cube], audience: Audience, area: str | None
) -> None:
    codes = [node.code for node in tree_of(SourceId.ANMALDA_BROTT).nodes]
    with one_state(sample) as connection:
        cube = load(connection)
        situation = Office(connection, lambda *_: cube, audience).situation(Wanted(area))
        met = situation.met(SourceId.ANMALDA_BROTT, codes)
        answers = {code: situation.counted(SourceId.ANMALDA_BROTT, situation.last_year, ("category", code)) for code in codes}
    told = {code for code, found in answers.items() if found.get(f"{found.at}/count") or found.get(f"{found.at}/baselineCount")}
    assert told == met
    assert 0 < len(met) < len(codes)


def test_a_number_that_no_answer_has_is_found_wherever_it_is_printed(client: httpx.Client, jarva: Report) -> None:
    name, one, printed = Cell("Järva"), Cell("98 765", 98_765), (Column("name", "", Kind.TEXT), Column("count", "Antal"))
    at = next(cell.origin for cell in cells(jarva) if cell.origin is not None and cell.origin.at.endswith("/count"))
    wrongly: tuple[Block, ...] = (
        Paragraph("Det var 98\u00a0765 brott."), Prompts(("Varför 98\u00a0765?",)), Facts("Fakta", (Fact("Antal", one),)),
        Table("Tabell", printed, (Row((name, one)),)), Table("Tabell", printed, (), "Av 98\u00a0765 brott."),
        Table("Tabell", printed, (Row((name, Cell("1–3", "1–3"))),)), Table("Tabell", printed, (Row((name, replace(one, origin=at))),)),
        Chart("Diagram", "", ChartKind.DOTS, (Series("", (Point("1", "1", Cell(""), 1.0, 98_765.0, ends=(at, at)),)),), "", ""),
    )  # fmt: skip
    assert not differing(client, jarva)[1]
    for block in wrongly:
        assert differing(client, replace(jarva, chapters=(Chapter("Brotten", (block,)),)))[1], block


def test_every_sentence_that_states_a_question_is_the_answers(client: httpx.Client, jarva: Report) -> None:
    told = [block for chapter in jarva.chapters[1:] for block in chapter.blocks if isinstance(block, Paragraph) and block.question]
    assert len(told) >= 8
    for block in told:
        if "sentences" in (content := client.get(block.question).json()):
            assert all(sentence in " ".join(content["sentences"]) for sentence in block.text.split(". ")[:1])


def test_every_chart_and_map_states_a_question_that_is_answered(client: httpx.Client, jarva: Report) -> None:
    drawn = [block for chapter in jarva.chapters for block in chapter.blocks if isinstance(block, Chart)]
    assert {client.get(block.question).status_code for block in drawn} == {200}


def test_the_same_question_gives_the_same_bytes(client: httpx.Client) -> None:
    asked = f"/v1/lagesbilder?area=jarva&{YEAR}&class=intern&format=json"
    assert client.get(asked).content == client.get(asked).content


@pytest.mark.parametrize("form", ["pdf", "docx", "xlsx", "pptx", "html"])
def test_every_form_is_the_same_file_each_time_and_named_as_what_it_is(client: httpx.Client, form: str) -> None:
    asked = f"/v1/lagesbilder?area=skarholmen&{YEAR}&class=delbar&format={form}"
    first, again = client.get(asked), client.get(asked)
    assert first.status_code == 200
    assert first.content == again.content
    assert f"lagesbild-for-skarholmen.{form}" in first.headers["content-disposition"]
    assert client.get(asked, headers={"If-None-Match": first.headers["etag"]}).status_code == 304


def test_a_report_in_a_browser_may_fetch_nothing_and_run_nothing(client: httpx.Client) -> None:
    told = client.get(f"/v1/lagesbilder?area=skarholmen&{YEAR}&class=delbar&format=html").headers["content-security-policy"]
    assert told.startswith("default-src 'none'; img-src data:; style-src 'sha256-")


def test_the_link_in_a_report_makes_it_again(client: httpx.Client, jarva: Report) -> None:
    again = client.get(f"{jarva.link}&format=json")
    assert read_json(again.content, "länken") == jarva


def test_exact_figures_make_it_intern_and_marked(jarva: Report) -> None:
    assert (jarva.report_class, jarva.made_for) == ("intern", "egen dator")
    assert jarva.watermark.startswith("INTERN · egen dator · ")


def test_without_a_class_it_is_to_share_whoever_asks(client: httpx.Client, public_server: str) -> None:
    asked = f"/v1/lagesbilder?area=jarva&{YEAR}&format=json"
    assert read_json(client.get(asked).content, "svaret").report_class == "delbar"
    of_analyst, of_anyone = (client.get(asked).content, httpx.get(f"{public_server}{asked}", timeout=120).content)
    assert of_analyst.replace(str(client.base_url).rstrip("/").encode(), b"") == of_anyone.replace(public_server.encode(), b"")


def test_one_to_share_holds_what_anyone_is_answered_and_nothing_made_of_single_events(client: httpx.Client, public_server: str) -> None:
    shared = fetched(client, f"area=jarva&{YEAR}&class=delbar")
    assert (shared.report_class, shared.watermark) == ("delbar", "")
    with httpx.Client(base_url=public_server, timeout=120) as anyone:
        followed, wrong = differing(anyone, shared)
    assert not wrong
    assert followed > 50
    notices = [block.text for chapter in shared.chapters for block in chapter.blocks if isinstance(block, Notice)]
    assert any("skyddade värden" in text for text in notices)
    assert any("görs av enskilda händelser" in text for text in notices)
    # What changed the count is told by the kinds that are released, as anyone is answered.
    blocks = [block for chapter in shared.chapters for block in chapter.blocks]
    assert len([block for block in blocks if getattr(block, "text", "") == "Vad som ändrade antalet"]) == 1
    moved = [cell for cell in cells(shared) if cell.origin is not None and cell.origin.question.startswith("/v1/decompositions")]
    assert any(cell.value for cell in moved)
    of_events = [cell for cell in cells(shared) if cell.origin is not None and cell.origin.question.startswith(("/v1/hours", "/v1/lenses"))]
    assert not [cell for cell in of_events if cell.value is not None]


def test_anyone_gets_one_to_share_and_no_other(public_server: str) -> None:
    with httpx.Client(base_url=public_server, timeout=120) as anyone:
        assert fetched(anyone, f"area=jarva&{YEAR}&class=delbar").report_class == "delbar"
        assert anyone.get(f"/v1/lagesbilder?area=jarva&{YEAR}&class=intern").status_code == 403
        followed, wrong = differing(anyone, fetched(anyone, f"area=jarva&{YEAR}&class=delbar"))
        assert not wrong
        assert followed > 50


def test_several_areas_make_a_joint_one(client: httpx.Client) -> None:
    both = fetched(client, f"area=jarva&area=farsta&{YEAR}")
    assert both.title == "Gemensam lägesbild för Järva och Farsta"
    beside = next(block for block in both.chapters[0].blocks if isinstance(block, Table) and block.caption == "Områdena sida vid sida")
    assert [row.cells[0].text for row in beside.rows] == ["Järva: Alla anmälda brott", "Farsta: Alla anmälda brott"]
    told = [block.caption for chapter in both.chapters for block in chapter.blocks if isinstance(block, Facts)]
    assert (told.count("Metoder"), told.count("Järva: Området"), told.count("Farsta: Området")) == (1, 1, 1)
    assert not differing(client, both)[1]


def test_an_area_that_there_is_not_is_refused(client: httpx.Client) -> None:
    assert client.get(f"/v1/lagesbilder?area=atlantis&{YEAR}").status_code == 400


def test_months_before_anything_was_delivered_make_a_report_that_says_so(client: httpx.Client) -> None:
    early = fetched(client, "area=jarva&from=2001-01&to=2001-12")
    told = [block.text for chapter in early.chapters for block in chapter.blocks if isinstance(block, Notice)]
    assert len([text for text in told if "har inte levererats" in text]) >= 8
    assert not differing(client, early)[1]


SQUARE = "POLYGON((17.92 59.385, 17.94 59.385, 17.94 59.395, 17.92 59.395, 17.92 59.385))"


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ({"polygon": SQUARE, "name": "Rinkeby torg"}, "Rinkeby torg"),
        ({"measureId": "2"}, "målområdet för ”Låsta soprum kring Rinkeby torg”"),
    ],
)
def test_a_place_has_a_lagesbild_of_its_own_whose_figures_are_the_apis(client: httpx.Client, place: dict[str, str], name: str) -> None:
    asked = httpx.QueryParams({**place, "from": "2025-01", "to": "2025-12"})
    found = fetched(client, str(asked))
    assert (found.title, found.report_class) == (f"Lägesbild för {name}", "intern")
    followed, wrong = differing(client, found)
    assert not wrong
    assert followed > 150
    assert {cell.origin.question.split("?")[0] for cell in cells(found) if cell.origin} >= {
        "/v1/polygons/comparisons",
        "/v1/polygons/series",
    }
    texts = [block.text for chapter in found.chapters for block in chapter.blocks if isinstance(block, Paragraph)]
    assert not [text for text in texts if "den ritade ytan" in text]
    assert [text for text in texts if name in text]
    drawn = next(block for chapter in found.chapters for block in chapter.blocks if isinstance(block, MapPicture))
    assert drawn.areas[-1].marked
    assert fetched(client, found.link.split("?")[1]) == found


def test_a_place_and_an_area_make_a_joint_one(client: httpx.Client) -> None:
    both = fetched(client, str(httpx.QueryParams({"polygon": SQUARE, "area": "jarva", "from": "2025-01", "to": "2025-12"})))
    assert both.title == "Gemensam lägesbild för den ritade ytan och Järva"


def test_a_place_is_for_those_who_may_see_single_events_and_is_never_shared(client: httpx.Client, public_server: str) -> None:
    asked = {"polygon": SQUARE, "from": "2025-01", "to": "2025-12"}
    assert "class=intern" in client.get("/v1/lagesbilder", params=asked).json()["detail"]
    with httpx.Client(base_url=public_server, timeout=120) as anyone:
        assert anyone.get("/v1/lagesbilder", params={**asked, "class": "intern"}).status_code == 403
        assert anyone.get("/v1/lagesbilder", params=asked).status_code == 403
        assert anyone.get("/v1/lagesbilder", params={"measureId": "2"}).status_code == 403


def test_a_polygon_elsewhere_is_refused(client: httpx.Client) -> None:
    assert (
        client.get("/v1/lagesbilder", params={"polygon": "POLYGON((12 57, 12.1 57, 12.1 57.1, 12 57))", "class": "intern"}).status_code
        == 400
    )
    assert client.get("/v1/lagesbilder", params={"polygon": SQUARE, "measureId": "2", "class": "intern"}).status_code == 400
