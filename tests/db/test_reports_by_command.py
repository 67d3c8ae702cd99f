"""Reports by the command line, as a coordinator and a timer make them."""

from __future__ import annotations

import re
from pathlib import Path

import orjson
import pytest
from sqlalchemy import Engine

from tests.db.test_cli import run
from trygghetskarta.cli import reporting
from trygghetskarta.domain.audience import Audience, SharingClass
from trygghetskarta.queries.cube import load_cube
from trygghetskarta.reporting import Office, Wanted, area_codes
from trygghetskarta.reports.index import index_page
from trygghetskarta.reports.json import read_json
from trygghetskarta.reports.lagesbild import Reader
from trygghetskarta.reports.monthly import committee_report, issue_of
from trygghetskarta.reports.render import ReportFormat, render
from trygghetskarta.store.engine import one_state

YEAR = ("--from", "2025-01", "--to", "2025-12")


def test_a_lagesbild_is_made_and_its_class_is_said(sample: Engine, tmp_path: Path) -> None:
    first, second = tmp_path / "ett.json", tmp_path / "tva.json"
    for path in (first, second):
        done = run(
            sample, "lagesbild", "--area", "jarva", *YEAR, "--class", "intern", "--for", "Anna", "--date", "2026-11-21", "--out", str(path)
        )
        assert done.returncode == 0, done.stderr
        assert "Klass: intern" in done.stderr
    assert first.read_bytes() == second.read_bytes()
    paper = tmp_path / "tre.pdf"
    run(sample, "lagesbild", "--area", "jarva", *YEAR, "--class", "intern", "--for", "Anna", "--date", "2026-11-21", "--out", str(paper))
    assert paper.read_bytes() == render(read_json(first.read_bytes(), first.name), ReportFormat.PDF)
    told = orjson.loads(first.read_bytes())
    assert told["watermark"] == "INTERN · Anna · 21 november 2026"
    done = run(sample, "lagesbild", "--area", "jarva", *YEAR, "--out", str(second))
    assert "Klass: delbar" in done.stderr
    done = run(sample, "lagesbild", "--area", "jarva", *YEAR, "--out", str(second), "--json")
    shared = orjson.loads(second.read_bytes())
    size = second.stat().st_size
    assert orjson.loads(done.stdout) == {"file": str(second), "title": shared["title"], "class": "delbar", "format": "json", "bytes": size}
    assert (shared["watermark"], shared["madeFor"], shared["madeOn"]) == ("", None, None)


def test_what_another_has_sent_is_merged(sample: Engine, tmp_path: Path) -> None:
    sent, both = tmp_path / "grannen.json", tmp_path / "bada.json"
    run(sample, "lagesbild", "--area", "farsta", "--level", "stadsdel", *YEAR, "--class", "delbar", "--out", str(sent))
    sent.write_bytes(sent.read_bytes().replace(b"Farsta", b"Sundbyberg"))
    done = run(sample, "lagesbild", "--area", "jarva", *YEAR, "--class", "delbar", "--with", str(sent), "--out", str(both))
    assert done.returncode == 0, done.stderr
    assert orjson.loads(both.read_bytes())["title"] == "Gemensam lägesbild för Järva och Sundbyberg"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--area", "jarva", "--from", "2025-12", "--to", "2025-01"), "slutar i januari 2025 innan den börjar i december 2025"),
        (("--area", "jarva", "--out", "rapport.txt"), "Ange --format"),
        (("--measure", "2"), "begär --class intern"),
        (("--polygon", "POINT(17.9 59.4)", "--class", "intern"), "hel Polygon"),
    ],
)
def test_a_bad_question_is_refused_in_one_line(sample: Engine, words: tuple[str, ...], said: str) -> None:
    done = run(sample, "lagesbild", *words)
    assert done.returncode == 2
    assert said in done.stderr


def test_every_committee_gets_a_report_a_letter_and_a_line_on_the_page(sample: Engine, tmp_path: Path) -> None:
    done = run(
        sample,
        "report",
        "monthly",
        "--all",
        "--month",
        "2025-T3",
        "--out",
        str(tmp_path),
        "--format",
        "json",
        "--class",
        "intern",
        "--for",
        "tidtagaren",
        "--json",
    )
    assert done.returncode == 0, done.stderr
    told = orjson.loads(done.stdout)
    assert (told["index"], told["class"], told["total"]) == ("tertialrapport_2025-T3_intern_index.html", "intern", 12)
    assert all((tmp_path / name).is_file() for item in told["items"] for name in (*item["files"], item["letter"]))
    assert "12/12 Stockholm" in done.stderr
    made = sorted(path.name for path in tmp_path.iterdir())
    assert len([name for name in made if name.endswith(".json")]) == 12
    page = (tmp_path / "tertialrapport_2025-T3_intern_index.html").read_text(encoding="utf-8")
    linked = set(re.findall(r'href="([^"]+)"', page))
    assert linked == set(made) - {"tertialrapport_2025-T3_intern_index.html"}
    letter = (tmp_path / "tertialrapport_2025-T3_jarva_intern_brev.html").read_text(encoding="utf-8")
    assert "september–december 2025" in letter
    assert "INTERN · tidtagaren" in letter
    assert not re.search(r"<(script|img|link)|url\(", letter)


def test_an_area_that_fails_leaves_the_others_alone(sample: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*given: object) -> object:
        report = committee_report(*given)  # type: ignore[arg-type]
        if report.area == "farsta":
            raise RuntimeError("något oväntat")
        return report

    monkeypatch.setattr("trygghetskarta.cli.reporting.committee_report", failing)
    with one_state(sample) as connection:
        cube = load_cube(connection)
        office = Office(connection, lambda *_: cube, Audience.STAFF)
        issue = issue_of("2025-12")
        wanted = [Wanted(code, None, "2025-12", "2025-12") for code in [*area_codes(office, None, None)[:4], "atlantis"]]
        made = reporting._each(office, wanted, Reader(Audience.STAFF), (issue, [ReportFormat.JSON], None, tmp_path))
    assert [one.name for one in made if not one.failure] == ["Bromma", "Enskede-Årsta-Vantör", "Hägersten-Älvsjö"]
    assert {one.name: one.failure for one in made if one.failure} == {
        "farsta": "RuntimeError: något oväntat",
        "atlantis": "Indelningen har inget område atlantis.",
    }
    page = index_page(issue, made, SharingClass.INTERN).decode()
    assert page.count("Inte gjord") == 2


@pytest.mark.parametrize(
    ("text", "kind", "months"),
    [("2025-12", "manadsrapport", 1), ("2025-T1", "tertialrapport", 4), ("2025-T3", "tertialrapport", 4), ("2025", "arsrapport", 12)],
)
def test_an_issue_is_a_month_a_tertial_or_a_year(text: str, kind: str, months: int) -> None:
    assert (issue_of(text).kind, issue_of(text).span.months) == (kind, months)


def test_no_other_word_is_an_issue(sample: Engine, tmp_path: Path) -> None:
    done = run(sample, "report", "monthly", "--month", "2025-T4", "--out", str(tmp_path))
    assert done.returncode == 2
    assert "varken en månad" in done.stderr
