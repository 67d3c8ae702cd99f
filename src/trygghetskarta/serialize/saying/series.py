"""Swedish sentences about what was found in a series."""

from __future__ import annotations

from collections.abc import Iterator

from trygghetskarta.analysis.months import Lacking, Months
from trygghetskarta.analysis.series import SURE, Broken, Findings, Growth, Stretch
from trygghetskarta.analysis.unusual import Judged, Judgement
from trygghetskarta.domain.counts import Published
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.sources import CONTRACTS
from trygghetskarta.serialize.sections import Section, months_up_to
from trygghetskarta.serialize.swedish import decimal, how_many, listed, month_name, span_name, whole
from trygghetskarta.stats.season import Decomposition, Model

_MOST_AREAS = 12
_MONTHS = (
    "januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december",
)  # fmt: skip


def found_sentences(published: Published, findings: Findings) -> list[str]:
    """Say what was found: what changed, how surely, and what to mind.

    Args:
        published: The answer.
        findings: What was found in it.

    Returns:
        Whole sentences, by area. With more than twelve areas only those of which something sure was found, and then how many the rest are.
    """
    if findings.months is None:
        return []
    noun = _noun(published)
    few = len(published.areas) <= _MOST_AREAS
    said: list[str] = []
    for number, area in enumerate(published.areas):
        said += [f"{area.name}: {sentence}" for sentence in _of_area(findings, findings.months, (number, few), noun)]
    return said + _of_all(findings, few)


def _noun(published: Published) -> tuple[str, str]:
    sources = published.question.sources
    return CONTRACTS[sources[0]].noun if len(sources) == 1 else ("händelse", "händelser")


def _of_area(findings: Findings, months: Months, area: tuple[int, bool], noun: tuple[str, str]) -> Iterator[str]:
    number, few = area
    if few and findings.year_to_date is not None:
        yield from _sum(months_up_to(findings, months, number, None), noun)
    if few and findings.rolling12 is not None:
        yield from _sum(months_up_to(findings, months, number, 12), noun)
    if few and findings.season is not None:
        yield _season(findings.season[number])
    if findings.growth is not None:
        yield from _growth(findings.growth[number], noun, few)
    if findings.judged is not None:
        yield from _unusual(findings.judged, months, number, noun)
    if findings.broken is not None:
        yield from _broken(findings.broken[number], few)


def _of_all(findings: Findings, few: bool) -> list[str]:
    said = []
    if findings.judged is not None:
        judged = sum(findings.judged.count(area) for area in range(len(findings.judged.judgements)))
        if judged:
            chance = sum(findings.judged.by_chance(area) for area in range(len(findings.judged.judgements)))
            months = "månad är prövad" if judged == 1 else "månader är prövade"
            said.append(
                f"{whole(judged)} {months}; omkring {decimal(chance)} av dem hamnar utanför gränserna av en slump också när inget är ovanligt."
            )
    if not few and findings.growth is not None:
        unsure = sum(isinstance(growth, Lacking) or growth.found.slope.p_value >= SURE for growth in findings.growth)
        if unsure:
            said.append(f"För {whole(unsure)} områden kan det inte avgöras om antalet ökar eller minskar.")
    return said


def _sum(section: Section, noun: tuple[str, str]) -> Iterator[str]:
    if section["status"] != "value":
        return
    span = Span(Month.parse(section["from"]), Month.parse(section["to"]))
    level = f"{how_many(section['count'], noun)} under {span_name(span)}"
    if section["difference"] is None:
        yield f"{level}; året före går inte att räkna, för månader saknas."
        return
    if section["difference"] == 0:
        yield f"{level}, lika många som samma tid året före."
        return
    percent = f" ({decimal(abs(section['percent']))} procent)" if section["percent"] else ""
    way = "fler" if section["difference"] > 0 else "färre"
    yield f"{level}, {whole(abs(section['difference']))} {way} än samma tid året före{percent}; {_SURELY[section['verdict']]}."


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
    if found.p_value >= SURE:
        return "det kan inte avgöras om antalet skiljer sig mellan årets månader."
    most, least = int(found.index.argmax()), int(found.index.argmin())
    if model is Model.MULTIPLICATIVE:
        over, under = 100 * (found.index[most] - 1), 100 * (1 - found.index[least])
        return (
            f"antalet är som högst i {_MONTHS[most]}, {decimal(over, 0)} procent över en vanlig månad, och som lägst i {_MONTHS[least]}, "
            f"{decimal(under, 0)} procent under."
        )
    over, under = found.index[most], -found.index[least]
    return f"antalet är som högst i {_MONTHS[most]}, {decimal(over)} över en vanlig månad, och som lägst i {_MONTHS[least]}, {decimal(under)} under."


def _growth(growth: Stretch[Growth] | Lacking, noun: tuple[str, str], few: bool) -> Iterator[str]:
    if isinstance(growth, Lacking):
        if few:
            yield f"det kan inte avgöras om antalet ökar eller minskar. {growth.reason}"
        return
    slope, when = growth.found.slope, span_name(growth.span)
    beside = f" Nivåändringen i {month_name(growth.found.beside)} är inte med i trenden." if growth.found.beside is not None else ""
    if slope.p_value >= SURE:
        if few:
            yield (
                f"det kan inte avgöras om antalet {noun[1]} ökar eller minskar {when}; ändringen ligger mellan {decimal(slope.low)} och "
                f"{decimal(slope.high)} procent per år.{beside}"
            )
        return
    ends = sorted((abs(slope.low), abs(slope.high)))
    yield (
        f"antalet {noun[1]} {'ökar' if slope.percent > 0 else 'minskar'} med {decimal(abs(slope.percent))} procent per år {when} (mellan "
        f"{decimal(ends[0])} och {decimal(ends[1])}).{beside}"
    )


def _unusual(judged: Judged, months: Months, area: int, noun: tuple[str, str]) -> Iterator[str]:
    for column, judgement in enumerate(judged.judgements[area]):
        if judgement in (Judgement.USUAL, Judgement.NOT_APPLICABLE):
            continue
        month = Month(int(judged.numbers[column]))
        count = int(months.counts[area, months.place(month)])
        low, high = int(judged.chart.low[area, column]), int(judged.chart.high[area, column])
        expected = f"väntat var omkring {decimal(float(judged.chart.expected[area, column]))}, och mellan {whole(low)} och {whole(high)} är vanligt"
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
            yield f"ingen säker plötslig ändring av nivån {span_name(broken.span)}."
        return
    first, last = Month(likely.earliest), Month(likely.latest)
    when = f" (någon gång under {span_name(Span(first, last))})" if first != last else ""
    way = "högre" if likely.percent > 0 else "lägre"
    cause = ""
    if broken.found.calendar:
        texts = listed([entry.text.rstrip(".") for entry in broken.found.calendar])
        cause = f" Omkring samtidigt: {texts}. Ändringen kan alltså bero på hur det räknas."
    yield f"nivån ändrades omkring {month_name(Month(likely.month))}{when} och blev {decimal(abs(likely.percent), 0)} procent {way}.{cause}"
