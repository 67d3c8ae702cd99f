"""What moved count, harm and harm per event, as the rows that every format writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from trygghetskarta.analysis.decomposition import METHOD, Decomposition, find_parts
from trygghetskarta.analysis.harm import METHOD as HARM_METHOD
from trygghetskarta.domain.counts import Measure, Published, Status
from trygghetskarta.domain.parts import Part
from trygghetskarta.serialize.estimates import estimated_methods
from trygghetskarta.serialize.figures import Row, columns_of
from trygghetskarta.serialize.formats import Figures, Writing, write
from trygghetskarta.serialize.harm import told
from trygghetskarta.serialize.saying.answers import sentences
from trygghetskarta.serialize.saying.harm import harm_sentences, moved_sentences
from trygghetskarta.stats.harm import per_event

_DECIMALS = 6
REST = ("ovrigt", "Det som inte står i någon av de andra")
"""Code and name of the row of what stands in none of the categories."""


def write_decomposition(whole: Published, parts: Sequence[tuple[Part, Published]], writing: Writing) -> bytes:
    """Write the answer to a decomposition.

    Args:
        whole: The released comparison.
        parts: Each category's.
        writing: How.

    Returns:
        The bytes.
    """
    figures = decomposition_figures(whole, parts)
    return write(whole, figures, writing)


def decomposition_figures(whole: Published, parts: Sequence[tuple[Part, Published]]) -> Figures:
    """Give the figures of a decomposition: a row for each category, and the whole beside them.

    Args:
        whole: The released comparison.
        parts: Each category's.

    Returns:
        The figures, the categories that moved harm per event the most first.
    """
    found = find_parts(whole, parts)
    rows = _rows(found)
    # The sentences of an answer about harm hold those of its harm already.
    of_harm = [] if whole.question.measure is Measure.HARM else harm_sentences(whole)
    said = [*sentences(whole), *of_harm, *moved_sentences(found)]
    methods = ((HARM_METHOD, METHOD) if found.moved is not None else ()) + estimated_methods(whole)
    return Figures(columns_of(rows), said, methods, {"whole": _whole(found)})


def _rows(found: Decomposition) -> list[Row]:
    seen = found.status in (Status.VALUE, Status.NOT_APPLICABLE)
    columns: dict[str, list[Any]] = {
        "source": [part.source.value if part is not None else None for part in found.parts],
        "code": [part.code if part is not None else REST[0] for part in found.parts],
        "name": [part.name if part is not None else REST[1] for part in found.parts],
        "status": [(Status.WITHHELD if hidden else found.status).value for hidden in found.withheld],
    }
    columns |= _columns(found, seen)
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return sorted(rows, key=lambda row: (-abs(row["contribution"] or 0), -abs(row["difference"] or 0), row["code"]))


def _columns(found: Decomposition, seen: bool) -> dict[str, list[Any]]:
    nothing = np.full(len(found.parts), np.nan)
    weighs, moved = found.moved is not None, found.moved
    counts, harm = found.counts, found.harm
    some = found.events > 0
    means = np.where(some, per_event(harm, found.events), np.nan)
    compared = seen and found.status is Status.VALUE
    return {
        "count": _counted(counts[:, 0], found) if seen else told(nothing),
        "baselineCount": _counted(counts[:, 1], found) if seen else told(nothing),
        "difference": _counted(counts[:, 0] - counts[:, 1], found) if compared else told(nothing),
        "harm": told(harm[:, 0] if weighs else nothing),
        "baselineHarm": told(harm[:, 1] if weighs else nothing),
        "harmDifference": told(found.difference[:, 0] if weighs else nothing),
        "harmDifferenceLow": told(found.difference[:, 1] if weighs else nothing),
        "harmDifferenceHigh": told(found.difference[:, 2] if weighs else nothing),
        "harmPerEvent": told(means[:, 0] if weighs else nothing),
        "baselineHarmPerEvent": told(means[:, 1] if weighs else nothing),
        "harmByCount": told(moved.by_count if moved is not None else nothing, _DECIMALS),
        "harmBySeverity": told(moved.by_severity if moved is not None else nothing, _DECIMALS),
        "mixEffect": told(moved.mix if moved is not None else nothing, _DECIMALS),
        "levelEffect": told(moved.level if moved is not None else nothing, _DECIMALS),
        "contribution": told(moved.contribution if moved is not None else nothing, _DECIMALS),
    }


def _counted(values: npt.NDArray[np.int64], found: Decomposition) -> list[int | None]:
    """Give whole numbers, and None for parts that are withheld."""
    return [None if hidden else value for value, hidden in zip(values.tolist(), found.withheld, strict=True)]


def _whole(found: Decomposition) -> dict[str, Any]:
    """Give the whole's figures: where they are exact, the sums of the rows."""
    seen, moved = found.status in (Status.VALUE, Status.NOT_APPLICABLE), found.moved
    counts, harm = found.whole, found.harm.sum(axis=0)
    compared = found.status is Status.VALUE
    now, before = moved.per_event if moved is not None else (np.nan, np.nan)
    days = told(np.array([harm[0], harm[1], harm[0] - harm[1]] if moved is not None else [np.nan] * 3), _DECIMALS)
    means = told(np.array([now, before, now - before]), _DECIMALS)
    return {
        "status": found.status.value,
        "count": int(counts[0]) if seen else None,
        "baselineCount": int(counts[1]) if seen else None,
        "difference": int(counts[0] - counts[1]) if compared else None,
        **dict(zip(("harm", "baselineHarm", "harmDifference"), days, strict=True)),
        **dict(zip(("harmPerEvent", "baselineHarmPerEvent", "harmPerEventDifference"), means, strict=True)),
    }
