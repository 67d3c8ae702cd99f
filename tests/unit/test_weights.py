"""The sets of harm weights: what comes with the program, and what a file may say."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from tests.pages import DOCS
from trygghetskarta.cli.describing import weights_page
from trygghetskarta.domain.categories import Category, tree_of
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.domain.weights import (
    FINE_DAYS,
    MONTH_DAYS,
    PRISON_DAYS,
    YEAR_DAYS,
    Weight,
    WeightSet,
    built_in_sets,
    in_force,
    make_set,
    read_set,
)
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.weights import SetHead, read_weights

MINIMUM = re.compile(r"(?:(\d+) år)? ?(?:(\d+) månader)?", re.ASCII)
NEW_GENERAL_MINIMUM = date(2026, 1, 1)
HEAD = {"name": "prov-1", "valid_from": date(2026, 1, 1), "basis": "Prov."}
ROW = {"source": "anmalda_brott", "code": "ran", "days": 545, "law": "BrB 8 kap. 5 §"}


def given() -> WeightSet:
    (only,) = built_in_sets()
    return only


def weight_of(code: str) -> Weight:
    nodes = tree_of(SourceId.ANMALDA_BROTT).nodes
    held = dict(zip([node.code for node in nodes], in_force(given().weights, nodes), strict=True))[code]
    assert held is not None
    return held


def days_of(minimum: str) -> int:
    """Say what a minimum is in days, by the rules on the page of the method."""
    if minimum in ("böter", "fängelse"):
        return FINE_DAYS if minimum == "böter" else PRISON_DAYS
    found = MINIMUM.fullmatch(minimum)
    assert found, minimum
    return YEAR_DAYS * int(found[1] or 0) + MONTH_DAYS * int(found[2] or 0)


def test_the_set_is_frozen() -> None:
    # Another weight is another set: give it another name, and leave this one as it is.
    assert (given().name, given().valid_from) == ("straffminimum-2026-04", date(2026, 4, 29))
    assert given().digest == "9568dbc5690e73804438ea8bdb24e455fd69cde0ae0d118e34cbf0efccde4043"  # pragma: allowlist secret


def test_every_weight_is_of_a_category_and_in_days_by_the_rules() -> None:
    codes = {node.code for node in tree_of(SourceId.ANMALDA_BROTT).nodes}
    for weight in given().weights:
        assert weight.code in codes
        assert weight.minimum is not None
        assert weight.days == days_of(weight.minimum), weight.code


def test_what_is_checked_says_by_which_act_and_since_when() -> None:
    checked = [weight for weight in given().weights if weight.checked]
    assert all(weight.sfs for weight in checked)
    # Of one act only the text was found, not the day; its note says so.
    assert {weight.sfs for weight in checked if weight.since is None} == {"1975:239"}
    for weight in checked:
        if weight.minimum == "fängelse":
            assert "2025:1414" in (weight.sfs or ""), weight.code
            assert weight.since is not None
            assert weight.since >= NEW_GENERAL_MINIMUM


def test_how_many_of_the_codes_are_weighed_and_checked() -> None:
    nodes = tree_of(SourceId.ANMALDA_BROTT).nodes
    held = [weight for node, weight in zip(nodes, in_force(given().weights, nodes), strict=True) if node.name_en is None]
    known = [weight for weight in held if weight is not None]
    assert (len(held), len(known), sum(weight.checked for weight in known)) == (1309, 1241, 947)


@pytest.mark.parametrize(
    ("code", "days", "law"),
    [
        ("0310", 3650, "BrB 3 kap. 1 §"),
        ("9389", 3650, "BrB 3 kap. 1 §"),
        ("9357", 30, "BrB 3 kap. 5 §"),
        ("9359", 545, "BrB 3 kap. 6 §"),
        ("9635", 1095, "BrB 6 kap. 1 §"),
        ("6119", 1095, "BrB 6 kap. 4 §"),
        ("9801", 365, "BrB 8 kap. 4 a §"),
        ("9806", 545, "BrB 8 kap. 5 §"),
        ("0853", 30, "BrB 8 kap. 1 §"),
        ("1301", 730, "BrB 13 kap. 1 §"),
        ("1709", 180, "BrB 17 kap. 10 §"),
        ("4074", 1460, "vapenlag (1996:67) 9 kap. 1 a §"),
        ("9440", 1, "BrB 4 kap. 5 §"),
    ],
)
def test_common_and_grave_crimes_weigh_what_the_law_says(code: str, days: int, law: str) -> None:
    assert (weight_of(code).days, weight_of(code).law) == (days, law)


def test_crimes_that_the_police_find_themselves_are_marked() -> None:
    assert all(weight_of(code).police_initiated for code in ("5011", "3005", "4073", "4046", "4023"))
    assert not any(weight_of(code).police_initiated for code in ("0310", "9801", "9806", "0853"))


def test_the_page_of_weights_is_what_the_set_says() -> None:
    assert (DOCS / "sources" / "vikter.md").read_text(encoding="utf-8") == weights_page(), "run: .venv/bin/trygghetskarta describe"


def test_a_weight_holds_for_all_below_that_have_none_of_their_own() -> None:
    def node(code: str, parent: str | None) -> Category:
        return Category(SourceId.ANMALDA_BROTT, code, parent, code)

    weights = [Weight(SourceId.ANMALDA_BROTT, "a", 5, "x"), Weight(SourceId.ANMALDA_BROTT, "a2", 0, "y")]
    nodes = [node("a", None), node("a1", "a"), node("a2", "a"), node("a21", "a2"), node("b", None)]
    assert [weight.days if weight else None for weight in in_force(weights, nodes)] == [5, 5, 0, 0, None]


def test_two_sets_are_one_just_when_all_they_say_is_the_same() -> None:
    other = {**ROW, "code": "olaga-hot", "days": 1}
    assert make_set(HEAD, [ROW, other]).digest == make_set(HEAD, [other, {**ROW, "days": 545.0}]).digest
    for change in ({"days": 546}, {"note": "Ny."}, {"checked": True}, {"since": date(2020, 1, 1)}):
        assert make_set(HEAD, [{**ROW, **change}]).digest != make_set(HEAD, [ROW]).digest


@pytest.mark.parametrize(
    ("head", "row"),
    [
        ({"name": ""}, {}),
        ({"name": "a b"}, {}),
        ({"name": "x" * 61}, {}),
        ({"valid_from": "2026"}, {}),
        ({"basis": None}, {}),
        ({}, {"source": "population"}),
        ({}, {"code": ""}),
        ({}, {"law": None}),
        ({}, {"days": -1}),
        ({}, {"days": True}),
        ({}, {"days": float("nan")}),
        ({}, {"days": float("inf")}),
        ({}, {"since": "igår"}),
    ],
    ids=str,
)
def test_what_no_set_can_say_is_refused(head: dict[str, object], row: dict[str, object]) -> None:
    with pytest.raises(BadDeliveryError):
        make_set({**HEAD, **head}, [{**ROW, **row}])


def test_two_weights_for_one_category_and_none_at_all_are_refused() -> None:
    with pytest.raises(BadDeliveryError, match="två vikter"):
        make_set(HEAD, [ROW, ROW])
    with pytest.raises(BadDeliveryError, match="inga vikter"):
        make_set(HEAD, [])
    with pytest.raises(BadDeliveryError, match="inte TOML"):
        read_set("name = ")


def test_a_csv_is_read_as_excel_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "vikter.csv"
    content = "kalla;kod;dagar;lagrum;sedan;kontrollerad;polisinitierad\nanmalda_brott;ran;545,5;BrB 8 kap. 5 §;2023-07-01;ja;\n"
    path.write_text(content, encoding="utf-8-sig")
    found = read_weights(path, SetHead("egna", date(2026, 1, 1), "Egna."))
    assert found.weights == (Weight(SourceId.ANMALDA_BROTT, "ran", 545.5, "BrB 8 kap. 5 §", since=date(2023, 7, 1), checked=True),)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("kalla;kod;dagar\nanmalda_brott;ran;1\n", "kolumnen lagrum"),
        ("", "kolumnen kalla"),
        ("kalla;kod;dagar;lagrum\nanmalda_brott;ran;många;x\n", "inte går att läsa"),
        ("kalla;kod;dagar;lagrum;sedan\nanmalda_brott;ran;1;x;igår\n", "inte går att läsa"),
        ("kalla;kod;dagar;lagrum\nanmalda_brott;ran\n", "inte går att läsa"),
    ],
)
def test_a_csv_that_is_no_set_is_refused(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "vikter.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BadDeliveryError, match=message):
        read_weights(path, SetHead("egna", date(2026, 1, 1), "Egna."))


def test_a_csv_without_a_head_and_a_file_in_another_encoding_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "vikter.csv"
    path.write_text("kalla;kod;dagar;lagrum\n", encoding="utf-8")
    with pytest.raises(BadDeliveryError, match="--name"):
        read_weights(path)
    path.write_bytes("kalla;anmärkning\n".encode("latin-1"))
    with pytest.raises(BadDeliveryError, match="UTF-8"):
        read_weights(path)
