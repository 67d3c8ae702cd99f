"""Exact answers made by hand, and what is released of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np

from trygghetskarta.domain.areas import Area, AreaLevel
from trygghetskarta.domain.counts import Exact, Ledger, Measure, Provenance, Question, SourceCoverage, Statistics, Status
from trygghetskarta.domain.periods import Interval, Month, Period, Span, cut
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.domain.surroundings import Surroundings

PUBLIC_SOURCE = SourceId.POLISHANDELSER
STAFF_SOURCE = SourceId.ANMALDA_BROTT
FARSTA = Area(11, AreaLevel.STADSDEL, "farsta", "Farsta", "farsta-sdo", 4_200_000.0)
RINKEBY = Area(12, AreaLevel.STADSDEL, "rinkeby", "Rinkeby", "jarva", 1_800_000.0)
AREAS = (FARSTA, RINKEBY)
PROVENANCE = Provenance(7, datetime(2025, 11, 3, 4, 5, 6, tzinfo=UTC), date(2023, 1, 1), "2023 års indelning", None, ((STAFF_SOURCE, ()),))


def span(first: str, last: str) -> Span:
    return Span(Month.parse(first), Month.parse(last))


AUTUMN, AUTUMN_BEFORE = span("2025-09", "2025-10"), span("2024-09", "2024-10")


def comparison(
    counts: list[list[int]],
    *,
    sources: tuple[SourceId, ...] = (STAFF_SOURCE,),
    categories: tuple[str, ...] = (),
    group: str | None = None,
    asked: Span = AUTUMN,
    baseline: Span | None = AUTUMN_BEFORE,
    areas: tuple[Area, ...] = AREAS,
    person_years: list[list[float]] | None = None,
    missing: tuple[bool, ...] = (False, False),
    comparable: bool = True,
    provisional: tuple[bool, ...] = (False, False),
    ledger: Ledger | None = None,
    coverage: tuple[SourceCoverage, ...] = (),
) -> Exact:
    """Make the exact answer to a comparison: one row per area, a column for the span and one for the baseline."""
    periods = [Period(str(part), part) for part in (asked, baseline) if part is not None]
    table = np.array(counts, np.int64).reshape(len(areas), len(periods))
    measure = Measure.COUNT if person_years is None else Measure.RATE
    return Exact(
        question=Question(AreaLevel.STADSDEL, sources, asked, categories=categories, group=group, baseline=baseline, measure=measure),
        areas=areas,
        periods=tuple(periods),
        counts=table,
        person_years=np.array(person_years) if person_years is not None else None,
        missing=np.array(missing[: len(periods)]),
        comparable=comparable,
        provisional=np.array(provisional[: len(periods)]),
        ledger=ledger if ledger is not None else Ledger(int(table[:, 0].sum()), 0, 0, 0),
        coverage=coverage,
        provenance=PROVENANCE,
    )


NO_RATE = ("Källan är ett urval.", "The source is a selection.")


def surrounded(
    exact: Exact,
    *,
    history: list[list[int]] | None = None,
    people: list[list[float]] | None = None,
    days: tuple[float, ...] | None = None,
    others: list[list[int]] | None = None,
) -> Exact:
    """Put round an exact comparison what it is judged against; `others` are the counts of areas of the level that were not asked for."""
    counts = np.concatenate([exact.counts, np.array(others or [], np.int64).reshape(-1, exact.counts.shape[1])])
    earlier = np.array(history, np.int64) if history is not None else np.zeros((len(counts), 0), np.int64)
    asked = exact.question.span
    told = exact.lacking == Status.VALUE.number if exact.lacking is not None else np.ones(exact.counts.shape, bool)
    known = np.concatenate([told, np.ones((len(counts) - len(told), counts.shape[1]), bool)]) & ~exact.missing
    ring = np.arange(len(counts))
    around = Surroundings(
        shown=np.arange(len(exact.areas)),
        counts=counts,
        known=known,
        person_years=np.array(people) if people is not None else exact.person_years,
        no_rate=NO_RATE if people is None and exact.person_years is None else None,
        days=np.array(days if days is not None else [float(period.span.days) for period in exact.periods]),
        history=earlier,
        history_spans=tuple(asked.shifted(-12 * year) for year in range(1, earlier.shape[1] + 1)),
        neighbours=np.concatenate([np.stack([ring[1:], ring[:-1]], axis=1), np.stack([ring[:-1], ring[1:]], axis=1)]),
    )
    return replace(exact, question=replace(exact.question, statistics=Statistics.ALL), surroundings=around)


def series(
    counts: list[list[int]],
    asked: Span,
    *,
    sources: tuple[SourceId, ...] = (STAFF_SOURCE,),
    missing: tuple[bool, ...] | None = None,
    provisional: tuple[bool, ...] | None = None,
) -> Exact:
    """Make the exact answer to a monthly series: one row per area, a column per month."""
    periods = cut(asked, Interval.MONTH)
    table = np.array(counts, np.int64)
    nothing = (False,) * len(periods)
    return Exact(
        question=Question(AreaLevel.STADSDEL, sources, asked),
        areas=AREAS,
        periods=periods,
        counts=table,
        person_years=None,
        missing=np.array(missing if missing is not None else nothing),
        comparable=True,
        provisional=np.array(provisional if provisional is not None else nothing),
        ledger=Ledger(int(table.sum()), 0, 0, 0),
        coverage=(),
        provenance=PROVENANCE,
    )
