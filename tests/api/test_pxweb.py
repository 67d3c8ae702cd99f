"""The statistical tables over HTTP."""

from __future__ import annotations

import csv
import io
from typing import Any

import httpx
import openpyxl
import pytest

ROOT = "/pxweb/v2"
FEW = {"valueCodes[ContentsCode]": "count,rate", "valueCodes[Tid]": "TOP(2)", "valueCodes[Region]": "stadsdelsomrade.*,stad.*"}


def get(server: str, path: str, **parameters: str) -> httpx.Response:
    return httpx.get(f"{server}{ROOT}{path}", params=parameters, timeout=60)


def told(server: str, path: str, **parameters: str) -> dict[str, Any]:
    answer = get(server, path, **parameters)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def rows(answer: httpx.Response, separator: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=separator))


def test_the_database_says_what_it_can(live_server: str) -> None:
    config = told(live_server, "/config")
    assert config["apiVersion"].startswith("2.")
    assert config["maxDataCells"] == 150_000
    assert config["dataFormats"] == ["json-stat2", "csv", "xlsx", "px"]
    assert {language["id"] for language in config["languages"]} == {"sv", "en"}


def test_there_is_a_table_for_each_source_that_has_counts(live_server: str) -> None:
    sources = httpx.get(f"{live_server}/v1/sources", params={"limit": 100}).json()["items"]
    counted = [source["id"] for source in sources if source["carries"] == "events" and source["coverage"]["from"]]
    assert [table["id"] for table in told(live_server, "/tables")["tables"]] == counted
    assert get(live_server, "/tables/population").status_code == 404


def test_tables_are_found_by_words_and_come_in_pages(live_server: str) -> None:
    assert [table["id"] for table in told(live_server, "/tables", query="ANMÄLDA bedrägeri*")["tables"]] == ["anmalda_brott"]
    assert told(live_server, "/tables", query="reported", lang="en")["tables"]
    page = told(live_server, "/tables", pageSize="2", pageNumber="2")
    assert (len(page["tables"]), page["page"]["pageNumber"], page["page"]["totalPages"]) == (2, 2, -(-page["page"]["totalElements"] // 2))
    assert told(live_server, "/tables", pastDays="1")["page"]["totalElements"] == told(live_server, "/tables")["page"]["totalElements"]
    assert told(live_server, "/tables", query="enhörningar")["page"] == {
        "pageNumber": 1,
        "pageSize": 100,
        "totalElements": 0,
        "totalPages": 1,
    }


def test_metadata_tell_of_variables_levels_and_the_tree(live_server: str) -> None:
    found = told(live_server, "/tables/anmalda_brott/metadata", lang="en")
    assert found["id"] == ["Region", "Kategori", "ContentsCode", "Tid"]
    assert found["role"] == {"geo": ["Region"], "metric": ["ContentsCode"], "time": ["Tid"]}
    assert found["value"] == []
    assert found["size"] == [len(found["dimension"][name]["category"]["index"]) for name in found["id"]]
    region, category = found["dimension"]["Region"], found["dimension"]["Kategori"]
    assert region["extension"]["elimination"] is True
    assert region["extension"]["eliminationValueCode"] == "stad.0180"
    assert [each["id"] for each in region["extension"]["codelists"]] == ["vs_stad", "vs_stadsdelsomrade", "vs_stadsdel", "vs_basomrade"]
    assert region["category"]["child"]["stadsdelsomrade.jarva"]
    assert category["category"]["child"]["TOT"]
    assert found["dimension"]["Tid"]["extension"]["elimination"] is False
    for dimension in found["dimension"].values():
        labels = list(dimension["category"]["label"].values())
        assert len(labels) == len(set(labels)), "programs that read texts alone must tell the values apart"


def test_a_table_offers_only_what_its_source_can_carry(live_server: str) -> None:
    found = told(live_server, "/tables/polishandelser/metadata")["dimension"]
    assert list(found["ContentsCode"]["category"]["index"]) == ["count"]
    assert not [code for code in found["Region"]["category"]["index"] if code.startswith("basomrade.")]
    notes = told(live_server, "/tables/polishandelser/metadata", lang="en")["note"]
    assert any("selection made by the police" in note for note in notes)


def test_a_rate_that_the_source_refuses_for_small_areas_is_not_applicable(live_server: str) -> None:
    found = told(
        live_server,
        "/tables/skjutningar/data",
        **{"valueCodes[Region]": "basomrade.0101001", "valueCodes[ContentsCode]": "count,rate", "valueCodes[Tid]": "2025M12"},
    )
    assert found["value"][1] is None
    assert found["status"] == {"1": "."}
    assert found["extension"]["status"]["label"]["."]["en"].startswith("Not applicable")


def test_a_codelist_gives_its_values(live_server: str) -> None:
    levels = told(live_server, "/codelists/vs_stadsdelsomrade", lang="en")
    assert (levels["type"], len(levels["values"])) == ("Valueset", 11)
    assert levels["values"][0]["valueMap"] == [levels["values"][0]["code"]]
    sums = told(live_server, "/codelists/agg_anmalda_brott_grupper")
    assert sums["type"] == "Aggregation"
    assert all(value["valueMap"] for value in sums["values"])
    assert get(live_server, "/codelists/vs_nothing").status_code == 404


def test_the_default_selection_is_what_comes_when_nothing_is_chosen(live_server: str) -> None:
    default = told(live_server, "/tables/brander/defaultselection")["selection"]
    posted = httpx.post(f"{live_server}{ROOT}/tables/brander/data", json={"selection": default}, timeout=60)
    assert posted.status_code == 200, posted.text
    assert posted.json() == told(live_server, "/tables/brander/data")
    assert posted.json()["size"] == [11, 1, 13]


def test_posting_a_selection_gives_what_getting_it_gives(live_server: str) -> None:
    selection = [
        {"variableCode": "region", "codelist": "vs_stadsdelsomrade", "valueCodes": ["*"]},
        {
            "variableCode": "Kategori",
            "codeList": "agg_anmalda_brott_grupper",
            "valueCodes": ["valdsbrott", "ran"],
            "outputValues": "single",
        },
        {"variableCode": "ContentsCode", "valueCodes": ["count"]},
        {"variableCode": "Tid", "valueCodes": ["FROM(2025M11)"]},
    ]
    posted = httpx.post(f"{live_server}{ROOT}/tables/anmalda_brott/data", json={"selection": selection}, timeout=60)
    got = told(
        live_server,
        "/tables/anmalda_brott/data",
        **{
            "valuecodes[REGION]": "*",
            "codelist[Region]": "vs_stadsdelsomrade",
            "valueCodes[Kategori]": "valdsbrott,ran",
            "codelist[kategori]": "agg_anmalda_brott_grupper",
            "outputValues[Kategori]": "single",
            "valueCodes[ContentsCode]": "count",
            "valueCodes[Tid]": "FROM(2025M11)",
        },
    )
    assert posted.json() == got
    assert "ran" in got["dimension"]["Kategori"]["category"]["index"]
    # One client writes codelists in the address and the rest in the document.
    split = [{name: part[name] for name in ("variableCode", "valueCodes")} for part in selection]
    beside = {
        "codelist[Region]": "vs_stadsdelsomrade",
        "codelist[Kategori]": "agg_anmalda_brott_grupper",
        "outputValues[Kategori]": "single",
    }
    again = httpx.post(f"{live_server}{ROOT}/tables/anmalda_brott/data", params=beside, json={"selection": split}, timeout=60)
    assert again.json() == got


def test_a_break_in_what_is_counted_is_noted_where_the_months_lie_on_both_sides(live_server: str) -> None:
    asked = {"valueCodes[ContentsCode]": "count", "valueCodes[Kategori]": "valdtakt"}
    across = told(live_server, "/tables/anmalda_brott/data", **asked, **{"valueCodes[Tid]": "2018M06,2018M07"}, lang="en")["note"]
    after = told(live_server, "/tables/anmalda_brott/data", **asked, **{"valueCodes[Tid]": "2024M01,2024M02"}, lang="en")["note"]
    assert any(note.startswith("Break in the series 2018-07-01") for note in across)
    assert not any(note.startswith("Break in the series") for note in after)


def test_every_format_has_the_same_figures(live_server: str) -> None:
    stat = told(live_server, "/tables/brander/data", **FEW)
    plain = get(live_server, "/tables/brander/data", outputFormat="csv", **FEW)
    assert plain.headers["content-type"] == "text/csv; charset=utf-8"
    assert [float(cell) for row in rows(plain)[1:] for cell in row[1:]] == stat["value"]
    book = get(live_server, "/tables/brander/data", outputFormat="xlsx", **FEW)
    sheet = openpyxl.load_workbook(io.BytesIO(book.content))["Siffror"]
    assert [cell for row in sheet.iter_rows(min_row=2, min_col=2, values_only=True) for cell in row] == stat["value"]
    px = get(live_server, "/tables/brander/data", outputFormat="px", **FEW).content.decode()
    assert [float(cell) for cell in px.partition("DATA=")[2].replace(";", "").split()] == stat["value"]


def test_a_table_for_people_is_laid_out_as_asked(live_server: str) -> None:
    long = rows(
        get(
            live_server,
            "/tables/brander/data",
            outputFormat="csv",
            outputFormatParams="UseCodes",
            stub="Tid,Region,ContentsCode",
            **FEW,
        )
    )
    assert long[0] == ["Tid", "Region", "ContentsCode", "value"]
    assert len(long) == 1 + 12 * 2 * 2
    assert long[1][:3] == ["2025M11", "stad.0180", "count"]
    excel = get(
        live_server,
        "/tables/brander/data",
        outputFormat="csv",
        outputFormatParams="UseCodesAndTexts,IncludeTitle,SeparatorSemicolon",
        lang="en",
        **FEW,
    )
    assert excel.content.startswith(b"\xef\xbb\xbf")
    titled = rows(excel, ";")
    assert titled[0][0].endswith("by area, contents and month")
    assert titled[1][:3] == ["Region", "area", "count Number of events 2025M11"]
    assert "," in titled[2][-1]


def test_months_that_were_not_delivered_are_missing_and_never_refused(live_server: str, public_server: str) -> None:
    for server in (live_server, public_server):
        for source in ("polishandelser", "brander"):
            asked = {"valueCodes[ContentsCode]": "*", "valueCodes[Tid]": "*", "valueCodes[Region]": "stadsdelsomrade.jarva"}
            found = told(server, f"/tables/{source}/data", **asked)
            assert all((value is None) == (str(at) in found["status"]) for at, value in enumerate(found["value"]))


def test_anyone_sees_what_is_public_and_withheld_where_it_is_not(public_server: str, live_server: str) -> None:
    asked = {
        "valueCodes[ContentsCode]": "*",
        "valueCodes[Tid]": "TOP(3)",
        "valueCodes[Region]": "stadsdelsomrade.*",
        "valueCodes[Kategori]": "*",
    }
    fine = {**asked, "valueCodes[Kategori]": "TOT", "valueCodes[Region]": "stadsdel.*"}
    hidden = told(public_server, "/tables/anmalda_brott/data", **fine)
    assert set(hidden["value"]) == {None}
    assert set(hidden["status"].values()) == {".."}
    assert hidden["extension"]["ledger"][0]["withheld"] is True
    assert hidden["extension"]["ledger"][0]["total"] is None
    shown, exact = (told(server, "/tables/polishandelser/data", **asked) for server in (public_server, live_server))
    assert any(value is not None for value in shown["value"])
    # The public's was made when it was released; what staff see is as of the last publication, and measures are registered after that.
    assert shown.pop("updated") <= exact.pop("updated")
    assert shown == exact
    for form in ("csv", "px", "xlsx"):
        answer = get(public_server, "/tables/anmalda_brott/data", outputFormat=form, **fine)
        assert answer.status_code == 200
        if form == "csv":
            assert {cell for row in rows(answer)[1:] for cell in row[2:]} == {".."}


@pytest.mark.parametrize(
    ("path", "parameters", "status"),
    [
        ("/tables/nothing", {}, 404),
        ("/tables/nothing/data", {}, 404),
        ("/tables", {"limit": "3"}, 400),
        ("/tables", {"pageNumber": "0"}, 400),
        ("/tables", {"valueCodes[Tid]": "*"}, 400),
        ("/tables/brander/metadata", {"outputFormat": "json-px"}, 400),
        ("/tables/brander/data", {"lang": "fi"}, 400),
        ("/tables/brander/data", {"outputFormat": "html"}, 400),
        ("/tables/brander/data", {"valueCodes": "*"}, 400),
        ("/tables/brander/data", {"colour[Tid]": "*"}, 400),
        ("/tables/brander/data", {"valueCodes[Bo]": "*"}, 400),
        ("/tables/brander/data", {"outputValues[Region]": "all"}, 400),
        ("/tables/brander/data", {"heading": "Kategori"}, 400),
        ("/tables/brander/data", {"heading": "Tid", "stub": "Tid"}, 400),
        ("/tables/brander/data", {"outputFormatParams": "UseCodes,UseTexts"}, 400),
        ("/tables/brander/data", {"outputFormatParams": "UseEmoji"}, 400),
        ("/tables/anmalda_brott/data", {f"valueCodes[{name}]": "*" for name in ("Region", "Kategori", "ContentsCode", "Tid")}, 403),
    ],
)
def test_what_cannot_be_answered_is_refused_in_both_languages(live_server: str, path: str, parameters: dict[str, str], status: int) -> None:
    refused = get(live_server, path, **parameters)
    assert refused.status_code == status, refused.text
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["cache-control"] == "no-store"
    assert refused.json()["detail"] != refused.json()["detailEn"]


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b'{"selection": [{"valueCodes": ["*"]}]}', b'{"selection": [], "colour": 1}', b'{"selection": [{"variableCode": 1}]}'],
)
def test_a_document_that_is_no_selection_is_refused(live_server: str, body: bytes) -> None:
    refused = httpx.post(f"{live_server}{ROOT}/tables/brander/data", content=body, headers={"Content-Type": "application/json"})
    assert refused.status_code == 400
    assert refused.headers["content-type"] == "application/problem+json"


def test_an_answer_that_has_not_changed_is_not_sent_again(live_server: str) -> None:
    first = get(live_server, "/tables/brander/data", **FEW)
    again = httpx.get(first.url, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert get(live_server, "/tables/brander/data", lang="en", **FEW).headers["etag"] != first.headers["etag"]
