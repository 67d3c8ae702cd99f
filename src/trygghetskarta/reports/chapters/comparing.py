"""The area beside the rest of the city, and beside areas like it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trygghetskarta.domain.counts import Status
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.reports.asking import COMPARISONS, SIMILAR_AREAS, Answer
from trygghetskarta.reports.cells import RATE_VERDICTS, figure, interval, rank, words
from trygghetskarta.reports.document import (
    Block,
    Chapter,
    Chart,
    ChartKind,
    Column,
    Kind,
    Notice,
    Paragraph,
    Point,
    Row,
    Series,
    Subheading,
    Table,
)
from trygghetskarta.reports.situation import Situation, months
from trygghetskarta.serialize.swedish import alphabetical, span_name

HEADING = "Jämförelse med staden och liknande områden"
_MOST_ROWS = 20
_COLUMNS = (
    Column("name", "Område", Kind.TEXT),
    Column("count", "Antal", Kind.COUNT),
    Column("rate", "Per 1 000 och år", Kind.RATE),
    Column("interval", "95 % säkerhet", Kind.TEXT),
    Column("rank", "Plats", Kind.TEXT),
    Column("verdict", "Mot resten av staden", Kind.TEXT),
)


def comparing(situation: Situation) -> Chapter:
    """Tell how the area stands to the rest of the city and to areas like it; of the whole city, how its areas stand to each other."""
    level = situation.area.level if not situation.is_city else situation.finer or situation.area.level
    answer = situation.ask_everywhere(
        COMPARISONS, level, ("source", SourceId.ANMALDA_BROTT.value), *months(situation.recent), ("measure", "rate")
    )
    if answer.refusal:
        return Chapter(HEADING, (Notice(answer.refusal),))
    blocks: list[Block] = [Paragraph(answer.beyond(situation.compared(SourceId.ANMALDA_BROTT, situation.recent)), answer.query.address)]
    rows = sorted(range(len(answer.rows)), key=lambda at: alphabetical(answer.rows[at]["name"]))
    if len(rows) > _MOST_ROWS:
        rows = [at for at in rows if answer.rows[at]["code"] == situation.area.code]
    blocks.append(_table(situation, answer, rows))
    if len(rows) > 1 and any(answer.rows[at].get("rate") is not None for at in rows):
        blocks.append(_dots(situation, answer, rows))
    return Chapter(HEADING, (*blocks, *_similar(situation)))


def against_the_city(situation: Situation) -> Answer:
    """Ask how the area's rate stands to the rest of the city's."""
    return situation.ask(COMPARISONS, ("source", SourceId.ANMALDA_BROTT.value), *months(situation.recent), ("measure", "rate"))


def _table(situation: Situation, answer: Answer, rows: Sequence[int]) -> Table:
    shown = []
    for at in rows:
        row, pointer = answer.rows[at], f"/items/{at}"
        shown.append(
            Row(
                (
                    words(row["name"]),
                    # Where nobody lives there is no rate, but there are events.
                    figure(answer, f"{pointer}/count", status=None if row["status"] == Status.NOT_APPLICABLE else row["status"]),
                    figure(answer, f"{pointer}/rate", Kind.RATE, status=row["status"]),
                    interval(answer, (f"{pointer}/rateLow", f"{pointer}/rateHigh")),
                    rank(answer, (f"{pointer}/rankLow", f"{pointer}/rankHigh")),
                    words(RATE_VERDICTS[row.get("verdict") or "notApplicable"]),
                ),
                strong=row["code"] == situation.area.code,
            )
        )
    return Table(
        f"Anmälda brott per 1 000 invånare och år, {span_name(situation.recent)}", _COLUMNS, tuple(shown),
        "Plats 1 har högst tal; slumpen gör att platsen bara är känd inom de gränser som står. Prövningen tar hänsyn till att många områden prövas.",
        answer.query.address,
    )  # fmt: skip


def _dots(situation: Situation, answer: Answer, rows: Sequence[int]) -> Chart:
    points = []
    for at in sorted(rows, key=lambda at: -(answer.rows[at].get("rate") or 0.0)):
        row, pointer = answer.rows[at], f"/items/{at}"
        cell = figure(answer, f"{pointer}/rate", Kind.RATE, status=row["status"])
        ends = tuple(answer.origin(f"{pointer}/{end}") for end in ("rateLow", "rateHigh"))
        is_own = row["code"] == situation.area.code
        points.append(Point(row["name"], row["name"], cell, row.get("rateLow"), row.get("rateHigh"), is_own, ends))
    caption = f"Anmälda brott per 1 000 invånare och år med 95 procents säkerhet, {span_name(situation.recent)}"
    first, last = points[0], points[-1]
    alt = f"Punktdiagram: {caption}. Högst är {first.label} med {first.cell.text}, lägst {last.label} med {last.cell.text}."
    return Chart(
        caption, alt, ChartKind.DOTS, (Series("Per 1 000 invånare och år", tuple(points)),), "Per 1 000 invånare och år", "",
        question=answer.query.address,
    )  # fmt: skip


def _similar(situation: Situation) -> Iterator[Block]:
    answer = situation.ask(SIMILAR_AREAS, ("source", SourceId.ANMALDA_BROTT.value), *months(situation.recent))
    if len(answer.rows) < 2:
        return
    yield Subheading("Liknande områden")
    yield Paragraph(answer.beyond(), answer.query.address)
    columns = (
        Column("name", "Område", Kind.TEXT),
        Column("distance", "Avstånd", Kind.DECIMAL),
        Column("residents", "Invånare", Kind.COUNT),
        Column("count", "Antal", Kind.COUNT),
        Column("rate", "Per 1 000 och år", Kind.RATE),
        Column("interval", "95 % säkerhet", Kind.TEXT),
    )
    rows = []
    for at, row in enumerate(answer.rows):
        pointer, told = f"/items/{at}", row.get("crimeStatus")
        rows.append(
            Row(
                (
                    words(row["name"]),
                    figure(answer, f"{pointer}/distance", Kind.DECIMAL),
                    figure(answer, f"{pointer}/residents"),
                    figure(answer, f"{pointer}/count", status=told),
                    figure(answer, f"{pointer}/rate", Kind.RATE, status=told),
                    interval(answer, (f"{pointer}/rateLow", f"{pointer}/rateHigh")),
                ),
                strong=row["code"] == situation.area.code,
            )
        )
    yield Table(
        f"Områden som mest liknar {situation.area.name}, och deras anmälda brott {span_name(situation.recent)}", columns, tuple(rows),
        "Likheten räknas på invånare, ålder, bostäder, dagbefolkning och täthet; avståndet är i standardavvikelser, och 0 är området självt.",
        answer.query.address,
    )  # fmt: skip
