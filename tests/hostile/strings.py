"""Strings that have broken programs: each as the bytes that are sent, before they are quoted for an address."""

from __future__ import annotations

MARK = "xinjected"
"""What would stand as the name of a header, had a line break been let through."""

_SQL = (
    "'", '"', "''", "`", ";", "--", "/*", "*/", "\\", "\\'", "%", "_", "$$", "$1", ":name", "?", "%s", "{0}", "%(x)s",
    "' OR '1'='1", "1 OR 1=1", "' OR 1=1--", "') OR ('1'='1", "1; DROP TABLE event", "'; DROP TABLE event; --",
    "' UNION SELECT version()--", "1 UNION SELECT NULL,NULL,NULL--", "'||(SELECT version())||'", "1) AND (SELECT 1/0)=1--",
    "' AND 1=CAST((SELECT version()) AS int)--", "1 AND 1=(SELECT 1 FROM pg_sleep(0))", "';SELECT pg_read_file('/etc/passwd')--",
    "ST_GeomFromText('POINT(0 0)')", "E'\\\\x41'", "U&'\\0061'", "'::text", "1::regclass", "pg_catalog.pg_class",
    "code IN (SELECT source_key FROM event)", "name = 'x' OR TRUE", "T_INTERSECTS(x,'../..')", "NULL", "null", "undefined", "NaN", "DEFAULT",
)  # fmt: skip
_TEXT = (
    "", " ", "\t", "\n", "\r\n", "\0", "a\0b", "\x01\x02\x1f\x7f", "\ufeff", "\u200b", "\u202e", "\u2028", "å", "a\u030a", "ß", "ı", "İ",
    "\U0001f4a9", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\ufffd", "\uffff", "Z\u0351\u036b\u0343\u036a", "\u0669\u0668", "２０２５－０１",
    "x" * 300, "a," * 400, "[" * 300, "(" * 300, "-" * 300,
)  # fmt: skip
_NUMBERS = (
    "0", "-1", "-0", "1e309", "-1e309", "1e-400", "0x10", "1_000", "1,5", "1.5", "+1", "٣", "9" * 40, "2147483647", "2147483648", "-2147483649",
    "9223372036854775807", "9223372036854775808", "18446744073709551616", "Infinity", "-Infinity", "inf", "1/0", "01", "true", "[]", "{}",
)  # fmt: skip
_DATES = (
    "0000-00", "0000-01", "0001-01", "9999-12", "9999-13", "10000-01", "2025-00", "2025-13", "2025-1", "2025-01-32", "2025-02-29", "-2025-01",
    "2025-W01", "2025-01..2024-01", "0001-01..9999-12", "..", "2025-01..", "2025-01-01T25:61:61Z", "2025-03-30T02:30", "0001-01-01", "9999-12-31",
)  # fmt: skip
_PLACES = (
    "../../../../etc/passwd", "..%2f..%2fetc%2fpasswd", "/vsicurl/http://127.0.0.1:9/", "/vsizip//etc/passwd", "file:///etc/passwd",
    "http://127.0.0.1:9/", "//ond.example", "\\\\127.0.0.1\\share", "C:\\Windows", "CON", "a/b", "a%00b", "|id", "$(id)", "`id`", "; id",
    "POLYGON((0 0,0 0,0 0,0 0))", "POLYGON EMPTY", "POLYGON((1e308 1e308,-1e308 1e308,0 -1e308,1e308 1e308))",
    "POLYGON((17 59,18 60,18 59,17 60,17 59))", "GEOMETRYCOLLECTION(POINT(17 59))", "-180,-90,180,90", "180,90,-180,-90", "1,2,3", "a,b,c,d",
)  # fmt: skip
_MARKUP = (
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "javascript:alert(1)", "</title><svg onload=alert(1)>", "{{7*7}}", "${7*7}",
    "<%= 7*7 %>", "#{7*7}", "=1+1", "@SUM(1+1)", "+cmd|' /C calc'!A0", "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>",
    f"x\r\n{MARK}: 1", f"x\n{MARK}: 1", f"x%0d%0a{MARK}:1", f"x\u560d\u560a{MARK}: 1", "(a+)+$", ".*", "[[[[", "%%%%n%n%s", "\\N{LATIN}", "__proto__",
)  # fmt: skip
_BYTES = (b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xfe\xff\x00a", b"\x80abc")

NAUGHTY: tuple[bytes, ...] = (
    *(text.encode() for text in (*_SQL, *_TEXT, *_NUMBERS, *_DATES, *_PLACES, *_MARKUP)),
    *_BYTES,
)
