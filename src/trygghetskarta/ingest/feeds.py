"""What the answers of a feed tell of each event, in whatever order they come in.

An answer is the newest events of a feed when somebody asked. It tells of every event it holds, and of those it lacks though it reaches as far back
as they were published: these were taken back. What is known of an event is what the newest answer that tells of it says. See
docs/decisions/0015-answers-of-a-feed.md for the measurements behind the numbers here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
from sqlalchemy import Connection, text

from trygghetskarta.domain.events import Message, Reading, Warned, WarningCode
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.ingest.copying import copy_in, encode, fixed, instants, texts
from trygghetskarta.ingest.identity import Hashes, as_bytes, keys_by_id
from trygghetskarta.ingest.versions import Versions, take_back

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

# The police feed gives its 500 last touched events. Old events that were touched stand among the new ones, so the oldest of all says nothing
# of how far back the answer is whole; the newest of the last 4 % does.
_MOST_ROWS, _TAIL = 500, 25
_FEW_TAKEN_BACK, _TAKEN_BACK_SHARE = 5, 0.02

_HEARD = text("""
    SELECT coalesce(item.seen_to > :to OR (item.seen_to = :to AND lacking.found), false) AS older, lacking.found AS gone
    FROM answered LEFT JOIN feed_item AS item ON item.source_id = :source AND item.key = answered.key
    CROSS JOIN LATERAL (
        SELECT EXISTS (
            SELECT FROM delivery WHERE source_id = :source AND status IN ('published', 'unchanged') AND window_to > :to
                AND window_from < answered.published_at AND window_to >= answered.published_at AND answered.place = ANY(window_places)
        ) AS found
    ) AS lacking ORDER BY number
""")
_SEEN = text("""
    INSERT INTO feed_item (source_id, key, published_at, place, seen_to)
    SELECT DISTINCT ON (key) :source, key, published_at, place, :to FROM answered ORDER BY key, number
    ON CONFLICT (source_id, key) DO UPDATE SET published_at = EXCLUDED.published_at, place = EXCLUDED.place, seen_to = EXCLUDED.seen_to
    WHERE feed_item.seen_to <= EXCLUDED.seen_to
""")
_VANISHED = text("""
    CREATE TEMP TABLE vanished ON COMMIT DROP AS SELECT key FROM feed_item
    WHERE source_id = :source AND published_at > :from AND published_at <= :to AND seen_to < :to AND place = ANY(:places)
""")
_TOLD = text("UPDATE delivery SET window_from = :from, window_to = :to, window_places = :places WHERE delivery_id = :delivery")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of a feed.

    Attributes:
        key: What its events are known by, (rows, 2).
        published: When each was published, microseconds since 1970 UTC, (rows,).
        place: The place each is told of at, (rows,). An answer that was asked for some places says nothing of others.
        since: It is whole from here, microseconds; after the newest event where it cannot tell what it lacks.
    """

    key: Hashes
    published: Ints
    place: list[str]
    since: int

    @property
    def until(self) -> int:
        """When its newest event was published, microseconds: of two answers the one with the later is newer."""
        return int(self.published.max())


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer held against the newer ones that were taken in before it.

    Attributes:
        answer: The answer.
        older: True for a row of which a newer answer has told, (rows,): it changes nothing.
        gone: True for another row that a newer answer lacks, (rows,): its values are news, and that it was taken back.
    """

    answer: Answer
    older: Bools
    gone: Bools

    def held_against(self, versions: Versions) -> Versions:
        """Give what the rows are to the versions known, as far as they are news."""
        kept = versions.is_new | versions.is_changed
        forced = self.gone & versions.unchanged  # taken back as it is known to be, but its values may be others
        is_new, is_changed = versions.is_new & ~self.older, (versions.is_changed | forced) & ~self.older
        unchanged = (versions.unchanged & ~forced) | (self.older & kept)
        return replace(versions, is_new=is_new, is_changed=is_changed, unchanged=unchanged, kept=np.flatnonzero(is_new | is_changed))

    def warnings(self, taken_back: int) -> Iterator[Warned]:
        """Tell what is not to be seen from the rows."""
        if older := int(self.older.sum()):
            yield Warned(
                WarningCode.OLDER_ANSWER,
                older,
                "{} ändrade ingenting: ett nyare svar från flödet har redan berättat om dem.",
                "{} changed nothing: a newer answer of the feed had already told of them.",
            )
        if taken_back:
            yield Warned(
                WarningCode.TAKEN_BACK,
                taken_back,
                "{} från tidigare svar finns inte kvar i flödet och räknas som återtagna.",
                "{} of earlier answers are no longer in the feed and count as taken back.",
            )

    def reasons(self, taken_back: int) -> tuple[Message, ...]:
        """Tell why the answer should be held: a feed takes back an event now and then, not many at once."""
        if taken_back <= max(_FEW_TAKEN_BACK, _TAKEN_BACK_SHARE * len(self.older)):
            return ()
        return (
            Message(
                "many_taken_back",
                f"{taken_back} händelser från tidigare svar saknas och skulle räknas som återtagna. Är svaret helt?",
                f"{taken_back} events of earlier answers are missing and would count as taken back. Is the answer whole?",
            ),
        )


def answer_of(source: SourceId, reading: Reading) -> Answer | None:
    """Give the answer that a file is, if it is one: few events, each with its time of publication, the newest first.

    Args:
        source: Its source.
        reading: All of it.

    Returns:
        The answer; None for any other file, such as an archive or an extract.
    """
    details = reading.events.detail
    if not 0 < len(details) <= _MOST_ROWS or details.null_count:
        return None
    facts: list[dict[str, Any]] = [orjson.loads(detail) for detail in details.to_pylist()]
    if any("published" not in fact for fact in facts):
        return None
    published = np.array([datetime.fromisoformat(fact["published"]).timestamp() * 1_000_000 for fact in facts]).astype(np.int64)
    if len(published) > 1 and (np.diff(published) <= 0).mean() < 0.5:
        return None
    tail = len(published) // _TAIL
    since = int(published[-tail:].max() if tail else published.min())
    if reading.rejected:  # an event among the rejected rows is not lacking
        since = int(published.max())
    places = [fact["name"].rsplit(",", 1)[-1].strip() for fact in facts]
    return Answer(keys_by_id(source, reading.events), published, places, since)


def hear(connection: Connection, source: SourceId, answer: Answer, reading: Reading) -> Heard:
    """Hold an answer against the newer ones; its events that were taken back later are marked so.

    Args:
        connection: Inside a transaction that holds the source's lock.
        source: Whose answer.
        answer: The answer.
        reading: Its rows; what makes an event taken back is changed in it.

    Returns:
        The answer, held against them.
    """
    rows = len(answer.key)
    connection.execute(text("CREATE TEMP TABLE answered (number int, key uuid, published_at timestamptz, place text) ON COMMIT DROP"))
    fields = [
        fixed(np.arange(rows), ">i4"),
        fixed(as_bytes(answer.key), "S16"),
        instants(answer.published, np.zeros(rows, bool)),
        texts(answer.place),
    ]
    copy_in(connection, "answered", ("number", "key", "published_at", "place"), encode(fields))
    found = connection.execute(_HEARD, {"source": source.number, "to": _instant(answer.until)}).all()
    older = np.array([row.older for row in found], bool)
    gone = np.array([row.gone for row in found], bool) & ~older
    reading.events.withdrawn |= gone
    return Heard(answer, older, gone)


def settle(connection: Connection, source: SourceId, delivery: int, heard: Heard, known_from: datetime) -> npt.NDArray[np.void]:
    """Remember what an answer told of, and take back the events that it lacks.

    Args:
        connection: Inside the transaction of `hear`.
        source: Whose answer.
        delivery: The delivery it came in.
        heard: The answer.
        known_from: When it is published.

    Returns:
        What no longer counts, as `versions.end` gives it.
    """
    answer = heard.answer
    values: dict[str, Any] = {
        "source": source.number,
        "delivery": delivery,
        "from": _instant(answer.since),
        "to": _instant(answer.until),
        "places": sorted(set(answer.place)),
    }
    connection.execute(_SEEN, values)
    connection.execute(_TOLD, values)
    connection.execute(_VANISHED, values)
    gone = take_back(connection, source, delivery, known_from)
    connection.execute(text("DROP TABLE answered, vanished"))
    return gone


def _instant(microseconds: int) -> datetime:
    return np.datetime64(microseconds, "us").astype(datetime).replace(tzinfo=UTC)  # type: ignore[no-any-return]  # numpy gives a datetime
