"""What moved count and harm: the arithmetic, and the answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import orjson
import pytest

from tests.pages import DOCS, rows_of
from tests.unit.answers import comparison
from tests.unit.test_harm import weighed
from trygghetskarta.analysis.decomposition import find_parts
from trygghetskarta.disclosure.release import release
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Exact, Published
from trygghetskarta.domain.parts import Part
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.serialize.decomposition import decomposition_figures
from trygghetskarta.stats.decomposition import decompose

STAFF, PUBLIC = Audience.STAFF, Audience.PUBLIC
ROBBERY, THREAT = Part(SourceId.ANMALDA_BROTT, "ran", "Rån"), Part(SourceId.ANMALDA_BROTT, "olaga-hot", "Olaga hot")


def exact(*kinds: list[list[int]], comparable: bool = True) -> Exact:
    """Make an answer of two areas and two periods; each area has, for now and before, its robberies, burglaries, assaults and threats."""
    table = np.array(kinds, np.int64)
    return weighed(comparison(table.sum(axis=-1).tolist(), comparable=comparable), table)


def of(place: int, *kinds: list[list[int]], comparable: bool = True) -> Exact:
    """Give the same with one kind of crime only."""
    only = [[[count if number == place else 0 for number, count in enumerate(row)] for row in area] for area in kinds]
    return exact(*only, comparable=comparable)


KINDS = ([[6, 0, 0, 40], [2, 0, 0, 90]], [[1, 0, 0, 10], [2, 0, 0, 10]])


def released(audience: Audience = STAFF, comparable: bool = True) -> tuple[Published, list[tuple[Part, Published]]]:
    whole = release(exact(*KINDS, comparable=comparable), audience)
    parts = [(ROBBERY, of(0, *KINDS, comparable=comparable)), (THREAT, of(3, *KINDS, comparable=comparable))]
    return whole, [(part, release(each, audience)) for part, each in parts]


def test_the_example_on_the_page_is_what_the_function_gives() -> None:
    page = (DOCS / "methods" / "decomposition.md").read_text(encoding="utf-8")
    rows = rows_of(
        page, "Grupp", "Antal", "Förut", "Dagar", "Dagar förut", "Av antalet", "Av tyngden", "Av andelen", "Av tyngden per brott", "Bidrag"
    )
    table = np.array([[float(cell) for cell in row[1:]] for row in rows]).T
    moved = decompose((table[0].astype(np.int64), table[1].astype(np.int64)), (table[2], table[3]))
    found = np.stack([moved.by_count, moved.by_severity, moved.mix, moved.level, moved.contribution])
    assert (found.round(3) + 0.0).tolist() == table[4:].tolist()
    assert [round(mean, 2) for mean in moved.per_event] == [71.85, 78.15]
    assert round(float(moved.contribution.sum()), 2) == -6.30


def test_components_are_those_of_kitagawa_worked_by_hand() -> None:
    # Two groups of rates 10 and 2 per event, then 8 and 2; shares a half each, then a quarter and three quarters.
    moved = decompose((np.array([25, 75]), np.array([50, 50])), (np.array([200.0, 150.0]), np.array([500.0, 100.0])))
    assert moved.per_event == (3.5, 6.0)
    assert moved.level.tolist() == [0.375 * -2, 0.0]
    # The shares' part is -0.25 * 9 + 0.25 * 2 in all, told from the mean of the wholes, 4.75.
    assert moved.mix.tolist() == [-0.25 * (9 - 4.75), 0.25 * (2 - 4.75)]
    assert float(moved.contribution.sum()) == -2.5


def test_a_group_that_comes_or_goes_counts_by_its_share_alone() -> None:
    moved = decompose((np.array([10, 0]), np.array([10, 4])), (np.array([300.0, 0.0]), np.array([300.0, 2180.0])))
    assert moved.level.tolist() == [0.0, 0.0]
    assert moved.by_severity.tolist() == [0.0, 0.0]
    assert moved.by_count.tolist() == [0.0, -2180.0]
    assert float(moved.contribution.sum()) == pytest.approx(30 - 2480 / 14)


def test_where_a_side_has_no_events_the_mean_is_not_taken_apart() -> None:
    moved = decompose((np.array([0, 0]), np.array([3, 1])), (np.zeros(2), np.array([90.0, 545.0])))
    assert np.isnan(moved.contribution).all()
    assert np.isnan(moved.per_event[0])
    assert moved.by_count.tolist() == [-90.0, -545.0]
    nothing = decompose((np.zeros(2, np.int64), np.zeros(2, np.int64)), (np.zeros(2), np.zeros(2)))
    assert nothing.by_count.tolist() == [0.0, 0.0]


def test_arrays_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\("):
        decompose((np.zeros(2, np.int64), np.zeros(3, np.int64)), (np.zeros(2), np.zeros(2)))


def test_rows_sum_to_the_whole_and_what_moved_most_stands_first() -> None:
    figures = decomposition_figures(*released())
    whole = figures.beside["whole"]
    assert [row["code"] for row in figures.rows] == ["ran", "olaga-hot"]
    for name in ("count", "baselineCount", "difference", "harm", "baselineHarm", "harmDifference"):
        assert sum(row[name] for row in figures.rows) == whole[name]
    assert sum(row["contribution"] for row in figures.rows) == pytest.approx(whole["harmPerEventDifference"], abs=1e-5)
    assert (whole["count"], whole["harm"]) == (57, 7 * 545 + 50)
    assert figures.methods == ("harm-gamma", "harm-kitagawa")


def test_what_stands_in_no_category_has_a_row_of_its_own() -> None:
    whole, parts = released()
    figures = decomposition_figures(whole, parts[:1])
    assert [(row["code"], row["count"], row["harm"]) for row in figures.rows] == [("ran", 7, 3815.0), ("ovrigt", 50, 50.0)]


def test_a_category_without_events_has_no_row() -> None:
    whole, parts = released()
    figures = decomposition_figures(whole, [*parts, (Part(SourceId.ANMALDA_BROTT, "klotter", "Klotter"), release(of(1, *KINDS), STAFF))])
    assert {row["code"] for row in figures.rows} == {"ran", "olaga-hot"}


def test_the_public_is_told_nothing_of_a_source_that_is_not_public() -> None:
    figures = decomposition_figures(*released(PUBLIC))
    hidden = [name for name in figures.rows[0] if name not in ("source", "code", "name", "status")]
    assert all(row[name] is None for row in figures.rows for name in hidden)
    assert {row["status"] for row in figures.rows} == {"withheld"}
    assert {value for name, value in figures.beside["whole"].items() if name != "status"} == {None}
    assert not [sentence for sentence in figures.sentences if "llvarlighet" in sentence]


def test_periods_that_cannot_be_compared_are_not_taken_apart() -> None:
    figures = decomposition_figures(*released(comparable=False))
    assert {row["status"] for row in figures.rows} == {"notApplicable"}
    assert all(row["difference"] is None and row["contribution"] is None and row["count"] is not None for row in figures.rows)


def test_without_weights_the_counts_are_taken_apart_all_the_same() -> None:
    whole, parts = comparison([[46, 92], [11, 12]]), [(ROBBERY, comparison([[6, 2], [1, 2]]))]
    figures = decomposition_figures(release(whole, STAFF), [(part, release(each, STAFF)) for part, each in parts])
    assert [(row["code"], row["difference"], row["harm"]) for row in figures.rows] == [("ovrigt", -50, None), ("ran", 3, None)]
    assert figures.methods == ()


def test_no_category_and_no_event_is_an_answer() -> None:
    nothing = exact([[0, 0, 0, 0], [0, 0, 0, 0]], [[0, 0, 0, 0], [0, 0, 0, 0]])
    figures = decomposition_figures(release(nothing, STAFF), [(ROBBERY, release(nothing, STAFF))])
    assert figures.rows == []
    assert figures.beside["whole"]["harm"] == 0.0
    assert b"NaN" not in orjson.dumps(figures.beside)
    assert find_parts(release(nothing, STAFF), []).parts == ()


def test_a_sentence_names_what_moved_the_harm_of_a_crime_the_most() -> None:
    figures = decomposition_figures(*released())
    assert figures.sentences[-1].startswith(
        "Allvarligheten per brott ökade från 21,9 till 67,8 dagar; om den verkligen har ändrats kan inte"
    )
    many = [[[count * 20 for count in row] for row in area] for area in KINDS]
    whole = release(exact(*many), STAFF)
    parts = [(part, release(of(place, *many), STAFF)) for part, place in ((ROBBERY, 0), (THREAT, 3))]
    last = decomposition_figures(whole, parts).sentences[-1]
    assert last == (
        "Allvarligheten per brott ökade från 21,9 till 67,8 dagar, mest på grund av att ”Rån” är en större del av brotten. "
        "Ändringen är större än vad slumpen brukar ge."
    )


def test_a_missing_period_is_told_as_missing() -> None:
    whole = replace(exact(*KINDS), missing=np.array([False, True]))
    figures = decomposition_figures(
        release(whole, STAFF), [(ROBBERY, release(replace(of(0, *KINDS), missing=np.array([False, True])), STAFF))]
    )
    assert {row["status"] for row in figures.rows} == {"missing"}
    assert all(row["count"] is None for row in figures.rows)
