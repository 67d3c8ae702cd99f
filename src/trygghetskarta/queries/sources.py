"""The sources: their contracts, and what each has delivered."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.categories import Category, tree_of
from trygghetskarta.domain.category_groups import category_groups
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.recodings import recodings
from trygghetskarta.domain.sources import CONTRACTS, EVENT_SOURCES, Carries, SourceId
from trygghetskarta.domain.weights import Weight
from trygghetskarta.queries.blocks import Block
from trygghetskarta.queries.cube import Cube, missing_months, partial_months
from trygghetskarta.queries.weights import Weights


def describe(cube: Cube | None, source: SourceId, audience: Audience) -> dict[str, Any]:
    """Give a source's contract and coverage as the API tells it.

    Args:
        cube: What is delivered; None while no areas are loaded.
        source: Which source.
        audience: Who asks: how many events there are, and what share of them is known, is told to those who may see them.

    Returns:
        The description.
    """
    contract = CONTRACTS[source]
    is_events = contract.carries is Carries.EVENTS
    covered = cube.covered.get(source) if cube is not None else None
    span = Span(Month(int(covered[0])), Month(int(covered[-1]))) if covered is not None else None
    known_on = cube.known_on.get(source) if cube is not None else None
    may_see = is_events and (audience is Audience.STAFF or contract.public)
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
        "dates": [by.value for by in contract.dates] if is_events else [],
        "finality": contract.finality.value if is_events else None,
        "smallestN": contract.smallest_n,
        "refuses": [{"what": refusal.what, "reason": refusal.reason, "reasonEn": refusal.reason_en} for refusal in contract.refusals],
        "recodings": _recodings(source),
        "coverage": {
            "from": str(span.first) if span is not None else None,
            "to": str(span.last) if span is not None else None,
            "missing": [str(month) for month in missing_months(cube, source, span)] if cube is not None and span is not None else [],
            "months": _months(cube, source, span) if cube is not None and span is not None else [],
        },
        "completeness": _completeness(cube, source) if may_see else None,
        "lastDelivery": str(known_on) if known_on is not None else None,
        "events": _events(cube, source) if may_see else None,
    }


def _months(cube: Cube, source: SourceId, span: Span) -> list[dict[str, str]]:
    """Give every month from the first delivered to the last, and whether it was delivered."""
    missing, partial = set(missing_months(cube, source, span)), set(partial_months(cube, source, span))
    state = {True: "missing", False: "delivered"}
    return [{"month": str(month), "status": "partial" if month in partial else state[month in missing]} for month in span]


def _completeness(cube: Cube | None, source: SourceId) -> list[dict[str, Any]]:
    """Give how much of each recent month is known so far."""
    return [known.as_told() for known in cube.completeness.get(source, ())] if cube is not None else []


def _events(cube: Cube | None, source: SourceId) -> int:
    block = cube.blocks.get(source) if cube is not None else None
    if cube is None or not isinstance(block, Block):
        return 0
    level = next(iter(cube.areas))
    first, months = Month(block.first), block.months
    ranges = {source: [(0, len(cube.trees[source].nodes))]}
    return cube.ledger(level, ranges, Span(first, first.plus(months - 1))).total


def _recodings(source: SourceId) -> list[dict[str, Any]]:
    return [
        {
            "when": str(recoding.first) if recoding.is_day else str(recoding.first.year),
            "categories": list(recoding.categories),
            "breaks": recoding.breaks.value,
            "what": recoding.what,
            "whatEn": recoding.what_en,
            "reference": recoding.reference,
        }
        for recoding in recodings()
        if recoding.source is source
    ]


def trees(cube: Cube, sources: tuple[SourceId, ...], audience: Audience, weights: Weights | None = None) -> list[dict[str, Any]]:
    """Give the outermost groups of some sources' trees, with all that stands below each, as the API tells them.

    Args:
        cube: The trees, with the kinds met in deliveries.
        sources: Whose trees.
        audience: Who asks; see `visible_codes`.
        weights: The set of harm weights told of; None for none.

    Returns:
        One mapping per group.
    """
    items = []
    for source in sources:
        nodes = cube.trees[source].nodes
        held = weights.held.get(source) if weights is not None else None
        weight_of = {node.code: weight for node, weight in zip(nodes, held, strict=True)} if held is not None else {}
        visible = visible_codes(cube, source, audience)
        below: dict[str | None, list[Category]] = {}
        for node in nodes:
            if node.code in visible:
                below.setdefault(node.parent, []).append(node)
        items += [{"source": source.value, **_told(group, below, weight_of)} for group in below.get(None, ())]
    return items


def _told(node: Category, below: Mapping[str | None, list[Category]], weight_of: Mapping[str, Weight | None]) -> dict[str, Any]:
    """Tell of a node and all below it: a group by its names and children, a kind by its name and the years in which it is in use."""
    weight = _weight(weight_of.get(node.code))
    if node.name_en is not None:
        children = [_told(child, below, weight_of) for child in below.get(node.code, ())]
        return {"code": node.code, "name": node.name, "nameEn": node.name_en, "weight": weight, "children": children}
    known = tree_of(node.source).by_code.get(node.code, node)
    return {"code": node.code, "name": node.name, "validFrom": known.valid_from, "validTo": known.valid_to, "weight": weight}


def _weight(weight: Weight | None) -> dict[str, Any] | None:
    """Tell what one event of a category weighs, and the law that says so."""
    if weight is None:
        return None
    return {
        "days": weight.days,
        "law": weight.law,
        "minimum": weight.minimum,
        "sfs": weight.sfs,
        "since": str(weight.since) if weight.since is not None else None,
        "checked": weight.checked,
        "policeInitiated": weight.police_initiated,
        "note": weight.note,
        "of": weight.code,
    }


def weight_sets(cube: Cube, used: Weights | None) -> list[dict[str, Any]]:
    """Tell of the sets of harm weights, the newest first, and which of them is used when a question names none."""
    return [
        {
            "name": weights.kept.name,
            "validFrom": str(weights.kept.valid_from),
            "basis": weights.kept.basis,
            "basisEn": weights.kept.basis_en,
            "weights": weights.kept.weights,
            "checked": weights.kept.checked,
            "inForce": weights is used,
        }
        for weights in cube.weights.values()
    ]


def groups(sources: tuple[SourceId, ...]) -> list[dict[str, Any]]:
    """Give the groups across the sources that hold something of some sources, as the API tells them."""
    return [
        {
            "code": group.code,
            "name": group.name,
            "nameEn": group.name_en,
            "description": group.description,
            "descriptionEn": group.description_en,
            "caution": group.caution,
            "cautionEn": group.caution_en,
            "addable": group.addable,
            "reference": group.reference,
            "categories": {source.value: list(group.categories[source]) for source in sources if source in group.categories},
        }
        for group in category_groups().values()
        if not group.categories.keys().isdisjoint(sources)
    ]


def visible_codes(cube: Cube, source: SourceId, audience: Audience) -> Set[str]:
    """Give the categories of a source that may be known of.

    That a kind occurs at all is a fact of the data: of a source that is not public elsewhere, anyone may know the kinds of its tree, and staff
    also those first met in a delivery.
    """
    if source not in EVENT_SOURCES:
        return frozenset()
    if audience is Audience.STAFF or CONTRACTS[source].public:
        return cube.trees[source].ranges.keys()
    return frozenset(node.code for node in tree_of(source).nodes)
