"""The row above rejected rows when they go back: the very row that the columns were read by."""

from __future__ import annotations

import json

import pytest

from tests.unit.deliveries import FIRE_HEADER, context, delivered, only
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.sources.brander import Brander

ROW = "h1;2025-10-05 12:00;3;154906;6579777;a"
BUSY = 'h2;2025-10-06 12:00;3;154907;6579777;"Anna Svensson; ring; mig; gärna; i; dag"'
QUOTED = ";".join(f'"{name}"' for name in FIRE_HEADER.split(";"))


@pytest.mark.parametrize(
    ("above", "head", "below", "encoding"),
    [
        ("", FIRE_HEADER, BUSY, "utf-8"),
        ("", FIRE_HEADER, f"{ROW};Anna;Svensson;för mycket", "utf-8"),
        ("", FIRE_HEADER, ROW.replace(";a", ";a\x00b"), "utf-8"),
        ("", FIRE_HEADER, BUSY, "utf-8-sig"),
        ("", f"{FIRE_HEADER};anmälan", BUSY + ";å", "cp1252"),
        ("Uttag;2025-10-31;av;Anna;Svensson;070;x;y;z\n\n", FIRE_HEADER, BUSY, "utf-8"),
        ("", QUOTED, BUSY, "utf-8"),
        ("", FIRE_HEADER.replace(";", "\t"), BUSY.replace(";", "\t"), "utf-8"),
        ("", FIRE_HEADER.replace(";", ","), ROW.replace(";", ",") + "\nAnna;;;;;;;;Svensson,x", "utf-8"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_it_is_the_header_and_no_row_with_more_separators(above: str, head: str, below: str, encoding: str, end: str) -> None:
    content = f"{above}{head}\n{below}\n".replace("\n", end).encode(encoding)
    reading = only(Brander().read(delivered(content), context()))
    assert reading.head == head.encode(encoding.removesuffix("-sig"))
    assert (reading.read_as.encoding, reading.read_as.line_ends) == (encoding, {"\n": "LF", "\r\n": "CRLF", "\r": "CR"}[end])


def test_rows_of_json_name_their_columns_themselves() -> None:
    content = json.dumps([dict(zip(FIRE_HEADER.split(";"), ROW.split(";"), strict=True))])
    assert only(Brander().read(delivered(content, "fil.json"), context())).head == b""


@pytest.mark.parametrize("row", ["anna@ex.se;anna@ex.se", "anna@ex.se;070-123 45 67"])
def test_the_refusal_of_a_file_without_header_tells_nothing_personal_of_its_first_row(row: str) -> None:
    with pytest.raises(BadDeliveryError) as caught:
        only(Brander().read(delivered(f"{row}\n"), context()))
    assert caught.value.code in ("double_header", "missing_column")
    assert not any(part in f"{caught.value.swedish} {caught.value.english}" for part in ("@", "45 67"))
