"""What a comparison is judged against, counted on the sample: all areas of the level, earlier years, denominators."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from sqlalchemy import Engine

from trygghetskarta.analysis.comparison import find
from trygghetskarta.disclosure.release import release
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Exact, Measure, Statistics
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.domain.surroundings import Surroundings
from trygghetskarta.queries.asking import Asked, ask
from trygghetskarta.queries.comparison import compare
from trygghetskarta.queries.cube import Cube, load_cube
from trygghetskarta.store.engine import one_state


@pytest.fixture(scope="module")
def cube(sample: Engine) -> Iterator[Cube]:
    with one_state(sample) as connection:
        yield load_cube(connection)


def asking(cube: Cube, source: SourceId = SourceId.ANMALDA_BROTT, level: AreaLevel = AreaLevel.STADSDEL, **more: object) -> Exact:
    asked = Asked(level, (source,), **{"statistics": Statistics.ALL, **more})  # type: ignore[arg-type]
    return compare(cube, ask(cube, asked))


def round_it(exact: Exact) -> Surroundings:
    assert exact.surroundings is not None
    return exact.surroundings


def spans(exact: Exact) -> list[str]:
    return [str(span) for span in round_it(exact).history_spans]


def test_the_earlier_years_are_the_same_months_five_times_back(cube: Cube) -> None:
    exact = asking(cube, first="2025-03", last="2025-05")
    assert spans(exact) == [f"{year}-03..{year}-05" for year in (2024, 2023, 2022, 2021, 2020)]
    for column, span in enumerate(round_it(exact).history_spans):
        alone = asking(cube, first=str(span.first), last=str(span.last))
        assert round_it(exact).history[:, column].tolist() == alone.counts[:, 0].tolist()


def test_years_before_the_first_delivery_are_no_years_of_nothing(cube: Cube) -> None:
    first = Month(int(cube.covered[SourceId.ANMALDA_BROTT][0]))
    exact = asking(cube, first=str(first.plus(24)), last=str(first.plus(35)))
    assert spans(exact) == [str(Span(first.plus(12), first.plus(23))), str(Span(first, first.plus(11)))]


def test_a_long_span_steps_back_by_whole_years_clear_of_itself(cube: Cube) -> None:
    exact = asking(cube, first="2024-07", last="2025-12")
    assert spans(exact) == ["2022-07..2023-12", "2020-07..2021-12", "2018-07..2019-12", "2016-07..2017-12"]
    months = [month for span in round_it(exact).history_spans for month in span]
    assert len(months) == len(set(months))


def test_all_areas_of_the_level_are_counted_whichever_are_asked_for(cube: Cube) -> None:
    every, one = asking(cube), asking(cube, areas=("akalla",))
    assert round_it(one).counts.tolist() == every.counts.tolist()
    assert round_it(one).counts[round_it(one).shown].tolist() == one.counts.tolist()


def test_what_is_said_of_an_area_hangs_on_the_city_and_not_on_who_else_was_asked_for(cube: Cube) -> None:
    every, one = (find(release(exact, Audience.STAFF)) for exact in (asking(cube), asking(cube, areas=("akalla",))))
    assert every is not None
    assert one is not None
    assert every.rates is not None
    assert one.rates is not None
    at = [area.code for area in cube.areas[AreaLevel.STADSDEL]].index("akalla")
    assert one.rates.smoothed_local[0] == every.rates.smoothed_local[at]
    assert one.rates.rank_low[0] == every.rates.rank_low[at]
    assert one.change.ratio[0] == every.change.ratio[at]
    assert one.dispersion == every.dispersion


def test_days_are_those_of_the_calendar(cube: Cube) -> None:
    exact = asking(cube, first="2025-02", last="2025-02", baseline="2024-02..2024-02")
    assert round_it(exact).days.tolist() == [28.0, 29.0]
    longer = asking(cube, first="2025-01", last="2025-12", baseline="2022-01..2024-12")
    assert round_it(longer).days.tolist() == [365.0, 1096.0]


def test_a_baseline_that_lacks_months_is_not_held_against_a_whole_one(cube: Cube) -> None:
    first = Month(int(cube.covered[SourceId.ANMALDA_BROTT][0]))
    exact = asking(cube, first=str(first), last=str(first.plus(11)), baseline=f"{first.plus(-6)}..{first.plus(5)}")
    assert np.isnan(round_it(exact).days).all()
    findings = find(release(exact, Audience.STAFF))
    assert findings is not None
    assert findings.change.why is not None


def test_a_source_that_is_a_selection_has_no_rate_and_says_why(cube: Cube) -> None:
    exact = asking(cube, SourceId.POLISHANDELSER)
    assert round_it(exact).person_years is None
    assert round_it(exact).no_rate is not None
    assert "urval" in (round_it(exact).no_rate or ("",))[0]


def test_shootings_have_a_rate_for_a_stadsdel_and_none_for_a_basomrade(cube: Cube) -> None:
    assert round_it(asking(cube, SourceId.SKJUTNINGAR)).person_years is not None
    assert round_it(asking(cube, SourceId.SKJUTNINGAR, AreaLevel.BASOMRADE)).person_years is None


def test_the_denominator_is_that_of_a_rate(cube: Cube) -> None:
    exact = asking(cube, measure=Measure.RATE)
    np.testing.assert_array_equal(round_it(exact).person_years, exact.person_years)


def test_without_statistics_nothing_is_counted_beside(cube: Cube) -> None:
    assert asking(cube, statistics=Statistics.NONE).surroundings is None


@pytest.mark.parametrize("level", list(AreaLevel))
@pytest.mark.parametrize("source", [SourceId.ANMALDA_BROTT, SourceId.SKJUTNINGAR, SourceId.BRANDER])
def test_every_level_of_every_source_has_findings(cube: Cube, level: AreaLevel, source: SourceId) -> None:
    for baseline in (None, "previous"):
        findings = find(release(asking(cube, source, level, baseline=baseline), Audience.STAFF))
        assert findings is not None
        assert len(findings.change.judged.verdicts) == len(cube.areas[level])
