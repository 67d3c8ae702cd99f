"""What was delivered, in part or not at all; how much of a month is known so far; and what a source refuses."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Connection

from tests.conftest import Drawing
from tests.db.dated import ONE, deliver_on
from tests.db.delivering import deliver, fires
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Exact, Measure, Question
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.sources import POINT, SourceId
from trygghetskarta.errors import NotCarriedError, NotCoveredError
from trygghetskarta.queries.comparison import compare
from trygghetskarta.queries.cube import load_cube
from trygghetskarta.queries.slices import refuse
from trygghetskarta.queries.sources import describe

BRANDER = SourceId.BRANDER


def month_of(connection: Connection, month: str, as_of: date | None = None) -> Exact:
    span = Span(Month.parse(month), Month.parse(month))
    return compare(load_cube(connection, None, as_of), Question(AreaLevel.STADSDEL, (BRANDER,), span, as_of=as_of))


def fire(number: str, day: str) -> str:
    return f"{number};{day} 12:00;10;10"


def states(connection: Connection) -> dict[str, str]:
    return {month["month"]: month["status"] for month in describe(load_cube(connection), BRANDER, Audience.PUBLIC)["coverage"]["months"]}


def test_a_month_in_progress_is_partial_until_it_is_delivered_again(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, ONE)
    deliver_on(connection, "2026-03-15", fires(fire("A", "2026-02-10"), fire("B", "2026-03-10")))
    assert states(connection) == {"2026-02": "delivered", "2026-03": "partial"}
    assert [str(month) for month in month_of(connection, "2026-03").coverage[0].partial] == ["2026-03"]
    assert month_of(connection, "2026-02").coverage[0].partial == ()
    deliver_on(connection, "2026-04-03", fires(fire("B", "2026-03-10"), fire("C", "2026-03-30")))
    assert states(connection) == {"2026-02": "delivered", "2026-03": "delivered"}
    # As it was known in March, the month was still going on.
    assert [str(month) for month in month_of(connection, "2026-03", date(2026, 3, 20)).coverage[0].partial] == ["2026-03"]


def test_days_of_several_deliveries_make_a_month_and_a_hole_in_it_is_told(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, ONE)
    deliver_on(connection, "2026-06-01", fires(fire("A", "2026-03-05")), known=(1, 14))
    deliver_on(connection, "2026-06-02", fires(fire("B", "2026-03-25")), known=(19, 31))
    deliver_on(connection, "2026-06-03", fires(fire("C", "2026-05-01")), known=(1, 3))
    assert states(connection) == {"2026-03": "partial", "2026-04": "missing", "2026-05": "partial"}
    # The 15th is told of now; the three silent days after it are taken for days on which nothing happened.
    deliver_on(connection, "2026-06-04", fires(fire("D", "2026-03-15")), known=(15, 15))
    assert states(connection)["2026-03"] == "delivered"


def test_silence_is_no_hole_in_a_source_that_may_have_nothing_to_tell(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, ONE)
    row = "id;tid;x;y;omrade;doda;skadade;status\n1;2026-03-15 12:00;150010;6580010;;0;0;bekräftad\n"
    deliver_on(connection, "2026-04-05", row, SourceId.SKJUTNINGAR, known=(15, 15))
    assert load_cube(connection).delivered[SourceId.SKJUTNINGAR].partial.tolist() == []


def test_a_part_of_a_month_is_not_compared_with_the_whole_of_another(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, ONE)
    deliver_on(connection, "2026-03-15", fires(fire("A", "2026-02-10"), fire("B", "2026-03-10")))
    february, march = (Span(Month.parse(month), Month.parse(month)) for month in ("2026-02", "2026-03"))
    cube = load_cube(connection)
    assert not compare(cube, Question(AreaLevel.STADSDEL, (BRANDER,), march, baseline=february)).comparable


def test_a_span_of_which_nothing_was_delivered_is_refused_with_what_there_is(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, ONE)
    deliver_on(connection, "2026-03-15", fires(fire("A", "2026-01-10"), fire("B", "2026-02-10")))
    with pytest.raises(NotCoveredError) as refused:
        month_of(connection, "2025-12")
    assert refused.value.swedish.endswith("har inte levererats för någon månad i december 2025. Det som finns: "
                                          "Räddningstjänstens händelser januari–februari 2026.")  # fmt: skip
    assert "There is: Rescue service events January–February 2026." in refused.value.english
    # With one covered source among several the question has an answer, and the value is missing.
    span = Span(Month.parse("2026-01"), Month.parse("2026-01"))
    both = compare(load_cube(connection), Question(AreaLevel.STADSDEL, (BRANDER, SourceId.SKJUTNINGAR), span))
    assert both.missing.tolist() == [True]


def test_a_source_that_may_have_nothing_to_tell_is_zero_only_where_it_was_delivered(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, ONE)
    header = "id;tid;x;y;omrade;doda;skadade;status\n"
    rows = "1;2025-01-01 12:00;150010;6580010;;0;0;bekräftad\n2;2025-03-01 12:00;150010;6580010;;0;0;bekräftad\n"
    deliver(connection, SourceId.SKJUTNINGAR, header + rows)
    cube = load_cube(connection)

    def asked(month: str) -> Exact:
        span = Span(Month.parse(month), Month.parse(month))
        return compare(cube, Question(AreaLevel.STADSDEL, (SourceId.SKJUTNINGAR,), span))

    assert (asked("2025-02").counts.tolist(), asked("2025-02").missing.tolist()) == ([[0]], [False])
    with pytest.raises(NotCoveredError):
        asked("2025-04")


@pytest.mark.parametrize(
    ("level", "measure"), [(AreaLevel.BASOMRADE, Measure.COUNT), (AreaLevel.STADSDEL, Measure.RATE)], ids=["basomrade", "rate"]
)
def test_what_the_press_feed_cannot_carry_is_refused_before_anything_is_counted(
    connection: Connection, draw: Drawing, level: AreaLevel, measure: Measure
) -> None:
    draw(AreaLevel.STADSDEL, ONE)
    deliver_on(connection, "2026-03-15", fires(fire("A", "2026-02-10")))
    span = Span(Month.parse("2026-02"), Month.parse("2026-02"))
    with pytest.raises(NotCarriedError) as refused:
        compare(load_cube(connection), Question(level, (BRANDER, SourceId.POLISHANDELSER), span, measure=measure))
    assert refused.value.swedish != refused.value.english


def test_points_are_refused_of_a_source_that_has_none() -> None:
    with pytest.raises(NotCarriedError, match="inga platser att visa som punkter"):
        refuse((SourceId.POLISHANDELSER,), POINT, "source")
    refuse((BRANDER,), POINT, "source")


def a_year_in_step(connection: Connection, months: int = 14, late: int = 1) -> None:
    """Deliver month by month: eight fires of a month come when it has ended, two more so many months later."""
    first = Month.parse("2025-01")
    for step in range(months):
        month, before = first.plus(step), first.plus(step - late)
        rows = [fire(f"{month}-{number}", f"{month}-10") for number in range(8)]
        if step >= late:
            rows += [fire(f"{before}-late-{number}", f"{before}-20") for number in range(2)]
        deliver_on(connection, f"{month.plus(1)}-05", fires(*rows))


def test_the_share_known_is_learnt_from_how_earlier_months_became_known(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, ONE)
    a_year_in_step(connection)
    known = {str(month.month): month for month in load_cube(connection).completeness[BRANDER]}
    assert next(iter(known)) == "2025-03"  # the last twelve
    newest, before = known["2026-02"], known["2026-01"]
    # Of February eight of ten have come, as of every month before it at that age.
    assert newest.share == pytest.approx(0.8)
    assert (newest.low, newest.high) == (pytest.approx(0.8), pytest.approx(0.8))
    assert before.share == 1.0
    coverage = month_of(connection, "2026-02").coverage[0]
    assert [str(month.month) for month in coverage.incomplete] == ["2026-02"]
    assert month_of(connection, "2025-06").coverage[0].incomplete == ()


def test_a_month_is_provisional_until_98_per_cent_of_it_is_known(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, ONE)
    a_year_in_step(connection, late=2)
    # The source calls January final since the first of March, but eight of ten are known; of December all are.
    assert [str(month) for month in month_of(connection, "2026-01").coverage[0].provisional] == ["2026-01"]
    assert month_of(connection, "2025-12").coverage[0].provisional == ()


def test_years_delivered_at_once_do_not_make_a_triangle(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, ONE)
    backfill = [
        fire(f"{year}-{month}-{n}", f"{year}-{month:02}-10") for year in (2022, 2023, 2024) for month in range(1, 13) for n in range(9)
    ]
    deliver_on(connection, "2025-02-01", fires(*backfill))
    cube = load_cube(connection)
    reasons = {str(month.month): month.reason for month in cube.completeness[BRANDER]}
    assert reasons["2024-06"] == ("Månaden levererades först i efterhand.", "The month was delivered only afterwards.")
    assert reasons["2024-12"] == reasons["2024-06"]
    a_year_in_step(connection)
    assert {str(month.month): month.share for month in load_cube(connection).completeness[BRANDER]}["2026-02"] == pytest.approx(0.8)


def test_a_corrected_event_was_known_when_its_first_version_was(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, ONE)
    a_year_in_step(connection)
    before = load_cube(connection).completeness[BRANDER]
    deliver_on(connection, "2026-03-06", fires("2025-06-0;2025-06-10 13:00;20;20"))
    assert load_cube(connection).completeness[BRANDER] == before


def test_completeness_can_be_asked_for_as_it_was_known(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, ONE)
    a_year_in_step(connection)
    then = {str(month.month): month.share for month in load_cube(connection, None, date(2026, 2, 20)).completeness[BRANDER]}
    assert then["2026-01"] == pytest.approx(0.8)
    assert "2026-02" not in then


def test_the_api_tells_how_much_is_known_of_each_recent_month(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, ONE)
    a_year_in_step(connection)
    told = describe(load_cube(connection), BRANDER, Audience.STAFF)["completeness"]
    assert told[-1] == {"month": "2026-02", "share": 0.8, "low": 0.8, "high": 0.8, "reason": None, "reasonEn": None}
    # A share is worked out from exact counts, so anyone does not see that of a source that is not public.
    assert describe(load_cube(connection), BRANDER, Audience.PUBLIC)["completeness"] is None
