"""What is found of a measure's counts, and how it is said."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import orjson
import pytest
from scipy.stats import poisson_means_test

from tests.unit.measures import LATER, a_goal, a_measure, counted, judged
from trygghetskarta.analysis.effect import effect, goal
from trygghetskarta.domain.measures import Direction, EffectVerdict, GoalUnit, GoalVerdict, Weighting
from trygghetskarta.serialize.csv import Dialect
from trygghetskarta.serialize.formats import Format, Writing
from trygghetskarta.serialize.measures import effect_rows, write_effect
from trygghetskarta.serialize.saying.effect import effect_sentences, goal_sentence
from trygghetskarta.stats.goals import change_from_baseline, smallest_change

PUBLISHED = [[207, 110], [308, 318], [178, 157], [150, 140]]


def said(counts: list[list[int]], **how: object) -> str:
    answer = counted(counts, **how)  # type: ignore[arg-type]
    return " ".join(effect_sentences(answer, effect(answer)))


def test_the_published_case_is_what_the_answer_holds() -> None:
    found = effect(counted(PUBLISHED))
    assert found.count is not None
    assert found.ratio is not None
    assert found.family is not None
    assert (found.weighting, found.dispersion) == (Weighting.NONE, 1)
    assert (found.count.local.estimate, found.count.total.estimate, found.expected) == (-107, -118, 217)
    assert (round(found.ratio.estimate, 9), round(found.family.quotient, 10)) == (0.514690244, 0.2581856883)
    assert (found.verdict, found.verdicts["displacement"], found.verdicts["total"]) == ("lower", "cannotTell", "lower")
    assert 0 < found.smallest_share < 1


def test_a_reduction_is_said_with_its_level_its_certainty_and_its_range() -> None:
    words = said(PUBLISHED)
    assert words.startswith(
        "Anmälda brott i målområdet Rinkeby minskade från 207 till 110 mellan 2024 och 2025; i jämförelseområdet Tensta ökade"
    )
    assert "Det är 107 färre än utvecklingen i jämförelseområdet ger skäl att vänta (mellan 47 och 167 färre)" in words
    assert "minskningen är större än slumpen kan förklara" in words
    assert "Om händelser har flyttat till spridningsområdet kan inte avgöras. Tillsammans är det 118 färre" in words


def test_what_could_not_have_been_seen_is_said() -> None:
    words = said([[12, 11], [14, 15]])
    assert "för få händelser för att avgöra" in words
    assert "Inte ens om alla händelser hade upphört" in words
    some = said([[900, 890], [905, 900]])
    assert "lika många" not in some
    assert "kan bero på slumpen" in some
    assert "En minskning på under 19 procent hade inte kunnat ses." in some


def test_without_a_control_nothing_is_said_of_the_measure() -> None:
    answer = counted([[30, 10]])
    found = effect(answer)
    assert (found.verdict, found.count, found.ratio) == (EffectVerdict.NOT_APPLICABLE, None, None)
    assert "Inget jämförelseområde är anmält" in " ".join(effect_sentences(answer, found))
    assert [row["code"] for row in effect_rows(found)] == ["target"]


@pytest.mark.parametrize("counts", [[[0, 0], [0, 0]], [[0, 1], [0, 0]], [[5, 0], [0, 0]], [[0, 0], [9, 9]], [[3, 3], [3, 3]]])
def test_few_or_no_events_give_an_answer_that_can_be_written(counts: list[list[int]]) -> None:
    for rows in (counts, [*counts, *counts], [*counts, [0, 0]]):
        answer = counted(rows)
        found = effect(answer)
        assert found.verdict in (EffectVerdict.NOT_APPLICABLE, EffectVerdict.TOO_SMALL_TO_TELL)
        for form in Format:
            written = write_effect(answer, found, [], Writing(form, Dialect.EXCEL, {}))
            assert written
            if form in (Format.JSON, Format.GEOJSON):
                orjson.loads(written)
                assert b"NaN" not in written


def test_every_format_has_the_same_rows() -> None:
    answer = counted(PUBLISHED, harm=([[1000.0, 400.0]] * 4, [[90_000.0, 40_000.0]] * 4))
    found = effect(answer)
    rows = effect_rows(found)
    assert len({tuple(row) for row in rows}) == 1
    assert orjson.loads(write_effect(answer, found, [], Writing(Format.JSON, Dialect.EXCEL, {})))["items"] == rows
    features = orjson.loads(write_effect(answer, found, [], Writing(Format.GEOJSON, Dialect.EXCEL, {})))["features"]
    assert [feature["properties"] for feature in features] == rows
    csv = write_effect(answer, found, [], Writing(Format.CSV, Dialect.RFC4180, {})).decode()
    assert len(csv.splitlines()) == len(rows) + 1


def test_a_control_of_another_size_is_divided_by_it() -> None:
    found = effect(counted([[100, 70], [1000, 900]]))
    assert found.count is not None
    assert (found.weighting, found.weight) == (Weighting.BEFORE, 10)
    assert found.count.local.estimate == pytest.approx(-20)
    assert found.expected == pytest.approx(90)
    # Var(T1 - T0 C1/C0) by the delta method, as the weight is itself a count.
    assert found.count.local.error**2 == pytest.approx(70 + 100 * 0.81 + 0.01 * 900 + 0.01 * 1000 * 0.81)
    plain = effect(counted([[100, 70], [1000, 900]], weighting=Weighting.NONE))
    assert plain.count is not None
    assert plain.count.local.estimate == 70
    by_area = effect(counted([[100, 70], [150, 120]], weighting=Weighting.AREA))
    assert by_area.count is not None
    assert by_area.count.local.estimate == pytest.approx(-30 + 20)


def test_spans_of_different_length_are_compared_by_the_length_of_the_one_after() -> None:
    found = effect(counted([[80, 20], [100, 50]], delivered=(24, 12)))
    assert found.count is not None
    assert (found.count.local.estimate, found.count.local.error**2) == pytest.approx((-20, 115))
    assert "var 80 under 24 månader och 20 under 12 månader" in said([[80, 20], [100, 50]], delivered=(24, 12))


def test_months_that_vary_more_than_chance_widen_the_interval() -> None:
    wild = [[2, 30] * 12, [20, 20] * 12]
    plain, wide = effect(counted([[207, 110], [308, 318]])), effect(counted([[207, 110], [308, 318]], months=wild))
    assert plain.count is not None
    assert wide.count is not None
    assert wide.dispersion > 1.5
    assert wide.count.local.error == pytest.approx(plain.count.local.error * math.sqrt(wide.dispersion))
    assert "intervallen är breddade" in said([[207, 110], [308, 318]], months=wild)


def test_a_trend_before_the_start_is_told() -> None:
    falling = [list(range(60, 36, -1)), [40] * 24]
    assert "Redan före starten minskade det i målområdet" in said([[207, 110], [308, 318]], months=falling)


def test_grounds_named_after_the_start_are_told() -> None:
    words = said([[207, 110], [308, 318]], measure=a_measure(declared=LATER))
    assert "Målområdet och jämförelseområdet anmäldes efter att åtgärden hade börjat" in words
    assert "anmäldes efter" not in said([[207, 110], [308, 318]])


def test_an_effect_is_ranked_among_areas_without_a_measure() -> None:
    others = [[200 + 5 * at, 205 + 5 * at] for at in range(-9, 10)]
    found = effect(counted([[207, 110], [308, 318]], others=others))
    assert found.placebo is not None
    assert (found.placebo.rank, found.placebo.of, found.placebo.p) == (1, 20, 0.05)
    assert "Av 19 jämförbara områden utan åtgärd hade inget en minst lika stor förändring" in said([[207, 110], [308, 318]], others=others)
    # Areas of another size, and too few of the same, are no comparison.
    assert effect(counted([[207, 110], [308, 318]], others=[[2000, 2000]] * 30)).placebo is None
    assert effect(counted([[207, 110], [308, 318]], others=others[:8])).placebo is None


def test_a_target_of_several_areas_is_ranked_among_as_many_together_and_the_same_each_time() -> None:
    answer = counted([[207, 110], [308, 318]], measure=a_measure(("rinkeby", "tensta")), others=[[100 + at, 101] for at in range(30)])
    one, other = effect(answer).placebo, effect(answer).placebo
    assert one is not None
    assert one == other
    assert one.of == 1000


def test_harm_is_judged_by_its_own_variance() -> None:
    many = effect(counted([[207, 110], [308, 318]], harm=([[2070.0, 1100.0], [3080.0, 3180.0]], [[20700.0, 11000.0], [30800.0, 31800.0]])))
    assert many.harm is not None
    assert many.harm.local.estimate == -1070
    assert many.verdicts["harmLocal"] is EffectVerdict.LOWER
    # The same weight in a few heavy events says nothing.
    few = effect(counted([[207, 110], [308, 318]], harm=([[2070.0, 1100.0], [3080.0, 3180.0]], [[2e6, 1e6], [3e6, 3e6]])))
    assert few.verdicts["harmLocal"] is EffectVerdict.TOO_SMALL_TO_TELL


def test_events_without_a_point_are_told() -> None:
    words = said([[207, 110], [308, 318]], without_point=3)
    assert "3 händelser i områdena omkring saknar punkt och kan ligga i ytorna; de är inte med." in words


@pytest.mark.parametrize(
    ("baseline", "follow_up", "verdict"),
    [
        (207, 110, GoalVerdict.REACHED),
        (500, 400, GoalVerdict.REACHED),  # exactly the 20 per cent
        (500, 410, GoalVerdict.NOT_SHOWN),  # fewer than by chance, and not by 20 per cent
        (500, 500, GoalVerdict.NOT_SHOWN),
        (100, 80, GoalVerdict.TOO_SMALL_TO_TELL),  # the 20 per cent, which may be chance
        (10, 3, GoalVerdict.TOO_SMALL_TO_TELL),
        (110, 207, GoalVerdict.WORSE),
        (0, 0, GoalVerdict.NOT_APPLICABLE),
        (0, 12, GoalVerdict.NOT_APPLICABLE),
        (30, 0, GoalVerdict.REACHED),
    ],
)
def test_a_goal_is_judged(baseline: int, follow_up: int, verdict: GoalVerdict) -> None:
    found = goal(judged(baseline, follow_up))
    assert found.verdict is verdict
    assert goal_sentence(found.counts.goal, found).endswith(".")


def test_a_goal_may_be_an_increase_or_a_number() -> None:
    more = a_goal(50, direction=Direction.INCREASE)
    assert goal(judged(100, 160, more)).verdict is GoalVerdict.REACHED
    assert goal(judged(160, 100, more)).verdict is GoalVerdict.WORSE
    assert goal(judged(1000, 1010, more)).verdict is GoalVerdict.NOT_SHOWN
    fewer = a_goal(90, GoalUnit.NUMBER)
    assert goal(judged(300, 200, fewer)).verdict is GoalVerdict.REACHED
    assert goal(judged(300, 230, fewer)).verdict is GoalVerdict.NOT_SHOWN
    # Over half as long a time half as many are expected.
    assert goal(judged(600, 200, fewer, delivered=(12, 6))).verdict is GoalVerdict.REACHED


def test_a_goal_is_not_judged_before_its_day_nor_before_its_months_are_there() -> None:
    for early in (judged(100, 50, today=date(2026, 1, 31)), judged(100, 50, known_until="2025-11"), judged(100, 50, known_until=None)):
        found = goal(early)
        assert found.verdict is GoalVerdict.NOT_YET
        assert "bedöm" in goal_sentence(found.counts.goal, found)
    assert goal(judged(0, 0, delivered=(0, 12))).verdict is GoalVerdict.NOT_APPLICABLE


def test_a_goal_set_late_says_so() -> None:
    found = goal(judged(207, 110, late=True))
    assert goal_sentence(found.counts.goal, found) == (
        "Målet ”Färre brott” är nått: anmälda brott minskade från 207 till 110 (46,9 procent färre per månad), mer än slumpen kan förklara. "
        "Målet sattes först när uppföljningen hade börjat."
    )
    assert goal_sentence(a_goal(), None) == "Målet ”Färre brott”: siffrorna är skyddade."


def test_a_change_has_the_exact_interval_of_r() -> None:
    # Case 4 (R help of poisson.test): 11/800 against 21/3011.
    found = change_from_baseline(21, 11, 800 / 3011)
    assert (found.ratio, found.low, found.high) == pytest.approx((1.971488095, 0.8584264034, 4.2772659437), abs=1e-9)
    assert change_from_baseline(5, 0).low == 0
    assert math.isnan(change_from_baseline(0, 5).high)
    assert math.isnan(change_from_baseline(0, 0).low)
    with pytest.raises(ValueError, match="-1"):
        change_from_baseline(-1, 2)


def test_the_smallest_change_has_the_power_it_says() -> None:
    rng = np.random.default_rng(15)
    for upward in (False, True):
        ratio = smallest_change(200, 1.0, upward=upward)
        drawn = zip(rng.poisson(200, 4000).tolist(), rng.poisson(200 * ratio, 4000).tolist(), strict=True)
        changes = [change_from_baseline(before, after) for before, after in drawn]
        shown = np.mean([found.low > 1 if upward else found.high < 1 for found in changes])
        assert 0.76 < shown < 0.84
    assert math.isnan(smallest_change(0))
    assert math.isnan(smallest_change(3))
    assert poisson_means_test(200, 1, round(200 * smallest_change(200)), 1).pvalue < 0.05


def test_the_interval_covers_the_truth_also_when_the_control_is_weighted() -> None:
    rng = np.random.default_rng(16)
    held = []
    for _ in range(2000):
        target, control = rng.poisson([120, 84]), rng.poisson([900, 1080])
        found = effect(counted([target.tolist(), control.tolist()])).count
        assert found is not None
        held.append(found.local.low <= 84 - 120 * 1.2 <= found.local.high)
    assert 0.93 < np.mean(held) < 0.97
