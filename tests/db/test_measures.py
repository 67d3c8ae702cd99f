"""The register of measures, and the counts an effect is worked out from, on a drawn city."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from sqlalchemy import Connection, Engine, text

from tests.conftest import Box, Drawing
from tests.db.delivering import deliver, fires
from tests.db.test_cli import run
from trygghetskarta.domain.answers import ExactAnswer
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.counts import Ledger
from trygghetskarta.domain.measures import EffectCounts, Role
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.domain.weights import make_set
from trygghetskarta.errors import InvalidQuestionError, NotCarriedError, NotCoveredError, NotFoundError
from trygghetskarta.ingest.measure_forms import formed
from trygghetskarta.ingest.measures import change, register
from trygghetskarta.ingest.weights import load_weights
from trygghetskarta.queries.cube import load_cube
from trygghetskarta.queries.effects import AskedEffect, count_effect, count_goals
from trygghetskarta.queries.measures import find_measure, list_measures, versions_of

ROW: dict[str, Box] = {
    name: (1000 * at, 0, 1000 * (at + 1), 1000) for at, name in enumerate(("rinkeby", "tensta", "husby", "kista", "akalla"))
}
DECIDED, MUCH_LATER = datetime(2024, 12, 1, tzinfo=UTC), datetime(2026, 1, 15, tzinfo=UTC)
BRANDER = AskedEffect((SourceId.BRANDER,))


def told(**changed: Any) -> dict[str, Any]:  # noqa: ANN401 - parts of a request
    """Write a measure as a request would."""
    plain: dict[str, Any] = {
        "name": "Ljus",
        "kind": "belysning",
        "responsible": "Järva stadsdelsnämnd",
        "startsOn": "2025-01-01",
        "target": {"level": "stadsdel", "areas": ["rinkeby"]},
        "control": {"level": "stadsdel", "areas": ["tensta"]},
        "goals": [
            {
                "aim": "Färre bränder", "source": ["brander"], "baselineFrom": "2024-01", "baselineTo": "2024-12", "followUpFrom": "2025-01",
                "followUpTo": "2025-12", "change": 20, "judgedOn": "2026-02-01",
            }
        ],
    }  # fmt: skip
    return {key: value for key, value in {**plain, **changed}.items() if value is not None}


def square(left: float, bottom: float, side: float) -> dict[str, Any]:
    """Give a square in the plane of the drawing board as GeoJSON."""
    x, y = 150_000 + left, 6_580_000 + bottom
    return {"type": "Polygon", "coordinates": [[[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]]}


@pytest.fixture
def city(connection: Connection, draw: Drawing) -> Connection:
    """Give a city with some fires: twelve in Rinkeby the year before and six in the year after, ten and eleven in Tensta."""
    draw(AreaLevel.STADSDEL, ROW)
    rows = [f"R{month};2024-{month:02}-10 12:00;{80 * month - 30};500" for month in range(1, 13)]
    rows += [f"r{month};2025-{month:02}-10 12:00;{80 * month - 30};500" for month in range(1, 12, 2)]
    rows += [f"T{month};2024-{month:02}-10 12:00;1500;500" for month in range(1, 11)]
    rows += [f"t{month};2025-{month:02}-10 12:00;1500;500" for month in range(1, 12)]
    rows += [f"H{month};2024-{month:02}-11 12:00;{at};500" for month in range(1, 13) for at in (2500, 3500, 4500)]
    rows += [f"h{month};2025-{month:02}-11 12:00;{at};500" for month in range(1, 13) for at in (2500, 3500, 4500)]
    numbered = [f"{number};{row.partition(';')[2]}" for number, row in enumerate(rows)]
    # The last day tells that December is whole.
    numbered.append("slut;2025-12-31 23:00;4500;500")
    deliver(connection, SourceId.BRANDER, fires(*numbered))
    return connection


def counts_of(connection: Connection, number: int, asked: AskedEffect = BRANDER) -> EffectCounts:
    return answer(connection, number, asked).content


def answer(connection: Connection, number: int, asked: AskedEffect = BRANDER) -> ExactAnswer[EffectCounts]:
    measure = find_measure(connection, number, asked.as_of)
    return count_effect(connection, load_cube(connection, measure.told.edition, asked.as_of), measure, asked)


def test_a_measure_is_read_as_it_was_told(city: Connection) -> None:
    number = register(city, formed(told(cost=1000, description="Nya stolpar")), DECIDED)
    found = find_measure(city, number)
    assert (found.told.name, found.told.cost, found.told.edition) == ("Ljus", 1000, date(2023, 7, 1))
    assert found.told.sites[Role.TARGET].codes == ("rinkeby",)
    assert found.told.goals == formed(told()).goals
    assert (found.declared_after, found.late_goals, found.known_to) == ((), (), None)
    assert found.grounds[Role.TARGET].square_metres == pytest.approx(1e6)
    assert orjson.loads(found.grounds[Role.TARGET].outline)["type"] == "MultiPolygon"
    assert city.execute(text("SELECT count(*) FROM publication WHERE what = 'measure'")).scalar_one() == 1


def test_the_effect_counts_each_role_before_and_after(city: Connection) -> None:
    number = register(city, formed(told(displacement={"level": "stadsdel", "areas": ["husby"]})), DECIDED)
    held = counts_of(city, number)
    assert held.roles == (Role.TARGET, Role.CONTROL, Role.DISPLACEMENT)
    assert held.counts.tolist() == [[12, 6], [10, 11], [12, 12]]
    assert (str(held.before), str(held.after), held.delivered) == ("2024-01..2024-12", "2025-01..2025-12", (12, 12))
    assert [area.code for area in held.others] == ["akalla", "kista"]
    assert held.other_counts.tolist() == [[12, 13], [12, 12]]
    assert held.months.tolist() == [[1] * 12, [1] * 10 + [0, 0]]
    assert answer(city, number).ledger == Ledger(6 + 11 + 37, 0, 0, 0)


def test_the_month_it_began_in_is_neither_before_nor_after_and_its_end_ends_the_months_after(city: Connection) -> None:
    number = register(city, formed(told(startsOn="2025-03-15", endsOn="2025-08-31")), DECIDED)
    held = counts_of(city, number)
    assert (str(held.before), str(held.after)) == ("2024-10..2025-02", "2025-04..2025-08")
    assert held.counts.tolist() == [[4, 2], [3, 5]]
    seasons = counts_of(city, number, AskedEffect((SourceId.BRANDER,), same_season=True))
    assert str(seasons.before) == "2024-04..2024-08"
    shorter = counts_of(city, number, AskedEffect((SourceId.BRANDER,), before=3, after=2))
    assert (str(shorter.before), str(shorter.after)) == ("2024-12..2025-02", "2025-04..2025-05")
    with pytest.raises(NotCoveredError, match="5 hela månader"):
        counts_of(city, number, AskedEffect((SourceId.BRANDER,), after=6))


def test_a_measure_that_has_just_begun_has_no_effect_yet(city: Connection) -> None:
    number = register(city, formed(told(startsOn="2026-02-01", goals=[])), DECIDED)
    with pytest.raises(NotCoveredError, match="0 hela månader"):
        counts_of(city, number)
    early = register(city, formed(told(startsOn="2024-01-01", goals=[])), DECIDED)
    with pytest.raises(NotCoveredError, match="Ingen månad"):
        counts_of(city, early)
    with pytest.raises(InvalidQuestionError, match="Ange en källa"):
        counts_of(city, early, AskedEffect())


def test_without_a_question_the_first_goal_says_what_is_counted(city: Connection) -> None:
    number = register(city, formed(told()), DECIDED)
    assert answer(city, number, AskedEffect()).question.sources == (SourceId.BRANDER,)


def test_a_polygon_counts_the_points_inside_and_tells_of_those_without(city: Connection) -> None:
    # Fires stand at 50, 130 ... 450 metres; the square takes those of January to June.
    polygon = {"polygon": square(0, 400, 500), "crs": 3011}
    number = register(city, formed(told(target=polygon)), DECIDED)
    held = counts_of(city, number)
    assert held.counts.tolist() == [[6, 3], [10, 11]]
    assert (held.names, held.others) == (((), ("Tensta",)), ())
    assert held.without_point.tolist() == [[0, 0], [0, 0]]
    found = find_measure(city, number)
    again = {"polygon": orjson.loads(found.grounds[Role.TARGET].outline)}
    same = register(city, formed(told(target=again)), DECIDED)
    assert counts_of(city, same).counts.tolist() == [[6, 3], [10, 11]]
    assert find_measure(city, same).grounds[Role.TARGET].square_metres == pytest.approx(250_000, rel=1e-4)


def test_events_known_to_the_stadsdel_only_may_be_in_the_polygon(city: Connection) -> None:
    rows = ["S1;2025-03-01 12:00;;;Rinkeby", "S2;2025-03-02 12:00;;;Tensta", "S3;2024-03-01 12:00;150100;6580500;"]
    lines = [
        "id;tid;x;y;omrade;doda;skadade;status",
        *(f"{row};0;0;bekräftad" for row in [*rows, "S4;2025-12-30 12:00;150100;6580500;"]),
        "",
    ]
    deliver(city, SourceId.SKJUTNINGAR, "\n".join(lines))
    number = register(city, formed(told(target={"polygon": square(0, 400, 500), "crs": 3011}, control=None)), DECIDED)
    held = counts_of(city, number, AskedEffect((SourceId.SKJUTNINGAR,), after=3))
    assert held.without_point.tolist() == [[0, 1]]


def test_a_polygon_is_refused_of_a_source_without_points(city: Connection) -> None:
    number = register(city, formed(told(target={"polygon": square(0, 400, 500), "crs": 3011})), DECIDED)
    with pytest.raises(NotCarriedError):
        counts_of(city, number, AskedEffect((SourceId.POLISHANDELSER,)))


def test_a_change_is_a_new_version_and_the_old_one_is_kept(city: Connection) -> None:
    number = register(city, formed(told()), DECIDED)
    change(city, number, formed(told(name="Mer ljus", control={"level": "stadsdel", "areas": ["husby"]})), MUCH_LATER)
    now, then = find_measure(city, number), find_measure(city, number, date(2025, 6, 1))
    assert (now.told.name, then.told.name) == ("Mer ljus", "Ljus")
    assert (now.told.sites[Role.CONTROL].codes, then.told.sites[Role.CONTROL].codes) == (("husby",), ("tensta",))
    assert (then.known_to, now.known_from) == (MUCH_LATER, MUCH_LATER)
    assert [version.known_from for version in versions_of(city, number)] == [MUCH_LATER, DECIDED]
    # The target and the goal were declared in time and stay so; the control was chosen when the year was over.
    assert (now.declared_after, then.declared_after, now.late_goals) == ((Role.CONTROL,), (), ())
    assert now.grounds[Role.TARGET].declared_at == DECIDED
    assert len(list_measures(city)) == len(list_measures(city, date(2025, 6, 1))) == 1
    assert list_measures(city, date(2024, 1, 1)) == []
    with pytest.raises(NotFoundError, match="2024-01-01"):
        find_measure(city, number, date(2024, 1, 1))


def test_a_decision_in_the_diary_counts_for_what_it_named_only(city: Connection) -> None:
    decision = {"declaredOn": "2024-11-20", "declaredIn": "SSN 2024/0123"}
    number = register(city, formed(told(**decision)), MUCH_LATER)
    assert find_measure(city, number).declared_after == ()
    change(city, number, formed(told(control={"level": "stadsdel", "areas": ["husby"]}, **decision)), datetime(2026, 2, 1, tzinfo=UTC))
    assert find_measure(city, number).declared_after == (Role.CONTROL,)
    goal = {**told()["goals"][0], "change": 10}
    change(city, number, formed(told(goals=[goal], **decision)), datetime(2026, 2, 2, tzinfo=UTC))
    assert find_measure(city, number).late_goals == (0,)


def test_goals_are_counted_in_the_target(city: Connection) -> None:
    number = register(city, formed(told()), DECIDED)
    measure = find_measure(city, number)
    (goal,) = count_goals(city, load_cube(city), measure, date(2026, 3, 1))
    held = goal.content
    assert (held.baseline, held.follow_up, held.delivered, str(held.known_until), held.late) == (12, 6, (12, 12), "2025-12", False)
    assert goal.question.baseline == measure.told.goals[0].baseline


def test_harm_is_weighed_by_the_set_in_force(city: Connection) -> None:
    groups = city.execute(
        text("SELECT category.code FROM category JOIN source USING (source_id) WHERE source.code = 'brander' AND parent_code IS NULL")
    )
    weights = [{"source": "brander", "code": code, "days": 7, "law": "Prov"} for code in groups.scalars()]
    load_weights(city, make_set({"name": "prov", "valid_from": date(2026, 6, 1), "basis": "Ett prov."}, weights))
    held = counts_of(city, register(city, formed(told()), DECIDED), AskedEffect((SourceId.BRANDER,), as_of=None))
    assert held.harm is not None
    assert held.harm_variance is not None
    assert held.weights == "prov"
    assert held.harm.tolist() == (7 * held.counts).tolist()
    assert held.harm_variance.tolist() == (49 * held.counts).tolist()
    assert held.unweighted == 0


def test_the_cube_and_the_polygon_agree_on_a_whole_stadsdel(city: Connection) -> None:
    areas = counts_of(city, register(city, formed(told()), DECIDED))
    whole = {"polygon": square(0, 0, 1000), "crs": 3011}
    polygon = counts_of(city, register(city, formed(told(target=whole)), DECIDED))
    assert np.array_equal(areas.counts, polygon.counts)
    assert np.array_equal(areas.months, polygon.months)


@pytest.mark.parametrize(
    ("changed", "property_", "words"),
    [
        ({"target": {"level": "stadsdel", "areas": ["ingenstans"]}}, "target", "inget område ingenstans"),
        ({"control": {"level": "stadsdel", "areas": ["rinkeby"]}}, "control", "överlappar"),
        ({"control": {"polygon": square(900, 0, 300), "crs": 3011}}, "control", "överlappar"),
        ({"target": {"polygon": square(900_000, 0, 300), "crs": 3011}}, "target.polygon", "inte i staden"),
        ({"target": {"polygon": square(0, 0, 300)}}, "target.polygon", "inte i staden"),
        ({"target": {"polygon": square(0, 0, 300), "crs": 3006}}, "target.crs", "4326 eller 3011"),
        ({"target": {"polygon": {"type": "Point", "coordinates": [1, 2]}, "crs": 3011}}, "target.polygon", "hel Polygon"),
        ({"target": {"polygon": {"type": "Polygon", "coordinates": "nej"}, "crs": 3011}}, "target.polygon", "hel Polygon"),
        ({"description": "Ring 070-123 45 67"}, "description", "personuppgift"),
        ({"responsible": "anna@example.se"}, "responsible", "personuppgift"),
        ({"name": "Stöd till 19811228-9874"}, "name", "personuppgift"),
        ({"goals": [{**told()["goals"][0], "category": ["finns-inte"]}]}, "goals.0.category", "ingen kategori"),
        ({"goals": [{**told()["goals"][0], "group": "finns-inte"}]}, "goals.0.group", "Gruppen"),
    ],
)
def test_what_cannot_be_is_refused_with_its_name(city: Connection, changed: dict[str, Any], property_: str, words: str) -> None:
    with pytest.raises(InvalidQuestionError, match=words) as refused:
        register(city, formed(told(**changed)), DECIDED)
    assert refused.value.faults[0].property == property_
    assert city.execute(text("SELECT count(*) FROM measure_version")).scalar_one() == 0


def test_editions_and_measures_that_there_are_not_are_not_found(city: Connection, connection: Connection) -> None:
    with pytest.raises(NotFoundError, match="2020-01-01"):
        register(city, formed(told(edition="2020-01-01")), DECIDED)
    with pytest.raises(NotFoundError, match="99"):
        change(connection, 99, formed(told()), DECIDED)
    with pytest.raises(NotFoundError, match="99"):
        find_measure(connection, 99)
    with pytest.raises(NotCarriedError):
        register(city, formed(told(goals=[{**told()["goals"][0], "source": ["population"]}])), DECIDED)


def test_no_measure_before_there_are_areas(connection: Connection) -> None:
    with pytest.raises(NotCoveredError, match="Inga områden"):
        register(connection, formed(told()), DECIDED)


def test_the_commands_of_the_register(sample: Engine) -> None:
    found = orjson.loads(run(sample, "measures", "list", "--json").stdout)["items"]
    assert [measure["startsOn"] for measure in found] == ["2024-04-01", "2024-01-15", "2023-09-01"]
    hosts, bins, _ = (str(measure["id"]) for measure in found)
    assert "3 åtgärder." in run(sample, "measures", "list").stdout
    assert orjson.loads(run(sample, "measures", "show", bins).stdout)["target"]["polygon"]["type"] == "MultiPolygon"
    printed = run(sample, "measures", "effect", hosts).stdout
    assert "Skillnad i målområdet" in printed
    assert "minskade från 258 till 198" in printed
    written = orjson.loads(run(sample, "measures", "effect", hosts, "--format", "json").stdout)
    assert (written["verdict"], [goal["verdict"] for goal in written["goals"]]) == ("lower", ["reached", "tooSmallToTell"])
    missing = run(sample, "measures", "effect", "30000")
    assert (missing.returncode, "Det finns ingen åtgärd 30000" in missing.stderr) == (2, True)


def test_a_measure_is_added_by_options_and_changed_by_a_file(fresh_database: Engine, tmp_path: Path) -> None:
    with fresh_database.begin() as connection:
        Drawing(connection, tmp_path)(AreaLevel.STADSDEL, ROW)
    options = {
        "name": "Ljus",
        "kind": "belysning",
        "responsible": "Nämnden",
        "start": "2025-01-01",
        "target": "rinkeby",
        "control": "tensta",
    }
    added = run(fresh_database, "measures", "add", *(word for name, value in options.items() for word in (f"--{name}", value)))
    assert added.returncode == 0, added.stderr
    assert "jämförelseområde anmäldes efter att åtgärden hade börjat" in added.stdout
    number = str(orjson.loads(run(fresh_database, "measures", "list", "--json").stdout)["items"][0]["id"])
    lines = (
        'name = "Mer ljus"',
        'kind = "belysning"',
        'responsible = "Nämnden"',
        "startsOn = 2025-01-01",
        "[target]",
        'level = "stadsdel"',
        'areas = ["rinkeby"]',
    )
    file = tmp_path / "ljus.toml"
    file.write_text("\n".join(lines))
    changed = orjson.loads(run(fresh_database, "measures", "change", number, str(file), "--json").stdout)
    assert (str(changed["id"]), changed["name"]) == (number, "Mer ljus")
    assert "Mer ljus" in run(fresh_database, "measures", "list").stdout
    assert "eller val, inte båda" in run(fresh_database, "measures", "add", str(file), "--name", "Ljus").stderr
    nothing = run(fresh_database, "measures", "add", "--name", "Ljus")
    assert (nothing.returncode, "kind saknas" in nothing.stderr) == (2, True)
    assert "går inte att läsa" in run(fresh_database, "measures", "add", str(tmp_path / "saknas.toml")).stderr
