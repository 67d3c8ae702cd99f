from __future__ import annotations

import pytest

from tests.bad_inputs.desk import (
    CRIME_HEADER,
    FIRE_HEADER,
    GOOD_FIRES,
    Case,
    Desk,
    Fault,
    Loads,
    Refused,
    about,
    crime,
    crimes,
    each,
    fire,
    fires,
    lines,
    meet,
    shooting,
    shootings,
)
from trygghetskarta.domain.sources import SourceId

CRIMES, SHOOTINGS = SourceId.ANMALDA_BROTT, SourceId.SKJUTNINGAR
ADDRESS = "Åsögatan 5, Södermalm"
MIXED = "Mixed: UTF-8 with 3 rows cp1252"
HIDDEN = "Zero-width space, NBSP, RTL override in category"
LONG = "Field of 200 kB / 10 MB / 1 GB"
# Strings of the kinds that break programs, of our own making: control characters, marks of every width and direction, scripts, markup, paths,
# format strings, formulas, words for nothing, numbers that are none, and quotes.
NASTY = (
    "undefined", "null", "(null)", "nil", "true", "FALSE", "\\", "\\\\", "/dev/null", "C:\\temp\\ny", "../../../etc/shadow", "%s%n%x%d", "%00", "{0}",
    "{{7*7}}", "${jndi:ldap://x}", "$(touch /tmp/x)", "`id`", "; ls -la", "| cat", "&& exit", "<!--", "-->", "]]>", "<![CDATA[x]]>",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><svg/onload=alert('å')>", "javascript:alert(1)", "' OR 1=1 --",
    "'; DROP TABLE event; --",
    '" OR ""="', "=1+1", "=HYPERLINK(\"http://x\";\"y\")", "@SUM(A1)", "+1-1", "-1+1", "=cmd|'/C calc'!A0", "1e400", "0x1F", "١٢٣", "½", "NaN",
    "Infinity",
    "-0", "1,2,3", "1;2", "a\tb", "a\nb", "a\r\nb", "'", "''", '"', '""', "“smarta”", "»franska«", "å̊ä̈ö̈", "ÅÄÖåäö", "ﬁ", "Ω", "İi̇ıI",
    "ẞß", "田中さん", "สวัสดี", "שלום", "مرحبا", "👩‍👩‍👧‍👦🏳️‍🌈", "🇸🇪🇸🇪", "\u00e9\u0302\u0303\u0304\u0305", "\u200b\u200c\u200d\u2060\ufeffx",
    "\u00adx\u00ad",
    "x\u2028y\u2029z", "\u0001\u0002\u001f\u007f", "\u0080\u0085\u009f", "\ufffd\ufffe\uffff", "\U0001f4a9", "\U0010ffff", "０１２３",
    "Ｈｅｌ　ｂｒｅｄｄ", "¯\\_(ツ)_/¯", "(╯°□°）╯︵ ┻━┻", "Scunthorpe",
    "\u202aabc\u202a", "\u202ecba", "\u2066x\u2067", "ﷺ", "𝔊𝔬𝔱𝔦𝔰𝔨", "1.000.000,00", "00:00:00", "#", "# ", "#hash",
    "A" * 9_999,
)  # fmt: skip


@each(
    Case(
        "UTF-8 with BOM",
        b"\xef\xbb\xbf" + fires(fire(address=ADDRESS)),
        Loads(
            3,
            holds=lambda events: events[0]["identity"] == "B1" and events[0]["detail"] == {"address": ADDRESS},
            read_as={"encoding": "utf-8-sig"},
        ),
    ),
    Case(
        "cp1252/Latin-1",
        fires(fire(address=ADDRESS)).decode().encode("cp1252"),
        Loads(
            3, holds=lambda events: events[0]["detail"] == {"address": ADDRESS}, warnings={"not_utf8": 3}, read_as={"encoding": "cp1252"}
        ),
    ),
    Case(
        "cp1252/Latin-1",
        shootings(shooting(area="Södermalm"), shooting("S2", when="2025-13-01", area="Södermalm")).decode().encode("cp1252"),
        Loads(3, (Fault(3, "tid", "no_such_date"),), {"not_utf8": 3}),
        source=SHOOTINGS,
        variant="a rejected row keeps its bytes",
    ),
    Case("cp850 / Mac Roman", fires(fire(address=ADDRESS)).decode().encode("cp850"), Refused("encoding_unknown", ("byte", "0x8f"))),
    Case(
        "cp850 / Mac Roman",
        fires(fire(address="Östra vägen, Årsta, lägenhet över gården")).decode().encode("mac_roman"),
        Refused("encoding_unknown", ("byte", "0x85")),
        variant="Mac Roman",
    ),
    Case(
        MIXED,
        lines(FIRE_HEADER, *(fire(f"U{n}", address=ADDRESS) for n in range(5)))
        + lines(*(fire(f"C{n}", address=ADDRESS) for n in range(3))).decode().encode("cp1252")
        + lines(*GOOD_FIRES),
        Loads(7, tuple(Fault(line, "adress", "bad_utf8") for line in (7, 8, 9))),
    ),
    Case(
        "NFD `So¨dermalm`",
        shootings(shooting(area="So\u0308dermalm")),
        Loads(3, holds=lambda events: events[0]["area_text"] == "Södermalm" and "sodermalm" in events[0]["areas"]),
        source=SHOOTINGS,
    ),
    Case("NUL byte in a field", fires(fire(address="a\x00b")), Loads(2, (Fault(2, "adress", "nul_byte"),))),
    Case("NUL byte in a field", shootings(shooting(status="a\x00b")), Loads(2, (Fault(2, "status", "nul_byte"),)), SHOOTINGS, "status"),
    Case(
        HIDDEN,
        crimes(crime(kind="\u200b0310\u00a0")),
        Loads(3, holds=lambda events: events[0]["category"] == events[1]["category"]),
        source=CRIMES,
    ),
    *(
        Case(
            HIDDEN,
            crimes(crime(kind=kind, area=area)),
            Loads(3, holds=lambda events: events[0]["category"] == events[1]["category"] and events[0]["area_text"] == "0101001"),
            source=CRIMES,
            variant=ascii(f"{kind} {area}"),
        )
        for kind, area in (
            ("03\u00a010", "0101001"),
            ("03\u202f10", "0101\u00a0001"),
            ("0\u200b310", "0101\u200b001"),
            ("03\u00ad10", "\u00ad0101001"),
        )
    ),
    Case(
        HIDDEN,
        fires(fire(kind="1\u00a04"), fire("B2", kind="14"), fire("B3", kind="Drunkning\u00a0eller\u200b drunkningstillbud")),
        Loads(5, holds=lambda events: events[0]["category"] == events[1]["category"] != events[2]["category"]),
        variant="a type by its number, and one by its name",
    ),
    Case(
        HIDDEN,
        fires().replace(b"handelsetyp", "\u200bhandelse\u00adtyp\u00a0".encode()).replace(b";x;", ";\ufeffx\u2060;".encode()),
        Loads(2),
        variant="in the header",
    ),
    Case(HIDDEN, crimes(crime(kind="03\u202e10")), Loads(2, (Fault(2, "Brottskod", "turned_text"),)), CRIMES, "RTL override in a code"),
    Case(HIDDEN, fires(fire(kind="\u202e1")), Loads(2, (Fault(2, "handelsetyp", "turned_text"),)), variant="RTL override"),
    Case(LONG, fires(fire(address="x" * 200_000)), Loads(2, (Fault(2, "adress", "field_too_long"),)), variant="200 kB"),
    Case(LONG, fires(fire(address="x" * 10_000_000)), Loads(2, (Fault(2, "adress", "field_too_long"),)), variant="10 MB"),
    Case(LONG, fires(fire(kind="x" * 200_000)), Loads(2, (Fault(2, "handelsetyp", "field_too_long"),)), variant="200 kB of a kind"),
    Case(LONG, fires(fire(address="x" * 90_000_000)), Refused("field_too_long", ("2",)), variant="beyond what one row may be"),
)
def test_bytes_and_letters(desk: Desk, case: Case) -> None:
    meet(desk, case)


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


@about("BLNS (515 strings) in every text column")
@pytest.mark.parametrize("column", ["adress", "Gata"], ids=["BLNS (515 strings) in every text column", "of another source"])
def test_nasty_strings_are_stored_as_they_stand(desk: Desk, column: str) -> None:
    texts = [text for text in NASTY if text.strip() == text]
    if column == "adress":
        content = lines(FIRE_HEADER, *(fire(f"N{n}", x=100 + n, address=quoted(text)) for n, text in enumerate(texts)))
        receipt, name = desk.send(content), "address"
    else:
        content = lines(CRIME_HEADER, *(crime(street=quoted(text)) for text in texts))
        receipt, name = desk.send(content, CRIMES), "street"
    assert (receipt.new, receipt.rejected) == (len(texts), 0)
    assert [one["detail"][name] for one in desk.events(receipt.delivery)] == texts
