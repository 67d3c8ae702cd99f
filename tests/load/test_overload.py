"""Ten times as much as the service can answer: nobody gets a wrong answer, and when it is over everybody is answered."""

from __future__ import annotations

import asyncio
from pathlib import Path

from benchmarks.crowd import Crowd, many_questions
from benchmarks.load import resident

from tests.load.service import served

MOST_MEGABYTES_MORE = 100


def test_ten_times_as_much_as_can_be_answered_gives_right_answers_or_the_time_to_come_back(database: str, tmp_path: Path) -> None:
    with served(database, tmp_path / "said.jsonl", TRYGGHETSKARTA_WAITING_SECONDS="0.5") as service:
        crowd = Crowd(service.port, many_questions(2000))
        alone = asyncio.run(crowd.one_by_one(2, 3.0))
        before = resident(service.workers()[0])
        told = asyncio.run(crowd.at_rate(10 * alone.statuses[200] / 3.0, 6.0))
        assert set(told.statuses) <= {200, 422, 503}  # 422: months before the first delivery
        assert told.statuses[200] > 0
        assert told.statuses[503] == told.retry > 0
        assert resident(service.workers()[0]) < before + MOST_MEGABYTES_MORE
        after = asyncio.run(Crowd(service.port, list(told.seen)[:50]).each_once())
        assert set(after.statuses) == {200}
        assert after.seen == {question: told.seen[question] for question in after.seen}
