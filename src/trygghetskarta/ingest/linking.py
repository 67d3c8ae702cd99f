"""The same thing told by several sources: candidates by time and place, and what people decided of them. Nothing is ever merged."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files

from sqlalchemy import Connection, text

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.events import TimePrecision
from trygghetskarta.domain.links import LinkStatus
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import NotFoundError, bad_parameter
from trygghetskarta.store.editions import list_editions

LEAST_SCORE = 0.2
"""Two events that score less are not candidates."""
MOST_MINUTES = 180
"""So far apart in time the score is 0."""
MOST_METRES = 1000
"""So far apart in place the score is 0."""
SAME_BASOMRADE = 0.7
"""What the place counts when both are known to one basområde and one of them has no point."""
SAME_STADSDEL = 0.5
"""The same for a stadsdel."""
HALVED_BY = timedelta(days=1)
"""An event known only to lie within an interval this long scores half of one known to the minute."""

# Only what can reach the least score is compared: events in reach of each other's days, whose intervals are not too long.
_FIND = text("""
    WITH RECURSIVE kind AS (
        SELECT category_id, source_id, code FROM category
        JOIN unnest(CAST(:sources AS smallint[]), CAST(:codes AS text[])) AS wanted (source_id, code) USING (source_id, code)
        UNION
        SELECT child.category_id, child.source_id, child.code FROM category AS child
        JOIN kind ON kind.source_id = child.source_id AND kind.code = child.parent_code
    ), timed AS (
        SELECT event.source_id, key, geom, place_id,
            CASE WHEN time_precision = :minute THEN starts_at ELSE date_trunc('day', starts_at, 'Europe/Stockholm') END AS begins,
            CASE WHEN time_precision = :minute THEN greatest(starts_at, ends_at)
                ELSE (date_trunc('day', greatest(starts_at, ends_at) AT TIME ZONE 'Europe/Stockholm') + interval '1 day')
                    AT TIME ZONE 'Europe/Stockholm' END AS ends
        FROM event WHERE source_id IN (:a, :b) AND known_to IS NULL AND NOT withdrawn AND antal > 0 AND starts_at IS NOT NULL
            AND time_precision IN (:minute, :day)
            AND (source_id = ANY(:whole) OR category_id IN (SELECT category_id FROM kind))
    ), placed AS (
        SELECT timed.*, basomrade.area_id AS basomrade, stadsdel.area_id AS stadsdel FROM timed
        LEFT JOIN place_area AS basomrade
            ON basomrade.place_id = timed.place_id AND basomrade.edition_id = :edition AND basomrade.level = :basomrade
                AND basomrade.ends - basomrade.begins = 1000000
        LEFT JOIN place_area AS stadsdel
            ON stadsdel.place_id = timed.place_id AND stadsdel.edition_id = :edition AND stadsdel.level = :stadsdel
                AND stadsdel.ends - stadsdel.begins = 1000000
        WHERE timed.ends - timed.begins <= :longest
    ), met AS (
        SELECT DISTINCT a.key AS a_key, b.key AS b_key,
            greatest(extract(epoch FROM greatest(b.begins - a.ends, a.begins - b.ends)) / 60, 0) AS minutes,
            greatest(a.ends - a.begins, b.ends - b.begins) AS width,
            CASE WHEN a.geom IS NOT NULL AND b.geom IS NOT NULL THEN ST_Distance(a.geom, b.geom) END AS metres,
            a.basomrade = b.basomrade AS same_basomrade, a.stadsdel = b.stadsdel AS same_stadsdel
        FROM (
            SELECT *, generate_series(date_trunc('day', begins - :gap), ends + :gap, interval '1 day') AS on_day FROM placed WHERE source_id = :a
        ) AS a JOIN (
            SELECT *, generate_series(date_trunc('day', begins), ends, interval '1 day') AS on_day FROM placed WHERE source_id = :b
        ) AS b USING (on_day)
    ), scored AS (
        SELECT a_key, b_key, minutes, metres,
            greatest(1 - minutes / :most_minutes, 0) * extract(epoch FROM CAST(:halved_by AS interval))
                / extract(epoch FROM CAST(:halved_by AS interval) + width)
                * CASE WHEN metres IS NOT NULL THEN greatest(1 - metres / :most_metres, 0) WHEN same_basomrade THEN :same_basomrade
                    WHEN same_stadsdel THEN :same_stadsdel ELSE 0 END AS score
        FROM met
    ), stored AS (
        INSERT INTO event_link (a_source, a_key, b_source, b_key, score, minutes, metres, status, found_at)
        SELECT :a, a_key, :b, b_key, score, minutes, metres, 'candidate', clock_timestamp() FROM scored WHERE score >= :least
        ON CONFLICT (a_source, a_key, b_source, b_key) DO UPDATE
            SET score = EXCLUDED.score, minutes = EXCLUDED.minutes, metres = EXCLUDED.metres, found_at = EXCLUDED.found_at
        RETURNING xmax = 0 AS is_new
    )
    SELECT count(*) AS found, count(*) FILTER (WHERE is_new) AS new FROM stored
""")
# What nobody has decided and the events no longer bear out is not a candidate any more; a decision stays.
_DROP = text("DELETE FROM event_link WHERE status = 'candidate' AND found_at < :begun")
_DECIDE = text("""
    UPDATE event_link SET status = :status, decided_by = :by, decided_at = clock_timestamp() WHERE link_id = :link RETURNING link_id
""")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sources whose events may be the same thing.

    Attributes:
        a: The source of the lower number.
        b: The other.
        a_codes: Categories of the first, each with all below it; empty for all.
        b_codes: Categories of the second, likewise.
    """

    a: SourceId
    b: SourceId
    a_codes: tuple[str, ...]
    b_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to.

    Attributes:
        by_pair: How many candidates and decided links each pair has, and how many of them are new.
        dropped: How many candidates nobody had decided, and that the events no longer bear out.
    """

    by_pair: tuple[tuple[Pair, int, int], ...]
    dropped: int


@cache
def pairs() -> tuple[Pair, ...]:
    """Read which kinds may belong together."""
    written = tomllib.loads(files("trygghetskarta.ingest").joinpath("link_kinds.toml").read_text(encoding="utf-8"))
    found = []
    for pair in written["pairs"]:
        (a, a_codes), (b, b_codes) = sorted(
            ((SourceId(name), tuple(codes)) for name, codes in pair.items()), key=lambda side: side[0].number
        )
        found.append(Pair(a, b, a_codes, b_codes))
    return tuple(found)


def find_links(connection: Connection) -> Found:
    """Find events of different sources that may be the same thing, and keep what was decided of those found before.

    Args:
        connection: Inside a transaction.

    Returns:
        How many were found.
    """
    begun = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    by_pair = []
    meant = next((edition.edition_id for edition in list_editions(connection)), None)
    for pair in pairs():
        row = connection.execute(_FIND, {**_parameters(pair), "edition": meant}).one()
        by_pair.append((pair, row.found, row.new))
    return Found(tuple(by_pair), connection.execute(_DROP, {"begun": begun}).rowcount)


def decide_link(connection: Connection, link: int, status: LinkStatus, by: str) -> None:
    """Record what somebody decided of a link; a later decision takes the place of an earlier.

    Args:
        connection: Inside a transaction.
        link: Its number.
        status: Confirmed or rejected.
        by: Who decided.

    Raises:
        InvalidQuestionError: Nobody is named.
        NotFoundError: There is no such link.
    """
    if not by.strip():
        raise bad_parameter("by", by, "Ange vem som beslutar.", "Say who decides.")
    if connection.execute(_DECIDE, {"link": link, "status": status.value, "by": by.strip()}).first() is None:
        raise NotFoundError(f"Det finns inget samband {link}.", f"There is no link {link}.")


def _parameters(pair: Pair) -> dict[str, object]:
    wanted = [(source.number, code) for source, codes in ((pair.a, pair.a_codes), (pair.b, pair.b_codes)) for code in codes]
    return {
        "a": pair.a.number,
        "b": pair.b.number,
        "sources": [number for number, _ in wanted],
        "codes": [code for _, code in wanted],
        "whole": [source.number for source, codes in ((pair.a, pair.a_codes), (pair.b, pair.b_codes)) if not codes],
        "minute": int(TimePrecision.MINUTE),
        "day": int(TimePrecision.DAY),
        "gap": timedelta(minutes=MOST_MINUTES),
        "longest": HALVED_BY * (1 / LEAST_SCORE - 1),
        "halved_by": HALVED_BY,
        "most_minutes": MOST_MINUTES,
        "most_metres": MOST_METRES,
        "basomrade": AreaLevel.BASOMRADE,
        "stadsdel": AreaLevel.STADSDEL,
        "same_basomrade": SAME_BASOMRADE,
        "same_stadsdel": SAME_STADSDEL,
        "least": LEAST_SCORE,
    }
