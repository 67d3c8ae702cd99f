"""What moved the count, the harm and the harm per event of a released comparison, category by category."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trygghetskarta.analysis.harm import HarmChange, find_change
from trygghetskarta.domain.counts import Published, Status
from trygghetskarta.domain.parts import Part
from trygghetskarta.stats.decomposition import Moved, decompose
from trygghetskarta.stats.harm import difference_interval

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

METHOD = "harm-kitagawa"


@dataclass(frozen=True, slots=True)
class Decomposition:
    """The parts of a whole and what each did; (parts, 2) holds now and before, and the last part is what stands in no other, if anything does.

    Attributes:
        parts: The categories; None for what stands in none of them.
        withheld: Shape (parts,): those whose figures may not be told; theirs are 0 here.
        counts: Shape (parts, 2): events.
        whole: Shape (2,): events of the whole. Protected parts have each their own noise, and do not add up to it.
        events: Shape (parts, 2): those that have a weight.
        harm: Shape (parts, 2): days.
        difference: Shape (parts, 3): change in harm, and the ends of its 95 % interval.
        moved: What each part did to harm, and to harm per event; None where harm has no meaning for the answer, or a part is withheld.
        change: How the whole changed; None where it cannot be told.
        status: VALUE, or why there is nothing to tell.
    """

    parts: tuple[Part | None, ...]
    withheld: Bools
    counts: npt.NDArray[np.int64]
    whole: npt.NDArray[np.int64]
    events: npt.NDArray[np.int64]
    harm: Floats
    difference: Floats
    moved: Moved | None
    change: HarmChange | None
    status: Status


def find_parts(whole: Published, parts: Sequence[tuple[Part, Published]]) -> Decomposition:
    """Find what each category did to the whole.

    Args:
        whole: The released comparison.
        parts: Each category's, released likewise.

    Returns:
        The findings, over all areas of the answer together. Every sum over the parts is that of the whole, but for protected counts.
    """
    tables = np.array([_sums(published) for _, published in parts]).reshape(len(parts), 4, 2)
    names: tuple[Part | None, ...] = tuple(part for part, _ in parts)
    withheld = np.array([_status((published,)) is Status.WITHHELD for _, published in parts], np.bool_)
    status = _status((whole, *(published for (_, published), hidden in zip(parts, withheld, strict=True) if not hidden)))
    # Of a part that is told of in some areas alone nothing is told: it would pass for the whole of it.
    tables[withheld] = 0.0
    rest = _sums(whole) - tables.sum(axis=0)
    # Between protected counts there is always a difference, and it is noise: no events that stand in none of the parts.
    if status is Status.VALUE and whole.protected is None and (rest[0] != 0).any():
        tables, names, withheld = np.concatenate([tables, rest[None]]), (*names, None), np.append(withheld, values=False)
    if status is Status.VALUE:
        kept = np.flatnonzero(tables[:, 0].sum(axis=1).astype(np.bool_) | withheld)
        tables, names, withheld = tables[kept], tuple(names[number] for number in kept.tolist()), withheld[kept]
    counts, events, harm, variance = (tables[:, row] for row in range(4))
    # A part that varies by chance cannot vary less than not at all; the rest is a difference of sums and may miss 0 by rounding.
    variance = np.maximum(variance, 0.0)
    difference = difference_interval((harm[:, 0], variance[:, 0]), (harm[:, 1], variance[:, 1]))
    weighs = status is Status.VALUE and not withheld.any() and whole.comparable and whole.weighed is not None and whole.weighed.heaviest > 0
    return Decomposition(
        parts=names,
        withheld=withheld,
        counts=counts.astype(np.int64),
        whole=whole.counts.sum(axis=0),
        events=events.astype(np.int64),
        harm=harm,
        difference=np.stack(difference, axis=1),
        moved=decompose((events[:, 0], events[:, 1]), (harm[:, 0], harm[:, 1])) if weighs else None,
        change=find_change(whole),
        status=status if status is not Status.VALUE or whole.comparable else Status.NOT_APPLICABLE,
    )


def _status(answers: Sequence[Published]) -> Status:
    """Give the status that all values share; where some differ, one that is no value."""
    for status in (Status.WITHHELD, Status.MISSING, Status.NOT_APPLICABLE):
        if any((published.status == status.number).any() for published in answers):
            return status
    return Status.VALUE


def _sums(published: Published) -> Floats:
    """Sum over the areas: counts, events with a weight, harm and its variance, shape (4, periods)."""
    counts = published.counts.sum(axis=0).astype(np.float64)
    if published.harm is None or published.harm_variance is None or published.weighed is None:
        return np.stack([counts, *np.zeros((3, len(counts)))])
    seen = published.status == Status.VALUE.number
    harm, variance = (np.where(seen, values, 0.0).sum(axis=0) for values in (published.harm, published.harm_variance))
    return np.stack([counts, published.weighed.events.sum(axis=0), harm, variance])
