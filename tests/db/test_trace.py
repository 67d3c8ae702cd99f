"""From a figure to files and lines."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
from datetime import UTC, date
from pathlib import Path

import httpx
import orjson
from sqlalchemy import Connection, Engine

from tests.conftest import Drawing
from tests.db.dated import ONE, deliver_on
from tests.db.delivering import deliver, fires
from tests.db.test_cli import run
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.counts import Question
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.queries.cube import load_cube
from trygghetskarta.queries.trace import Bucket, Trace, said, trace

DELIVERIES = Path(__file__).parents[2] / "data" / "sample" / "deliveries"
MARCH = Span(Month.parse("2025-03"), Month.parse("2025-03"))


def traced(connection: Connection, *, as_of: date | None = None, bucket: Bucket = Bucket.PLACED, limit: int = 100) -> Trace:
    question = Question(AreaLevel.STADSDEL, (SourceId.BRANDER,), MARCH, as_of=as_of)
    return trace(connection, load_cube(connection, None, as_of), question, bucket, limit)


def test_a_correction_is_traced_to_the_delivery_that_brought_it_and_the_past_to_the_one_before(
    connection: Connection, draw: Drawing
) -> None:
    draw(AreaLevel.STADSDEL, ONE)
    first = deliver_on(connection, "2025-04-02", fires("A;2025-03-01 12:00;10;10", "B;2025-03-01 12:00;20;20"))
    second = deliver_on(connection, "2025-05-02", fires("B;2025-03-01 12:00;30;30"))
    now = traced(connection)
    assert [(event.identity, event.delivery, event.line) for event in now.events] == [("A", first, 2), ("B", second, 2)]
    then = traced(connection, as_of=date(2025, 4, 20))
    assert [(event.identity, event.delivery, event.line) for event in then.events] == [("A", first, 2), ("B", first, 3)]
    assert {event.known_from.astimezone(UTC).date() for event in then.events} == {date(2025, 4, 2)}
    assert now.closes
    assert then.closes


def test_a_part_of_the_ledger_is_traced_too(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, ONE)
    deliver(connection, SourceId.BRANDER, fires("A;2025-03-01 12:00;10;10", "B;2025-03-01 12:00;9000;9000"))
    outside = traced(connection, bucket=Bucket.OUTSIDE)
    assert [(event.identity, event.area) for event in outside.events] == [("B", None)]
    assert (outside.figure, traced(connection, bucket=Bucket.UNPLACED).versions) == (1, 0)


def test_a_long_trace_is_cut_and_says_how_much_is_left(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, ONE)
    deliver(connection, SourceId.BRANDER, fires(*(f"{number};2025-03-01 12:00;10;10" for number in range(7))))
    found = traced(connection, limit=3)
    assert (len(found.events), found.rest, found.total, found.closes) == (3, 4, 7, True)
    assert said(found)[0] == "Räddningstjänstens händelser: de 7 raderna står för 7 händelser, samma som siffran i svaret."


def test_a_trace_leads_back_to_the_lines_of_the_files(sample: Engine, tmp_path: Path) -> None:
    out = tmp_path / "spår.csv"
    asked = (
        "--source",
        "brander",
        "--level",
        "stadsdel",
        "--area",
        "rinkeby",
        "--from",
        "2024-01",
        "--to",
        "2024-06",
        "--category",
        "brand",
    )
    done = run(sample, "trace", *asked, "--json", "--out", str(out))
    assert done.returncode == 0, done.stderr
    document = orjson.loads(done.stdout)
    answer = orjson.loads(run(sample, "compare", *asked, "--format", "json", "--class", "intern").stdout)
    figure = answer["items"][0]["count"]
    assert figure == document["figure"] == document["total"] == sum(row["antal"] for row in document["items"]) > 0
    assert document["said"].endswith("samma som siffran i svaret.")
    packed = (DELIVERIES / "brander.csv.gz").read_bytes()
    lines = gzip.decompress(packed).decode("utf-8-sig").splitlines()
    for row in document["items"]:
        assert (row["file"], row["sha256"]) == ("brander.csv.gz", hashlib.sha256(packed).hexdigest())
        assert lines[row["line"] - 1].startswith(f"{row['identity']};")
    written = list(csv.DictReader(io.StringIO(out.read_bytes().decode("utf-8-sig")), delimiter=";"))
    assert [row["key"] for row in written] == [row["key"] for row in document["items"]]


def test_a_person_is_shown_the_lines_and_the_files_and_whether_they_make_the_figure(sample: Engine) -> None:
    shown = run(sample, "trace", "--source", "skjutningar", "--from", "2025-09", "--to", "2025-12", "--limit", "5").stdout
    assert "samma som siffran i svaret." in shown
    assert "rader till visas inte; höj --limit." in shown
    assert "sha256 " in shown


def test_the_api_traces_for_an_analyst_and_for_nobody_else(live_server: str, public_server: str) -> None:
    asked = {"source": "brander", "level": "stadsdel", "area": "rinkeby", "from": "2024-01", "to": "2024-12", "limit": "5"}
    body = httpx.get(f"{live_server}/v1/trace", params=asked).json()
    assert (len(body["items"]), body["closes"], body["versions"]) == (5, True, 5 + body["rest"])
    plain = httpx.get(f"{live_server}/v1/trace", params={**asked, "format": "csv"})
    assert plain.headers["content-type"].startswith("text/csv")
    assert len(plain.content.splitlines()) == 6
    assert httpx.get(f"{live_server}/v1/trace", params={**asked, "format": "geojson"}).status_code == 400
    refused = httpx.get(f"{public_server}/v1/trace", params=asked)
    assert (refused.status_code, refused.headers["content-type"]) == (403, "application/problem+json")
