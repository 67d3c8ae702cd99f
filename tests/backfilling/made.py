"""Made-up files of several kinds, and all that a database holds of them but when and by which numbers."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

Rows = list[tuple[Any, ...]]

# Every version of every event, with the file that brought it and the file that ended it.
_VERSIONS = text("""
    SELECT event.source_id, event.key::text, brought.file_name, ended.file_name, line, identity, digest::text, category.code, place.key, month, antal,
        withdrawn, event.precision, time_precision, starts_at, ends_at, reported_on, ST_AsText(geom, 3), area_text, detail::text
    FROM event JOIN category USING (source_id, category_id) JOIN place USING (place_id)
    JOIN delivery AS brought ON brought.delivery_id = event.delivery_id
    LEFT JOIN delivery AS ended ON ended.source_id = event.source_id AND ended.published_at = event.known_to
    WHERE event.known_from = brought.published_at AND (event.known_to IS NULL) = (ended.delivery_id IS NULL)
    ORDER BY 1, 2, brought.published_at
""")
_COUNTED = text("SELECT count(*) FROM event")
_OTHERS = {
    "receipts": """
        SELECT file_name, sha256, bytes, status, adapter, said::text, rows_read, rows_new, rows_changed, rows_unchanged, rows_rejected, rows_blank,
            receipt - 'duplicateOf' - 'duplicate', (
                SELECT first.file_name FROM delivery AS first WHERE first.delivery_id = (delivery.receipt->>'duplicateOf')::bigint
            ) AS copied,
            published_at IS NULL AS never
        FROM delivery ORDER BY delivery.file_name, published_at, status, delivery_id
    """,
    "rejected": """
        SELECT file_name, number, line, column_name, code, value, message, raw FROM rejected_row JOIN delivery USING (delivery_id)
        ORDER BY 1, delivery_id, 2
    """,
    "held": "SELECT file_name, number, content FROM held_part JOIN delivery USING (delivery_id) ORDER BY 1, delivery_id, 2",
    "rollup": """
        SELECT source_id, month, category.code, place.key, antal FROM rollup JOIN category USING (source_id, category_id) JOIN place USING (place_id)
        ORDER BY 1, 2, 3, 4
    """,
    "coverage": """
        SELECT file_name, month, first_day, last_day, known_from = published_at FROM coverage JOIN delivery USING (delivery_id)
        ORDER BY 1, delivery_id, 2
    """,
    "announced": "SELECT file_name, what FROM publication JOIN delivery USING (delivery_id) ORDER BY version",
    "published in order": "SELECT file_name FROM delivery WHERE published_at IS NOT NULL ORDER BY published_at",
    "parts of places": """
        SELECT place.key, place_area.level, area.code, bucket, begins FROM place JOIN place_area USING (place_id) LEFT JOIN area USING (area_id)
        WHERE place_id IN (SELECT place_id FROM rollup) ORDER BY 1, 2, 3, 5
    """,
    "indexes": "SELECT tablename, count(*) FROM pg_indexes WHERE tablename ~ '^event_[0-9]' GROUP BY 1 ORDER BY 1",
}


def everything(connection: Connection) -> dict[str, Rows]:
    """Give all that a database holds of what was delivered, but when and by which numbers."""
    held = {name: [tuple(row) for row in connection.execute(text(query))] for name, query in _OTHERS.items()}
    held["versions"] = [tuple(row) for row in connection.execute(_VERSIONS)]
    assert len(held["versions"]) == connection.execute(_COUNTED).scalar_one(), "a version that no delivery began or ended"
    return held


def left_behind(connection: Connection) -> Rows:
    """Give what a backfill that is done must not leave."""
    tables = "SELECT relname FROM pg_class WHERE relname ~ '^stage_[0-9]' OR relname ~ '_loose$'"
    found = [tuple(row) for row in connection.execute(text(tables))]
    for table in ("staged", "staged_key", "staged_month"):
        found += [tuple(row) for row in connection.execute(text(f"SELECT '{table}', * FROM {table}"))]
    return found


class Fires:
    """Writes files of fires, which have ids: later ones correct some of what earlier ones told."""

    HEAD = "id;larmtid;handelsetyp;x;y;adress"

    def __init__(self, seed: int, a_month: int) -> None:
        self.chance = random.Random(seed)
        self.a_month = a_month
        self.rows: dict[str, list[str]] = {}

    def row(self, number: int, year: int, month: int) -> str:
        """Make one up; a few lie outside the city, some have no point."""
        chance = self.chance
        x, y = chance.uniform(-2, 2002), chance.uniform(0, 1000)
        point = f"{150_000 + x:.2f};{6_580_000 + y:.2f}" if chance.random() < 0.95 else ";"
        kind = chance.choice(["1", "2", "3", "4", "6"])
        when = f"{year}-{month:02}-{chance.randint(1, 28):02} {chance.randint(0, 23):02}:{chance.randint(0, 59):02}"
        return f"F{number};{when};{kind};{point};Storgatan 1"

    def year(self, year: int) -> list[str]:
        """Make up a year."""
        first = (year - 2000) * 12 * self.a_month
        rows = [self.row(first + month * self.a_month + n, year, month + 1) for month in range(12) for n in range(self.a_month)]
        self.rows[str(year)] = rows
        return rows

    def write(self, path: Path, rows: list[str]) -> None:
        """Write a file."""
        path.write_text("\n".join([self.HEAD, *rows]) + "\n", encoding="utf-8")


def fires_in(folder: Path, seed: int, a_month: int) -> None:
    """Fill a folder with whatever files of fires may be like."""
    made = Fires(seed, a_month)
    chance = made.chance
    for year in range(2018, 2022):
        made.write(folder / f"{year}.csv", made.year(year))
    # The last year again, as it is known later: most rows unchanged, some changed, some new.
    last = made.rows["2021"]
    corrected = [row.replace("Storgatan 1", "Storgatan 2") if chance.random() < 0.1 else row for row in last]
    made.write(folder / "2021b.csv", [*corrected, *(made.row(900_000 + n, 2021, 12) for n in range(a_month // 10))])
    # A file that tells twice of the same, once otherwise, and has rows that cannot be read.
    odd = made.year(2022)
    odd[5:5] = [odd[0], odd[1].replace("Storgatan 1", "Lillgatan 7"), "F1;2022-13-40 99:99;1;;;", ""]
    made.write(folder / "2022.csv", odd)
    (folder / "2022b.csv").write_bytes((folder / "2022.csv").read_bytes())
    # The rows before they were corrected: waits for approval. Likewise its copy, and a year in which hardly anything happened.
    made.write(folder / "2023a.csv", [old for old, new in zip(last, corrected, strict=True) if old != new])
    (folder / "2023b.csv").write_bytes((folder / "2023a.csv").read_bytes())
    made.write(folder / "2023c.csv", made.year(2023)[:12])
    # What the held file told is told again, as something else.
    made.write(folder / "2024.csv", [row.replace("Storgatan 1", "Storgatan 3") for row in made.rows["2023"]])
    (folder / "2025a.csv").write_bytes(b"\x00\x01 inte en tabell")
    (folder / "2025b.csv").write_text("a;b\n1;2\n", encoding="utf-8")
    (folder / "_SUCCESS").write_text("")


CRIMES = "Inskrivningsdatum;Närpo;Basområde;Gata;Brottskod;Antal;Brottsdag start;Brottsdag slut;Brottstid start;Brottstid slut"


def crimes_in(folder: Path, seed: int, a_month: int) -> None:
    """Fill a folder with files of crimes, which have no ids: rows of one file may be alike, and alike those of another."""
    chance = random.Random(seed)

    def row(year: int, month: int) -> str:
        day, area = chance.randint(1, 28), f"01{chance.randint(0, 7):02}00{chance.randint(0, 3)}" if chance.random() < 0.9 else ""
        code = chance.choice(["0801", "0321", "0309"]) if chance.random() < 0.995 else "0007"
        told = f"{area};Gata {chance.randint(1, 3)};{code};{chance.choice([1, 1, 2, 3])}"
        return f"{year}-{month:02}-{day:02};Järva;{told};{year}-{month:02}-{max(1, day - 1):02};;1200;"

    before: list[str] = []
    for year in (2020, 2021, 2022):
        rows = [row(year, month) for month in range(1, 13) for _ in range(a_month)]
        rows += chance.sample(rows, len(rows) // 50)  # told twice in a file: two crimes
        (folder / f"brott-{year}.csv").write_text(
            "\n".join([CRIMES, *chance.sample(before, len(before) // 10), *rows]) + "\n", encoding="utf-8"
        )
        before = rows
