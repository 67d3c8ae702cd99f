"""What every answer tells a browser: the headers that keep it from guessing, framing, embedding and telling on."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import Engine

from tests.api.recording import ASKED, KEY
from tests.conftest import serving
from trygghetskarta.domain.audience import Audience
from trygghetskarta.settings import Settings

ELSEWHERE = "https://ond.example"
REFUSED = {
    "unknown address": ("GET", "/v1/no-such-thing"),
    "unknown parameter": ("GET", "/v1/areas?nonsense=1"),
    "unknown area": ("GET", "/v1/areas/nowhere"),
    "method": ("DELETE", "/v1/areas"),
    "no key": ("POST", "/v1/deliveries?source=brander"),
    "address too long": ("GET", "/v1/areas?level=" + "x" * 20_000),
    "body too large": ("POST", "/v1/measures"),
    "trace": ("TRACE", "/v1/areas"),
}


def guarded(answer: httpx.Response) -> None:
    """Hold an answer to what every answer says."""
    told = answer.headers
    assert told["x-content-type-options"] == "nosniff"
    assert told["referrer-policy"] == "no-referrer"
    assert told["cross-origin-opener-policy"] == "same-origin"
    assert "geolocation=()" in told["permissions-policy"]
    assert told["cache-control"]
    assert "server" not in told
    policy = told["content-security-policy"]
    assert "unsafe" not in policy
    assert "*" not in policy
    assert policy.startswith(("default-src 'none'", "default-src 'self'"))
    for rule in ("base-uri 'none'", "frame-ancestors", "form-action"):
        assert rule in policy
    embedded = "cross-origin" if told["cache-control"].startswith("public") else "same-origin"
    assert told["cross-origin-resource-policy"] == embedded
    for name in ("content-security-policy", "x-content-type-options", "cache-control", "cross-origin-resource-policy"):
        assert len(told.get_list(name)) == 1, name


@pytest.mark.parametrize("name", ASKED)
def test_every_operation_says_what_a_browser_may_do_with_the_answer(public_server: str, live_server: str, name: str) -> None:
    for server in (public_server, live_server):
        answer = httpx.get(server + ASKED[name], timeout=120)
        guarded(answer)
        if server == live_server:
            # The outlines of areas are the same for everyone, as are files to share, and kept by whoever passes them on.
            for_all = name.startswith(("GET /v1/tiles", "GET /v1/exports", "GET /v1/lagesbilder"))
            assert answer.headers["cache-control"].startswith("public") <= for_all
        if etag := answer.headers.get("etag"):
            guarded(httpx.get(server + ASKED[name], headers={"If-None-Match": etag}, timeout=120))


@pytest.mark.parametrize("fault", REFUSED)
def test_a_refusal_says_it_too(public_server: str, fault: str) -> None:
    method, path = REFUSED[fault]
    answer = httpx.request(method, public_server + path, content=b"x" * 3_000_000 if fault == "body too large" else None, timeout=60)
    assert 400 <= answer.status_code < 500
    guarded(answer)


@pytest.mark.parametrize("path", ["/", "/docs", "/openapi.json", "/ogc/v1", "/dcat", "/page/none", "/ogc/v1/api"])
def test_pages_and_documents_say_it_too(live_server: str, path: str) -> None:
    guarded(httpx.get(live_server + path, timeout=60, follow_redirects=True))


def test_a_report_as_a_page_may_be_framed_by_nobody(live_server: str) -> None:
    asked = "/v1/lagesbilder?area=farsta&from=2025-01&to=2025-12&class=delbar&format=html"
    answer = httpx.get(live_server + asked, timeout=120)
    guarded(answer)
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "script-src" not in answer.headers["content-security-policy"]


def test_browsers_are_told_to_stay_with_https_only_where_that_is_how_the_service_is_reached(sample: Engine) -> None:
    for address, told in (("https://karta.example.se/trygghet", "max-age=31536000"), ("http://karta.example.se", None), (None, None)):
        with serving(sample, Audience.PUBLIC, Settings(public_url=address, refresh_seconds=1.0)) as server:
            assert httpx.get(f"{server}/live").headers.get("strict-transport-security") == told


def test_a_page_elsewhere_reads_what_is_public_and_never_as_somebody(public_server: str) -> None:
    answer = httpx.get(f"{public_server}/v1/areas?level=stad", headers={"Origin": ELSEWHERE})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    "origin", [ELSEWHERE, "null", "http://127.0.0.1.ond.example", "http://localhost.ond.example:80", "https://ond.example/127.0.0.1"]
)
def test_a_page_elsewhere_reads_nothing_exact(live_server: str, origin: str) -> None:
    answer = httpx.get(f"{live_server}/v1/areas?level=stad", headers={"Origin": origin})
    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize("header", ["authorization", "x-api-key", "x-purpose", "content-type"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_a_page_elsewhere_can_neither_write_nor_show_a_key(public_server: str, method: str, header: str) -> None:
    asked = {"Origin": ELSEWHERE, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": header}
    answer = httpx.options(f"{public_server}/v1/deliveries", headers=asked)
    allowed = answer.status_code == 200
    assert allowed == (method == "GET" and header == "content-type"), answer.text
    guarded(answer)


def test_a_chosen_page_reads_and_no_other(sample: Engine) -> None:
    chosen = "https://stad.example.se"
    with serving(sample, Audience.PUBLIC, Settings(cors_origins=(chosen,), refresh_seconds=1.0)) as server:
        for origin, told in ((chosen, chosen), (ELSEWHERE, None), (f"{chosen}.ond.example", None)):
            answer = httpx.get(f"{server}/v1/areas?level=stad", headers={"Origin": origin})
            assert answer.headers.get("access-control-allow-origin") == told
            assert "Origin" in answer.headers["vary"]
        asked = {
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "authorization,content-type,if-none-match,x-api-key,x-purpose",
        }
        allowed = httpx.options(f"{server}/v1/areas", headers={"Origin": chosen, **asked})
        assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (200, chosen)
        assert "access-control-allow-credentials" not in allowed.headers
        faults = {
            "Origin": {"Origin": ELSEWHERE, **asked},
            "Access-Control-Request-Method": {"Origin": chosen, **asked, "Access-Control-Request-Method": "DELETE"},
            "Access-Control-Request-Headers": {"Origin": chosen, **asked, "Access-Control-Request-Headers": "x-forwarded-for"},
        }
        for blamed, given in faults.items():
            refused = httpx.options(f"{server}/v1/areas", headers=given)
            problem = refused.json()
            assert (refused.status_code, refused.headers["content-type"]) == (403, "application/problem+json")
            assert [fault["property"] for fault in problem["invalidParameters"]] == [blamed]
            assert problem["detail"] != problem["detailEn"]
            assert ("access-control-allow-origin" in refused.headers) == (blamed != "Origin")
            guarded(refused)
        shown = httpx.get(f"{server}/v1/areas?level=stad", headers={"Origin": chosen}).headers["access-control-expose-headers"]
        assert {"ETag", "Link", "Retry-After", "X-Request-Id"} <= set(shown.split(", "))


def test_the_service_does_not_say_what_it_runs_on(public_server: str) -> None:
    for path in ("/", "/v1/areas", "/nowhere"):
        headers = httpx.get(public_server + path, headers={"X-API-Key": KEY}).headers
        assert not {"server", "x-powered-by", "via"} & set(headers)
