"""The statistical tables read by the programs that statisticians have."""

from __future__ import annotations

import csv
import io
import subprocess
from pathlib import Path

import httpx
import pandas
import pytest
from pyjstat import pyjstat

FEW = (
    "/pxweb/v2/tables/brander/data?valueCodes[ContentsCode]=count,rate&valueCodes[Tid]=TOP(3)"
    "&valueCodes[Region]=stadsdelsomrade.*&valueCodes[Kategori]=TOT,brand"
)
_R = """
library(jsonlite)
told <- fromJSON(commandArgs(TRUE)[1])
codes <- rev(lapply(told$id, function(name) names(told$dimension[[name]]$category$index)))
frame <- expand.grid(codes, stringsAsFactors = FALSE)
names(frame) <- rev(told$id)
frame$value <- told$value
write.csv(frame[frame$Kategori == "brand" & frame$Tid == "2025M12" & frame$ContentsCode == "count", c("Region", "value")], row.names = FALSE)
"""


def of_series(server: str) -> dict[str, int]:
    """Give the fires of December 2025 by stadsdelsområde, as the series has them."""
    asked = {"source": "brander", "category": "brand", "from": "2025-12", "to": "2025-12"}
    lines = httpx.get(f"{server}/v1/series", params=asked, timeout=60).json()["series"]
    return {line["code"]: line["values"][0]["count"] for line in lines}


@pytest.mark.filterwarnings("ignore:Shouldn't use this function:DeprecationWarning")
def test_pyjstat_reads_every_cell(live_server: str) -> None:
    told = httpx.get(f"{live_server}{FEW}", timeout=60)
    frame = pyjstat.Dataset.read(told.text).write("dataframe", naming="id")
    assert list(frame.columns) == ["Region", "Kategori", "ContentsCode", "Tid", "value"]
    mine = frame[(frame.Kategori == "brand") & (frame.Tid == "2025M12") & (frame.ContentsCode == "count")]
    found = {region.partition(".")[2]: int(value) for region, value in zip(mine.Region, mine.value, strict=True)}
    assert found == of_series(live_server)
    assert len(frame) == 11 * 2 * 2 * 3


def test_pandas_reads_the_csv_as_numbers(live_server: str) -> None:
    told = httpx.get(f"{live_server}{FEW}&outputFormat=csv&outputFormatParams=UseCodes&stub=Region,Kategori,ContentsCode,Tid", timeout=60)
    frame = pandas.read_csv(io.StringIO(told.text), na_values=[".", "..", "..."])
    assert frame["value"].dtype.kind == "f"
    mine = frame[(frame.Kategori == "brand") & (frame.Tid == "2025M12") & (frame.ContentsCode == "count")]
    assert dict(zip(mine.Region.str.partition(".")[2], mine["value"].astype(int), strict=True)) == of_series(live_server)


@pytest.mark.r
def test_r_reads_the_dataset(live_server: str, tmp_path: Path) -> None:
    (tmp_path / "told.json").write_text(httpx.get(f"{live_server}{FEW}", timeout=60).text, encoding="utf-8")
    (tmp_path / "read.R").write_text(_R, encoding="utf-8")
    said = subprocess.run(
        ["Rscript", "read.R", "told.json"], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=120
    )  # fmt: skip
    found = {region.partition(".")[2]: int(value) for region, value in list(csv.reader(io.StringIO(said.stdout)))[1:]}
    assert found == of_series(live_server)


@pytest.mark.office
@pytest.mark.parametrize(("form", "manner"), [("xlsx", "UseTexts"), ("csv", "SeparatorSemicolon")])
def test_libreoffice_opens_numbers_as_numbers(live_server: str, tmp_path: Path, form: str, manner: str) -> None:
    address = FEW.replace("[Kategori]=TOT,brand", "[Kategori]=brand")
    told = httpx.get(f"{live_server}{address}&outputFormat={form}&outputFormatParams={manner}", timeout=60)
    (tmp_path / f"told.{form}").write_bytes(told.content)
    # Read as UTF-8 with semicolons, as a Swedish Excel does; written back as UTF-8 with points.
    reading = ["--infilter=Text - txt - csv (StarCalc):59,34,76,1,,1053"] if form == "csv" else []
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", *reading]
    writing = ["--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,1033", "--outdir", "out", f"told.{form}"]
    subprocess.run([*command, *writing], cwd=tmp_path, capture_output=True, check=True, timeout=180)
    read = list(csv.reader(io.StringIO((tmp_path / "out" / "told.csv").read_text(encoding="utf-8-sig"))))
    assert read[0][0] == "område"
    plain = httpx.get(f"{live_server}{address}", timeout=60).json()["value"]
    cells = [float(cell) for row in read[1:] for cell in row[-6:]]
    assert cells == pytest.approx(plain, abs=0.005)
    assert any("Å" in row[0] or "ä" in row[0] for row in read[1:])
