"""The tables that statistics clients find: one for each source of events that has delivered, made of its contract, its tree and the areas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from trygghetskarta.domain.areas import Area, AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.category_groups import category_groups
from trygghetskarta.domain.counts import Denominator
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.sources import CONTRACTS, EVENT_SOURCES, RATE, RATE_BASOMRADE, CountsBy, SourceContract, SourceId
from trygghetskarta.domain.tables.layout import (
    ALL_CATEGORIES,
    CATEGORY,
    CONTENTS,
    REGION,
    TIME,
    Codelist,
    Content,
    Group,
    Table,
    Text,
    Value,
    Variable,
    time_code,
)
from trygghetskarta.queries.cube import Cube, missing_months, partial_months, provisional_months
from trygghetskarta.queries.sources import visible_codes

_LEVELS: dict[AreaLevel, Text] = {
    level: (level.told.swedish.title, level.told.english.many[0].upper() + level.told.english.many[1:]) for level in AreaLevel
}
_COUNTED_BY: dict[CountsBy, Text] = {
    CountsBy.HAPPENED: ("Räknat efter månaden då det hände.", "Counted by the month in which it happened."),
    CountsBy.REPORTED: ("Räknat efter månaden då det anmäldes.", "Counted by the month in which it was reported."),
}
_ONLY_AREAS: Text = (
    "Ett område räknar bara det som är känt till just det området eller finare. Det som bara är känt till ett större område, eller saknar plats, "
    "ingår inte; avstämningen säger hur många det är.",
    "An area counts what is known to that very area or finer. What is known to a larger area only, or has no place, is not in it; the ledger "
    "tells how many there are.",
)
_SCHEMATIC: Text = ("Områdena är påhittade: det här är exempeldata.", "The areas are made up: this is sample data.")
_PROVISIONAL: Text = ("Preliminär: siffrorna kan ändras.", "Provisional: the figures may change.")
_PARTIAL: Text = ("Bara delvis levererad.", "Only partly delivered.")
_MISSING: Text = ("Inte levererad.", "Not delivered.")


def tables(cube: Cube, audience: Audience) -> Iterator[Table]:
    """Give every table there is, in the order of the sources."""
    for source in EVENT_SOURCES:
        found = table_of(cube, source, audience)
        if found is not None:
            yield found


def table_of(cube: Cube, source: SourceId, audience: Audience) -> Table | None:
    """Give a source as a table.

    Args:
        cube: The counts of the edition in force.
        source: Which source.
        audience: Who asks: of a source that is not public they may not know every category.

    Returns:
        The table; None for a source that has no counts, or has delivered nothing.
    """
    if source not in EVENT_SOURCES or source not in cube.covered:
        return None
    contract, covered = CONTRACTS[source], cube.covered[source]
    span = Span(Month(int(covered[0])), Month(int(covered[-1])))
    levels = [level for level in reversed(list(AreaLevel)) if level in cube.areas and contract.refusal(level.value) is None]
    ends = f"{time_code(span.first)}–{time_code(span.last)}"
    return Table(
        source=source,
        title=(f"{contract.name} efter område, kategori och månad {ends}", f"{contract.name_en} by area, category and month {ends}"),
        variables=(_regions(cube, levels), _categories(cube, source, audience), _contents(cube, contract), _months(cube, source, span)),
        areas={_region_code(area): (area.level, area.code) for level in levels for area in cube.areas[level]},
        months=tuple(span),
        notes=tuple(_notes(cube, contract)),
        changed_at=cube.published_at,
    )


def _region_code(area: Area) -> str:
    # One code names areas of several levels, and which of them may change with an edition: with the level it names one for ever.
    return f"{area.level.value}.{area.code}"


def _regions(cube: Cube, levels: Sequence[AreaLevel]) -> Variable:
    areas = [area for level in levels for area in cube.areas[level]]
    names = Counter(area.name for area in areas)
    texts = [area.name if names[area.name] == 1 else f"{area.name} ({area.level.swedish})" for area in areas]
    values = _distinct(Value(_region_code(area), (text, text)) for area, text in zip(areas, texts, strict=True))
    value_of = {value.code: value for value in values}
    codelists = tuple(
        Codelist(f"vs_{level.value}", _LEVELS[level], sums=False, groups=_each(value_of[_region_code(area)] for area in cube.areas[level]))
        for level in levels
    )
    whole = cube.areas[AreaLevel.STAD] if AreaLevel.STAD in levels else ()
    below: dict[str, list[str]] = {}
    for upper, level in pairwise(levels):
        for area in cube.areas[level]:
            if area.parent is not None:
                below.setdefault(f"{upper.value}.{area.parent}", []).append(_region_code(area))
    return Variable(
        REGION,
        ("område", "area"),
        values,
        _region_code(whole[0]) if len(whole) == 1 else None,
        codelists,
        {code: tuple(inside) for code, inside in below.items()},
    )


def _categories(cube: Cube, source: SourceId, audience: Audience) -> Variable:
    visible = visible_codes(cube, source, audience)
    nodes = [node for node in cube.trees[source].nodes if node.code in visible]
    below: dict[str, list[str]] = {}
    for node in nodes:
        below.setdefault(node.parent or ALL_CATEGORIES, []).append(node.code)
    whole = Value(ALL_CATEGORIES, ("samtliga kategorier", "all categories"))
    values = (whole, *_distinct(Value(node.code, (node.name, node.name_en or node.name)) for node in nodes))
    value_of = {value.code: value for value in values}
    outermost = _each(value_of[code] for code in below.get(ALL_CATEGORIES, ()))
    finest = _each(value for value in values if value.code not in below)
    codelists = (
        Codelist(f"vs_{source}_grupper", ("Yttersta grupper", "Outermost groups"), sums=False, groups=outermost),
        Codelist(f"vs_{source}_slag", ("Finaste indelning", "Finest kinds"), sums=False, groups=finest),
        *_across(source, value_of.keys()),
    )
    return Variable(
        CATEGORY, ("kategori", "category"), values, ALL_CATEGORIES, codelists, {code: tuple(inside) for code, inside in below.items()}
    )


def _across(source: SourceId, known: Iterable[str]) -> Iterator[Codelist]:
    """Give the groups across the sources that hold something of a source, as a codelist of sums; nothing where there are none."""
    there = frozenset(known)
    groups = tuple(
        Group(Value(group.code, (group.name, group.name_en), (group.caution, group.caution_en)), group.categories[source])
        for group in category_groups().values()
        if source in group.categories and there.issuperset(group.categories[source])
    )
    if groups:
        yield Codelist(f"agg_{source}_grupper", ("Grupper över källorna", "Groups across the sources"), sums=True, groups=groups)


def _contents(cube: Cube, contract: SourceContract) -> Variable:
    values = [Value(Content.COUNT.value, (f"Antal {contract.noun[1]}", "Number of events"))]
    if contract.refusal(RATE) is None and cube.population.days.get(Denominator.RESIDENTS):
        note = ("95-procentigt intervall.", "95 % interval.")
        values += [
            Value(Content.RATE.value, ("Antal per 1 000 invånare och år", "Number per 1 000 residents and year")),
            Value(
                Content.RATE_LOW.value,
                ("Antal per 1 000 invånare och år, intervallets nedre gräns", "The same, lower end of its interval"),
                note,
            ),
            Value(
                Content.RATE_HIGH.value,
                ("Antal per 1 000 invånare och år, intervallets övre gräns", "The same, upper end of its interval"),
                note,
            ),
        ]
    return Variable(CONTENTS, ("tabellinnehåll", "contents"), tuple(values))


def _months(cube: Cube, source: SourceId, span: Span) -> Variable:
    note_of: dict[Month, Text] = dict.fromkeys(provisional_months(cube, source, span), _PROVISIONAL)
    note_of |= dict.fromkeys(partial_months(cube, source, span), _PARTIAL)
    note_of |= dict.fromkeys(missing_months(cube, source, span), _MISSING)
    values = tuple(Value(time_code(month), (time_code(month), time_code(month)), note_of.get(month)) for month in span)
    return Variable(TIME, ("månad", "month"), values)


def _notes(cube: Cube, contract: SourceContract) -> Iterator[Text]:
    yield contract.description, contract.description_en
    yield _COUNTED_BY[contract.counts_by]
    yield _ONLY_AREAS
    for what in (RATE, RATE_BASOMRADE, *(level.value for level in AreaLevel if level.is_smallest)):
        refusal = contract.refusal(what)
        if refusal is not None:
            yield refusal.reason, refusal.reason_en
    yield f"Områdena är de i indelningen {cube.edition.name}.", f"The areas are those of the edition {cube.edition.name}."
    if cube.edition.schematic:
        yield _SCHEMATIC


def _each(values: Iterable[Value]) -> tuple[Group, ...]:
    return tuple(Group(value, (value.code,)) for value in values)


def _distinct(values: Iterable[Value]) -> tuple[Value, ...]:
    """Put the code after texts that several values share: programs that read texts alone must tell the values apart."""
    found = tuple(values)
    shared = {text for text, times in Counter(text for value in found for text in dict.fromkeys(value.text)).items() if times > 1}
    return tuple(
        value
        if shared.isdisjoint(value.text)
        else replace(value, text=(f"{value.text[0]} ({value.code})", f"{value.text[1]} ({value.code})"))
        for value in found
    )
