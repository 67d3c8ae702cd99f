"""A picture's figures as a table: what a chart or a map shows, for whoever wants the numbers."""

from __future__ import annotations

from collections.abc import Iterator

from trygghetskarta.domain.counts import Status
from trygghetskarta.reports.document import Cell, Chart, Column, Kind, MapPicture, Point, Row, Series, Table
from trygghetskarta.reports.placing import names_of
from trygghetskarta.serialize.swedish import begun, decimal

_NONE = Cell("saknas", status=Status.MISSING)


def tabulated(block: Chart | MapPicture) -> Table:
    """Give the figures of a picture as a table.

    Args:
        block: A chart or a map.

    Returns:
        A row per area, or per place along the chart with a column for each series; where a series has intervals, their ends beside it.
    """
    return _of_map(block) if isinstance(block, MapPicture) else _of_chart(block)


def _of_map(picture: MapPicture) -> Table:
    columns = (Column("name", "Område", Kind.TEXT), Column("figure", begun(picture.legend_title), Kind.DECIMAL))
    rows = tuple(Row((Cell(area.name, area.name), area.cell), strong=area.marked) for area in picture.areas)
    return Table(picture.caption, columns, rows, picture.note, picture.question)


def _of_chart(chart: Chart) -> Table:
    columns = [Column("x", begun(chart.x_title), Kind.TEXT)]
    for number, series in enumerate(chart.series):
        columns.append(Column(f"series{number}", series.name, Kind.DECIMAL))
        if has_intervals(series):
            columns += [Column(f"low{number}", "Undre gräns", Kind.DECIMAL), Column(f"high{number}", "Övre gräns", Kind.DECIMAL)]
    found = [{point.x: point for point in series.points} for series in chart.series]
    rows = [
        Row(
            (
                Cell(label, label),
                *(cell for series, points in zip(chart.series, found, strict=True) for cell in _cells(series, points.get(x))),
            )
        )
        for x, label in names_of(chart).items()
    ]
    return Table(chart.caption, tuple(columns), tuple(rows), chart.note, chart.question)


def has_intervals(series: Series) -> bool:
    """Tell whether any point of a series has an interval."""
    return any(point.low is not None for point in series.points)


def _cells(series: Series, point: Point | None) -> Iterator[Cell]:
    yield _NONE if point is None else point.cell
    if has_intervals(series):
        yield from (_end(None if point is None else end) for end in ((None, None) if point is None else (point.low, point.high)))


def _end(value: float | None) -> Cell:
    return Cell("", status=Status.NOT_APPLICABLE) if value is None else Cell(decimal(value), value)
