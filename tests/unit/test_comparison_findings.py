"""What the statistics say of a comparison: found in released figures, written in rows, told in sentences."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.answers import AUTUMN, FARSTA, NO_RATE, STAFF_SOURCE, comparison, span, surrounded
from trygghetskarta.analysis.comparison import Against, Findings, find
from trygghetskarta.analysis.verdicts import Evidence, Verdict, judge
from trygghetskarta.disclosure.release import release
from trygghetskarta.domain.areas import Area, AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Exact, Measure, MonthKnown, SourceCoverage, Status
from trygghetskarta.domain.periods import Month
from trygghetskarta.serialize.comparing import beside, methods_of
from trygghetskarta.serialize.csv import Dialect
from trygghetskarta.serialize.figures import comparison_rows
from trygghetskarta.serialize.formats import Format, Writing, write_comparison
from trygghetskarta.serialize.saying.answers import sentences
from trygghetskarta.stats.change import change_p, rate_ratio

STAFF, PUBLIC = Audience.STAFF, Audience.PUBLIC
PROPERTIES = """
    code name level parent count baselineCount difference percent rate rateLow rateHigh smoothedRate ratio ratioLow ratioHigh pValue adjustedP verdict
    rankLow rankHigh status provisional
"""
YEAR, YEAR_BEFORE = span("2025-01", "2025-12"), span("2024-01", "2024-12")


def found(exact: Exact) -> Findings:
    findings = find(release(exact, STAFF))
    assert findings is not None
    return findings


def rows(exact: Exact, audience: Audience = STAFF) -> list[dict[str, Any]]:
    published = release(exact, audience)
    return comparison_rows(published, find(published))


def said(exact: Exact) -> list[str]:
    published = release(exact, STAFF)
    return sentences(published, find(published))


def areas(number: int) -> tuple[Area, ...]:
    return tuple(Area(at, AreaLevel.STADSDEL, f"s{at:03}", f"Stadsdel {at}", None, 1.0) for at in range(number))


def city(pairs: list[list[int]], **more: Any) -> Exact:  # noqa: ANN401 - whatever a comparison takes
    return comparison(pairs, areas=areas(len(pairs)), asked=YEAR, baseline=YEAR_BEFORE, **more)


def test_every_property_of_the_interface_is_in_every_row() -> None:
    for exact in (surrounded(city([[12, 8], [3, 9]])), surrounded(city([[12, 8], [3, 9]]), people=[[900.0, 900.0], [0.0, 0.0]])):
        for audience in Audience:
            for row in rows(exact, audience):
                assert set(PROPERTIES.split()) <= set(row)


def test_a_ratio_is_by_the_day_and_has_the_interval_and_p_of_its_method() -> None:
    exact = comparison([[56, 64]], areas=(FARSTA,), asked=span("2025-02", "2025-02"), baseline=span("2024-02", "2024-02"))
    (row,) = rows(surrounded(exact))
    expected = rate_ratio(np.array([[56, 64]]), np.array([28.0, 29.0]))
    assert row["ratio"] == pytest.approx(56 / 28 / (64 / 29), abs=6e-5)
    assert (row["ratioLow"], row["ratioHigh"]) == (round(float(expected.low[0]), 4), round(float(expected.high[0]), 4))
    p = change_p(np.array([[56, 64]]), np.array([[28.0, 29.0]]), np.ones(1))
    assert row["pValue"] == row["adjustedP"] == round(float(p[0]), 6)
    assert row["verdict"] == "cannotTell"


def test_with_rates_asked_for_a_change_is_by_the_inhabitant() -> None:
    # Twice as many people and twice as many events: no change.
    exact = surrounded(city([[200, 100], [50, 50]], person_years=[[2000.0, 1000.0], [1000.0, 1000.0]]))
    assert [row["ratio"] for row in rows(exact)] == [1.0, 1.0]
    assert found(exact).change.by_people


def test_with_counts_asked_for_a_change_is_by_the_day_even_where_there_are_inhabitants() -> None:
    exact = surrounded(city([[200, 100], [50, 50]]), people=[[2000.0, 1000.0], [1000.0, 1000.0]], days=(365.0, 365.0))
    first = rows(exact)[0]
    assert first["ratio"] == 2.0
    assert first["rate"] == 100.0


def test_periods_of_different_length_are_compared_by_the_day_but_have_no_difference() -> None:
    exact = comparison([[300, 600]], areas=(FARSTA,), asked=YEAR, baseline=span("2022-01", "2024-12"), comparable=False)
    (row,) = rows(surrounded(exact))
    assert (row["difference"], row["percent"]) == (None, None)
    assert row["ratio"] == round(300 / 365 / (600 / 1096), 4)
    assert row["verdict"] == "higher"
    assert said(surrounded(exact))[1].startswith(
        "Räknat per dag är det 50,1 procent fler än januari 2022–december 2024; ökningen är säkerställd"
    )


def test_what_was_not_delivered_alike_is_not_judged() -> None:
    exact = surrounded(city([[300, 100], [50, 50]], comparable=False), days=(float("nan"),) * 2)
    assert {row["verdict"] for row in rows(exact)} == {"notApplicable"}
    assert {row["pValue"] for row in rows(exact)} == {None}
    told = beside(release(exact, STAFF), found(exact))["statistics"]
    assert (told["against"], told["tested"], told["total"]) == ("nothing", 0, None)
    assert told["reason"] == "Leveranserna täcker inte lika mycket av båda perioderna, så ingen förändring prövas."
    assert told["reasonEn"].startswith("The deliveries")


def test_nothing_against_nothing_is_not_applicable_and_counts_in_no_number_of_tests() -> None:
    exact = surrounded(city([[0, 0], [30, 10], [5, 5]]))
    first, second, _ = rows(exact)
    assert [first[name] for name in ("ratio", "ratioLow", "ratioHigh", "pValue", "adjustedP", "verdict")] == [None] * 5 + ["notApplicable"]
    assert second["adjustedP"] == pytest.approx(2 * second["pValue"], rel=1e-3)
    assert found(exact).change.judged.tested == 2


def test_from_nothing_there_is_a_lower_end_and_no_infinity() -> None:
    up, down = rows(surrounded(city([[9, 0], [0, 9]])))
    assert (up["ratio"], up["ratioHigh"], up["percent"], up["verdict"]) == (None, None, None, "higher")
    assert up["ratioLow"] > 1
    assert (down["ratio"], down["ratioLow"], down["verdict"]) == (0.0, 0.0, "lower")
    assert down["ratioHigh"] < 1


def test_without_a_baseline_an_area_is_held_against_the_rest_of_the_city() -> None:
    exact = surrounded(
        comparison([[60], [20]], areas=areas(2), asked=YEAR, baseline=None), people=[[1000.0], [1000.0], [8000.0]], others=[[240]]
    )
    first, second = rows(exact)
    assert first["ratio"] == round(60 / 1000 / (260 / 9000), 4)
    assert second["ratio"] == round(20 / 1000 / (300 / 9000), 4)
    assert found(exact).change.against is Against.REST_OF_CITY
    assert (first["verdict"], second["verdict"]) == ("higher", "lower")
    assert first["expected"] == 32.0


def test_an_area_is_held_against_another_and_that_one_against_nothing() -> None:
    exact = surrounded(
        comparison([[60], [20]], areas=areas(2), asked=YEAR, baseline=None), people=[[1000.0], [1000.0], [8000.0]], others=[[240]]
    )
    assert exact.surroundings is not None
    exact = replace(exact, surroundings=replace(exact.surroundings, against=(1, "Stadsdel 1")))
    first, second = rows(exact)
    assert first["ratio"] == 3.0
    assert (first["verdict"], first["personYears"]) == ("higher", 1000.0)
    assert (second["ratio"], second["pValue"], second["verdict"]) == (None, None, "notApplicable")
    assert found(exact).change.against is Against.AREA
    assert "Jämfört med Stadsdel 1 är det säkerställt högre tal i Stadsdel 0." in said(exact)


def test_an_area_where_nobody_lives_is_not_held_against_another() -> None:
    exact = surrounded(comparison([[60], [20]], areas=areas(2), asked=YEAR, baseline=None), people=[[0.0], [1000.0]])
    assert exact.surroundings is not None
    first, _ = rows(replace(exact, surroundings=replace(exact.surroundings, against=(1, "Stadsdel 1"))))
    assert (first["ratio"], first["verdict"], first["personYears"]) == (None, "notApplicable", None)


def test_without_a_baseline_and_without_inhabitants_there_is_nothing_to_hold_it_against() -> None:
    exact = surrounded(comparison([[60], [20]], areas=areas(2), asked=YEAR, baseline=None))
    for row in rows(exact):
        assert row["verdict"] == "notApplicable"
        assert [row[name] for name in ("rate", "smoothedRate", "rankLow", "funnel", "expected")] == [None] * 5
    told = beside(release(exact, STAFF), found(exact))["statistics"]
    assert (told["reason"], told["reasonEn"]) == NO_RATE == (told["rate"]["reason"], told["rate"]["reasonEn"])


def test_one_area_of_one_has_no_rest() -> None:
    exact = surrounded(comparison([[60]], areas=areas(1), asked=YEAR, baseline=None), people=[[1000.0]])
    (row,) = rows(exact)
    assert (row["verdict"], row["rankLow"], row["rankHigh"], row["funnel"]) == ("notApplicable", 1, 1, "inside")
    assert found(exact).change.why is not None


def test_where_nobody_lives_there_is_no_rate_but_a_change() -> None:
    row = rows(surrounded(city([[30, 10], [9, 9]]), people=[[0.0, 0.0], [500.0, 500.0]]))[0]
    assert [row[name] for name in ("rate", "rateLow", "rateHigh", "smoothedRate", "rankLow", "rankHigh", "funnel")] == [None] * 7
    assert (row["ratio"], row["verdict"], row["status"]) == (3.0082, "higher", "value")


def test_what_is_withheld_is_not_judged_and_others_are() -> None:
    exact = surrounded(replace(city([[0, 10], [30, 10]]), lacking=np.array([[Status.WITHHELD.number, 0], [0, 0]], np.int8)))
    first, second = rows(exact)
    assert (first["status"], first["verdict"], first["ratio"]) == ("withheld", "notApplicable", None)
    assert second["verdict"] == "higher"
    assert found(exact).total is None


def test_the_public_sees_that_there_is_nothing_to_see() -> None:
    exact = surrounded(city([[30, 10], [9, 9]]), people=[[500.0, 500.0]] * 2)
    for row in rows(exact, PUBLIC):
        assert (row["status"], row["verdict"]) == ("withheld", "notApplicable")
        assert {row[name] for name in ("count", "rate", "ratio", "pValue", "rankLow", "expected", "funnelHigh95")} == {None}
    assert beside(release(exact, PUBLIC), None) == {"statistics": None}


def test_counts_alone_are_as_they_were() -> None:
    exact = city([[30, 10], [9, 9]])
    assert "ratio" not in rows(exact)[0]
    assert find(release(exact, STAFF)) is None
    assert beside(release(exact, STAFF), None) == {}


def test_an_area_more_changes_no_other_areas_own_figures() -> None:
    own = ("count", "difference", "percent", "rate", "rateLow", "rateHigh", "ratio", "ratioLow", "ratioHigh", "pValue")
    few = rows(surrounded(city([[30, 10], [9, 9]]), people=[[500.0, 500.0]] * 2))
    more = rows(surrounded(city([[30, 10], [9, 9], [70, 80]]), people=[[500.0, 500.0]] * 3))
    for before, after in zip(few, more, strict=False):
        assert [before[name] for name in own] == [after[name] for name in own]


def test_years_that_vary_widen_the_intervals_and_say_by_what() -> None:
    calm = [[100, 104, 96, 101, 99]] * 3
    wild = [[100, 160, 60, 120, 80], [80, 100, 160, 60, 120], [120, 60, 100, 160, 80]]
    plain, varied = (surrounded(city([[140, 100]] * 3), history=history, people=[[900.0, 900.0]] * 3) for history in (calm, wild))
    (first, *_), (second, *_) = rows(plain), rows(varied)
    assert first["ratio"] == second["ratio"]
    assert first["ratioLow"] > second["ratioLow"]
    assert first["rateHigh"] < second["rateHigh"]
    assert (first["verdict"], second["verdict"]) == ("higher", "cannotTell")
    assert methods_of(found(plain))[2:4] == ("e-test", "exact-conditional-test")
    assert set(methods_of(found(varied))) & {"quasi-poisson", "negative-binomial"}
    told = beside(release(varied, STAFF), found(varied))["statistics"]["dispersion"]
    assert told["pearson"] > 1.5
    assert told["years"] == [f"{year}-01..{year}-12" for year in (2024, 2023, 2022, 2021, 2020)]
    assert any(sentence.startswith("Antalen varierar mellan åren ") for sentence in said(varied))
    assert not any(sentence.startswith("Antalen varierar") for sentence in said(plain))


@pytest.mark.parametrize(
    ("known_month", "pairs", "verdicts"),
    [
        ("2025-12", [[60, 200], [200, 60]], ["cannotTell", "higher"]),
        ("2024-12", [[60, 200], [200, 60]], ["lower", "cannotTell"]),
        ("2019-12", [[60, 200], [200, 60]], ["lower", "higher"]),
    ],
)
def test_what_is_still_to_be_registered_can_hide_a_fall_to_nowhere(known_month: str, pairs: list[list[int]], verdicts: list[str]) -> None:
    late = SourceCoverage(STAFF_SOURCE, None, None, (), (), (), (MonthKnown(Month.parse(known_month), 0.6, 0.5, 0.7),))
    exact = surrounded(city(pairs, coverage=(late,)))
    assert [row["verdict"] for row in rows(exact)] == verdicts
    guarded = [sentence for sentence in said(exact) if sentence.startswith("Fler händelser väntas")]
    assert len(guarded) == (0 if known_month == "2019-12" else 1)


@pytest.mark.parametrize(("categories", "verdicts"), [((), ["lower", "higher"]), (("kap-10",), ["cannotTell", "cannotTell"])])
def test_a_change_of_what_is_counted_is_no_rise_and_no_fall(categories: tuple[str, ...], verdicts: list[str]) -> None:
    exact = surrounded(city([[60, 200], [200, 60]], categories=categories))
    assert [row["verdict"] for row in rows(exact)] == verdicts
    # What the arithmetic gives stands, and the sentence says what was changed, not that more is to come.
    assert rows(exact)[0]["ratioHigh"] < 1
    assert any("går inte att jämföra rakt av" in sentence for sentence in said(exact)) == bool(categories)
    assert not any(sentence.startswith("Fler händelser väntas") for sentence in said(exact))


def test_a_verdict_needs_its_own_p_and_that_of_all() -> None:
    p = np.array([0.0001, 0.004, 0.06, np.nan, *np.linspace(0.3, 1, 16)])
    judged = judge(p, np.where(np.arange(20) % 2, 0.5, 2.0))
    assert judged.verdicts[:4] == (Verdict.HIGHER, Verdict.LOWER, Verdict.CANNOT_TELL, Verdict.NOT_APPLICABLE)
    assert judged.evidence[:3] == (Evidence.STRONG, Evidence.STRONG, None)
    # Alone, a p-value of 0.06 is not enough, though the adjusted one would be.
    assert judge(np.array([0.06]), np.array([2.0])).verdicts == (Verdict.CANNOT_TELL,)
    # Among ten, 0.015 is found, with moderate evidence.
    among = judge(np.array([0.015, *np.linspace(0.3, 1, 9)]), np.full(10, 2.0))
    assert (among.verdicts[0], among.evidence[0]) == (Verdict.HIGHER, Evidence.MODERATE)


def test_the_change_of_all_is_told_with_how_sure_it_is() -> None:
    up, down, unsure, same = (surrounded(city(pairs), days=(365.0, 366.0)) for pairs in ([[300, 200]], [[200, 300]], [[12, 8]], [[20, 20]]))
    assert said(up)[1] == (
        "Det är 100 fler än 2024 (50,0 procent); ökningen är säkerställd (med 95 procents säkerhet mellan +25,4 och +80,8 procent, räknat per dag)."
    )
    assert said(down)[1].startswith(
        "Det är 100 färre än 2024 (33,3 procent); minskningen är säkerställd (med 95 procents säkerhet mellan −44,"
    )
    doubt = "Det är 4 fler än 2024 (50,0 procent); om det är en verklig ökning kan inte avgöras (med 95 procents säkerhet mellan −"
    assert said(unsure)[1].startswith(doubt)
    assert said(same)[1].startswith("Det är lika många som 2024; om något har ändrats kan inte avgöras (med 95 procents säkerhet mellan −")


def test_of_a_handful_the_ends_of_the_interval_are_not_told() -> None:
    told = said(surrounded(city([[2, 1]]), days=(365.0, 366.0)))[1]
    assert (
        told
        == "Det är 1 fler än 2024 (100,0 procent); om det är en verklig ökning kan inte avgöras (händelserna är för få för att säga mer)."
    )
    # The E-test (p = 0,0413) is sharper than the exact interval of the ratio, 0 to 1,52.
    told = said(surrounded(city([[0, 4]]), days=(365.0, 366.0)))[1]
    assert (
        told == "Det är 4 färre än 2024 (100,0 procent); minskningen är säkerställd (händelserna är för få för att säga hur stor den är)."
    )


def test_fewer_that_are_more_of_each_day_or_inhabitant_are_told_as_that() -> None:
    fewer = surrounded(city([[1280, 1290]]), days=(300.0, 365.0))
    assert said(fewer)[1].startswith(
        "Det är 10 färre än 2024 (0,8 procent); men räknat per dag är det fler: ökningen är säkerställd (med 95"
    )
    unsure = surrounded(city([[28, 29]]), days=(300.0, 365.0))
    assert "; men räknat per dag är det fler: om det är en verklig ökning kan inte avgöras (med 95" in said(unsure)[1]


def test_why_areas_are_not_held_against_the_rest_of_the_city_is_told() -> None:
    exact = surrounded(comparison([[30], [9]], areas=areas(2), asked=YEAR, baseline=None))
    assert f"Inget område kan jämföras med resten av staden: {NO_RATE[0]}" in said(exact)
    assert not any("resten av staden" in sentence for sentence in said(surrounded(city([[30, 10]]))))


def test_from_none_the_change_is_told_without_percent() -> None:
    assert said(surrounded(city([[9, 0]])))[1] == "Det är 9 fler än 2024; ökningen är säkerställd."


def test_the_areas_that_stand_out_are_named_with_how_sure_it_is() -> None:
    told = said(surrounded(city([[300, 200], [100, 180], [40, 40], [41, 40]])))[2]
    assert (
        told == "Jämfört med 2024 är det säkerställt fler i Stadsdel 0; säkerställt färre i Stadsdel 1. I 2 områden kan det inte avgöras."
    )


def test_where_no_area_stands_out_that_is_told() -> None:
    told = said(surrounded(city([[21, 20], [39, 40]])))[2]
    assert told == "I inget av de 2 områden som kunde prövas kan det avgöras att något har ändrats sedan 2024."


def test_many_areas_are_not_all_named() -> None:
    told = said(surrounded(city([[300 + at, 100] for at in range(8)])))[2]
    assert told == (
        "Jämfört med 2024 är det säkerställt fler i Stadsdel 7, Stadsdel 6, Stadsdel 5, Stadsdel 4, Stadsdel 3 och 3 andra områden."
    )


def test_the_highest_rate_is_told_with_its_rank_and_interval() -> None:
    exact = surrounded(city([[40, 40], [38, 40], [2, 3]], person_years=[[1000.0, 1000.0]] * 3))
    assert "Högst tal har Stadsdel 0: 40,0 per 1 000 invånare och år (mellan 28,6 och 54,5), någonstans från plats 1 till 2 av 3." in said(
        exact
    )


def test_a_rate_is_the_same_whichever_way_it_is_asked_for() -> None:
    exact = city([[222, 200], [5, 7]], person_years=[[3215.0, 3215.0], [100.0, 100.0]])
    names = ("rate", "rateLow", "rateHigh", "status")
    for plain, full in zip(rows(exact), rows(surrounded(exact)), strict=True):
        assert [plain[name] for name in names] == [full[name] for name in names]


@given(
    st.lists(
        st.tuples(st.integers(0, 400), st.integers(0, 400), st.sampled_from([0.0, float("nan"), 1.0, 800.0, 3e6])), min_size=1, max_size=12
    ),
    st.integers(0, 5),
    st.booleans(),
    st.sampled_from(list(Measure)),
)
@settings(deadline=None, max_examples=120)
def test_whatever_is_counted_has_an_answer_without_infinities(
    cells: list[tuple[int, int, float]], years: int, paired: bool, measure: Measure
) -> None:
    pairs = [[now, before][: 1 + paired] for now, before, _ in cells]
    people = [[number] * (1 + paired) for _, _, number in cells]
    exact = comparison(
        pairs,
        areas=areas(len(cells)),
        asked=AUTUMN,
        baseline=span("2024-09", "2024-10") if paired else None,
        person_years=people if measure is Measure.RATE else None,
    )
    history = [[(now * 7 + year * 13) % 90 for year in range(years)] for now, _, _ in cells]
    published = release(surrounded(exact, history=history, people=people), STAFF)
    written = orjson.loads(write_comparison(published, Writing(Format.JSON, Dialect.EXCEL, {})))
    for row in written["items"]:
        assert row["verdict"] in list(Verdict)
        for low, middle, high in (("rateLow", "rate", "rateHigh"), ("ratioLow", "ratio", "ratioHigh")):
            ends = [row[name] for name in (low, middle, high)]
            if None not in ends:
                assert ends[0] <= ends[1] + 1e-4
                assert ends[1] <= ends[2] + 1e-4
    for form in (Format.CSV, Format.XLSX, Format.GEOJSON):
        assert write_comparison(published, Writing(form, Dialect.EXCEL, {}))
    assert all(sentence.endswith(".") for sentence in written["sentences"])
