"""The rows of a comparison as JSON has them, those that have been written before taken as they were.

Where only counts are asked for, what a row says after its area hangs on nothing but its counts, their states and a few facts about the whole
answer. Most counts of small areas are small, so the same rows come in answer after answer, and to write one takes longer than to look it up.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from trygghetskarta.analysis.comparison import Findings
from trygghetskarta.domain.counts import Published, Statistics
from trygghetskarta.serialize.figures import compared_columns
from trygghetskarta.serialize.values import members

END = b"}},"
"""What ends a row that another follows: the properties, and the feature."""

_MOST_ROWS, _KINDS = 4_000, 4
"""So many rows are kept, of so many kinds of answers: some megabytes at the most."""
_STATUS_BITS, _COUNT_BITS = 3, 28


def written_rows(published: Published, findings: Findings | None) -> list[bytes]:
    """Write what a comparison says of each area besides which area it is.

    Args:
        published: The answer.
        findings: What the statistics say of it; None when they were not asked for, or may not leave.

    Returns:
        The members of a JSON object, to follow others, and `END`; one text per area.
    """
    if not _hangs_on_counts(published) or findings is not None:
        return _write(published, findings)
    kept, keys = _kept(*_kind(published)), _keys(published)
    found = list(map(kept.get, keys))
    rows = [row for row in found if row is not None]
    if len(rows) == len(found):
        return rows
    rows = _write(published, None)
    if len(kept) + len(rows) > _MOST_ROWS:
        kept.clear()
    kept.update(zip(keys, rows, strict=True))
    return rows


def _write(published: Published, findings: Findings | None) -> list[bytes]:
    return members(compared_columns(published, findings), len(published.areas), END)


def _hangs_on_counts(published: Published) -> bool:
    """Tell whether a row hangs on its counts and their states alone, and these are small enough to be told by one number."""
    counts_alone = published.question.statistics is Statistics.NONE and published.person_years is None
    return counts_alone and published.estimated is None and published.harm is None and bool((published.counts < 1 << _COUNT_BITS).all())


def _kind(published: Published) -> tuple[int, bool, bool, tuple[int, ...] | None]:
    """Give what rows hang on besides: all that is one for the whole answer."""
    margins = tuple(published.protected.margin.tolist()) if published.protected is not None else None
    return len(published.periods), published.comparable, bool(published.provisional.any()), margins


@lru_cache(maxsize=_KINDS)
def _kept(_periods: int, _comparable: bool, _provisional: bool, _margins: tuple[int, ...] | None) -> dict[int, bytes]:
    """Give the rows of one kind that are kept, by their keys."""
    return {}


def _keys(published: Published) -> list[int]:
    """Give a number for each row that no other row has: the counts and states of its periods, of which a comparison has one or two."""
    told = published.counts << _STATUS_BITS | published.status
    both = told[:, 0] if told.shape[1] == 1 else told[:, 0] << (_COUNT_BITS + _STATUS_BITS) | told[:, 1]
    keys: list[int] = np.asarray(both).tolist()
    return keys
