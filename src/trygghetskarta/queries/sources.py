"""The sources: their contracts, and what each has delivered."""

from __future__ import annotations

from typing import Any

from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.categories import tree_of
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.sources import CONTRACTS, EVENT_SOURCES, Carries, SourceId
from trygghetskarta.queries.cube import Cube, missing_months


def describe(cube: Cube | None, source: SourceId, audience: Audience) -> dict[str, Any]:
    """Give a source's contract and coverage as the API tells it.

    Args:
        cube: What is delivered; None while no areas are loaded.
        source: Which source.
        audience: Who asks: how many events there are is told to those who may see them.

    Returns:
        The description.
    """
    contract = CONTRACTS[source]
    is_events = contract.carries is Carries.EVENTS
    covered = cube.covered.get(source) if cube is not None else None
    span = Span(Month(int(covered[0])), Month(int(covered[-1]))) if covered is not None else None
    known_on = cube.known_on.get(source) if cube is not None else None
    return {
        "id": source.value,
        "name": contract.name,
        "nameEn": contract.name_en,
        "description": contract.description,
        "descriptionEn": contract.description_en,
        "carries": contract.carries.value,
        "noun": list(contract.noun),
        "public": contract.public,
        "countsBy": contract.counts_by.value if is_events else None,
        "finality": contract.finality.value if is_events else None,
        "smallestN": contract.smallest_n,
        "refuses": [{"what": refusal.what, "reason": refusal.reason, "reasonEn": refusal.reason_en} for refusal in contract.refusals],
        "coverage": {
            "from": str(span.first) if span is not None else None,
            "to": str(span.last) if span is not None else None,
            "missing": [str(month) for month in missing_months(cube, source, span)] if cube is not None and span is not None else [],
        },
        "lastDelivery": str(known_on) if known_on is not None else None,
        "events": _events(cube, source) if is_events and (audience is Audience.ANALYST or contract.public) else None,
    }


def _events(cube: Cube | None, source: SourceId) -> int:
    if cube is None or source not in cube.blocks:
        return 0
    level = next(iter(cube.areas))
    first = Month(cube.blocks[source].first)
    months = cube.blocks[source].sums.shape[2] - 1
    ranges = {source: [(0, len(cube.trees[source].nodes))]}
    return cube.ledger(level, ranges, Span(first, first.plus(months - 1))).total


def trees(cube: Cube, sources: tuple[SourceId, ...], audience: Audience) -> list[dict[str, Any]]:
    """Give the groups of some sources' trees with their categories, as the API tells them.

    Args:
        cube: The trees, with the kinds met in deliveries.
        sources: Whose trees.
        audience: Who asks; see `visible_codes`.

    Returns:
        One mapping per group.
    """
    items = []
    for source in sources:
        nodes = cube.trees[source].nodes
        visible = visible_codes(cube, source, audience)
        for group in (node for node in nodes if node.parent is None):
            children = [{"code": node.code, "name": node.name} for node in nodes if node.parent == group.code and node.code in visible]
            items.append({"source": source.value, "code": group.code, "name": group.name, "nameEn": group.name_en, "children": children})
    return items


def visible_codes(cube: Cube, source: SourceId, audience: Audience) -> frozenset[str]:
    """Give the categories of a source that may be known of.

    That a kind occurs at all is a fact of the data: of a source that is not public elsewhere, anyone may know the kinds of its tree, and staff
    also those first met in a delivery.
    """
    if source not in EVENT_SOURCES:
        return frozenset()
    if audience is Audience.ANALYST or CONTRACTS[source].public:
        return frozenset(cube.trees[source].ranges)
    return frozenset(node.code for node in tree_of(source).nodes)
