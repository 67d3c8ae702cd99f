"""How much of a figure is dealt by share, because the source names an area that the edition has divided."""

from __future__ import annotations

from typing import Any

from trygghetskarta.domain.counts import Published, Status

METHOD = "land-share"


def estimated_of(published: Published, number: int, column: int) -> dict[str, Any]:
    """Give what a row says of how much of its count is estimated.

    Args:
        published: The answer.
        number: Number of the area.
        column: Number of the period.

    Returns:
        `estimated`: how many of the count are dealt by share, 0 for none; `estimatedShare`: what share of the count that is, 0 to 1, and 0 for
        a count of 0. Both are None where there is no count.
    """
    if published.status_at(number, column) is not Status.VALUE:
        return {"estimated": None, "estimatedShare": None}
    count = int(published.counts[number, column])
    estimated = int(published.estimated[number, column]) if published.estimated is not None else 0
    return {"estimated": estimated, "estimatedShare": round(estimated / count, 4) if count else 0.0}


def estimated_columns(published: Published) -> dict[str, list[Any]]:
    """Give what the rows of a comparison say of how much of their counts is estimated.

    Args:
        published: The answer; its first period is the span, its second, if any, the baseline.

    Returns:
        `estimated` and `estimatedShare` as `estimated_of` gives them, and `baselineEstimated`: None without a baseline. Each has a value per area.
    """
    estimated = _counted(published, 0)
    shares = [
        None if dealt is None else round(dealt / count, 4) if count else 0.0
        for dealt, count in zip(estimated, published.counts[:, 0].tolist(), strict=True)
    ]
    baseline = _counted(published, 1) if len(published.periods) > 1 else [None] * len(estimated)
    return {"estimated": estimated, "estimatedShare": shares, "baselineEstimated": baseline}


def _counted(published: Published, column: int) -> list[int | None]:
    """Give how many of each area's count are dealt by share; None where there is no count."""
    has_value = (published.status[:, column] == Status.VALUE.number).tolist()
    dealt = published.estimated[:, column].tolist() if published.estimated is not None else [0] * len(has_value)
    return [number if known else None for number, known in zip(dealt, has_value, strict=True)]


def estimated_methods(published: Published) -> tuple[str, ...]:
    """Name the method when some figure of the answer is dealt by share."""
    return (METHOD,) if published.estimated is not None and published.estimated.any() else ()
