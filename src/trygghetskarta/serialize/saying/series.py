"""Swedish sentences about what was found in a series."""

from __future__ import annotations

from collections.abc import Iterator

from trygghetskarta.analysis.calendar import Kind
from trygghetskarta.analysis.months import Lacking, Months
from trygghetskarta.analysis.series import Broken, Findings, Growth, Stretch
from trygghetskarta.analysis.unusual import NOT_JUDGED, Judged, Judgement
from trygghetskarta.analysis.verdicts import SINGLE
from trygghetskarta.domain.counts import Published
from trygghetskarta.domain.periods import MONTHS, Month, Span
from trygghetskarta.domain.sources import CONTRACTS
from trygghetskarta.serialize.sections import Section, months_up_to, whole_span
from trygghetskarta.serialize.swedish import begun, decimal, how_many, listed, month_name, span_name, whole
from trygghetskarta.stats.season import Decomposition, Model, Stl

_MOST_AREAS = 12
_Sums = dict[tuple[str | None, str | None], Section]
_NOTHING = (None, None)
_TOLD_CHANCE = 0.05
"""Fewer months than this are not worth a figure: 0,0 would be read as none."""


def found_sentences(published: Published, findings: Findings, said: list[str]) -> list[str]:
    """Say what was found: what changed, how surely, and what to mind.

    Args:
        published: The answer.
        findings: What was found in it.
        said: What has been said of the answer already, which is not said again.

    Returns:
        Whole sentences, by area. With more than twelve areas only those of which something sure was found, and then how many the rest are.
    """
    months = findings.months
    if months is None:
        return []
    few = len(published.areas) <= _MOST_AREAS
    found: list[str] = []
    for number, area in enumerate(published.areas):
        lacking = months.lacking[number]
        if lacking is None:
            found += [f"{begun(area.name)}: {sentence}" for sentence in _of_area(published, findings, months, (number, few))]
        elif few:
            found.append(f"{begun(area.name)}: ingenting kan avgöras. {lacking.reason}")
    return found + _of_all(findings, few) + _changed_meaning(findings, said)


def _noun(published: Published) -> tuple[str, str]:
    sources = published.question.sources
    return CONTRACTS[sources[0]].noun if len(sources) == 1 else ("händelse", "händelser")


def _of_area(published: Published, findings: Findings, months: Months, area: tuple[int, bool]) -> Iterator[str]:
    (number, few), noun = area, _noun(published)
    yield from _sums(published, findings, months, area)
    if few:
        yield from _levels(findings, number)
    if findings.growth is not None:
        yield from _growth(findings.growth[number], noun, few)
    if findings.judged is not None:
        yield from _unusual(findings.judged, months, (number, few), noun)
    if findings.broken is not None:
        yield from _broken(findings.broken[number], few)


def _sums(published: Published, findings: Findings, months: Months, area: tuple[int, bool]) -> Iterator[str]:
    """Say how many and how that compares, once for each stretch of months."""
    number, few = area
    sections: _Sums = {}
    if findings.whole is not None:
        _keep(sections, whole_span(findings.whole, months, number, published.question.span))
    if findings.year_to_date is not None:
        _keep(sections, months_up_to(findings, months, number, None))
    if findings.rolling12 is not None:
        _keep(sections, months_up_to(findings, months, number, 12))
    if len(sections) > 1:
        sections.pop(_NOTHING, None)
    for section in sections.values():
        if few or section.get("verdict") in ("higher", "lower"):
            yield _sum(section, _noun(published))


def _keep(sections: _Sums, section: Section) -> None:
    sections.setdefault((section.get("from"), section.get("to")), section)


def _levels(findings: Findings, number: int) -> Iterator[str]:
    if findings.season is not None:
        yield _season(findings.season[number])
    if findings.stl is not None:
        yield _stl(findings.stl[number])


def _of_all(findings: Findings, few: bool) -> list[str]:
    said = []
    if findings.judged is not None:
        judged = sum(findings.judged.count(area) for area in range(len(findings.judged.judgements)))
        if judged:
            chance = sum(findings.judged.by_chance(area) for area in range(len(findings.judged.judgements)))
            months = "månad är prövad" if judged == 1 else "månader är prövade"
            here = f"; här omkring {decimal(chance)}" if chance >= _TOLD_CHANCE else ""
            said.append(
                f"{whole(judged)} {months}. Också när inget är ovanligt hamnar en månad av hundra utanför gränserna av en slump{here}."
            )
    if not few and findings.growth is not None:
        unsure = sum(isinstance(growth, Lacking) or not growth.found.is_found for growth in findings.growth)
        if unsure:
            areas = "ett område" if unsure == 1 else f"{whole(unsure)} områden"
            said.append(f"För {areas} kan det inte avgöras om antalet ökar eller minskar.")
    return said


def _changed_meaning(findings: Findings, said: list[str]) -> list[str]:
    """Say which laws and codes changed among the months that the findings rest on."""
    changes = [entry for entry in findings.calendar if entry.kind in (Kind.LAW, Kind.RECODING)]
    return [
        f"Det som är funnet vilar på månader före och efter en ändring ({span_name(entry.span)}) och går inte att läsa rakt av. {entry.text}"
        for entry in changes
        if not any(entry.text in sentence for sentence in said)
    ]


def _sum(section: Section, noun: tuple[str, str]) -> str:
    if section["status"] != "value":
        return f"antalet går inte att jämföra med året före. {section.get('reason', 'Månader saknas.')}"
    span = Span(Month.parse(section["from"]), Month.parse(section["to"]))
    level = f"{how_many(section['count'], noun)} under {span_name(span)}"
    if section["difference"] is None:
        return f"{level}; året före går inte att räkna, för månader saknas."
    if section["difference"] == 0:
        return f"{level}, lika många som samma tid året före."
    if section["lastYear"] == 0:
        return f"{level}, inga samma tid året före; {_SURELY[section['verdict']]}."
    way = "fler" if section["difference"] > 0 else "färre"
    low, high = section["percentPerDayLow"], section["percentPerDayHigh"]
    between = f", räknat per dag mellan {decimal(low)} och {decimal(high)}" if low is not None and high is not None else ""
    return (
        f"{level}, {whole(abs(section['difference']))} {way} än samma tid året före ({decimal(section['percent'])} procent{between}); "
        f"{_SURELY[section['verdict']]}."
    )


_SURELY = {
    "higher": "det är mer än slumpen ger",
    "lower": "det är mer än slumpen ger",
    "cannotTell": "om det är en verklig ändring kan inte avgöras",
    "notApplicable": "om det är en verklig ändring kan inte avgöras",
}


def _season(season: Stretch[tuple[Model, Decomposition]] | Lacking) -> str:
    if isinstance(season, Lacking):
        return f"årstidens betydelse kan inte avgöras. {season.reason}"
    model, found = season.found
    if found.p_value >= SINGLE:
        return "det kan inte avgöras om antalet skiljer sig mellan årets månader."
    most, least = int(found.index.argmax()), int(found.index.argmin())
    if model is Model.MULTIPLICATIVE:
        over, under = 100 * (found.index[most] - 1), 100 * (1 - found.index[least])
        return (
            f"antalet är som högst i {MONTHS[most]}, {decimal(over, 0)} procent över en vanlig månad, och som lägst i {MONTHS[least]}, "
            f"{decimal(under, 0)} procent under."
        )
    over, under = found.index[most], -found.index[least]
    return f"antalet är som högst i {MONTHS[most]}, {decimal(over)} över en vanlig månad, och som lägst i {MONTHS[least]}, {decimal(under)} under."


def _stl(stl: Stretch[Stl] | Lacking) -> str:
    if isinstance(stl, Lacking):
        return f"nivån utan årstid och slump kan inte räknas fram. {stl.reason}"
    first, last = float(stl.found.trend[0]), float(stl.found.trend[-1])
    return (
        f"utan årstid och slump var nivån {decimal(first)} i månaden i {month_name(stl.span.first)} och {decimal(last)} i "
        f"{month_name(stl.span.last)}. Det är en utjämning; om ändringen är säkerställd säger trenden."
    )


def _growth(growth: Stretch[Growth] | Lacking, noun: tuple[str, str], few: bool) -> Iterator[str]:
    if isinstance(growth, Lacking):
        if few:
            yield f"det kan inte avgöras om antalet ökar eller minskar. {growth.reason}"
        return
    slope, when = growth.found.slope, span_name(growth.span)
    beside = f" Nivåändringen i {month_name(growth.found.beside)} är inte med i trenden." if growth.found.beside is not None else ""
    if not growth.found.is_found:
        if few:
            many = " Så många områden är prövade att någon sådan ändring är att vänta av en slump." if slope.p_value < SINGLE else ""
            yield (
                f"det kan inte avgöras om antalet {noun[1]} ökar eller minskar {when}; ändringen ligger mellan {decimal(slope.low)} och "
                f"{decimal(slope.high)} procent per år.{many}{beside}"
            )
        return
    ends = sorted((abs(slope.low), abs(slope.high)))
    yield (
        f"antalet {noun[1]} {'ökar' if slope.percent > 0 else 'minskar'} med {decimal(abs(slope.percent))} procent per år {when} (mellan "
        f"{decimal(ends[0])} och {decimal(ends[1])}).{beside}"
    )


def _unusual(judged: Judged, months: Months, which: tuple[int, bool], noun: tuple[str, str]) -> Iterator[str]:
    area, few = which
    judgements = set(judged.judgements[area])
    if few and judgements <= {Judgement.NOT_APPLICABLE}:
        yield f"om någon månad är ovanlig kan inte avgöras. {NOT_JUDGED.reason}"
    elif few and judgements <= {Judgement.USUAL, Judgement.NOT_APPLICABLE}:
        yield "ingen månad är ovanlig."
    for column, judgement in enumerate(judged.judgements[area]):
        if judgement in (Judgement.USUAL, Judgement.NOT_APPLICABLE):
            continue
        month = Month(int(judged.numbers[column]))
        count = int(months.counts[area, months.place(month)])
        low, high = int(judged.chart.low[area, column]), int(judged.chart.high[area, column])
        mean = decimal(float(judged.chart.expected[area, column]))
        some = "nästan inga" if mean == decimal(0) else f"omkring {mean}"
        expected = f"väntat var {some}, och mellan {whole(low)} och {whole(high)} är vanligt"
        told = f"{month_name(month)} hade {how_many(count, noun)}"
        match judgement:
            case Judgement.HIGHER:
                yield f"{told}, ovanligt många: {expected}."
            case Judgement.LOWER:
                yield f"{told}, ovanligt få: {expected}."
            case _:
                yield f"{told}; {expected}. Fler kan komma att registreras, så om det är ovanligt få kan inte avgöras."


def _broken(broken: Stretch[Broken] | Lacking, few: bool) -> Iterator[str]:
    if isinstance(broken, Lacking):
        if few:
            yield f"om nivån har ändrats plötsligt kan inte avgöras. {broken.reason}"
        return
    likely = broken.found.most_likely
    if not broken.found.is_found:
        if few:
            yield f"ingen säkerställd plötslig ändring av nivån {span_name(broken.span)}."
        return
    first, last = Month(likely.earliest), Month(likely.latest)
    when = f" (någon gång under {span_name(Span(first, last))})" if first != last else ""
    way = "högre" if likely.percent > 0 else "lägre"
    cause = ""
    if broken.found.calendar:
        texts = listed([entry.text.rstrip(".") for entry in broken.found.calendar])
        cause = f" Omkring samtidigt: {texts}. Ändringen kan alltså bero på hur det räknas."
    between = f"ändringen ligger mellan {decimal(likely.low, 0)} och {decimal(likely.high, 0)} procent"
    yield (
        f"nivån ändrades omkring {month_name(Month(likely.month))}{when} och blev {decimal(abs(likely.percent), 0)} procent {way} ({between})."
        f"{cause}"
    )
