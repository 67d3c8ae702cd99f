"""The lists of explosions, of what people told the city, and of what its staff met."""

from __future__ import annotations

import orjson
import pytest

from tests.unit.deliveries import (
    CENTRAL_3011,
    CENTRAL_4326,
    SHOOTING_HEADER,
    Refusal,
    context,
    delivered,
    lines,
    only,
    precisions,
    refusals,
)
from trygghetskarta.domain.categories import tree_of
from trygghetskarta.domain.events import Precision, Reading
from trygghetskarta.ingest.contract import Source
from trygghetskarta.ingest.sources.anmalda_brott import AnmaldaBrott
from trygghetskarta.ingest.sources.incidenter import Incidenter
from trygghetskarta.ingest.sources.skjutningar import Skjutningar
from trygghetskarta.ingest.sources.sprangningar import Sprangningar
from trygghetskarta.ingest.sources.tyck_till import TyckTill

REPORTS = "id;tid;slag;x;y"
INCIDENTS = "id;tid;slag;omrade"


def read(source: Source, *rows: str) -> Reading:
    (reading,) = source.read(delivered(lines(*rows)), context())
    return reading


@pytest.mark.parametrize("source", [Skjutningar(), Sprangningar()])
@pytest.mark.parametrize(
    ("dead", "injured", "kind"),
    [
        ("1", "0", "döda"),
        ("1", "", "döda"),
        ("0", "2", "skadade"),
        ("", "2", "uppgift saknas"),
        ("0", "0", "utan skadade"),
        ("0", "", "uppgift saknas"),
        ("många", "0", "uppgift saknas"),
    ],
)
def test_the_kind_is_told_by_who_was_hurt_and_the_tree_knows_it(source: Source, dead: str, injured: str, kind: str) -> None:
    reading = read(source, SHOOTING_HEADER, f"S1;2025-10-01 23:45;;;Rinkeby;{dead};{injured};bekräftad")
    assert reading.events.kind.to_pylist() == [kind]
    assert tree_of(source.source).categorise(kind)[1]


def test_an_explosion_taken_back_is_kept_as_withdrawn() -> None:
    reading = read(
        Sprangningar(),
        SHOOTING_HEADER,
        f"S1;2025-10-01 23:45;{CENTRAL_3011[0]};{CENTRAL_3011[1]};;0;0;Makulerad",
        "S2;2025-10-02;;;;0;0;bekräftad",
    )
    assert reading.events.withdrawn.tolist() == [True, False]
    assert precisions(reading) == [Precision.POINT, Precision.STAD]


def test_a_report_without_a_point_is_somewhere_in_the_city() -> None:
    reading = read(TyckTill(), REPORTS, f"T1;2025-10-01 18:59;klotter;{CENTRAL_3011[0]};{CENTRAL_3011[1]}", "T2;2025-10-01;belysning;;")
    assert precisions(reading) == [Precision.POINT, Precision.STAD]
    assert reading.events.identity.to_pylist() == ["T1", "T2"]
    assert reading.rejected == []


def test_what_people_wrote_is_never_stored() -> None:
    reading = read(TyckTill(), REPORTS + ";text", "T1;2025-10-01 18:59;klotter;;;Min granne Åke, 070-1234567")
    assert reading.events.detail.to_pylist() == [None]
    assert [warning.code for warning in reading.warnings] == ["unknown_column"]


def test_an_incident_is_known_to_a_stadsdel_and_never_finer() -> None:
    reading = read(Incidenter(), INCIDENTS + ";x;y", f"I1;2025-10-01 08:00;hot;Rinkeby;{CENTRAL_3011[0]};{CENTRAL_3011[1]}")
    assert precisions(reading) == [Precision.STADSDEL]
    assert reading.srid is None


@pytest.mark.parametrize(
    ("source", "header", "row", "refusal"),
    [
        (TyckTill(), REPORTS, ";2025-10-01;klotter;;", Refusal(2, "id", "missing_id", "")),
        (TyckTill(), REPORTS, "T1;2025-10-01;;;", Refusal(2, "slag", "missing_kind", "")),
        (TyckTill(), REPORTS, "T1;2025-10-01;klotter;inf;1", Refusal(2, "x", "no_position", "inf")),
        (Incidenter(), INCIDENTS, "I1;2025-10-01;hot;Påhittsberg", Refusal(2, "omrade", "unknown_area", "Påhittsberg")),
        (Incidenter(), INCIDENTS, "I1;2025-02-30 12:00;hot;Rinkeby", Refusal(2, "tid", "no_such_date", "2025-02-30 12:00")),
        (Sprangningar(), SHOOTING_HEADER, ";2025-10-01;;;;0;0;bekräftad", Refusal(2, "id", "missing_id", "")),
    ],
)
def test_a_bad_row_is_rejected_by_its_column(source: Source, header: str, row: str, refusal: Refusal) -> None:
    assert refusals(read(source, header, row)) == [refusal]


@pytest.mark.parametrize(
    ("source", "kinds"),
    [
        (TyckTill(), ("klotter", "belysning", "nedskräpning", "otrygg plats", "trasig lekplats")),
        (Incidenter(), ("hot", "våld", "skadegörelse", "stöld")),
    ],
)
def test_the_trees_know_the_kinds_of_the_sample(source: Source, kinds: tuple[str, ...]) -> None:
    assert all(tree_of(source.source).categorise(kind)[1] for kind in kinds)


def test_points_of_a_geojson_file_fit_a_layout_of_longitudes_and_latitudes() -> None:
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": list(CENTRAL_4326)},
        "properties": {"ID": "A1", "BROTTSKOD": "0321", "KOMMUN": "Stockholm", "BROTTSDATUMTID_START": "2025-03-01 14:05"},
    }
    content = orjson.dumps({"type": "FeatureCollection", "features": [feature]})
    reading = only(AnmaldaBrott().read(delivered(content, "brott.geojson"), context()))
    assert (reading.rejected, reading.warnings, reading.srid) == ([], [], 4326)
    assert (reading.events.x.tolist(), reading.events.y.tolist()) == ([CENTRAL_4326[0]], [CENTRAL_4326[1]])
