"""Which kinds of events may be the same thing."""

from __future__ import annotations

from trygghetskarta.domain.categories import tree_of
from trygghetskarta.domain.sources import EVENT_SOURCES
from trygghetskarta.ingest.linking import pairs


def test_every_category_of_a_pair_is_in_its_sources_tree() -> None:
    for pair in pairs():
        for source, codes in ((pair.a, pair.a_codes), (pair.b, pair.b_codes)):
            known = {node.code for node in tree_of(source).nodes}
            assert set(codes) <= known, (source, set(codes) - known)


def test_a_kind_is_paired_with_a_source_once_and_sources_stand_in_the_order_of_their_numbers() -> None:
    kinds = [(pair.a, pair.b, code) for pair in pairs() for code in pair.a_codes or ("",)]
    assert len(set(kinds)) == len(kinds)
    assert all(pair.a.number < pair.b.number for pair in pairs())
    assert {source for pair in pairs() for source in (pair.a, pair.b)} <= set(EVENT_SOURCES)
