"""How much of a figure is dealt by share, because the source names an area that the edition has divided."""

from __future__ import annotations

from typing import Any

from trygghetskarta.domain.counts import Published, Status
from trygghetskarta.serialize.values import Each, Same, Values

METHOD = "land-share"


def estimated_series(published: Published) -> dict[str, list[Any]]:
    """Give what the rows of a series say of how much of their counts is estimated.

    Args:
        published: The answer.

    Returns:
        `estimated`: how many of the count are dealt by share, 0 for none; `estimatedShare`: what share of the count that is, 0 to 1, and 0 for
        a count of 0. Both are None where there is no count, and have a value per area and period.
    """
    counts = published.counts.ravel().tolist()
    estimated = _counted(published, slice(None))
    return {"estimated": estimated, "estimatedShare": _shares(estimated, counts)}


def estimated_columns(published: Published) -> dict[str, Values]:
    """Give what the rows of a comparison say of how much of their counts is estimated.

    Args:
        published: The answer; its first period is the span, its second, if any, the baseline.

    Returns:
        `estimated` and `estimatedShare` as in a series, and `baselineEstimated`: None without a baseline. Each has a value per area.
    """
    rows, paired = len(published.areas), len(published.periods) > 1
    if published.estimated is None and (published.status == Status.VALUE.number).all():
        return {"estimated": Same(0, rows), "estimatedShare": Same(0.0, rows), "baselineEstimated": Same(0 if paired else None, rows)}
    estimated = _counted(published, slice(0, 1))
    shares = _shares(estimated, published.counts[:, 0].tolist())
    baseline = _counted(published, slice(1, 2)) if paired else [None] * rows
    return {"estimated": Each(estimated), "estimatedShare": Each(shares), "baselineEstimated": Each(baseline)}


def _shares(estimated: list[int | None], counts: list[int]) -> list[float | None]:
    return [None if dealt is None else round(dealt / count, 4) if count else 0.0 for dealt, count in zip(estimated, counts, strict=True)]


def _counted(published: Published, periods: slice) -> list[int | None]:
    """Give how many of each count of some periods are dealt by share, by area and then by period; None where there is no count."""
    has_value = (published.status[:, periods] == Status.VALUE.number).ravel().tolist()
    dealt = published.estimated[:, periods].ravel().tolist() if published.estimated is not None else [0] * len(has_value)
    return [number if known else None for number, known in zip(dealt, has_value, strict=True)]


def estimated_methods(published: Published) -> tuple[str, ...]:
    """Name the method when some figure of the answer is dealt by share."""
    return (METHOD,) if published.estimated is not None and published.estimated.any() else ()
