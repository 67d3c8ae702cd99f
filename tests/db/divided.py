"""A city whose areas become others: the same, merged, split and with moved borders; and events known only by area, by point, or not at all."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

from sqlalchemy import Connection

from tests.conftest import Box, Drawing
from tests.db.delivering import deliver
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.sources import SourceId

#   2007            2020              2023 (the city grows eastwards)
#   +---+---+       +-------+         +-+-----+--+
#   | c | d |       |  cd   |         |c2  d2 |  |
#   +---+---+       +---+-+-+         +----+--+ e|
#   | a | b |       | a |p|q|         | a2  |b2  |
#   +---+---+       +---+-+-+         +-----+-+--+
#   and 2012, of which only the larger areas are known: the north of c and d, and all the rest.
FINE: dict[date, dict[str, Box]] = {
    date(2007, 1, 1): {"a": (0, 0, 1000, 1000), "b": (1000, 0, 2000, 1000), "c": (0, 1000, 1000, 2000), "d": (1000, 1000, 2000, 2000)},
    date(2020, 7, 1): {"a": (0, 0, 1000, 1000), "p": (1000, 0, 1300, 1000), "q": (1300, 0, 2000, 1000), "cd": (0, 1000, 2000, 2000)},
    date(2023, 7, 1): {
        "a2": (0, 0, 1200, 1000),
        "b2": (1200, 0, 2000, 1000),
        "c2": (0, 1000, 500, 2000),
        "d2": (500, 1000, 2000, 2000),
        "e": (2000, 0, 2200, 2000),
    },
}
LARGE: dict[date, dict[str, Box]] = {
    date(2007, 1, 1): {"v": (0, 0, 1000, 2000), "o": (1000, 0, 2000, 2000)},
    date(2012, 1, 1): {"soder": (0, 0, 2000, 1600), "norr": (0, 1600, 2000, 2000)},
    date(2020, 7, 1): {"s": (0, 0, 1300, 1000), "t": (1300, 0, 2000, 1000), "n": (0, 1000, 2000, 2000)},
    # d2 lies across the two; e wholly in the eastern.
    date(2023, 7, 1): {"vast": (0, 0, 1200, 2000), "ost": (1200, 0, 2200, 2000)},
}
NAMES = [code for boxes in FINE.values() for code in boxes]
LARGE_NAMES = [code for day in FINE for code in LARGE[day]]
KINDS = ("0356", "0375", "0801", "0840")


def draw_editions(connection: Connection, folder: Path, *days: date) -> None:
    """Draw the divisions of some days, in that order."""
    drawing = Drawing(connection, folder)
    for day in days or tuple(LARGE):
        drawing.edition = day
        if day in FINE:
            drawing(AreaLevel.BASOMRADE, FINE[day])
        drawing(AreaLevel.STADSDEL, LARGE[day])


def deliver_events(connection: Connection, seed: int = 7) -> None:
    """Deliver reports by area with both dates, counts by larger area, withheld counts, fires by point, and incidents by larger area."""
    chance = random.Random(seed)
    deliver(connection, SourceId.ANMALDA_BROTT, _reports(chance, 900))
    deliver(connection, SourceId.ANMALDA_BROTT, _counts(chance), "antal.csv")
    deliver(connection, SourceId.INCIDENTER, _incidents(chance))
    deliver(connection, SourceId.BRANDER, _fires(chance, 300))


def _reports(chance: random.Random, rows: int) -> str:
    lines = ["Inskrivningsdatum;Basområde;Brottskod;Antal;Brottsdag start"]
    for _ in range(rows):
        reported = date(chance.randrange(2019, 2023), chance.randrange(1, 13), chance.randrange(1, 29))
        happened = date.fromordinal(reported.toordinal() - int(chance.expovariate(1 / 40)))
        named = chance.choice([*NAMES, ""])
        lines.append(f"{reported};{named};{chance.choice(KINDS)};{chance.randrange(1, 9)};{happened}")
    return "\n".join(lines)


def _counts(chance: random.Random) -> str:
    lines = ["Område;Nivå;Månad;Brottskod;Antal"]
    for month in range(1, 13):
        for name in LARGE_NAMES:
            told = chance.choice(["..", *map(str, range(40))])
            lines.append(f"{name};stadsdel;2018-{month:02};{chance.choice(KINDS)};{told}")
    return "\n".join(lines)


def _incidents(chance: random.Random) -> str:
    lines = ["id;tid;slag;omrade"]
    for number in range(150):
        lines.append(f"I{number};20{chance.randrange(19, 23)}-{chance.randrange(1, 13):02}-15 10:00;hot;{chance.choice(LARGE_NAMES)}")
    return "\n".join(lines)


def _fires(chance: random.Random, rows: int) -> str:
    lines = ["id;larmtid;handelsetyp;x;y;adress"]
    for number in range(rows):
        x, y = 150_000 + chance.randrange(-100, 2300), 6_580_000 + chance.randrange(-100, 2100)
        lines.append(f"B{number};20{chance.randrange(19, 23)}-{chance.randrange(1, 13):02}-10 12:00;1;{x};{y};")
    return "\n".join(lines)
