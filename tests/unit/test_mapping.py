"""Mapping files: what they can say, and what is refused."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

import pytest

from tests.unit.deliveries import context, delivered, lines, only, outcome_of
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.events import Precision, Reading
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.contract import Layout
from trygghetskarta.ingest.mapping import FIELDS, read_mapping
from trygghetskarta.ingest.sources.anmalda_brott import AnmaldaBrott

WHOLE = """
withdrawn = ["Void", "ÅTERTAGEN"]

[columns]
id = "ID"
start = "Date"
kind = "IUCR"
x = "Longitude"
y = "Latitude"
area = "Community Area"
status = "State"

[formats]
start = ["%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y"]

[place]
crs = 4326
area_level = "stadsdel"
without = "stad"

[codes.kind]
"0110" = "0310"

[detail]
street = "Block"
"""
SMALLEST = '[columns]\nstart = "Date"\nkind = "Kind"\n'


def mapping(folder: Path, text: str | bytes) -> Layout:
    path = folder / "chicago.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_mapping(path)


def refused(folder: Path, text: str | bytes) -> BadDeliveryError:
    with pytest.raises(BadDeliveryError, match=r"chicago\.toml") as caught:
        mapping(folder, text)
    assert "chicago.toml" in caught.value.english
    assert caught.value.swedish.endswith(".")
    assert caught.value.english.endswith(".")
    return caught.value


def test_a_mapping_says_everything_that_a_layout_can(tmp_path: Path) -> None:
    assert mapping(tmp_path, WHOLE) == Layout(
        name=f"chicago.toml@{hashlib.sha256(WHOLE.encode()).hexdigest()[:12]}",
        columns={
            "id": "ID",
            "start": "Date",
            "kind": "IUCR",
            "x": "Longitude",
            "y": "Latitude",
            "area": "Community Area",
            "status": "State",
        },
        required=("id", "start", "kind", "x", "y", "area", "status"),
        formats={"start": ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y")},
        srid=4326,
        area_level=AreaLevel.STADSDEL,
        codes={"kind": {"0110": "0310"}},
        withdrawn=frozenset(("void", "återtagen")),
        without_place=Precision.STAD,
        detail={"street": "Block"},
    )


def test_the_smallest_mapping_says_when_and_what(tmp_path: Path) -> None:
    layout = mapping(tmp_path, SMALLEST)
    assert (layout.columns, layout.required) == ({"start": "Date", "kind": "Kind"}, ("start", "kind"))
    assert (layout.srid, layout.area_level, layout.without_place, layout.formats) == (None, None, Precision.NONE, {})


def test_a_reported_date_and_a_constant_kind_are_enough(tmp_path: Path) -> None:
    layout = mapping(tmp_path, '[columns]\nreported = "Dag"\n[constants]\nkind = "0310"\n[formats]\nreported = "%d.%m.%Y"\n')
    assert layout.constants == {"kind": "0310"}
    assert layout.formats == {"reported": ("%d.%m.%Y",)}


def test_a_mapping_that_changes_by_a_byte_has_another_name(tmp_path: Path) -> None:
    first, second = mapping(tmp_path, SMALLEST), mapping(tmp_path, SMALLEST + "\n")
    assert first.name != second.name
    assert first.name.startswith("chicago.toml@")


@pytest.mark.parametrize("field", sorted(FIELDS - {"start", "kind"}))
def test_every_field_may_have_a_column(tmp_path: Path, field: str) -> None:
    more = "".join(f'{name} = "{name.upper()}"\n' for name in ({"x", "y"} if field in "xy" else {field}))
    place = '[place]\ncrs = 3011\narea_level = "stadsdel"\n'
    assert mapping(tmp_path, f"{SMALLEST}{more}{place}").columns[field] == field.upper()


@pytest.mark.parametrize("section", ["[columns]", "[formats]", "[constants]", "[codes]"])
def test_an_unknown_field_is_refused_by_name_with_those_there_are(tmp_path: Path, section: str) -> None:
    text = SMALLEST.replace("[columns]\n", '[columns]\nplats = "X"\n') if section == "[columns]" else f"{SMALLEST}{section}\n"
    text += {"[columns]": "", "[formats]": 'plats = "%Y"\n', "[constants]": 'plats = "x"\n', "[codes]": 'plats = {a = "b"}\n'}[section]
    error = refused(tmp_path, text)
    assert "okänt fält plats; fälten är antal, area, end," in error.swedish
    assert "unknown field plats" in error.english


@pytest.mark.parametrize(
    "text",
    [
        '[columns]\nkind = "Kind"\n',
        '[columns]\nend = "Date"\nkind = "Kind"\n',
        '[columns]\nstart = "Date"\n',
        '[columns]\nstart = "Date"\n[codes.kind]\na = "b"\n',
        "[columns]\n",
    ],
)
def test_a_mapping_that_does_not_say_when_or_what_is_refused(tmp_path: Path, text: str) -> None:
    error = refused(tmp_path, text)
    assert "behöver åtminstone start eller reported, och kind" in error.swedish


@pytest.mark.parametrize("text", ["start = Date\n", "[columns\n", "{}", "a = 1\na = 2\n", b"\xff\xfe[\x00"])
def test_what_is_not_toml_is_refused(tmp_path: Path, text: str | bytes) -> None:
    assert "är inte en TOML-fil" in refused(tmp_path, text).swedish


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "columns"),
        (f"{SMALLEST}[place]\nepsg = 3011\n", "place.epsg"),
        (f'sourse = "x"\n{SMALLEST}', "sourse"),
        (f"{SMALLEST}antal = 3\n", "columns.antal"),
        (f'{SMALLEST}[place]\ncrs = "SWEREF"\n', "place.crs"),
        (f'{SMALLEST}[place]\narea_level = "kvarter"\n', "place.area_level"),
        (f'{SMALLEST}[place]\nwithout = "solna"\n', "place.without"),
        (f'withdrawn = "void"\n{SMALLEST}', "withdrawn"),
        (f"{SMALLEST}[formats]\nstart = 3\n", "formats.start"),
    ],
)
def test_an_unknown_key_or_an_impossible_value_is_refused_by_where_it_stands(tmp_path: Path, text: str, where: str) -> None:
    error = refused(tmp_path, text)
    assert where in error.swedish
    assert where in error.english


@pytest.mark.parametrize(
    "text",
    [f'{SMALLEST}[constants]\narea = "farsta"\n', f'{SMALLEST}[codes.area]\n"1" = "farsta"\n', f'{SMALLEST}[constants]\nkind = "0310"\n'],
)
def test_what_would_be_read_by_nothing_is_refused(tmp_path: Path, text: str) -> None:
    assert "bara kind kan ha en konstant eller en kodtabell" in refused(tmp_path, text).swedish


@pytest.mark.parametrize("fields", ['x = "X"\n', 'y = "Y"\n'])
def test_half_a_point_is_refused(tmp_path: Path, fields: str) -> None:
    # Otherwise every row would silently be without a place.
    refused(tmp_path, f"{SMALLEST}{fields}[place]\ncrs = 3011\n")


@pytest.mark.parametrize("date_format", ["%Q", "%"])
def test_a_date_format_that_cannot_be_used_is_refused(tmp_path: Path, date_format: str) -> None:
    assert "%" in refused(tmp_path, f'{SMALLEST}[formats]\nstart = "{date_format}"\n').swedish


@pytest.mark.parametrize("dates", [["2018-08-09 10:00+0200"], ["2018-08-09 10:00+0200", "2018-12-09 10:00+0100"]])
def test_a_date_format_with_a_zone_is_refused_or_read_to_the_instant(tmp_path: Path, dates: list[str]) -> None:
    file = delivered(lines("Date;Kind", *(f"{date};0310" for date in dates)))

    def read() -> Reading:
        return only(AnmaldaBrott().read(file, context(layout=mapping(tmp_path, f'{SMALLEST}[formats]\nstart = "%Y-%m-%d %H:%M%z"\n'))))

    outcome = outcome_of(read)
    if isinstance(outcome, BadDeliveryError):
        assert "%z" in outcome.swedish
    else:
        # Eight in UTC in August, nine in December.
        assert outcome.events.starts_at.tolist() == [int(datetime.fromisoformat(date).timestamp()) * 1_000_000 for date in dates]


def test_a_mapping_that_does_not_exist_is_refused_by_its_path(tmp_path: Path) -> None:
    with pytest.raises(BadDeliveryError, match=r"saknad\.toml finns inte"):
        read_mapping(tmp_path / "saknad.toml")
