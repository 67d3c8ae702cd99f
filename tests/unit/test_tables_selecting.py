"""What codes, patterns and expressions name."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.unit.tables import table
from trygghetskarta.domain.tables import selecting
from trygghetskarta.domain.tables.selecting import Choice, select, split_codes
from trygghetskarta.errors import ForbiddenError, InvalidQuestionError

ALWAYS = (Choice("ContentsCode", ("count",)),)


def months(*codes: str) -> list[str]:
    chosen = select(table(), (*ALWAYS, Choice("Tid", codes)))[3]
    return [group.value.code.removeprefix("2025M") for group in chosen.groups]


def kinds(*codes: str, codelist: str | None = None, single: bool = False) -> list[str]:
    chosen = select(table(), (*ALWAYS, Choice("Tid", ("*",)), Choice("Kategori", codes, codelist, single)))[1]
    return [group.value.code for group in chosen.groups]


@pytest.mark.parametrize(
    ("codes", "named"),
    [
        (["2025M03"], ["03"]),
        (["2025m03"], ["03"]),
        (["2025M12", "2025M01", "2025M12"], ["01", "12"]),
        (["*1"], ["01", "11"]),
        (["2025M1?"], ["10", "11", "12"]),
        (["TOP(2)"], ["11", "12"]),
        (["top(2,1)"], ["10", "11"]),
        (["BOTTOM(2)"], ["01", "02"]),
        (["BOTTOM(1, 3)"], ["04"]),
        (["FROM(2025M11)"], ["11", "12"]),
        (["to(2025M02)"], ["01", "02"]),
        (["RANGE(2025M05, 2025M07)", "2025M01"], ["01", "05", "06", "07"]),
        (["TOP(99)"], [f"{month:02d}" for month in range(1, 13)]),
    ],
)
def test_an_expression_names_months(codes: list[str], named: list[str]) -> None:
    assert months(*codes) == named


def test_the_first_of_what_is_no_time_are_the_first() -> None:
    assert kinds("TOP(2)") == ["TOT", "brand"]
    assert kinds("BOTTOM(1)") == ["falsklarm"]
    assert kinds("brand.*") == ["brand.1", "brand.2"]


def test_a_codelist_gives_its_sums_or_their_parts_in_the_variables_order() -> None:
    assert kinds("*", codelist="agg_kinds") == ["alla"]
    assert kinds("alla", codelist="AGG_kinds", single=True) == ["brand.1", "falsklarm"]


def test_what_is_not_chosen_is_eliminated_or_refused() -> None:
    region, kind, _, _ = select(table(), (*ALWAYS, Choice("Tid", ("*",))))
    assert (region.shown, [group.value.code for group in region.groups]) == (False, ["stad.0180"])
    assert (kind.shown, [group.value.code for group in kind.groups]) == (False, ["TOT"])
    with pytest.raises(InvalidQuestionError, match="Tid"):
        select(table(), ALWAYS)


def test_with_nothing_chosen_something_is_shown() -> None:
    region, kind, contents, time = select(table(), ())
    assert [group.value.code for group in region.groups] == ["stadsdel.a", "stadsdel.b"]
    assert (kind.shown, len(contents.groups), len(time.groups)) == (False, 1, 12)


@pytest.mark.parametrize(
    "code",
    ["2024M01", "*x", "TOP(0)", "TOP(x)", "TOP(-1)", "TOP(1,2,3)", "RANGE(2025M05)", "RANGE(2025M07,2025M05)", "FROM(x)", "LATEST(1)", ""],
)
def test_what_names_nothing_is_refused_with_its_place(code: str) -> None:
    with pytest.raises(InvalidQuestionError) as refused:
        months(code)
    assert refused.value.faults[0].property == "valueCodes[Tid]"


@pytest.mark.parametrize(
    "choices",
    [
        (Choice("Bo", ("1",)),),
        (Choice("Tid", ("*",)), Choice("tid", ("*",))),
        (Choice("Region", ("*",), "vs_basomrade"), Choice("Tid", ("*",))),
        (Choice("Region", (), "vs_stadsdel"), Choice("Tid", ("*",))),
        (Choice("Tid", tuple(f"x{number}" for number in range(200))),),
    ],
)
def test_what_there_is_not_is_refused(choices: tuple[Choice, ...]) -> None:
    with pytest.raises(InvalidQuestionError):
        select(table(), (*ALWAYS, *choices))


def test_more_cells_than_an_answer_may_have_are_forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    everything = tuple(Choice(variable.code, ("*",)) for variable in table().variables)
    monkeypatch.setattr(selecting, "MOST_CELLS", 3 * 5 * 4 * 12)
    select(table(), everything)
    monkeypatch.setattr(selecting, "MOST_CELLS", 3 * 5 * 4 * 12 - 1)
    with pytest.raises(ForbiddenError):
        select(table(), everything)


def test_codes_are_split_at_commas_outside_brackets() -> None:
    assert split_codes("a, TOP(3,2),[RANGE(b,c)],,d") == ("a", "TOP(3,2)", "RANGE(b,c)", "d")


@given(st.text("abc,()[]*? ", max_size=30))
@example("[]")
@example("[ ],a")
def test_any_text_is_split_and_expanded_or_refused(text: str) -> None:
    codes = split_codes(text)
    assert all(codes)
    if codes:
        with suppress(InvalidQuestionError):
            assert months(*codes)


def test_a_pattern_of_many_stars_is_tried_at_once() -> None:
    with pytest.raises(InvalidQuestionError):
        months("*2" * 5000)
