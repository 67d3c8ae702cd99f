"""What protected counts say of themselves: how far each may be from the exact one, and what is released instead where one is withheld."""

from __future__ import annotations

from typing import Any

import numpy as np

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.counts import Published, Status
from trygghetskarta.domain.dividing import DIVIDED_FROM, DIVIDED_IN_TIME_FROM
from trygghetskarta.serialize.swedish import whole
from trygghetskarta.serialize.values import Each, Values

METHOD = "cell-key"

_INSTEAD = {
    AreaLevel.BASOMRADE: "hela kalenderår, för alla händelser eller en grupp av dem",
    AreaLevel.STADSDEL: "hela kvartal och kalenderår, för alla händelser eller en grupp av dem; enskilda slag per kalenderår",
    AreaLevel.STADSDELSOMRADE: "månader, kvartal och kalenderår; känsliga brott bara per kalenderår",
    AreaLevel.STAD: "månader, kvartal och kalenderår; känsliga brott bara per kalenderår",
}
_UNDIVIDED = (
    "Skyddat är också det som är del av något för litet: ett område eller ett slag visas bara om det större som det är en del av visar minst "
    f"{DIVIDED_FROM}, och en månad eller ett kvartal bara om året före visar minst {DIVIDED_IN_TIME_FROM}. "
    "Fråga efter det större i stället; skyddat är inte noll."
)


def margin_columns(published: Published) -> dict[str, Values]:
    """Give how far the counts of a comparison may be from the exact ones.

    Args:
        published: The answer; its first period is the span, its second, if any, the baseline.

    Returns:
        `margin` and, where there is a baseline, `baselineMargin`, a value per area: None where there is no count. No columns where counts are exact.
    """
    if published.protected is None:
        return {}
    names = ("margin", "baselineMargin")[: len(published.periods)]
    return {name: Each(_margins(published, slice(at, at + 1))) for at, name in enumerate(names)}


def margin_series(published: Published) -> dict[str, list[Any]]:
    """Give the same of a series: `margin`, a value per area and period."""
    return {} if published.protected is None else {"margin": _margins(published, slice(None))}


def _margins(published: Published, periods: slice) -> list[int | None]:
    if published.protected is None:
        return []
    known = published.status[:, periods] == Status.VALUE.number
    margin = np.broadcast_to(published.protected.margin[periods], known.shape)
    return [number if seen else None for number, seen in zip(margin.ravel().tolist(), known.ravel().tolist(), strict=True)]


def protection_methods(published: Published) -> tuple[str, ...]:
    """Name the method when some figure of the answer is protected."""
    return (METHOD,) if published.protected is not None and published.protected.nodes.any() else ()


def protection_told(published: Published) -> dict[str, Any]:
    """Give what stands beside protected rows: of how many released cells the figure of each period is the sum; nothing beside exact ones."""
    if published.protected is None:
        return {}
    cells, margins = published.protected.nodes.tolist(), published.protected.margin.tolist()
    carried = published.protected.carried.tolist()
    told = [
        {"period": period.label, "carried": has, "cells": many, "margin": margin if has else None}
        for period, has, many, margin in zip(published.periods, carried, cells, margins, strict=True)
    ]
    return {"protection": {"method": METHOD, "periods": told}}


def protection_said(published: Published) -> list[str]:
    """Say that the figures are protected, and how far they may be from the exact ones; or what is released in place of what was asked for."""
    protected, level = published.protected, published.question.level
    said: list[str] = []
    if protected is None or not len(published.periods):
        return said
    if protected.nodes.any():
        most = int(protected.margin.max())
        together = _together(published)
        said.append(
            "Siffrorna är skyddade värden: varje antal är ändrat lite på måfå, så att små antal inte pekar ut någon. "
            f"I 95 fall av 100 är ett antal högst {whole(most)} från det exakta{together}."
        )
    if not protected.carried.all():
        said.append(
            f"Det som inte visas är för detaljerat för alla att se. För {level.swedish} finns skyddade värden för {_INSTEAD[level.role]}."
        )
    if (published.status == Status.WITHHELD.number)[:, protected.carried].any():
        said.append(_UNDIVIDED)
    return said


def _together(published: Published) -> str:
    """Say how far the sum over the areas may be from the exact one, where there is such a sum."""
    if published.protected is None or len(published.areas) < 2 or published.periods[0].span != published.question.span:
        return ""
    return f", och summan av områdena högst {whole(published.protected.margin_of_sum(0, len(published.areas)))}"
