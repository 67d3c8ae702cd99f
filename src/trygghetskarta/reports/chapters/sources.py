"""Where the figures come from, what they cover, and how they are made."""

from __future__ import annotations

from collections.abc import Iterator

from trygghetskarta.domain.counts import Status
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.sources import CONTRACTS, EVENT_SOURCES, CountsBy, SourceId
from trygghetskarta.reports.asking import Answer
from trygghetskarta.reports.cells import lacking, quoted, words
from trygghetskarta.reports.document import Block, Cell, Chapter, Column, Fact, Facts, Kind, Paragraph, Row, Subheading, Table
from trygghetskarta.reports.p1 import Line, counted
from trygghetskarta.reports.situation import Situation
from trygghetskarta.serialize.swedish import day_name, listed, month_name, span_name, whole

HEADING = "Källor, täckning och förbehåll"
_BY = {CountsBy.HAPPENED: "när det hände", CountsBy.REPORTED: "när det anmäldes"}
_METHODS = (
    ("Tal per 1 000 och år", "Antalet delat med invånare gånger tid. Intervallet är exakt under 10 händelser, annars Byars formel."),
    ("Säkerställd ändring", "Kvoten mellan två perioder med exakt intervall; varierar antalen mer än slumpen ger räknas det in."),
    (
        "Många områden samtidigt",
        "När många områden prövas blir några utpekade av slump. Prövningen är justerad för det (Benjamini och Hochberg).",
    ),
    ("Utjämnat tal", "I små områden dras talet mot stadens, mest där få bor (empirisk Bayes)."),
    ("Ovanlig månad", "Månaden prövas mot samma tid de fem år som gått; en av hundra hamnar utanför gränserna av en slump."),
    ("Timmar", "Ett brott som är känt till ett tidsrum delas på timmarna i det (aoristisk fördelning)."),
    ("Allvarlighet", "Varje brott väger lagens minsta straff i dagar. Vikterna är ett val, och samma vikter gäller i hela rapporten."),
    ("Åtgärders effekt", "Målområdet mot ett jämförelseområde, före och efter (WDD), prövat mot lottade områden utan åtgärd."),
)


def sources(situation: Situation) -> Chapter:
    """Tell the sources, what they cover, what to mind, the methods, and what makes the report again."""
    asked = {source: counted(situation, Line("", source), situation.last_year) for source in EVENT_SOURCES}
    # A source without points has nothing to say of a place.
    answers = {source: found for source, found in asked.items() if situation.site is None or found.status is not Status.NOT_APPLICABLE}
    blocks = (
        _coverage(answers),
        *_carried(),
        Subheading("Så är siffrorna gjorda"),
        Facts("Metoder", tuple(Fact(name, words(text)) for name, text in _METHODS)),
        Subheading("Underlag"),
        _footing(situation, answers),
    )
    return Chapter(HEADING, blocks)


def _coverage(answers: dict[SourceId, Answer]) -> Table:
    columns = (
        Column("source", "Källa", Kind.TEXT),
        Column("countsBy", "Räknas efter", Kind.TEXT),
        Column("from", "Levererad från", Kind.MONTH),
        Column("to", "till", Kind.MONTH),
        Column("missing", "Saknas", Kind.TEXT),
        Column("provisional", "Preliminära", Kind.TEXT),
    )
    rows = tuple(
        Row((words(CONTRACTS[source].name), words(_BY[CONTRACTS[source].counts_by]), *_covered(answer)))
        for source, answer in answers.items()
    )
    return Table("Vad källorna har levererat, och vad som saknas eller är preliminärt i de jämförda månaderna", columns, rows)


def _covered(answer: Answer) -> tuple[Cell, ...]:
    told = answer.get("/coverage/0")
    if told is None:
        return (lacking(Status.MISSING), lacking(Status.MISSING), words("alla"), words("inga"))
    first, last = (
        quoted(month_name(Month.parse(told[end])), answer, f"/coverage/0/{end}") if told[end] is not None else lacking(Status.MISSING)
        for end in ("from", "to")
    )
    return (
        first,
        last,
        words(_runs(told["missing"]) or "inga"),
        words(_runs(told["provisional"]) or "inga"),
    )


def _runs(told: list[str]) -> str:
    """Write months as runs: januari–mars 2026 och maj 2026."""
    runs: list[Span] = []
    for month in sorted(map(Month.parse, told)):
        if runs and runs[-1].last.plus(1) == month:
            runs[-1] = Span(runs[-1].first, month)
        else:
            runs.append(Span(month, month))
    return listed([span_name(run) for run in runs]) if runs else ""


def _carried() -> Iterator[Block]:
    yield Subheading("Vad källorna kan bära")
    yield Facts(
        "Förbehåll",
        tuple(Fact(CONTRACTS[source].name, words(CONTRACTS[source].description)) for source in (*EVENT_SOURCES, SourceId.TRYGGHETSMATNING)),
    )


def _footing(situation: Situation, answers: dict[SourceId, Answer]) -> Facts:
    footing = situation.footing
    answered = [answer for answer in answers.values() if not answer.refusal]
    published = next(
        (quoted(whole(footing.version), answer, "/provenance/dataVersion") for answer in answered), words(whole(footing.version))
    )
    weighed = next((answer for answer in answered if answer.get("/provenance/weights")), None)
    rows = [
        Fact("Kända till och med", words(day_name(footing.known_on))),
        Fact("Publicering", published),
        Fact("Indelning", words(f"{footing.edition_name}, i kraft {day_name(footing.edition)}")),
    ]
    if weighed is not None:
        rows.append(Fact("Vikter för allvarlighet", quoted(str(weighed.get("/provenance/weights")), weighed, "/provenance/weights")))
    return Facts("Vad rapporten vilar på", tuple(rows))


def again(link: str) -> Paragraph:
    """Tell the address that gives the figures again."""
    return Paragraph(f"Lägesbilden med samma siffror, på nytt: {link}")
