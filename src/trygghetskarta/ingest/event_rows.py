"""New versions of events as rows of the table `event`, ready to be sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from trygghetskarta.domain.events import NO_TIME, EventBatch
from trygghetskarta.ingest.copying import Field, days, encode, fixed, instants, points, texts
from trygghetskarta.ingest.identity import as_bytes
from trygghetskarta.ingest.versions import Told

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# What is seldom NULL and of a fixed width stands together, as it is laid out in one go.
COLUMNS = (
    "source_id", "key", "known_from", "digest", "category_id", "place_id", "delivery_id", "line", "month", "antal", "withdrawn", "precision",
    "time_precision", "starts_at", "geom", "identity", "ends_at", "reported_on", "area_text", "detail",
)  # fmt: skip
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Common:
    """What all new versions of a delivery have in common: their source's number, their delivery, since when they are known, and their plane."""

    source: int
    delivery: int
    known_from: datetime
    srid: int


@dataclass(frozen=True, slots=True)
class Numbered:
    """Events with all that the database knows them by, (rows,) each.

    Attributes:
        events: The events.
        xy: Their points in the plane, NaN for none.
        told: What makes them themselves.
        category: Numbers of their categories.
        place: Numbers of their places.
    """

    events: EventBatch
    xy: tuple[Floats, Floats]
    told: Told
    category: Ints
    place: Ints


def event_rows(common: Common, part: Numbered, kept: Ints, further: Sequence[Field] = ()) -> pa.LargeBinaryArray:
    """Give some events as the bytes that are sent.

    Args:
        common: What they have in common.
        part: The events.
        kept: Which of them, in the order in which they shall be sent.
        further: Columns beside those of `event`, (kept,) each.

    Returns:
        The values of `COLUMNS` and of the further columns, (kept,).
    """
    events, rows = part.events, len(kept)
    # Mostly a first delivery's rows are all new, and stay in the file's order: then nothing need be picked out.
    all_of_them = rows == len(events) and bool((kept[:-1] < kept[1:]).all())
    one = slice(None) if all_of_them else kept
    since_1970 = np.full(rows, (common.known_from - _EPOCH) // timedelta(microseconds=1))
    starts, ends, reported = events.starts_at[one], events.ends_at[one], events.reported_on[one]
    identity, area, detail = (
        column if all_of_them else column.take(pa.array(kept)) for column in (events.identity, events.area, events.detail)
    )
    return encode(
        [
            fixed(np.full(rows, common.source), ">i2"),
            fixed(as_bytes(part.told.key[one]), "S16"),
            instants(since_1970, np.zeros(rows, bool)),
            fixed(as_bytes(part.told.fingerprint[one]), "S16"),
            fixed(part.category[one], ">i4"),
            fixed(part.place[one], ">i4"),
            fixed(np.full(rows, common.delivery), ">i8"),
            fixed(events.line[one], ">i4"),
            fixed(events.month[one], ">i4"),
            fixed(events.antal[one], ">i4"),
            fixed(events.withdrawn[one], "?"),
            fixed(events.precision[one], ">i2"),
            fixed(events.time_precision[one], ">i2"),
            instants(starts, starts == NO_TIME),
            points(part.xy[0][one], part.xy[1][one], common.srid),
            texts(identity),
            instants(ends, ends == NO_TIME),
            days(reported, reported == NO_TIME),
            texts(area),
            texts(detail),
            *further,
        ]
    )
