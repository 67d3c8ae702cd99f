"""What is found in a released series: gaps, withheld values, late registration, recodings, and the same rows in every format."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.answers import FARSTA, PUBLIC_SOURCE, STAFF_SOURCE, series, span
from trygghetskarta.analysis.calendar import Kind, calendar
from trygghetskarta.analysis.series import Findings, Include, follow
from trygghetskarta.disclosure.release import release
from trygghetskarta.domain.areas import AreaLevel, Edition
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Exact, MonthKnown, Published, SourceCoverage
from trygghetskarta.domain.periods import Interval, Month, Span, cut
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.serialize.csv import Dialect
from trygghetskarta.serialize.formats import Format, Writing
from trygghetskarta.serialize.series import series_figures, write_series

LONG, SHOWN = span("2019-01", "2025-12"), span("2025-01", "2025-12")
MONTHS = LONG.months
STAFF, ANYONE = Audience.STAFF, Audience.PUBLIC
Ints = npt.NDArray[np.int64]


def drawn(mean: float = 30.0, seed: int = 4) -> Ints:
    return np.random.default_rng(seed).poisson(mean * (1 + 0.2 * np.sin(np.arange(MONTHS) * np.pi / 6)), (2, MONTHS))


def background(counts: Ints, *, missing: tuple[str, ...] = (), source: SourceId = STAFF_SOURCE, **told: Any) -> Exact:  # noqa: ANN401
    """Make the exact answer by month, with what the source tells of its months."""
    gone = tuple(str(month) in missing for month in LONG)
    exact = series(np.where(gone, 0, counts).tolist(), LONG, sources=(source,), missing=gone, provisional=told.pop("provisional", None))
    coverage = SourceCoverage(source, LONG.first, LONG.last, tuple(Month.parse(month) for month in missing), (), **told)
    return replace(exact, coverage=(coverage,))


def shown(exact: Exact, part: Span = SHOWN, interval: Interval = Interval.MONTH) -> Exact:
    """Cut an answer by month into the periods of a shorter span."""
    periods = cut(part, interval)
    places = [slice(period.span.first.number - LONG.first.number, period.span.last.number - LONG.first.number + 1) for period in periods]
    return replace(
        exact,
        question=replace(exact.question, span=part, interval=interval),
        periods=periods,
        counts=np.stack([exact.counts[:, place].sum(axis=1) for place in places], axis=1),
        missing=np.array([exact.missing[place].all() for place in places]),
        provisional=np.array([exact.provisional[place].any() for place in places]),
    )


def found(
    exact: Exact, *include: Include, part: Span = SHOWN, audience: Audience = STAFF, editions: tuple[Edition, ...] = ()
) -> tuple[Published, Findings]:
    published = release(shown(exact, part), audience)
    return published, follow(published, release(exact, audience), include, editions)


def told(published: Published, findings: Findings) -> dict[str, Any]:
    """Give the answer as JSON has it, strictly read: no nan and no infinity."""
    text = write_series(published, findings, Writing(Format.JSON, Dialect.RFC4180, {}))
    answer: dict[str, Any] = orjson.loads(text)
    return answer


def test_without_asking_there_is_nothing_but_the_calendar() -> None:
    published = release(shown(background(drawn())), STAFF)
    answer = told(published, follow(published, None))
    assert set(answer["series"][0]) == {"code", "name", "level", "values"}
    assert set(answer["series"][0]["values"][0]) == {
        "period",
        "from",
        "to",
        "count",
        "status",
        "provisional",
        "estimated",
        "estimatedShare",
    }
    assert isinstance(answer["calendar"], list)
    assert answer["provenance"]["methods"] == []


def test_everything_is_in_every_format_the_same() -> None:
    published, findings = found(background(drawn()), Include.ALL)
    answer = told(published, findings)
    values = [value for line in answer["series"] for value in line["values"]]
    table = write_series(published, findings, Writing(Format.CSV, Dialect.RFC4180, {})).decode()
    rows = list(csv.DictReader(io.StringIO(table)))
    columns = [column for column in values[0] if column not in ("period", "from", "to", "status", "provisional", "unusual")]
    assert {"rolling12", "yearToDate", "samePeriodLastYear", "daysScaled", "seasonIndex", "stlTrend", "trendFit", "expected"} <= set(
        columns
    )
    for row, value in zip(rows, values, strict=True):
        for column in columns:
            assert (float(row[column]) if row[column] else None) == value[column], column
        assert row["unusual"] == value["unusual"]
    assert set(answer["series"][0]) >= {"rolling12", "yearToDate", "samePeriodLastYear", "season", "stl", "trend", "unusual", "breaks"}


def test_sums_are_those_of_the_months() -> None:
    counts = drawn()
    published, findings = found(background(counts), Include.ROLLING12, Include.YEAR_TO_DATE, Include.SAME_PERIOD)
    june = told(published, findings)["series"][0]["values"][5]
    assert june["rolling12"] == counts[0, -18:-6].sum()
    assert june["rolling12LastYear"] == counts[0, -30:-18].sum()
    assert june["yearToDate"] == counts[0, -12:-6].sum()
    assert june["samePeriodLastYear"] == counts[0, -19]


@pytest.mark.parametrize(("interval", "months"), [(Interval.QUARTER, 3), (Interval.TERTIAL, 4), (Interval.YEAR, 12)])
def test_a_longer_period_is_set_beside_the_same_months_last_year(interval: Interval, months: int) -> None:
    counts = drawn()
    exact = background(counts)
    published = release(shown(exact, SHOWN, interval), STAFF)
    value = told(published, follow(published, release(exact, STAFF), [Include.ALL]))["series"][0]["values"][0]
    assert value["samePeriodLastYear"] == counts[0, -24 : -24 + months].sum()
    assert "expected" not in value, "only months are judged by their like"


def test_a_missing_month_is_a_gap_in_every_sum_and_in_no_history_a_zero() -> None:
    exact = background(drawn(), missing=("2024-05",))
    published, findings = found(exact, Include.ALL)
    line = told(published, findings)["series"][0]
    assert line["values"][0]["rolling12"] is None
    assert line["values"][3]["rolling12"] is None
    assert line["values"][4]["rolling12"] is not None
    assert line["values"][4]["samePeriodLastYear"] is None
    assert line["values"][4]["unusual"] == "usual"
    assert line["stl"] == {**line["stl"], "status": "notApplicable"}
    assert line["trend"]["status"] == line["season"]["status"] == "value"
    assert [entry["kind"] for entry in told(published, findings)["calendar"] if entry["month"] == "2024-05"] == ["missing"]


def test_a_last_month_in_part_ends_the_year_so_far_before_it() -> None:
    published, findings = found(background(drawn(), partial=(Month.parse("2025-12"),)), Include.ALL)
    line = told(published, findings)["series"][0]
    assert (line["yearToDate"]["from"], line["yearToDate"]["to"]) == ("2025-01", "2025-11")
    assert line["rolling12"]["to"] == "2025-11"
    assert line["values"][11]["yearToDate"] is None
    assert line["values"][11]["unusual"] == "notApplicable"


@pytest.mark.parametrize(
    "told_of",
    [
        {"provisional": tuple(month == Month.parse("2025-12") for month in LONG)},
        {"incomplete": (MonthKnown(Month.parse("2025-12"), 0.7, 0.6, 0.8),)},
    ],
)
def test_a_month_that_may_be_incomplete_is_never_called_low(told_of: dict[str, Any]) -> None:
    counts = drawn()
    counts[:, -1] = 2
    published, findings = found(background(counts, **told_of), Include.UNUSUAL)
    answer = told(published, findings)
    assert answer["series"][0]["values"][11]["unusual"] == "cannotTell"
    assert any("Fler kan komma att registreras" in sentence for sentence in answer["sentences"])
    published, findings = found(background(counts), Include.UNUSUAL)
    assert told(published, findings)["series"][0]["values"][11]["unusual"] == "lower"


def test_a_month_that_may_be_incomplete_can_be_called_high() -> None:
    counts = drawn()
    counts[0, -1] = 90
    published, findings = found(background(counts, incomplete=(MonthKnown(SHOWN.last, 0.7, 0.6, 0.8),)), Include.UNUSUAL)
    answer = told(published, findings)
    assert [month["verdict"] for month in answer["series"][0]["unusual"]["months"]] == ["higher"]
    assert any(sentence.startswith("Farsta: december 2025 hade 90 anmälda brott, ovanligt många") for sentence in answer["sentences"])


def test_withheld_values_tell_nothing() -> None:
    published, findings = found(background(drawn()), Include.ALL, audience=ANYONE)
    answer = told(published, findings)
    for line in answer["series"]:
        for name in ("rolling12", "yearToDate", "season", "stl", "trend", "unusual", "breaks"):
            assert line[name]["status"] == "withheld", name
        for value in line["values"]:
            known = {name for name, cell in value.items() if cell is not None}
            assert known <= {"period", "from", "to", "status", "provisional", "unusual"}
            assert value["unusual"] == "notApplicable"


def test_of_a_public_source_anyone_is_told_the_same() -> None:
    exact = background(drawn(), source=PUBLIC_SOURCE)
    staff, public = (told(*found(exact, Include.ALL, audience=audience))["series"] for audience in (STAFF, ANYONE))
    assert staff == public


def test_a_break_near_a_recoding_says_so_and_is_no_trend() -> None:
    # The police feed was written in another way from 2026-01-21 (domain/recodings.toml).
    part = span("2022-01", "2028-12")
    exact = series([np.random.default_rng(6).poisson(40, 84).tolist()] * 2, part, sources=(PUBLIC_SOURCE,))
    exact.counts[:, 49:] = exact.counts[:, 49:] // 2
    published = release(exact, STAFF)
    answer = told(published, follow(published, published, [Include.TREND, Include.BREAKS]))
    line = answer["series"][0]
    (broken,) = line["breaks"]["items"]
    assert abs(Month.parse(broken["month"]).number - Month.parse("2026-02").number) <= 1
    assert broken["calendar"]
    assert line["trend"]["besideBreak"] == broken["month"]
    assert line["trend"]["verdict"] == "cannotTell"
    assert any("Ändringen kan alltså bero på hur det räknas" in sentence for sentence in answer["sentences"])


def test_a_break_far_from_anything_is_no_recodings_doing() -> None:
    counts = drawn()
    counts[:, 60:] = counts[:, 60:] * 2
    published, findings = found(background(counts), Include.TREND, Include.BREAKS, part=LONG)
    line = told(published, findings)["series"][0]
    assert line["breaks"]["verdict"] == "higher"
    assert line["breaks"]["items"][0]["calendar"] == []
    assert line["trend"]["besideBreak"] is None


def test_the_calendar_tells_of_laws_recodings_divisions_and_holes() -> None:
    exact = background(drawn(), missing=("2021-03", "2021-04", "2021-08"), partial=(Month.parse("2022-02"),))
    exact = replace(exact, question=replace(exact.question, categories=("valdtakt",)))
    edition = Edition(1, date(2023, 7, 1), "11 stadsdelsområden", 3011, {AreaLevel.STAD: 1}, schematic=False)
    entries = calendar(release(exact, STAFF), span("2013-01", "2025-12"), [edition])
    assert {entry.kind for entry in entries} >= {Kind.EDITION, Kind.MISSING, Kind.PARTIAL, Kind.LAW}
    assert [str(entry.span) for entry in entries if entry.kind is Kind.MISSING] == ["2021-03..2021-04", "2021-08..2021-08"]
    assert [entry.span.first for entry in entries] == sorted(entry.span.first for entry in entries)
    assert all(entry.text and entry.text_en for entry in entries)


def test_what_cannot_be_told_is_said() -> None:
    exact = background(np.ones((2, MONTHS), np.int64))
    sentences = told(*found(exact, Include.TREND, Include.SEASON))["sentences"]
    assert any(sentence.startswith("Farsta: det kan inte avgöras om antalet") for sentence in sentences)
    assert any("det kan inte avgöras om antalet skiljer sig mellan årets månader" in sentence for sentence in sentences)


def test_a_rise_is_said_with_its_interval() -> None:
    rising = (30 * 1.1 ** (np.arange(MONTHS) / 12)).astype(np.int64)
    published, findings = found(background(np.stack([rising, rising])), Include.TREND, part=LONG)
    assert any(
        sentence.startswith("Farsta: antalet anmälda brott ökar med") and "procent per år januari 2019–december 2025 (mellan" in sentence
        for sentence in told(published, findings)["sentences"]
    )


def test_with_many_areas_only_what_is_sure_is_said_of_each() -> None:
    exact = background(drawn(seed=5))
    many = replace(
        exact,
        areas=tuple(replace(FARSTA, code=f"a{number}", name=f"Område {number}") for number in range(20)),
        counts=np.vstack([exact.counts] * 10),
    )
    sentences = series_figures(*found(many, Include.TREND, Include.SEASON)).sentences
    assert sum(sentence.startswith("Område") for sentence in sentences) < 5
    assert any("områden kan det inte avgöras om antalet ökar eller minskar" in sentence for sentence in sentences)


def test_a_percentage_stands_beside_its_interval_in_every_row_and_sentence() -> None:
    published, findings = found(background(drawn()), Include.ROLLING12, Include.YEAR_TO_DATE, Include.SAME_PERIOD)
    answer = told(published, findings)
    for line in answer["series"]:
        for value in line["values"]:
            for name in ("rolling12", "yearToDate", "samePeriodLastYear"):
                # Per day: a month of a leap year is a day longer, so the ends move by at most one part in 28.
                assert value[f"{name}PercentLow"] - 4 < value[f"{name}Percent"] < value[f"{name}PercentHigh"] + 4
    assert all("räknat per dag mellan" in sentence for sentence in answer["sentences"] if "procent" in sentence)


def test_the_same_months_are_spoken_of_once() -> None:
    sentences = told(*found(background(drawn()), Include.ROLLING12, Include.YEAR_TO_DATE, Include.SAME_PERIOD))["sentences"]
    assert sum(sentence.startswith("Farsta: ") for sentence in sentences) == 1


def test_a_span_longer_than_a_year_is_not_set_beside_one_it_shares_months_with() -> None:
    published, findings = found(background(drawn()), Include.SAME_PERIOD, part=span("2024-01", "2025-12"))
    answer = told(published, findings)
    assert answer["series"][0]["samePeriodLastYear"] == {**answer["series"][0]["samePeriodLastYear"], "status": "notApplicable"}
    assert any("Perioden är längre än ett år" in sentence for sentence in answer["sentences"])
    assert answer["series"][0]["values"][0]["samePeriodLastYear"] is not None


def test_every_finding_has_a_sentence() -> None:
    for include, words in {
        Include.ROLLING12: "samma tid året före",
        Include.YEAR_TO_DATE: "samma tid året före",
        Include.SAME_PERIOD: "samma tid året före",
        Include.SEASON: "antalet är som högst i",
        Include.STL: "utan årstid och slump var nivån",
        Include.TREND: "procent per år",
        Include.UNUSUAL: "ovanlig",
        Include.BREAKS: "ändring av nivån",
    }.items():
        sentences = told(*found(background(drawn()), include))["sentences"]
        assert any(sentence.startswith("Farsta: ") and words in sentence for sentence in sentences), include


def test_of_what_may_not_be_shown_nothing_is_told_once_for_each_area() -> None:
    sentences = told(*found(background(drawn()), Include.ALL, audience=ANYONE))["sentences"]
    assert [sentence for sentence in sentences if sentence.startswith("Farsta")] == ["Farsta: ingenting kan avgöras. Värdena är skyddade."]


def test_a_law_that_changed_in_the_history_is_said_although_the_months_shown_are_all_after_it() -> None:
    # Unlawful persecution changed on 1 January 2022 (domain/recodings.toml), and the year 2025 is judged by what came before.
    exact = background(drawn())
    exact = replace(exact, question=replace(exact.question, categories=("fridskrankning",)))
    published, findings = found(exact, Include.UNUSUAL)
    laws = [entry for entry in findings.calendar if entry.kind is Kind.LAW]
    assert laws
    assert any("går inte att läsa rakt av" in sentence and laws[0].text in sentence for sentence in told(published, findings)["sentences"])
    assert not [entry for entry in follow(published, None).calendar if entry.kind is Kind.LAW]


def test_a_new_division_moves_nothing_in_the_whole_city() -> None:
    counts = drawn()
    counts[:, 48:] = counts[:, 48:] * 2
    edition = Edition(1, date(2023, 1, 1), "ny indelning", 3011, {AreaLevel.STAD: 1}, schematic=False)
    for level, blamed in ((AreaLevel.STADSDEL, True), (AreaLevel.STAD, False)):
        exact = background(counts)
        exact = replace(exact, question=replace(exact.question, level=level))
        published, findings = found(exact, Include.TREND, Include.BREAKS, part=LONG, editions=(edition,))
        line = told(published, findings)["series"][0]
        assert line["breaks"]["verdict"] == "higher"
        assert bool(line["breaks"]["items"][0]["calendar"]) is blamed
        assert (line["trend"]["besideBreak"] is not None) is blamed


def test_among_many_areas_a_trend_that_chance_lets_one_expect_is_not_told() -> None:
    draw = np.random.default_rng(12)
    exact = background(drawn())
    many = replace(
        exact,
        areas=tuple(replace(FARSTA, code=f"a{number}", name=f"Område {number}") for number in range(60)),
        counts=draw.poisson(12, (60, MONTHS)),
    )
    published, findings = found(many, Include.TREND, Include.BREAKS, part=LONG)
    trends = [line["trend"] for line in told(published, findings)["series"]]
    alone = [trend["pValue"] < 0.05 for trend in trends]
    assert 0 < sum(alone) <= 6
    assert sum(trend["verdict"] != "cannotTell" for trend in trends) < sum(alone)
    assert all(trend["adjustedP"] >= trend["pValue"] for trend in trends)


COUNTS = st.lists(st.one_of(st.just(0), st.integers(0, 3), st.integers(0, 500)), min_size=MONTHS, max_size=MONTHS)


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(COUNTS, st.one_of(COUNTS, st.integers(0, 5).map(lambda count: [count] * MONTHS))),
    st.sets(st.integers(0, MONTHS - 1), max_size=30),
    st.sets(st.integers(0, MONTHS - 1), max_size=3),
    st.sampled_from(Interval),
)
def test_any_series_has_an_answer(counts: tuple[list[int], list[int]], gone: set[int], halved: set[int], interval: Interval) -> None:
    months = list(LONG)
    exact = background(
        np.array(counts), missing=tuple(str(months[at]) for at in sorted(gone)), partial=tuple(months[at] for at in sorted(halved - gone))
    )
    lacking = np.random.default_rng(len(gone)).choice(4, exact.counts.shape, p=(0.94, 0.02, 0.02, 0.02)).astype(np.int8)
    exact = replace(exact, lacking=lacking)
    published = release(shown(replace(exact, lacking=None), SHOWN, Interval.MONTH if interval is Interval.ROLLING12 else interval), STAFF)
    findings = follow(published, release(exact, STAFF), [Include.ALL])
    for form in (Format.JSON, Format.GEOJSON, Format.CSV, Format.XLSX):
        assert write_series(published, findings, Writing(form, Dialect.EXCEL, {}))
    assert all(sentence.endswith(".") for sentence in told(published, findings)["sentences"])


def test_one_event_and_none_at_all_have_answers() -> None:
    counts = np.zeros((2, MONTHS), np.int64)
    counts[0, 50] = 1
    answer = told(*found(background(counts), Include.ALL))
    for line in answer["series"]:
        assert line["trend"]["status"] == line["breaks"]["status"] == "notApplicable"
        assert line["trend"]["verdict"] == "notApplicable"
        assert line["unusual"]["months"] == []
        assert line["yearToDate"]["verdict"] == "notApplicable"
