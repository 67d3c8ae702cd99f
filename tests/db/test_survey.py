"""The survey, similar areas and denominators on the sample: over HTTP, against its own files, and on the command line."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import Engine

from tests.db.test_cli import run

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
UNSAFE = "otrygg ute sena kvällar"


def get(server: str, path: str, status: int = 200, **parameters: str | int | list[str]) -> dict[str, Any]:
    body: dict[str, Any] = fetch(server, path, status, **parameters).json()
    return body


def fetch(server: str, path: str, status: int = 200, **parameters: str | int | list[str]) -> httpx.Response:
    answer = httpx.get(f"{server}/v1/{path}", params={name.rstrip("_"): value for name, value in parameters.items()}, timeout=60)
    assert answer.status_code == status, answer.text
    return answer


@pytest.fixture(scope="module")
def told() -> dict[tuple[str, int, str, str], dict[str, str]]:
    """Give the good rows of the sample's survey."""
    facit = (SAMPLE / "deliveries" / "FACIT.csv").read_text(encoding="utf-8")
    bad = {int(row["line"]) for row in csv.DictReader(io.StringIO(facit), delimiter=";") if row["file"] == "trygghetsmatning.csv"}
    lines = (SAMPLE / "deliveries" / "trygghetsmatning.csv").read_text(encoding="utf-8").splitlines()
    good = [line for number, line in enumerate(lines, 1) if number not in bad]
    rows = csv.DictReader(io.StringIO("\n".join(good)), delimiter=";")
    return {(row["omrade"], int(row["ar"]), row["fraga"], row["grupp"]): row for row in rows}


def test_every_value_of_the_newest_survey_is_the_files(live_server: str, told: dict[tuple[str, int, str, str], dict[str, str]]) -> None:
    body = get(live_server, "indicators", group=["alla", "kvinnor", "män"])
    assert (body["total"], body["survey"]["years"], body["ledger"]) == (99, [2023], None)
    for row in body["items"]:
        file = told.get((row["name"], 2023, row["question"], row["group"]))
        if file is None:
            assert (row["status"], row["value"]) == ("missing", None)
            continue
        value, half = float(file["varde"]), float(file["intervall"])
        assert (row["value"], row["n"], row["interval"], row["status"]) == (value, int(file["n"]), "design", "value")
        assert (row["low"], row["high"]) == (pytest.approx(max(value - half, 0)), pytest.approx(value + half))


def test_a_change_is_from_the_survey_before_and_only_where_the_borders_are_the_same(live_server: str) -> None:
    rows = {row["code"]: row for row in get(live_server, "indicators", question=UNSAFE)["items"]}
    assert rows["farsta"]["baselineYear"] == 2020
    assert rows["farsta"]["change"] is not None
    # Järva is two areas of 2020 joined: their shares cannot be put together.
    assert (rows["jarva"]["change"], rows["jarva"]["verdict"], rows["jarva"]["status"]) == (None, "notApplicable", "value")


def test_a_year_of_another_division_is_asked_for_by_that_division(live_server: str) -> None:
    now = {row["code"]: row for row in get(live_server, "indicators", question=UNSAFE, from_=2020, to=2020)["items"]}
    assert (now["jarva"]["status"], now["jarva"]["reason"]) == ("missing", "Området hade andra gränser det året.")
    then = get(live_server, "indicators", question=UNSAFE, from_=2020, to=2020, edition="2020-07-01")
    assert {row["code"] for row in then["items"] if row["status"] == "value"} >= {"rinkeby-kista", "spanga-tensta"}
    assert get(live_server, "indicators", question=UNSAFE, from_=2020, to=2020)["survey"]["valuesOfOtherAreas"] == 4


def test_a_value_on_fewer_than_fifty_answers_is_in_no_format(live_server: str) -> None:
    asked: dict[str, Any] = {"question": UNSAFE, "group": "män", "from_": 2020, "to": 2020, "area": "skarholmen", "edition": "2020-07-01"}
    (row,) = get(live_server, "indicators", **asked)["items"]
    assert (row["status"], row["value"], row["low"], row["change"], row["womenMenGap"]) == ("withheld", None, None, None, None)
    assert row["n"] < 50
    (feature,) = get(live_server, "indicators", **asked, format="geojson")["features"]
    assert (feature["properties"], feature["geometry"]["type"]) == (row, "MultiPolygon")
    (line,) = csv.DictReader(io.StringIO(fetch(live_server, "indicators", **asked, format="csv", dialect="rfc4180").text))
    assert (line["status"], line["value"], line["reason"]) == ("withheld", "", "Värdet bygger på färre än 50 svar.")
    assert fetch(live_server, "indicators", **asked, format="xlsx").content[:2] == b"PK"


def test_many_years_are_compared_with_one(live_server: str) -> None:
    rows = get(live_server, "indicators", question=UNSAFE, level="stad", from_=2017, baseline=2017)["items"]
    assert [(row["year"], row["baselineYear"]) for row in rows] == [(2017, None), (2020, 2017), (2023, 2017)]
    assert rows[2]["change"] == pytest.approx(rows[2]["value"] - rows[0]["value"])


@pytest.mark.parametrize(
    ("asked", "status", "property_"),
    [
        ({"question": "vad då"}, 400, "question"),
        ({"group": "barn"}, 400, "group"),
        ({"from_": 2023, "to": 2017}, 400, "to"),
        ({"from_": 2018, "to": 2019}, 422, "from"),
        ({"baseline": 2019}, 400, "baseline"),
        ({"area": "atlantis"}, 400, "area"),
        ({"source": "population"}, 422, "source"),
        ({"source": "anmalda_brott"}, 422, "source"),
        ({"year": 2023}, 400, "year"),
    ],
)
def test_what_the_survey_cannot_answer_is_refused_by_name(live_server: str, asked: dict[str, Any], status: int, property_: str) -> None:
    problem = get(live_server, "indicators", status, **asked)
    assert problem["invalidParameters"][0]["property"] == property_
    assert problem["detail"] != problem["detailEn"]


def test_a_level_the_survey_does_not_have_is_not_covered(live_server: str) -> None:
    assert "basområde" in get(live_server, "indicators", 422, level="basomrade")["detail"]


@pytest.mark.parametrize("path", ["indicators", "survey-and-crime", "lenses/older-people"])
def test_the_public_sees_neither_the_survey_nor_victims(public_server: str, path: str) -> None:
    assert get(public_server, path, 403)["status"] == 403


def test_as_of_a_day_before_the_survey_came_nothing_was_known(live_server: str) -> None:
    assert get(live_server, "indicators", 422, asOf="2020-01-01")["status"] == 422


def test_the_survey_stands_beside_the_crime_of_its_year(live_server: str) -> None:
    body = get(live_server, "survey-and-crime", question=UNSAFE, year=2020, edition="2020-07-01", crimeGroup="valdsbrott")
    asked: dict[str, Any] = {"source": "anmalda_brott", "group": "valdsbrott", "from_": "2020-01", "to": "2020-12", "measure": "rate"}
    compared = get(live_server, "comparisons", **asked, edition="2020-07-01", format="json")
    crime = {row["code"]: row for row in compared["items"]}
    assert len(body["items"]) == 13
    for row in body["items"]:
        assert (row["count"], row["rate"]) == (crime[row["code"]]["count"], crime[row["code"]]["rate"])
    assert body["ledger"] == compared["ledger"]
    assert body["denominator"] == compared["denominator"]
    (alike,) = body["rankCorrelation"]
    assert (alike["areas"], alike["year"]) == (13, 2020)
    assert -1 <= alike["low"] <= alike["rho"] <= alike["high"] <= 1
    assert any("det ena kan inte rätta det andra" in sentence for sentence in body["sentences"])


def test_similar_areas_are_nearest_first_and_carry_their_traits(live_server: str) -> None:
    body = get(live_server, "similar-areas", area=["farsta", "norrmalm"], count=4)
    assert body["similarity"]["leftOut"] == []
    for code in ("farsta", "norrmalm"):
        rows = [row for row in body["items"] if row["of"] == code]
        assert [row["rank"] for row in rows] == [0, 1, 2, 3, 4]
        assert [row["distance"] for row in rows] == sorted(row["distance"] for row in rows)
        assert rows[0]["code"] == code
    assert body["denominator"]["kind"] == "residents"


def test_the_public_sees_similar_areas_with_their_protected_crime(public_server: str) -> None:
    asked: dict[str, Any] = {"source": "anmalda_brott", "from_": "2024-01", "to": "2024-12"}
    body = get(public_server, "similar-areas", area="farsta", **asked)
    protected = {row["code"]: row["count"] for row in get(public_server, "comparisons", level="stadsdel", format="json", **asked)["items"]}
    assert body["protection"]["method"] == "cell-key"
    assert {row["code"]: row["count"] for row in body["items"]} == {row["code"]: protected[row["code"]] for row in body["items"]}


def test_every_basomrade_has_similar_ones_or_says_why_not(live_server: str) -> None:
    rows = get(live_server, "similar-areas", level="basomrade", count=1)["items"]
    assert len({row["of"] for row in rows}) == 404
    without = [row["of"] for row in rows if row["rank"] == 0 and row["status"] == "notApplicable"]
    assert not [row for row in rows if row["rank"] == 1 and row["of"] in without]


@pytest.mark.parametrize("per", ["residents", "residents65plus", "dayPopulation", "dwellings"])
def test_every_rate_names_and_dates_its_denominator(live_server: str, per: str) -> None:
    asked: dict[str, Any] = {
        "source": "anmalda_brott",
        "measure": "rate",
        "per": per,
        "from_": "2018-01",
        "to": "2018-12",
        "format": "json",
    }
    body = get(live_server, "comparisons", **asked)
    yearly = per.startswith("residents")
    days = ["2017-12-31", "2018-12-31"] if yearly else ["2016-12-31", "2020-12-31"]
    assert (body["denominator"]["kind"], body["denominator"]["dates"], body["denominator"]["held"]) == (per, days, False)
    (delivery,) = body["denominator"]["deliveries"]
    file = get(live_server, f"deliveries/{delivery}")["file"]
    assert file == ("population.csv" if yearly else "population_dag_och_bostader.csv")
    assert all(row["rate"] is not None for row in body["items"])
    assert get(live_server, "series", **asked)["denominator"] == body["denominator"]


def test_a_count_has_no_denominator_and_a_rate_beyond_the_counts_says_that_it_is_held(live_server: str) -> None:
    asked: dict[str, Any] = {"source": "anmalda_brott", "from_": "2016-01", "to": "2016-06", "format": "json"}
    held = get(live_server, "comparisons", **asked, measure="rate")["denominator"]
    assert (held["held"], held["dates"]) == (True, ["2016-12-31"])
    assert get(live_server, "series", **asked)["denominator"] is None


def test_the_commands_print_and_write_the_same_answers(sample: Engine, live_server: str, tmp_path: Path) -> None:
    survey = run(sample, "survey", "--question", UNSAFE, "--format", "json")
    assert survey.returncode == 0, survey.stderr
    assert orjson.loads(survey.stdout)["items"] == get(live_server, "indicators", question=UNSAFE)["items"]
    assert "Jämför inte med Brås" in run(sample, "survey", "--question", UNSAFE).stdout
    beside = run(sample, "survey", "--question", UNSAFE, "--beside", "anmalda_brott", "--format", "json")
    assert orjson.loads(beside.stdout)["items"] == get(live_server, "survey-and-crime", question=UNSAFE)["items"]
    assert "Mest likt Farsta" in run(sample, "similar", "--area", "farsta", "--source", "brander").stdout
    out = tmp_path / "lens.xlsx"
    assert run(sample, "lens", "--format", "xlsx", "--out", str(out)).returncode == 0
    assert out.read_bytes()[:2] == b"PK"
    assert "Kortbedrägeri" in run(sample, "lens", "--from", "2024-01", "--to", "2024-12").stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--per", "dwellings"), "--per kan bara användas med --beside."),
        (("--crime-group", "valdsbrott"), "--crime-group kan bara användas med --beside."),
        (("--beside", "anmalda_brott", "--baseline", "2017"), "--baseline kan inte användas med --beside."),
        (("--beside", "anmalda_brott", "--group", "kvinnor", "--group", "män"), "--group mer än en gång kan inte användas med --beside."),
    ],
)
def test_an_option_that_would_change_nothing_is_refused(sample: Engine, options: tuple[str, ...], said: str) -> None:
    answer = run(sample, "survey", *options)
    assert answer.returncode != 0
    assert said in answer.stderr
