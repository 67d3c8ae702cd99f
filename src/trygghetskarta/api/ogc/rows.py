"""The collections that are rows in memory: areas, and the answers to questions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time

from pydantic import BaseModel

from trygghetskarta.analysis.comparison import find
from trygghetskarta.api.ogc.asked import Given, ItemsAsked, read_model
from trygghetskarta.api.ogc.collections import AreaItemParameters, Collection, SeriesItemParameters, first_source
from trygghetskarta.api.question import ComparisonParameters, QuestionParameters
from trygghetskarta.api.shelf import Shelf
from trygghetskarta.disclosure.release import release
from trygghetskarta.domain.areas import AreaLevel, Edition
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Published
from trygghetskarta.domain.filters import Columns, Holding, Holds, Touches
from trygghetskarta.domain.periods import LOCAL_TIME, Month
from trygghetskarta.errors import NotFoundError, bad_parameter
from trygghetskarta.queries.areas import Detail, areas_touching
from trygghetskarta.queries.comparison import compare
from trygghetskarta.queries.cube import Cube
from trygghetskarta.queries.filter_rows import holding
from trygghetskarta.queries.series import series
from trygghetskarta.serialize.areas import area_row
from trygghetskarta.serialize.columns import known_columns
from trygghetskarta.serialize.figures import Row, comparison_rows, series_rows
from trygghetskarta.serialize.protection import protection_said


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a collection as it is asked.

    Attributes:
        rows: All with the same keys, `code` among them, in order.
        ids: The id of each.
        cube: The counts they are made of.
        level: The level of their areas.
        detail: How detailed their outlines are.
        columns: What each column holds.
        said: What is to be minded of the figures, in sentences.
        not_used: The parts of the question that were given and that the rows have no use for.
    """

    rows: list[Row]
    ids: list[str]
    cube: Cube
    level: AreaLevel
    detail: Detail
    columns: Columns
    said: tuple[str, ...] = ()
    not_used: tuple[str, ...] = ()

    @property
    def edition(self) -> Edition:
        """The edition of their areas."""
        return self.cube.edition


def rows_of(shelf: Shelf, audience: Audience, collection: Collection, parameters: Given) -> Rows:
    """Give the rows of a collection, as a request asks for them.

    Args:
        shelf: What is published.
        audience: Who asks.
        collection: The collection.
        parameters: The request's parameters; those of its own are read.
    """
    own = {name: values for name, values in parameters.items() if name in collection.own}
    if collection.parameters is not AreaItemParameters and "source" not in own:
        own["source"] = [first_source(shelf.cube(), audience).value]
    asked = read_model(collection.parameters, own)
    key = (collection.code, audience, str(sorted(own.items())))
    return shelf.kept(key, lambda: _made(shelf, audience, collection, asked), lambda made: max(len(made.rows), 1))


def _made(shelf: Shelf, audience: Audience, collection: Collection, asked: BaseModel) -> Rows:
    match asked:
        case ComparisonParameters():
            cube = asked.cube(shelf)
            published = release(compare(cube, asked.question(cube, audience)), audience)
            rows = comparison_rows(published, find(published))
            return _found(rows, [row["code"] for row in rows], (cube, published), asked)
        case SeriesItemParameters():
            cube = asked.cube(shelf)
            published = release(series(cube, asked.question(cube, audience)), audience)
            rows = series_rows(published)
            return _found(rows, [f"{row['code']}.{row['period']}" for row in rows], (cube, published), asked)
        case AreaItemParameters() if collection.level is not None:
            cube = shelf.cube(asked.edition)
            if collection.level not in cube.areas:
                day = cube.edition.valid_from
                swedish, english = f"Indelningen från {day} har inte nivån.", f"The edition of {day} does not have the level."
                raise bad_parameter("edition", str(day), swedish, english)
            rows = [area_row(area) for area in cube.areas[collection.level]]
            return Rows(rows, [row["code"] for row in rows], cube, collection.level, asked.geometry, kinds_of(rows))
        case _:
            raise TypeError(collection.code)


def _found(rows: list[Row], ids: list[str], of: tuple[Cube, Published], asked: QuestionParameters) -> Rows:
    cube, published = of
    return Rows(
        rows, ids, cube, asked.level, asked.geometry, kinds_of(rows), tuple(protection_said(published)), published.question.not_used
    )


def kinds_of(rows: list[Row]) -> dict[str, Holds]:
    """Tell what each column holds."""
    return {name: Holds(known_columns()[name].kind.value) for name in (rows[0] if rows else ())}


def matching(shelf: Shelf, found: Rows, asked: ItemsAsked) -> list[int]:
    """Give the numbers of the rows that a request asks for, on whatever page, in order."""
    held = holding(asked.filter, lambda touches: _touching(shelf, found, touches))
    during = _during(asked.during)
    return [number for number, row in enumerate(found.rows) if held(row) and during(row)]


def _touching(shelf: Shelf, found: Rows, wanted: Touches) -> Holding:
    with shelf.engine.connect() as connection:
        codes = areas_touching(connection, found.edition, found.level, wanted)
    return lambda row: row["code"] in codes


def _during(during: tuple[datetime | None, datetime | None]) -> Callable[[Row], bool]:
    """Tell of a row that has months whether one of them is of a time; a row without time is of all times."""
    since, until = during

    def held(row: Row) -> bool:
        if "period" not in row:
            return True
        first, after = Month.parse(row["from"]).first_day, Month.parse(row["to"]).plus(1).first_day
        begins, ends = (datetime.combine(day, time(), LOCAL_TIME).astimezone(UTC) for day in (first, after))
        return (until is None or begins <= until) and (since is None or ends > since)

    return held if since is not None or until is not None else lambda _: True


def place_of(found: Rows, matched: list[int], after: str | None) -> int:
    """Give where a page begins among the rows that match.

    Raises:
        InvalidQuestionError: The place is no row.
    """
    if after is None:
        return 0
    if after not in found.ids:
        swedish = "after är ingen plats i listan. Följ länken next från sidan före."
        raise bad_parameter("after", after[:100], swedish, "after is no place in the list. Follow the link next of the page before.")
    number = found.ids.index(after)
    return sum(1 for match in matched if match <= number)


def row_with(found: Rows, identity: str) -> Row:
    """Give the row with an id.

    Raises:
        NotFoundError: There is none.
    """
    if identity not in found.ids:
        raise NotFoundError("Samlingen har inget sådant objekt.", "The collection has no such item.")
    return found.rows[found.ids.index(identity)]
