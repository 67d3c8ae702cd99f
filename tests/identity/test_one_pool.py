"""Three users and nobody, in turn, over one connection to the database, some of whom leave and some of whom are called off: never another's rows."""

from __future__ import annotations

import socket
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.conftest import serving
from tests.identity.conftest import PURPOSE, Office
from trygghetskarta.domain.audience import Audience

ASKED = 1_000
TRIES = 20
_YEAR = "from=2025-01&to=2025-12"
_FIGURES = f"/v1/comparisons?source=brander&area=jarva&{_YEAR}&format=json"
_HOURS = f"/v1/hours?source=brander&area=jarva&{_YEAR}&format=json"
_EVENTS = "/v1/events?source=brander&limit=5&format=json"


def said(answer: httpx.Response) -> bytes:
    """Give what an answer says, without the name of the server that it was asked at."""
    return answer.content.replace(str(answer.url.copy_with(raw_path=b"/")).encode(), b"/")


def foreign(name: str, path: str, answer: httpx.Response, staff: dict[str, bytes], public: bytes) -> int:
    """Count the rows of an answer that are not for whoever asked; 1 where the whole answer is another's."""
    if path == "/v1/deliveries":
        sources = Counter(item["source"] for item in answer.json()["items"])
        return sum(number for source, number in sources.items() if name != "ingest" or source != "brander")
    if name in ("analyst", "coordinator"):
        return int(said(answer) != staff[path])
    return int(said(answer) != public)


def test_a_thousand_requests_over_one_connection_give_nobody_anothers_rows(office: Office) -> None:
    """Analyst, coordinator, one who delivers and nobody; every seventh leaves before the answer, and slow statements are called off."""
    people = {
        "analyst": office.by_token("analyst", PURPOSE),
        "coordinator": office.by_token("coordinator"),
        "ingest": office.by_key("ingest"),
        "nobody": {},
    }
    allowed = {
        "analyst": (_FIGURES, _HOURS, _EVENTS),
        "coordinator": (_FIGURES, _HOURS),
        "ingest": ("/v1/deliveries", _FIGURES),
        "nobody": (_FIGURES,),
    }
    refused = {"coordinator": (_EVENTS, "/v1/deliveries"), "ingest": (_EVENTS, _HOURS), "nobody": (_EVENTS, _HOURS, "/v1/deliveries")}
    with serving(office.engine, Audience.STAFF) as own:
        staff = {path: said(httpx.get(f"{own}{path}", timeout=60)) for path in allowed["analyst"]}
    with serving(office.engine, Audience.PUBLIC) as own:
        public = said(httpx.get(f"{own}{_FIGURES}", timeout=60))
    assert public != staff[_FIGURES]
    # So short a time that some statements are called off, and a pool of one.
    settings = office.chosen(pool_size=1, statement_seconds=0.02, working_limit=8, answer_bytes=0)
    told: Counter[str] = Counter()
    with serving(office.engine, Audience.PUBLIC, settings) as address, httpx.Client(base_url=address, timeout=60) as client:
        url = httpx.URL(address)

        def leave(path: str, headers: dict[str, str]) -> None:
            lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
            with socket.create_connection((url.host, url.port or 80), timeout=30) as opened:
                opened.sendall("\r\n".join(lines).encode())
            told["left"] += 1

        def ask(number: int) -> int:
            name = list(people)[number % len(people)]
            may, may_not = allowed[name], refused.get(name, ())
            path = (*may, *may_not)[number // len(people) % (len(may) + len(may_not))]
            if number % 7 == 0:
                leave(path, people[name])
                return 0
            # Who is told to come back does, some times: how many are answered hangs on no machine's speed.
            for _ in range(TRIES):
                answer = client.get(path, headers=people[name])
                told[str(answer.status_code)] += 1
                if answer.status_code != 503:
                    break
            else:
                return 0
            if path in may_not:
                assert answer.status_code in (401, 403), (name, path, answer.text)
                return 0
            assert answer.status_code == 200, (name, path, answer.text)
            return foreign(name, path, answer, staff, public)

        with ThreadPoolExecutor(8) as crowd:
            rows = list(crowd.map(ask, range(ASKED)))
    assert sum(rows) == 0
    assert told["200"] > 300, told
    assert told["left"] > 100, told
    assert told["403"] + told["401"] > 100, told
