"""The command line as a person at a terminal uses it."""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import orjson
import pytest
from sqlalchemy import Engine, text

from tests.db.delivering import fires
from tests.db.test_delivering import held
from trygghetskarta.serialize.formats import Format

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "data" / "sample"
COMMAND = Path(sys.executable).parent / "trygghetskarta"


def run(engine: Engine, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "TRYGGHETSKARTA_DATABASE_URL": engine.url.set(drivername="postgresql").render_as_string(hide_password=False),
    }
    done = subprocess.run([COMMAND, *words], capture_output=True, env=environment, cwd=ROOT, check=False)
    # Decoded here, because subprocess would turn the line ends of a CSV into others.
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture
def areas(fresh_database: Engine) -> Engine:
    for file, level in (("basomraden.geojson", "basomrade"), ("stadsdelar.geojson", "stadsdel")):
        done = run(fresh_database, "areas", "load", str(SAMPLE / "areas" / file), "--level", level, "--edition", "2023-07-01")
        assert done.returncode == 0, done.stderr
    return fresh_database


def test_areas_of_other_ground_wait_until_they_are_approved(areas: Engine, tmp_path: Path) -> None:
    drawn = orjson.loads((SAMPLE / "areas" / "stadsdelar.geojson").read_bytes())
    # Husby and Akalla change names, and ground with them.
    swapped = {"husby": "akalla", "akalla": "husby"}
    for feature in drawn["features"]:
        feature["properties"]["code"] = swapped.get(feature["properties"]["code"], feature["properties"]["code"])
    (tmp_path / "nya.geojson").write_bytes(orjson.dumps(drawn))
    load = ("areas", "load", str(tmp_path / "nya.geojson"), "--level", "stadsdel", "--edition", "2025-01-01")
    held = run(areas, *load)
    assert held.returncode == 1
    assert "väntar på godkännande" in held.stdout
    assert re.search(r"^    husby: [\d\s]+ m²$", held.stdout, re.MULTILINE)
    basic = str(SAMPLE / "areas" / "basomraden.geojson")
    assert run(areas, "areas", "load", basic, "--level", "basomrade", "--edition", "2025-01-01").returncode == 1
    told = run(areas, *load, "--replace", "--json")
    report = orjson.loads(told.stdout)
    assert (told.returncode, report["standing"], report["areas"], report["overlaps"]) == (1, "held", len(drawn["features"]), [])
    assert {(one["level"], one["code"], one["before"]) for one in report["reshaped"]} == {
        ("stadsdel", "akalla", "2023-07-01"),
        ("stadsdel", "husby", "2023-07-01"),
    }

    def standings() -> list[tuple[str, str]]:
        return [(one["validFrom"], one["standing"]) for one in orjson.loads(run(areas, "areas", "list", "--json").stdout)["items"]]

    assert standings() == [("2023-07-01", "default"), ("2025-01-01", "held")]
    assert re.search(r"2025-01-01 .* väntar på godkännande\n  2 områden på nivån stadsdel ", run(areas, "areas", "list").stdout)
    approved = run(areas, "areas", "approve", "2025-01-01").stdout
    assert "är godkänd: gäller nu" in approved
    assert "från 2025-01-01 är en kod med ny mark den nya, före den dagen den som gällde då" in approved
    assert standings() == [("2025-01-01", "default"), ("2023-07-01", "earlier")]
    assert "väntar inte" in run(areas, "areas", "approve", "2025-01-01").stderr


def test_ingest_gives_a_receipt_in_which_every_row_is_accounted_for(areas: Engine, tmp_path: Path) -> None:
    file = SAMPLE / "deliveries" / "skjutningar.csv"
    first = run(areas, "ingest", "skjutningar", str(file), "--json")
    receipt = orjson.loads(first.stdout)
    rows = receipt["rows"]
    assert first.returncode == 1  # some rows are rejected
    assert rows["read"] == rows["new"] + rows["changed"] + rows["unchanged"] + rows["rejected"] + rows["blank"] == 901
    assert (rows["new"], rows["rejected"], rows["blank"]) == (894, 6, 1)
    assert (receipt["readAs"]["encoding"], receipt["readAs"]["separator"], receipt["readAs"]["lineEnds"]) == ("utf-8", ";", "LF")
    again = run(areas, "ingest", "skjutningar", str(file))
    assert again.returncode == 1
    assert f"  Läst som: {receipt['readAs']['message']}\n" in again.stdout
    number = str(receipt["delivery"])
    assert re.search(rf"Samma fil togs emot \d{{4}}-\d\d-\d\d som leverans {number}\. Ingenting är ändrat\.", again.stdout)
    out = tmp_path / "avvisade.csv"
    assert run(areas, "deliveries", "rejected", number, "--out", str(out)).returncode == 0
    lines = file.read_text(encoding="utf-8").splitlines()
    for row in csv.DictReader(io.StringIO(out.read_text(encoding="utf-8-sig")), delimiter=";"):
        assert row["ursprunglig rad"] == lines[int(row["rad"]) - 1]
    assert "skjutningar.csv" in run(areas, "deliveries", "list").stdout


def test_rejected_rows_are_given_as_they_came(areas: Engine, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(fires("A;2025-03-01 12:00;10;10", ";2025-03-01 12:00;10;10"), encoding="utf-8")
    receipt = run(areas, "ingest", "brander", str(file), "--json")
    assert receipt.returncode == 1
    number = str(orjson.loads(receipt.stdout)["delivery"])
    lines = file.read_text(encoding="utf-8").splitlines()
    assert run(areas, "deliveries", "rejected", number, "--original").stdout == f"{lines[0]}\r\n{lines[2]}\r\n"
    told = orjson.loads(run(areas, "deliveries", "rejected", number, "--json").stdout)
    assert ([row["line"] for row in told["items"]], told["total"]) == ([3], 1)
    out = tmp_path / "avvisade.csv"
    told = orjson.loads(run(areas, "deliveries", "rejected", number, "--json", "--out", str(out)).stdout)
    assert told == {"delivery": int(number), "rejected": 1, "file": str(out)}
    assert run(areas, "deliveries", "rejected", number, "--json", "--original").returncode == 2


def test_no_row_of_the_file_is_taken_for_its_header_and_nothing_personal_is_kept_in_it(areas: Engine, tmp_path: Path) -> None:
    person = '"Anna Svensson 19811218-9876; ring 070-123 45 67; anna@ex.se"'
    file = tmp_path / "a.csv"
    header, row = fires("A;2025-03-01 12:00;10;10").splitlines()
    file.write_text(f"{header};070-123 45 67\n{row};x\n{row.replace('A;', 'B;')};{person}\n;{row[2:]};x\n", encoding="utf-8")
    number = str(orjson.loads(run(areas, "ingest", "brander", str(file), "--json").stdout)["delivery"])
    head = f"{header};*************"
    assert run(areas, "deliveries", "rejected", number, "--original").stdout == f"{head}\r\n;{row[2:]};x\r\n"
    with areas.begin() as connection:
        receipt = text("SELECT receipt FROM delivery WHERE delivery_id = :number")
        assert bytes.fromhex(connection.execute(receipt, {"number": number}).scalar_one()["header"]).decode() == head
        # As it was stored before the reader told which row it is.
        connection.execute(
            text("UPDATE delivery SET receipt = jsonb_set(receipt, '{header}', to_jsonb(CAST(:row AS text))) WHERE delivery_id = :number"),
            {"row": person.encode().hex(), "number": number},
        )
    given = run(areas, "deliveries", "rejected", number, "--original").stdout.splitlines()[0]
    assert (len(given), "9876" in given, "45 67" in given, "@" in given) == (len(person), False, False, False)


def test_a_held_delivery_is_told_shown_approved_and_withdrawn(areas: Engine, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(fires("A;2025-03-01 12:00;10;10"), encoding="utf-8")
    number = str(held(areas, file))
    told = run(areas, "ingest", "brander", str(file))
    assert told.returncode == 1
    assert "väntar på godkännande" in told.stdout
    assert "Väntar: Färre än vanligt." in told.stdout
    assert f"trygghetskarta deliveries approve {number}" in told.stdout
    assert file.name in run(areas, "deliveries", "list", "--status", "held").stdout
    assert orjson.loads(run(areas, "deliveries", "show", number).stdout)["reasons"][0]["code"] == "volume"
    approved = run(areas, "deliveries", "approve", number, "--json")
    assert (approved.returncode, orjson.loads(approved.stdout)["status"]) == (0, "published")
    again = run(areas, "deliveries", "approve", number)
    assert (again.returncode, again.stderr.splitlines()[0]) == (
        2,
        f"Fel: Leverans {number} väntar inte på godkännande; dess läge är published.",
    )
    withdrawn = orjson.loads(run(areas, "deliveries", "withdraw", number, "--json").stdout)
    assert withdrawn == {"delivery": int(number), "status": "withdrawn", "closed": 1, "restored": 0}
    assert orjson.loads(run(areas, "deliveries", "show", number).stdout)["status"] == "withdrawn"


def test_a_rehearsal_changes_nothing(areas: Engine) -> None:
    file = str(SAMPLE / "deliveries" / "skjutningar.csv")
    rehearsed = run(areas, "ingest", "skjutningar", file, "--dry-run")
    assert "Provkörning: skjutningar, skjutningar.csv – skulle publiceras" in rehearsed.stdout
    assert "Kvitto" not in rehearsed.stdout
    assert "  Läst som: CSV, UTF-8, semikolon mellan kolumnerna, radslut LF, rubriken på rad 1\n" in rehearsed.stdout
    assert "Provkörning: ingenting är ändrat." in rehearsed.stdout
    told = orjson.loads(run(areas, "ingest", "skjutningar", file, "--dry-run", "--json").stdout)
    assert (told["delivery"], told["rehearsed"], told["rows"]["new"]) == (None, True, 894)
    assert orjson.loads(run(areas, "ingest", "skjutningar", file, "--json").stdout)["rows"]["new"] == 894


def test_a_refused_file_ends_with_2_and_the_others_are_taken(areas: Engine, tmp_path: Path) -> None:
    bad = tmp_path / "fel.csv"
    bad.write_text("id;namn\n1;x\n", encoding="utf-8")
    done = run(areas, "ingest", "skjutningar", str(bad), str(SAMPLE / "deliveries" / "skjutningar_rattelse.csv"))
    assert done.returncode == 2
    assert "fel.csv: avvisad. fel.csv: kolumnen tid, x, y, status saknas" in done.stderr
    assert "skjutningar_rattelse.csv – publicerad" in done.stdout


def test_compare_and_series_give_the_figures_of_the_api(sample: Engine, live_server: str, tmp_path: Path) -> None:
    asked = ["--source", "anmalda_brott", "--level", "stadsdel", "--from", "2024-01", "--to", "2024-12"]
    parameters = {"source": "anmalda_brott", "level": "stadsdel", "from": "2024-01", "to": "2024-12"}
    for command, extra in (
        ("compare", {"baseline": "previous", "group": "skadegorelse"}),
        ("series", {"interval": "quarter", "include": "all"}),
    ):
        options = [word for name, value in extra.items() for word in (f"--{name}", value)]
        for form in ("json", "geojson", "csv", "xlsx"):
            said = run(sample, command, *asked, *options, "--format", form, "--out", str(tmp_path / form))
            path = "comparisons" if command == "compare" else command
            answer = httpx.get(f"{live_server}/v1/exports/{path}", params={**parameters, **extra, "format": form}, timeout=60)
            assert said.returncode == 0, said.stderr
            assert (tmp_path / form).read_bytes() == answer.content, (command, form)


def test_the_name_of_the_file_tells_its_format(sample: Engine, live_server: str, tmp_path: Path) -> None:
    asked = {"source": "brander", "level": "stadsdel", "from": "2025-01", "to": "2025-02"}
    options = [word for name, value in asked.items() for word in (f"--{name}", value)]
    for command, path, form in (
        ("compare", "comparisons", Format.JSONSTAT),
        ("compare", "comparisons", Format.GPKG),
        ("series", "series", Format.PARQUET),
    ):
        out = tmp_path / f"svar{form.ending}"
        said = run(sample, command, *options, "--out", str(out))
        assert said.returncode == 0, said.stderr
        assert "Klass: delbar" in said.stderr
        answer = httpx.get(f"{live_server}/v1/exports/{path}", params={**asked, "format": form}, timeout=60)
        assert out.read_bytes() == answer.content, form


def test_a_question_is_printed_as_a_table_with_its_ledger(sample: Engine) -> None:
    said = run(sample, "compare", "--source", "brander", "--from", "2024-01", "--to", "2024-12", "--baseline", "previous").stdout
    assert "Hägersten-Älvsjö" in said
    assert "Avstämning: " in said
    # å, ä and ö come last: Skarpnäck before Skärholmen.
    assert said.index("Skarpnäck") < said.index("Skärholmen") < said.index("Södermalm")


def test_a_series_is_printed_with_what_is_found_in_it(sample: Engine) -> None:
    asked = ["--source", "anmalda_brott", "--area", "jarva", "--from", "2025-01", "--to", "2025-12"]
    said = run(sample, "series", *asked, "--include", "unusual", "--include", "trend").stdout
    assert "Väntat" in said
    assert "procent per år" in said
    assert "månader är prövade" in said


def test_an_unknown_setting_or_a_bad_question_ends_with_one_line_in_each_language(sample: Engine) -> None:
    bad = run(sample, "compare", "--source", "brander", "--from", "2024-13")
    assert (bad.returncode, bad.stderr.splitlines()[0]) == (2, "Fel: 2024-13 är ingen månad skriven som 2026-01.")
    environment = {**os.environ, "TRYGGHETSKARTA_DATABAS": "x"}
    done = subprocess.run([COMMAND, "health"], capture_output=True, text=True, env=environment, check=False)
    assert (done.returncode, "TRYGGHETSKARTA_DATABAS" in done.stderr) == (2, True)


def test_health_tells_what_is_loaded(sample: Engine, fresh_database: Engine) -> None:
    assert "Antal indelningar: 3." in run(sample, "health").stdout
    assert run(fresh_database, "health").returncode == 3


def test_population_is_loaded_with_every_row_accounted_for(areas: Engine, tmp_path: Path) -> None:
    file = tmp_path / "folk.csv"
    good = [f"rinkeby;{year}-12-31;residents;16000" for year in (2023, 2024, 2025)]
    rows = (*good, "atlantis;2025-12-31;residents;1", "rinkeby;2025-13-01;residents;5")
    file.write_text("\n".join(["niva;kod;datum;slag;antal", *(f"stadsdel;{row}" for row in rows)]) + "\n", encoding="utf-8")
    done = run(areas, "population", "load", str(file))
    assert done.returncode == 1
    assert "population, folk.csv – publicerad" in done.stdout.splitlines()[0]
    again = orjson.loads(run(areas, "ingest", "population", str(file), "--json").stdout)
    assert (again["rows"]["read"], again["rows"]["unchanged"], again["rows"]["rejected"], again["duplicateOf"] is None) == (5, 3, 2, False)


def test_a_rehearsal_of_a_foreign_file_gives_a_draft_of_a_mapping(areas: Engine, tmp_path: Path) -> None:
    path = tmp_path / "foreign.csv"
    path.write_text("Case,Date,Primary Type,Longitude,Latitude\nA,2025-03-01 12:00,THEFT,18.05,59.33\n")
    said = run(areas, "ingest", "anmalda_brott", str(path), "--dry-run")
    assert said.returncode == 2
    assert 'kind = "Primary Type"' in said.stderr
    assert "crs = 4326" in said.stderr
