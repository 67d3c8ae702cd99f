"""Rows: the counts that were released, and what is worked out from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from tests.unit.answers import AUTUMN, PUBLIC_SOURCE, comparison, series, span
from trygghetskarta.disclosure.release import release
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Ledger, MonthKnown, SourceCoverage
from trygghetskarta.domain.periods import Month
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.serialize.figures import comparison_rows, head, methods, series_rows

STAFF, PUBLIC = Audience.STAFF, Audience.PUBLIC


def test_a_row_tells_of_an_area_its_counts_and_their_difference() -> None:
    rows = comparison_rows(release(comparison([[12, 8], [3, 9]], provisional=(True, False)), STAFF))
    assert rows == [
        {
            "code": "farsta",
            "name": "Farsta",
            "level": "stadsdel",
            "parent": "farsta-sdo",
            "count": 12,
            "baselineCount": 8,
            "difference": 4,
            "percent": 50.0,
            "status": "value",
            "baselineStatus": "value",
            "provisional": True,
            "estimated": 0,
            "estimatedShare": 0.0,
            "baselineEstimated": 0,
        },
        {
            "code": "rinkeby",
            "name": "Rinkeby",
            "level": "stadsdel",
            "parent": "jarva",
            "count": 3,
            "baselineCount": 9,
            "difference": -6,
            "percent": -66.67,
            "status": "value",
            "baselineStatus": "value",
            "provisional": True,
            "estimated": 0,
            "estimatedShare": 0.0,
            "baselineEstimated": 0,
        },
    ]


def test_from_a_baseline_of_zero_there_is_a_difference_but_no_percentage() -> None:
    # REFERENCE_CASES 15: at base 0 a percentage is never infinity.
    up, same = comparison_rows(release(comparison([[5, 0], [0, 0]]), STAFF))
    assert (up["difference"], up["percent"]) == (5, None)
    assert (same["difference"], same["percent"]) == (0, None)


def test_down_to_zero_is_minus_a_hundred_per_cent() -> None:
    gone, same = comparison_rows(release(comparison([[0, 4], [4, 4]]), STAFF))
    assert (gone["difference"], gone["percent"]) == (-4, -100.0)
    assert (same["difference"], same["percent"]) == (0, 0.0)


def test_without_a_baseline_there_is_nothing_to_differ_from() -> None:
    for row in comparison_rows(release(comparison([[5], [0]], baseline=None), STAFF)):
        assert (row["baselineCount"], row["difference"], row["percent"]) == (None, None, None)
    assert [row["count"] for row in comparison_rows(release(comparison([[5], [0]], baseline=None), STAFF))] == [5, 0]


def test_periods_that_cannot_be_compared_show_both_counts_and_no_difference() -> None:
    row = comparison_rows(release(comparison([[12, 8], [3, 9]], comparable=False), STAFF))[0]
    assert (row["count"], row["baselineCount"], row["difference"], row["percent"]) == (12, 8, None, None)


def test_a_withheld_row_has_no_figure_at_all() -> None:
    for row in comparison_rows(release(comparison([[12, 8], [0, 9]], person_years=[[100.0, 100.0], [100.0, 100.0]]), PUBLIC)):
        assert row["status"] == "withheld"
        figures = ("count", "baselineCount", "difference", "percent", "rate", "rateLow", "rateHigh")
        assert [row[name] for name in figures] == [None] * len(figures)


def test_a_missing_baseline_gives_no_difference_from_its_zero() -> None:
    row = comparison_rows(release(comparison([[12, 0], [3, 0]], missing=(False, True)), STAFF))[0]
    assert (row["count"], row["status"], row["baselineStatus"]) == (12, "value", "missing")
    assert (row["baselineCount"], row["difference"], row["percent"]) == (None, None, None)


def test_a_missing_span_has_no_count() -> None:
    row = comparison_rows(release(comparison([[0, 12], [0, 3]], missing=(True, False)), STAFF))[0]
    assert (row["count"], row["status"], row["baselineCount"], row["difference"]) == (None, "missing", 12, None)


def test_a_rate_is_per_thousand_inhabitants_and_year() -> None:
    # REFERENCE_CASES 2: 222 of 3 215 is 69.05132192846033 per 1 000, Byar's interval 60.26574877652675 - 78.7572937087185.
    rows = comparison_rows(release(comparison([[222, 1], [5, 1]], person_years=[[3215.0, 1.0], [100.0, 1.0]]), STAFF))
    assert (rows[0]["rate"], rows[0]["rateLow"], rows[0]["rateHigh"]) == (69.0513, 60.2657, 78.7573)
    # The same case: 5 of 100 is 50 per 1 000, exact interval 16.2348639011842 - 116.68332079322669.
    assert (rows[1]["rate"], rows[1]["rateLow"], rows[1]["rateHigh"]) == (50.0, 16.2349, 116.6833)
    assert [row["status"] for row in rows] == ["value", "value"]


def test_where_nobody_lives_a_rate_does_not_apply_but_the_count_stands() -> None:
    zero, unknown = comparison_rows(release(comparison([[7, 1], [0, 1]], person_years=[[0.0, 0.0], [float("nan")] * 2]), STAFF))
    assert (zero["rate"], zero["rateLow"], zero["rateHigh"], zero["status"], zero["count"]) == (None, None, None, "notApplicable", 7)
    assert (unknown["rate"], unknown["status"], unknown["count"]) == (None, "notApplicable", 0)


def test_without_a_rate_asked_for_no_row_speaks_of_one() -> None:
    assert not {"rate", "rateLow", "rateHigh"} & set(comparison_rows(release(comparison([[1, 2], [3, 4]]), STAFF))[0])


def test_every_row_has_the_same_keys_in_the_same_order() -> None:
    rows = comparison_rows(release(comparison([[7, 1], [1, 1]], person_years=[[0.0, 0.0], [10.0, 10.0]]), STAFF))
    assert list(rows[0]) == list(rows[1])


def test_a_series_has_a_row_per_area_and_period() -> None:
    exact = series([[1, 0], [0, 4]], span("2025-09", "2025-10"), missing=(False, False), provisional=(False, True))
    rows = series_rows(release(exact, STAFF))
    assert [(row["code"], row["period"], row["count"], row["provisional"]) for row in rows] == [
        ("farsta", "2025-09", 1, False),
        ("farsta", "2025-10", 0, True),
        ("rinkeby", "2025-09", 0, False),
        ("rinkeby", "2025-10", 4, True),
    ]
    assert [(row["from"], row["to"]) for row in rows[:2]] == [("2025-09", "2025-09"), ("2025-10", "2025-10")]


@pytest.mark.parametrize(("audience", "expected"), [(STAFF, ["missing", "value"]), (PUBLIC, ["missing", "withheld"])])
def test_a_series_tells_the_missing_from_the_withheld_and_from_zero(audience: Audience, expected: list[str]) -> None:
    rows = series_rows(release(series([[0, 0], [0, 0]], span("2025-09", "2025-10"), missing=(True, False)), audience))
    assert [row["status"] for row in rows] == expected * 2
    assert [row["count"] for row in rows] == ([None, 0] if audience is STAFF else [None, None]) * 2


def test_the_head_states_the_question_and_where_the_answer_comes_from() -> None:
    answer = head(release(comparison([[1, 2], [3, 4]]), STAFF), ["En mening."], ())
    assert answer["question"] == {
        "level": "stadsdel",
        "area": [],
        "within": None,
        "edition": "2023-01-01",
        "source": ["anmalda_brott"],
        "category": [],
        "group": None,
        "from": "2025-09",
        "to": "2025-10",
        "baseline": "2024-09..2024-10",
        "interval": "month",
        "measure": "count",
        "per": "residents",
        "by": None,
        "asOf": None,
        "weights": None,
        "against": None,
        "statistics": "none",
    }
    assert answer["provenance"] == {
        "dataVersion": 7,
        "publishedAt": "2025-11-03T04:05:06Z",
        "deliveries": None,
        "deliveriesTotal": None,
        "edition": "2023-01-01",
        "editionName": "2023 års indelning",
        "asOf": None,
        "audience": "staff",
        "class": "intern",
        "madeFor": None,
        "madeAt": None,
        "weights": None,
        "counted": [{"source": "anmalda_brott", "categories": []}],
        "notUsed": [],
        "methods": [],
    }
    assert answer["sentences"] == ["En mening."]


def test_the_head_names_the_method_of_a_rate() -> None:
    published = release(comparison([[1, 2], [3, 4]], person_years=[[10.0, 10.0], [10.0, 10.0]]), STAFF)
    assert head(published, [], methods(published))["provenance"]["methods"] == ["poisson-exact-byar"]
    assert head(published, [], ())["question"]["measure"] == "rate"


def test_the_ledger_adds_up_or_is_withheld_whole() -> None:
    exact = comparison([[1, 2], [3, 4]], ledger=Ledger(4, 3, 2, 1))
    assert head(release(exact, STAFF), [], ())["ledger"] == {
        "placed": 4,
        "areaOnly": 3,
        "unplaced": 2,
        "outside": 1,
        "withheld": False,
        "covered": True,
        "withheldBySource": 0,
        "undated": 0,
        "estimated": 0,
        "total": 10,
    }
    withheld = head(release(exact, PUBLIC), [], ())["ledger"]
    assert withheld == {
        "placed": None,
        "areaOnly": None,
        "unplaced": None,
        "outside": None,
        "withheld": True,
        "covered": True,
        "withheldBySource": None,
        "undated": None,
        "estimated": None,
        "total": None,
    }


def test_the_head_tells_what_was_delivered_of_each_source() -> None:
    september, october = AUTUMN
    known = MonthKnown(october, 0.83123, 0.7, 0.95)
    coverage = (
        SourceCoverage(PUBLIC_SOURCE, Month.parse("2022-01"), october, (september,), (october,), (october,), (known,)),
        SourceCoverage(SourceId.BRANDER, None, None, tuple(AUTUMN), ()),
    )
    nothing: dict[str, list[str]] = {"partial": [], "provisional": [], "incomplete": []}
    told = head(release(comparison([[1, 2], [3, 4]], coverage=coverage), STAFF), [], ())
    assert told["coverage"] == [
        {
            "source": "polishandelser",
            "countsBy": "happened",
            "from": "2022-01",
            "to": "2025-10",
            "missing": ["2025-09"],
            "partial": ["2025-10"],
            "provisional": ["2025-10"],
            "incomplete": [{"month": "2025-10", "share": 0.8312, "low": 0.7, "high": 0.95, "reason": None, "reasonEn": None}],
        },
        {"source": "brander", "countsBy": "happened", "from": None, "to": None, "missing": ["2025-09", "2025-10"], **nothing},
    ]
    assert told["ledger"]["covered"] is False
    # What share is known is worked out from exact counts: not for one who may not see them.
    withheld = head(release(comparison([[1, 2], [3, 4]], coverage=coverage), PUBLIC), [], ())
    assert withheld["coverage"][0]["incomplete"] == []


def test_the_edition_stated_is_the_one_answered_with() -> None:
    published = release(comparison([[1, 2], [3, 4]]), STAFF)
    assert published.question.edition is None
    assert head(published, [], ())["question"]["edition"] == str(date(2023, 1, 1))


def test_a_row_tells_how_many_of_its_count_are_dealt_by_share() -> None:
    exact = replace(comparison([[12, 8], [0, 9]]), estimated=np.array([[5, 8], [0, 0]]))
    rows = comparison_rows(release(exact, STAFF))
    assert [(row["estimated"], row["estimatedShare"], row["baselineEstimated"]) for row in rows] == [(5, 0.4167, 8), (0, 0.0, 0)]
    assert methods(release(exact, STAFF)) == ("land-share",)
    hidden = comparison_rows(release(exact, PUBLIC))
    assert [(row["estimated"], row["estimatedShare"], row["baselineEstimated"]) for row in hidden] == [(None, None, None)] * 2
    assert methods(release(exact, PUBLIC)) == ()


def test_a_series_tells_of_every_value_how_many_are_dealt_by_share() -> None:
    exact = replace(series([[1, 0], [0, 4]], span("2025-09", "2025-10"), missing=(True, False)), estimated=np.array([[1, 0], [0, 3]]))
    rows = series_rows(release(exact, STAFF))
    assert [(row["estimated"], row["estimatedShare"]) for row in rows] == [(None, None), (0, 0.0), (None, None), (3, 0.75)]
