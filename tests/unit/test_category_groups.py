"""The groups across the sources."""

from __future__ import annotations

import pytest

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.categories import tree_of
from trygghetskarta.domain.category_groups import CategoryGroup, category_groups
from trygghetskarta.domain.counts import Question
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.sources import SourceId

EVERY_GROUP = pytest.mark.parametrize("group", category_groups().values(), ids=lambda group: group.code)


@EVERY_GROUP
def test_a_group_holds_categories_that_there_are_and_none_twice(group: CategoryGroup) -> None:
    assert group.categories
    for source, codes in group.categories.items():
        tree = tree_of(source)
        assert codes
        assert len(codes) == len(set(codes))
        for code in codes:
            assert code in tree.by_code, (source, code)
            assert set(tree.ancestry(code)[1:]).isdisjoint(codes), f"{code} is counted by a group above it already"


@EVERY_GROUP
def test_a_group_speaks_both_languages_and_warns_of_adding_its_sources(group: CategoryGroup) -> None:
    for text in (group.name, group.name_en, group.description, group.description_en, group.caution, group.caution_en):
        assert text.strip() == text != ""
    assert not group.addable
    if len(group.categories) > 1:
        assert "ägg inte ihop" in group.caution
        assert "ot add" in group.caution_en


def test_a_question_of_a_group_counts_its_categories_of_each_source() -> None:
    span = Span(Month.parse("2025-01"), Month.parse("2025-02"))
    sources = (SourceId.ANMALDA_BROTT, SourceId.BRANDER)
    question = Question(AreaLevel.STAD, sources, span, group="trafik")
    assert [question.codes(source) for source in sources] == [("trafikbrott",), ("trafikolycka",)]
    named = Question(AreaLevel.STAD, sources, span, categories=("kap-3",))
    assert [named.codes(source) for source in sources] == [("kap-3",), ("kap-3",)]
