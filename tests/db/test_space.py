"""Hot spots, patterns, densities and near repeats, from events in a real database."""

from __future__ import annotations

from datetime import date

import httpx
import numpy as np
import orjson
import pytest
from shapely.geometry import shape
from sqlalchemy import Connection, Engine

from tests.conftest import Box, Drawing
from tests.db.dated import deliver_on
from tests.db.delivering import deliver, fires
from tests.db.test_cli import run
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.counts import Measure, Question
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.points import NO_DAY
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import InvalidQuestionError, NotCarriedError, NotCoveredError
from trygghetskarta.queries.cube import load_cube
from trygghetskarta.queries.events import UNKNOWN, events_of
from trygghetskarta.queries.hotspots import borders, measure_carried, of_region, pattern_change
from trygghetskarta.queries.points import densities, near_repeats

ROW: dict[str, Box] = {"a": (0, 0, 1000, 1000), "b": (1000, 0, 2000, 1000), "c": (2000, 0, 3000, 1000)}
MARCH = Span(Month.parse("2025-03"), Month.parse("2025-03"))
FEBRUARY = Span(Month.parse("2025-02"), Month.parse("2025-02"))


def about(*areas: str, source: SourceId = SourceId.BRANDER, **changed: object) -> Question:
    return Question(AreaLevel.STADSDEL, (source,), MARCH, areas=areas, **changed)  # type: ignore[arg-type]


def test_neighbours_are_numbered_as_the_areas_of_the_answer(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, ROW)
    deliver(connection, SourceId.BRANDER, fires("1;2025-03-01 12:00;500;500"))
    cube = load_cube(connection)
    assert borders(cube, about()).tolist() == [[0, 1], [1, 0], [1, 2], [2, 1]]
    # Naming an area does not make the region smaller: its cluster is one among all.
    assert [area.code for area in of_region(cube, about("b")).areas] == ["a", "b", "c"]
    with pytest.raises(InvalidQuestionError, match="saknar stadsdel"):
        of_region(cube, about("x"))


def test_a_question_that_does_not_say_gets_counts_where_there_are_no_rates(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, ROW)
    deliver(connection, SourceId.BRANDER, fires("1;2025-03-01 12:00;500;500"))
    cube = load_cube(connection)
    assert measure_carried(cube, (SourceId.BRANDER,), AreaLevel.STADSDEL, about().per) is Measure.COUNT
    with pytest.raises(InvalidQuestionError):
        pattern_change(cube, about())


def test_points_are_those_of_the_areas_asked_for_and_the_rest_are_counted(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, ROW)
    rows = "id;tid;x;y;omrade;doda;skadade;status\n"
    rows += "1;2025-03-07 22:30;150500;6580500;;0;0;bekräftad\n2;2025-03-31 23:59;151500;6580500;;0;0;bekräftad\n"
    rows += "3;2025-03-09 22:30;;;A;0;0;bekräftad\n"
    deliver(connection, SourceId.SKJUTNINGAR, rows)
    cube = load_cube(connection)
    everywhere = near_repeats(connection, cube, about(source=SourceId.SKJUTNINGAR)).content.now
    assert sorted(everywhere.places.tolist()) == [[150500, 6580500], [151500, 6580500]]
    assert everywhere.without == 1
    # 23:59 on the 31st is still March in Stockholm.
    assert sorted(everywhere.days.tolist()) == [(date(2025, 3, day) - date(1970, 1, 1)).days for day in (7, 31)]
    only = near_repeats(connection, cube, about("b", source=SourceId.SKJUTNINGAR)).content.now
    assert (only.places.tolist(), only.without) == ([[151500, 6580500]], 0)


def test_an_event_counts_on_its_day_in_stockholm(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, ROW)
    deliver(connection, SourceId.BRANDER, fires("1;2025-03-07 00:30;500;500", "2;2025-07-01 00:30;500;500"))
    summer = Span(Month.parse("2025-07"), Month.parse("2025-07"))
    cube = load_cube(connection)
    for asked, day in ((MARCH, date(2025, 3, 7)), (summer, date(2025, 7, 1))):
        found = near_repeats(connection, cube, Question(AreaLevel.STADSDEL, (SourceId.BRANDER,), asked)).content.now
        # Half past midnight is the day before by the clock of the database.
        assert found.days.tolist() == [(day - date(1970, 1, 1)).days]
        assert found.days[0] != NO_DAY
        assert found.lasted.tolist() == [0]


def test_an_event_known_to_the_day_is_on_that_day(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, ROW)
    rows = "id;tid;x;y;omrade;doda;skadade;status\n1;2025-03-07;150500;6580500;;0;0;bekräftad\n2;2025-03-31;151500;6580500;;0;0;bekräftad\n"
    deliver(connection, SourceId.SKJUTNINGAR, rows)
    cube = load_cube(connection)
    days = [(date(2025, 3, day) - date(1970, 1, 1)).days for day in (7, 31)]
    read = events_of(connection, cube, about(source=SourceId.SKJUTNINGAR), MARCH)
    assert (sorted(read.days.tolist()), read.starts.tolist()) == (days, [UNKNOWN, UNKNOWN])
    assert sorted(near_repeats(connection, cube, about(source=SourceId.SKJUTNINGAR)).content.now.days.tolist()) == days


def test_points_are_those_known_on_the_day_asked_for(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, ROW)
    deliver_on(connection, "2025-04-02", fires("1;2025-03-01 12:00;100;100"))
    deliver_on(connection, "2025-05-02", fires("1;2025-03-01 12:00;900;900"))
    then = date(2025, 4, 20)
    before = near_repeats(connection, load_cube(connection, None, then), about(as_of=then)).content.now
    assert before.places.tolist() == [[150100, 6580100]]
    assert near_repeats(connection, load_cube(connection), about()).content.now.places.tolist() == [[150900, 6580900]]


def test_a_density_has_its_baseline_its_ground_and_its_refusals(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, ROW)
    deliver(connection, SourceId.BRANDER, fires("1;2025-03-01 12:00;500;500", "2;2025-02-01 12:00;600;600"))
    cube = load_cube(connection)
    found = densities(connection, cube, about(baseline=FEBRUARY)).content
    assert found.before is not None
    assert found.ground is not None
    assert (len(found.now.places), len(found.before.places), found.months, found.ground.srid) == (1, 1, (1, 1), 3011)
    never = Span(Month.parse("2015-03"), Month.parse("2015-03"))
    with pytest.raises(NotCoveredError):
        densities(connection, cube, about(baseline=never))
    with pytest.raises(NotCoveredError, match="befolkning"):
        densities(connection, cube, about(measure=Measure.RATE))
    with pytest.raises(InvalidQuestionError, match="antal"):
        densities(connection, cube, about(measure=Measure.RATE, baseline=FEBRUARY))
    with pytest.raises(NotCarriedError, match="inga platser"):
        densities(connection, cube, about(source=SourceId.POLISHANDELSER))


def get(server: str, path: str, **parameters: str) -> httpx.Response:
    return httpx.get(f"{server}/v1/{path}", params={name.rstrip("_"): value for name, value in parameters.items()}, timeout=120)


@pytest.mark.parametrize("method", ["gistar", "moran", "emerging"])
def test_hot_spots_have_all_that_a_reader_needs(live_server: str, method: str) -> None:
    asked = {"source": "anmalda_brott", "method": method, "level": "stadsdel", "from": "2025-01", "to": "2025-12"}
    answer = get(live_server, "hotspots", **asked)
    body = answer.json()
    assert answer.status_code == 200
    assert (body["method"], body["question"]["measure"], len(body["features"])) == (method, "rate", 117)
    figures = body["features"][0]["properties"]
    assert {"z", "pValue", "adjustedP", "cluster", "smoothedRate", "rate", "count", "status"} <= set(figures)
    assert body["features"][0]["geometry"]["type"] == "MultiPolygon"
    assert answer.content == get(live_server, "hotspots", **asked).content
    assert body["sentences"]
    assert "getis-ord-gistar" in body["provenance"]["methods"] or method == "moran"


def test_a_question_of_hot_spots_that_cannot_be_is_refused(live_server: str) -> None:
    assert get(live_server, "hotspots", source="brander", interval="week").status_code == 400
    assert get(live_server, "hotspots", source="brander", method="emerging", measure="harm").status_code == 400
    assert get(live_server, "hotspots", source="brander", method="emerging", interval="rolling12").status_code == 400
    assert get(live_server, "hotspots", source="polishandelser", measure="rate").status_code == 422
    assert get(live_server, "hotspots", source="brander", bandwidth="5").status_code == 400
    assert get(live_server, "hotspots", source="polishandelser").json()["question"]["measure"] == "count"
    alone = get(live_server, "hotspots", source="brander", level="stad").json()
    assert alone["features"][0]["properties"]["cluster"] == "notApplicable"


def test_a_density_lies_where_the_events_do_and_holds_them_all(live_server: str) -> None:
    drawn = get(live_server, "densities", source="brander", from_="2025-01", to="2025-12").json()
    sizes = [feature["properties"]["squareKilometres"] for feature in drawn["features"]]
    assert [feature["id"] for feature in drawn["features"]] == ["75", "50", "25"]
    assert sizes == sorted(sizes, reverse=True)
    outline = shape(drawn["features"][0]["geometry"])
    assert outline.is_valid
    assert 17.5 < outline.bounds[0] < outline.bounds[2] < 18.5
    assert 59 < outline.bounds[1] < outline.bounds[3] < 59.6
    cells = get(live_server, "densities", source="brander", from_="2025-01", to="2025-12", shape="grid", format="json").json()
    cell = cells["grid"]["cell"] / 1000
    held = sum(row["density"] for row in cells["items"]) * cell**2
    assert held == pytest.approx(cells["points"]["used"], rel=1e-3)
    ledger = cells["ledger"]
    assert cells["points"]["used"] + cells["points"]["withoutPoint"] == ledger["placed"]


@pytest.mark.parametrize("against", [{"baseline": "previous"}, {"measure": "rate"}])
def test_a_density_against_another_is_outlined_where_they_differ(live_server: str, against: dict[str, str]) -> None:
    body = get(live_server, "densities", source="brander", from_="2025-01", to="2025-12", **against).json()
    assert [feature["id"] for feature in body["features"]] == ["higher2", "higher3", "lower2", "lower3"]
    assert "kernel-density-dual" in body["provenance"]["methods"]
    one = get(live_server, "densities", source="brander", within="jarva", level="stadsdel", shape="grid", format="json", **against).json()
    assert one["grid"]["cellsInside"] < 3000
    assert {"against", "difference", "ratio", "z"} <= set(one["items"][0])


def test_points_are_for_those_who_may_and_tables_are_of_protected_counts(public_server: str) -> None:
    for path in ("densities", "near-repeats", "hotspots"):
        assert get(public_server, path, source="brander").status_code == 403
    told = get(public_server, "comparisons", source="brander", level="stadsdel", format="json").json()
    protected = {row["code"]: row["count"] for row in told["items"]}
    assert not {1, 2} & set(protected.values())
    for path in ("concentration", "pattern-changes"):
        body = get(public_server, path, source="brander").json()
        assert body["protection"]["method"] == "cell-key"
        assert body["ledger"]["placed"] is None
        assert {feature["id"]: feature["properties"]["count"] for feature in body["features"]} == protected


@pytest.mark.parametrize("path", ["hotspots", "concentration", "pattern-changes", "densities", "near-repeats"])
@pytest.mark.parametrize("form", ["geojson", "json", "csv", "xlsx"])
def test_every_answer_comes_in_every_format_and_never_with_nan(live_server: str, path: str, form: str) -> None:
    for source in ("skjutningar", "sprangningar"):
        answer = get(live_server, path, source=source, format=form, from_="2025-03", to="2025-03")
        assert answer.status_code == 200, answer.text
        if form in ("geojson", "json"):
            assert "NaN" not in answer.text
            assert orjson.loads(answer.content)["sentences"]


def test_the_commands_print_a_table_with_sentences_and_write_files(sample: Engine) -> None:
    asked = ("--source", "brander", "--from", "2025-01", "--to", "2025-12")
    for words, said in (
        (("hotspots", "--level", "stadsdel"), "Justerat p"),
        (("hotspots", "--method", "emerging", "--interval", "quarter"), "Heta perioder"),
        (("concentration",), "hälften av"),
        (("pattern-change",), "S-index"),
        (("density",), "Hälften av tätheten"),
        (("near-repeat",), "Kvot"),
    ):
        done = run(sample, *words, *asked)
        assert done.returncode == 0, done.stderr
        assert said in " ".join(done.stdout.split()), done.stdout
    grid = run(sample, "density", *asked, "--shape", "grid", "--format", "csv", "--dialect", "rfc4180")
    assert grid.stdout.splitlines()[0] == "cell,x,y,density"
    refused = run(sample, "near-repeat", "--source", "incidenter")
    assert refused.returncode == 2
    assert "aldrig som punkter" in refused.stderr


def test_the_whole_city_has_neighbours_at_every_level(sample: Engine) -> None:
    with sample.connect() as connection:
        cube = load_cube(connection)
    for level, areas in cube.areas.items():
        found = borders(cube, Question(level, (SourceId.BRANDER,), MARCH))
        assert level is AreaLevel.STAD or len(np.unique(found)) == len(areas)
