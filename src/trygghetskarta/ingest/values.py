"""One delivery of values: compared with what is known, and published as new versions.

As with events, the caller opens the transactions, and every row is new, changed, unchanged, rejected or blank.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import reduce

from sqlalchemy import Connection, text

from trygghetskarta.domain.areas import AreaLevel, code_of_name
from trygghetskarta.domain.events import Message, Rejected, told_together
from trygghetskarta.domain.read_as import ReadAs
from trygghetskarta.domain.sources import CONTRACTS, SourceId
from trygghetskarta.domain.values import AreaValue, ValueReading
from trygghetskarta.ingest.hiding import hidden
from trygghetskarta.ingest.holding import Facts, HeldError, reasons
from trygghetskarta.ingest.load import Order
from trygghetskarta.ingest.places import Places
from trygghetskarta.ingest.publication import announce, hold_source
from trygghetskarta.ingest.receipts import Receipt, Rejections, record, status_of

Key = tuple[str, str, date, str, str]
Known = tuple[float | None, int | None, float | None]

_CURRENT = text("""
    SELECT level, code, on_date, question, of_group, value, n, half_width FROM indicator WHERE source_id = :source AND known_to IS NULL
""")
_CLOSE = text("""
    UPDATE indicator SET known_to = :at
    FROM unnest(CAST(:level AS text[]), CAST(:code AS text[]), CAST(:on_date AS date[]), CAST(:question AS text[]), CAST(:of_group AS text[]))
        AS changed (level, code, on_date, question, of_group)
    WHERE source_id = :source AND known_to IS NULL
        AND (indicator.level, indicator.code, indicator.on_date, indicator.question, indicator.of_group)
            = (changed.level, changed.code, changed.on_date, changed.question, changed.of_group)
""")
_INSERT = text("""
    INSERT INTO indicator (source_id, known_from, delivery_id, level, code, on_date, question, of_group, value, n, half_width, line)
    SELECT :source, :at, :delivery, told.* FROM unnest(
        CAST(:level AS text[]), CAST(:code AS text[]), CAST(:on_date AS date[]), CAST(:question AS text[]), CAST(:of_group AS text[]),
        CAST(:value AS float8[]), CAST(:n AS int[]), CAST(:half_width AS float8[]), CAST(:line AS int[])
    ) AS told
""")
_WITHDRAW = text("UPDATE indicator SET known_to = :at WHERE source_id = :source AND delivery_id = :delivery AND known_to IS NULL")
_RESTORE = text("""
    INSERT INTO indicator (source_id, level, code, on_date, question, of_group, known_from, value, n, half_width, delivery_id, line)
    SELECT source_id, level, code, on_date, question, of_group, :at, value, n, half_width, delivery_id, line FROM indicator AS before
    WHERE source_id = :source AND known_to = (SELECT published_at FROM delivery WHERE delivery_id = :delivery) AND NOT EXISTS (
        SELECT 1 FROM indicator AS newer WHERE newer.known_to IS NULL
            AND (newer.source_id, newer.level, newer.code, newer.on_date, newer.question, newer.of_group)
                = (before.source_id, before.level, before.code, before.on_date, before.question, before.of_group)
    )
""")
_CONFLICTING = Message(
    "conflicting_row",
    "En tidigare rad i filen gäller samma sak och har ett annat värde; den gäller.",
    "An earlier row of the file is about the same thing and has another value; that one holds.",
)


def publish_values(connection: Connection, order: Order, readings: Iterable[ValueReading], places: Places) -> Receipt:
    """Make the values that were read known: close the versions they change, add the new ones.

    Args:
        connection: Inside a transaction; readers see the delivery when the caller commits it.
        order: Which delivery.
        readings: What the adapter read.
        places: The areas.

    Returns:
        The receipt, also stored.

    Raises:
        HeldError: The file has no rows, or too many are rejected, and nobody has approved it; the caller rolls back.
    """
    delivery, source = order.delivery, order.source
    hold_source(connection, source.number)
    at: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    blocks = list(readings)
    values = [value for block in blocks for value in block.values]
    keys = _keys(connection, places, values)
    known: dict[Key, Known] = {tuple(row[:5]): tuple(row[5:]) for row in connection.execute(_CURRENT, {"source": source.number})}
    # Of two rows about the same thing the first holds, as it does of two with one id.
    holders = dict(zip(reversed(keys), reversed(values), strict=True))
    new = {key: value for key, value in holders.items() if key not in known}
    changed = {key: value for key, value in holders.items() if key in known and known[key] != _told(value)}
    conflicting = [
        Rejected(value.line, "", "", _CONFLICTING, hidden(value.raw))
        for key, value in zip(keys, values, strict=True)
        if _told(value) != _told(holders[key])
    ]
    head = {"source": source.number, "at": at, "delivery": delivery}
    if changed:
        connection.execute(_CLOSE, head | _columns(list(changed)))
    if new or changed:
        kept = new | changed
        connection.execute(_INSERT, head | _columns(list(kept)) | _facts(list(kept.values())))
        announce(connection, "delivery", delivery)
    rejections = (*(row for block in blocks for row in block.rejected), *conflicting)
    counted = {
        "read": len(values) + sum(len(block.rejected) + block.blank for block in blocks),
        "new": len(new),
        "changed": len(changed),
        "unchanged": len(values) - len(new) - len(changed) - len(conflicting),
        "rejected": len(rejections),
        "blank": sum(block.blank for block in blocks),
    }
    stored = Rejections(delivery)
    stored.add(connection, sorted(rejections, key=lambda rejection: rejection.line))
    row = connection.execute(
        text("SELECT file_name, sha256, adapter FROM delivery WHERE delivery_id = :delivery"), {"delivery": delivery}
    ).one()
    receipt = Receipt(
        delivery,
        source,
        row.file_name,
        row.sha256,
        status_of(counted),
        row.adapter,
        placed=Counter(value.level for value in (new | changed).values()),
        months=_months(blocks),
        figures=Counter("number" if value.value is not None else "withheld" for value in values),
        warnings=told_together(warned for block in blocks for warned in block.warnings),
        rejections=tuple(stored.first),
        head=next((block.head for block in blocks), b""),
        read_as=reduce(ReadAs.and_on, (block.read_as for block in blocks)) if blocks else None,
        **counted,  # type: ignore[arg-type]  # counts by the names of the receipt
    )
    found = () if order.approved else reasons(_asked_of(source, counted))
    if found:
        raise HeldError(receipt, found)
    return record(connection, receipt, at)


def _months(blocks: Sequence[ValueReading]) -> tuple[str, str] | None:
    """Give the first and the last month of values that are of months, as 2026-01; None for others."""
    days = [value.on_date for block in blocks if block.monthly for value in block.values]
    return (f"{min(days):%Y-%m}", f"{max(days):%Y-%m}") if days else None


def _asked_of(source: SourceId, counted: Mapping[str, int]) -> Facts:
    """Give what the rules for holding look at: of values only how many rows there are, and how many are rejected."""
    nowhere = dict.fromkeys(("outside", "unknown", "with_point", "one_point", "reverted"), 0)
    return Facts(CONTRACTS[source], months={}, days=None, history={}, polled=True, **counted, **nowhere)


def take_back_values(connection: Connection, delivery: int, source: int, at: datetime) -> tuple[int, int]:
    """Withdraw the values of a delivery: they are known no more, and those it had replaced are again.

    Args:
        connection: Inside a transaction that holds the source.
        delivery: Its number.
        source: The number of its source.
        at: When readers see it.

    Returns:
        How many versions ended, and how many are known again.
    """
    told = {"delivery": delivery, "source": source, "at": at}
    closed = connection.execute(_WITHDRAW, told).rowcount
    return closed, connection.execute(_RESTORE, told).rowcount


def _told(value: AreaValue) -> Known:
    return value.value, value.n, value.half_width


def _keys(connection: Connection, places: Places, values: list[AreaValue]) -> list[Key]:
    """Give what each value is known by: its area by the code that it had on its day, however the file names it."""
    named = [(value.level, value.area, places.in_force.number(value.on_date)) for value in values]
    area_ids = {name: _area(places, *name) for name in set(named)}
    codes: dict[int, str] = dict(connection.execute(text("SELECT area_id, code FROM area")).all())
    code_of = {name: codes[area] if area is not None else code_of_name(name[1]) for name, area in area_ids.items()}
    return [(value.level, code_of[name], value.on_date, value.question, value.group) for value, name in zip(values, named, strict=True)]


def _area(places: Places, level: str, name: str, period: int) -> int | None:
    """Give the area of that name; None for a police region, which is no area."""
    if level not in set(AreaLevel):
        return None
    area = places.find(AreaLevel(level), name, period)
    return places.city(period) if area is None and level == AreaLevel.STAD else area


def _columns(keys: list[Key]) -> dict[str, list[object]]:
    return {name: [key[at] for key in keys] for at, name in enumerate(("level", "code", "on_date", "question", "of_group"))}


def _facts(values: list[AreaValue]) -> dict[str, list[object]]:
    return {name: [getattr(value, name) for value in values] for name in ("value", "n", "half_width", "line")}
