"""Which cells the public may see, when they are drawn, and how a question is made up of them."""

from __future__ import annotations

import numpy as np
import pytest

from trygghetskarta.disclosure.dividing import parts_shown
from trygghetskarta.disclosure.drawing import WITHHELD, Contributions, Drawn, Stretch, due, margin_of, protected
from trygghetskarta.disclosure.lattice import PERIODS, UNKNOWN, Kind, bundles_of, kinds_of, periods_of
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.categories import Category, tree_of
from trygghetskarta.domain.category_groups import category_groups
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.queries.layers import Layer, Layers

CRIMES = tree_of(SourceId.ANMALDA_BROTT).nodes
JANUARY = Month.parse("2025-01").number
YEAR = {JANUARY + number: True for number in range(12)}


def kind_of(code: str) -> int:
    """Give what a crime is to the lattice."""
    return int(kinds_of(SourceId.ANMALDA_BROTT, CRIMES)[[node.code for node in CRIMES].index(code)])


@pytest.mark.parametrize("code", ["kap-6", "valdtakt-barn", "misshandel-barn", "fridskrankning", "1604", "9432", "0711", "9806"])
def test_sexual_offences_close_relations_children_and_hate_are_seen_by_stadsdelsomrade_and_year_alone(code: str) -> None:
    assert kind_of(code) == Kind.SENSITIVE
    assert {level: periods_of(level, Kind.SENSITIVE) for level in AreaLevel} == {
        AreaLevel.BASOMRADE: (),
        AreaLevel.STADSDEL: (),
        AreaLevel.STADSDELSOMRADE: (12,),
        AreaLevel.STAD: (12,),
    }


@pytest.mark.parametrize("group", ["vald-i-nara-relation", "sexualbrott"])
def test_every_kind_of_a_group_that_is_sensitive_is(group: str) -> None:
    assert {kind_of(code) for code in category_groups()[group].categories[SourceId.ANMALDA_BROTT]} == {Kind.SENSITIVE}


def test_a_group_across_the_sources_is_a_cell_of_its_own_known_by_what_it_holds() -> None:
    groups = category_groups()
    of_crimes = {bundle.codes: bundle for bundle in bundles_of(SourceId.ANMALDA_BROTT)}
    violent, close = (
        of_crimes[tuple(sorted(groups[code].categories[SourceId.ANMALDA_BROTT]))] for code in ("valdsbrott", "vald-i-nara-relation")
    )
    assert (violent.kind, close.kind) == (Kind.GROUP, Kind.SENSITIVE)
    assert ("ran",) not in of_crimes  # a group of one category is that category
    keys = [bundle.key for source in SourceId for bundle in bundles_of(source)]
    assert all(-(2**31) <= key < 0 for key in keys)
    assert len(set(keys)) == len({bundle.codes for source in SourceId for bundle in bundles_of(source)})


def test_what_is_in_a_bundle_is_shown_only_where_that_shows_enough_too() -> None:
    # Of two groups, 0 and 2, each with a kind, the kind of the first is in the bundle 5 with the second; 4 is all.
    parts = np.array([[0, 4], [1, 0], [2, 4], [3, 2], [5, 4], [1, 5], [2, 5]])
    for bundle, seen in ((15, [True, True, True, True, True, True]), (14, [True, False, False, False, True, True])):
        shown = np.array([40, 12, 20, 8, 60, bundle]).reshape(1, 6, 1)
        assert parts_shown(shown, np.ones((1, 6, 1), bool), np.zeros((0, 2), int), parts)[0, :, 0].tolist() == seen


def test_an_area_is_shown_only_where_all_that_it_lies_in_shows_enough() -> None:
    # The city, two districts, a district that was the first of them and part of the second, and a place in that and in the first.
    areas = np.array([[1, 0], [2, 0], [3, 0], [3, 1], [4, 1], [4, 3]])
    for shown, seen in (
        ([90, 60, 30, 20, 3], [1, 1, 1, 1, 1]),
        ([90, 60, 30, 14, 3], [1, 1, 1, 1, 0]),
        ([90, 14, 30, 20, 3], [1, 1, 1, 0, 0]),
    ):
        cells = np.array(shown).reshape(5, 1, 1)
        assert parts_shown(cells, np.ones((5, 1, 1), bool), areas, np.zeros((0, 2), int))[:, 0, 0].tolist() == seen


def test_a_basomrade_has_years_and_no_single_kinds_and_a_stadsdel_quarters() -> None:
    assert (kind_of("bostadsinbrott"), kind_of("0375")) == (Kind.GROUP, Kind.TYPE)
    assert [periods_of(AreaLevel.BASOMRADE, kind) for kind in (Kind.ALL, Kind.GROUP, Kind.TYPE)] == [(12,), (12,), ()]
    assert [periods_of(AreaLevel.STADSDEL, kind) for kind in (Kind.ALL, Kind.GROUP, Kind.TYPE)] == [(12, 3), (12, 3), (12,)]
    assert periods_of(AreaLevel.STADSDELSOMRADE, Kind.TYPE) == PERIODS


def test_a_kind_first_met_in_a_delivery_is_in_no_cell() -> None:
    met = Category(SourceId.ANMALDA_BROTT, "0399", "kap-3", "Brottskod 0399")
    assert kinds_of(SourceId.ANMALDA_BROTT, [met]).tolist() == [UNKNOWN]
    assert all(periods_of(level, UNKNOWN) == () for level in AreaLevel)


def test_a_year_and_its_quarters_are_drawn_with_the_last_of_their_months() -> None:
    first = due({}, dict.fromkeys(list(YEAR)[:5], False))
    assert sorted(first) == [
        *(Stretch(JANUARY + number, 1) for number in (0,)),
        Stretch(JANUARY, 3),
        *(Stretch(JANUARY + n, 1) for n in range(1, 5)),
    ]
    rest = due(first, dict.fromkeys(list(YEAR)[5:], False))
    assert Stretch(JANUARY, 12) in rest
    assert Stretch(JANUARY + 3, 3) in rest
    assert Stretch(JANUARY, 3) not in rest


def test_nothing_is_drawn_a_third_time() -> None:
    provisional = due({}, dict.fromkeys(YEAR, False))
    assert set(provisional.values()) == {Drawn(1, final=False)}
    assert due(provisional, dict.fromkeys(YEAR, False)) == {}
    final = due(provisional, YEAR)
    assert set(final.values()) == {Drawn(2, final=True)}
    assert final.keys() == provisional.keys()
    assert due({**provisional, **final}, YEAR) == {}


def test_a_cell_of_which_the_source_withholds_all_is_not_zero_and_an_empty_one_is_not_there() -> None:
    numbers = np.array([7, 5, 5, 9])
    entries = Contributions(numbers, numbers, numbers, np.array([0, 20, 20, 1000]), np.array([0, 5, 6, 2**31]))
    at, shown = protected(entries, numbers)
    assert at.tolist() == [5, 7, 9]
    assert shown[1] == WITHHELD
    assert abs(shown[0] - 40) <= 5
    assert abs(shown[2] - 1000) <= 5


def test_the_margin_grows_with_the_root_of_how_many_cells_are_added() -> None:
    assert margin_of(np.array([0, 1, 4, 100])).tolist() == [0, 4, 7, 34]


def layers(released: tuple[str, ...]) -> Layers:
    """Give the cells of one area: 100 for each year, 30 for each quarter, 9 for each month, of all and of each of two groups with a kind.

    The first group and the kind of the second are a bundle, of which there is as much.
    """
    found = {}
    for months, each in ((12, 100), (3, 30), (1, 9)):
        drawn = (
            [month for month in YEAR if month % months == 0 and months in periods_of(AreaLevel.STADSDEL, Kind.ALL)] if months > 1 else []
        )
        periods = [month // months for month in drawn if all(str(Month(month + n)) in released for n in range(months))]
        if periods:
            sums = np.full((4, len(periods) + 1, 1), each).cumsum(axis=1) - each
            found[AreaLevel.STADSDEL, months] = Layer(
                periods[0], np.ones(len(periods), bool), np.array([0, 2, 4, 5]), sums.astype(np.int32)
            )
    kinds = np.array([Kind.GROUP, Kind.TYPE, Kind.GROUP, Kind.TYPE, Kind.ALL, Kind.GROUP])
    return Layers(
        found,
        kinds,
        np.array([2, 2, 4, 4]),
        frozenset(Month.parse(month).number for month in released),
        {0: AreaLevel.STADSDEL},
        {tuple(BUNDLE): 5},
    )


MONTHS = tuple(str(Month(month)) for month in YEAR)
CELLS, ALL, GROUP, TYPE, BUNDLE = slice(0, 1), [(0, 4)], [(0, 2)], [(1, 2)], [(0, 2), (3, 4)]


def span(first: str, last: str) -> Span:
    """Give a span."""
    return Span(Month.parse(first), Month.parse(last))


@pytest.mark.parametrize(
    ("runs", "asked", "nodes", "count"),
    [
        (ALL, span("2025-01", "2025-12"), 1, 100),
        (ALL, span("2025-04", "2025-09"), 2, 60),
        (GROUP, span("2025-01", "2025-12"), 1, 100),
        (ALL, span("2025-01", "2025-04"), 0, None),
        (TYPE, span("2025-01", "2025-03"), 0, None),
    ],
)
def test_a_figure_is_the_sum_of_the_fewest_cells_or_is_not_there(
    runs: list[tuple[int, int]], asked: Span, nodes: int, count: int | None
) -> None:
    found = layers(MONTHS)
    assert found.nodes(CELLS, runs, [asked]).tolist() == [nodes]
    if count is not None:
        assert found.count(CELLS, runs, [asked]).tolist() == [[count]]


def test_two_groups_asked_for_together_are_two_cells_and_never_the_whole() -> None:
    found = layers(MONTHS)
    assert found.nodes(CELLS, [(0, 2), (2, 4)], [span("2025-01", "2025-12")]).tolist() == [2]


def test_a_bundle_is_one_cell_and_its_parts_by_others_are_not() -> None:
    found = layers(MONTHS)
    year = [span("2025-01", "2025-12")]
    assert (found.nodes(CELLS, BUNDLE, year).tolist(), found.count(CELLS, BUNDLE, year).tolist()) == ([1], [[100]])
    assert found.nodes(CELLS, [(0, 2), (2, 4)], year).tolist() == [2]


def test_what_is_not_released_is_left_out_and_what_is_released_in_part_is_not_made_up() -> None:
    half = layers(MONTHS[:6])
    asked = [span("2025-01", "2025-12"), span("2025-07", "2025-12"), span("2025-01", "2025-06"), span("2025-02", "2025-12")]
    assert half.nodes(CELLS, ALL, asked).tolist() == [2, 0, 2, 0]
    assert half.count(CELLS, ALL, asked)[0, [0, 2]].tolist() == [60, 60]


def test_no_cells_are_of_the_events_that_are_in_no_area() -> None:
    assert layers(MONTHS).count(slice(9, 12), ALL, [span("2025-01", "2025-12")]).tolist() == [[0], [0], [0]]
