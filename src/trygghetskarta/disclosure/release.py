"""Exact counts to published figures: the one exit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Exact, Published, Status
from trygghetskarta.domain.sources import CONTRACTS


def release(exact: Exact, audience: Audience) -> Published:
    """Let an answer leave, as far as the one who asked may see it.

    Staff see exact figures. Anyone else sees the exact figures of a source that is public elsewhere, and of other sources none: until protected
    cells are released for them, their values are withheld, and so is everything worked out from them.

    Args:
        exact: The answer.
        audience: Who asked.

    Returns:
        The answer that may leave.
    """
    may_see = audience is Audience.ANALYST or all(CONTRACTS[source].public for source in exact.question.sources)
    status = np.full(exact.counts.shape, (Status.VALUE if may_see else Status.WITHHELD).number, np.int8)
    if exact.withheld is not None:
        status[exact.withheld] = Status.WITHHELD.number
    status[:, exact.missing] = Status.MISSING.number
    return Published(
        question=exact.question,
        audience=audience,
        areas=exact.areas,
        periods=exact.periods,
        counts=np.where(status == Status.VALUE.number, exact.counts, 0),
        person_years=exact.person_years,
        status=status,
        comparable=exact.comparable,
        provisional=exact.provisional,
        ledger=exact.ledger if may_see else None,
        # How much of a month is known is worked out from exact counts.
        coverage=exact.coverage if may_see else tuple(replace(coverage, incomplete=()) for coverage in exact.coverage),
        provenance=exact.provenance,
    )
