"""The pages on security: every requirement is answered once, and every test that is named exists."""

from __future__ import annotations

import re
from collections import Counter

from tests.pages import DOCS, ROOT, read, rows_of

_TEST = re.compile(r"`(tests/[\w/]+(?:\.py|/)?)`")
_ROW = re.compile(r"^\| (V[\d.]+) \| ([12]) \| ([^|]+?) \| ([^|]+?) \|$", re.MULTILINE)
# How many requirements OWASP ASVS 5.0.0 has at level 1 and at level 2.
_AT_LEVEL = {"1": 70, "2": 183}


def test_every_requirement_of_level_1_and_2_is_answered_once() -> None:
    rows = [match.groups() for match in _ROW.finditer(read(DOCS / "asvs.md"))]
    assert Counter(row[1] for row in rows) == _AT_LEVEL
    assert len({row[0] for row in rows}) == len(rows)
    assert all(row[3] for row in rows)
    stated = {row[0]: int(row[2]) for row in rows_of(read(DOCS / "asvs.md"), "Svar", "Betyder", "Antal")}
    assert stated == Counter(row[2] for row in rows)


def test_the_tests_that_answers_rest_on_exist() -> None:
    named = {path for page in ("asvs.md", "security.md") for path in _TEST.findall(read(DOCS / page))}
    assert len(named) > 25
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []
