"""Read a table by a layout: every row becomes an event or a rejected row."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow.compute as pc

from trygghetskarta.domain.areas import AreaLevel, code_of_name
from trygghetskarta.domain.events import NO_TIME, EventBatch, Message, Precision, Reading, TimePrecision, Warned, WarningCode
from trygghetskarta.domain.sources import CountsBy
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.checks import (
    FIELD_TOO_LONG,
    LONGEST_KIND,
    MICROSECONDS_A_DAY,
    Checker,
    clocks,
    counts,
    days_of,
    local_times,
    months_of,
    numbers,
    refuse_unusable_formats,
    to_bools,
    to_instants,
    to_texts,
)
from trygghetskarta.ingest.contract import Context, DeliveredFile, Layout
from trygghetskarta.ingest.coordinates import check_coordinates, refuse_unknown_system
from trygghetskarta.ingest.reading import TextTable, read_table, shown

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Texts = npt.NDArray[np.object_]

ISO_DATE = ("%Y-%m-%d",)
ISO_TIME = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d")
_PRECISIONS = {
    AreaLevel.BASOMRADE: Precision.BASOMRADE,
    AreaLevel.STADSDEL: Precision.STADSDEL,
    AreaLevel.STADSDELSOMRADE: Precision.STADSDELSOMRADE,
    AreaLevel.STAD: Precision.STAD,
}


def read_rows(file: DeliveredFile, layouts: tuple[Layout, ...], context: Context, counts_by: CountsBy) -> Reading:
    """Read a CSV file by the layout that its header fits.

    Args:
        file: The file.
        layouts: The source's own layouts; a layout in the context goes before them.
        context: What is known outside the file.
        counts_by: The date that puts an event in a month.

    Returns:
        Every row, as an event or as a rejected row.

    Raises:
        BadDeliveryError: The header fits no layout, or the file as a whole cannot be used.
    """
    table = read_table(file)
    layout = _fitting(table, (context.layout,) if context.layout is not None else layouts, file.name)
    refuse_unusable_formats(layout.formats, layout.name)
    checker = Checker.of(table)
    columns = {field: name for field, name in layout.columns.items() if name in table.columns}
    _warn_of_unknown(checker, layout)
    times = _Times.read(checker, layout, columns)
    month = _month(checker, times, columns, counts_by)
    _refuse_future(checker, times, columns, context)
    identity = _identity(checker, columns)
    kind = _kind(checker, layout, columns)
    antal = counts(checker, columns["antal"]) if "antal" in columns else np.ones(len(table.line), np.int64)
    x, y, srid = _point(checker, layout, columns, context)
    precision, area = _place(checker, (x, y), layout, columns, context)
    withdrawn = _withdrawn(table, layout, columns)
    detail = _detail(checker, layout)
    good = checker.good
    batch = EventBatch(
        line=table.line[good],
        identity=identity[good],
        kind=kind[good],
        starts_at=times.starts[good],
        ends_at=times.ends[good],
        time_precision=times.precision[good],
        reported_on=times.reported_on[good],
        month=month[good],
        antal=antal[good],
        x=x[good],
        y=y[good],
        precision=precision[good],
        area=area[good],
        withdrawn=withdrawn[good],
        detail=detail[good],
    )
    rows = np.flatnonzero(good)
    return Reading(
        batch,
        lambda row: table.raw(int(rows[row])),
        table.rejected + checker.rejected,
        table.blank,
        checker.warnings,
        srid,
        Precision.NONE if layout.area_level is None else _PRECISIONS[layout.area_level],
        table.encoding,
        table.separator,
    )


def _fitting(table: TextTable, layouts: tuple[Layout, ...], name: str) -> Layout:
    """Choose the layout whose required columns are there, and give the table's columns the layout's spelling."""
    spelled = {column.casefold(): column for column in table.header}
    best: tuple[int, Layout, list[str]] | None = None
    for layout in layouts:
        missing = [layout.columns[field] for field in layout.required if layout.columns[field].casefold() not in spelled]
        if best is None or len(missing) < best[0]:
            best = (len(missing), layout, missing)
    if best is None:
        raise ValueError("no layout")
    _, layout, missing = best
    if missing:
        near = get_close_matches(missing[0], table.header, n=1)
        hint, hint_en = (f" Menas {near[0]}?", f" Is {near[0]} meant?") if near else ("", "")
        raise BadDeliveryError(
            f"{name}: kolumnen {', '.join(missing)} saknas för layouten {layout.name}; filen har {', '.join(table.header)}.{hint}",
            f"{name}: the column {', '.join(missing)} is missing for the layout {layout.name}; the file has {', '.join(table.header)}.{hint_en}",
        )
    wanted = {spelled[name.casefold()]: name for name in (*layout.columns.values(), *layout.detail.values()) if name.casefold() in spelled}
    table.columns = {wanted.get(name, name): values for name, values in table.columns.items()}
    return layout


def _warn_of_unknown(checker: Checker, layout: Layout) -> None:
    used = set(layout.columns.values()) | set(layout.detail.values())
    unknown = [column for column in checker.table.columns if column not in used]
    if unknown:
        names = ", ".join(shown(column) for column in unknown)
        checker.warnings.append(
            Warned(
                WarningCode.UNKNOWN_COLUMN,
                len(unknown),
                f"Kolumner som inte hör till layouten har inte sparats: {names}.",
                f"Columns that do not belong to the layout were not stored: {names}.",
            )
        )


class _Times:
    """The times of a table's rows.

    Attributes:
        local: Start by the local clock, microseconds, NO_TIME where none.
        starts: Start as an instant.
        ends: End as an instant.
        precision: TimePrecision of the start.
        reported: Report by the local clock.
        reported_on: Day of the report.
    """

    def __init__(self, local: Ints, ends_local: Ints, precision: Ints, reported: Ints) -> None:
        instants = to_instants(local)
        self.local = local
        self.starts = instants.utc
        self.nonexistent = instants.nonexistent & (precision == TimePrecision.MINUTE)
        self.ambiguous = instants.ambiguous & (precision == TimePrecision.MINUTE)
        self.precision = np.where(self.nonexistent, int(TimePrecision.DAY), precision)
        self.ends_local = ends_local
        self.ends = to_instants(ends_local).utc
        self.reported = reported
        self.reported_on = days_of(reported)

    @classmethod
    def read(cls, checker: Checker, layout: Layout, columns: Mapping[str, str]) -> _Times:
        rows = len(checker.table.line)
        start, has_clock = _day_and_clock(checker, layout, columns, ("start", "startTime"))
        end, _ = _day_and_clock(checker, layout, columns, ("end", "endTime"))
        reported = np.full(rows, NO_TIME, np.int64)
        if "reported" in columns:
            reported = local_times(checker, columns["reported"], layout.formats.get("reported", ISO_TIME))
        precision = np.where(has_clock, int(TimePrecision.MINUTE), int(TimePrecision.DAY))
        times = cls(start, end, precision, reported)
        checker.warn(
            WarningCode.NONEXISTENT_LOCAL_TIME,
            times.nonexistent,
            "{}: klockan hoppade över tiden när sommartiden började; dagen är behållen.",
            "{}: the clock skipped that time when summer time began; the day is kept.",
        )
        checker.warn(
            WarningCode.AMBIGUOUS_LOCAL_TIME,
            times.ambiguous,
            "{}: klockan visade tiden två gånger när sommartiden slutade; den första har valts.",
            "{}: the clock showed that time twice when summer time ended; the first was chosen.",
        )
        with_both = (start != NO_TIME) & (reported != NO_TIME)
        checker.warn(
            WarningCode.ORDER,
            with_both & (reported // MICROSECONDS_A_DAY < start // MICROSECONDS_A_DAY),
            "{}: anmälan är gjord före den dag händelsen ska ha skett.",
            "{}: reported before the day it is said to have happened.",
        )
        return times


def _day_and_clock(
    checker: Checker, layout: Layout, columns: Mapping[str, str], fields: tuple[str, str]
) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Read a day, with a clock time in the same column or in one beside it."""
    day_field, clock_field = fields
    rows = len(checker.table.line)
    if day_field not in columns:
        return np.full(rows, NO_TIME, np.int64), np.zeros(rows, bool)
    formats = layout.formats.get(day_field, ISO_TIME)
    local = local_times(checker, columns[day_field], formats)
    if clock_field in columns:
        clock = clocks(checker, columns[clock_field])
        known = (clock != NO_TIME) & (local != NO_TIME)
        return np.where(known, local + np.where(known, clock, 0), local), known
    if not any("%H" in date_format or "%I" in date_format for date_format in formats):
        return local, np.zeros(rows, bool)
    # A column of dates and times may hold a bare date; its text is then no longer than one.
    written = to_bools(pc.greater(pc.utf8_length(checker.table.columns[columns[day_field]]), 10))
    return local, (local != NO_TIME) & written


def _month(checker: Checker, times: _Times, columns: Mapping[str, str], counts_by: CountsBy) -> Ints:
    """Give the month each row counts in, by the source's rule and else by the date there is."""
    first, second = (times.reported, times.local) if counts_by is CountsBy.REPORTED else (times.local, times.reported)
    local = np.where(first == NO_TIME, second, first)
    column = columns.get("reported") if counts_by is CountsBy.REPORTED and "reported" in columns else columns.get("start", "")
    checker.reject(local == NO_TIME, column or "", Message("no_date", "Raden saknar datum.", "The row has no date."))
    months = months_of(local)
    # Counts are kept from 1970 on: one mistyped year must not stretch every count over centuries.
    checker.reject(
        (local != NO_TIME) & (months < 0),
        column or "",
        Message("too_early", "Datumet ligger före år 1970.", "The date lies before the year 1970."),
    )
    return months


def _refuse_future(checker: Checker, times: _Times, columns: Mapping[str, str], context: Context) -> None:
    latest = int(context.now.timestamp() * 1_000_000) + MICROSECONDS_A_DAY
    message = Message("future", "Datumet ligger i framtiden.", "The date lies in the future.")
    for values, field in ((times.starts, "start"), (times.ends, "end"), (times.reported, "reported")):
        checker.reject(values > latest, columns.get(field, ""), message)
    checker.reject(
        (times.ends_local != NO_TIME)
        & (times.local != NO_TIME)
        & (times.ends_local // MICROSECONDS_A_DAY < times.local // MICROSECONDS_A_DAY),
        columns.get("end", ""),
        Message("end_before_start", "Slutet ligger före början.", "The end lies before the start."),
    )
    # An end without a clock time counts as the start of its day; keep it from going before a start later the same day.
    times.ends = np.where((times.ends != NO_TIME) & (times.starts != NO_TIME), np.maximum(times.ends, times.starts), times.ends)


def _identity(checker: Checker, columns: Mapping[str, str]) -> Texts:
    if "id" not in columns:
        return np.full(len(checker.table.line), None, object)
    checker.require(columns["id"], "missing_id", "Raden saknar id.", "The row has no id.")
    return to_texts(checker.table.columns[columns["id"]])


def _kind(checker: Checker, layout: Layout, columns: Mapping[str, str]) -> Texts:
    if "kind" not in columns:
        return np.full(len(checker.table.line), layout.constants.get("kind", ""), object)
    column = columns["kind"]
    checker.require(column, "missing_kind", "Raden säger inte vad det är för händelse.", "The row does not say what kind of event it is.")
    checker.reject(to_bools(pc.greater(pc.utf8_length(checker.table.columns[column]), LONGEST_KIND)), column, FIELD_TOO_LONG)
    if layout.kind_pattern:
        checker.reject(
            ~to_bools(pc.match_substring_regex(checker.table.columns[column], layout.kind_pattern)),
            column,
            lambda value: Message("bad_code", f"”{shown(value)}” är ingen kod.", f"“{shown(value)}” is not a code."),
        )
    texts = to_texts(checker.table.columns[column])
    table = layout.codes.get("kind", {})
    return np.array([table.get(text, text) for text in texts.tolist()], object) if table else texts


def _point(checker: Checker, layout: Layout, columns: Mapping[str, str], context: Context) -> tuple[Floats, Floats, int | None]:
    rows = len(checker.table.line)
    if "x" not in columns or "y" not in columns:
        return np.full(rows, np.nan), np.full(rows, np.nan), None
    srid = context.srid or layout.srid
    if srid is None:
        raise BadDeliveryError(
            "Filen har koordinater, men inget säger i vilket system. Ange det med --crs.",
            "The file has coordinates, but nothing says in which system. Give it with --crs.",
        )
    refuse_unknown_system(srid)
    x = numbers(checker, columns["x"], "no_position")
    y = numbers(checker, columns["y"], "no_position")
    checker.reject(
        np.isnan(x) != np.isnan(y),
        columns["x"],
        Message("no_position", "Den ena koordinaten saknas.", "One of the coordinates is missing."),
    )
    check_coordinates(checker, (columns["x"], columns["y"]), (x, y), srid, context.city)
    return x, y, srid


def _place(checker: Checker, xy: tuple[Floats, Floats], layout: Layout, columns: Mapping[str, str], context: Context) -> tuple[Ints, Texts]:
    """Say how exactly each row's place is known, and which area it names."""
    rows = len(checker.table.line)
    precision = np.full(rows, int(layout.without_place), np.int64)
    area: Texts = np.full(rows, None, object)
    if "municipality" in columns:
        named = checker.table.columns[columns["municipality"]]
        elsewhere = ~to_bools(pc.equal(pc.utf8_lower(named), context.municipality.lower())) & ~to_bools(pc.equal(named, ""))
        precision[elsewhere] = Precision.OUTSIDE
    if "area" in columns and layout.area_level is not None:
        area = to_texts(checker.text(columns["area"]))
        has_area = np.array([value is not None for value in area.tolist()], bool)
        known = context.areas.get(layout.area_level, frozenset())
        level = layout.area_level.swedish
        unknown = np.array([value is not None and value not in known and code_of_name(value) not in known for value in area.tolist()], bool)
        checker.reject(
            unknown & np.isnan(xy[0]),
            columns["area"],
            lambda value: Message(
                "unknown_area", f"Ingen indelning har ett {level} ”{shown(value)}”.", f"No edition has a {level} “{shown(value)}”."
            ),
        )
        precision[has_area] = _PRECISIONS[layout.area_level]
    precision[~np.isnan(xy[0])] = Precision.POINT
    return precision, area


def _withdrawn(table: TextTable, layout: Layout, columns: Mapping[str, str]) -> npt.NDArray[np.bool_]:
    if "status" not in columns:
        return np.zeros(len(table.line), bool)
    return np.array([(text or "").casefold() in layout.withdrawn for text in to_texts(table.columns[columns["status"]]).tolist()], bool)


def _detail(checker: Checker, layout: Layout) -> Texts:
    """Gather the further facts of each row as the text of a JSON object; None where there are none."""
    rows = len(checker.table.line)
    names = [name for name, column in layout.detail.items() if column in checker.table.columns]
    if not names:
        return np.full(rows, None, object)
    columns = [to_texts(checker.text(layout.detail[name])).tolist() for name in names]
    details: list[Any] = []
    for values in zip(*columns, strict=True):
        facts = {name: value for name, value in zip(names, values, strict=True) if value is not None}
        details.append(orjson.dumps(facts).decode() if facts else None)
    return np.array(details, object) if details else np.full(0, None, object)
