from __future__ import annotations

from tests.bad_inputs.desk import Case, Desk, Fault, Loads, about, crime, crimes, each, fire, fires, meet, shooting, shootings
from trygghetskarta.domain.sources import SourceId

CRIMES, SHOOTINGS = SourceId.ANMALDA_BROTT, SourceId.SKJUTNINGAR
TWICE = "Same event without id reported twice (same time, place, code)"


@each(
    Case("Same event id twice, identical", fires(fire(), fire()), Loads(3, unchanged=1, warnings={"duplicate_row": 1})),
    Case(
        "Same event id twice, identical",
        fires(fire(), fire(kind="2")),
        Loads(3, (Fault(3, "id", "conflicting_row"),), holds=lambda events: events[0]["category"] == events[1]["category"]),
        variant="but for the kind",
    ),
    Case(TWICE, crimes(crime(), crime()), Loads(4, warnings={"possible_duplicate": 1}), CRIMES),
    Case(
        TWICE,
        crimes(crime(start_time="2210"), crime(start_time="2210", reported="2025-10-09", antal="2"), crime(start_time="2211")),
        Loads(5, warnings={"possible_duplicate": 1}),
        CRIMES,
        "reported on another day",
    ),
    Case(TWICE, crimes(crime(area="")), Loads(3), CRIMES, "but without a place nothing says that it is the same"),
    Case("Missing id", fires(fire("")), Loads(2, (Fault(2, "id", "missing_id"),))),
    Case("Missing id", fires(fire("NULL")), Loads(2, (Fault(2, "id", "missing_id"),), {"no_value": 1}), variant="NULL"),
    Case("Missing id", crimes(), Loads(2), CRIMES, "the source never has one"),
)
def test_what_makes_a_row_itself(desk: Desk, case: Case) -> None:
    meet(desk, case)


@about("Same id in later file, changed")
def test_a_changed_event_is_a_new_version_and_the_old_one_is_kept(desk: Desk) -> None:
    first = desk.send(fires(fire(x=100)))
    second = desk.send(fires(fire(x=900)))
    assert (second.new, second.changed, second.unchanged) == (0, 1, 2)
    old, new = (one for one in desk.state().events if one["identity"] == "B1")
    assert (old["delivery_id"], new["delivery_id"], old["known_to"], new["known_to"]) == (
        first.delivery,
        second.delivery,
        new["known_from"],
        None,
    )
    desk.assert_whole()


@about('Withdrawn event ("makulerad")')
def test_a_withdrawn_event_lowers_the_count_and_keeps_its_history(desk: Desk) -> None:
    desk.send(shootings(shooting()), SHOOTINGS)
    before = sum(row[-1] for row in desk.state().rollup)
    receipt = desk.send(shootings(shooting(status="Makulerad")), SHOOTINGS)
    assert receipt.changed == 1
    assert sum(row[-1] for row in desk.state().rollup) == before - 1
    old, new = (one for one in desk.state().events if one["identity"] == "S1")
    assert (old["withdrawn"], new["withdrawn"], new["known_to"]) == (False, True, None)
    desk.assert_whole()


@about(TWICE)
def test_the_sender_of_a_corrected_month_without_ids_learns_that_its_rows_were_added(desk: Desk) -> None:
    desk.send(crimes(crime(reported="2025-10-01"), crime(reported="2025-10-31")), CRIMES)
    receipt = desk.send(crimes(crime(reported="2025-10-01", antal="3"), crime(reported="2025-11-03")), CRIMES)
    assert (receipt.new, receipt.unchanged) == (2, 2)
    warned = {warned.code.value: (warned.count, warned.swedish) for warned in receipt.warnings}
    assert warned["possible_duplicate"][0] == 1
    assert "--complete" in warned["possible_duplicate"][1]
