"""What was chosen of a table as questions to the cube."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.counts import Denominator, Exact, Measure, Question
from trygghetskarta.domain.periods import Month, Period, Span
from trygghetskarta.domain.sources import CONTRACTS, RATE_BASOMRADE
from trygghetskarta.domain.tables.layout import ALL_CATEGORIES, Content, Table
from trygghetskarta.domain.tables.selecting import Selection
from trygghetskarta.queries.cube import Cube
from trygghetskarta.queries.slices import answer, part_of, provenance
from trygghetskarta.queries.tally import tally


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a selection the figures of one answer belong; its periods are the months chosen, in order.

    Attributes:
        regions: Place among the regions chosen, by code of the answer's area.
        category: Place among the categories chosen.
    """

    regions: Mapping[str, int]
    category: int


def tabulate(cube: Cube, table: Table, selection: Selection) -> Iterator[tuple[Place, Exact]]:
    """Count what was chosen of a table: an answer for each level and category.

    Args:
        cube: The counts that the table was made of.
        table: The table.
        selection: What was chosen of it.

    Yields:
        Where an answer belongs, and the answer. It has person-years where a rate was chosen and there can be one; a month that nothing was
        delivered for is missing in it, and never refused.
    """
    chosen_regions, categories, contents, time = selection
    periods = tuple(Period(str(month), Span(month, month)) for month in table.months_of(time.groups))
    by_level: dict[AreaLevel, dict[str, int]] = {}
    for at, group in enumerate(chosen_regions.groups):
        level, code = table.areas[group.value.code]
        by_level.setdefault(level, {})[code] = at
    rated = any(group.value.code != Content.COUNT for group in contents.groups) and _within_reach(cube, periods)
    for level, regions in by_level.items():
        refused = level.is_smallest and CONTRACTS[table.source].refusal(RATE_BASOMRADE) is not None
        first: Exact | None = None
        for at, group in enumerate(categories.groups):
            question = Question(
                level=level,
                sources=(table.source,),
                span=Span(table.months[0], table.months[-1]),
                areas=tuple(regions) if len(regions) < len(cube.areas[level]) else (),
                categories=() if group.members == (ALL_CATEGORIES,) else group.members,
                measure=Measure.RATE if rated and not refused else Measure.COUNT,
            )
            first = answer(cube, question, periods) if first is None else _of_other_categories(cube, first, question)
            yield Place(regions, at), first


def whereabouts(cube: Cube, table: Table, selection: Selection) -> Iterator[Exact]:
    """Ask where the events of a selection went: all its categories together, for each level and run of the months chosen.

    Args:
        cube: The counts that the table was made of.
        table: The table.
        selection: What was chosen of it.

    Yields:
        Answers whose ledgers together are the selection's, level by level. Months that nothing was delivered for are in none.
    """
    chosen_regions, categories, _, time = selection
    levels = dict.fromkeys(table.areas[group.value.code][0] for group in chosen_regions.groups)
    members = tuple(dict.fromkeys(member for group in categories.groups for member in group.members))
    months = np.array([month.number for month in table.months_of(time.groups)])
    delivered = months[np.isin(months, cube.covered[table.source])]
    runs = np.split(delivered, np.flatnonzero(np.diff(delivered) > 1) + 1) if len(delivered) else []
    for level in levels:
        for run in runs:
            span = Span(Month(int(run[0])), Month(int(run[-1])))
            asked = Question(level, (table.source,), span, categories=() if ALL_CATEGORIES in members else members)
            yield answer(cube, asked, (Period(str(span), span),))


def _of_other_categories(cube: Cube, told: Exact, question: Question) -> Exact:
    """Give the answer to a question that differs in its categories alone: of a thousand of them, what is common is worked out once."""
    part = part_of(cube, question)
    counted = tally(cube, question.level, (part.areas, part.ranges), tuple(period.span for period in told.periods))
    return replace(
        told,
        question=question,
        counts=counted.counts,
        lacking=counted.lacking,
        estimated=counted.estimated,
        protected=counted.protected,
        ledger=cube.ledger(question.level, part.ranges, question.span),
        provenance=provenance(cube, question, told.provenance.denominator),
        harm=None,
        harm_variance=None,
        weighed=None,
    )


def _within_reach(cube: Cube, periods: tuple[Period, ...]) -> bool:
    """Tell whether some month has residents to count by; the others have no rate, and are not refused for it."""
    months = (np.array([period.span.first.number]) for period in periods)
    return any(cube.population.reaches(Denominator.RESIDENTS, month) for month in months)
