"""A question as a person asks it, made whole: months read, defaults filled in."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.category_groups import category_groups
from trygghetskarta.domain.counts import Denominator, Measure, Question, Statistics
from trygghetskarta.domain.periods import Interval, Month, Span
from trygghetskarta.domain.sources import CONTRACTS, EVENTS, CountsBy, SourceId
from trygghetskarta.errors import Fault, InvalidQuestionError, NotCarriedError, NotCoveredError, bad_parameter
from trygghetskarta.queries.cube import Cube
from trygghetskarta.queries.dating import counted_otherwise

_LONGEST = 1200
_OF_RATES = frozenset(("per",))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its months as texts; see `Question` for the rest.

    Attributes:
        said: The names of its parts that were said, as the API calls them; the others stand as they do when nobody says.
        idle: The names of the parts that an answer of this kind has no use for, whatever is asked.
    """

    level: AreaLevel
    sources: tuple[SourceId, ...]
    areas: tuple[str, ...] = ()
    within: str | None = None
    categories: tuple[str, ...] = ()
    group: str | None = None
    edition: date | None = None
    first: str | None = None
    last: str | None = None
    baseline: str | None = None
    interval: Interval = Interval.MONTH
    measure: Measure = Measure.COUNT
    per: Denominator = Denominator.RESIDENTS
    as_of: date | None = None
    weights: str | None = None
    statistics: Statistics = Statistics.NONE
    by: CountsBy | None = None
    against: str | None = None
    said: AbstractSet[str] = frozenset()
    idle: AbstractSet[str] = frozenset()


def ask(cube: Cube, asked: Asked) -> Question:
    """Make a question whole.

    Args:
        cube: The counts of the question's edition and day; tells which months there are.
        asked: The question as asked.

    Returns:
        The question. Without months it is about the last twelve that every source delivered. What this kind of answer has no use for is checked
        as everything is, left out, and named where it was said.

    Raises:
        InvalidQuestionError: A month is not one, the months are in the wrong order, there is no such group, or this kind of question can only be
            answered by each source's own date.
        NotCarriedError: A source holds no events or does not tell the date asked for, or an asked source has nothing of the group.
        NotCoveredError: No months were given and nothing is delivered.
    """
    for source in asked.sources:
        refusal = CONTRACTS[source].refusal(EVENTS)
        if refusal is not None:
            raise NotCarriedError(refusal.reason, refusal.reason_en, (Fault("source", source, refusal.reason, refusal.reason_en),))
    _refuse_group(asked)
    _refuse_weights(cube, asked.weights)
    _refuse_date(cube, asked)
    _refuse_two_to_hold_against(asked)
    last = month_of("to", asked.last) if asked.last is not None else _newest(cube, asked.sources)
    first = month_of("from", asked.first) if asked.first is not None else last.plus(-11)
    if last < first:
        raise bad_parameter(
            "to",
            str(last),
            f"Perioden slutar i {last.swedish} innan den börjar i {first.swedish}.",
            f"The span ends in {last.english} before it begins in {first.english}.",
        )
    span = Span(first, last)
    if span.months > _LONGEST:
        raise bad_parameter("from", str(first), f"Perioden är längre än {_LONGEST} månader.", f"The span is longer than {_LONGEST} months.")
    baseline = _baseline(asked.baseline, span)
    return Question(
        level=asked.level,
        sources=asked.sources,
        span=span,
        edition=asked.edition,
        areas=asked.areas,
        within=asked.within,
        categories=asked.categories,
        group=asked.group,
        baseline=None if "baseline" in asked.idle else baseline,
        interval=Interval.MONTH if "interval" in asked.idle else asked.interval,
        measure=Measure.COUNT if "measure" in asked.idle else asked.measure,
        per=asked.per,
        as_of=asked.as_of,
        weights=asked.weights,
        statistics=asked.statistics,
        by=asked.by,
        against=asked.against,
        not_used=_not_used(asked),
    )


def _not_used(asked: Asked) -> tuple[str, ...]:
    """Name what was said and has no part in the answer: what its kind has no use for, and what rates are per where there are none."""
    tells_rates = (asked.measure is Measure.RATE and "measure" not in asked.idle) or asked.statistics is Statistics.ALL
    idle = asked.said & (asked.idle if tells_rates else asked.idle | _OF_RATES)
    return tuple(sorted(idle)) if idle else ()


def refuse_other_than_counts(question: Question) -> None:
    """Refuse a question about rates or harm where only counts have a meaning.

    Raises:
        InvalidQuestionError: It asks for another measure.
    """
    if question.measure is not Measure.COUNT:
        swedish, english = "Den här frågan räknas på antal.", "This question is about counts."
        raise bad_parameter("measure", question.measure, swedish, english)


def cube_by(sources: Iterable[SourceId], by: CountsBy | None) -> CountsBy | None:
    """Give the date that the cube of a question must be counted by: None when it is the own date of every source that tells it."""
    return by if set(sources) & set(counted_otherwise(by)) else None


def _refuse_date(cube: Cube, asked: Asked) -> None:
    """Refuse a date that a source does not tell, or that the counts at hand are not by."""
    for source in asked.sources:
        refusal = CONTRACTS[source].refusal(asked.by.value) if asked.by is not None else None
        if refusal is not None:
            raise NotCarriedError(refusal.reason, refusal.reason_en, (Fault("by", str(asked.by), refusal.reason, refusal.reason_en),))
    if cube.by is not cube_by(asked.sources, asked.by):
        swedish = "Den här frågan kan bara besvaras efter det datum som varje källa själv räknas efter."
        raise bad_parameter(
            "by", str(asked.by), swedish, "This question can only be answered by the date that each source is itself counted by."
        )


def _refuse_two_to_hold_against(asked: Asked) -> None:
    """Refuse to hold an area against another area and against other months at once: one verdict cannot be about both."""
    if asked.against is not None and asked.baseline is not None:
        swedish, english = (
            "Jämför med ett annat område eller med en annan period, inte båda.",
            "Compare with another area or another span, not both.",
        )
        raise bad_parameter("against", asked.against, swedish, english)


def _refuse_group(asked: Asked) -> None:
    """Refuse a group that there is not, that stands beside categories, or of which an asked source holds nothing."""
    if asked.group is None:
        return
    group = category_groups().get(asked.group)
    if group is None:
        codes = ", ".join(category_groups())
        swedish, english = (
            f"Det finns ingen grupp {asked.group}. De som finns är {codes}.",
            f"There is no group {asked.group}; there are {codes}.",
        )
        raise bad_parameter("group", asked.group, swedish, english)
    if asked.categories:
        swedish, english = "Fråga efter en grupp eller efter kategorier, inte båda.", "Ask for a group or for categories, not for both."
        raise bad_parameter("group", asked.group, swedish, english)
    for source in asked.sources:
        if source not in group.categories:
            swedish = f"{CONTRACTS[source].name} har inga kategorier i gruppen {group.name}."
            english = f"{CONTRACTS[source].name_en} has no categories in the group {group.name_en}."
            raise NotCarriedError(swedish, english, (Fault("group", asked.group, swedish, english),))


def _refuse_weights(cube: Cube, name: str | None) -> None:
    """Refuse a set of weights that there is not."""
    if name is not None and name not in cube.weights:
        names = ", ".join(cube.weights)
        swedish, english = f"Det finns inga vikter {name}. De som finns är {names}.", f"There are no weights {name}; there are {names}."
        raise bad_parameter("weights", name, swedish, english)


def month_of(name: str, text: str) -> Month:
    """Read a month.

    Raises:
        InvalidQuestionError: It is none.
    """
    try:
        return Month.parse(text)
    except ValueError as error:
        swedish, english = f"{text} är ingen månad skriven som 2026-01.", f"{text} is not a month written as 2026-01."
        raise bad_parameter(name, text, swedish, english) from error


def _newest(cube: Cube, sources: tuple[SourceId, ...]) -> Month:
    """Give the last month that every source delivered."""
    undelivered = [CONTRACTS[source] for source in sources if source not in cube.covered]
    if undelivered:
        done, done_en = ("släppta", "released") if cube.released else ("levererade", "delivered")
        raise NotCoveredError(f"{undelivered[0].name} är inte {done} än.", f"{undelivered[0].name_en}: nothing is {done_en} yet.")
    return Month(min(int(cube.covered[source][-1]) for source in sources))


def _baseline(text: str | None, span: Span) -> Span | None:
    match text:
        case None:
            return None
        case "previous":
            return span.shifted(-span.months)
        case "same-period-last-year":
            return span.shifted(-12)
        case _:
            first, separator, last = text.partition("..")
            if not separator:
                swedish = "Jämförelsen är previous, same-period-last-year eller skriven som 2024-01..2024-12."
                english = "A baseline is previous, same-period-last-year or written as 2024-01..2024-12."
                raise bad_parameter("baseline", text, swedish, english)
            try:
                return Span(month_of("baseline", first), month_of("baseline", last))
            except ValueError as error:
                raise InvalidQuestionError("Jämförelsen slutar innan den börjar.", "The baseline ends before it begins.") from error
