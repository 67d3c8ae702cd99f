from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import orjson
from sqlalchemy import Engine, text

from tests.conftest import CITY, Drawing, serving
from tests.db.delivering import deliver, fires
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.periods import LOCAL_TIME
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.ingest.area_files import AreaFields
from trygghetskarta.ingest.editions import LevelOrder, load_level


def test_a_running_server_sees_a_delivery_and_was_not_ready_before_the_areas(fresh_database: Engine, tmp_path: Path) -> None:
    with serving(fresh_database, Audience.STAFF) as address:
        assert httpx.get(f"{address}/ready").status_code == 503
        assert httpx.get(f"{address}/live").status_code == 200
        assert httpx.get(f"{address}/v1/sources").json()["total"] == len(SourceId)
        path = tmp_path / "a.geojson"
        with fresh_database.begin() as connection:
            board = Drawing(connection, tmp_path)
            path.write_bytes(orjson.dumps(board.collection({"rinkeby": (0, 0, 1000, 1000), "tensta": (1000, 0, 2000, 1000)})))
            load_level(connection, replace(LevelOrder(path, AreaLevel.STADSDEL, board.edition, AreaFields(), CITY)))
            deliver(connection, SourceId.BRANDER, fires("A;2025-03-01 12:00;10;10"))
        question = f"{address}/v1/comparisons?source=brander&level=stadsdel&from=2025-03&to=2025-03&format=json"
        assert seen(question, "rinkeby", 1)
        before = httpx.get(question)
        with fresh_database.begin() as connection:
            deliver(connection, SourceId.BRANDER, fires("A;2025-03-01 12:00;10;10", "B;2025-03-02 12:00;10;10"))
        assert seen(question, "rinkeby", 2)
        assert httpx.get(question).headers["etag"] != before.headers["etag"]
        # A division to come is in force on its day, whether or not anything is published then.
        before = httpx.get(question)
        with fresh_database.begin() as connection:
            board.edition = datetime.now(LOCAL_TIME).date() + timedelta(days=2)
            path.write_bytes(orjson.dumps(board.collection({"kista": (0, 0, 2000, 1000)})))
            load_level(connection, LevelOrder(path, AreaLevel.STADSDEL, board.edition, AreaFields(), CITY))
        assert seen(f"{question}&edition={board.edition}", "kista", 2)
        assert httpx.get(question).json()["provenance"]["edition"] == "2023-07-01"
        tagged = httpx.get(question).headers["etag"]
        with fresh_database.begin() as connection:
            connection.execute(text("UPDATE edition SET valid_from = valid_from - 2 WHERE valid_from = :day"), {"day": board.edition})
        assert seen(question, "kista", 2)
        assert httpx.get(question, headers={"If-None-Match": tagged}).status_code == 200


def seen(question: str, code: str, count: int) -> bool:
    """Wait, not long, until a server gives a count."""
    for _ in range(100):
        answer = httpx.get(question)
        if answer.status_code == 200 and {row["code"]: row["count"] for row in answer.json()["items"]}.get(code) == count:
            return True
        time.sleep(0.1)
    return False
