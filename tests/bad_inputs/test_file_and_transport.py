from __future__ import annotations

import gzip
import io
import stat
import threading
import zipfile

import pytest

from tests.bad_inputs.desk import (
    CRIME_HEADER,
    FIRE_HEADER,
    GOOD_FIRES,
    Case,
    Desk,
    Fault,
    Loads,
    Refused,
    about,
    crime,
    crimes,
    each,
    fire,
    fires,
    lines,
    meet,
)
from trygghetskarta.cli.telling import told
from trygghetskarta.domain.periods import local_day
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.ingest.receipts import Receipt
from trygghetskarta.serialize.receipts import document


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def link() -> zipfile.ZipInfo:
    member = zipfile.ZipInfo("lank.csv")
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    return member


def encrypted() -> bytes:
    """Give a zip whose member says that it is encrypted: bit 0 of its flags, in its own header and in the directory."""
    content = bytearray(zipped(("fil.csv", fires())))
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + at] |= 1
    return bytes(content)


ZIP = "Zip with 2 CSVs, `../../etc/x`, symlink, or encrypted"
BOMB = "Zip bomb (194 kB → 200 MB; nested zip)"
CUT = "File truncated mid-row (no trailing newline, last row short)"


@each(
    Case("Empty file (0 bytes)", b"", Refused("empty_file", ("fil.csv",))),
    Case("Empty file (0 bytes)", b"\xef\xbb\xbf\r\n \n", Refused("empty_file"), variant="nothing but blanks"),
    Case(CUT, fires()[:-25], Refused("truncated", ("3", "2"))),
    Case(
        CUT, lines(FIRE_HEADER, *GOOD_FIRES) + b'"B3;2025-10-01 10:00;1', Refused("truncated", ("4", "3")), variant="inside a quoted field"
    ),
    Case(
        CUT,
        lines(FIRE_HEADER, *GOOD_FIRES) + fire("B3", address='"Tallv').encode(),
        Refused("truncated", ("4", "3")),
        variant="in the last one",
    ),
    Case(
        CUT,
        lines(FIRE_HEADER, '"B3;2025-10-01 10:00;1', *GOOD_FIRES)[:-1],
        Loads(2, (Fault(2, "", "unclosed_quote"),)),
        variant="a quote opened earlier is a fault of its row",
    ),
    Case(
        CUT, lines(FIRE_HEADER, *GOOD_FIRES) + fire("B3", address="Sjö").encode()[:-1], Refused("truncated", ("3",)), variant="in a letter"
    ),
    Case(CUT, fires()[:-1], Loads(2), variant="only the line end is missing"),
    Case(BOMB, zipped(("stor.csv", bytes(200_000_000))), Refused("archive_ratio", ("100",)), name="fil.zip"),
    Case(BOMB, zipped(("inre.zip", zipped(("fil.csv", fires())))), Refused("archive_member"), variant="nested", name="fil.zip"),
    Case(BOMB, gzip.compress(bytes(200_000_000)), Refused("archive_ratio"), variant="gzip"),
    Case(ZIP, zipped(("a.csv", fires()), ("b.csv", fires())), Refused("archive_member", ("b.csv",)), variant="two"),
    Case(ZIP, zipped(("../../etc/x", fires())), Refused("archive_member", ("../../etc/x",)), variant="outside"),
    Case(ZIP, zipped((link(), b"/etc/passwd")), Refused("archive_member", ("lank.csv",)), variant="link"),
    Case(ZIP, encrypted(), Refused("archive_member", ("fil.csv",)), variant="encrypted"),
    Case(
        ZIP,
        zipped(("mapp/fil.csv", fires())),
        Loads(2, read_as={"packing": "zip", "member": "mapp/fil.csv"}),
        variant="one is well",
        name="fil.zip",
    ),
    Case("gzip file without extension", gzip.compress(fires()), Loads(2, read_as={"packing": "gzip", "member": None}), name="leverans"),
    Case("gzip file without extension", gzip.compress(fires())[:-20], Refused("truncated"), variant="cut off", name="leverans"),
    Case(
        "Right file to wrong source (fire data to crime endpoint)",
        fires(),
        Refused("wrong_source", ("brander", "larmtid")),
        source=SourceId.ANMALDA_BROTT,
    ),
)
def test_the_file_as_a_whole(desk: Desk, case: Case) -> None:
    meet(desk, case)


@about("Same file, same bytes, again", "Same file, other name")
@pytest.mark.parametrize("name", ["fil.csv", "annan.csv"], ids=["Same file, same bytes, again", "Same file, other name"])
def test_the_same_file_again_changes_nothing_and_names_the_first_delivery(desk: Desk, name: str) -> None:
    content = fires(fire(when="2025-13-01"))
    first = desk.send(content)
    before = desk.state()
    again = desk.send(content, name=name)
    assert (again.status, again.first, again.file) == ("unchanged", first.delivery, name)
    assert (again.read, again.new, again.changed, again.unchanged, again.rejected) == (3, 0, 0, 2, 1)
    assert desk.state() == before
    came = desk.received_at(first.delivery)
    duplicate = document(again)["duplicate"]
    assert (duplicate["code"], duplicate["receivedAt"]) == ("duplicate_file", came.isoformat())
    assert f"togs emot {local_day(came)} som leverans {first.delivery}" in duplicate["message"]
    assert f"received on {local_day(came)} as delivery {first.delivery}" in duplicate["messageEn"]
    assert f"{duplicate['message']} [duplicate_file]" in told(again)
    third = document(desk.send(content, name=name))["duplicate"]
    assert third == duplicate


@about("Same rows, other row order")
@pytest.mark.parametrize("source", [SourceId.BRANDER, SourceId.ANMALDA_BROTT], ids=["Same rows, other row order", "without ids"])
def test_the_same_rows_in_another_order_are_unchanged(desk: Desk, source: SourceId) -> None:
    rows = [fire("B1"), *GOOD_FIRES] if source is SourceId.BRANDER else [crime(), crime(), crime(street="Storgatan")]
    header = FIRE_HEADER if source is SourceId.BRANDER else CRIME_HEADER
    desk.send(lines(header, *rows), source)
    before = desk.state()
    again = desk.send(lines(header, *reversed(rows)), source)
    assert (again.status, again.new, again.changed, again.unchanged) == ("unchanged", 0, 0, 3)
    assert desk.state() == before


@about("Two different files for one source at once")
def test_two_files_for_one_source_at_once_are_taken_in_one_after_the_other(desk: Desk) -> None:
    files = [fires(fire("SAMMA", x=x), fire(f"EGEN{x}", x=x)) for x in (100, 900)]
    receipts: list[Receipt] = []
    threads = [threading.Thread(target=lambda content=content: receipts.append(desk.send(content))) for content in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    first, second = sorted(receipts, key=lambda receipt: receipt.delivery)
    assert (first.new, second.new, second.changed, second.unchanged) == (4, 1, 1, 2)
    (shared,) = [one for one in desk.events() if one["identity"] == "SAMMA"]
    assert shared["delivery_id"] == second.delivery
    desk.assert_whole()


def test_a_wrong_source_is_told_before_a_missing_column(desk: Desk) -> None:
    meet(desk, Case("Column renamed", crimes(), Refused("wrong_source", ("anmalda_brott",)), source=SourceId.SKJUTNINGAR))
