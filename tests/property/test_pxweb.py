"""The figures of the statistical tables are those of the series and the comparisons, for staff and for anyone, whatever is chosen."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trygghetskarta.domain.category_groups import category_groups
from trygghetskarta.domain.sources import SourceId

SYMBOLS = {"withheld": "..", "missing": "...", "notApplicable": "."}
RATES = ("rate", "rateLow", "rateHigh")


@cache
def metadata(server: str, source: str) -> dict[str, Any]:
    told: dict[str, Any] = httpx.get(f"{server}/pxweb/v2/tables/{source}/metadata", timeout=60).json()
    return told


def codes(server: str, source: str, variable: str) -> list[str]:
    return list(metadata(server, source)["dimension"][variable]["category"]["index"])


def chosen(server: str, source: str, parameters: dict[str, str]) -> dict[tuple[str, ...], tuple[float | None, str | None]]:
    """Give the cells that a question has: value and symbol by region, category, contents and month."""
    answer = httpx.get(f"{server}/pxweb/v2/tables/{source}/data", params=parameters, timeout=60)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    named = product(*(told["dimension"][name]["category"]["index"] for name in told["id"]))
    return {names: (value, told["status"].get(str(at))) for at, (names, value) in enumerate(zip(named, told["value"], strict=True))}


def series(server: str, parameters: dict[str, str]) -> dict[tuple[str, str], dict[str, Any]]:
    """Give the values of a series by area and month."""
    answer = httpx.get(f"{server}/v1/series", params=parameters, timeout=60)
    assert answer.status_code == 200, answer.text
    return {(line["code"], value["period"]): value for line in answer.json()["series"] for value in line["values"]}


def expected(row: dict[str, Any], content: str) -> tuple[float | None, str | None]:
    value = row["count"] if content == "count" else row.get(content)
    if value is not None:
        return value, None
    return None, SYMBOLS["notApplicable" if row["status"] == "value" else row["status"]]


@pytest.mark.parametrize("audience", ["analyst", "public"])
@given(data=st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_cell_of_a_table_is_the_value_of_the_series(live_server: str, public_server: str, audience: str, data: st.DataObject) -> None:
    server = live_server if audience == "analyst" else public_server
    source = data.draw(st.sampled_from(["polishandelser", "anmalda_brott", "skjutningar", "brander", "incidenter"]), label="source")
    regions = codes(server, source, "Region")
    level = data.draw(st.sampled_from(sorted({region.partition(".")[0] for region in regions})), label="level")
    areas = data.draw(st.lists(st.sampled_from([r for r in regions if r.startswith(f"{level}.")]), min_size=1, max_size=4, unique=True))
    kinds = data.draw(st.lists(st.sampled_from(codes(server, source, "Kategori")), min_size=1, max_size=2, unique=True), label="kinds")
    months = data.draw(st.lists(st.sampled_from(codes(server, source, "Tid")), min_size=1, max_size=4, unique=True), label="months")
    contents = codes(server, source, "ContentsCode")
    cells = chosen(
        server,
        source,
        {
            "valueCodes[Region]": ",".join(areas),
            "valueCodes[Kategori]": ",".join(kinds),
            "valueCodes[ContentsCode]": "*",
            "valueCodes[Tid]": ",".join(months),
        },
    )
    assert len(cells) == len(areas) * len(kinds) * len(contents) * len(months)
    refused = level == "basomrade" and source == "skjutningar"
    measure = {"measure": "rate"} if "rate" in contents and not refused else {}
    for kind in kinds:
        named = {} if kind == "TOT" else {"category": kind}
        ends = {"from": min(months).replace("M", "-"), "to": max(months).replace("M", "-")}
        lines = series(server, {"source": source, "level": level, **named, **ends, **measure})
        for region, month, content in product(areas, months, contents):
            row = lines[region.partition(".")[2], month.replace("M", "-")]
            assert cells[region, kind, content, month] == expected(row, content), (region, kind, content, month)


@given(data=st.data())
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_group_across_the_sources_counts_what_a_comparison_counts(live_server: str, data: st.DataObject) -> None:
    source = data.draw(st.sampled_from([SourceId.ANMALDA_BROTT, SourceId.BRANDER]), label="source")
    group = data.draw(st.sampled_from([group.code for group in category_groups().values() if source in group.categories]), label="group")
    month = data.draw(st.sampled_from(codes(live_server, source, "Tid")), label="month")
    asked = {
        "codelist[Region]": "vs_stadsdelsomrade",
        "valueCodes[Region]": "*",
        "codelist[Kategori]": f"agg_{source}_grupper",
        "valueCodes[Kategori]": group,
        "valueCodes[ContentsCode]": "count",
        "valueCodes[Tid]": month,
    }
    cells = chosen(live_server, source, asked)
    span = month.replace("M", "-")
    compared = httpx.get(
        f"{live_server}/v1/comparisons",
        params={"source": source, "group": group, "from": span, "to": span, "format": "json", "statistics": "none"},
        timeout=60,
    ).json()
    assert {names[0].partition(".")[2]: value for names, (value, _) in cells.items()} == {
        row["code"]: row["count"] for row in compared["items"]
    }
    told = httpx.get(f"{live_server}/pxweb/v2/tables/{source}/data", params=asked, timeout=60).json()["extension"]["ledger"]
    ledger = {name: compared["ledger"][name] for name in ("placed", "areaOnly", "unplaced", "outside", "total", "estimated")}
    assert {name: told[0][name] for name in ledger} == ledger
