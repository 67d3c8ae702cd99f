"""The clients themselves read what the API writes: numbers as numbers, å, ä and ö right, shapes where they lie."""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import geopandas as gpd
import httpx
import openpyxl
import orjson
import pandas as pd
import polars as pl
import pytest
from pyjstat import pyjstat

NODE = Path(__file__).parents[1] / "node"
ASKED = {"source": "anmalda_brott", "level": "stadsdel", "baseline": "previous", "measure": "rate"}
OVER_TIME = {"source": "anmalda_brott", "from": "2025-01"}
SWEDISH = "1053"
LONGITUDE, LATITUDE = (17.7, 18.3), (59.2, 59.5)


def take(server: str, kind: str = "comparisons", **asked: str) -> bytes:
    """Take a file home."""
    answer = httpx.get(f"{server}/v1/exports/{kind}", params=(ASKED if kind == "comparisons" else OVER_TIME) | asked, timeout=60)
    assert answer.status_code == 200, answer.text
    return answer.content


def told(server: str, kind: str = "comparisons") -> dict[str, list[Any]]:
    """Give the answer's columns as JSON has them."""
    columns: dict[str, list[Any]] = orjson.loads(take(server, kind, format="json", layout="columns"))["columns"]
    return columns


def assert_told(found: pd.DataFrame, columns: dict[str, list[Any]]) -> None:
    """The names, the numbers and what is missing are those that were told."""
    assert found["name"].tolist() == columns["name"]
    assert found["code"].tolist() == columns["code"]
    for name in ("count", "rate"):
        assert pd.api.types.is_numeric_dtype(found[name]), name
        assert [None if pd.isna(value) else value for value in found[name]] == pytest.approx(columns[name])
    assert any("ö" in name for name in columns["name"])


def test_pandas_reads_csv_workbook_and_parquet(live_server: str) -> None:
    columns = told(live_server)
    texts = {"code": str, "parent": str}
    swedish = pd.read_csv(io.BytesIO(take(live_server)), sep=";", decimal=",", dtype=texts)
    rfc4180 = pd.read_csv(io.BytesIO(take(live_server, dialect="rfc4180")), dtype=texts)
    workbook = pd.read_excel(io.BytesIO(take(live_server, format="xlsx")))
    parquet = pd.read_parquet(io.BytesIO(take(live_server, format="parquet", geometry="none")))
    for found in (swedish, rfc4180, workbook, parquet, pd.DataFrame(columns)):
        assert_told(found, columns)
        assert list(found) == list(columns)


def test_pandas_finds_months_in_a_workbook_as_dates(live_server: str) -> None:
    found = pd.read_excel(io.BytesIO(take(live_server, "series", format="xlsx")))
    assert str(found["from"].dtype).startswith("datetime64")
    assert found["from"].dt.tz is None
    assert found["from"].dt.strftime("%Y-%m").tolist() == told(live_server, "series")["from"]


def test_polars_reads_csv_parquet_and_columns(live_server: str) -> None:
    columns = told(live_server)
    texts = {"code": pl.String, "parent": pl.String}
    swedish = pl.read_csv(take(live_server), separator=";", decimal_comma=True, schema_overrides=texts)
    rfc4180 = pl.read_csv(take(live_server, dialect="rfc4180"), schema_overrides=texts)
    parquet = pl.read_parquet(io.BytesIO(take(live_server, format="parquet", geometry="none")))
    for found in (swedish, rfc4180, parquet, pl.DataFrame(columns)):
        assert found["name"].to_list() == columns["name"]
        assert found["rate"].to_list() == pytest.approx(columns["rate"])
        assert (found["count"].dtype, found["rate"].dtype) == (pl.Int64, pl.Float64)


def test_geopandas_reads_every_format_with_shapes(live_server: str, tmp_path: Path) -> None:
    columns = told(live_server)
    for form, ending in (("gpkg", ".gpkg"), ("flatgeobuf", ".fgb"), ("geojson", ".geojson")):
        file = tmp_path / f"svar{ending}"
        file.write_bytes(take(live_server, format=form))
        assert_lies_in_stockholm(gpd.read_file(file), columns)
    assert_lies_in_stockholm(gpd.read_parquet(io.BytesIO(take(live_server, format="parquet"))), columns)


def assert_lies_in_stockholm(found: gpd.GeoDataFrame, columns: dict[str, list[Any]]) -> None:
    assert_told(found, columns)
    left, bottom, right, top = found.total_bounds
    assert LONGITUDE[0] < left < right < LONGITUDE[1]
    assert LATITUDE[0] < bottom < top < LATITUDE[1]
    assert found.crs.to_authority() in (("EPSG", "4326"), ("OGC", "CRS84"))
    assert 150 < found.to_crs(3011).area.sum() / 1e6 < 300


@pytest.mark.filterwarnings("ignore:Shouldn't use this function anymore:DeprecationWarning")  # it uses its own old functions
@pytest.mark.parametrize("kind", ["comparisons", "series"])
def test_pyjstat_reads_the_dataset(live_server: str, kind: str) -> None:
    columns = told(live_server, kind)
    dataset = pyjstat.Dataset.read(take(live_server, kind, format="jsonstat").decode())
    found = dataset.write("dataframe")
    assert list(found) == ["Område", "Period", "Mått", "value"]
    counts = found[found["Mått"] == "Antal"]
    assert counts["Område"].tolist() == columns["name"]
    assert counts["value"].tolist() == columns["count"]
    if kind == "series":
        assert counts["Period"].tolist() == columns["period"]


# GDAL 3.6


@pytest.mark.gdal
@pytest.mark.parametrize(("form", "ending"), [("gpkg", ".gpkg"), ("flatgeobuf", ".fgb"), ("geojson", ".geojson")])
def test_gdal_of_the_system_reads_the_layer_without_a_warning(live_server: str, tmp_path: Path, form: str, ending: str) -> None:
    file = tmp_path / f"svar{ending}"
    file.write_bytes(take(live_server, format=form))
    layer = "svar" if form == "geojson" else "trygghetskarta"
    statement = f'SELECT SUM("count") AS events, COUNT(*) AS areas FROM "{layer}"'
    seen = subprocess.run(["ogrinfo", "-q", "-dialect", "SQLITE", "-sql", statement, file], capture_output=True, text=True, check=True)
    assert f"events (Integer) = {sum(told(live_server)['count'])}\n" in seen.stdout
    assert "areas (Integer) = 117\n" in seen.stdout
    assert seen.stderr == ""


# LibreOffice


def converted(folder: Path, name: str, content: bytes, to: str, *how: str) -> Path:
    """Open a file in LibreOffice and save it as another."""
    (folder / name).write_bytes(content)
    home = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", home, "--headless", *how, "--convert-to", to, "--outdir", str(folder / "out"), str(folder / name)]
    subprocess.run(command, check=True, capture_output=True, timeout=120, env={**os.environ, "HOME": str(folder)})
    (made,) = (folder / "out").iterdir()
    return made


@pytest.mark.office
def test_libreoffice_opens_csv_with_numbers_as_numbers(live_server: str, tmp_path: Path) -> None:
    columns = told(live_server)
    # What its dialogue takes for granted on a Swedish computer: UTF-8 by the mark, semicolons, decimal commas.
    made = converted(tmp_path, "svar.csv", take(live_server), "xlsx", f"--infilter=CSV:59,34,76,1,,{SWEDISH},false,true")
    lines = [[cell.value for cell in line] for line in openpyxl.load_workbook(made).worksheets[0].iter_rows()]
    found = dict(zip(lines[0], zip(*lines[1:], strict=True), strict=True))
    assert list(found) == list(columns)
    assert list(found["name"]) == columns["name"]
    assert list(found["count"]) == columns["count"]
    assert list(found["rate"]) == pytest.approx(columns["rate"])
    assert list(found["difference"]) == columns["difference"]  # also those that begin with a minus


@pytest.mark.office
def test_libreoffice_opens_the_workbook_with_numbers_as_numbers(live_server: str, tmp_path: Path) -> None:
    columns = told(live_server)
    made = converted(tmp_path, "svar.xlsx", take(live_server, format="xlsx"), "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,true,false")
    # With every text in quotes, what stands without them is a number to LibreOffice, or a truth.
    text = made.read_text(encoding="utf-8").replace(";FALSE;", ';"FALSE";')
    lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=";", quoting=csv.QUOTE_NONNUMERIC))
    found = dict(zip(lines[0], zip(*lines[1:], strict=True), strict=True))
    assert list(found["name"]) == columns["name"]
    assert list(found["code"]) == columns["code"]
    assert list(found["count"]) == columns["count"]
    assert [None if value == "" else value for value in found["rate"]] == pytest.approx(columns["rate"])


@pytest.mark.office
def test_libreoffice_draws_the_workbooks_chart(live_server: str, tmp_path: Path) -> None:
    made = converted(tmp_path, "svar.xlsx", take(live_server, "series", format="xlsx"), "fods")
    drawn = made.read_text(encoding="utf-8")
    assert "<draw:object" in drawn
    assert "<svg:desc>Anmälda brott, 2025</svg:desc>" in drawn


# jsonstat-toolkit


@pytest.fixture(scope="module")
def toolkit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the script that reads with jsonstat-toolkit, beside the packages that the lock names."""
    folder = tmp_path_factory.mktemp("node")
    for name in ("package.json", "package-lock.json", "read.js"):
        shutil.copy(NODE / name, folder)
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, check=True, capture_output=True, timeout=240)
    return folder / "read.js"


@pytest.mark.npm
def test_jsonstat_toolkit_reads_roles_labels_values_and_status(live_server: str, public_server: str, toolkit: Path) -> None:
    columns = told(live_server, "series")
    found = read_by(toolkit, take(live_server, "series", format="jsonstat"))
    assert (found["class"], found["label"], found["source"]) == ("dataset", "Anmälda brott, 2025", "Anmälda brott")
    assert found["role"] == {"geo": ["code"], "time": ["period"], "metric": ["ContentsCode"], "classification": None}
    assert found["labels"] == ["Område", "Period", "Mått"]
    assert found["areas"] == list(dict.fromkeys(columns["name"]))
    assert found["unit"] == {"decimals": 0}
    counts = [row for row in found["rows"] if row["ContentsCode"] == "count"]
    assert [(row["code"], row["period"], row["value"]) for row in counts] == list(
        zip(columns["code"], columns["period"], columns["count"], strict=True)
    )
    # Of a stadsdel no months are released to anyone, but quarters.
    hidden = read_by(toolkit, take(public_server, "series", format="jsonstat", level="stadsdel"))
    assert {(row["value"], row["status"]) for row in hidden["rows"]} == {(None, "withheld")}
    quarters = {"level": "stadsdel", "interval": "quarter"}
    shown = read_by(toolkit, take(public_server, "series", format="jsonstat", **quarters))
    read = {(row["code"], row["period"]): row["value"] for row in shown["rows"] if row["ContentsCode"] == "count"}
    protected, exact = (
        orjson.loads(take(server, "series", format="json", layout="columns", **quarters, **{"class": sharing}))["columns"]
        for server, sharing in ((public_server, "delbar"), (live_server, "intern"))
    )
    assert read == dict(zip(zip(protected["code"], protected["period"], strict=True), protected["count"], strict=True))
    # What shows too little is not divided, and has no figure.
    assert {status: count is None for status, count in zip(protected["status"], protected["count"], strict=True)} == {
        "value": False,
        "withheld": True,
    }
    both = [pair for pair in zip(protected["count"], exact["count"], strict=True) if None not in pair]
    assert any(one != other for one, other in both)


def read_by(script: Path, dataset: bytes) -> dict[str, Any]:
    seen = subprocess.run(["node", script], input=dataset, capture_output=True, check=True, timeout=60)
    found: dict[str, Any] = orjson.loads(seen.stdout)
    return found
