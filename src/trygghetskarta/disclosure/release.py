"""Exact counts to published figures: the one exit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from trygghetskarta.domain.answers import Content, ExactAnswer, PublishedAnswer
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Exact, Figures, Published, Question, Status, Weighed
from trygghetskarta.domain.sources import CONTRACTS
from trygghetskarta.errors import ForbiddenError


def release(exact: Exact, audience: Audience) -> Published:
    """Let an answer leave, as far as the one who asked may see it.

    Staff see exact figures. Anyone else sees the exact figures of a source that is public elsewhere, and of other sources those made up of the
    protected cells that were released. What they do not make up is withheld, and so is everything worked out from it.

    Args:
        exact: The answer.
        audience: Who asked.

    Returns:
        The answer that may leave.
    """
    protected = exact.protected
    # Whatever the audience, protected counts have no exact ledger beside them.
    may_see = _may_see(exact.question, audience) and protected is None
    shown = may_see or protected is not None
    status = np.full(exact.counts.shape, (Status.VALUE if shown else Status.WITHHELD).number, np.int8)
    if protected is not None:
        status[:, ~protected.carried] = Status.WITHHELD.number
    if exact.lacking is not None and shown:
        none = exact.lacking != Status.VALUE.number
        status[none] = exact.lacking[none]
    status[:, exact.missing] = Status.MISSING.number
    return Published(
        question=exact.question,
        audience=audience,
        areas=exact.areas,
        periods=exact.periods,
        counts=np.where(status == Status.VALUE.number, exact.counts, 0) if status.any() else exact.counts,
        person_years=exact.person_years,
        status=status,
        comparable=exact.comparable,
        provisional=exact.provisional,
        ledger=exact.ledger if may_see else None,
        # How much of a month is known is worked out from exact counts.
        coverage=exact.coverage if may_see else tuple(replace(coverage, incomplete=()) for coverage in exact.coverage),
        provenance=exact.provenance,
        estimated=None if exact.estimated is None or protected is not None else np.where(status == Status.VALUE.number, exact.estimated, 0),
        surroundings=exact.surroundings if may_see or (protected is not None and protected.carried[0]) else None,
        harm=_shown(exact.harm, status),
        harm_variance=_shown(exact.harm_variance, status),
        weighed=_weighed(exact.weighed, status == Status.VALUE.number),
        protected=protected,
    )


def release_answer(exact: ExactAnswer[Content], audience: Audience) -> PublishedAnswer[Content]:
    """Let an answer of another shape than areas and periods leave, whole or not at all.

    Args:
        exact: The answer.
        audience: Who asked.

    Returns:
        The answer that may leave.

    Raises:
        ForbiddenError: Its figures are not for whoever asked: no protected cells can be made of them.
    """
    if not _may_see(exact.question, audience):
        raise ForbiddenError(
            "Den här sortens siffror är så detaljerade att de bara visas för behöriga.",
            "Figures of this kind are so detailed that they are shown to staff only.",
        )
    return PublishedAnswer(exact.question, audience, exact.content, exact.ledger, exact.coverage, exact.provenance)


def release_each(exacts: Iterable[ExactAnswer[Content]], audience: Audience) -> list[PublishedAnswer[Content] | None]:
    """Let each of several answers leave that may; None in the place of one that may not."""
    return [release_answer(exact, audience) if _may_see(exact.question, audience) else None for exact in exacts]


def _may_see(question: Question, audience: Audience) -> bool:
    return audience is Audience.STAFF or all(CONTRACTS[source].public for source in question.sources)


def _shown(figures: Figures | None, status: npt.NDArray[np.int8]) -> Figures | None:
    return None if figures is None else np.where(status == Status.VALUE.number, figures, np.nan)


def _weighed(weighed: Weighed | None, seen: npt.NDArray[np.bool_]) -> Weighed | None:
    if weighed is None:
        return None
    return Weighed(np.where(seen, weighed.events, 0), np.where(seen, weighed.initiated, 0.0), weighed.heaviest)
