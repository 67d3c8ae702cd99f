"""What is known of the police feed's events does not depend on the order its answers come in."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import Connection, text

from tests.conftest import Drawing
from tests.db.delivering import deliver
from tests.db.feeds import Feed, known, written
from tests.faults.whole import assert_whole
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.events import WarningCode
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.ingest.holding import HeldError


def tell(connection: Connection, *answers: list[dict[str, object]]) -> None:
    for answer in answers:
        deliver(connection, SourceId.POLISHANDELSER, written(answer), "svar.json")


@pytest.fixture(autouse=True)
def _areas(draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, {"norr": (0, 0, 1000, 1000), "soder": (0, -1000, 1000, 0)})


@pytest.mark.parametrize("seed", range(6))
def test_the_end_is_the_same_in_whatever_order_the_answers_come(connection: Connection, seed: int) -> None:
    chance = random.Random(seed)
    feed, answers = Feed(chance), []
    feed.goes_on(200)
    for _ in range(8):
        feed.goes_on(chance.randrange(1, 30))
        answers.append(feed.answer())
    with connection.begin_nested() as undone:
        tell(connection, *answers)
        assert_whole(connection)
        expected = known(connection)
        undone.rollback()
    # What the last answer holds is as it says.
    assert {str(event["id"]): (event["summary"], False) for event in answers[-1]}.items() <= expected.items()
    # What the feed took back is taken back, and nothing that it still has.
    taken_back = {number for number, (_, withdrawn) in expected.items() if withdrawn}
    assert taken_back
    assert not taken_back & {str(number) for number in feed.events}
    for _ in range(3):
        chance.shuffle(answers)
        with connection.begin_nested() as undone:
            tell(connection, *answers)
            assert_whole(connection)
            assert known(connection) == expected
            for answer in answers:
                again = deliver(connection, SourceId.POLISHANDELSER, written(answer) + "\n", "igen.json")
                assert (again.status, again.new, again.changed) == ("unchanged", 0, 0)
            assert known(connection) == expected
            undone.rollback()


def test_an_event_that_vanishes_from_the_midst_is_taken_back_and_comes_back(connection: Connection) -> None:
    feed = Feed(random.Random(1))
    for _ in range(20):
        feed.goes_on(0)
    first, taken = feed.answer(), feed.events.pop(15)
    feed.goes_on(0)
    second = feed.answer()
    feed.events[15] = taken
    feed.goes_on(0)
    tell(connection, first)
    receipt = deliver(connection, SourceId.POLISHANDELSER, written(second), "svar.json")
    assert (receipt.status, receipt.new, receipt.unchanged) == ("published", 1, 19)
    assert WarningCode.TAKEN_BACK in [warning.code for warning in receipt.warnings]
    assert known(connection)["15"] == ("Det brinner.", True)
    assert connection.execute(text("SELECT sum(antal) FROM rollup")).scalar_one() == 20
    last = deliver(connection, SourceId.POLISHANDELSER, written(feed.answer()), "svar.json")
    assert (last.new, last.changed) == (1, 1)
    assert known(connection)["15"] == ("Det brinner.", False)
    versions = connection.execute(text("SELECT withdrawn FROM event WHERE identity = '15' ORDER BY known_from")).scalars().all()
    assert versions == [False, True, False]


def test_what_falls_off_the_end_of_an_answer_is_not_taken_back(connection: Connection) -> None:
    feed = Feed(random.Random(2), holds=100)
    for _ in range(100):
        feed.goes_on(0)
    feed.events = {3: feed.events.pop(3), **feed.events}  # an old event, the first touched of all
    feed.events[2] = feed.events.pop(2)  # and an old event touched just now: it says nothing of how far back the answer is whole
    for _ in range(6):
        tell(connection, feed.answer())
        for _ in range(10):
            feed.goes_on(0)
    assert not any(withdrawn for _, withdrawn in known(connection).values())


def test_an_answer_says_nothing_of_places_it_was_not_asked_for(connection: Connection) -> None:
    feed = Feed(random.Random(3))
    for _ in range(30):
        feed.goes_on(0)
    whole = feed.answer()
    feed.goes_on(0)
    in_stockholm = [event for event in feed.answer() if str(event["name"]).endswith("Stockholm")]
    tell(connection, whole, in_stockholm)
    assert not any(withdrawn for _, withdrawn in known(connection).values())


def test_an_archive_takes_nothing_back_and_an_answer_that_takes_back_many_is_held(connection: Connection) -> None:
    feed = Feed(random.Random(4))
    for _ in range(40):
        feed.goes_on(0)
    answer = feed.answer()
    few = [event for event in answer if event["id"] in (40, 1)]
    tell(connection, answer, [answer[-1], answer[0]])  # the oldest first: an archive
    assert not any(withdrawn for _, withdrawn in known(connection).values())
    feed.goes_on(0)
    newer = [*feed.answer()[:1], *few]
    with pytest.raises(HeldError) as held:
        deliver(connection, SourceId.POLISHANDELSER, written(newer), "svar.json", approved=False)
    assert [reason.code for reason in held.value.receipt.reasons] == ["many_taken_back"]


def test_an_older_answer_changes_nothing_that_a_newer_one_told(connection: Connection) -> None:
    feed = Feed(random.Random(5))
    for _ in range(20):
        feed.goes_on(0)
    older = feed.answer()
    feed.events[18]["summary"] = "Det brann."
    feed.goes_on(0)
    tell(connection, feed.answer())
    receipt = deliver(connection, SourceId.POLISHANDELSER, written(older), "svar.json")
    assert (receipt.status, receipt.new, receipt.changed, receipt.unchanged) == ("unchanged", 0, 0, 20)
    assert WarningCode.OLDER_ANSWER in [warning.code for warning in receipt.warnings]
    assert known(connection)["18"] == ("Det brann.", False)
