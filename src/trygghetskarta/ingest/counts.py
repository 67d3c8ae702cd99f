"""Counts per area, month and brottskod, as Brå gives them: one row a count, or one row an area and code with a column for every month.

A count is known by its area, month and code, so a later figure is a new version of it. An empty one says nothing, as Brå leaves the months in which
a code was not in force: nothing is stored. One that the source withholds ("..", "*", "-", "<5") is stored as withheld, between bounds, and counted
as none. So is one in whose place a word says that it is missing (NULL), not known (okänt) or not applicable (N/A): what the word says is stored.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import orjson
import pyarrow as pa

from trygghetskarta.domain.areas import AreaLevel, code_of_name
from trygghetskarta.domain.events import NO_TIME, EventBatch, Message, Precision, Reading, TimePrecision, WarningCode
from trygghetskarta.domain.periods import Month, local_day
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.absent import meaning_of
from trygghetskarta.ingest.amounts import BLANKS
from trygghetskarta.ingest.codes import unknown_area, warn_of_zeros, with_zeros
from trygghetskarta.ingest.contract import Context, Layout
from trygghetskarta.ingest.personal import without_personal_data
from trygghetskarta.ingest.reading import TextTable, shown
from trygghetskarta.ingest.value_rows import ValueTable, is_municipality, level_of

_MONTH = re.compile(r"([0-9]{4})[-M]?([0-9]{2})", re.ASCII)
_BLANKS = re.compile(BLANKS)
_COUNT = re.compile(rf"([0-9]{{1,7}}|[0-9]{{1,3}}(?:{BLANKS}[0-9]{{3}}){{1,2}})(?:[.,]00?)?", re.ASCII)
_BELOW = re.compile(r"<([0-9]{1,6})", re.ASCII)
_CODE = re.compile(r"([0-9]{3,4})([.,]0)?", re.ASCII)
_WITHHELD = frozenset(("..", "*", "-", "–", "−"))
_BOUNDS = (1, 4)
_SUMS = ("totalt", "total", "summa", "samtliga")
_PRECISIONS = {
    AreaLevel.BASOMRADE: Precision.BASOMRADE,
    AreaLevel.STADSDEL: Precision.STADSDEL,
    AreaLevel.STADSDELSOMRADE: Precision.STADSDELSOMRADE,
    AreaLevel.STAD: Precision.STAD,
}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a count was: how exactly it is known, and the area as its key names it."""

    precision: Precision
    area: str


@dataclass(frozen=True, slots=True)
class _Count:
    """A count; or none, with the bounds of one that is withheld, or with what the word in its place says."""

    number: int
    between: tuple[int, int] | None = None
    absent: str | None = None

    @property
    def detail(self) -> str | None:
        """What is kept of a count that is none, as the text of a JSON object."""
        if self.absent is not None:
            return orjson.dumps({"absent": {"antal": self.absent}}).decode()
        return orjson.dumps({"withheld": self.between}).decode() if self.between is not None else None

    @property
    def state(self) -> str:
        """Say what it is, as a receipt counts it: a number, withheld, or what the word says."""
        return self.absent or ("number" if self.between is None else "withheld")


def is_month(name: str) -> bool:
    """Tell whether a column's name is a month: 2025-01, 2025M01 or 202501."""
    return isinstance(_month(name), Month)


def read_counts(table: TextTable, layout: Layout, context: Context) -> Iterator[Reading]:
    """Read a table of counts.

    Args:
        table: The table. Instead of the columns of the month and the count it may have one column for every month.
        layout: The names of the columns: area, level, month, kind and antal.
        context: What is known outside the file.

    Yields:
        One reading, or one for every column of a month: then each of its cells is a row of the receipt.

    Raises:
        BadDeliveryError: The counts are of areas that may lie in each other, and would be counted twice.
    """
    months = [name for name in table.header if is_month(name)]
    for number, month in enumerate(months or [""]):
        rows = ValueTable.of(table, layout)
        if month:
            rows.columns |= {"month": month, "antal": month}
        reading = _read(rows, month, context)
        if number == 0:
            # The rows that are no rows of the table are told once.
            reading.blank += table.blank
            table.rejected, table.warnings = [], []
        yield reading


def _read(rows: ValueTable, column_month: str, context: Context) -> Reading:
    table = rows.checker.table
    rows.blank = 0
    names = list(zip(rows.texts("area"), rows.texts("kind"), strict=True))
    rows.set_aside(np.array([any(name.casefold().startswith(_SUMS) for name in pair) for pair in names], bool))
    rows.set_aside(np.array([not text for text in rows.texts("antal")], bool))
    months = rows.read("month", lambda text: _past_month(column_month or text, context))
    kinds = rows.read("kind", _brottskod)
    counts = rows.read("antal", _count)
    places = _places(rows, months, context)
    rows.checker.warn(
        WarningCode.WITHHELD,
        np.array([count is not None and count.between is not None for count in counts], bool),
        "{}: källan lämnar inte ut antalet; gränserna är sparade och ingenting räknat.",
        "{}: the source does not tell the count; its bounds are kept and nothing is counted.",
    )
    rows.checker.warn(
        WarningCode.NO_VALUE,
        np.array([count is not None and count.absent is not None for count in counts], bool),
        "{}: ett ord som NULL, okänt eller N/A i stället för antalet; ordets innebörd är sparad och ingenting räknat.",
        "{}: a word such as NULL, unknown or N/A in the place of the count; what it means is kept and nothing is counted.",
    )
    good = rows.good
    held = [count for row in good if (count := counts[row]) is not None]
    events = _batch(
        [int(table.line[row]) for row in good],
        [place for row in good if (place := places[row]) is not None],
        [kind for row in good if (kind := kinds[row]) is not None],
        [month for row in good if (month := months[row]) is not None],
        held,
    )
    return Reading(
        events,
        lambda row: table.raw(good[row]),
        without_personal_data(rows.checker, {}),
        rows.blank,
        rows.checker.warnings,
        upto=table.upto,
        head=table.head,
        read_as=table.read_as,
        figures=Counter(count.state for count in held),
    )


def _places(rows: ValueTable, months: Sequence[Month | None], context: Context) -> list[_Place | None]:
    """Say where every count was, and refuse counts of areas at several levels of the city."""
    # A name is that of the area that had it then: a later division changes no count's identity.
    periods = [context.stadsdelar.number(month.first_day) if month is not None else 0 for month in months]
    given = list(zip(rows.required("area"), rows.texts("level"), periods, strict=True))
    filled = {one: code for one in set(given) if (code := _with_zeros(one[0], one[1], context)) is not None}
    found = {one: _place(filled.get(one, one[0]), one[1], context, context.stadsdelar.held[one[2]]) for one in set(given)}
    for message in {result for result in found.values() if isinstance(result, Message)}:
        rows.checker.reject(np.array([found[one] == message for one in given], bool), rows.columns["area"], message)
    warn_of_zeros(rows.checker, np.array([one in filled for one in given], bool))
    places = [None if isinstance(result := found[one], Message) else result for one in given]
    levels = {place.precision for row in rows.good if (place := places[row]) is not None} - {Precision.OUTSIDE}
    if len(levels) > 1:
        raise BadDeliveryError(
            "Filen har antal för områden på flera nivåer. De ligger i varandra och skulle räknas två gånger. Skicka en nivå.",
            "The file has counts of areas at several levels. They lie in each other and would be counted twice. Send one level.",
            code="mixed_levels",
        )
    return places


def _with_zeros(name: str, level: str, context: Context) -> str | None:
    """Give an area's code the zeros back that a spreadsheet took, where no level has the name as it stands and just one has the code."""
    asked = level_of(level) if level else None
    held = [context.areas.get(one, frozenset()) for one in AreaLevel if asked in (None, one)]
    if any(name in known for known in held):
        return None
    codes = {code for known in held if (code := with_zeros(name, known)) is not None}
    return codes.pop() if len(codes) == 1 else None


def _place(name: str, level: str, context: Context, stadsdelar: Mapping[str, str]) -> _Place | Message:
    if is_municipality(name, context):
        return _Place(Precision.STAD, "")
    if name.casefold().endswith((" kommun", " stad")):
        # Not its code: Habo and Håbo are two.
        return _Place(Precision.OUTSIDE, name.casefold())
    asked = level_of(level) if level else None
    if isinstance(asked, Message):
        return asked
    code = code_of_name(name)
    holders = [one for one in AreaLevel if asked in (None, one) and {name, code} & context.areas.get(one, frozenset())]
    if len(holders) > 1:
        return Message(
            "ambiguous_area",
            "Namnet finns på flera nivåer. Lägg till kolumnen Nivå.",
            "There are areas of that name at several levels. Add the column Nivå.",
        )
    if not holders:
        return unknown_area(context, asked, name)
    if holders[0] is AreaLevel.STAD:
        return _Place(Precision.STAD, "")
    by_name = stadsdelar.get(name.casefold(), code) if holders[0] is AreaLevel.STADSDEL else code
    return _Place(_PRECISIONS[holders[0].role], name if name in context.areas[holders[0]] else by_name)


def _month(text: str) -> Month | None:
    match = _MONTH.fullmatch(text)
    return Month.parse(f"{match[1]}-{match[2]}") if match and 1970 <= int(match[1]) <= 2200 and 1 <= int(match[2]) <= 12 else None


def _past_month(text: str, context: Context) -> Month | Message:
    month = _month(text)
    if month is None:
        return Message("no_such_date", f"”{shown(text)}” är ingen månad.", f"“{shown(text)}” is not a month.")
    if month > Month.of(local_day(context.now)):
        return Message("future", "Månaden ligger i framtiden.", "The month lies in the future.")
    return month


def _brottskod(text: str) -> str | Message:
    match = _CODE.fullmatch(text)
    return match[1].zfill(4) if match else Message("bad_code", f"”{shown(text)}” är ingen kod.", f"“{shown(text)}” is not a code.")


def _count(text: str) -> _Count | Message:
    tidy = _BLANKS.sub("", text)
    whole = _COUNT.fullmatch(text)
    if whole:
        return _Count(int(_BLANKS.sub("", whole[1])))
    absent = meaning_of(text)
    if absent is not None:
        return _Count(0, absent=absent)
    below = _BELOW.fullmatch(tidy)
    if below and int(below[1]) > 1:
        return _Count(0, (1, int(below[1]) - 1))
    if tidy in _WITHHELD:
        return _Count(0, _BOUNDS)
    return Message("bad_count", f"”{shown(text)}” är inget antal.", f"“{shown(text)}” is not a count.")


def _batch(line: list[int], places: list[_Place], kinds: list[str], months: list[Month], counts: list[_Count]) -> EventBatch:
    rows = len(line)
    whole = zip(places, kinds, months, strict=True)
    never, nowhere = np.full(rows, NO_TIME, np.int64), np.full(rows, np.nan)
    return EventBatch(
        line=np.array(line, np.int64),
        identity=pa.array([f"{place.precision.name.lower()} {place.area} {month} {kind}" for place, kind, month in whole], pa.string()),
        kind=pa.array(kinds, pa.string()),
        starts_at=never,
        ends_at=never,
        time_precision=np.full(rows, int(TimePrecision.MONTH), np.int64),
        reported_on=never,
        month=np.array([month.number for month in months], np.int64),
        antal=np.array([count.number for count in counts], np.int64),
        x=nowhere,
        y=nowhere,
        precision=np.array([int(place.precision) for place in places], np.int64),
        area=pa.array([place.area or None for place in places], pa.string()),
        withdrawn=np.zeros(rows, bool),
        detail=pa.array([count.detail for count in counts], pa.string()),
    )
