"""Harm: the weighted sum, how certain it is, and what an answer tells of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import orjson
import pytest

from tests.pages import DOCS, rows_of
from tests.unit.answers import AUTUMN, PUBLIC_SOURCE, comparison, series, span
from trygghetskarta.analysis.harm import find_change, find_harm
from trygghetskarta.disclosure.release import release
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Exact, Measure, Published, Weighed
from trygghetskarta.serialize.figures import comparison_rows, methods, series_rows
from trygghetskarta.serialize.saying.answers import sentences
from trygghetskarta.serialize.saying.harm import harm_sentences
from trygghetskarta.stats.harm import (
    difference_interval,
    effective_events,
    harm_interval,
    per_event,
    per_event_variance,
    total_harm,
)

STAFF, PUBLIC = Audience.STAFF, Audience.PUBLIC
# Days: robbery, burglary of a home, assault, threats.
DAYS = np.array([545.0, 365.0, 30.0, 1.0])
# Stark and Mantell 1966 (Fleiss 1981, table 14.4): births after the fifth, by age of the mother; the example of Fay and Feuer 1997.
CASES = np.array([0, 8, 63, 112, 262, 295])
BIRTHS = np.array([327, 30666, 123419, 149919, 104088, 34392])
STANDARD = np.array([319933, 931318, 786511, 488235, 237863, 61313])


def weighed(exact: Exact, kinds: npt.NDArray[np.int64], days: npt.NDArray[np.float64] = DAYS, initiated: float = 0.0) -> Exact:
    """Put harm into an answer made by hand: `kinds` has the events of each area and period by what they weigh."""
    harm, variance = total_harm(kinds, days)
    beside = Weighed(kinds.sum(axis=-1), np.full(harm.shape, initiated), float(days.max()))
    return replace(exact, harm=harm, harm_variance=variance, weighed=beside)


def answer(kinds: list[list[list[int]]], **said: object) -> Published:
    """Release a comparison, each count the sum of its kinds."""
    table = np.array(kinds, np.int64)
    return release(weighed(comparison(table.sum(axis=-1).tolist(), **said), table), STAFF)  # type: ignore[arg-type]


def test_the_interval_is_that_of_fay_and_feuer() -> None:
    # dsrTest 1.0.0 (CRAN, vignette): dsrTest(Cases, Births, Standard, mult = 1e5, method = "gamma").
    weights = 1e5 * STANDARD / (BIRTHS * STANDARD.sum())
    harm, variance = total_harm(CASES, weights)
    low, high = harm_interval(harm, variance, weights.max())
    assert [round(float(end), 5) for end in (harm, low, high)] == [75.52901, 67.70212, 188.30017]


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [(0, 0.0, 3.688879454), (3, 0.618672123, 8.767273070), (10, 4.795388696, 18.390356042)],
)
@pytest.mark.parametrize("days", [1.0, 30.0, 3650.0])
def test_with_one_weight_it_is_the_exact_interval_of_a_count(count: int, low: float, high: float, days: float) -> None:
    # REFERENCE_CASES 1 (R's poisson.test), times the weight.
    found = harm_interval(np.array(count * days), np.array(count * days**2), np.array(days))
    assert found == (pytest.approx(low * days, rel=1e-8), pytest.approx(high * days, rel=1e-8))


def test_with_exposure_for_weight_it_is_the_exact_interval_of_a_rate() -> None:
    # REFERENCE_CASES 1: 137 events in 24.19893 units.
    weight = np.array([1 / 24.19893])
    harm, variance = total_harm(np.array([137]), weight)
    low, high = harm_interval(harm, variance, weight[0])
    assert [float(harm), float(low), float(high)] == pytest.approx([5.661407343, 4.753124805, 6.692709334], rel=1e-9)


def test_the_example_on_the_page_is_what_the_functions_give() -> None:
    page = (DOCS / "methods" / "harm.md").read_text(encoding="utf-8")
    for row in rows_of(page, "Rån", "Inbrott", "Misshandel", "Hot", "Allvarlighet", "Varians", "Från", "Till", "Per brott"):
        counts = np.array([int(cell) for cell in row[:4]])
        harm, variance = total_harm(counts, DAYS)
        low, high = harm_interval(harm, variance, DAYS.max())
        mean = per_event(harm, counts.sum())
        assert [int(harm), int(variance)] == [int(cell) for cell in row[4:6]]
        assert [f"{low:.2f}", f"{high:.2f}", "" if np.isnan(mean) else f"{mean:.2f}"] == row[6:]
    now, before = (total_harm(np.array(counts), DAYS) for counts in ([6, 20, 130, 90], [2, 30, 150, 40]))
    assert [round(float(end)) for end in difference_interval(now, before)] == [-2020, -7994, 3954]
    assert "−2 020 dagar, med intervall från −7 994 till 3 954" in page


def test_where_nothing_can_weigh_anything_there_is_no_interval() -> None:
    low, high = harm_interval(np.zeros(1), np.zeros(1), np.zeros(1))
    assert np.isnan([low, high]).all()


def test_a_mean_of_no_events_is_no_number_and_of_equal_ones_is_certain() -> None:
    harm, variance, events = np.array([0.0, 90.0, 575.0]), np.array([0.0, 2700.0, 297_925.0]), np.array([0, 3, 2])
    assert per_event(harm, events)[1:].tolist() == [30.0, 287.5]
    found = per_event_variance(harm, variance, events)
    # Two events of 545 and 30 days: the spread of the weights (257.5 squared) over their number.
    assert np.isnan(found[0])
    assert found[1:].tolist() == pytest.approx([0.0, 257.5**2 / 2])


def test_effective_events_are_the_count_where_all_weigh_the_same_and_fewer_else() -> None:
    harm, variance = total_harm(np.array([[0, 0, 7, 0], [1, 0, 7, 0], [0, 0, 0, 0]]), DAYS)
    assert effective_events(harm, variance).round(2).tolist() == [7.0, 1.88, 0.0]


def test_arrays_that_do_not_fit_are_refused() -> None:
    one, two = np.zeros(1), np.zeros(2)
    for call in (
        lambda: total_harm(np.zeros(3), two),
        lambda: harm_interval(one, one, two),
        lambda: per_event(one, two),
        lambda: difference_interval((one, one), (two, two)),
        lambda: effective_events(one, two),
    ):
        with pytest.raises(ValueError, match=r"\("):
            call()


def test_the_interval_covers_and_changes_are_not_found_where_there_are_none() -> None:
    rng = np.random.default_rng(20261121)
    days = np.array([1.0, 30.0, 180.0, 365.0, 545.0, 1095.0, 3650.0])
    for expected in ([60, 150, 3, 6, 5, 4, 0.3], [5, 12, 0.2, 0.5, 0.4, 0.3, 0.02], [600, 1500, 30, 60, 50, 40, 3]):
        (harm, variance), (other, other_variance) = (total_harm(rng.poisson(expected, (4000, 7)), days) for _ in range(2))
        low, high = harm_interval(harm, variance, np.full(harm.shape, days.max()))
        true = np.array(expected) @ days
        # Fay and Feuer's interval holds at least its level, for any weights.
        assert ((low <= true) & (true <= high)).mean() >= 0.945
        _, least, most = difference_interval((harm, variance), (other, other_variance))
        assert ((least > 0) | (most < 0)).mean() <= 0.055


def test_a_row_has_harm_beside_its_count() -> None:
    first, second = comparison_rows(answer([[[6, 20, 130, 90], [2, 30, 150, 40]], [[0, 0, 0, 0], [0, 0, 1, 0]]]))
    assert {name: first[name] for name in ("count", "harm", "harmLow", "harmHigh", "baselineHarm", "harmDifference", "harmPercent")} == {
        "count": 246, "harm": 14560.0, "harmLow": 10677.24, "harmHigh": 19722.44, "baselineHarm": 16580.0, "harmDifference": -2020.0,
        "harmPercent": -12.18,
    }  # fmt: skip
    assert (first["harmPerEvent"], first["baselineHarmPerEvent"], first["weighed"], first["harmStatus"]) == (59.19, 74.68, 1.0, "value")
    # Nothing happened: no harm, but not certain that there is none to come; and no mean, no share and no percentage of nothing.
    assert (second["harm"], second["harmLow"], second["harmPerEvent"], second["weighed"]) == (0.0, 0.0, None, None)
    assert second["harmHigh"] > 2000
    assert second["harmPercent"] == -100.0


def test_from_a_harm_of_zero_there_is_no_percentage() -> None:
    up, _ = comparison_rows(answer([[[0, 0, 2, 0], [0, 0, 0, 0]], [[0, 0, 0, 0], [0, 0, 0, 0]]]))
    assert (up["harmDifference"], up["harmPercent"]) == (60.0, None)


def test_events_without_a_weight_are_a_share_and_events_all_without_have_no_harm() -> None:
    exact = comparison([[10, 4], [6, 0]])
    kinds = np.array([[[0, 0, 5, 0], [0, 0, 4, 0]], [[0, 0, 0, 0], [0, 0, 0, 0]]])
    half, none = comparison_rows(release(weighed(exact, kinds), STAFF))
    assert (half["weighed"], half["harm"], half["harmPerEvent"], half["harmStatus"]) == (0.5, 150.0, 30.0, "value")
    assert (none["weighed"], none["harm"], none["harmHigh"], none["harmStatus"], none["status"]) == (
        0.0,
        None,
        None,
        "notApplicable",
        "value",
    )


def test_a_source_without_weights_has_no_harm_not_even_of_nothing() -> None:
    exact = replace(comparison([[3, 0], [0, 0]]), harm=np.zeros((2, 2)), harm_variance=np.zeros((2, 2)))
    beside = Weighed(np.zeros((2, 2), np.int64), np.zeros((2, 2)), 0.0)
    rows = comparison_rows(release(replace(exact, weighed=beside), STAFF))
    assert [(row["harm"], row["harmStatus"]) for row in rows] == [(None, "notApplicable"), (None, "notApplicable")]


def test_where_no_weights_are_in_force_a_row_has_no_columns_of_harm() -> None:
    published = release(comparison([[1, 2], [3, 4]]), STAFF)
    assert not [name for name in comparison_rows(published)[0] if "arm" in name]
    assert find_harm(published) is None
    assert "harm-gamma" not in methods(published)


def test_what_the_public_may_not_see_is_withheld_in_harm_too_and_nothing_is_nan() -> None:
    kinds = np.array([[[1, 2, 3, 4], [0, 0, 0, 1]], [[0, 0, 0, 0], [0, 1, 0, 0]]])
    exact = weighed(comparison([[10, 1], [0, 1]]), kinds, initiated=7.0)
    published = release(exact, PUBLIC)
    rows = comparison_rows(published)
    told = (
        "harm",
        "harmLow",
        "harmHigh",
        "harmPerEvent",
        "weighed",
        "harmPoliceInitiated",
        "baselineHarm",
        "harmDifference",
        "harmPercent",
    )
    assert all(row[name] is None for row in rows for name in told)
    assert {row["harmStatus"] for row in rows} == {"withheld"}
    assert published.weighed is not None
    assert not published.weighed.events.any()
    assert not published.weighed.initiated.any()
    assert b"NaN" not in orjson.dumps(rows)
    open_rows = comparison_rows(release(weighed(comparison([[10, 1], [0, 1]], sources=(PUBLIC_SOURCE,)), kinds), PUBLIC))
    assert [row["harm"] for row in open_rows] == [1369.0, 0.0]


def test_a_series_has_harm_in_every_period() -> None:
    months = span("2025-01", "2025-02")
    exact = weighed(series([[3, 0], [1, 1]], months), np.array([[[1, 1, 1, 0], [0, 0, 0, 0]], [[0, 0, 0, 1], [0, 0, 1, 0]]]))
    assert [row["harm"] for row in series_rows(release(exact, STAFF))] == [940.0, 0.0, 1.0, 30.0]
    # Its second month is no baseline of the first.
    assert not [sentence for sentence in harm_sentences(release(exact, STAFF)) if sentence.startswith("Antalet")]


def test_a_change_is_tried_over_all_areas_and_left_open_when_chance_makes_it() -> None:
    change = find_change(answer([[[6, 20, 130, 90], [2, 30, 150, 40]], [[0, 0, 0, 0], [0, 0, 0, 0]]]))
    assert change is not None
    assert (change.count, change.harm, change.harm_sure, change.per_event_sure) == ((246, 222), (14560.0, 16580.0), False, False)
    sure = find_change(answer([[[60, 20, 130, 90], [2, 30, 150, 40]], [[0, 0, 0, 0], [0, 0, 0, 0]]]))
    assert sure is not None
    assert (sure.harm_sure, sure.per_event_sure) == (True, True)


def test_a_few_heavy_events_are_never_a_sure_change() -> None:
    change = find_change(answer([[[3, 0, 0, 900], [0, 0, 0, 900]], [[0, 0, 0, 0], [0, 0, 0, 0]]]))
    assert change is not None
    assert (change.harm, change.harm_sure, change.per_event_sure) == ((2535.0, 900.0), False, False)


def test_periods_that_cannot_be_compared_have_no_change() -> None:
    kinds = [[[1, 1, 1, 1], [1, 1, 1, 1]], [[0, 0, 1, 0], [0, 0, 1, 0]]]
    assert find_change(answer(kinds, comparable=False)) is None
    assert comparison_rows(answer(kinds, comparable=False))[0]["harmDifference"] is None
    assert find_change(answer([[[1, 1, 1, 1]], [[0, 0, 1, 0]]], baseline=None)) is None


def said_of(kinds: list[list[list[int]]], initiated: float = 0.0) -> list[str]:
    table = np.array(kinds, np.int64)
    exact = weighed(comparison(table.sum(axis=-1).tolist()), table, initiated=initiated)
    return sentences(release(replace(exact, question=replace(exact.question, measure=Measure.HARM)), STAFF))


def test_sentences_say_count_and_harm_side_by_side_and_how_sure_it_is() -> None:
    said = said_of([[[60, 20, 80, 30], [2, 30, 150, 40]], [[0, 0, 0, 0], [0, 0, 0, 0]]])
    assert "Allvarligheten september–oktober 2025 är 42\u00a0430 dagar, 223,3 dagar per brott." in said
    assert (
        "Antalet anmälda brott minskade med 14,4 procent men allvarligheten ökade med 155,9 procent jämfört med september–oktober 2024."
        in said
    )
    assert "Ändringen av allvarligheten är större än vad slumpen brukar ge." in said


def test_sentences_leave_open_what_cannot_be_told() -> None:
    said = said_of([[[6, 20, 130, 90], [2, 30, 150, 40]], [[0, 0, 0, 0], [0, 0, 0, 0]]], initiated=100.0)
    assert "Om allvarligheten verkligen har ändrats kan inte avgöras, för slumpen kan ge en så stor skillnad." in said
    assert any(sentence.startswith("Av allvarligheten är 1,4 procent brott som mest upptäcks") for sentence in said)


def test_sentences_tell_an_unchanged_harm_as_that() -> None:
    said = said_of([[[1, 0, 1, 0], [1, 0, 1, 0]], [[0, 0, 0, 0], [0, 0, 0, 0]]])
    assert any("är oförändrat och allvarligheten är oförändrad" in sentence for sentence in said)


def test_an_answer_about_counts_says_nothing_of_harm() -> None:
    published = answer([[[6, 20, 130, 90], [2, 30, 150, 40]], [[0, 0, 0, 0], [0, 0, 0, 0]]], asked=AUTUMN)
    assert not [sentence for sentence in sentences(published) if "llvarlighet" in sentence]
