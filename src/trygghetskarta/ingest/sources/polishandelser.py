"""The police's events: the press feed of polisen.se as JSON, and the police's own extract as a table.

The feed's coordinates are the centroid of a municipality or a county and are never read. The municipality is the last comma part of the name,
the event's own time its first part (without a year), and the only finer place a stadsdel that the summary names.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.categories import tree_of
from trygghetskarta.domain.cities import CITY
from trygghetskarta.domain.events import (
    NO_TIME,
    EventBatch,
    Message,
    Precision,
    Reading,
    Rejected,
    TimePrecision,
    Warned,
    WarningCode,
)
from trygghetskarta.domain.periods import LOCAL_TIME, Month
from trygghetskarta.domain.read_as import BOM, ReadAs
from trygghetskarta.domain.sources import CONTRACTS, SourceId
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.contract import Context, DeliveredFile, Layout
from trygghetskarta.ingest.formats.json_text import BAD_JSON, is_cut
from trygghetskarta.ingest.hiding import hidden
from trygghetskarta.ingest.lengths import LONGEST_KIND, LONGEST_TEXT, too_long
from trygghetskarta.ingest.personal import HIDDEN, PERSONAL_DATA, points_at_person, starred
from trygghetskarta.ingest.reading import decode, shown, truncated
from trygghetskarta.ingest.row_times import ISO_TIME
from trygghetskarta.ingest.rows import read_rows

EXTRACT = Layout(
    name="polishandelser/utdrag",
    columns={"id": "id", "kind": "typ", "start": "start", "end": "slut", "x": "x", "y": "y", "area": "omrade"},
    required=("id", "kind", "start"),
    formats={"start": ISO_TIME, "end": ISO_TIME},
    srid=CITY.plane,
    area_level=AreaLevel.STADSDEL,
)
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december"), 1
    )
}
_NAME_TIME = re.compile(r"([0-9]{1,2}) ([a-z]+) ([0-9]{1,2})[.:]([0-9]{2})\b", re.ASCII)
_PUBLISHED = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2}) ([0-9]{1,2}):([0-9]{2}):([0-9]{2}) ([+-][0-9]{2}):?([0-9]{2})", re.ASCII)
_TEXTS = ("name", "type", "datetime", "summary", "url")
# An event may lie in the year before its publication, and counts are kept from 1970.
_FIRST_YEAR = 1971
_LONGEST_BETWEEN = timedelta(days=183)
_BETWEEN = re.compile(r"[\s,]*")


@dataclass(slots=True)
class _Row:
    """One event of the feed, understood."""

    line: int
    identity: str
    kind: str
    starts_at: datetime
    time_precision: TimePrecision
    published: datetime
    precision: Precision
    area: str | None
    detail: str
    raw: str


class Polishandelser:
    """Events known by their id: the feed's one array or one object a line, or a table."""

    source = SourceId.POLISHANDELSER
    version = "3"
    layouts: tuple[Layout, ...] = (EXTRACT,)

    def read(self, file: DeliveredFile, context: Context) -> Iterator[Reading]:
        """Read an answer of the feed, or an extract; see `Source.read`."""
        if context.layout is not None or not _is_feed(file):
            yield from read_rows(file, self.layouts, context, CONTRACTS[self.source].counts_by)
            return
        content = file.path.read_bytes()
        text, encoding = decode(content, file.name)
        finder = _Stadsdelar(context)
        rows: list[_Row] = []
        rejected: list[Rejected] = []
        for line, raw, value in _objects(text, file.name):
            understood = ("", value) if isinstance(value, Message) else _understand(value, (line, raw), finder, context)
            if isinstance(understood, _Row):
                rows.append(understood)
            else:
                rejected.append(_rejected(value, (line, raw, encoding), *understood))
        batch, digests = _batch(rows), _digests(rows)
        read_as = ReadAs(
            "json" if text.lstrip().startswith("[") else "jsonl",
            "utf-8-sig" if content.startswith(BOM) else encoding,
            packing=file.packing,
            member=file.member,
        )
        yield Reading(batch, lambda row: rows[row].raw.encode(encoding), rejected, 0, digests, id_column="id", read_as=read_as)


def _is_feed(file: DeliveredFile) -> bool:
    """Tell whether a file is JSON, by its first letter."""
    with file.path.open("rb") as opened:
        return opened.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"[", b"{")


class _Stadsdelar:
    """Finds the one stadsdel that a text names."""

    def __init__(self, context: Context) -> None:
        self.codes = context.stadsdelar
        # The longest name first, so that Farsta Strand is not read as Farsta.
        names = sorted(map(re.escape, self.codes.held[0]), key=len, reverse=True)
        self.pattern = re.compile(rf"(?<!\w)({'|'.join(names)})s?(?!\w)") if names else None

    def find(self, text: str, day: date) -> str | None:
        """Give the code that the stadsdel named had on a day; None when none is named, or several."""
        found = set(self.pattern.findall(text.casefold())) if self.pattern else set()
        return self.codes.on(day)[found.pop()] if len(found) == 1 else None


def _objects(text: str, name: str) -> list[tuple[int, str, Any]]:
    """Read the values of a JSON array, or of one value a line, with the line each begins on and its own text.

    Where one value a line was meant, the value of a line that is no object is the message that says so.
    """
    try:
        return list(_values(text, name))
    except BadDeliveryError:
        if text.lstrip().startswith("["):
            raise
        rows = list(_lines(text, name))
        if not any(isinstance(value, dict) for _, _, value in rows):
            raise
        return rows


def _values(text: str, name: str) -> Iterator[tuple[int, str, Any]]:
    """Go through the values of an array, or through values that stand one after another; nothing else may stand there."""
    decoder = json.JSONDecoder()
    stripped = text.strip()
    is_array = stripped.startswith("[")
    at = text.index("[") + 1 if is_array else 0
    stop = text.rindex("]") if is_array and stripped.endswith("]") else len(text)
    line, counted, last = 1, 0, 0
    while True:
        at = _BETWEEN.match(text, at).end()  # type: ignore[union-attr]  # the pattern matches everywhere, the empty string at least
        if at >= stop:
            break
        line, counted = line + text.count("\n", counted, at), at
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            if isinstance(error, json.JSONDecodeError) and is_cut(error):
                raise truncated(name, last) from error
            raise BadDeliveryError(
                f"{name}, rad {line}: filen är inte giltig JSON ({error}). Ingenting ändrades.",
                f"{name}, line {line}: the file is not valid JSON ({error}). Nothing was changed.",
                code="bad_json",
            ) from error
        yield line, text[at:end], value
        at, last = end, line
    if is_array and not stripped.endswith("]"):
        raise truncated(name, last)


def _lines(text: str, name: str) -> Iterator[tuple[int, str, Any]]:
    """Go through a text of one object a line; for a line that is none, what is wrong with it. One cut off by the end refuses the file."""
    lines = text.split("\n")
    last = 0
    for line, own in enumerate(lines, 1):
        if not (raw := own.strip(" \t\r")):
            continue
        try:
            value = json.loads(raw)
        except (ValueError, RecursionError) as error:
            if line == len(lines) and isinstance(error, json.JSONDecodeError) and is_cut(error):
                raise truncated(name, last) from error
            value = BAD_JSON
        else:
            last = line
        yield line, raw, value if isinstance(value, dict) else BAD_JSON


def _understand(value: object, at: tuple[int, str], finder: _Stadsdelar, context: Context) -> _Row | tuple[str, Message]:
    """Read one event, or say which field is at fault and why."""
    fields = _tidied(value) if isinstance(value, dict) else {}
    texts = {field: fields.get(field) for field in ("name", "type", "datetime")}
    identity = fields.get("id")
    if not isinstance(identity, int) or isinstance(identity, bool):
        return "id", Message("missing_id", "Händelsen saknar id.", "The event has no id.")
    fault = _fault(fields)
    if fault is not None:
        return fault
    published = _published(str(texts["datetime"]))
    if published is None:
        return "datetime", Message("no_such_date", "Publiceringstiden går inte att läsa.", "The time of publication cannot be read.")
    if published > context.now + timedelta(days=1):
        return "datetime", Message("future", "Publiceringstiden ligger i framtiden.", "The time of publication lies in the future.")
    name, kind, summary = str(texts["name"]), str(texts["type"]), str(fields.get("summary") or "")
    starts_at, time_precision = _event_time(name, published)
    precision, area = _place(name, kind, (summary, starts_at.date()), finder, context)
    told_at = published.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    detail = {"name": name, "summary": summary, "url": str(fields.get("url") or ""), "published": told_at}
    return _Row(at[0], str(identity), kind, starts_at, time_precision, published, precision, area, orjson.dumps(detail).decode(), at[1])


def _fault(fields: dict[str, Any]) -> tuple[str, Message] | None:
    """Say which of an event's texts cannot be stored and why, or None."""
    for field in ("name", "type", "datetime"):
        if not isinstance(fields.get(field), str) or not fields[field].strip():
            return field, Message("missing_value", f"Händelsen saknar {field}.", f"The event has no {field}.")
    for field in _TEXTS:
        text, longest = str(fields.get(field) or ""), LONGEST_KIND if field == "type" else LONGEST_TEXT
        if len(text) > longest:
            return field, too_long(longest)
        if not _storable(text):
            return field, Message("bad_text", "Texten har tecken som inte kan sparas.", "The text has characters that cannot be stored.")
        if points_at_person(text):
            return field, PERSONAL_DATA
    return None


def _rejected(value: object, at: tuple[int, str, str], column: str, message: Message) -> Rejected:
    """Give a rejected event, with its line, text and encoding, as it stands, but for what may point at a person in any of its texts."""
    line, text, encoding = at
    raw = text.encode(encoding)
    if not isinstance(value, dict):
        return Rejected(line, column, "" if column else shown(text), message, hidden(raw))
    fields = _tidied(value)
    if any(points_at_person(_written(given)) for field, given in fields.items() if field != "id" or isinstance(given, str)):
        raw = starred(raw)
    given = HIDDEN if message is PERSONAL_DATA else shown(_written(fields[column])) if column in fields else ""
    return Rejected(line, column, given, message, raw)


def _written(value: object) -> str:
    """Write a value as JSON has it; a text without its quotes."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _tidied(value: dict[str, Any]) -> dict[str, Any]:
    """Give a text one form, whatever way its å, ä and ö were put together."""
    return {field: unicodedata.normalize("NFC", text) if isinstance(text, str) else text for field, text in value.items()}


def _storable(text: str) -> bool:
    """Tell whether a text can be kept: no NUL character, no half of a surrogate pair."""
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _published(text: str) -> datetime | None:
    """Read the time of publication, whose hour has one digit before ten."""
    match = _PUBLISHED.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    if year < _FIRST_YEAR:
        return None
    try:
        return datetime.fromisoformat(f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{match[7]}:{match[8]}")
    except ValueError:
        return None


def _event_time(name: str, published: datetime) -> tuple[datetime, TimePrecision]:
    """Read the event's own time from its name, which has no year: of such days the one nearest to the publication.

    Most events are told of within hours, some are announced days ahead. A name without a time, or with one that there was not within half a
    year, gives the day of publication.
    """
    local = published.astimezone(LOCAL_TIME)
    match = _NAME_TIME.match(name.strip().lower())
    if match is not None and match[2] in _MONTHS:
        day, month, hour, minute = int(match[1]), _MONTHS[match[2]], int(match[3]), int(match[4])
        told = [_local_time(local.year + years, month, day, hour, minute) for years in (-1, 0, 1)]
        # Without the limit the 29 February of a year that has none would be another year's.
        possible = [event for event in told if event is not None and abs(event - local) <= _LONGEST_BETWEEN]
        if possible:
            return min(possible, key=lambda event: abs(event - local)), TimePrecision.MINUTE
    return datetime(local.year, local.month, local.day, tzinfo=LOCAL_TIME), TimePrecision.DAY


def _local_time(year: int, month: int, day: int, hour: int, minute: int) -> datetime | None:
    try:
        return datetime(year, month, day, hour, minute, tzinfo=LOCAL_TIME)
    except ValueError:
        return None


def _place(name: str, kind: str, told: tuple[str, date], finder: _Stadsdelar, context: Context) -> tuple[Precision, str | None]:
    """Say where the event was: in a stadsdel, in the city, in another municipality, or not known.

    A digest tells of many events in many places, so it has none.
    """
    municipality = name.rsplit(",", 1)[-1].strip()
    tree = tree_of(SourceId.POLISHANDELSER)
    # A name that ends with the kind says nothing of where.
    if tree.is_digest(tree.categorise(kind)[0]) or municipality == context.county or name.strip().endswith(kind.strip()):
        return Precision.NONE, None
    if municipality != context.municipality and municipality.casefold() not in CITY.also:
        return Precision.OUTSIDE, None
    stadsdel = finder.find(*told)
    return (Precision.STADSDEL, stadsdel) if stadsdel is not None else (Precision.STAD, None)


def _batch(rows: list[_Row]) -> EventBatch:
    def ints(values: Iterator[int]) -> np.ndarray[Any, np.dtype[np.int64]]:
        return np.fromiter(values, np.int64, len(rows))

    def texts(values: Iterator[str | None]) -> pa.StringArray:
        return pa.array(list(values), pa.string())

    nowhere = np.full(len(rows), np.nan)
    return EventBatch(
        line=ints(row.line for row in rows),
        identity=texts(row.identity for row in rows),
        kind=texts(row.kind for row in rows),
        starts_at=ints(_microseconds(row.starts_at) for row in rows),
        ends_at=np.full(len(rows), NO_TIME, np.int64),
        time_precision=ints(int(row.time_precision) for row in rows),
        reported_on=ints((row.published.astimezone(LOCAL_TIME).date() - date(1970, 1, 1)).days for row in rows),
        month=ints(Month.of(row.starts_at.date()).number for row in rows),
        antal=np.ones(len(rows), np.int64),
        x=nowhere,
        y=nowhere,
        precision=ints(int(row.precision) for row in rows),
        area=texts(row.area for row in rows),
        withdrawn=np.zeros(len(rows), bool),
        detail=texts(row.detail for row in rows),
    )


def _microseconds(instant: datetime) -> int:
    return int(instant.astimezone(UTC).timestamp() * 1_000_000)


def _digests(rows: list[_Row]) -> list[Warned]:
    tree = tree_of(SourceId.POLISHANDELSER)
    count = sum(tree.is_digest(tree.categorise(row.kind)[0]) for row in rows)
    if not count:
        return []
    return [
        Warned(
            WarningCode.DIGEST,
            count,
            "{} är sammanfattningar av flera händelser; de är sparade för sig och räknas inte i något område.",
            "{}: digests of several events, kept apart and counted in no area.",
        )
    ]
