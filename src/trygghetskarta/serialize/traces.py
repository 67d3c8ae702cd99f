"""What a figure is made of, as rows that a person or a program reads."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from trygghetskarta.queries.trace import Trace, Traced, said
from trygghetskarta.serialize.csv import Dialect, table
from trygghetskarta.serialize.figures import Row

_COLUMNS = (
    "source", "delivery", "file", "sha256", "line", "adapter", "identity", "month", "antal", "share", "dealt", "dealtOf",
    "category", "categoryName", "area", "areaName",
    "precision", "areaText", "x", "y", "happened", "reported", "knownFrom", "key",
)  # fmt: skip


def trace_rows(found: Trace) -> list[Row]:
    """Give one row per version of an event, all with the same keys.

    Args:
        found: The trace.

    Returns:
        Rows in the order of the trace; instants in UTC, by RFC 3339.
    """
    return [_row(event) for event in found.events]


def trace_csv(found: Trace, dialect: Dialect) -> bytes:
    """Write a trace as CSV: its rows and nothing else."""
    return table(trace_rows(found), list(_COLUMNS), dialect)


def trace_document(found: Trace) -> dict[str, Any]:
    """Give a trace as the mapping that is written as JSON: the sums, whether they close, and the rows.

    Args:
        found: The trace.

    Returns:
        The mapping.
    """
    question = found.question
    swedish, english = said(found)
    return {
        "question": {
            "level": question.level.value,
            "area": list(question.areas),
            "within": question.within,
            "source": [source.value for source in question.sources],
            "category": list(question.categories),
            "from": str(question.span.first),
            "to": str(question.span.last),
            "asOf": str(question.as_of) if question.as_of is not None else None,
            "by": question.by.value if question.by is not None else None,
            "bucket": found.bucket.value,
            "notUsed": list(question.not_used),
        },
        "figure": found.figure,
        "total": found.total,
        "closes": found.closes,
        "estimated": found.estimated,
        "estimatedOf": found.estimated_of,
        "said": swedish,
        "saidEn": english,
        "versions": found.versions,
        "rest": found.rest,
        "items": trace_rows(found),
    }


def _row(event: Traced) -> Row:
    x, y = event.point if event.point is not None else (None, None)
    values = (
        event.source.value, event.delivery, event.file, event.sha256, event.line, event.adapter, event.identity, str(event.month), event.antal,
        event.share, event.dealt, event.dealt_of,
        event.category, event.category_name, event.area, event.area_name, event.precision.told, event.area_text, x, y,
        _instant(event.starts_at) if event.starts_at is not None else None, event.reported_on, _instant(event.known_from), event.key,
    )  # fmt: skip
    return dict(zip(_COLUMNS, values, strict=True))


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
