"""A rescue service's register that changes from delivery to delivery, and what readers should know after each."""

from __future__ import annotations

import gzip
import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, text

Fire = tuple[str, int, int]
"""Time of the alarm, and metres east and north of the drawing board's corner."""

_HEADER = "id;larmtid;handelsetyp;x;y;adress"
_CORNER = (150_000, 6_580_000)
_KNOWN = text("""
    SELECT identity, to_char(starts_at AT TIME ZONE 'Europe/Stockholm', 'YYYY-MM-DD HH24:MI') AS at, ST_X(geom) AS x, ST_Y(geom) AS y
    FROM event WHERE known_to IS NULL AND NOT withdrawn AND source_id = 4
""")


@dataclass
class Register:
    """Writes deliveries: each is a month in full, of which some are corrected and a few are new since that month was last told of.

    Attributes:
        folder: Where the files go.
        seed: What chance begins with.
        rows: Of a month, the first time.
        months: Told of in turn.
        corrected: One of so many is corrected.
        written: Deliveries so far.
        fires: By month and id, as they are now.
    """

    folder: Path
    seed: int
    rows: int = 1000
    months: int = 6
    corrected: int = 3
    written: int = 0
    fires: dict[int, dict[str, Fire]] = field(default_factory=lambda: defaultdict(dict))

    def next(self) -> Path:
        """Write the next delivery, every other one packed."""
        chance = random.Random(f"{self.seed}/{self.written}")
        month = self.written % self.months
        known = self.fires[month]
        for number in chance.sample(sorted(known), len(known) // self.corrected):
            known[number] = self._fire(chance, month)
        for _ in range(self.rows if not known else self.rows // 50):
            known[f"B{month}-{len(known)}"] = self._fire(chance, month)
        self.written += 1
        return self.write(f"brander-{self.written}.csv", month)

    def write(self, name: str, month: int) -> Path:
        """Write a month as it is now."""
        rows = [
            f"{number};{at};1;{_CORNER[0] + east};{_CORNER[1] + north};Storgatan {east}"
            for number, (at, east, north) in self.fires[month].items()
        ]
        content = "\n".join([_HEADER, *rows, ""]).encode()
        path = self.folder / (name + ".gz" * (self.written % 2))
        path.write_bytes(gzip.compress(content, mtime=0) if self.written % 2 else content)
        return path

    def told(self) -> dict[str, Fire]:
        """Give what readers should know when they have the last delivery."""
        return {number: fire for fires in self.fires.values() for number, fire in fires.items()}

    @staticmethod
    def _fire(chance: random.Random, month: int) -> Fire:
        at = datetime(2025, 1 + month, 1) + timedelta(minutes=chance.randrange(28 * 24 * 60))  # noqa: DTZ001  # local, as registers write it
        return f"{at:%Y-%m-%d %H:%M}", chance.randrange(1, 2000), chance.randrange(1, 1000)


def known(connection: Connection) -> dict[str, Fire]:
    """Give the fires that readers see."""
    return {row.identity: (row.at, round(row.x) - _CORNER[0], round(row.y) - _CORNER[1]) for row in connection.execute(_KNOWN)}
