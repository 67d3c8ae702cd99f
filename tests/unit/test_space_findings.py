"""What is found in a released answer about clusters, patterns and concentration, and what is said of it."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.unit.answers import PROVENANCE, STAFF_SOURCE, span
from tests.unit.test_stats_clusters import grid
from trygghetskarta.analysis.clusters import Cluster, ClusterMethod, find_clusters, find_emerging
from trygghetskarta.analysis.near_repeats import find_near_repeats
from trygghetskarta.analysis.patterns import ShareVerdict, find_concentration, find_pattern_change
from trygghetskarta.disclosure.release import release, release_answer
from trygghetskarta.domain.answers import ExactAnswer
from trygghetskarta.domain.areas import Area, AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Exact, Ledger, Measure, Published, Question, Status
from trygghetskarta.domain.periods import Interval, Period, cut
from trygghetskarta.domain.points import NO_DAY, EventPoints, NearOptions, PointContent
from trygghetskarta.errors import ForbiddenError, InvalidQuestionError
from trygghetskarta.serialize.space import concentration_figures, hotspot_figures, near_figures, pattern_figures
from trygghetskarta.stats.emerging import Emerging

SIDE = 10
YEAR, BEFORE = span("2025-01", "2025-12"), span("2024-01", "2024-12")
AREAS = tuple(Area(number, AreaLevel.STADSDEL, f"a{number:02}", f"Ö{number}", None, 1_000_000.0) for number in range(SIDE**2))
PAIRS = grid(SIDE)
CORNER = [row * SIDE + column for row in range(3) for column in range(3)]


def exact(counts: np.ndarray[tuple[int, ...], np.dtype[np.int64]], periods: tuple[Period, ...], **changed: object) -> Exact:
    """Make the exact answer for a square of areas."""
    measure = Measure.RATE if "person_years" in changed else Measure.COUNT
    areas = AREAS[: len(counts)]
    question = Question(AreaLevel.STADSDEL, (STAFF_SOURCE,), YEAR, measure=measure, baseline=BEFORE if len(periods) == 2 else None)
    answer = Exact(
        question=question,
        areas=areas,
        periods=periods,
        counts=counts,
        person_years=None,
        missing=np.zeros(len(periods), bool),
        comparable=True,
        provisional=np.zeros(len(periods), bool),
        ledger=Ledger(int(counts[:, 0].sum()), 0, 0, 0),
        coverage=(),
        provenance=PROVENANCE,
    )
    return replace(answer, **changed)  # type: ignore[arg-type]


def year(counts: np.ndarray[tuple[int, ...], np.dtype[np.int64]], **changed: object) -> Published:
    return release(exact(counts[:, None], (Period("2025", YEAR),), **changed), Audience.STAFF)


def planted() -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    counts = np.random.default_rng(1).poisson(20, SIDE**2)
    counts[CORNER] += 40
    return counts


def numbers(rows: list[dict[str, object]]) -> list[float]:
    return [value for row in rows for value in row.values() if isinstance(value, float)]


@pytest.mark.parametrize(("method", "kind"), [(ClusterMethod.GISTAR, Cluster.HOT), (ClusterMethod.MORAN, Cluster.HIGH_HIGH)])
def test_a_planted_cluster_is_found_and_named(method: ClusterMethod, kind: Cluster) -> None:
    published = year(planted())
    found = find_clusters(published, PAIRS, method)
    assert found.clusters[11] is kind
    assert found.clusters[99] is Cluster.NONE
    figures = hotspot_figures(published, found, {})
    assert figures.rows[11]["cluster"] == kind.value
    assert figures.rows[0]["rateUnit"] == "perSquareKilometre"
    assert figures.sentences[0].startswith("2025: ")
    assert "Ö11" in figures.sentences[0] or "till)" in figures.sentences[0]
    assert any("Morans I" in sentence for sentence in figures.sentences)
    assert all(math.isfinite(value) for value in numbers(figures.rows))


def test_only_the_areas_asked_for_are_shown_and_they_are_tested_against_all() -> None:
    published = year(planted())
    found = find_clusters(published, PAIRS, ClusterMethod.GISTAR)
    one = replace(published, question=replace(published.question, areas=("a00",)))
    assert [row["code"] for row in hotspot_figures(one, found, {}).rows] == ["a00"]


def test_an_area_where_nobody_lives_has_a_count_and_no_cluster() -> None:
    years = np.full((SIDE**2, 1), 5000.0)
    years[4] = np.nan
    published = year(planted(), person_years=years)
    found = find_clusters(published, PAIRS, ClusterMethod.GISTAR)
    row = hotspot_figures(published, found, {}).rows[4]
    assert (row["cluster"], row["smoothedRate"], row["status"]) == ("notApplicable", None, "value")
    assert isinstance(row["count"], int)


@pytest.mark.parametrize("areas", [1, 2, 100])
@pytest.mark.parametrize("count", [0, 3])
def test_equal_counts_zeros_and_a_single_area_get_a_sentence_and_no_cluster(areas: int, count: int) -> None:
    published = year(np.full(areas, count))
    pairs = PAIRS[(areas > PAIRS).all(axis=1)]
    for method in (ClusterMethod.GISTAR, ClusterMethod.MORAN):
        figures = hotspot_figures(published, find_clusters(published, pairs, method), {})
        assert {row["cluster"] for row in figures.rows} == {"notApplicable"}
        assert "går inte att pröva" in figures.sentences[0]
    concentrated = concentration_figures(published, find_concentration(published), {})
    assert len(concentrated.rows) == areas
    assert ("ingen händelse" in concentrated.sentences[0]) == (count == 0)


def test_nothing_leaves_to_one_who_may_not_see_it() -> None:
    one = release(exact(planted()[:, None], (Period("2025", YEAR),)), Audience.PUBLIC)
    two = release(exact(np.stack([planted(), planted()], axis=1), (Period("2025", YEAR), Period("2024", BEFORE))), Audience.PUBLIC)
    shown = [
        hotspot_figures(one, find_clusters(one, PAIRS, ClusterMethod.GISTAR), {}),
        hotspot_figures(one, find_emerging(one, PAIRS), {}),
        concentration_figures(one, find_concentration(one), {}),
        pattern_figures(two, find_pattern_change(two), {}),
    ]
    for figures in shown:
        assert {row["status"] for row in figures.rows} == {"withheld"}
        assert all(row.get("count") is None for row in figures.rows)
        assert numbers(figures.rows) == []
        assert figures.sentences[0].startswith("Siffrorna är skyddade")
    assert shown[2].beside["concentration"]["events"] == 0
    assert shown[2].beside["concentration"]["gini"] is None


def test_what_has_come_and_what_has_gone_is_told_apart() -> None:
    periods = cut(YEAR, Interval.QUARTER)
    counts = np.random.default_rng(2).poisson(20, (SIDE**2, 4))
    counts[CORNER, 2:] += 60
    far = [99 - number for number in CORNER]
    counts[far, :2] += 60
    published = release(exact(counts, periods), Audience.STAFF)
    found = find_emerging(published, PAIRS)
    assert found.classes[0] is Emerging.EMERGING
    assert found.classes[99] is Emerging.FORMER
    figures = hotspot_figures(published, found, {})
    assert (figures.rows[0]["firstHot"], figures.rows[0]["hotPeriods"], figures.rows[0]["testedPeriods"]) == ("2025-K3", 2, 4)
    assert figures.rows[0]["count"] == int(counts[0].sum())
    assert any(sentence.startswith("På väg att bli hett: ") for sentence in figures.sentences)
    assert any(sentence.startswith("Inte längre hett: ") for sentence in figures.sentences)


def test_a_missing_period_is_left_out_and_too_few_are_said_to_be_too_few() -> None:
    periods = cut(YEAR, Interval.QUARTER)
    counts = np.random.default_rng(3).poisson(20, (SIDE**2, 4))
    published = release(exact(counts, periods, missing=np.array([False, True, False, False])), Audience.STAFF)
    figures = hotspot_figures(published, find_emerging(published, PAIRS), {})
    assert figures.beside["periods"] == ["2025-K1", "2025-K3", "2025-K4"]
    assert {row["cluster"] for row in figures.rows} == {"notApplicable"}
    assert "minst 4" in figures.sentences[0]


def test_a_pattern_that_moved_is_found_though_there_are_more_events_of_all() -> None:
    before = np.full(20, 50)
    now = np.full(20, 75)
    now[0], now[1] = 200, 10
    spans = (Period("2025", YEAR), Period("2024", BEFORE))
    published = release(exact(np.stack([now, before], axis=1), spans), Audience.STAFF)
    found = find_pattern_change(published)
    assert found.verdicts[:3] == (ShareVerdict.HIGHER, ShareVerdict.LOWER, ShareVerdict.CANNOT_TELL)
    figures = pattern_figures(published, found, {})
    assert figures.rows[0]["share"] == pytest.approx(100 * 200 / now.sum(), abs=1e-4)
    assert any("större andel" in sentence and "Ö0" in sentence for sentence in figures.sentences)
    none = release(exact(np.stack([now, before * 0], axis=1), spans), Audience.STAFF)
    empty = pattern_figures(none, find_pattern_change(none), {})
    assert {row["verdict"] for row in empty.rows} == {"notApplicable"}
    assert "kan inte jämföras" in empty.sentences[0]


def test_an_area_whose_count_the_source_withholds_is_in_neither_pattern() -> None:
    counts = np.array([[5, 9], [0, 4], [7, 2]])
    lacking = np.array([[0, 0], [Status.WITHHELD.number, 0], [0, 0]], np.int8)
    published = release(exact(counts, (Period("2025", YEAR), Period("2024", BEFORE)), lacking=lacking), Audience.STAFF)
    figures = pattern_figures(published, find_pattern_change(published), {})
    assert (figures.rows[1]["share"], figures.rows[1]["verdict"], figures.rows[1]["localS"]) == (None, "notApplicable", None)
    assert figures.rows[0]["baselineShare"] == pytest.approx(100 * 9 / 11, abs=1e-4)


def test_concentration_is_set_beside_chance_and_beside_where_people_live() -> None:
    counts = np.zeros(50, np.int64)
    counts[:2] = 100
    people = np.full((50, 1), 1000.0)
    people[:2] = 40_000
    published = year(counts, person_years=people)
    found = find_concentration(published)
    figures = concentration_figures(published, found, {})
    told = figures.beside["concentration"]
    assert (told["areasHoldingHalf"], told["shareHoldingHalf"]) == (1, 2.0)
    assert told["byChance"]["pValue"] < 0.01
    assert told["byPeople"]["share"] < told["byChance"]["share"]
    assert [row["rank"] for row in figures.rows[:3]] == [1, 1, 3]
    assert [row["inHalf"] for row in figures.rows[:3]] == [True, False, False]
    assert "mer samlade än slumpen" in figures.sentences[1]
    few = year(np.array([1, 1, 1, 0, 0, 0, 0, 0]))
    assert "kan inte avgöras" in concentration_figures(few, find_concentration(few), {}).sentences[1]


def points(places: list[tuple[float, float]], days: list[int], lasted: list[float] | None = None) -> ExactAnswer[PointContent]:
    events = EventPoints(
        np.array(places, np.float64).reshape(-1, 2),
        np.ones(len(places), np.int64),
        np.array(days, np.int64),
        np.array(lasted if lasted is not None else [0.0] * len(places)),
        2,
    )
    return ExactAnswer(Question(AreaLevel.STAD, (STAFF_SOURCE,), YEAR), PointContent(events), Ledger(0, 0, 0, 0), (), PROVENANCE)


def test_near_repeats_tell_what_was_left_out_and_their_true_limits() -> None:
    exact_points = points([(0, 0), (10, 0), (20, 0), (5000, 0)], [0, 2, NO_DAY, 9], [0, 0, 0, 30.0])
    published = release_answer(exact_points, Audience.STAFF)
    found = find_near_repeats(published, NearOptions(100, 2, 7, 2))
    assert (found.used, found.untimed, found.too_long, found.without) == (2, 1, 1, 2)
    figures = near_figures(published, found)
    limits = [(row["metresFrom"], row["metresBelow"], row["daysFrom"], row["daysBelow"]) for row in figures.rows]
    assert limits[:3] == [(0, 1, 0, 7), (0, 1, 7, 14), (1, 100, 0, 7)]
    assert limits[-1] == (100, 200, 7, 14)
    assert "saknar känd dag" in figures.sentences[-1]
    with pytest.raises(ForbiddenError):
        release_answer(exact_points, Audience.PUBLIC)


@pytest.mark.parametrize("events", [0, 1])
def test_no_event_and_one_event_are_no_error(events: int) -> None:
    published = release_answer(points([(0.0, 0.0)] * events, [1] * events), Audience.STAFF)
    figures = near_figures(published, find_near_repeats(published, NearOptions(100, 4, 7, 4)))
    assert all(row["ratio"] is None and row["pValue"] is None for row in figures.rows)
    assert "upprepning kan prövas" in figures.sentences[0]


def test_a_crowd_at_one_place_is_refused_with_what_to_do() -> None:
    published = release_answer(points([(0.0, 0.0)] * 4600, [1] * 4600), Audience.STAFF)
    with pytest.raises(InvalidQuestionError, match="Välj kortare tid"):
        find_near_repeats(published, NearOptions(100, 4, 7, 4))
