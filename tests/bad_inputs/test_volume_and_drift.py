from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.bad_inputs.desk import FIRE_HEADER, Desk, about, assert_told, fire, fires, lines
from trygghetskarta.delivering import approve
from trygghetskarta.ingest.receipts import Receipt
from trygghetskarta.settings import Settings

MONTHS = ("2025-04", "2025-05", "2025-06", "2025-07")


def month(name: str, rows: int) -> Iterator[str]:
    return (fire(f"{name}/{n}", when=f"{name}-{n % 28 + 1:02} 10:00", x=n % 400) for n in range(rows))


def assert_held(desk: Desk, content: bytes, *codes: str) -> Receipt:
    before = desk.state()
    receipt = desk.send(content)
    assert receipt.status == "held"
    assert [reason.code for reason in receipt.reasons] == list(codes)
    for reason in receipt.reasons:
        assert_told(reason.swedish, reason.english)
    assert desk.state() == before
    desk.assert_whole()
    return receipt


@about("Header only")
def test_a_header_alone_wipes_no_month_and_waits(desk: Desk) -> None:
    desk.send(fires())
    assert_held(desk, lines(FIRE_HEADER), "no_rows")


@about("Older month file arrives after newer correction")
def test_an_older_file_after_a_correction_waits(desk: Desk) -> None:
    desk.send(fires(fire(x=100)))
    desk.send(fires(fire(x=900)))
    assert_held(desk, fires(fire(x=100), fire("NY")), "stale_release")


@about("Month with 0 rows / 40 % fewer / 10× more")
@pytest.mark.parametrize(
    ("rows", "is_held"), [(0, True), (24, True), (30, False), (400, True)], ids=["0 rows", "40 % fewer", "25 % fewer", "10× more"]
)
def test_a_month_far_off_its_history_waits_and_is_told_with_it(desk: Desk, rows: int, is_held: bool) -> None:
    desk.send(lines(FIRE_HEADER, *(row for name in MONTHS for row in month(name, 40))))
    content = lines(FIRE_HEADER, fire("JULI", when="2025-07-31 10:00"), *month("2025-08", rows), *month("2025-09", 40))
    if not is_held:
        assert desk.send(content).status == "published"
        return
    receipt = assert_held(desk, content, "volume")
    assert "Augusti 2025" in receipt.reasons[0].swedish
    assert "40" in receipt.reasons[0].english


@about("60 % of rows quarantined")
def test_a_file_of_which_most_is_rejected_waits_and_can_be_approved(desk: Desk) -> None:
    bad = [fire(f"B{n}", when="2025-13-01") for n in range(3)]
    receipt = assert_held(desk, fires(*bad), "mostly_rejected")
    assert receipt.rejected == 3
    published = approve(desk.engine, Settings(), receipt.delivery)
    assert (published.status, published.new, published.rejected) == ("published", 2, 3)
    desk.assert_whole()
