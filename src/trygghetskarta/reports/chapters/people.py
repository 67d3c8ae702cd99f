"""The area and who lives there."""

from __future__ import annotations

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.periods import Month
from trygghetskarta.domain.sources import CONTRACTS, SourceId
from trygghetskarta.reports.asking import AREAS, COMPARISONS, SIMILAR_AREAS, Answer
from trygghetskarta.reports.cells import figure, words
from trygghetskarta.reports.document import Block, Chapter, Fact, Facts, Kind, Notice
from trygghetskarta.reports.situation import YEAR, Situation, months
from trygghetskarta.serialize.swedish import alphabetical, listed, month_name, span_name

_SQUARE_KILOMETRES = 1e-6
_PERCENT = 100.0


def people(situation: Situation) -> Chapter:
    """Tell what the area is, how large, and who lives there."""
    blocks: list[Block] = [_area(situation), _inhabitants(situation)]
    if situation.footing.schematic:
        blocks.append(
            Notice("Områdena är schematiska och uppgifterna påhittade: rapporten visar hur en lägesbild ser ut, inte hur det är.")
        )
    return Chapter("Området och befolkningen", tuple(blocks))


def _area(situation: Situation) -> Facts:
    area = situation.area
    found = situation.desk.answer(AREAS, ("level", area.level.value), ("limit", "1000"), *situation.standing[:1], *situation.standing[2:])
    row = next((number for number, row in enumerate(found.rows) if row["code"] == area.code), 0)
    rows = [
        Fact("Nivå", words(area.level.swedish)),
        Fact("Indelning", words(situation.footing.edition_name)),
        Fact("Yta, kvadratkilometer", figure(found, f"/items/{row}/squareMetres", Kind.RATE, times=_SQUARE_KILOMETRES)),
    ]
    above = _parent(situation)
    if above:
        rows.insert(1, Fact("Ligger i", words(above)))
    if situation.finer is not None:
        inside = sorted((part.name for part in situation.inside(situation.finer)), key=alphabetical)
        if inside and situation.finer is not AreaLevel.BASOMRADE:
            rows.append(Fact(f"Består av {situation.finer.told.swedish.many}", words(listed(inside))))
        elif inside:
            rows.append(Fact(f"Antal {situation.finer.told.swedish.many}", words(str(len(inside)))))
    return Facts("Området", tuple(rows))


def _parent(situation: Situation) -> str:
    area = situation.area
    for level in AreaLevel:
        if level.rank > area.level.rank:
            for above in situation.geography.areas(level):
                if above.code == area.parent:
                    return above.name
    return ""


def _inhabitants(situation: Situation) -> Facts:
    found = situation.ask(SIMILAR_AREAS)
    if not found.rows:
        return _mean_inhabitants(situation)
    month = month_name(Month.parse(found.get("/similarity/month")))
    rows = [
        Fact("Invånare", figure(found, "/items/0/residents")),
        Fact("Invånare per kvadratkilometer", figure(found, "/items/0/density")),
        *(
            Fact(label, figure(found, f"/items/0/{name}", kind, times=times))
            for name, label, kind, times in (
                ("share65plus", "Andel 65 år och äldre, procent", Kind.RATE, _PERCENT),
                ("dwellingsPerResident", "Bostäder per invånare", Kind.DECIMAL, 1.0),
                ("dayPopulationPerResident", "Dagbefolkning per invånare", Kind.DECIMAL, 1.0),
            )
            if found.get(f"/items/0/{name}") is not None
        ),
    ]
    return Facts(f"Befolkningen i {month}", tuple(rows))


_PER = {"residents": "Invånare", "residents65plus": "Invånare 65 år och äldre", "dayPopulation": "Dagbefolkning", "dwellings": "Bostäder"}


def _mean_inhabitants(situation: Situation) -> Facts:
    """Tell the denominators of the report's rates, where areas are too few to be likened."""
    span = situation.recent
    rows = []
    for per, label in _PER.items():
        found: Answer = situation.ask(
            COMPARISONS, ("source", SourceId.ANMALDA_BROTT.value), *months(span), ("measure", "rate"), ("per", per)
        )
        if found.get("/items/0/personYears") is not None:
            rows.append(Fact(label, figure(found, "/items/0/personYears", Kind.COUNT, times=YEAR / span.months)))
    if not rows:
        rows.append(Fact(CONTRACTS[SourceId.POPULATION].name, words("saknas")))
    return Facts(f"Befolkningen, medeltal under {span_name(span)}", tuple(rows))
