"""The examples on the pages about measures are what the functions give."""

from __future__ import annotations

import math

import numpy as np

from tests.pages import DOCS, read, rows_of
from tests.unit.measures import judged
from trygghetskarta.analysis.effect import goal
from trygghetskarta.stats.effect import harm_wdd, quotients, ratio_of_ratios, smallest_difference, smallest_ratio, wdd

PUBLISHED = np.array([[207, 110], [308, 318], [178, 157], [150, 140]], float)


def test_the_examples_of_the_effect() -> None:
    page = read(DOCS / "methods" / "effect.md")
    found = wdd(PUBLISHED)
    given = []
    for name, part in (("lokalt", found.local), ("spridning", found.displacement), ("tillsammans", found.total)):
        assert part is not None
        given.append([name, f"{part.estimate:.0f}", *(f"{value:.4f}" for value in (part.error, part.low, part.high))])
    assert rows_of(page, "Del", "Skattning", "Medelfel", "Från", "Till") == given
    family = quotients(*PUBLISHED[:3])
    stated = [f"{family.gross:.0f}", f"{family.net:.4f}", f"{family.quotient:.4f}", f"{family.total}"]
    assert rows_of(page, "GE", "NE", "WDQ", "TNE") == [stated]
    harm = np.array(rows_of(page, "Vikt", "Mål före", "Mål efter", "Jämförelse före", "Jämförelse efter"), float)
    weighed = harm_wdd(harm[:, 1:].reshape(-1, 2, 2), harm[:, 0]).total
    assert (weighed.estimate, round(weighed.error**2), round(weighed.error, 1)) == (-155, 9855, 99.3)


def test_the_examples_of_the_ratio() -> None:
    rows = rows_of(
        read(DOCS / "methods" / "did.md"), "Mål före", "Mål efter", "Jämförelse före", "Jämförelse efter", "Kvot", "Från", "Till"
    )
    for row in rows:
        found = ratio_of_ratios(np.array(row[:4], float).reshape(2, 2))
        assert row[4:] == [f"{value:.4f}" for value in (found.estimate, found.low, found.high)]


def test_the_examples_of_the_smallest_effect() -> None:
    page = read(DOCS / "methods" / "smallest-effect.md")
    for row in rows_of(page, "Mål före", "Jämförelse före", "Jämförelse efter", "Minsta skillnad", "Minsta kvot"):
        before, control, control_after = (float(cell) for cell in row[:3])
        counts = np.array([[before, 1], [control, control_after]])
        ratio = smallest_ratio(counts)
        assert row[3:] == [f"{smallest_difference(counts):.1f}", "–" if math.isnan(ratio) else f"{ratio:.4f}"]


def test_the_examples_of_goals() -> None:
    rows = rows_of(read(DOCS / "methods" / "goals.md"), "Utgångsläge", "Uppföljning", "Kvot", "Från", "Till", "Utslag")
    for row in rows:
        found = goal(judged(int(row[0]), int(row[1])))
        assert row[2:] == [*(f"{value:.4f}" for value in (found.change.ratio, found.change.low, found.change.high)), found.verdict.value]
