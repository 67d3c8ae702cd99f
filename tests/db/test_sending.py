"""Rows that are sent while the next are prepared: in order, all of them, and no fault is passed over."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import psycopg
import pytest
from sqlalchemy import Connection, text

from trygghetskarta.ingest.copying import encode, fixed
from trygghetskarta.ingest.sending import Sending


@pytest.fixture
def sending(connection: Connection) -> Iterator[Sending]:
    connection.execute(text("CREATE TEMP TABLE sent (number int NOT NULL) ON COMMIT DROP"))
    with ThreadPoolExecutor(1) as sender:
        yield Sending(sender, connection)


def test_whoever_asks_for_the_connection_finds_all_that_was_sent(sending: Sending) -> None:
    for part in range(7):
        sending.send("sent", ("number",), encode([fixed(np.arange(part * 1000, part * 1000 + 1000), ">i4")]))
        if part % 3 == 0:
            assert sending.connection().execute(text("SELECT count(*) FROM sent")).scalar_one() == (part + 1) * 1000
    found = sending.connection().execute(text("SELECT number FROM sent ORDER BY ctid")).scalars().all()
    assert list(found) == list(range(7000))


def test_a_part_that_the_server_refuses_stops_whoever_sends_or_asks_next(sending: Sending) -> None:
    refused = encode([fixed(np.zeros(3), ">i4", np.array([False, True, False]))])
    sending.send("sent", ("number",), refused)
    with pytest.raises(psycopg.errors.NotNullViolation):
        sending.connection()
