"""Valid files of every adapter, and what may befall a file between the desk it was made on and the desk it is handed in at."""

from __future__ import annotations

import codecs
import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from random import Random

from trygghetskarta.domain.sources import SourceId

_TEMPLATES = Path(__file__).parents[2] / "docs" / "sources" / "mallar"
_ROWS = 6
_BITS = (
    b'"',
    b'""',
    b";",
    b",",
    b"\t",
    b"\n",
    b"\r",
    b"\r\n",
    b"\x00",
    b"\xff",
    b"\xc3",
    b"\xe4",
    "ö".encode(),
    b" ",
    b"\xef\xbb\xbf",
    b"\x1a",
)
_VALUES = (
    "", " ", "NULL", "N/A", "okänt", "#REF!", "-1", "0", "0.5", "1e9", "1e999", "NaN", "inf", "1_000", "٣", "−12", "6 580 000", "153.335,68",
    "jan-25", "45931", "2025-02-29", "2025-13-01", "01/02/2025", "1.2.25", "24:00", "2205-01-01", "0001-01-01", "2025-03-30 02:30",
    "2025-10-26T01:30:00Z",
    "=1+1", "<script>", "'; drop table event", "\u202ex", "\u200b0310", "So\u0308dermalm", "19811218-9876", "a@b.se", "Summa", "Totalt",
    "Källa: x", "..", "<5", "-", "*", "x" * 10_001, "🔥", "0,0", "POINT EMPTY",
)  # fmt: skip


def source_of(name: str) -> SourceId:
    """Give the source whose name a template's begins with."""
    return next(source for source in SourceId if name.startswith(source))


def _rows_of(template: Path) -> bytes:
    """Give a template with several rows; where they have ids, each its own."""
    header, *rows = template.read_text(encoding="utf-8-sig").splitlines()
    has_id = header.casefold().startswith("id")
    mark = "," if header.count(",") > header.count(";") else ";"
    many = [rows[number % len(rows)] for number in range(_ROWS)]
    return "".join(
        f"{row}\n" for row in [header, *(row.replace(mark, f"-{n}{mark}", 1) if has_id else row for n, row in enumerate(many))]
    ).encode()


def _feed() -> bytes:
    event = {
        "datetime": "2025-10-01 7:05:09 +02:00",
        "name": "01 oktober 06:50, Rån, Stockholm",
        "summary": "Ett rån i Farsta.",
        "type": "Rån",
        "url": "/x/",
    }
    return json.dumps([event | {"id": number} for number in range(_ROWS)], ensure_ascii=False, indent=1).encode()


TABLES: dict[str, bytes] = {path.stem: _rows_of(path) for path in sorted(_TEMPLATES.glob("*.csv"))}
FEED = _feed()


def _at(random: Random, content: bytes) -> int:
    return random.randrange(len(content) + 1)


def flip(random: Random, content: bytes) -> bytes:
    """Change one bit."""
    at = min(_at(random, content), max(len(content) - 1, 0))
    return content[:at] + bytes((content[at] ^ (1 << random.randrange(8)),)) + content[at + 1 :] if content else content


def insert(random: Random, content: bytes) -> bytes:
    """Put in some bytes that mean something."""
    at = _at(random, content)
    return content[:at] + random.choice(_BITS) + content[at:]


def delete(random: Random, content: bytes) -> bytes:
    """Take out some bytes."""
    at = _at(random, content)
    return content[:at] + content[at + random.randrange(1, 40) :]


def truncate(random: Random, content: bytes) -> bytes:
    """Cut the file off."""
    return content[: _at(random, content)]


def append(random: Random, content: bytes) -> bytes:
    """Put another file after it."""
    return content + random.choice((*TABLES.values(), FEED, content))


def encode(random: Random, content: bytes) -> bytes:
    """Write it in another encoding."""
    text = content.decode(errors="replace")
    name = random.choice(("cp1252", "cp850", "mac_roman", "utf-16", "utf-8-sig", "latin-1", "utf-32"))
    return text.encode(name, errors="replace")


def encode_a_line(random: Random, content: bytes) -> bytes:
    """Write one line in another encoding, as when files of two systems are put together."""
    lines = content.split(b"\n")
    at = random.randrange(len(lines))
    lines[at] = (lines[at] + " å".encode()).decode(errors="replace").encode("cp1252", errors="replace")
    return b"\n".join(lines)


def end_lines(random: Random, content: bytes) -> bytes:
    """End some lines, or all, in another way."""
    end = random.choice((b"\r\n", b"\r", b"\n\n", b"\x85", b"\x0b"))
    return content.replace(b"\n", end, random.choice((-1, 1, 3)))


def separate(random: Random, content: bytes) -> bytes:
    """Separate the columns by something else."""
    mark = random.choice((b",", b";", b"\t", b"|", b" "))
    return content.replace(random.choice((b";", b",")), mark, random.choice((-1, -1, 2)))


def duplicate_line(random: Random, content: bytes) -> bytes:
    """Write a line twice."""
    lines = content.split(b"\n")
    at = random.randrange(len(lines))
    return b"\n".join([*lines[:at], lines[at], *lines[at:]])


def drop_line(random: Random, content: bytes) -> bytes:
    """Leave a line out."""
    lines = content.split(b"\n")
    del lines[random.randrange(len(lines))]
    return b"\n".join(lines)


def shuffle_lines(random: Random, content: bytes) -> bytes:
    """Turn the lines about, sometimes the header with them."""
    lines = content.split(b"\n")
    kept = random.randrange(2)
    rest = lines[kept:]
    random.shuffle(rest)
    return b"\n".join([*lines[:kept], *rest])


def add_line(random: Random, content: bytes) -> bytes:
    """Put in a title, a sum, a source or nothing."""
    lines = content.split(b"\n")
    line = random.choice(("", "Summa;3", "Totalt", "Källa: Polisen", ";;;;", "  ", "Uttag 2025-10-01")).encode()
    lines.insert(random.randrange(len(lines) + 1), line)
    return b"\n".join(lines)


def _fields(content: bytes, change: Callable[[list[list[bytes]]], None]) -> bytes:
    mark = b"," if content.count(b",") > content.count(b";") else b";"
    rows = [line.split(mark) for line in content.split(b"\n")]
    change(rows)
    return b"\n".join(mark.join(row) for row in rows)


def swap_fields(random: Random, content: bytes) -> bytes:
    """Let two fields of a line change places."""

    def swap(rows: list[list[bytes]]) -> None:
        row = random.choice(rows)
        a, b = random.randrange(len(row)), random.randrange(len(row))
        row[a], row[b] = row[b], row[a]

    return _fields(content, swap)


def replace_field(random: Random, content: bytes) -> bytes:
    """Put something else in a field, quoted or not."""

    def put(rows: list[list[bytes]]) -> None:
        row = random.choice(rows)
        value = random.choice(_VALUES)
        quoted = random.choice((value, value, f'"{value}"', f'"{value}', f'{value}"', f'"{value}\n{value}"'))
        row[random.randrange(len(row))] = quoted.encode()

    return _fields(content, put)


def shuffle_columns(random: Random, content: bytes) -> bytes:
    """Turn the columns about."""

    def turn(rows: list[list[bytes]]) -> None:
        order = list(range(len(rows[0])))
        random.shuffle(order)
        rows[:] = [[row[at] for at in order] if len(row) == len(order) else row for row in rows]

    return _fields(content, turn)


def drop_column(random: Random, content: bytes) -> bytes:
    """Leave a column out."""

    def drop(rows: list[list[bytes]]) -> None:
        at = random.randrange(len(rows[0]))
        rows[:] = [[*row[:at], *row[at + 1 :]] for row in rows]

    return _fields(content, drop)


def mangle_header(random: Random, content: bytes) -> bytes:
    """Write the header otherwise."""
    header, line_end, rest = content.partition(b"\n")
    text = header.decode(errors="replace")
    changes: tuple[Callable[[], str], ...] = (
        text.upper,
        text.title,
        lambda: re.sub("[;,]", lambda found: f" {found[0]} ", text),
        lambda: text[: random.randrange(len(text) + 1)],
        lambda: text + random.choice((";", ";;", ";extra", ",extra")),
        lambda: text.replace(random.choice(text or "x"), "", 1),
        lambda: '"' + text + '"',
    )
    return random.choice(changes)().encode() + line_end + rest


def blow_up(random: Random, content: bytes) -> bytes:
    """Make a field, or a line, very long."""
    at = _at(random, content)
    return content[:at] + random.choice((b"x", b"9", b" ", b'"', b";", "å".encode())) * random.choice((300, 11_000, 70_000)) + content[at:]


def pack(random: Random, content: bytes) -> bytes:
    """Pack it, and sometimes lose the end."""
    packed = gzip.compress(content, mtime=0)
    return packed if random.randrange(2) else packed[: random.randrange(len(packed))]


MUTATORS = (
    flip, insert, insert, delete, truncate, append, encode, encode_a_line, end_lines, separate, duplicate_line, drop_line, shuffle_lines, add_line,
    swap_fields, replace_field, replace_field, replace_field, shuffle_columns, drop_column, mangle_header, blow_up, pack,
)  # fmt: skip


def without_bom(content: bytes) -> bytes:
    """Give what comes after a byte order mark."""
    return content.removeprefix(codecs.BOM_UTF8)
