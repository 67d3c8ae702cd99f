"""What comparisons and series share: a checked question, and the parts of the cube it is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from trygghetskarta.domain.answers import Content, ExactAnswer
from trygghetskarta.domain.areas import Area, AreaLevel
from trygghetskarta.domain.counts import Denominator, DenominatorUsed, Exact, Measure, Provenance, Question
from trygghetskarta.domain.periods import Period, Span
from trygghetskarta.domain.sources import CONTRACTS, RATE, RATE_BASOMRADE, SourceId
from trygghetskarta.errors import Fault, InvalidQuestionError, NotCarriedError, NotCoveredError, bad_parameter
from trygghetskarta.queries.cube import Cube, delivered_months, missing_months
from trygghetskarta.queries.dating import counted_otherwise
from trygghetskarta.queries.delivered import coverage_of, deliveries_of, ends, told_of
from trygghetskarta.queries.harm import harm_of, weights_of
from trygghetskarta.queries.population import REACH_MONTHS
from trygghetskarta.queries.tally import tally

Ranges = dict[SourceId, list[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Slice:
    """The part of a cube that a question is about: which areas of its level, and which categories of each source."""

    areas: npt.NDArray[np.int64]
    ranges: Ranges


def answer(cube: Cube, question: Question, periods: tuple[Period, ...], *, harm: bool = True) -> Exact:
    """Count for every area and period of a question.

    Args:
        cube: The counts of the question's edition and day.
        question: What is asked.
        periods: The columns of the answer; the ledger is that of the question's own span.
        harm: Whether to weigh what is counted.

    Returns:
        The counts, with all that a reader needs to judge them.

    Raises:
        InvalidQuestionError: It names an area, level or category that there is not, or the answer would hold too many figures.
        NotCarriedError: A source cannot carry it.
        NotCoveredError: No source delivered any of its months, or the denominator is not there.
    """
    _refuse_what_is_not_carried(question)
    part = part_of(cube, question)
    cube.refuse_too_many(len(part.areas), len(periods))
    _refuse_what_is_not_covered(cube, question)
    spans = tuple(period.span for period in periods)
    counted = tally(cube, question.level, (part.areas, part.ranges), spans)
    years = _denominator(cube, question, spans, part)
    told = told_of(cube, question, spans)
    weighed = harm_of(cube, question, (part.areas, part.ranges), spans) if harm else None
    return Exact(
        question=question,
        areas=_areas(cube, question, part),
        periods=periods,
        counts=counted.counts,
        person_years=years,
        missing=told.missing,
        comparable=told.comparable,
        provisional=told.provisional,
        ledger=cube.ledger(question.level, part.ranges, question.span),
        coverage=told.coverage,
        provenance=provenance(cube, question, None if years is None else denominator_used(cube, question, spans, years)),
        lacking=counted.lacking,
        harm=weighed.days if weighed is not None else None,
        harm_variance=weighed.variance if weighed is not None else None,
        weighed=weighed.beside if weighed is not None else None,
        estimated=counted.estimated,
        protected=counted.protected,
    )


def _areas(cube: Cube, question: Question, part: Slice) -> tuple[Area, ...]:
    every = cube.areas[question.level]
    return every if len(part.areas) == len(every) else tuple(every[number] for number in part.areas.tolist())


def answer_with(cube: Cube, question: Question, content: Content) -> ExactAnswer[Content]:
    """Put figures of another shape than areas and periods together with what a reader needs to judge them.

    Args:
        cube: The counts of the question's edition and day.
        question: What is asked; `refuse_what_cannot_be_answered` has let it through.
        content: The figures.

    Returns:
        The answer, with the ledger and the coverage of the question's own span.
    """
    ranges = part_of(cube, question).ranges
    return ExactAnswer(
        question=question,
        content=content,
        ledger=cube.ledger(question.level, ranges, question.span),
        coverage=tuple(coverage_of(cube, source, (question.span,)) for source in question.sources),
        provenance=provenance(cube, question),
    )


def refuse_what_cannot_be_answered(cube: Cube, question: Question) -> None:
    """Refuse what a source cannot carry or never delivered.

    Raises:
        NotCarriedError: A source cannot carry it.
        NotCoveredError: No source delivered any of its months.
    """
    _refuse_what_is_not_carried(question)
    _refuse_what_is_not_covered(cube, question)


def provenance(cube: Cube, question: Question, denominator: DenominatorUsed | None = None) -> Provenance:
    """Say what an answer to a question rests on; its rates, where it has any, on a denominator."""
    weights = weights_of(cube, question)
    return Provenance(
        version=cube.version,
        published_at=cube.published_at,
        edition=cube.edition.valid_from,
        edition_name=cube.edition.name,
        as_of=cube.as_of,
        counted=tuple((source, _named(cube, source, question.codes(source))) for source in question.sources),
        denominator=denominator,
        weights=weights.kept.name if weights is not None else None,
        deliveries=None if cube.released else deliveries_of(cube, question),
    )


def refuse(sources: Iterable[SourceId], what: str, parameter: str) -> None:
    """Refuse a kind of question that one of its sources cannot carry.

    Args:
        sources: The sources of the question.
        what: The kind of question, as the contracts name it: `rate`, `point`, or a level.
        parameter: The parameter to blame.

    Raises:
        NotCarriedError: A source cannot carry it; with the source's reason.
    """
    for source in sources:
        refusal = CONTRACTS[source].refusal(what)
        if refusal is not None:
            raise NotCarriedError(refusal.reason, refusal.reason_en, (Fault(parameter, what, refusal.reason, refusal.reason_en),))


def _refuse_what_is_not_carried(question: Question) -> None:
    refuse(question.sources, question.level.value, "level")
    if question.by is not None:
        refuse(question.sources, question.by.value, "by")
    if question.measure is Measure.RATE:
        refuse_rates(question)


def refuse_rates(question: Question) -> None:
    """Refuse to count per inhabitant what a source of the question cannot be counted so, whatever the question's measure.

    Raises:
        NotCarriedError: A source cannot carry it; with the source's reason.
    """
    refuse(question.sources, RATE, "measure")
    if question.level.is_smallest:
        refuse(question.sources, RATE_BASOMRADE, "measure")


def _refuse_what_is_not_covered(cube: Cube, question: Question) -> None:
    if not all(_undelivered(cube, source, question.span) for source in question.sources):
        return
    told = [(CONTRACTS[source], ends(cube, source)) for source in question.sources]
    has = "; ".join(f"{contract.name} {Span(*ends).swedish}" for contract, ends in told if ends is not None)
    has_en = "; ".join(f"{contract.name_en} {Span(*ends).english}" for contract, ends in told if ends is not None)
    names, names_en = ", ".join(contract.name for contract, _ in told), ", ".join(contract.name_en for contract, _ in told)
    if cube.released and cube.by is not None and set(question.sources) <= set(counted_otherwise(cube.by)):
        swedish = f"{names}: siffror som får delas räknas bara efter källans eget datum. Ta bort by={cube.by.value}."
        english = f"{names_en}: figures that may be shared are counted by the source's own date alone. Leave by={cube.by.value} out."
        raise NotCoveredError(swedish, english, (Fault("by", cube.by.value, swedish, english),))
    done, done_en = ("släppts", "released") if cube.released else ("levererats", "delivered")
    swedish = f"{names} har inte {done} för någon månad i {question.span.swedish}" + (f". Det som finns: {has}." if has else ".")
    english = f"{names_en}: no month of {question.span.english} was {done_en}" + (f". There is: {has_en}." if has_en else ".")
    raise NotCoveredError(swedish, english, (Fault("from", str(question.span.first), swedish, english),))


def _undelivered(cube: Cube, source: SourceId, span: Span) -> bool:
    return len(missing_months(cube, source, span)) == span.months


def part_of(cube: Cube, question: Question) -> Slice:
    """Find the part of a cube that a question is about.

    Args:
        cube: The counts of the question's edition and day.
        question: What is asked.

    Returns:
        The areas, as numbers among those of the level, and the categories of each source.

    Raises:
        InvalidQuestionError: It names an area, level or category that there is not.
    """
    if question.level not in cube.areas:
        levels = ", ".join(cube.areas)
        raise bad_parameter(
            "level",
            question.level,
            f"Indelningen från {cube.edition.valid_from} har inte nivån {question.level}; den har {levels}.",
            f"The edition of {cube.edition.valid_from} has no level {question.level}; it has {levels}.",
        )
    areas = cube.areas[question.level]
    wanted = np.arange(len(areas))
    if question.within is not None:
        inside = _codes_within(cube, question.level, question.within)
        wanted = np.array([number for number in wanted.tolist() if areas[number].code in inside], np.int64)
    if question.areas:
        number_of = {area.code: number for number, area in enumerate(areas)}
        unknown = [code for code in question.areas if code not in number_of]
        if unknown:
            swedish = f"Indelningen från {cube.edition.valid_from} saknar {question.level.swedish} {unknown[0]}."
            english = f"The edition of {cube.edition.valid_from} has no {question.level} {unknown[0]}."
            raise bad_parameter("area", unknown[0], swedish, english)
        asked = {number_of[code] for code in question.areas}
        wanted = np.array([number for number in wanted.tolist() if number in asked], np.int64)
    return Slice(wanted, {source: _ranges(cube, source, question) for source in question.sources})


def _codes_within(cube: Cube, level: AreaLevel, code: str) -> set[str]:
    """Give the codes of a level's areas that lie in an area of a coarser level."""
    coarser = [other for other in cube.areas if other.rank > level.rank]
    parents: dict[str, set[str]] = {area.code: {area.code} for area in cube.areas[level]}
    current: tuple[Area, ...] = cube.areas[level]
    for other in coarser:
        above: dict[str, set[str]] = {area.code: set() for area in cube.areas[other]}
        for area in current:
            if area.parent in above:
                above[area.parent] |= parents[area.code]
        if code in above:
            return above[code]
        parents, current = above, cube.areas[other]
    swedish = f"Inget större område än {level.swedish} har koden {code}."
    raise bad_parameter("within", code, swedish, f"No area larger than {level} has the code {code}.")


def _ranges(cube: Cube, source: SourceId, question: Question) -> list[tuple[int, int]]:
    """Give the categories counted as runs of the source's tree that do not overlap."""
    tree = cube.trees[source]
    _refuse_unknown_categories(cube, question)
    return list(tree.runs(question.codes(source))) or [(0, len(tree.nodes))]


def _refuse_unknown_categories(cube: Cube, question: Question) -> None:
    unknown = [code for code in question.categories if not any(code in cube.trees[source].ranges for source in question.sources)]
    if unknown:
        faults = tuple(
            Fault("category", code, f"Källan har ingen kategori {code}.", f"The source has no category {code}.") for code in unknown
        )
        raise InvalidQuestionError(faults[0].reason, faults[0].reason_en, faults)


def _named(cube: Cube, source: SourceId, codes: tuple[str, ...]) -> tuple[str, ...]:
    tree = cube.trees[source]
    return tuple(tree.nodes[tree.ranges[code][0]].name for code in codes if code in tree.ranges)


def _denominator(cube: Cube, question: Question, spans: tuple[Span, ...], part: Slice) -> npt.NDArray[np.float64] | None:
    return None if question.measure is not Measure.RATE else person_years(cube, question, spans)[part.areas]


def person_years(cube: Cube, question: Question, spans: tuple[Span, ...]) -> npt.NDArray[np.float64]:
    """Give the denominator of a rate, for every area of the question's level.

    Args:
        cube: The counts of the question's edition and day.
        question: What is asked.
        spans: The periods.

    Returns:
        Shape (areas of the level, periods); NaN where an area was never counted, no count is within reach, or the sources delivered different
        months.

    Raises:
        NotCoveredError: There is no such population at all, or none within reach of any period.
    """
    what = ("person-years", question.level, question.per, question.sources, spans)
    return cube.worked_out.of(what, lambda: _person_years(cube, question, spans))


def _person_years(cube: Cube, question: Question, spans: tuple[Span, ...]) -> npt.NDArray[np.float64]:
    months = [months_of_all(cube, question, span) for span in spans]
    refuse_uncounted(cube, question.per, months)
    years = cube.population.person_years(cube.cells(question.level), question.per, months)
    years[:, [column for column, delivered in enumerate(months) if not len(delivered)]] = np.nan
    return years


def denominator_used(cube: Cube, question: Question, spans: tuple[Span, ...], years: npt.NDArray[np.float64]) -> DenominatorUsed | None:
    """Name and date the counts that the person-years of an answer rest on; None where no month of it has any.

    Args:
        cube: The counts of the question's edition and day.
        question: What is asked.
        spans: The periods.
        years: The person-years of the answer's areas, shape (areas, periods).

    Returns:
        The counts, and how many of the areas have none.
    """
    months = np.concatenate([months_of_all(cube, question, span) for span in spans])
    if not len(months):
        return None
    return replace(cube.population.used(question.per, months), without=int(np.isnan(years).all(axis=1).sum()))


def refuse_uncounted(cube: Cube, kind: Denominator, periods: Sequence[npt.NDArray[np.int64]]) -> None:
    """Refuse a rate on something that was never counted, or not within reach of any of the periods.

    Args:
        cube: The counts of the question's edition and day.
        kind: What the rate is per.
        periods: The months of each period, as months since 1970.

    Raises:
        NotCoveredError: It was never counted, or only too long before or after.
    """
    days = counted_days(cube, kind)
    if any(cube.population.reaches(kind, months) for months in periods):
        return
    (name, name_en), years = kind.names, REACH_MONTHS // 12
    swedish = f"Uppgifterna om {name} är från {days[0]} till {days[-1]}; längre bort än {years} år räknas inget tal per {name}."
    english = f"The counts of {name_en} are from {days[0]} to {days[-1]}; further away than {years} years there is no rate."
    raise NotCoveredError(swedish, english, (Fault("per", kind.value, swedish, english),))


def counted_days(cube: Cube, kind: Denominator) -> tuple[date, ...]:
    """Give the days on which something was counted, ascending.

    Raises:
        NotCoveredError: It never was.
    """
    days = cube.population.days.get(kind)
    if days:
        return days
    name, name_en = kind.names
    there = ", ".join(other.value for other in cube.population.dates) or "–"
    swedish = f"Det finns inga uppgifter om {name} att räkna per. Det som finns: {there}."
    english = f"There are no counts of {name_en}; there is: {there}."
    raise NotCoveredError(swedish, english, (Fault("per", kind.value, swedish, english),))


def months_of_all(cube: Cube, question: Question, span: Span) -> npt.NDArray[np.int64]:
    """Give the months that a rate is counted over: those delivered, so that a missing month is not taken for one without events.

    Sources that delivered different months have no rate together, and then there are none.
    """
    delivered = [delivered_months(cube, source, span) for source in question.sources]
    same = all(np.array_equal(delivered[0], other) for other in delivered)
    return delivered[0] if same else np.zeros(0, np.int64)
