"""One delivery: compared with what is known, and published as new versions.

The caller opens the transactions. `receipts.receive` goes in one that is committed before anything else, so that even a delivery whose loading
dies is on record; `publish` in another, in which readers see all of it or none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from trygghetskarta.domain.categories import tree_of
from trygghetskarta.domain.events import NO_TIME, EventBatch, Message, Precision, Reading, Rejected, Warned, WarningCode
from trygghetskarta.domain.periods import Month, local_day
from trygghetskarta.domain.sources import CONTRACTS, SourceContract, SourceId
from trygghetskarta.ingest.copying import Field, copy_in, days, encode, fixed, instants, points, texts
from trygghetskarta.ingest.identity import Versions, compare, digests, keys
from trygghetskarta.ingest.locating import in_plane, place_numbers, place_warnings, without_placeholder
from trygghetskarta.ingest.places import Places
from trygghetskarta.ingest.publication import announce, hold_source
from trygghetskarta.ingest.receipts import Receipt, record, status_of
from trygghetskarta.ingest.rollup import add_to_rollup, collect_changes

Ints = npt.NDArray[np.int64]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EVENT_COLUMNS = (
    "source_id", "key", "known_from", "digest", "category_id", "place_id", "month", "antal", "withdrawn", "precision", "time_precision",
    "delivery_id", "line", "identity", "starts_at", "ends_at", "reported_on", "geom", "area_text", "detail",
)  # fmt: skip


def publish(connection: Connection, delivery: int, source: SourceId, reading: Reading, places: Places) -> Receipt:
    """Make what was read known: close the versions it changes, add the new ones, count them.

    Args:
        connection: Inside a transaction; readers see the delivery when the caller commits it.
        delivery: Its number, from `receive`.
        source: Its source.
        reading: What the adapter read.
        places: The areas, read in this transaction while they are held still.

    Returns:
        The receipt, also stored.
    """
    hold_source(connection, source.number)
    known_from: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    events = reading.events
    x, y = in_plane(reading, places)
    # What makes a row itself is what stands in it, whatever the other rows of its file say of its point.
    digest = digests(events, x, y)
    x, y, placeholder = without_placeholder(reading, places, x, y)
    key = keys(source, events, digest)
    versions = compare(connection, source, key, digest)
    kept = np.flatnonzero(versions.is_new | versions.is_changed)
    category = _categories(connection, source, events)
    place = place_numbers(connection, places, events, (x, y))
    collect_changes(connection)
    _close(connection, source, versions, known_from)
    _insert(connection, (delivery, source, known_from), events, _Prepared(x, y, places.srid or 0, key, digest, category.ids, place), kept)
    _add(connection, source, events, category.ids, place, kept)
    _cover(connection, delivery, CONTRACTS[source], events, known_from)
    superseded = [_superseded(reading, row) for row in np.flatnonzero(versions.superseded).tolist()]
    counted = {
        "read": reading.rows,
        "new": int(versions.is_new.sum()),
        "changed": int(versions.is_changed.sum()),
        "unchanged": int(versions.unchanged.sum()),
        "rejected": len(reading.rejected) + len(superseded),
        "blank": reading.blank,
    }
    warnings = (*reading.warnings, *category.warnings, *place_warnings(events, places, place, placeholder))
    rejections = (*reading.rejected, *superseded)
    record(connection, delivery, counted, warnings, rejections, known_from)
    if len(kept):
        announce(connection, "delivery", delivery)
    connection.execute(text("DROP TABLE rollup_change"))
    row = connection.execute(
        text("SELECT file_name, sha256, adapter FROM delivery WHERE delivery_id = :delivery"), {"delivery": delivery}
    ).one()
    return Receipt(
        delivery,
        source,
        row.file_name,
        row.sha256,
        status_of(counted),
        row.adapter,
        placed=_by_precision(events, kept),
        months=_months(events),
        warnings=warnings,
        reasons=(),
        rejections=tuple(sorted(rejections, key=lambda rejection: rejection.line)),
        **counted,
    )


@dataclass(frozen=True, slots=True)
class _Prepared:
    """The columns of a batch that only the load knows."""

    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    srid: int
    key: npt.NDArray[np.bytes_]
    digest: npt.NDArray[np.bytes_]
    category: Ints
    place: Ints


@dataclass(frozen=True, slots=True)
class _Categories:
    ids: Ints
    warnings: tuple[Warned, ...]


def _categories(connection: Connection, source: SourceId, events: EventBatch) -> _Categories:
    """Give every event its category, adding the ones first met."""
    tree = tree_of(source)
    kinds, inverse = np.unique(np.array([str(kind) for kind in events.kind.tolist()] or [""]), return_inverse=True)
    ids: dict[str, int] = dict(
        connection.execute(text("SELECT code, category_id FROM category WHERE source_id = :source"), {"source": source.number}).all()
    )
    found, unknown = [], []
    for kind in kinds.tolist():
        category, known = tree.categorise(kind)
        if not known:
            unknown.append(kind)
        if category.code not in ids:
            ids[category.code] = connection.execute(
                text("""
                    INSERT INTO category (source_id, code, parent_code, name) VALUES (:source, :code, :parent, :name) RETURNING category_id
                """),
                {"source": source.number, "code": category.code, "parent": category.parent, "name": category.name},
            ).scalar_one()
        found.append(ids[category.code])
    numbers = np.array(found, np.int64)[inverse][: len(events)]
    if not unknown or not len(events):
        return _Categories(numbers, ())
    rows = int(np.isin(inverse, [index for index, kind in enumerate(kinds.tolist()) if kind in unknown]).sum())
    listed = ", ".join(unknown[:10])
    return _Categories(
        numbers,
        (
            Warned(
                WarningCode.UNKNOWN_CODE,
                rows,
                f"Okända händelsetyper är sparade som okategoriserade: {listed}.",
                f"Unknown kinds were kept as uncategorised: {listed}.",
            ),
        ),
    )


def _close(connection: Connection, source: SourceId, versions: Versions, known_from: datetime) -> None:
    """End the versions that this delivery changes, and take their counts away."""
    if not len(versions.closed):
        return
    connection.execute(text("CREATE TEMP TABLE closed (key uuid PRIMARY KEY) ON COMMIT DROP"))
    copy_in(connection, "closed", ("key",), encode([fixed(versions.closed, "S16")]))
    connection.execute(
        text("""
            WITH ended AS (
                UPDATE event SET known_to = :known_from FROM closed
                WHERE event.source_id = :source AND event.key = closed.key AND event.known_to IS NULL
                RETURNING place_id, event.source_id, category_id, month, antal, withdrawn
            )
            INSERT INTO rollup_change SELECT place_id, source_id, category_id, month, -antal FROM ended WHERE NOT withdrawn
        """),
        {"source": source.number, "known_from": known_from},
    )
    connection.execute(text("DROP TABLE closed"))


def _insert(connection: Connection, head: tuple[int, SourceId, datetime], events: EventBatch, prepared: _Prepared, kept: Ints) -> None:
    """Add the new versions."""
    if not len(kept):
        return
    copy_in(connection, "event", _EVENT_COLUMNS, encode(_fields(head, events, prepared, kept)))


def _fields(head: tuple[int, SourceId, datetime], events: EventBatch, prepared: _Prepared, kept: Ints) -> list[Field]:
    delivery, source, known_from = head
    rows = len(kept)
    since_1970 = np.full(rows, (known_from - _EPOCH) // timedelta(microseconds=1), np.int64)
    never = np.zeros(rows, bool)
    x, y = prepared.x[kept], prepared.y[kept]
    starts, ends, reported = events.starts_at[kept], events.ends_at[kept], events.reported_on[kept]
    return [
        fixed(np.full(rows, source.number), ">i2"),
        fixed(prepared.key[kept], "S16"),
        instants(since_1970, never),
        fixed(prepared.digest[kept], "S16"),
        fixed(prepared.category[kept], ">i4"),
        fixed(prepared.place[kept], ">i4"),
        fixed(events.month[kept], ">i4"),
        fixed(events.antal[kept], ">i4"),
        fixed(events.withdrawn[kept], "?"),
        fixed(events.precision[kept], ">i2"),
        fixed(events.time_precision[kept], ">i2"),
        fixed(np.full(rows, delivery), ">i8"),
        fixed(events.line[kept], ">i4"),
        texts(events.identity[kept]),
        instants(starts, starts == NO_TIME),
        instants(ends, ends == NO_TIME),
        days(reported, reported == NO_TIME),
        points(x, y, prepared.srid),
        texts(events.area[kept]),
        texts(events.detail[kept], prefix=b"\x01"),
    ]


def _add(connection: Connection, source: SourceId, events: EventBatch, category: Ints, place: Ints, kept: Ints) -> None:
    """Count the new versions, and bring the rollup up to date with them and with the closed ones."""
    counted = kept[~events.withdrawn[kept]]
    rows = np.stack([place[counted], category[counted], events.month[counted]])
    groups, inverse = np.unique(rows, axis=1, return_inverse=True)
    antal = np.bincount(inverse.ravel(), weights=events.antal[counted], minlength=groups.shape[1]).astype(np.int64)
    fields = [
        fixed(groups[0], ">i4"),
        fixed(np.full(groups.shape[1], source.number), ">i2"),
        fixed(groups[1], ">i4"),
        fixed(groups[2], ">i4"),
        fixed(antal, ">i4"),
    ]
    if groups.shape[1]:
        copy_in(connection, "rollup_change", ("place_id", "source_id", "category_id", "month", "antal"), encode(fields))
    add_to_rollup(connection)


def _cover(connection: Connection, delivery: int, contract: SourceContract, events: EventBatch, known_from: datetime) -> None:
    """Record the months that the delivery covers.

    A source that has something to tell every month covers the months of its rows; one that may have nothing to tell covers every month from
    its first row to its last.
    """
    if not len(events):
        return
    # A thing announced for a coming month does not cover it.
    months = np.unique(events.month[events.month <= Month.of(local_day(known_from)).number])
    if not len(months):
        return
    if not contract.every_month:
        months = np.arange(months[0], months[-1] + 1)
    connection.execute(
        text("""
            INSERT INTO coverage (source_id, month, delivery_id, first_day, last_day, known_from)
            SELECT :source, month, :delivery, (date '1970-01-01' + make_interval(months => month))::date,
                (date '1970-01-01' + make_interval(months => month + 1) - interval '1 day')::date, :known_from
            FROM unnest(CAST(:months AS int[])) AS month
        """),
        {"source": contract.source.number, "months": months.tolist(), "delivery": delivery, "known_from": known_from},
    )


def _superseded(reading: Reading, row: int) -> Rejected:
    return Rejected(
        int(reading.events.line[row]),
        "",
        "",
        Message(
            "superseded_row",
            "En senare rad i filen har samma id och andra värden; den gäller.",
            "A later row of the file has the same id and other values; that one holds.",
        ),
        reading.raw_of(row),
    )


def _by_precision(events: EventBatch, kept: Ints) -> dict[str, int]:
    numbers, many = np.unique(events.precision[kept], return_counts=True)
    return {Precision(number).name.lower(): int(count) for number, count in zip(numbers.tolist(), many.tolist(), strict=True)}


def _months(events: EventBatch) -> tuple[str, str] | None:
    if not len(events):
        return None
    first, last = np.datetime64(int(events.month.min()), "M"), np.datetime64(int(events.month.max()), "M")
    return str(first), str(last)
