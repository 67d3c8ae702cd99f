"""Crime that is on no map, and crimes against older people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trygghetskarta.reports.asking import Answer
from trygghetskarta.reports.cells import VERDICTS, figure, grade_of, interval, words
from trygghetskarta.reports.chapters.crime import CRIME, older_of
from trygghetskarta.reports.document import Block, Chapter, Column, Fact, Facts, Kind, Notice, Paragraph, Row, Subheading, Table
from trygghetskarta.reports.situation import Situation
from trygghetskarta.serialize.swedish import span_name

_BUCKETS = (
    ("placed", "Räknade i ett område på nivån"),
    ("areaOnly", "Bara kända till ett större område"),
    ("unplaced", "Utan känd plats"),
    ("outside", "Utanför staden"),
    ("total", "Alla"),
)


def unplaced(situation: Situation) -> Chapter:
    """Tell what has no place, and what happens to older people."""
    return Chapter("Brott utan plats, och brott mot äldre", (*_ledger(situation), *_older(situation)))


def _ledger(situation: Situation) -> Iterator[Block]:
    found = situation.compared(CRIME, situation.recent)
    if found.refusal:
        yield Notice(found.refusal)
        return
    if found.get("/ledger/withheld"):
        yield Paragraph("Bedrägerier och en del andra brott har ingen plats på kartan. Hur många de är står i en intern lägesbild.")
        return
    yield Paragraph(
        "Bedrägerier och en del andra brott har ingen plats på kartan. De försvinner inte: här står var alla anmälda brott i staden blev av.",
    )
    rows = tuple(Fact(label, figure(found, f"/ledger/{name}")) for name, label in _BUCKETS)
    yield Facts(f"Alla anmälda brott i staden {span_name(situation.recent)}, på nivån {situation.area.level.swedish}", rows)


def _older(situation: Situation) -> Iterator[Block]:
    answer = older_of(situation)
    yield Subheading("Brott mot äldre, och bedrägerier")
    if answer.refusal:
        yield Notice(answer.refusal)
        return
    yield Paragraph(answer.beyond(), answer.query.address)
    if answer.rows:
        told = answer.get("/items/0/status")
        rows = (
            Fact("Brott mot äldre i området", figure(answer, "/items/0/count")),
            Fact("Per 1 000 invånare 65 år och äldre, och år", figure(answer, "/items/0/rate", Kind.RATE, status=told)),
            Fact("95 procents säkerhet", interval(answer, ("/items/0/rateLow", "/items/0/rateHigh"))),
            Fact("Brott mot äldre som bor i området", figure(answer, "/items/0/countByHome")),
            Fact("Bedrägerier i området", figure(answer, "/items/0/fraud")),
            Fact("Bedrägerier mot dem som bor i området", figure(answer, "/items/0/fraudByHome")),
        )
        yield Facts(f"{situation.area.name}, {span_name(situation.recent)}", rows)
    yield from _fraud(situation, answer)


def _verdict(kind: Mapping[str, Any]) -> str:
    """Say which way a kind has changed, and where that is only likely."""
    said = VERDICTS[kind.get("verdict") or "notApplicable"]
    return f"troligen {said}" if kind.get("verdict") in ("higher", "lower") and grade_of(kind) == "troligen" else said


def _fraud(situation: Situation, answer: Answer) -> Iterator[Block]:
    kinds = answer.get("/kinds") or []
    shown = [(at, kind) for at, kind in enumerate(kinds) if kind.get("count") or kind.get("baselineCount")]
    if not shown:
        return
    columns = (
        Column("name", "Slag", Kind.TEXT),
        Column("count", "Antal", Kind.COUNT),
        Column("difference", "Ändring", Kind.CHANGE),
        Column("verdict", "Säkerställt", Kind.TEXT),
        Column("placed", "Placerade", Kind.COUNT),
        Column("areaOnly", "Bara större område", Kind.COUNT),
        Column("unplaced", "Utan plats", Kind.COUNT),
        Column("older", "Mot 65 år och äldre", Kind.COUNT),
    )
    rows = tuple(
        Row(
            tuple(
                words(str(kind["name"]))
                if column.key == "name"
                else words(_verdict(kind))
                if column.key == "verdict"
                else figure(answer, f"/kinds/{at}/{column.key}", column.kind)
                for column in columns
            ),
            strong=at < 2,
        )
        for at, kind in shown
    )
    yield Table(
        f"Brott mot äldre och bedrägerier i hela staden, {span_name(situation.recent)}", columns, rows,
        "Bedrägerierna är delade efter slag; de flesta har ingen plats.", answer.query.address,
    )  # fmt: skip
