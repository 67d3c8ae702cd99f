"""Measures and their counts made by hand, and what is released of them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np

from tests.unit.answers import PROVENANCE, span
from trygghetskarta.disclosure.release import release_answer
from trygghetskarta.domain.answers import ExactAnswer, PublishedAnswer
from trygghetskarta.domain.areas import Area, AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Ledger, Question
from trygghetskarta.domain.measures import (
    Declaration,
    Direction,
    EffectCounts,
    Goal,
    GoalCounts,
    GoalUnit,
    Ground,
    Registered,
    Role,
    Site,
    Weighting,
)
from trygghetskarta.domain.periods import Month
from trygghetskarta.domain.sources import SourceId

CRIMES = (SourceId.ANMALDA_BROTT,)
BEFORE, AFTER = span("2024-01", "2024-12"), span("2025-01", "2025-12")
LONG_AGO, LATER = datetime(2024, 11, 1, tzinfo=UTC), datetime(2025, 6, 1, tzinfo=UTC)
OUTLINE = '{"type":"Polygon","coordinates":[[[18.0,59.3],[18.1,59.3],[18.1,59.4],[18.0,59.3]]]}'


def a_goal(change: float = 20, unit: GoalUnit = GoalUnit.PERCENT, direction: Direction = Direction.DECREASE) -> Goal:
    return Goal("Färre brott", CRIMES, (), None, BEFORE, AFTER, direction, change, unit, date(2026, 2, 1))


def a_measure(
    codes: tuple[str, ...] = ("rinkeby",), roles: int = 2, declared: datetime = LONG_AGO, goals: tuple[Goal, ...] = (), square: float = 1e6
) -> Registered:
    """Make a measure with the first so many roles; each further one has ground half as large again."""
    sites = {role: Site(AreaLevel.STADSDEL, codes if at == 0 else (f"{role}",)) for at, role in enumerate(list(Role)[:roles])}
    grounds = {role: Ground(site, OUTLINE, square * 1.5**at, declared) for at, (role, site) in enumerate(sites.items())}
    told = Declaration("Ljus", "", "belysning", "Nämnden", date(2025, 1, 1), sites, edition=date(2023, 7, 1), goals=goals)
    return Registered(7, told, grounds, (declared,) * len(goals), declared, declared, None)


def counted(
    counts: list[list[int]],
    *,
    measure: Registered | None = None,
    months: list[list[int]] | None = None,
    delivered: tuple[int, int] = (12, 12),
    harm: tuple[list[list[float]], list[list[float]]] | None = None,
    others: list[list[int]] | None = None,
    weighting: Weighting | None = None,
    without_point: int = 0,
) -> PublishedAnswer[EffectCounts]:
    """Give the counts of a measure as they are released to an analyst: one row per role."""
    number = len(counts)
    around = others or []
    content = EffectCounts(
        measure=measure or a_measure(roles=number),
        roles=tuple(Role)[:number],
        names=(("Rinkeby",), ("Tensta",), ("Husby",), ("Kista",))[:number],
        before=BEFORE,
        after=AFTER,
        delivered=delivered,
        counts=np.array(counts, np.int64),
        harm=np.array(harm[0]) if harm else None,
        harm_variance=np.array(harm[1]) if harm else None,
        unweighted=0,
        weights="påhittade" if harm else None,
        months=np.array(months if months is not None else np.zeros((2, 0)), np.int64),
        without_point=np.array([[without_point, 0]] + [[0, 0]] * (number - 1)),
        others=tuple(Area(at, AreaLevel.STADSDEL, f"annan{at}", f"Annan {at}", None, 1e6) for at in range(len(around))),
        other_counts=np.array(around, np.int64).reshape(-1, 2),
        weighting=weighting,
    )
    question = Question(AreaLevel.STADSDEL, CRIMES, AFTER, areas=("rinkeby",), baseline=BEFORE)
    exact = ExactAnswer(question, content, Ledger(int(content.counts[:, 1].sum()), 0, 0, 0), (), PROVENANCE)
    return release_answer(exact, Audience.STAFF)


def judged(
    baseline: int,
    follow_up: int,
    goal: Goal | None = None,
    *,
    delivered: tuple[int, int] = (12, 12),
    known_until: str | None = "2025-12",
    today: date = date(2026, 3, 1),
    late: bool = False,
) -> PublishedAnswer[GoalCounts]:
    """Give the counts of a goal as they are released to an analyst."""
    until = Month.parse(known_until) if known_until is not None else None
    content = GoalCounts(1, ("Rinkeby",), goal or a_goal(), late, baseline, follow_up, delivered, until, today)
    question = Question(AreaLevel.STADSDEL, CRIMES, AFTER, areas=("rinkeby",), baseline=BEFORE)
    return release_answer(ExactAnswer(question, content, Ledger(follow_up, 0, 0, 0), (), PROVENANCE), Audience.STAFF)
