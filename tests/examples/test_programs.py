"""The notebook, the R script and the Power BI queries: run, or held against what the API answers."""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import geopandas
import httpx
import nbformat
import pytest
from nbclient import NotebookClient

from tests.pages import ROOT, read

EXAMPLES = ROOT / "examples"
NOTEBOOK = EXAMPLES / "geopandas" / "jamforelse.ipynb"


def ran(server: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run the notebook from top to bottom, and give all that it wrote."""
    monkeypatch.setenv("API", server)
    monkeypatch.setenv("FIL", str(folder / "jamforelse.gpkg"))
    notebook = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call] # it has no types
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    return "\n".join(output.get("text", "") + "".join(output.get("data", {}).values()) for output in outputs)


@pytest.mark.filterwarnings("ignore")
def test_the_notebook_runs_from_top_to_bottom(live_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = ran(live_server, tmp_path, monkeypatch)
    rows = geopandas.read_file(tmp_path / "jamforelse.gpkg")

    assert "6\u00a0404 anmälda brott i 117 områden" in said
    assert (len(rows), rows.crs.to_epsg()) == (117, 3011)
    assert said.count("<path") == 118
    assert said.count('fill="url(#saknas)"') == int((rows["status"] != "value").sum()) + 1
    assert "Går inte att räkna (10 st)" in said


@pytest.mark.filterwarnings("ignore")
def test_the_notebook_shows_no_figure_where_they_are_withheld(
    unreleased_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = ran(unreleased_server, tmp_path, monkeypatch)
    assert "Skyddat, visas inte (117 st)" in said


def test_the_notebook_is_kept_without_outputs() -> None:
    cells = nbformat.read(NOTEBOOK, as_version=4).cells  # type: ignore[no-untyped-call] # it has no types
    assert all(cell.get("outputs", []) == [] and cell.get("execution_count") is None for cell in cells)


@pytest.mark.r
def test_the_r_script_draws_a_map_and_writes_the_figures(live_server: str, tmp_path: Path) -> None:
    picture = tmp_path / "karta.png"
    said = subprocess.run(
        ["Rscript", "--vanilla", str(EXAMPLES / "r" / "jamforelse.R"), live_server, str(picture)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env={**os.environ, "LC_ALL": "C"},
    )
    rows = {
        row["code"]: row
        for row in httpx.get(
            f"{live_server}/v1/comparisons?source=anmalda_brott&level=stadsdel&from=2025-01&to=2025-12&measure=rate&format=json"
        ).json()["items"]
    }
    written = list(csv.DictReader(io.StringIO(picture.with_suffix(".csv").read_text(encoding="utf-8")), delimiter=";"))

    assert picture.read_bytes().startswith(b"\x89PNG")
    assert "117 områden, 6404 anmälda brott, 10 utan siffra" in said.stdout
    assert {row["code"] for row in written} == set(rows)
    for row in written:
        expected = rows[row["code"]]
        assert row["name"] == expected["name"]
        assert (row["rate"] == "NA") == (expected["rate"] is None)
        assert row["rate"] == "NA" or float(row["rate"].replace(",", ".")) == pytest.approx(expected["rate"])


@pytest.mark.r
def test_the_r_script_manages_where_everything_is_withheld(unreleased_server: str, tmp_path: Path) -> None:
    command = ["Rscript", "--vanilla", str(EXAMPLES / "r" / "jamforelse.R"), unreleased_server, str(tmp_path / "karta.png")]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert "117 områden, 0 anmälda brott, 117 utan siffra" in said.stdout


def answer_to(query: str, server: str) -> httpx.Response:
    """Ask what a Power Query asks, of another server."""
    path = re.search(r'RelativePath = "([^"]+)"', query)
    asked = re.search(r"Query = \[(.+?)\]", query, re.DOTALL)
    assert path is not None
    assert asked is not None
    parameters = dict(re.findall(r'#?"?(\w+)"? = "([^"]*)"', asked[1]))
    return httpx.get(f"{server}/{path[1]}", params=parameters, timeout=60)


def types_of(query: str) -> dict[str, str]:
    return dict(re.findall(r'\{"(\w+)", (type \w+|Int64\.Type)\}', query))


_FITS: dict[str, Any] = {"type text": str, "Int64.Type": int, "type number": float, "type logical": bool}


def test_the_comparison_of_power_bi_gets_columns_of_the_types_it_names(live_server: str) -> None:
    query = read(EXAMPLES / "power-bi" / "jamforelse.pq")
    answer = answer_to(query, live_server)
    rows = list(csv.DictReader(io.StringIO(answer.text)))

    assert answer.status_code == 200
    assert len(rows) == 117
    types = types_of(query)
    assert set(re.findall(r'"(\w+)"', query.rsplit("SelectColumns", 1)[1])) == set(types) <= set(rows[0])
    for row in rows:
        for column, kind in types.items():
            assert row[column] == "" or _FITS[kind](row[column]) is not None
    assert any(row["rate"] == "" for row in rows), "a figure that is lacking is an empty field"


def test_the_series_of_power_bi_gets_the_fields_it_names(live_server: str) -> None:
    query = read(EXAMPLES / "power-bi" / "serie.pq")
    answer = answer_to(query, live_server)
    series = answer.json()["series"]

    assert answer.status_code == 200
    assert len(series) == 11
    outer = re.search(r"FromRecords\(Svar\[series\], \{(.+?)\}\)", query)
    inner = re.search(r'ExpandRecordColumn\(Rader, "values", \{(.+?)\}\)', query)
    assert outer is not None
    assert inner is not None
    assert {name.strip(' "') for name in outer[1].split(",")} <= set(series[0])
    fields = [name.strip(' "') for name in inner[1].split(",")]
    types = types_of(query)
    for value in series[0]["values"]:
        assert date.fromisoformat(f"{value['from']}-01") >= date(2023, 1, 1)
        assert all(value[field] is None or isinstance(value[field], _FITS[types[field]]) for field in fields if field in types)


@pytest.mark.parametrize("document", ["README.md", "power-bi/README.md"])
def test_what_the_readme_links_to_is_there(document: str) -> None:
    page = EXAMPLES / document
    links = re.findall(r"\]\(([^)]+)\)", read(page))
    assert links
    assert [link for link in links if not (page.parent / link).exists()] == []
