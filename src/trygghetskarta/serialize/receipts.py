"""Receipts as JSON, and rejected rows as CSV: explained, or as they came so that they can be mended and sent back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from trygghetskarta.ingest.hiding import hidden
from trygghetskarta.ingest.receipts import told_of
from trygghetskarta.serialize.csv import neutral
from trygghetskarta.serialize.hints import hint

if TYPE_CHECKING:
    from trygghetskarta.ingest.receipts import Receipt

_COLUMNS = ("fil", "rad", "kolumn", "kod", "värde", "fel", "error", "råd", "hint", "ursprunglig rad")


def document(receipt: Receipt) -> dict[str, Any]:
    """Give a receipt as the JSON that a program reads."""
    return {
        **({"delivery": None, "rehearsed": True} if receipt.rehearsed else {"delivery": receipt.delivery}),
        "source": receipt.source.value,
        "file": receipt.file,
        "sha256": receipt.sha256,
        "status": receipt.status,
        "adapter": receipt.adapter,
        "rows": {
            "read": receipt.read,
            "new": receipt.new,
            "changed": receipt.changed,
            "unchanged": receipt.unchanged,
            "rejected": receipt.rejected,
            "blank": receipt.blank,
        },
        **told_of(receipt),
        "rejected": [
            {
                "line": r.line,
                "column": r.column,
                "code": r.message.code,
                "value": r.value,
                "message": r.message.swedish,
                "messageEn": r.message.english,
            }
            for r in receipt.rejections
        ],
        "seconds": round(receipt.seconds, 3),
    }


def stored_document(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give a delivery on record as the JSON that a program reads: the receipt, when it came and what was said of it.

    Args:
        row: The columns of `delivery`, with the code of its source under `source`.

    Returns:
        The same names as a receipt has, but for the rejected rows, which are fetched apart.
    """
    told = dict(row["said"])
    if told.get("mapping"):
        told["mapping"] = told["mapping"]["file"]
    return {
        "delivery": row["delivery_id"],
        "source": row["source"],
        "file": row["file_name"],
        "sha256": row["sha256"],
        "bytes": row["bytes"],
        "status": row["status"],
        "adapter": row["adapter"],
        "said": told,
        "receivedAt": row["received_at"],
        "publishedAt": row["published_at"],
        "rows": {
            "read": row["rows_read"],
            "new": row["rows_new"],
            "changed": row["rows_changed"],
            "unchanged": row["rows_unchanged"],
            "rejected": row["rows_rejected"],
            "blank": row["rows_blank"],
        },
        **{name: value for name, value in row["receipt"].items() if name != "header"},
    }


def rejected_document(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give a rejected row as JSON."""
    advice, advice_en = hint(row["code"])
    return {
        "file": row["file_name"],
        "line": row["line"],
        "column": row["column_name"],
        "code": row["code"],
        "value": row["value"],
        "message": row["message"],
        "messageEn": row["message_en"],
        "hint": advice,
        "hintEn": advice_en,
        "row": bytes(row["raw"]).decode(errors="backslashreplace"),
    }


def kind_document(kind: Mapping[str, Any]) -> dict[str, Any]:
    """Give one kind of fault among rejected rows as JSON."""
    advice, advice_en = hint(kind["code"])
    return {
        "code": kind["code"],
        "column": kind["column_name"],
        "count": kind["rows"],
        "message": kind["message"],
        "messageEn": kind["message_en"],
        "hint": advice,
        "hintEn": advice_en,
    }


def explained(rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    r"""Write rejected rows with what is wrong with them, as CSV for a Swedish Excel.

    Args:
        rows: As `rejected_rows` reads them.

    Yields:
        The file, some rows at a time. Nothing in it is taken for a formula; the row's own bytes that are not UTF-8 stand as \\xe5.
    """
    yield b"\xef\xbb\xbf" + _lines([_COLUMNS])
    for row in rows:
        told = rejected_document(row)
        line = told.pop("line")
        texts = [neutral(str(value)) for value in told.values()]
        yield _lines([(texts[0], str(line), *texts[1:])])


def header_of(row: Mapping[str, Any]) -> bytes:
    """Give the header that a delivery's rejected rows stood under; empty where its format has none."""
    # Those stored before the reader told which row it is were sometimes a row of values.
    return hidden(bytes.fromhex(row["receipt"].get("header", "")))


def as_they_came(rows: Iterable[Mapping[str, Any]], header: bytes) -> Iterator[bytes]:
    """Write rejected rows as they stood in the file, under the file's own header: to be mended and sent back.

    Args:
        rows: As `rejected_rows` reads them.
        header: The row with the names of the columns, as it stood; empty where the format has none.

    Yields:
        The file, a row at a time.
    """
    if header:
        yield header + b"\r\n"
    for row in rows:
        yield bytes(row["raw"]) + b"\r\n"


def _lines(rows: Iterable[tuple[str, ...]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()
