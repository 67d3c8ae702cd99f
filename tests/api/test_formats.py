"""One pipeline: the rows of an answer are the same in every format, whatever is in them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import httpx
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

from tests.reading import GEOMETRY, Row, rows_of, same
from trygghetskarta.serialize.columns import Kind, known_columns
from trygghetskarta.serialize.formats import Format

CRIME = {"source": "anmalda_brott"}
NOWHERE = {"level": "stadsdel", "area": "rinkeby", "within": "bromma"}
QUESTIONS: dict[str, tuple[str, dict[str, str]]] = {
    "a rate against the year before": ("comparisons", CRIME | {"baseline": "previous", "measure": "rate"}),
    "harm": ("comparisons", CRIME | {"level": "stadsdel", "measure": "harm", "baseline": "same-period-last-year"}),
    "counts alone": ("comparisons", {"source": "brander", "level": "basomrade", "statistics": "none"}),
    "a baseline that was never delivered": ("comparisons", CRIME | {"from": "2016-01", "to": "2016-02", "baseline": "previous"}),
    "no area at all": ("comparisons", CRIME | NOWHERE),
    "months": ("series", CRIME | {"from": "2024-11"}),
    "months never delivered": ("series", CRIME | {"from": "2015-11", "to": "2016-02"}),
    "all that is found in a series": ("series", CRIME | {"include": "all", "measure": "harm", "area": "jarva", "from": "2024-01"}),
    "years of no area": ("series", CRIME | NOWHERE | {"interval": "year", "include": "all", "measure": "rate"}),
    "hours": ("hours", CRIME | {"baseline": "previous"}),
    "hours without a baseline": ("hours", CRIME),
    "hexagons": ("hexagons", {"source": "brander", "baseline": "previous"}),
    "no hexagon": ("hexagons", {"source": "brander"} | NOWHERE),
    "what moved it": ("decompositions", CRIME | {"baseline": "previous"}),
    "hot spots": ("hotspots", CRIME | {"method": "moran"}),
    "hot spots over time": ("hotspots", CRIME | {"method": "emerging"}),
    "changed pattern": ("pattern-changes", CRIME),
    "concentration": ("concentration", CRIME | {"within": "jarva"}),
    "a density": ("densities", {"source": "skjutningar", "baseline": "previous"}),
    "a density as a grid": ("densities", {"source": "skjutningar", "shape": "grid", "baseline": "previous", "cell": "500"}),
    "near repeats": ("near-repeats", {"source": "skjutningar"}),
    "a survey": ("indicators", {"from": "2021"}),
    "a survey beside crime": ("survey-and-crime", {"beside": "anmalda_brott"}),
    "similar areas": ("similar-areas", CRIME | {"level": "stadsdelsomrade"}),
    "older people": ("lenses/older-people", {}),
    "kinds of fraud": ("lenses/older-people", {"view": "kinds"}),
    "an effect": ("measures/1/effect", {}),
}
FINE = CRIME | {"level": "stadsdel", "from": "2025-01", "to": "2025-02"}
"""More detailed than anything that is released."""
HIDDEN = {
    "a comparison": ("comparisons", FINE | {"baseline": "previous"}),
    "a rate": ("comparisons", FINE | {"measure": "rate", "statistics": "none"}),
    "a series": ("series", FINE | {"include": "all"}),
}
EXPORTS = ("comparisons", "series")


def get(server: str, path: str, **parameters: Any) -> httpx.Response:  # noqa: ANN401 - values of a query
    return httpx.get(f"{server}/v1/{path}", params=parameters, timeout=120)


def content(server: str, path: str, **parameters: Any) -> bytes:  # noqa: ANN401 - values of a query
    answer = get(server, path, **parameters)
    assert answer.status_code == 200, answer.text
    return answer.content


def assert_same_rows(server: str, path: str, asked: dict[str, str]) -> list[Row]:
    told = rows_of(content(server, path, **asked, format="json"), Format.JSON)
    for form in Format:
        written = content(server, path, **asked, format=form, dialect="rfc4180")
        if form is Format.PARQUET:
            assert_typed(written, path)
        found = rows_of(written, form)
        assert len(found) == len(told), form
        for there, here in zip(found, told, strict=True):
            wrong = {name: (there.get(name), value) for name, value in here.items() if not same(there.get(name), value)}
            assert not wrong, form
            assert form is Format.JSONSTAT or set(there) == set(here), form
    return told


def assert_typed(written: bytes, path: str) -> None:
    """A column has its type whatever its values happen to be, and where there is no row."""
    schema = pq.read_schema(io.BytesIO(written))
    types = {Kind.TEXT: pa.string(), Kind.WHOLE: pa.int64(), Kind.DECIMAL: pa.float64(), Kind.TRUTH: pa.bool_()}
    fractions = {"hours": ("count", "baselineCount"), "densities": ("difference",)}.get(path, ())
    for column in set(schema.names) - {"geometry"}:
        kind = Kind.DECIMAL if column in fractions else known_columns()[column].kind
        assert schema.field(column).type == types[kind], column


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_rows_are_the_same_in_every_format(live_server: str, name: str) -> None:
    path, asked = QUESTIONS[name]
    rows = assert_same_rows(live_server, path, asked)
    assert bool(rows) is not name.startswith(("no ", "years of no"))


@pytest.mark.parametrize("name", HIDDEN)
def test_what_is_withheld_is_withheld_in_every_format(public_server: str, name: str) -> None:
    path, asked = HIDDEN[name]
    rows = assert_same_rows(public_server, path, asked)
    assert {row["status"] for row in rows} == {"withheld"}
    assert {row["count"] for row in rows} == {None}
    cube = orjson.loads(content(public_server, path, **asked, format="jsonstat"))
    assert set(cube["value"]) == {None}
    assert "withheld" in set(cube["status"].values())


def test_an_answer_without_rows_has_all_its_columns(live_server: str) -> None:
    for path, asked in (QUESTIONS["no area at all"], QUESTIONS["years of no area"], QUESTIONS["no hexagon"]):
        some = {name: value for name, value in asked.items() if name != "within"}
        for form in (Format.CSV, Format.PARQUET, Format.XLSX):
            empty, full = (_columns(content(live_server, path, **question, format=form), form) for question in (asked, some))
            assert empty == full, (path, form)


def _columns(written: bytes, form: Format) -> list[str]:
    if form is Format.PARQUET:
        return list(pq.read_schema(io.BytesIO(written)).names)
    if form is Format.CSV:
        return written.decode("utf-8-sig").split("\r\n")[0].split(";")
    import openpyxl

    return [str(cell.value) for cell in next(openpyxl.load_workbook(io.BytesIO(written))["Siffror"].iter_rows())]


@pytest.mark.parametrize("form", [Format.GPKG, Format.FLATGEOBUF])
@pytest.mark.parametrize("name", ["counts alone", "no area at all", "months", "hexagons", "no hexagon"])
def test_a_layer_knows_its_system_and_kind_even_when_it_is_empty(live_server: str, tmp_path: Path, form: Format, name: str) -> None:
    path, asked = QUESTIONS[name]
    file = tmp_path / f"svar{form.ending}"
    file.write_bytes(content(live_server, path, **asked, format=form))
    layer = pyogrio.read_info(file)
    assert (layer["crs"], layer["geometry_type"]) == ("EPSG:4326", "MultiPolygon")
    _, table = pyogrio.raw.read_arrow(file)
    shapes = shapely.from_wkb(table.column(next(column for column in GEOMETRY if column in table.column_names)).to_pylist())
    drawn = {
        str(feature["id"]): shapely.from_geojson(orjson.dumps(feature["geometry"]))
        for feature in orjson.loads(content(live_server, path, **asked, format="geojson"))["features"]
    }
    key = "cell" if "hexagon" in name else "code"
    assert len(shapes) == len(table)
    for code, shape in zip(table.column(key).to_pylist(), shapes, strict=True):
        assert shapely.equals(shape, drawn[code])


def test_geoparquet_is_of_version_1_1_with_longitude_first(live_server: str) -> None:
    schema = pq.read_schema(io.BytesIO(content(live_server, "comparisons", source="brander", format="parquet")))
    geo = orjson.loads(schema.metadata[b"geo"])
    assert (geo["version"], geo["primary_column"]) == ("1.1.0", "geometry")
    # Without a system of its own a column is OGC:CRS84, which is WGS84 with longitude first.
    assert geo["columns"]["geometry"] == {"encoding": "WKB", "geometry_types": ["MultiPolygon"]}
    beside = orjson.loads(schema.metadata[b"trygghetskarta"])
    assert beside["question"]["source"] == ["brander"]
    assert beside["sentences"]


@pytest.mark.parametrize("form", [Format.GPKG, Format.FLATGEOBUF, Format.PARQUET, Format.GEOJSON])
def test_without_geometry_there_is_a_plain_table(live_server: str, tmp_path: Path, form: Format) -> None:
    written = content(live_server, "comparisons", source="brander", format=form, geometry="none")
    assert len(rows_of(written, form)) == 11
    if form is Format.GEOJSON:
        assert {feature["geometry"] for feature in orjson.loads(written)["features"]} == {None}
    elif form is Format.PARQUET:
        schema = pq.read_schema(io.BytesIO(written))
        assert b"geo" not in schema.metadata
        assert "geometry" not in schema.names
    else:
        file = tmp_path / f"svar{form.ending}"
        file.write_bytes(written)
        assert pyogrio.read_info(file)["crs"] is None


@pytest.mark.parametrize("form", list(Format))
def test_the_same_question_is_the_same_bytes(live_server: str, form: Format) -> None:
    asked = {"source": "brander", "baseline": "previous", "format": form}
    assert content(live_server, "comparisons", **asked) == content(live_server, "comparisons", **asked)


# Columns


@pytest.mark.parametrize(("path", "more"), [*((path, {}) for path in EXPORTS), ("comparisons", {"statistics": "none"})])
def test_columns_hold_what_the_rows_hold(live_server: str, path: str, more: dict[str, str]) -> None:
    asked = CRIME | {"level": "stadsdel", "format": "json", **more}
    rows = rows_of(content(live_server, path, **asked), Format.JSON)
    assert rows_of(content(live_server, path, **asked, layout="columns"), Format.JSON) == rows


def test_a_column_of_counts_is_a_fraction_of_the_rows(live_server: str) -> None:
    asked = CRIME | {"level": "basomrade", "statistics": "none", "format": "json"}
    rows = content(live_server, "comparisons", **asked)
    counts = content(live_server, "comparisons", **asked, layout="columns", column="count")
    assert list(orjson.loads(counts)["columns"]) == ["code", "count"]
    assert len(counts) < len(rows) / 10
    assert orjson.loads(counts)["ledger"] == orjson.loads(rows)["ledger"]


@pytest.mark.parametrize("form", list(Format))
def test_columns_are_chosen_in_every_format_and_a_row_keeps_its_name(live_server: str, form: Format) -> None:
    for path, named in (("comparisons", ["code"]), ("series", ["code", "period"])):
        written = content(live_server, path, source="brander", format=form, column=["status", "count"], dialect="rfc4180")
        found = rows_of(written, form)[0]
        grouped = ["name", "level"] if path == "series" and form in (Format.JSON, Format.GEOJSON) else []
        extra = ["period"] if path == "comparisons" and form is Format.JSONSTAT else []
        assert sorted(found) == sorted([*named, "status", "count", *grouped, *extra])


@pytest.mark.parametrize(
    ("asked", "property_"),
    [
        ({"column": "Antal", "format": "json"}, "column"),
        ({"layout": "columns", "format": "csv"}, "layout"),
        ({"layout": "columns"}, "layout"),  # a comparison is GeoJSON unless told otherwise
        ({"format": "shp"}, "format"),
    ],
)
def test_what_cannot_be_written_is_refused_in_both_languages(live_server: str, asked: dict[str, str], property_: str) -> None:
    answer = get(live_server, "comparisons", source="brander", **asked)
    assert answer.status_code == 400
    fault = answer.json()["invalidParameters"][0]
    assert fault["property"] == property_
    assert fault["reason"]
    assert fault["reasonEn"]
    assert answer.headers["Cache-Control"] == "no-store"


# Files to take home


@pytest.mark.parametrize("form", list(Format))
@pytest.mark.parametrize("path", EXPORTS)
def test_a_file_is_the_answer_with_a_name_that_tells_the_question(public_server: str, path: str, form: Format) -> None:
    asked = {"source": "anmalda_brott", "level": "stadsdel", "within": "jarva", "from": "2025-01", "to": "2025-03", "format": form}
    file = get(public_server, f"exports/{path}", **asked)
    assert file.content == content(public_server, path, **asked)
    kind = {"comparisons": "jamforelse", "series": "serie"}[path]
    name = f"{kind}_anmalda_brott_stadsdel_jarva_2025-01_2025-03_delbar{form.ending}"
    assert file.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert file.headers["Content-Type"] == form.media_type


def test_a_file_is_csv_unless_told_otherwise_and_not_sent_twice(live_server: str) -> None:
    file = get(live_server, "exports/comparisons", source="brander", baseline="previous")
    assert file.content.startswith(b"\xef\xbb\xbfcode;name;")
    assert file.headers["Content-Disposition"].endswith('_2025-01_2025-12_mot_2024-01_2024-12_delbar.csv"')
    again = httpx.get(file.url, headers={"If-None-Match": file.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_bad_question_is_no_file(live_server: str) -> None:
    for path in EXPORTS:
        answer = get(live_server, f"exports/{path}", source="brander", area="atlantis")
        assert answer.status_code == 400
        assert "Content-Disposition" not in answer.headers
