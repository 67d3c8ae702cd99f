from __future__ import annotations

import pytest

from trygghetskarta.ingest.heading import heading


@pytest.mark.parametrize(
    ("beginning", "found"),
    [
        (b"id;tid;x\n1;2;3\n", b"id;tid;x"),
        (b"\xef\xbb\xbfid,tid,x\r\n1,2,3\r\n", b"id,tid,x"),
        (b"Uttag 2026-03-01\n\nid\ttid\tx\n1\t2\t3\n", b"id\ttid\tx"),
        ("år;län\n2026;Örebro\n".encode("cp1252"), "år;län".encode("cp1252")),
        (b'{"id": 1}\n', b""),
        (b"[]", b""),
        (b"PK\x03\x04\x00;;;\n", b""),
        (b"", b""),
    ],
)
def test_the_row_of_names_is_found_as_it_stands(beginning: bytes, found: bytes) -> None:
    assert heading(beginning) == found
