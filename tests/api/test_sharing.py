"""Files to take home: to share unless asked for as intern, and each says which it is, and an intern one who took it out."""

from __future__ import annotations

import csv
import io
import re
import sqlite3
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import orjson
import pyarrow.parquet
import pytest
from sqlalchemy import Engine, text

from tests.conftest import serving
from tests.db.test_cli import run
from trygghetskarta.domain.audience import Audience

ASKED = {"source": "anmalda_brott", "level": "stadsdelsomrade", "from": "2025-01", "to": "2025-12", "baseline": "previous"}
SERIES = {"source": "anmalda_brott", "area": "jarva", "from": "2025-01", "to": "2025-12"}
KINDS = [("comparisons", ASKED), ("series", SERIES)]


def taken(server: str, kind: str = "comparisons", **asked: str) -> httpx.Response:
    answer = httpx.get(f"{server}/v1/exports/{kind}", params=asked, timeout=60)
    assert answer.status_code == 200, answer.text
    return answer


def counts(content: bytes) -> list[str]:
    return [row["count"] for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")]


def about(content: bytes) -> tuple[dict[Any, Any], list[str]]:
    """Give what the last sheet of a workbook says, and what stands at the top of each printed page."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    told = {name: value for name, value in book["Om siffrorna"].iter_rows(max_col=2, values_only=True)}  # noqa: C416 - rows are not pairs to mypy
    return told, [header.right.text or "" for sheet in book.worksheets if (header := sheet.oddHeader) is not None]


@pytest.mark.parametrize(("kind", "asked"), KINDS)
@pytest.mark.parametrize("form", ["csv", "xlsx", "json", "geojson", "jsonstat", "gpkg", "parquet"])
def test_an_analyst_who_asks_for_nothing_else_gets_what_anyone_gets(
    live_server: str, public_server: str, kind: str, asked: dict[str, str], form: str
) -> None:
    mine, theirs = (taken(server, kind, **asked, format=form) for server in (live_server, public_server))
    assert mine.content == theirs.content
    assert "_delbar." in mine.headers["content-disposition"] == theirs.headers["content-disposition"]


@pytest.mark.parametrize(("kind", "asked"), KINDS)
def test_an_intern_file_has_the_exact_figures_of_the_page_and_no_other(live_server: str, kind: str, asked: dict[str, str]) -> None:
    file = taken(live_server, kind, **asked, **{"class": "intern"})
    shown = httpx.get(f"{live_server}/v1/{kind}", params={**asked, "format": "csv"}, timeout=60)
    assert file.content == shown.content
    assert "_intern.csv" in file.headers["content-disposition"]
    assert counts(file.content) != counts(taken(live_server, kind, **asked).content)


def test_a_workbook_says_its_class_on_a_sheet_and_on_every_printed_page(live_server: str) -> None:
    told, pages = about(taken(live_server, **ASKED, format="xlsx").content)
    assert told["Klass"].startswith("delbar")
    assert "Framtagen för" not in told
    assert set(pages) == {"DELBAR"}
    told, pages = about(taken(live_server, **ASKED, format="xlsx", **{"class": "intern"}).content)
    assert told["Klass"].startswith("intern")
    assert told["Framtagen för"] == "egen dator"
    assert told["Framtagen"].year >= 2026
    assert len(pages) == 3
    assert all(re.fullmatch(r"INTERN · egen dator · \d{4}-\d\d-\d\d \d\d:\d\d", page) for page in pages)


@pytest.mark.parametrize(("asked", "told"), [({}, ("delbar", None)), ({"class": "intern"}, ("intern", "egen dator"))])
@pytest.mark.parametrize("form", ["json", "geojson", "jsonstat", "parquet", "gpkg"])
def test_every_format_with_room_for_it_says_its_class(
    live_server: str, tmp_path: Path, form: str, asked: dict[str, str], told: tuple[str, str | None]
) -> None:
    content = taken(live_server, **ASKED, format=form, **asked).content
    match form:
        case "parquet":
            members = orjson.loads(pyarrow.parquet.read_schema(io.BytesIO(content)).metadata[b"trygghetskarta"])
        case "gpkg":
            path = tmp_path / "svar.gpkg"
            path.write_bytes(content)
            with sqlite3.connect(path) as file:
                [(written,)] = file.execute("SELECT metadata FROM gpkg_metadata")
            members = orjson.loads(re.search(r"\{.*\}", written, re.DOTALL)[0])  # type: ignore[index] # its absence is the fault
        case "jsonstat":
            members = orjson.loads(content)["extension"]
        case _:
            members = orjson.loads(content)
    provenance = members["provenance"]
    assert (provenance["class"], provenance["madeFor"]) == told
    assert (provenance["madeAt"] is None) == (told[1] is None)


def test_only_staff_take_an_intern_file_out(public_server: str) -> None:
    answer = httpx.get(f"{public_server}/v1/exports/comparisons", params={**ASKED, "class": "intern"})
    assert answer.status_code == 403
    assert "delbar" in answer.json()["detail"]
    assert httpx.get(f"{public_server}/v1/exports/comparisons", params={**ASKED, "class": "hemlig"}).status_code == 400


def test_where_nothing_is_released_it_is_said_what_to_do(own_sample: Engine, tmp_path: Path) -> None:
    with own_sample.begin() as connection:
        connection.execute(text("TRUNCATE public_draw, public_cell"))
    for words in (("compare", "--source", "anmalda_brott"), ("lagesbild", "--area", "jarva", "--from", "2025-01", "--to", "2025-12")):
        done = run(own_sample, *words, "--out", str(tmp_path / "fil.json"))
        assert done.returncode != 0
        assert "trygghetskarta release" in done.stderr
        assert "intern" in done.stderr
    done = run(own_sample, "compare", "--source", "anmalda_brott", "--class", "intern", "--out", str(tmp_path / "fil.json"))
    assert done.returncode == 0, done.stderr
    assert "Klass: intern" in done.stderr
    with serving(own_sample, Audience.STAFF) as server:
        for path in ("exports/comparisons?source=anmalda_brott&from=2025-01&to=2025-12", "lagesbilder?area=jarva"):
            answer = httpx.get(f"{server}/v1/{path}", timeout=60)
            assert answer.status_code == 422
            assert "trygghetskarta release" in answer.json()["detail"]
