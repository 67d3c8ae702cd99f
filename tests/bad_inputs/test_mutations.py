"""Thousands of files made by changing valid ones: every row of each is accounted for, or the file is refused; and nothing is ever half done."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.bad_inputs.desk import Desk, assert_told, line_starts
from tests.bad_inputs.mutators import FEED, MUTATORS, TABLES, source_of, without_bom
from tests.unit.deliveries import CONTEXT
from trygghetskarta.domain.events import Reading, Rejected
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.formats.archives import open_delivery
from trygghetskarta.ingest.hiding import hidden
from trygghetskarta.ingest.registry import ADAPTERS, LAYOUTS, VALUES

EVERY = {**TABLES, "polishandelser": FEED}
WITH_SUMS = ("anmalda_brott_antal", "anmalda_brott_antal_per_manad", "skjutningar_polisregion", "sprangningar_polisregion", "population")
"""Tables in which a row may be the sum of others, or a count that was not kept: it says nothing, and is counted as that."""
FILES_EACH = 150
DELIVERED_EACH = 14
SAID = replace(CONTEXT, now=datetime(2026, 11, 21, tzinfo=UTC), others=LAYOUTS)
_FOOTER = re.compile(r"(summa|totalt|källa)\b", re.IGNORECASE)


@dataclass
class Outcome:
    """What an adapter made of a file: the first line and the bytes of every row that became something, the rejected rows, and how many were blank."""

    taken: list[tuple[int, bytes]]
    rejected: list[Rejected]
    blank: int


def read(source: SourceId, path: Path) -> tuple[Outcome, bytes] | BadDeliveryError:
    """Read a file as a delivery does, and give its unpacked bytes too; the only error there may be is that the file is refused."""
    try:
        with open_delivery(path) as file:
            values = VALUES[source].values(file, SAID) if source in VALUES else None
            if values is not None:
                told = list(values)
                taken = [(value.line, value.raw) for one in told for value in one.values]
                return Outcome(taken, [row for one in told for row in one.rejected], sum(one.blank for one in told)), file.path.read_bytes()
            readings = list(ADAPTERS[source].read(file, SAID))
            return _of_events(readings), file.path.read_bytes()
    except BadDeliveryError as error:
        return error


def _of_events(readings: Sequence[Reading]) -> Outcome:
    for reading in readings:
        assert reading.rows == len(reading.events) + len(reading.rejected) + reading.blank
    taken = [(int(line), one.raw_of(row)) for one in readings for row, line in enumerate(one.events.line)]
    return Outcome(taken, [row for one in readings for row in one.rejected], sum(one.blank for one in readings))


def assert_accounted_for(outcome: Outcome, content: bytes, *, has_sums: bool) -> None:
    """See that every line of a table is a row that was taken in, a rejected row, the header, or one that says nothing."""
    starts = line_starts(content)
    covered: set[int] = set()
    told = [*outcome.taken, *((row.line, row.raw) for row in outcome.rejected if row.message.code != "personal_data")]
    for line, raw in told:
        start = starts[line - 1]
        own = without_bom(content[start:]) if start == 0 else content[start:]
        assert raw in (own[: len(raw)], hidden(own[: len(raw)])), (line, raw[:80])
        covered |= set(range(line, line + len(re.findall(rb"\r\n|\n|\r", raw)) + 1))
    covered |= {row.line for row in outcome.rejected}
    lines = re.split(rb"\r\n|\n|\r", content)
    lines = lines if lines[-1] else lines[:-1]  # what comes after the last line end is no line
    left = [lines[line - 1] for line in range(1, len(lines) + 1) if line not in covered]
    if b'"' not in content and len({line for line, _ in told}) == len(told):
        assert outcome.blank == max(len(left) - 1, 0), left
    odd = [number for number in range(1, len(lines) + 1) if number not in covered and not _says_nothing(lines[number - 1])]
    if has_sums:
        return
    # A line of more than blanks that became nothing is the header or a title above it.
    header = odd[-1] if odd else 0
    assert header <= 50 or b'"' in content
    assert not covered & set(range(1, header)), "a row stands above the header"


def _says_nothing(line: bytes) -> bool:
    text = line.decode(errors="replace").lstrip('"; \t,\ufeff')
    return not text.strip('"; \t,') or _FOOTER.match(text) is not None


def assert_told_of(rejected: Sequence[Rejected]) -> None:
    for row in rejected:
        assert row.line >= 1
        assert re.fullmatch("[a-z0-9_]+", row.message.code)
        assert_told(row.message.swedish, row.message.english)
        assert row.value.isprintable()
        assert row.raw


def mutated(name: str, seed: int) -> bytes:
    """Change a valid file in one to three ways."""
    random = Random(seed)
    content = EVERY[name]
    for _ in range(random.choice((1, 1, 2, 3))):
        content = random.choice(MUTATORS)(random, content)
    return content


@pytest.mark.parametrize("name", EVERY)
def test_every_row_of_any_changed_file_is_accounted_for_or_the_file_is_refused(name: str, tmp_path: Path) -> None:
    source, path = source_of(name), tmp_path / "fil"
    tried: set[bytes] = set()

    @given(st.integers(0, 2**32))
    @settings(max_examples=FILES_EACH + 60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    def any_file(seed: int) -> None:
        content = mutated(name, seed)
        tried.add(content)
        path.write_bytes(content)
        outcome = read(source, path)
        if isinstance(outcome, BadDeliveryError):
            assert_told(outcome.swedish, outcome.english)
            assert outcome.code != "refused"
            return
        found, unpacked = outcome
        assert_told_of(found.rejected)
        if not unpacked.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"[", b"{")):
            assert_accounted_for(found, unpacked, has_sums=name in WITH_SUMS)

    any_file()
    assert len(tried) >= FILES_EACH


def test_two_thousand_files_are_tried() -> None:
    assert FILES_EACH * len(EVERY) >= 2_000


@pytest.mark.parametrize("name", EVERY)
def test_a_changed_file_delivered_leaves_nothing_half_done(name: str, desk: Desk) -> None:
    source = source_of(name)
    desk.send(EVERY[name], source)
    for seed in range(DELIVERED_EACH):
        content = mutated(name, seed)
        before = desk.state()
        try:
            receipt = desk.send(content, source)
        except BadDeliveryError as error:
            assert_told(error.swedish, error.english)
            assert desk.state() == before
            assert desk.last_delivery()["status"] in ("refused", "published", "unchanged", "held")
            continue
        assert receipt.read == receipt.new + receipt.changed + receipt.unchanged + receipt.rejected + receipt.blank
        if receipt.status == "held":
            assert desk.state() == before
        else:
            kept = [(row["line"], row["code"], bytes(row["raw"])) for row in desk.rejected(receipt.delivery)]
            assert kept == [(row.line, row.message.code, row.raw) for row in receipt.rejections] or receipt.first is not None
        desk.assert_whole()
