"""Read a table by a layout: every row becomes an event or a rejected row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from difflib import get_close_matches
from functools import partial

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from trygghetskarta.domain.areas import AreaLevel, code_of_name
from trygghetskarta.domain.cities import CITY
from trygghetskarta.domain.events import VICTIM_AREA, EventBatch, Message, Precision, Reading, Warned, WarningCode
from trygghetskarta.domain.sources import CountsBy
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.absent import without_words
from trygghetskarta.ingest.amounts import counts, numbers
from trygghetskarta.ingest.checks import (
    Checker,
    as_objects,
    by_distinct,
    known_texts,
    letters_of,
    mangled,
    mapped,
    matches,
    to_bools,
)
from trygghetskarta.ingest.codes import OF_HOMES, fill_zeros, unknown_area, without_hidden
from trygghetskarta.ingest.contract import Context, DeliveredFile, Layout
from trygghetskarta.ingest.coordinates import check_coordinates, refuse_unknown_system
from trygghetskarta.ingest.formats.registry import open_tables
from trygghetskarta.ingest.lengths import LONGEST_KIND
from trygghetskarta.ingest.personal import refuse_personal_data, refuse_personal_ids, without_personal_data
from trygghetskarta.ingest.reading import TextTable, shown
from trygghetskarta.ingest.row_times import read_times
from trygghetskarta.ingest.victims import reduced

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


_AREA_NAMES = frozenset(
    ("område", "omrade", "basområde", "stadsdel", "stadsdelsområde", "stadsdelsområden", "kommun", "region", "kod", "area")
)
_COUNT_NAMES = frozenset(("antal", "antal brott", "summa", "totalt", "anmälda brott", "count"))
_ALMOST = 0.8
_ROUNDED = r"^[0-9]([.,][0-9]+)?E\+[0-9]{2,3}$"
_FRACTION = r"^-?[0-9]*[.][0-9]+$"
_PRECISIONS = {
    AreaLevel.BASOMRADE: Precision.BASOMRADE,
    AreaLevel.STADSDEL: Precision.STADSDEL,
    AreaLevel.STADSDELSOMRADE: Precision.STADSDELSOMRADE,
    AreaLevel.STAD: Precision.STAD,
}


def read_rows(
    file: DeliveredFile, layouts: tuple[Layout, ...], context: Context, counts_by: CountsBy, tables: Iterable[TextTable] | None = None
) -> Iterator[Reading]:
    """Read a table by the layout that its header fits.

    Args:
        file: The file.
        layouts: The source's own layouts; a layout in the context goes before them.
        context: What is known outside the file.
        counts_by: The date that puts an event in a month.
        tables: The parts of the file, where it has been opened already.

    Yields:
        Every row, as an event or as a rejected row, a part of the file at a time.

    Raises:
        BadDeliveryError: The header fits no layout, or the file as a whole cannot be used.
    """
    layouts = (context.layout,) if context.layout is not None else layouts
    chosen: Layout | None = None
    month_first: set[str] = set()
    if tables is None:
        tables = open_tables(file, lambda header: any(not missing_columns(layout, header) for layout in layouts))
    for table in tables:
        checker = Checker.of(table, month_first)
        if chosen is None:
            chosen = choose_layout(table, layouts, context, file.name)
            _warn_of_unknown(checker, chosen)
        _respell(table, chosen)
        yield _part(checker, chosen, context, counts_by)


def _part(checker: Checker, layout: Layout, context: Context, counts_by: CountsBy) -> Reading:
    """Read one part of a table."""
    table = checker.table
    columns = {field: name for field, name in layout.columns.items() if name in table.columns}
    for field in ("kind", "area"):
        if field in columns:
            table.columns[columns[field]] = without_hidden(table.columns[columns[field]])
    absent = without_words(checker, columns)
    times = read_times(checker, layout, columns, counts_by, context)
    identity = _identity(checker, columns)
    kind = _kind(checker, layout, columns)
    antal = counts(checker, columns["antal"]) if "antal" in columns else np.ones(len(table.line), np.int64)
    x, y, srid = _point(checker, layout, columns, context)
    precision, area = _place(checker, (x, y), layout, columns, context)
    withdrawn = _withdrawn(checker, layout, columns)
    detail = _detail(checker, layout, absent, context)
    _warn_of_encoding(checker)
    rows = np.flatnonzero(checker.good)
    batch = EventBatch(
        line=table.line,
        identity=identity,
        kind=kind,
        starts_at=times.starts,
        ends_at=times.ends,
        time_precision=times.precision,
        reported_on=times.reported_on,
        month=times.month,
        antal=antal,
        x=x,
        y=y,
        precision=precision,
        area=area,
        withdrawn=withdrawn,
        detail=detail,
    )
    return Reading(
        batch if len(rows) == len(table.line) else _of_rows(batch, checker.good),
        lambda row: table.raw(int(rows[row])),
        without_personal_data(checker, columns),
        table.blank,
        checker.warnings,
        srid,
        Precision.NONE if layout.area_level is None else _PRECISIONS[layout.area_level.role],
        table.upto,
        table.head,
        checker.spelled(columns["id"]) if "id" in columns else "",
        table.read_as,
    )


def _of_rows(batch: EventBatch, good: npt.NDArray[np.bool_]) -> EventBatch:
    """Give a batch of some of the rows of another."""
    mask = pa.array(good)
    columns = {column.name: getattr(batch, column.name) for column in fields(batch)}
    return EventBatch(**{name: values.filter(mask) if isinstance(values, pa.Array) else values[good] for name, values in columns.items()})


def missing_columns(layout: Layout, header: list[str]) -> list[str]:
    """Give the required columns that a header lacks."""
    spelled = _spelled(layout, header)
    return [layout.columns[field] for field in layout.required if layout.columns[field].casefold() not in spelled]


def choose_layout(table: TextTable, layouts: tuple[Layout, ...], context: Context, name: str) -> Layout:
    """Choose the layout whose required columns are there.

    Args:
        table: The table.
        layouts: The layouts that it may have.
        context: What is known outside the file; it tells whose file it may be instead.
        name: The file's name, for the error.

    Returns:
        The layout.

    Raises:
        BadDeliveryError: The header fits none.
    """
    layout = min(layouts, key=lambda layout: len(missing_columns(layout, table.header)))
    missing = missing_columns(layout, table.header)
    if not missing:
        return layout
    has, lacks = ", ".join(shown(column) for column in table.header), ", ".join(missing)
    other = next(
        (source for source, theirs in context.others.items() if any(not missing_columns(each, table.header) for each in theirs)), None
    )
    if other is not None:
        raise BadDeliveryError(
            f"{name} ser ut att höra till källan {other}: kolumnen {lacks} saknas för layouten {layout.name}; filen har {has}.",
            f"{name} looks like the source {other}: the column {lacks} is missing for the layout {layout.name}; the file has {has}.",
            code="wrong_source",
        )
    if _looks_aggregated(table.header, layout):
        raise BadDeliveryError(
            f"{name} ser ut att vara antal per område och inte händelser: kolumnen {lacks} saknas för layouten {layout.name}; filen har {has}.",
            f"{name} looks like counts per area, not events: the column {lacks} is missing for the layout {layout.name}; the file has {has}.",
            code="looks_aggregated",
        )
    near = get_close_matches(missing[0], table.header, n=1)
    hint, hint_en = (f" Menas {shown(near[0])}?", f" Is {shown(near[0])} meant?") if near else ("", "")
    raise BadDeliveryError(
        f"{name}: kolumnen {lacks} saknas för layouten {layout.name}; filen har {has}.{hint}",
        f"{name}: the column {lacks} is missing for the layout {layout.name}; the file has {has}.{hint_en}",
        code="missing_column",
    )


def _looks_aggregated(header: list[str], layout: Layout) -> bool:
    """Tell whether a table without the layout's date has an area and a number: a count of events, not events."""
    folded = {column.casefold() for column in header}
    dates = {layout.columns[field].casefold() for field in ("start", "reported") if field in layout.columns}
    return not folded & dates and bool(folded & _AREA_NAMES) and bool(folded & _COUNT_NAMES)


def _respell(table: TextTable, layout: Layout) -> None:
    """Give the table's columns the layout's spelling."""
    spelled = _spelled(layout, table.header)
    wanted = {spelled[name.casefold()]: name for name in (*layout.columns.values(), *layout.detail.values()) if name.casefold() in spelled}
    table.columns = {wanted.get(name, name): values for name, values in table.columns.items()}


def _spelled(layout: Layout, header: list[str]) -> dict[str, str]:
    """Give the header's columns by how the layout may spell them: in any case, and a point's own x and y under whatever names the layout has."""
    spelled = {column.casefold(): column for column in header}
    if {"x", "y"} <= spelled.keys():
        spelled = {layout.columns[axis].casefold(): spelled[axis] for axis in ("x", "y") if axis in layout.columns} | spelled
    return spelled


def _warn_of_unknown(checker: Checker, layout: Layout) -> None:
    spelled = _spelled(layout, checker.table.header)
    used = {spelled.get(name.casefold()) for name in (*layout.columns.values(), *layout.detail.values())}
    unknown = [column for column in checker.table.header if column not in used]
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


def _warn_of_encoding(checker: Checker) -> None:
    """Tell when the letters of a file were not read as UTF-8."""
    if checker.table.read_as.encoding == "cp1252":
        checker.warn(
            WarningCode.NOT_UTF8,
            checker.good,
            "{} är lästa som cp1252, för filen är inte UTF-8.",
            "{} were read as cp1252, as the file is not UTF-8.",
        )


def _identity(checker: Checker, columns: Mapping[str, str]) -> pa.StringArray:
    if "id" not in columns:
        return pa.nulls(len(checker.table.line), pa.string())
    checker.require(columns["id"], "missing_id", "Raden saknar id.", "The row has no id.")
    refuse_personal_ids(checker, columns["id"])
    values = checker.table.columns[columns["id"]]
    if b"E+" in letters_of(values).tobytes():
        checker.reject(to_bools(pc.match_substring_regex(values, _ROUNDED)), columns["id"], _lost)
    if checker.spelled(columns["id"]) in checker.table.fractions:
        checker.reject(to_bools(pc.match_substring_regex(values, _FRACTION)), columns["id"], _lost)
    return values


def _lost(value: str) -> Message:
    """Say that a spreadsheet has made a number of an id: 20250000000000001 loses digits, and 2025.10 is 2025.1."""
    return Message(
        "excel_mangled",
        f"Excel har gjort id till talet {shown(value)}; siffror kan ha gått förlorade. Skriv kolumnen som text.",
        f"Excel has made the id the number {shown(value)}; digits may be lost. Write the column as text.",
    )


def _kind(checker: Checker, layout: Layout, columns: Mapping[str, str]) -> pa.StringArray:
    if "kind" not in columns:
        return pa.repeat(pa.scalar(layout.constants.get("kind", "")), len(checker.table.line))
    column = columns["kind"]
    values = checker.table.columns[column]
    checker.refuse_longer(column, LONGEST_KIND)
    checker.require(column, "missing_kind", "Raden säger inte vad det är för händelse.", "The row does not say what kind of event it is.")
    refuse_personal_data(checker, column)
    if layout.kind_pattern:
        checker.reject(
            ~matches(values, layout.kind_pattern),
            column,
            lambda value: mangled(value) or _bad_code(value),
        )
    table = layout.codes.get("kind", {})
    near = _respelled(values, table)
    if near:
        checker.reject(by_distinct(values, near.__contains__), column, lambda value: _bad_spelling(value, near[value]))
    return mapped(values, lambda text: table.get(text, text)) if table else values


def _respelled(values: pa.StringArray, table: Mapping[str, str]) -> dict[str, str]:
    """Find the kinds in words that a table of codes does not name though it names one spelled almost so, and that one."""
    unnamed = [value for value in pc.unique(values).to_pylist() if table and value not in table and any(map(str.isalpha, value))]
    near = {value: get_close_matches(value, table, n=1, cutoff=_ALMOST) for value in unnamed}
    return {value: found[0] for value, found in near.items() if found}


def _bad_spelling(value: str, near: str) -> Message:
    return Message(
        "other_spelling",
        f"”{shown(value)}” står inte i mappningens kodtabell, men ”{shown(near)}” gör det. Lägg till den nya stavningen om samma sak menas.",
        f"“{shown(value)}” is not in the mapping's table of codes, but “{shown(near)}” is. Add the new spelling if the same is meant.",
    )


def _bad_code(value: str) -> Message:
    return Message("bad_code", f"”{shown(value)}” är ingen kod.", f"“{shown(value)}” is not a code.")


def _point(checker: Checker, layout: Layout, columns: Mapping[str, str], context: Context) -> tuple[Floats, Floats, int | None]:
    rows = len(checker.table.line)
    if "x" not in columns or "y" not in columns:
        return np.full(rows, np.nan), np.full(rows, np.nan), None
    srid = context.srid or checker.table.srid or layout.srid
    if srid is None:
        raise BadDeliveryError(
            "Filen har koordinater, men inget säger i vilket system. Ange det med --crs.",
            "The file has coordinates, but nothing says in which system. Give it with --crs.",
            code="crs_missing",
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


def _place(
    checker: Checker, xy: tuple[Floats, Floats], layout: Layout, columns: Mapping[str, str], context: Context
) -> tuple[Ints, pa.StringArray]:
    """Say how exactly each row's place is known, and which area it names."""
    rows = len(checker.table.line)
    precision = np.full(rows, int(layout.without_place), np.int64)
    area = pa.nulls(rows, pa.string())
    if "municipality" in columns:
        home = (context.municipality.casefold(), "", *CITY.also)
        elsewhere = by_distinct(checker.text(columns["municipality"]), lambda name: name.casefold() not in home)
        precision[elsewhere] = Precision.OUTSIDE
    if "area" in columns and layout.area_level is not None:
        refuse_personal_data(checker, columns["area"])
        known = context.areas.get(layout.area_level, frozenset())
        named = fill_zeros(checker, checker.text(columns["area"]), known)
        unknown = by_distinct(named, lambda name: bool(name) and name not in known and code_of_name(name) not in known)
        checker.reject(
            unknown & np.isnan(xy[0]),
            columns["area"],
            partial(unknown_area, context, layout.area_level),
        )
        precision[by_distinct(named, bool)] = _PRECISIONS[layout.area_level.role]
        area = known_texts(named)
    precision[~np.isnan(xy[0])] = Precision.POINT
    return precision, area


def _withdrawn(checker: Checker, layout: Layout, columns: Mapping[str, str]) -> npt.NDArray[np.bool_]:
    if "status" not in columns:
        return np.zeros(len(checker.table.line), bool)
    return by_distinct(checker.text(columns["status"]), lambda status: status.casefold() in layout.withdrawn)


def _fact(name: str, text: str) -> str:
    return f",{name}:{orjson.dumps(text).decode()}" if text else ""


def _detail(checker: Checker, layout: Layout, absent: pa.StringArray, context: Context) -> pa.StringArray:
    """Gather the further facts of each row as the text of a JSON object; null where there are none."""
    facts = []
    if absent.null_count < len(absent):
        facts.append(pc.fill_null(pc.binary_join_element_wise(",", absent, ""), ""))
    for name, column in layout.detail.items():
        if column in checker.table.columns:
            values = checker.free_text(column)
            refuse_personal_data(checker, column)
            if name == VICTIM_AREA:
                values = fill_zeros(checker, without_hidden(values), context.areas.get(AreaLevel.BASOMRADE, frozenset()), OF_HOMES)
            values = reduced(checker, name, values)
            facts.append(mapped(values, partial(_fact, orjson.dumps(name).decode())))
    return as_objects(facts) if facts else absent
