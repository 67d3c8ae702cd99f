"""A second city on the same server, by its file alone: its areas, events, questions, report and page."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import orjson
import pytest
import shapely
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from tests.cities.made_up import STADSOMRADEN, TOML, draw, write_city, write_points, write_swapped_system
from tests.conftest import Server
from tests.web.browsing import chromium, opening

COMMAND = Path(sys.executable).parent / "trygghetskarta"
POINTS = 600


@dataclass(frozen=True)
class Asunda:
    """The city: where its files are, where its database is, and its points by code of the finest area."""

    folder: Path
    address: str
    points: Counter[str]
    file: str | None = "asunda.toml"

    @property
    def environment(self) -> dict[str, str]:
        city = {"TRYGGHETSKARTA_CITY": str(self.folder / self.file)} if self.file else {}
        return {**os.environ, "TRYGGHETSKARTA_DATABASE_URL": self.address, **city}

    def run(self, *words: str, ends: int = 0) -> str:
        done = subprocess.run([COMMAND, *words], capture_output=True, env=self.environment, text=True, check=False)
        assert done.returncode == ends, done.stdout + done.stderr
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def asunda(server: Server, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Asunda:
    folder = tmp_path_factory.mktemp("asunda")
    write_city(folder)
    points = write_points(folder / "punkter.csv", POINTS)
    fine = draw()
    tree = shapely.STRtree([one.outline for one in fine])
    inside = tree.query(shapely.points(points), predicate="within")[1]
    city = Asunda(folder, server.create("tk_asunda", str(make_url(migrated).database)), Counter(fine[at].code for at in inside.tolist()))
    city.run("areas", "import")
    city.run("ingest", "anmalda_brott", str(folder / "punkter.csv"), "--mapping", str(folder / "punkter.toml"))
    return city


@pytest.fixture(scope="module")
def served(asunda: Asunda) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [str(COMMAND), "serve", "--as", "analyst", "--port", str(port)]
    running = subprocess.Popen(words, env=asunda.environment, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                if httpx.get(f"{address}/ready").status_code == httpx.codes.OK:
                    break
            except httpx.TransportError:
                assert running.poll() is None
            time.sleep(0.1)
        yield address
    finally:
        running.terminate()
        running.wait(30)


def expected(asunda: Asunda, level: str) -> dict[str, int]:
    """Count the points by area of a level, from the drawing alone."""
    counted: Counter[str] = Counter()
    for one in draw():
        code = {
            "rutomrade": one.code,
            "primaromrade": one.primary,
            "stadsomrade": ("alvastranden", "bjorkasen", "vattertorp")[STADSOMRADEN.index(one.district)],
            "kommun": "1499",
        }
        counted[code[level]] += asunda.points[one.code]
    return dict(counted)


@pytest.mark.parametrize(("level", "areas"), [("rutomrade", 72), ("primaromrade", 9), ("stadsomrade", 3), ("kommun", 1)])
def test_events_are_placed_at_every_level_of_the_city(asunda: Asunda, served: str, level: str, areas: int) -> None:
    question = {"source": "anmalda_brott", "level": level, "from": "2025-01", "to": "2025-12", "format": "json"}
    answer = httpx.get(f"{served}/v1/comparisons", params=question).raise_for_status().json()
    counts = {row["code"]: row["count"] for row in answer["items"]}
    assert len(counts) == areas
    assert counts == expected(asunda, level)
    assert {row["level"] for row in answer["items"]} == {level}
    assert answer["ledger"]["placed"] == POINTS


def test_the_command_line_compares_by_the_citys_levels(asunda: Asunda) -> None:
    words = ("compare", "--source", "anmalda_brott", "--from", "2025-07", "--to", "2025-12", "--baseline", "2025-01..2025-06")
    told = asunda.run(*words, "--level", "stadsomrade")
    assert all(name in told for name in STADSOMRADEN)
    refused = asunda.run(*words, "--level", "stadsdel", ends=2)
    assert all(level in refused for level in ("rutomrade", "primaromrade", "stadsomrade", "kommun"))


def test_an_area_has_the_other_names_that_the_citys_file_gives_it(asunda: Asunda, served: str) -> None:
    counts = asunda.folder / "antal.csv"
    counts.write_text("Område;Nivå;Månad;Brottskod;Antal\nGamla Björk;primärområde;2024-03;0801;7\n")
    assert "till ett primärområde" in asunda.run("ingest", "anmalda_brott", str(counts))
    counts.write_text("Område;Månad;Brottskod;Antal\nÅsunda köping;2024-04;0801;2\n")
    assert "till staden" in asunda.run("ingest", "anmalda_brott", str(counts))
    question = {"source": "anmalda_brott", "level": "primaromrade", "from": "2024-03", "to": "2024-03", "format": "json"}
    answer = httpx.get(f"{served}/v1/comparisons", params=question)
    for _ in range(300):  # until the worker has seen the delivery
        if answer.status_code == httpx.codes.OK:
            break
        time.sleep(0.1)
        answer = httpx.get(f"{served}/v1/comparisons", params=question)
    assert {row["code"]: row["count"] for row in answer.json()["items"] if row["count"]} == {"2-1": 7}


def test_coordinates_in_another_system_of_the_city_are_told_by_name(asunda: Asunda) -> None:
    write_swapped_system(asunda.folder / "fel.csv")
    told = asunda.run("ingest", "anmalda_brott", str(asunda.folder / "fel.csv"), "--mapping", str(asunda.folder / "punkter.toml"), ends=2)
    assert "SWEREF99 TM (EPSG:3006), inte SWEREF99 12 00 (EPSG:3007)" in told


def test_a_report_speaks_of_the_citys_levels(asunda: Asunda) -> None:
    out = asunda.folder / "lagesbild.html"
    words = ("lagesbild", "--area", "vattertorp", "--from", "2025-07", "--to", "2025-12", "--format", "html", "--class", "intern")
    asunda.run(*words, "--out", str(out))
    text = out.read_text(encoding="utf-8")
    assert "Vättertorp" in text
    assert "primärområden" in text
    assert "stadsdel" not in text.casefold()


def test_what_describes_the_api_names_the_citys_levels(served: str) -> None:
    described = httpx.get(f"{served}/openapi.json").json()
    assert described["components"]["schemas"]["AreaLevel"]["enum"] == ["rutomrade", "primaromrade", "stadsomrade", "kommun"]
    collections = httpx.get(f"{served}/ogc/v1/collections").json()["collections"]
    assert {"rutomrade", "primaromrade", "stadsomrade", "kommun"} <= {one["id"] for one in collections}
    assert httpx.get(f"{served}/ogc/v1/collections/primaromrade/items?limit=2").json()["numberMatched"] == 9
    refused = [refusal for source in httpx.get(f"{served}/v1/sources").json()["items"] for refusal in source["refuses"]]
    assert "rutomrade" in {refusal["what"] for refusal in refused}
    assert any("ett primärområde" in refusal["reason"] for refusal in refused)


@pytest.mark.browser
def test_the_page_shows_the_citys_levels(served: str) -> None:
    with chromium() as browser, opening(browser, served) as open_page:
        page = open_page("?source=anmalda_brott&from=2025-01&to=2025-12&show=table")
        shown = page.locator("body").inner_text()
        assert all(name in shown for name in STADSOMRADEN)
        assert "per stadsområde" in shown
        assert "Primärområden" in page.locator("select, fieldset, nav").all_inner_texts().__str__()
        page = open_page("?source=anmalda_brott&from=2025-01&to=2025-12&show=table&level=primaromrade")
        assert "Primär 2-1" in page.locator("body").inner_text()
        assert "per primärområde" in page.locator("body").inner_text()


@pytest.mark.thorough
def test_two_cities_on_one_server_know_nothing_of_each_other(asunda: Asunda, served: str, fresh_database: Engine) -> None:
    address = fresh_database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    stockholm = replace(asunda, address=address, file=None)
    assert "Inga områden är inlästa" in stockholm.run("areas", "list")
    outlines = str(asunda.folder / "primar.geojson")
    stockholm.run(
        "areas", "load", outlines, "--level", "stadsdel", "--edition", "2024-01-01", "--code-field", "PO", "--name-field", "PONAMN"
    )
    assert "stadsdel, stad" in stockholm.run("areas", "list")
    assert "rutomrade, primaromrade, stadsomrade, kommun" in asunda.run("areas", "list")
    mixed = replace(asunda, address=address).run("areas", "list", ends=2)
    assert "som Åsunda inte har: är TRYGGHETSKARTA_CITY rätt" in mixed
    answer = httpx.get(f"{served}/v1/areas", params={"level": "kommun", "format": "json"}).json()
    assert [row["code"] for row in answer["items"]] == ["1499"]


def test_a_database_of_another_city_is_refused_and_not_misread(asunda: Asunda) -> None:
    told = replace(asunda, file=None).run("areas", "list", ends=2)
    assert "som Stockholm inte har: är TRYGGHETSKARTA_CITY rätt" in told
    assert "which Stockholm has not" in told


def test_deso_and_regso_are_levels_of_an_edition_beside_the_citys_own(asunda: Asunda, server: Server, migrated: str) -> None:
    beside = [("basomrade", "deso", "DeSO"), ("stadsdel", "regso", "RegSO")]
    text = TOML
    for role, code, name in beside:
        at = text.index(f'[[levels]]\nrole = "{role}"')
        names = f'{{ one = "{name}", many = "{name}" }}'
        text = (
            f'{text[:at]}[[levels]]\nrole = "{role}"\nbeside = true\ncode = "{code}"\nswedish = {names}\nenglish = {names}\n\n{text[at:]}'
        )
    text += '\n[[areas]]\nlevel = "deso"\nedition = 2025-01-01\nname = "DeSO 2025"\nfile = "rutor.gpkg"\ncode_field = "RUTNR"\n'
    text += '\n[[areas]]\nlevel = "regso"\nedition = 2025-01-01\nfile = "primar.geojson"\ncode_field = "PO"\nname_field = "PONAMN"\n'
    (asunda.folder / "med_deso.toml").write_text(text, encoding="utf-8")
    with_deso = replace(asunda, address=server.create("tk_deso", str(make_url(migrated).database)), file="med_deso.toml")
    with_deso.run("areas", "import")
    with_deso.run("ingest", "anmalda_brott", str(asunda.folder / "punkter.csv"), "--mapping", str(asunda.folder / "punkter.toml"))
    words = ["compare", "--source", "anmalda_brott", "--from", "2025-01", "--to", "2025-12", "--format", "json", "--class", "intern"]
    for edition, level, like in (
        ("2025-01-01", "regso", "primaromrade"),
        ("2025-01-01", "deso", "rutomrade"),
        ("", "stadsomrade", "stadsomrade"),
    ):
        asked = [*words, "--level", level, *(("--edition", edition) if edition else ())]
        out = asunda.folder / f"{level}.json"
        with_deso.run(*asked, "--out", str(out))
        assert {row["code"]: row["count"] for row in orjson.loads(out.read_bytes())["items"]} == expected(asunda, like)
