"""The tree of kinds of each source."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

import pytest

from trygghetskarta.domain.categories import UNKNOWN_GROUP, Category, tree_of
from trygghetskarta.domain.sources import EVENT_SOURCES, SourceId

EVERY_SOURCE = pytest.mark.parametrize("source", EVENT_SOURCES)


def written(source: SourceId) -> dict[str, Any]:
    text = files("trygghetskarta.domain").joinpath("category_trees", f"{source}.toml").read_text(encoding="utf-8")
    groups: dict[str, Any] = tomllib.loads(text)["groups"]
    return groups


@EVERY_SOURCE
def test_a_tree_has_unique_codes_and_every_kind_stands_after_its_group(source: SourceId) -> None:
    tree = tree_of(source)
    codes = [node.code for node in tree.nodes]
    assert len(codes) == len(set(codes))
    for number, node in enumerate(tree.nodes):
        assert node.source is source
        assert node.name.strip() == node.name != ""
        assert node.parent is None or node.parent in codes[:number]
        assert (node.name_en is not None) == (node.parent is None)  # groups have an English name, the police's own words do not


@EVERY_SOURCE
def test_a_tree_holds_what_its_file_says_and_a_group_for_the_rest(source: SourceId) -> None:
    groups = written(source)
    wanted = len(groups) + sum(len(group.get("kinds", [])) + len(group.get("types", {})) for group in groups.values())
    assert len(tree_of(source).nodes) == wanted + 1
    assert [node.code for node in tree_of(source).nodes if node.parent is None] == [*groups, UNKNOWN_GROUP]


@EVERY_SOURCE
def test_no_kind_and_no_prefix_stands_in_two_groups(source: SourceId) -> None:
    # A double would silently move to the group that comes last.
    groups = written(source).values()
    for part in ("kinds", "types", "prefixes"):
        keys = [key.casefold() for group in groups for key in group.get(part, [])]
        assert len(keys) == len(set(keys)), part


@pytest.mark.parametrize(
    ("source", "kind", "code", "parent"),
    [
        (SourceId.POLISHANDELSER, "Rån", "ran.ran", "ran"),
        (SourceId.POLISHANDELSER, "rån", "ran.ran", "ran"),
        (SourceId.POLISHANDELSER, "  Mord/dråp,   försök ", "vald.mord-drap-forsok", "vald"),
        (SourceId.SKJUTNINGAR, "döda", "doda.doda", "doda"),
        (SourceId.SKJUTNINGAR, "utan skadade", "utan-skadade.utan-skadade", "utan-skadade"),
        (SourceId.BRANDER, "14", "automatlarm.14", "automatlarm"),
        (SourceId.BRANDER, "Trafikolycka", "trafikolycka.2", "trafikolycka"),
        (SourceId.ANMALDA_BROTT, "0310", "0310", "kap-3"),
        (SourceId.ANMALDA_BROTT, "9301", "9301", "kap-3"),  # Brå opened 93xx when 03xx was full
        (SourceId.ANMALDA_BROTT, "0601", "0601", "kap-6"),
        (SourceId.ANMALDA_BROTT, "9610", "9610", "kap-6"),
        (SourceId.ANMALDA_BROTT, "1201", "1201", "kap-12"),
        (SourceId.ANMALDA_BROTT, "5011", "5011", "narkotika-och-ovriga-lagar"),
        (SourceId.ANMALDA_BROTT, "8001", "8001", "narkotika-och-ovriga-lagar"),
    ],
)
def test_a_known_kind_has_its_place_in_the_tree(source: SourceId, kind: str, code: str, parent: str) -> None:
    category, known = tree_of(source).categorise(kind)
    assert known
    assert (category.source, category.code, category.parent) == (source, code, parent)


def test_a_brottskod_is_named_by_its_number() -> None:
    assert tree_of(SourceId.ANMALDA_BROTT).categorise("0310")[0].name == "Brottskod 0310"


@pytest.mark.parametrize(
    ("source", "kind", "code"),
    [
        (SourceId.POLISHANDELSER, "Drönare över flygplats", "okategoriserad-dronare-over-flygplats"),
        (SourceId.ANMALDA_BROTT, "2001", "okategoriserad-2001"),  # no chapter begins with 20
        (SourceId.BRANDER, "99", "okategoriserad-99"),
    ],
)
def test_an_unknown_kind_is_kept_under_its_own_name(source: SourceId, kind: str, code: str) -> None:
    assert tree_of(source).categorise(kind) == (Category(source, code, UNKNOWN_GROUP, kind), False)


@EVERY_SOURCE
def test_a_kind_without_a_letter_falls_in_the_group_itself(source: SourceId) -> None:
    category, known = tree_of(source).categorise(" ?! ")
    assert not known
    assert (category.code, category.parent) == (UNKNOWN_GROUP, None)


def test_only_the_digests_of_the_press_feed_tell_of_many_events() -> None:
    tree = tree_of(SourceId.POLISHANDELSER)
    digests = [node.name for node in tree.nodes if tree.is_digest(node)]
    assert digests == ["Sammanfattning natt", "Sammanfattning kväll och natt", "Sammanfattning dygn"]
    assert tree.is_digest(tree.categorise("sammanfattning NATT")[0])
    assert not tree.is_digest(tree.categorise("Rån")[0])
    assert not tree.is_digest(tree.categorise("Sammanfattning av läget")[0])  # not a kind of theirs: kept, and not guessed at
    for source in set(EVENT_SOURCES) - {SourceId.POLISHANDELSER}:
        assert tree_of(source).digests == frozenset()
