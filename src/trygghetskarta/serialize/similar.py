"""Similar areas as rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from trygghetskarta.analysis.similar import AgainstSimilar, Like, against_similar, similar_areas
from trygghetskarta.domain.answers import PublishedAnswer
from trygghetskarta.domain.counts import Published, Status
from trygghetskarta.domain.likeness import AreaTraits
from trygghetskarta.serialize.figures import Row, columns_of, number
from trygghetskarta.serialize.formats import Figures, Writing, write
from trygghetskarta.serialize.geojson import Outlines
from trygghetskarta.serialize.saying.similar import similar_sentences
from trygghetskarta.stats.rates import per_thousand_years

_RATES = (
    "poisson-exact-byar",
    "rate-ratio-exact-conditional",
    "e-test",
    "exact-conditional-test",
    "pearson-dispersion",
    "benjamini-hochberg",
)
_DECIMALS = {"residents": 0, "density": 1, "share65plus": 4, "dwellingsPerResident": 4, "dayPopulationPerResident": 4}


def write_similar(published: PublishedAnswer[AreaTraits], crime: Published | None, writing: Writing) -> bytes:
    """Write the areas most like each of those asked for.

    Args:
        published: What the areas are like.
        crime: Recorded crime of one period in all areas of the level, with person-years; None where none was asked for.
        writing: How.

    Returns:
        The bytes: for each area asked for a row of its own, of rank 0, and one for each similar area, nearest first.
    """
    return write(crime if crime is not None else published, similar_figures(published, crime, writing.outlines or {}), writing)


def similar_figures(published: PublishedAnswer[AreaTraits], crime: Published | None, outlines: Outlines) -> Figures:
    """Give similar areas as every format writes them."""
    traits = published.content
    likes = similar_areas(published)
    against = against_similar(likes, crime) if crime is not None else ()
    rows = [row for like in likes for row in _rows(traits, like, crime)]
    beside: dict[str, Any] = {"similarity": _about(traits)}
    if crime is None:
        beside["ledger"] = None
    else:
        of = [{"of": traits.areas[like.area].code, "ofName": traits.areas[like.area].name} for like in likes]
        beside["againstSimilar"] = [one | _against(found) for one, found in zip(of, against, strict=True)]
    return Figures(
        columns_of(rows),
        similar_sentences(traits, likes, against, crime),
        ("standardised-distance", *(_RATES if crime is not None else ())),
        beside,
        {row["id"]: outlines[row["code"]] for row in rows if row["code"] in outlines},
        key="id",
    )


def _rows(traits: AreaTraits, like: Like, crime: Published | None) -> list[Row]:
    of = traits.areas[like.area]
    rows = []
    for rank, (area, distance) in enumerate(zip((like.area, *like.similar), (0.0, *like.distance), strict=True)):
        it = traits.areas[area]
        row: Row = {
            "id": f"{of.code}:{it.code}",
            "of": of.code,
            "ofName": of.name,
            "rank": rank,
            "code": it.code,
            "name": it.name,
            "level": it.level.value,
            "parent": it.parent,
            "distance": number(distance, 3),
        }
        row |= {trait.value: number(value, _DECIMALS[trait.value]) for trait, value in zip(traits.traits, traits.values[area], strict=True)}
        row["residents"] = None if row["residents"] is None else int(row["residents"])
        row["status"] = (Status.NOT_APPLICABLE if np.isnan(traits.values[area]).any() else Status.VALUE).value
        rows.append(row if crime is None else row | _crime(crime, area))
    return rows


def _crime(crime: Published, area: int) -> Row:
    told = crime.status_at(area, 0)
    if told is not Status.VALUE or crime.person_years is None:
        return {"count": None, "rate": None, "rateLow": None, "rateHigh": None, "crimeStatus": told.value}
    rate, low, high = (number(end, 4) for end in per_thousand_years(crime.counts[area, :1], crime.person_years[area, :1])[0])
    status = Status.VALUE if rate is not None else Status.NOT_APPLICABLE
    return {"count": int(crime.counts[area, 0]), "rate": rate, "rateLow": low, "rateHigh": high, "crimeStatus": status.value}


def _against(found: AgainstSimilar) -> dict[str, Any]:
    ends = {"ratio": found.ratio, "ratioLow": found.low, "ratioHigh": found.high, "pValue": found.p, "adjustedP": found.adjusted_p}
    return {name: number(value, 4) for name, value in ends.items()} | {"verdict": found.verdict.value}


def _about(traits: AreaTraits) -> Mapping[str, Any]:
    return {
        "month": str(traits.month),
        "distance": "root mean square of the differences in standard deviations",
        "variables": [{"name": trait.value, "nameSv": trait.swedish, "logarithm": trait.logged} for trait in traits.traits],
        "leftOut": [trait.value for trait in traits.left_out],
    }
