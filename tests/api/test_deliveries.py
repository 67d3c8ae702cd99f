"""Files by HTTP: a real inbox, and sockets where the order of bytes matters."""

from __future__ import annotations

import asyncio
import csv
import io
import socket
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson
import pytest
from pydantic import SecretStr, ValidationError
from sqlalchemy import Engine, text

from tests.conftest import Drawing, roles_on, serving
from tests.db.delivering import fires
from tests.db.test_delivering import held
from trygghetskarta.api.app import create_app
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.settings import Settings

KEY = "en nyckel som är lång nog för att duga här".encode().hex()
SHOWN = {"X-API-Key": KEY}
LIMIT = 1_000_000
SETTINGS = Settings(delivery_key=SecretStr(KEY), delivery_limit=LIMIT, refresh_seconds=1.0)
TWO = fires("A;2025-03-01 12:00;10;10", ";2025-03-02 12:00;10;10").encode()


@pytest.fixture
def city(fresh_database: Engine, tmp_path: Path) -> Engine:
    with fresh_database.begin() as connection:
        Drawing(connection, tmp_path)(AreaLevel.STADSDEL, {"rinkeby": (0, 0, 1000, 1000), "tensta": (1000, 0, 2000, 1000)})
    return fresh_database


@pytest.fixture
def inbox(city: Engine) -> Iterator[str]:
    with serving(city, Audience.PUBLIC, SETTINGS) as address:
        yield f"{address}/v1/deliveries"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def post(inbox: str, content: bytes, query: str = "source=brander", **headers: str) -> httpx.Response:
    return httpx.post(f"{inbox}?{query}", content=content, headers={**SHOWN, **headers}, timeout=60)


def on_record(city: Engine) -> list[str]:
    with city.connect() as connection:
        return list(connection.execute(text("SELECT status FROM delivery ORDER BY delivery_id")).scalars())


def test_a_file_is_delivered_and_its_receipt_and_rejected_rows_are_read(inbox: str, temporary: Path) -> None:
    answer = post(inbox, TWO, **{"Content-Disposition": "attachment; filename*=UTF-8''br%C3%A4nder.csv"})
    receipt = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (201, f"/v1/deliveries/{receipt['delivery']}")
    assert (receipt["file"], receipt["status"], receipt["source"]) == ("bränder.csv", "published", "brander")
    assert receipt["rows"] == {"read": 2, "new": 1, "changed": 0, "unchanged": 0, "rejected": 1, "blank": 0}
    assert receipt["receivedAt"].endswith("Z")
    path = f"{inbox}/{receipt['delivery']}"
    assert httpx.get(path, headers=SHOWN).json() == receipt
    [row] = httpx.get(f"{path}/rejected", headers=SHOWN).json()["items"]
    assert (row["file"], row["line"], row["column"], row["code"]) == ("bränder.csv", 3, "id", "missing_id")
    assert all(row[name].endswith(".") for name in ("message", "messageEn", "hint", "hintEn"))
    explained = httpx.get(f"{path}/rejected?format=csv", headers=SHOWN)
    assert explained.headers["content-type"].startswith("text/csv")
    [told] = csv.DictReader(io.StringIO(explained.content.decode("utf-8-sig")), delimiter=";")
    assert (told["rad"], told["ursprunglig rad"]) == ("3", row["row"])
    lines = TWO.splitlines()
    assert httpx.get(f"{path}/rejected?format=original", headers=SHOWN).content == lines[0] + b"\r\n" + lines[2] + b"\r\n"
    assert list(temporary.iterdir()) == []


def test_how_a_file_was_read_stands_in_its_receipt_without_what_may_point_at_a_person(inbox: str, city: Engine) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("anna@ex.se 070-123 45 67 bränder.csv", b"\xef\xbb\xbf" + TWO.replace(b"\n", b"\r"))
    receipt = post(inbox, packed.getvalue()).json()
    assert {name: told for name, told in receipt["readAs"].items() if not name.startswith("message")} == {
        "format": "csv",
        "encoding": "utf-8-sig",
        "separator": ";",
        "lineEnds": "CR",
        "headerLine": 1,
        "table": None,
        "packing": "zip",
        "member": "********** ************* bränder.csv",
    }
    assert receipt["readAs"]["message"].startswith("CSV, UTF-8 med BOM, semikolon mellan kolumnerna, radslut CR,")
    assert httpx.get(f"{inbox}/{receipt['delivery']}", headers=SHOWN).json()["readAs"] == receipt["readAs"]
    assert post(inbox, packed.getvalue()).json()["readAs"] == receipt["readAs"]
    with city.connect() as connection:
        stored = " ".join(connection.execute(text("SELECT to_jsonb(delivery)::text FROM delivery")).scalars())
    assert ("@" in stored, "45 67" in stored) == (False, False)


def test_the_same_file_again_and_the_list(inbox: str) -> None:
    first, again = post(inbox, TWO).json(), post(inbox, TWO)
    assert (again.status_code, again.json()["status"], again.json()["duplicateOf"]) == (201, "unchanged", first["delivery"])
    listed = httpx.get(f"{inbox}?limit=1&offset=1", headers=SHOWN).json()
    assert (listed["total"], [item["delivery"] for item in listed["items"]]) == (2, [first["delivery"]])
    assert httpx.get(f"{inbox}?status=unchanged&source=brander", headers=SHOWN).json()["total"] == 1
    assert httpx.get(f"{inbox}?source=skjutningar", headers=SHOWN).json()["total"] == 0
    seen = httpx.get(inbox, headers=SHOWN)
    assert httpx.get(inbox, headers={**SHOWN, "If-None-Match": seen.headers["etag"]}).status_code == 304


def test_a_held_delivery_is_accepted_approved_and_withdrawn(inbox: str, city: Engine, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(TWO)
    number = held(city, path)
    answer = post(inbox, TWO)
    assert (answer.status_code, answer.headers["location"]) == (202, f"/v1/deliveries/{number}")
    assert answer.json()["reasons"] == [{"code": "volume", "message": "Färre än vanligt.", "messageEn": "Fewer than usual."}]
    approved = httpx.post(f"{inbox}/{number}/approve", headers=SHOWN, timeout=60)
    assert (approved.status_code, approved.json()["status"], approved.json()["rows"]["new"]) == (200, "published", 1)
    assert httpx.post(f"{inbox}/{number}/approve", headers=SHOWN).status_code == 409
    withdrawn = httpx.post(f"{inbox}/{number}/withdraw", headers=SHOWN, timeout=60)
    assert (withdrawn.status_code, withdrawn.json()["status"]) == (200, "withdrawn")
    assert withdrawn.json()["withdrawal"] == {"closed": 1, "restored": 0}
    assert httpx.post(f"{inbox}/{number}/withdraw", headers=SHOWN).status_code == 409
    assert httpx.post(f"{inbox}/999/withdraw", headers=SHOWN).status_code == 404


def test_a_refused_file_is_a_problem_with_a_code(inbox: str, city: Engine, temporary: Path) -> None:
    for content, code in ((b"", "empty_file"), (b"id;namn\n1;2\n", "missing_column")):
        answer = post(inbox, content)
        problem = answer.json()
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
        assert (problem["code"], problem["detail"] != problem["detailEn"]) == (code, True)
    assert on_record(city)[-1] == "refused"
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    "query", ["source=nonsens", "", "source=brander&okand=1", "source=brander&crs=tre", "source=brander&complete=kanske"]
)
def test_a_bad_question_is_400_and_nothing_is_on_record(inbox: str, city: Engine, query: str) -> None:
    answer = post(inbox, TWO, query)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert on_record(city) == []


def test_a_form_is_not_a_file(inbox: str) -> None:
    answer = httpx.post(f"{inbox}?source=brander", files={"file": TWO}, headers=SHOWN)
    assert (answer.status_code, answer.headers["content-type"]) == (415, "application/problem+json")


@pytest.mark.parametrize(
    "key", [None, "", "fel", KEY[:-1], KEY + "0", "å" * 40], ids=["none", "empty", "wrong", "short", "long", "swedish"]
)
def test_without_the_key_nothing_is_delivered_or_read(inbox: str, city: Engine, key: str | None) -> None:
    headers = [] if key is None else [(b"X-API-Key", key.encode())]
    for method, path in (("POST", "?source=brander"), ("POST", "/1/approve"), ("POST", "/1/withdraw"), ("GET", ""), ("GET", "/1/rejected")):
        answer = httpx.request(method, f"{inbox}{path}", headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json"), path
        assert answer.headers["www-authenticate"]
    assert on_record(city) == []


def test_where_no_key_is_set_nobody_delivers(public_server: str, live_server: str) -> None:
    for each in (public_server, live_server):
        assert httpx.post(f"{each}/v1/deliveries?source=brander", content=TWO, headers=SHOWN).status_code == 401
        assert httpx.post(f"{each}/v1/deliveries?source=brander", content=TWO).status_code == 401
    assert httpx.get(f"{public_server}/v1/deliveries").status_code == 401
    assert httpx.get(f"{live_server}/v1/deliveries").json()["total"] > 10


def test_a_key_is_long_and_never_shown() -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(delivery_key=SecretStr("kort hemlighet"))
    assert "kort hemlighet" not in str(refused.value)
    assert KEY not in repr(SETTINGS)


def connect(inbox: str) -> socket.socket:
    address = urlsplit(inbox)
    opened = socket.create_connection((str(address.hostname), int(address.port or 0)), timeout=30)
    opened.settimeout(30)
    return opened


def request(*headers: str) -> bytes:
    lines = ("POST /v1/deliveries?source=brander HTTP/1.1", "Host: 127.0.0.1", *headers)
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def test_the_key_is_looked_at_before_any_of_the_body(inbox: str) -> None:
    with connect(inbox) as opened:
        opened.sendall(request("Content-Length: 900000"))  # and not a byte of it
        assert opened.recv(4096).startswith(b"HTTP/1.1 401")
        while opened.recv(4096):
            pass  # to the end: the connection is closed


def test_who_has_no_key_cannot_send_much(inbox: str) -> None:
    sent = 0
    with connect(inbox) as opened:
        opened.sendall(request("Content-Length: 400000000"))
        try:
            while sent < 400_000_000:
                sent += opened.send(bytes(65_536))
        except OSError:
            pass  # the server closed the connection
    # What the two ends' socket buffers swallow, and no more.
    assert sent <= 8_000_000


def test_a_file_too_large_by_its_length_is_refused_before_its_body(inbox: str, temporary: Path) -> None:
    with connect(inbox) as opened:
        opened.sendall(request(f"X-API-Key: {KEY}", f"Content-Length: {LIMIT + 1}"))
        assert opened.recv(4096).startswith(b"HTTP/1.1 413")
    assert list(temporary.iterdir()) == []


def test_a_file_too_large_without_a_length_is_refused_at_the_limit(inbox: str, city: Engine, temporary: Path) -> None:
    sent = 0
    with connect(inbox) as opened:
        opened.sendall(request(f"X-API-Key: {KEY}", "Transfer-Encoding: chunked"))
        chunk = b"10000\r\n" + bytes(65_536) + b"\r\n"
        try:
            while sent <= LIMIT:
                opened.sendall(chunk)
                sent += 65_536
        except OSError:
            pass  # the server has had enough
        assert opened.recv(4096).startswith(b"HTTP/1.1 413")
    assert on_record(city) == []
    assert list(temporary.iterdir()) == []


def test_a_connection_cut_off_leaves_nothing(inbox: str, city: Engine, temporary: Path) -> None:
    with connect(inbox) as opened:
        opened.sendall(request(f"X-API-Key: {KEY}", "Content-Length: 500000") + bytes(100_000))
        wait_until(lambda: any(temporary.iterdir()))
    wait_until(lambda: not any(temporary.iterdir()))
    assert on_record(city) == []


@pytest.mark.parametrize(
    ("length", "sent"),
    [
        ("Content-Length: 500000", bytes(100_000)),
        ("Content-Length: 500000", b""),  # nothing of it came
        ("Transfer-Encoding: chunked", b"10000\r\n" + bytes(65_536) + b"\r\n"),  # a whole part, and no last one
    ],
)
def test_who_sends_no_more_and_still_listens_is_told_that_not_all_of_it_came(
    inbox: str, city: Engine, temporary: Path, length: str, sent: bytes
) -> None:
    with connect(inbox) as opened:
        opened.sendall(request(f"X-API-Key: {KEY}", length) + sent)
        wait_until(lambda: any(temporary.iterdir()))
        opened.shutdown(socket.SHUT_WR)
        answered = b"".join(iter(lambda: opened.recv(4096), b""))
    head, _, body = answered.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/problem+json" in head.lower()
    assert b"connection: close" in head.lower()
    told = orjson.loads(body)
    assert (told["status"], told["detail"]) == (400, "Hela förfrågan kom inte fram. Ingenting sparades.")
    wait_until(lambda: not any(temporary.iterdir()))
    assert on_record(city) == []


@pytest.mark.parametrize("end", [{"type": "http.disconnect"}, {"type": "http.request", "body": b"", "more_body": False}])
def test_a_length_that_is_not_met_is_400(city: Engine, temporary: Path, end: dict[str, Any]) -> None:
    app = create_app(SETTINGS, roles_on(city))
    messages: list[dict[str, Any]] = [{"type": "http.request", "body": b"id;larmtid", "more_body": True}, end]
    answered: list[Any] = []

    async def ask() -> None:
        async def receive() -> dict[str, Any]:
            return messages.pop(0)

        async def send(message: object) -> None:
            answered.append(message)

        headers = [(b"host", b"127.0.0.1"), (b"x-api-key", KEY.encode()), (b"content-length", b"500")]
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "path": "/v1/deliveries",
            "raw_path": b"/v1/deliveries",
            "query_string": b"source=brander",
            "headers": headers,
            "scheme": "http",
            "server": ("127.0.0.1", 80),
        }
        await app(scope, receive, send)

    asyncio.run(ask())
    assert answered[0]["status"] == 400
    assert on_record(city) == []
    assert list(temporary.iterdir()) == []


def test_the_service_answers_while_a_file_comes_in_and_is_loaded(inbox: str) -> None:
    rows = [f"{number};2025-03-{1 + number % 28:02} 12:00;{number % 1000};10" for number in range(10_000)]
    content = fires(*rows).encode()
    done = threading.Event()

    def deliver() -> None:
        assert post(inbox, content).json()["rows"]["new"] == len(rows)
        done.set()

    sending = threading.Thread(target=deliver)
    sending.start()
    answers = 0
    while not done.is_set() and sending.is_alive():
        assert httpx.get(f"{inbox.removesuffix('/v1/deliveries')}/live", timeout=30).status_code == 200
        answers += 1
    sending.join()
    assert done.is_set()
    assert answers > 0


def test_a_page_elsewhere_cannot_deliver(inbox: str) -> None:
    asked = httpx.options(inbox, headers={"Origin": "https://karta.example", "Access-Control-Request-Method": "POST"})
    assert "POST" not in asked.headers.get("access-control-allow-methods", "")


def events(answer: httpx.Response) -> list[tuple[str, Any]]:
    """Read what a delivery that is followed told."""
    told = [block.split("\n") for block in answer.text.split("\n\n") if block]
    return [(name.removeprefix("event: "), orjson.loads(data.removeprefix("data: "))) for name, data in told]


def test_a_delivery_is_followed_until_its_receipt(inbox: str) -> None:
    rows = [f"F{number};2025-03-{1 + number % 28:02} 12:00;{number % 1000};10" for number in range(5_000)]
    answer = post(inbox, fires(*rows).encode(), Accept="text/event-stream, application/problem+json", **{"Accept-Encoding": "gzip"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert (answer.headers["cache-control"], "content-encoding" in answer.headers) == ("no-store", False)
    *progress, (last, receipt) = events(answer)
    assert {name for name, _ in progress} == {"progress"}
    assert all(0 <= told["done"] <= told["total"] or told["total"] == 0 for _, told in progress)
    assert (last, receipt["rows"]["new"]) == ("receipt", 5_000)
    assert httpx.get(f"{inbox}/{receipt['delivery']}", headers=SHOWN).json() == receipt


def test_what_is_wrong_with_a_delivery_that_is_followed_is_its_last_event(inbox: str, city: Engine, temporary: Path) -> None:
    *_, (last, problem) = events(post(inbox, b"id;namn\n1;2\n", Accept="text/event-stream"))
    assert (last, problem["status"], problem["code"]) == ("problem", 422, "missing_column")
    assert problem == post(inbox, b"id;namn\n1;2\n").json()
    # What is wrong before the work has begun is answered as ever.
    assert post(inbox, b"0" * (LIMIT + 1), Accept="text/event-stream").status_code == 413
    assert httpx.post(f"{inbox}?source=brander", content=TWO, headers={"Accept": "text/event-stream"}).status_code == 401
    assert on_record(city) == ["refused", "refused"]
    assert list(temporary.iterdir()) == []


def test_a_delivery_comes_in_though_nobody_stays_to_follow_it(inbox: str, city: Engine, temporary: Path) -> None:
    rows = [f"G{number};2025-03-{1 + number % 28:02} 12:00;{number % 1000};10" for number in range(5_000)]
    content = fires(*rows).encode()
    with connect(inbox) as opened:
        opened.sendall(request(f"X-API-Key: {KEY}", "Accept: text/event-stream", f"Content-Length: {len(content)}") + content)
        assert opened.recv(4096).startswith(b"HTTP/1.1 200")
    wait_until(lambda: on_record(city) == ["published"])
    wait_until(lambda: not any(temporary.iterdir()))


def test_who_has_the_receipt_gets_figures_with_the_delivery_in_them(city: Engine) -> None:
    # Nothing but the delivery itself brings the figures up to date here.
    with serving(city, Audience.STAFF, SETTINGS.model_copy(update={"refresh_seconds": 3600.0})) as address:
        for day in range(1, 5):
            post(f"{address}/v1/deliveries", fires(f"R{day};2025-03-0{day} 12:00;10;10").encode())
            asked = f"{address}/v1/comparisons?source=brander&level=stadsdel&area=rinkeby&from=2025-03&to=2025-03&format=json"
            assert httpx.get(asked).json()["items"][0]["count"] == day


def test_an_approval_is_followed_too(inbox: str, city: Engine, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(TWO)
    number = held(city, path)
    follow = {**SHOWN, "Accept": "text/event-stream"}
    *_, (last, receipt) = events(httpx.post(f"{inbox}/{number}/approve", headers=follow, timeout=60))
    assert (last, receipt["status"]) == ("receipt", "published")
    *_, (last, problem) = events(httpx.post(f"{inbox}/{number}/approve", headers=follow, timeout=60))
    assert (last, problem["status"]) == ("problem", 409)


def test_rejected_rows_are_counted_by_what_is_wrong_with_them(inbox: str) -> None:
    faults = [f"K{number};i går;10;10" for number in range(30)]
    receipt = post(inbox, fires("OK;2025-03-01 12:00;10;10", ";2025-03-02 12:00;10;10", *faults).encode()).json()
    listed = httpx.get(f"{inbox}/{receipt['delivery']}/rejected?limit=5", headers=SHOWN).json()
    assert (listed["total"], len(listed["items"])) == (31, 5)
    assert [(kind["column"], kind["count"]) for kind in listed["kinds"]] == [("larmtid", 30), ("id", 1)]
    first = listed["items"][1]
    assert {**listed["kinds"][0], "count": 30} == {
        "count": 30,
        **{name: first[name] for name in ("code", "column", "message", "messageEn", "hint", "hintEn")},
    }


def test_a_key_that_is_shown_is_looked_at_whoever_shows_it(city: Engine) -> None:
    with serving(city, Audience.STAFF, SETTINGS) as address:
        assert httpx.get(f"{address}/v1/deliveries").status_code == 200
        assert httpx.get(f"{address}/v1/deliveries", headers=SHOWN).status_code == 200
        assert httpx.get(f"{address}/v1/deliveries", headers={"X-API-Key": "fel"}).status_code == 401


def test_the_service_tells_the_largest_file_it_takes(inbox: str, public_server: str) -> None:
    for address, told in ((inbox.removesuffix("/v1/deliveries"), LIMIT), (public_server, None)):
        assert httpx.get(f"{address}/v1/api-info").json()["deliveryLimit"] == told


def wait_until(true: Callable[[], bool]) -> None:
    for _ in range(300):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come about")
