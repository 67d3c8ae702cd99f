"""Other information: what people tell the city, what staff meet with, and what has been done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.reports.asking import EFFECT, MEASURES, Answer
from trygghetskarta.reports.cells import figure, interval, quoted, words
from trygghetskarta.reports.chapters.consequences import events
from trygghetskarta.reports.document import Block, Cell, Chapter, Column, Fact, Facts, Kind, Notice, Paragraph, Row, Subheading, Table
from trygghetskarta.reports.situation import Site, Situation
from trygghetskarta.serialize.swedish import day_name, span_name

TOLD = (SourceId.TYCK_TILL, SourceId.INCIDENTER, SourceId.POLISHANDELSER)
_ROLES = {"target": "Målområde", "control": "Jämförelse", "displacement": "Spridning", "displacementControl": "Spridningens jämförelse"}


def other(situation: Situation) -> Chapter:
    """Tell what else is known of the area, and what has been done there."""
    told = events(situation, "Synpunkter, incidenter och polisens händelserapporter", TOLD)
    return Chapter("Annan information och åtgärder", (*told, *_measures(situation)))


@dataclass(frozen=True, slots=True)
class Followed:
    """A measure that touches the area: where it stands in the register's answer, and the answer about its effect."""

    register: Answer
    at: int
    effect: Answer

    @property
    def told(self) -> Mapping[str, Any]:
        """The measure as the register has it."""
        return self.register.rows[self.at]


def followed(situation: Situation) -> list[Followed]:
    """Ask for the measures whose target lies in or touches the area and that ran in its months or earlier, with their effects."""
    known = (("asOf", str(situation.footing.known_on)), ("format", "json"))
    register = situation.desk.answer(MEASURES, ("limit", "1000"), *known)
    ended = str(situation.span.last.plus(1).first_day)
    found = [at for at, measure in enumerate(register.rows) if measure["startsOn"] < ended and _touches(situation, measure)]
    return [Followed(register, at, situation.desk.answer(EFFECT.format(register.rows[at]["id"]), *known)) for at in found]


def _touches(situation: Situation, measure: Mapping[str, Any]) -> bool:
    if situation.is_city:
        return True
    target = measure["target"]
    if situation.site is not None:
        return _touches_site(situation, situation.site, target)
    if target["level"] is not None:
        level = AreaLevel(target["level"])
        codes = set(target["areas"])
        if level.rank <= situation.area.level.rank:
            return bool(codes & {area.code for area in situation.inside(level)} | codes & _own(situation, level))
        return situation.area.parent in codes
    return situation.geography.overlaps(situation.area, target["polygon"])


def _touches_site(situation: Situation, site: Site, target: Mapping[str, Any]) -> bool:
    if target["level"] is None:
        return situation.geography.meet(site.outline, target["polygon"])
    return bool({area.code for area in situation.geography.touched(AreaLevel(target["level"]), site.outline)} & set(target["areas"]))


def _own(situation: Situation, level: AreaLevel) -> set[str]:
    return {situation.area.code} if level is situation.area.level else set()


def _measures(situation: Situation) -> Iterator[Block]:
    found = followed(situation)
    yield Subheading("Åtgärder och deras effekt")
    if not found:
        yield Paragraph("Registret har inga åtgärder i området.", f"{MEASURES}?limit=1000")
    for measure in found:
        yield from _measure(measure)


def _measure(measure: Followed) -> Iterator[Block]:
    told, at = measure.told, f"/items/{measure.at}"
    began, ended = (_day(measure, f"{at}/{end}") for end in ("startsOn", "endsOn"))
    rows = [
        Fact("Slag", words(told["kind"])),
        Fact("Ansvarig", words(told["responsible"])),
        Fact("Tid", replace(words(f"{began.text} – {ended.text}"), parts=(began, ended))),
    ]
    if told["cost"] is not None:
        rows.append(Fact("Kostnad, kronor", figure(measure.register, f"{at}/cost")))
    yield Facts(told["name"], tuple(rows))
    effect = measure.effect
    if effect.refusal:
        yield Notice(effect.refusal)
        return
    yield Paragraph(effect.beyond(), effect.query.address)
    yield _effect(effect, told["name"])


def _day(measure: Followed, pointer: str) -> Cell:
    told = measure.register.get(pointer)
    return quoted(day_name(date.fromisoformat(told)) if told else "pågår", measure.register, pointer)


def _effect(effect: Answer, name: str) -> Table:
    before, after = (_span(effect.get(f"/design/{part}")) for part in ("before", "after"))
    columns = (
        Column("name", "Område", Kind.TEXT),
        Column("before", f"Före, {before}", Kind.COUNT),
        Column("after", f"Efter, {after}", Kind.COUNT),
        Column("estimate", "Skattad effekt", Kind.RATE),
        Column("interval", "95 % säkerhet", Kind.TEXT),
    )
    rows = []
    for at, row in enumerate(effect.rows):
        pointer = f"/items/{at}"
        if row["code"] in _ROLES:
            named = words(f"{_ROLES[row['code']]}: {row['name']}")
        elif row["method"] == "wdd":
            named = words(f"Ändring utöver jämförelsen {row['name'].removeprefix('skillnad ')}")
        else:
            continue
        rows.append(
            Row(
                (
                    named,
                    figure(effect, f"{pointer}/before"),
                    figure(effect, f"{pointer}/after"),
                    figure(effect, f"{pointer}/estimate", Kind.RATE),
                    interval(effect, (f"{pointer}/low", f"{pointer}/high")),
                )
            )
        )
    smallest = figure(effect, "/smallestDifference")
    told = smallest.value is not None
    note = f"Den minsta effekt som hade kunnat ses är {smallest.text} händelser." if told else ""
    return Table(f"Före och efter: {name}", columns, tuple(rows), note, effect.query.address, (smallest,) if told else ())


def _span(text: str) -> str:
    first, _, last = text.partition("..")
    return span_name(Span(Month.parse(first), Month.parse(last)))
