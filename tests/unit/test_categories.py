"""The tree of kinds of each source."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from typing import Any

import pytest

from trygghetskarta.domain.categories import UNKNOWN_GROUP, Category, tree_of
from trygghetskarta.domain.sources import EVENT_SOURCES, SourceId

EVERY_SOURCE = pytest.mark.parametrize("source", EVENT_SOURCES)


def written(source: SourceId) -> list[tuple[str, dict[str, Any]]]:
    """Give every group of a tree's file, at any depth, by its code."""

    def inside(groups: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        return [pair for code, group in groups.items() for pair in ((code, group), *inside(group.get("groups", {})))]

    text = files("trygghetskarta.domain").joinpath("category_trees", f"{source}.toml").read_text(encoding="utf-8")
    return inside(tomllib.loads(text)["groups"])


@EVERY_SOURCE
def test_a_tree_has_unique_codes_and_every_kind_stands_after_its_group(source: SourceId) -> None:
    tree = tree_of(source)
    codes = [node.code for node in tree.nodes]
    assert len(codes) == len(set(codes))
    for number, node in enumerate(tree.nodes):
        assert node.source is source
        assert node.name.strip() == node.name != ""
        assert node.parent is None or node.parent in codes[:number]
        assert node.parent is not None or node.name_en is not None
        is_group = node.code in dict(written(source)) or node.code == UNKNOWN_GROUP
        assert (node.name_en is not None) == is_group  # groups have an English name, the source's own words do not


@EVERY_SOURCE
def test_a_tree_holds_what_its_file_says_and_a_group_for_the_rest(source: SourceId) -> None:
    groups = written(source)
    wanted = len(groups) + sum(len(group.get(part, ())) for _, group in groups for part in ("kinds", "types", "codes"))
    assert len(tree_of(source).nodes) == wanted + 1
    assert [node.code for node in tree_of(source).nodes if node.name_en is not None] == [*(code for code, _ in groups), UNKNOWN_GROUP]


@EVERY_SOURCE
def test_no_kind_and_no_prefix_stands_in_two_groups(source: SourceId) -> None:
    # A double would silently move to the group that comes last.
    for part in ("kinds", "types", "prefixes", "codes"):
        keys = [key.casefold() for _, group in written(source) for key in group.get(part, [])]
        assert len(keys) == len(set(keys)), part
    for number, names in ((number, names) for _, group in written(source) for number, names in group.get("types", {}).items()):
        assert {tree_of(source).categorise(said)[0].code.rpartition(".")[2] for said in ([names] if isinstance(names, str) else names)} == {
            number
        }


def test_every_brottskod_has_four_digits_and_a_period_that_does_not_end_before_it_begins() -> None:
    leaves = [node for node in tree_of(SourceId.ANMALDA_BROTT).nodes if node.name_en is None]
    assert len(leaves) > 1200
    for node in leaves:
        assert re.fullmatch("[0-9]{4}", node.code)
        first, last = node.valid_from or 1990, node.valid_to or 2027
        assert 1990 <= first <= last <= 2027, node
        # A code stands in the chapter that its first two digits tell, but for those of the other laws, which share their first digits.
        prefixed = tree_of(SourceId.ANMALDA_BROTT).prefixes.get(node.code[:2])
        assert prefixed in {tree_of(SourceId.ANMALDA_BROTT).ancestry(node.code)[-1], "ovriga-lagar", "kap-4"}, node


def test_the_rescue_service_has_its_fourteen_types() -> None:
    types = [node.code.rpartition(".")[2] for node in tree_of(SourceId.BRANDER).nodes if node.name_en is None]
    assert sorted(map(int, types)) == [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15]


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
        (SourceId.BRANDER, "Översvämning av vattendrag (från 2005)", "naturolycka.11", "naturolycka"),
        (SourceId.ANMALDA_BROTT, "0310", "0310", "mord-drap"),
        (SourceId.ANMALDA_BROTT, "9301", "9301", "misshandel-barn"),  # Brå opened 93xx when 03xx was full
        (SourceId.ANMALDA_BROTT, "9610", "9610", "oaktsam-valdtakt"),
        (SourceId.ANMALDA_BROTT, "0713", "0713", "kap-7"),
        (SourceId.ANMALDA_BROTT, "1201", "1201", "skadegorelse-fordon"),
        (SourceId.ANMALDA_BROTT, "4023", "4023", "knivlagen"),
        (SourceId.ANMALDA_BROTT, "5011", "5011", "narkotikabrott"),
        (SourceId.ANMALDA_BROTT, "8001", "8001", "miljobrott"),
    ],
)
def test_a_known_kind_has_its_place_in_the_tree(source: SourceId, kind: str, code: str, parent: str) -> None:
    category, known = tree_of(source).categorise(kind)
    assert known
    assert (category.source, category.code, category.parent) == (source, code, parent)


@pytest.mark.parametrize(("kind", "chapter"), [("0399", "kap-3"), ("9499", "kap-4"), ("6199", "kap-6"), ("4199", "ovriga-lagar")])
def test_a_brottskod_that_is_not_listed_falls_in_its_chapter_and_is_reported(kind: str, chapter: str) -> None:
    assert tree_of(SourceId.ANMALDA_BROTT).categorise(kind) == (
        Category(SourceId.ANMALDA_BROTT, kind, chapter, f"Brottskod {kind}"),
        False,
    )


def test_a_brottskod_knows_its_name_and_when_it_was_in_use() -> None:
    found = tree_of(SourceId.ANMALDA_BROTT).by_code
    assert found["0312"].name == "Mord eller dråp mot kvinna eller flicka, med skjutvapen"
    assert (found["0312"].valid_from, found["0312"].valid_to) == (None, None)
    assert (found["9607"].valid_from, found["9607"].valid_to) == (2018, 2024)


@pytest.mark.parametrize(
    ("source", "code", "ancestry"),
    [
        (SourceId.ANMALDA_BROTT, "9301", ("9301", "misshandel-barn", "misshandel", "kap-3")),
        (SourceId.ANMALDA_BROTT, "kap-3", ("kap-3",)),
        (SourceId.ANMALDA_BROTT, "0399", ("0399", "kap-3")),  # first met in a delivery
        (SourceId.POLISHANDELSER, "okategoriserad-dronare", ("okategoriserad-dronare", UNKNOWN_GROUP)),
    ],
)
def test_a_category_stands_in_its_groups(source: SourceId, code: str, ancestry: tuple[str, ...]) -> None:
    assert tree_of(source).ancestry(code) == ancestry


@pytest.mark.parametrize(
    ("source", "kind", "nearest"),
    [
        (SourceId.POLISHANDELSER, "Misshandl", "vald.misshandel"),
        (SourceId.POLISHANDELSER, " rån,   vapnat ", "ran.ran-vapnat"),
        (SourceId.POLISHANDELSER, "Drönare över flygplats", None),
        (SourceId.ANMALDA_BROTT, "0399", "0391"),  # the chapter that the first digits tell comes before others as much alike
        (SourceId.ANMALDA_BROTT, "", None),
        (SourceId.BRANDER, "Stormskador", "naturolycka.8"),
    ],
)
def test_an_unknown_kind_is_hinted_at_the_nearest_known(source: SourceId, kind: str, nearest: str | None) -> None:
    found = tree_of(source).nearest(kind)
    assert (found.code if found is not None else None) == nearest


@pytest.mark.parametrize(
    ("source", "kind", "code"),
    [
        (SourceId.POLISHANDELSER, "Drönare över flygplats", "okategoriserad-dronare-over-flygplats"),
        (SourceId.ANMALDA_BROTT, "9013", "okategoriserad-9013"),  # 90xx are events that are no crimes
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
    assert {"Sammanfattning natt", "Sammanfattning kväll och natt", "Sammanfattning dygn", "Sammanfattning helg"} <= set(digests)
    assert all(name.startswith("Sammanfattning ") for name in digests)
    assert tree.is_digest(tree.categorise("sammanfattning NATT")[0])
    assert not tree.is_digest(tree.categorise("Rån")[0])
    assert not tree.is_digest(tree.categorise("Sammanfattning av läget")[0])  # not a kind of theirs: kept, and not guessed at
    for source in set(EVENT_SOURCES) - {SourceId.POLISHANDELSER}:
        assert tree_of(source).digests == frozenset()
