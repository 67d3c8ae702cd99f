"""Tables in the layout of Brå's monthly statistics, P1: the month, the year to date and the last twelve months, each beside a year earlier.

Reference: Brå, P1Ln06Dec-2007: count, change and per cent of the month; the same and per 100 000 inhabitants of the year to date and of the last
twelve months. At base 0 the percentage is printed as a point.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from trygghetskarta.domain.counts import Status
from trygghetskarta.domain.periods import Span
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.reports.asking import COMPARISONS, Answer
from trygghetskarta.reports.cells import NO_BASE, figure, lacking, words
from trygghetskarta.reports.document import Cell, Column, Kind, Row, Table
from trygghetskarta.reports.situation import YEAR, Situation, months
from trygghetskarta.serialize.swedish import month_name, span_name

PER = 100_000
COUNTED = ("statistics", "none")
"""What asks for counts alone."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of such a table: what it is called and what it counts.

    Attributes:
        name: What it is called.
        source: The source.
        chosen: The parameters that choose categories or a group; none for all.
        indent: How deep it stands.
        strong: True for a sum of those below.
    """

    name: str
    source: SourceId
    chosen: tuple[tuple[str, str], ...] = ()
    indent: int = 0
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Inhabitants:
    """Who a figure per 100 000 is counted on: mean inhabitants of a span, with the answer that tells them; None where they may not be told."""

    answer: Answer
    mean: float | None


def inhabitants(situation: Situation, span: Span) -> Inhabitants:
    """Ask how many live in the area, as a mean over a span."""
    answer = situation.ask(COMPARISONS, ("source", SourceId.ANMALDA_BROTT.value), *months(span))
    years = answer.get("/items/0/personYears")
    return Inhabitants(answer, years * YEAR / span.months if years else None)


def p1_table(situation: Situation, caption: str, lines: Iterable[Line], *, per_people: bool) -> Table:
    """Make such a table.

    Args:
        situation: The area and the months.
        caption: What it shows.
        lines: Its rows.
        per_people: Whether it tells figures per 100 000 inhabitants: not of a source that must not be counted so.

    Returns:
        The table.
    """
    year, twelve = situation.this_year, situation.last_year
    people = {span: inhabitants(situation, span) for span in (year, twelve)} if per_people else {}
    columns = [Column("name", "", Kind.TEXT)]
    columns += _columns("month", month_name(situation.span.last).capitalize(), per_people=False)
    columns += _columns("yearToDate", f"Hittills i år, {span_name(year)}", per_people=per_people)
    columns += _columns("twelveMonths", f"Senaste 12 månaderna, {span_name(twelve)}", per_people=per_people)
    rows = tuple(_row(situation, line, people) for line in lines)
    note, noted = _note(situation, people)
    return Table(caption, tuple(columns), rows, note, noted=noted)


def _columns(key: str, group: str, *, per_people: bool) -> list[Column]:
    columns = [
        Column(f"{key}Count", "Antal", Kind.COUNT, group),
        Column(f"{key}Change", "Ändring", Kind.CHANGE, group),
        Column(f"{key}Percent", "%", Kind.PERCENT, group),
    ]
    return [*columns, Column(f"{key}Per100000", "Per 100 000", Kind.RATE, group)] if per_people else columns


def _row(situation: Situation, line: Line, people: dict[Span, Inhabitants]) -> Row:
    cells = [words(line.name)]
    spans = (situation.month, situation.this_year, situation.last_year)
    for number, span in enumerate(spans):
        answer = counted(situation, line, span)
        cells += change_cells(answer)
        if number and people:
            cells.append(_per_people(answer, people[span]))
    return Row(tuple(cells), line.indent, line.strong)


def counted(situation: Situation, line: Line, span: Span) -> Answer:
    """Ask for the figures of a row in a span."""
    return situation.counted(line.source, span, *line.chosen)


def change_cells(answer: Answer) -> list[Cell]:
    """Give the count, the change and the per cent of a comparison."""
    at = answer.at
    status, before = answer.get(f"{at}/status"), answer.get(f"{at}/baselineStatus")
    both = status if status not in (None, Status.VALUE.value) else before
    count = figure(answer, f"{at}/count", Kind.COUNT, status=status)
    change = figure(answer, f"{at}/difference", Kind.CHANGE, status=both)
    percent = figure(answer, f"{at}/percent", Kind.PERCENT, status=both)
    if answer.get(f"{at}/baselineCount") == 0 and percent.value is None and percent.status is Status.NOT_APPLICABLE:
        percent = Cell(NO_BASE, None, Status.NOT_APPLICABLE, percent.origin)
    provisional = bool(answer.get(f"{at}/provisional"))
    return [_as_provisional(cell, provisional) for cell in (count, change, percent)]


def _as_provisional(cell: Cell, provisional: bool) -> Cell:
    return Cell(cell.text, cell.value, cell.status, cell.origin, provisional and cell.value is not None)


def _per_people(answer: Answer, people: Inhabitants) -> Cell:
    at = f"{answer.at}/count"
    count = figure(answer, at, status=answer.get(f"{answer.at}/status"))
    if count.value is None:
        return count
    if people.mean is None:
        return lacking(Status.NOT_APPLICABLE)
    return figure(answer, at, Kind.RATE, times=PER / people.mean)


def _note(situation: Situation, people: dict[Span, Inhabitants]) -> tuple[str, tuple[Cell, ...]]:
    """Say how to read the table, and give the figures that it says."""
    note = "Ändringen är mot samma månader ett år tidigare. Där jämförelsetalet är 0 står en punkt i stället för procent."
    if not people or any(found.mean is None for found in people.values()):
        return note, ()
    noted = tuple(figure(found.answer, "/items/0/personYears", times=YEAR / span.months) for span, found in people.items())
    numbers = " och ".join(cell.text for cell in noted)
    said = (
        f"{note} Per 100 000 är räknat på medeltalet av invånarna i {situation.area.name} under samma månader ({numbers}) och inte uppräknat till "
        "ett helt år."
    )
    return said, noted
