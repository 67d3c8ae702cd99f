"""What crime leads to: harm, violence with arms, fires, and how safe people feel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trygghetskarta.domain.categories import tree_of
from trygghetskarta.domain.counts import Status
from trygghetskarta.domain.sources import CONTRACTS, SourceId
from trygghetskarta.reports.asking import INDICATORS, Answer
from trygghetskarta.reports.cells import RATE_VERDICTS, figure, grade_of, interval, quoted, words
from trygghetskarta.reports.chapters.crime import CRIME
from trygghetskarta.reports.document import (
    Block,
    Cell,
    Chapter,
    Chart,
    ChartKind,
    Column,
    Fact,
    Facts,
    Kind,
    Notice,
    Paragraph,
    Point,
    Row,
    Series,
    Subheading,
    Table,
)
from trygghetskarta.reports.p1 import Line, counted, p1_table
from trygghetskarta.reports.situation import Situation
from trygghetskarta.serialize.swedish import begun, span_name

VIOLENCE = (SourceId.SKJUTNINGAR, SourceId.SPRANGNINGAR, SourceId.BRANDER)
_SURVEYED = 3
_GAPS = {"higher": "högre bland kvinnor", "lower": "lägre bland kvinnor", "cannotTell": "kan inte avgöras", "notApplicable": "–"}


def consequences(situation: Situation) -> Chapter:
    """Tell what crime leads to."""
    told = (*_harm(situation), *events(situation, "Skjutningar, sprängningar och bränder", VIOLENCE))
    return Chapter("Konsekvenser", told if situation.site is not None else (*told, *_survey(situation)))


def _harm(situation: Situation) -> Iterator[Block]:
    found = situation.compared(CRIME, situation.recent)
    status = found.get("/items/0/harmStatus")
    if found.refusal or status is None:
        return
    yield Subheading("Allvarlighet")
    if status == Status.WITHHELD:
        yield Paragraph("Av skyddade värden räknas ingen allvarlighet fram. Den står i en intern lägesbild.", found.query.address)
        return
    rows = (
        Fact(f"Summan av minsta straff, dagar, {span_name(situation.recent)}", figure(found, "/items/0/harm", status=status)),
        Fact(f"Samma summa {span_name(situation.baseline)}", figure(found, "/items/0/baselineHarm", status=status)),
        Fact("Ändring, procent", figure(found, "/items/0/harmPercent", Kind.RATE, status=status)),
        Fact("Dagar per brott", figure(found, "/items/0/harmPerEvent", Kind.RATE, status=status)),
        Fact("95 procents säkerhet för summan", interval(found, ("/items/0/harmLow", "/items/0/harmHigh"), Kind.COUNT)),
    )
    yield Facts("Hur allvarliga de anmälda brotten är", rows)


def events(situation: Situation, heading: str, sources: tuple[SourceId, ...]) -> Iterator[Block]:
    """Tell how much several sources tell of, each by its kinds, month, year and twelve months beside a year earlier."""
    yield Subheading(heading)
    lines, said = [], []
    for source in sources:
        total = Line(CONTRACTS[source].name, source, strong=True)
        answer = counted(situation, total, situation.last_year)
        if answer.refusal:
            named = answer.refusal.startswith(CONTRACTS[source].name)
            said.append(Notice(answer.refusal if named else f"{CONTRACTS[source].name}: {answer.refusal}"))
            continue
        lines += [total, *_kinds(situation, source)]
    if lines:
        yield p1_table(situation, f"{heading} i {situation.area.name}", lines, per_people=False)
    yield from said


def _kinds(situation: Situation, source: SourceId) -> Iterator[Line]:
    nodes = [node for node in tree_of(source).nodes if node.parent is None]
    met = situation.met(source, [node.code for node in nodes])
    for node in nodes:
        if node.code in met:
            line = Line(node.name, source, (("category", node.code),), indent=1)
            answer = counted(situation, line, situation.last_year)
            if answer.get(f"{answer.at}/count") or answer.get(f"{answer.at}/baselineCount"):
                yield line


def survey_of(situation: Situation) -> Answer:
    """Ask what the safety survey found in the area: the surveys of the last three years, or else the newest if it was made before."""
    last = situation.span.last.year
    found = situation.ask(INDICATORS, ("from", str(last - _SURVEYED + 1)), ("to", str(last)))
    newest = situation.ask(INDICATORS) if found.refusal else found
    return newest if all(row["year"] <= last for row in newest.rows) else found


def _survey(situation: Situation) -> Iterator[Block]:
    answer = survey_of(situation)
    yield Subheading("Upplevd trygghet")
    if answer.refusal or not answer.rows:
        yield Notice(answer.refusal or "Trygghetsmätningen har inga värden för området.")
        return
    yield Paragraph(answer.beyond(), answer.query.address)
    columns = (
        Column("question", "Fråga", Kind.TEXT),
        Column("year", "År", Kind.TEXT),
        Column("value", "Procent", Kind.RATE),
        Column("interval", "95 % säkerhet", Kind.TEXT),
        Column("n", "Svar", Kind.COUNT),
        Column("change", "Ändring", Kind.RATE),
        Column("verdict", "Ändringen", Kind.TEXT),
        Column("womenMenGap", "Kvinnor–män", Kind.RATE),
        Column("gapVerdict", "Skillnaden", Kind.TEXT),
    )
    rows = tuple(_survey_row(answer, at, row) for at, row in enumerate(answer.rows))
    years = sorted({row["year"] for row in answer.rows})
    caption = f"Trygghetsmätningen {', '.join(map(str, years))} i {situation.area.name}"
    yield Table(
        caption,
        columns,
        rows,
        "Ändringen är mot mätningen före, i procentenheter. Antal svar står bredvid varje värde.",
        answer.query.address,
    )
    if any(row["status"] == "value" for row in answer.rows):
        yield _survey_dots(answer, caption)


def _survey_row(answer: Answer, at: int, row: Mapping[str, Any]) -> Row:
    pointer = f"/items/{at}"
    return Row(
        (
            words(_question(row)),
            quoted(str(row["year"]), answer, f"{pointer}/year"),
            figure(answer, f"{pointer}/value", Kind.RATE, status=row["status"]),
            interval(answer, (f"{pointer}/low", f"{pointer}/high")),
            figure(answer, f"{pointer}/n"),
            figure(answer, f"{pointer}/change", Kind.RATE),
            words(_change_of(row)),
            figure(answer, f"{pointer}/womenMenGap", Kind.RATE),
            words(_GAPS[row["gapVerdict"]]),
        )
    )


def _change_of(row: Mapping[str, Any]) -> str:
    """Say what the test says of the change since the year before."""
    said = RATE_VERDICTS[row["verdict"]]
    return f"{said}, {grade_of(row)}" if row["verdict"] in ("higher", "lower") else said


def _question(row: Mapping[str, Any]) -> str:
    return begun(str(row["question"]))


def _survey_dots(answer: Answer, caption: str) -> Chart:
    points = []
    for at, row in enumerate(answer.rows):
        cell: Cell = figure(answer, f"/items/{at}/value", Kind.RATE, status=row["status"])
        named = f"{_question(row)}, {row['year']}"
        ends = tuple(answer.origin(f"/items/{at}/{end}") for end in ("low", "high"))
        points.append(Point(named, named, cell, row.get("low"), row.get("high"), ends=ends))
    told = "; ".join(f"{point.label}: {point.cell.text} procent" for point in points if point.cell.value is not None)
    return Chart(
        f"{caption}, procent med 95 procents säkerhet", f"Punktdiagram: {caption}. {told}.", ChartKind.DOTS, (Series("Procent", tuple(points)),),
        "Procent av dem som svarat", "", question=answer.query.address,
    )  # fmt: skip
