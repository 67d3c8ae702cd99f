"""A place that is no area: where it lies, how large it is, and what is not known of it."""

from __future__ import annotations

from collections.abc import Iterator

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.reports.asking import COMPARISONS, Answer
from trygghetskarta.reports.cells import figure, words
from trygghetskarta.reports.chapters.crime import CRIME
from trygghetskarta.reports.document import Block, Chapter, Fact, Facts, Kind, MapArea, Notice, Paragraph
from trygghetskarta.reports.shades import Shading, map_of
from trygghetskarta.reports.situation import Site, Situation, months
from trygghetskarta.serialize.swedish import alphabetical, begun, listed, span_name

_HECTARES = 1e-4
_AROUND = (AreaLevel.STADSDEL, AreaLevel.STADSDELSOMRADE)


def place(situation: Situation, site: Site) -> Chapter:
    """Tell where a place lies and how large it is, and draw it among the areas around it."""
    found = situation.compared(CRIME, situation.recent)
    return Chapter("Platsen", (_facts(situation, site, found), *_minded(situation, found), *_map(situation, site, found)))


def _facts(situation: Situation, site: Site, found: Answer) -> Facts:
    rows = [Fact("Yta, hektar", figure(found, "/polygon/squareMetres", Kind.RATE, times=_HECTARES))]
    for level in _AROUND:
        names = sorted((area.name for area in situation.geography.touched(level, site.outline)), key=alphabetical)
        if names:
            rows.append(Fact(f"Ligger i {level.swedish}", words(listed(names))))
    rows.append(Fact("Brott som kan ha hänt där men saknar punkt", figure(found, "/polygon/withoutPoint")))
    return Facts(begun(situation.area.name), tuple(rows))


def _minded(situation: Situation, found: Answer) -> Iterator[Block]:
    yield Paragraph(
        "Bara händelser vars punkt ligger i ytan är räknade. Hur många som bor där är inte känt, så inget tal per invånare räknas.",
        found.query.address,
    )
    if situation.footing.schematic:
        yield Notice("Områdena är schematiska och uppgifterna påhittade: rapporten visar hur en lägesbild ser ut, inte hur det är.")


def _map(situation: Situation, site: Site, found: Answer) -> Iterator[Block]:
    """Draw the place among the finest areas that it lies in and that are told with figures, in the same classes."""
    for level in _AROUND:
        around = situation.geography.touched(level, site.outline)
        if not around:
            continue
        chosen = tuple(("area", area.code) for area in around)
        answer = situation.ask_everywhere(COMPARISONS, level, *chosen, ("source", CRIME.value), *months(situation.recent))
        if answer.refusal:
            yield Notice(answer.refusal)
            return
        caption = f"Anmälda brott i {situation.area.name} och i {listed([area.name for area in around])}, {span_name(situation.recent)}"
        shading = Shading("count", Kind.COUNT, caption, "Anmälda brott, antal", "Ytan har en mörk kant; dess antal ingår i områdets.")
        cell = figure(found, "/items/0/count", status=found.get("/items/0/status"))
        own = MapArea(situation.area.code, situation.area.name, site.polygons, cell, None, marked=True)
        yield map_of(situation, level, answer, shading, own)
        return
