"""Reported crimes: the police's register by basområde until June 2025, by point from July, and a file of late registrations.

The codes have real chapters (the first two digits); what the rest of a code says is of no account here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
from data.sample.geography import Ints
from data.sample.happenings import STREETS, Happenings, Pattern, Times, World, existing, happen, merged
from data.sample.writing import Delivery, Flaw, Layout, Row, filled, impossible_date, impossible_time, setting, swapping, table, too_short
from pyproj import Transformer

FIRST = date(2016, 1, 1)
LAST_BY_AREA = date(2025, 6, 30)
FIRST_BY_POINT = date(2025, 7, 1)
LAST = date(2025, 12, 31)
LATE = 300

HEADER_A = (
    "Inskrivningsdatum", "Närpo", "Basområde", "Gata", "Brottskod", "Antal",
    "Brottsdag start", "Brottsdag slut", "Brottstid start", "Brottstid slut",
)  # fmt: skip
HEADER_B = ("ID", "BROTTSKOD", "LATITUDE", "LONGITUDE", "GATA", "GATUNR", "KOMMUN", "BROTTSDATUMTID_START", "BROTTSDATUMTID_SLUT")
HEADER_VICTIM = (*HEADER_A, "Målsägande basområde", "Målsägande ålder")
REGISTERED, NARPO, BASOMRADE, GATA, BROTTSKOD, ANTAL, DAY_FROM, DAY_TO, TIME_FROM, TIME_TO = range(10)

NARPO_OF = {
    "Bromma": "Vällingby",
    "Enskede-Årsta-Vantör": "Globen",
    "Farsta": "Farsta",
    "Hägersten-Älvsjö": "Skärholmen",
    "Hässelby-Vällingby": "Vällingby",
    "Järva": "Järva",
    "Kungsholmen": "Norrmalm",
    "Norra innerstaden": "Norrmalm",
    "Skarpnäck": "Globen",
    "Skärholmen": "Skärholmen",
    "Södermalm": "Södermalm",
}

# The code of a crime against an older person or one with a disability, by that of the same crime against somebody else, and how many have it.
AGAINST_OLDER = {"0956": ("0954", 0.38), "0953": ("0951", 0.3), "0983": ("0979", 0.25), "0853": ("0858", 0.05)}
# Fraud got these codes in 2019; the register began to tell of victims in 2024.
CODES_FROM, VICTIMS_FROM = 2019, 2024
OLDER_AGES, OTHER_AGES = ("65-74", "75-84", "85+"), ("18-24", "25-44", "45-64")

# A few crimes of a neighbouring municipality come along by mistake: name and a rough rectangle well outside the outline (3011).
NEIGHBOURS = (("Solna", (149500, 6583500, 151500, 6586000)), ("Nacka", (161500, 6575500, 165500, 6578500)))
OUTSIDE = 26


@dataclass(frozen=True)
class Kind:
    """One group of crimes that are alike.

    Attributes:
        codes: Brottskoder, the most common first.
        per_year: Rows per year, about.
        pattern: When and where.
        placeless: Share without a place.
        lag: Mean days until it is reported, when not at once.
        interval: Share known only as "between ... and ...".
    """

    codes: tuple[str, ...]
    per_year: int
    pattern: Pattern
    placeless: float = 0.02
    lag: float = 3.0
    interval: float = 0.1


KINDS = (
    Kind(("0357", "0355", "0367", "0365"), 700, Pattern("night", 0.12, 1.5, 0.005, 0.6, 0.45), lag=2.0),
    Kind(("0459", "0408", "0407"), 420, Pattern("evening", 0.05, 1.1, 0.02, 0.3, 0.4), 0.08, 5.0),
    Kind(("0661", "0660"), 170, Pattern("night", 0.2, 1.6, 0.03, 0.5, 0.35), 0.06, 20.0, 0.2),
    Kind(("0853", "0880", "0888", "0841"), 1750, Pattern("shop", 0.08, 1.1, 0.005, 0.8, 0.4), 0.03, 2.0, 0.25),
    Kind(("0802", "0811"), 800, Pattern("night", -0.18, 1.1, -0.04, 0.25, 0.35), 0.01, 4.0, 0.85),
    Kind(("0857",), 130, Pattern("evening", -0.1, 1.4, -0.02, 0.6, 0.6, ((2020, 1.2), (2021, 0.9))), lag=1.0),
    Kind(("0956", "0953", "0983"), 560, Pattern("day", -0.05, 0.8, 0.05, 0.2, 0.2), 0.96, 15.0, 0.3),
    Kind(("1209", "1201", "1211"), 760, Pattern("night", 0.1, 1.3, 0.02, 0.5, 0.45, ((2022, 1.15),)), 0.01, 4.0, 0.6),
    Kind(("1702", "1701"), 130, Pattern("night", 0.08, 1.4, 0.03, 0.7, 0.4), lag=1.0),
    Kind(("3005", "3070"), 260, Pattern("evening", 0.12, 1.4, 0.0, 0.5, 0.3), lag=1.0),
    Kind(("5011", "5010", "5005"), 620, Pattern("evening", 0.1, 1.2, 0.03, 0.65, 0.6, ((2020, 1.25), (2021, 1.15))), lag=1.0),
)


@dataclass(frozen=True)
class Crimes:
    """Invented crimes in the order of time.

    Attributes:
        where: Start, basområde and address.
        codes: Brottskod of each.
        placed: False where nobody knows the place.
        ends: Last possible time; NaT where the start is the time.
        registered: Day of the report.
        number: Antal.
    """

    where: Happenings
    codes: list[str]
    placed: np.ndarray[tuple[int], np.dtype[np.bool_]]
    ends: Times
    registered: Times
    number: Ints


def invent(world: World, span: tuple[date, date], rng: np.random.Generator, count: Callable[[Kind], int]) -> Crimes:
    """Invent the crimes of a span of days; `count` says how many of each kind."""
    parts = [happen(world, kind.pattern, count(kind), span, rng) for kind in KINDS]
    where, index = merged(parts, [str(number) for number in range(len(KINDS))])
    which = np.array(index, dtype=np.int64)
    size = len(where)
    share = np.array([kind.placeless for kind in KINDS])[which]
    mean_lag = np.array([kind.lag for kind in KINDS])[which]
    lag = np.where(rng.random(size) < 0.5, 0, np.ceil(rng.exponential(mean_lag))).astype(np.int64)
    hours = np.ceil(rng.exponential(10.0, size)).astype(np.int64)
    ends = existing(where.times + (60 * hours).astype("timedelta64[m]"))
    ends[rng.random(size) >= np.array([kind.interval for kind in KINDS])[which]] = np.datetime64("NaT")
    days = np.fmax(ends, where.times).astype("datetime64[D]")
    ends[days > np.datetime64(span[1])] = np.datetime64("NaT")
    registered = np.fmax(ends, where.times).astype("datetime64[D]") + lag.astype("timedelta64[D]")
    codes = [pick(KINDS[k].codes, rng) for k in which]
    number = np.where(rng.random(size) < 0.03, rng.integers(2, 6, size), 1)
    return Crimes(where, codes, rng.random(size) >= share, ends, registered, number)


def pick(codes: tuple[str, ...], rng: np.random.Generator) -> str:
    """Give one of the codes, the first ones more often."""
    return codes[min(int(rng.exponential(1.1)), len(codes) - 1)]


def row_a(world: World, crimes: Crimes, index: int) -> Row:
    """Write one crime in the register's layout."""
    area, address = int(crimes.where.area[index]), int(crimes.where.address[index])
    basomrade = world.basomraden[area]
    placed = bool(crimes.placed[index])
    start, end = str(crimes.where.times[index]), crimes.ends[index]
    until = "" if np.isnat(end) else str(end)
    return [
        str(crimes.registered[index]),
        NARPO_OF[basomrade.place.stadsdelsomrade[0]],
        basomrade.code if placed else "",
        STREETS[int(world.streets[area, address])] if placed else "",
        crimes.codes[index],
        str(crimes.number[index]),
        start[:10],
        until[:10],
        start[11:].replace(":", ""),
        until[11:].replace(":", ""),
    ]


FLAWS_A = (
    Flaw("no_such_date", impossible_date(DAY_FROM)),
    Flaw("no_such_time", setting(TIME_FROM, "2500")),
    Flaw("unknown_area", setting(BASOMRADE, "9901001"), filled(BASOMRADE)),
    Flaw("bad_code", setting(BROTTSKOD, "03x0")),
    Flaw("field_count", too_short),
    Flaw("bad_number", setting(ANTAL, "-1")),
    Flaw("no_such_date", impossible_date(REGISTERED)),
)


def with_victim(world: World, row: Row, lot: np.random.Generator) -> Row:
    """Give a crime of the years with codes for older victims one of those, by lot, and a fraud of the last years its victim's home and age."""
    year, code = int(row[REGISTERED][:4]), row[BROTTSKOD]
    twin, share = AGAINST_OLDER.get(code, (code, 0.0))
    older, told, area, age = lot.random() < share, lot.random() < 0.9, lot.random(), int(lot.exponential(1.0))
    changed = list(row)
    if older and year >= CODES_FROM:
        changed[BROTTSKOD] = twin
    if year < VICTIMS_FROM:
        return changed
    if not (told and code.startswith("09")):
        return [*changed, "", ""]
    living = np.cumsum(world.residents[:, -1])
    home = world.basomraden[int(np.searchsorted(living, area * living[-1], side="right"))]
    return [*changed, home.code, (OLDER_AGES if older else OTHER_AGES)[min(age, 2)]]


def by_area(world: World, rng: np.random.Generator, lot: np.random.Generator) -> list[Delivery]:
    """Give the register's files, one per year of the report: 2016 to the middle of 2025; `lot` chooses the victims."""
    years = LAST_BY_AREA.year - FIRST.year + 0.5
    crimes = invent(world, (FIRST, LAST_BY_AREA), rng, lambda kind: round(kind.per_year * years))
    order = np.argsort(crimes.registered, kind="stable")
    # What was reported after the last day is in no file, as in a real register on the day it is sent.
    rows = [row_a(world, crimes, int(index)) for index in order if crimes.registered[index] <= np.datetime64(LAST_BY_AREA)]
    deliveries = []
    for year in range(FIRST.year, LAST_BY_AREA.year + 1):
        mine = [with_victim(world, row, lot) for row in rows if row[REGISTERED].startswith(str(year))]
        # Different flaws in different years: one file has none at all, another all of them.
        flaws = list(FLAWS_A[: (year - FIRST.year) * 3 % 8])
        total = sum(int(row[ANTAL]) for row in mine)
        footer = f"Summa;;;;;{total};;;;" if year % 3 == 0 else ""
        layout = Layout(HEADER_VICTIM if year >= VICTIMS_FROM else HEADER_A, bom=True, blank=year % 4 == 1, footer=footer)
        deliveries.append(table(f"anmalda_brott_{year}.csv.gz", layout, mine, flaws, rng))
    return deliveries


def late(world: World, rng: np.random.Generator) -> Delivery:
    """Give crimes of 2024 and before that were only registered in the first months of 2025."""
    everything = invent(world, (FIRST, date(2024, 12, 31)), rng, lambda kind: 8 * kind.per_year)
    years = everything.where.times.astype("datetime64[Y]").astype(np.int64) + 1970
    chance = np.where(years == 2024, 0.8, np.where(years == 2023, 0.15, 0.05 / 7))
    chosen = np.sort(rng.choice(len(years), LATE, replace=False, p=chance / chance.sum()))
    everything.registered[chosen] = np.datetime64("2025-01-07") + rng.integers(0, 75, LATE).astype("timedelta64[D]")
    rows = sorted((row_a(world, everything, int(index)) for index in chosen), key=lambda row: row[REGISTERED])
    return table("anmalda_brott_sena_2024.csv.gz", Layout(HEADER_A, bom=True), rows, [FLAWS_A[2]], rng)


def by_point(world: World, rng: np.random.Generator) -> Delivery:
    """Give the second half of 2025 as points; what has no place is not in that layout."""
    crimes = invent(world, (FIRST_BY_POINT, LAST), rng, lambda kind: round(kind.per_year * 0.53 * (1.0 + kind.pattern.trend) ** 5))
    placed = np.flatnonzero(crimes.placed)
    to_wgs84 = Transformer.from_crs(3011, 4326, always_xy=True)
    outside = dict(zip((int(i) for i in rng.choice(placed, OUTSIDE, replace=False)), rng.integers(0, 2, OUTSIDE), strict=True))
    rows = []
    for serial, index in enumerate((int(i) for i in placed), start=1):
        area, address = int(crimes.where.area[index]), int(crimes.where.address[index])
        x, y = world.points[area, address]
        kommun = "Stockholm"
        if index in outside:
            kommun, (west, south, east, north) = NEIGHBOURS[int(outside[index])]
            x, y = rng.uniform(west, east), rng.uniform(south, north)
        longitude, latitude = to_wgs84.transform(x, y)
        end = crimes.ends[index]
        rows.append([
            f"K-2025-{serial:06d}", crimes.codes[index], f"{latitude:.6f}", f"{longitude:.6f}",
            STREETS[int(world.streets[area, address])], str(world.numbers[area, address]), kommun,
            str(crimes.where.times[index]).replace("T", " "), "" if np.isnat(end) else str(end).replace("T", " "),
        ])  # fmt: skip
    flaws = [
        Flaw("missing_id", setting(0, "")),
        Flaw("bad_code", setting(1, "03x0")),
        Flaw("swapped_axes", swapping(2, 3)),
        Flaw("swapped_axes", swapping(2, 3)),
        Flaw("no_position", setting(2, "inf")),
        Flaw("no_position", lambda row: [*row[:2], "0", "0", *row[4:]]),
        Flaw("no_such_date", impossible_date(7)),
        Flaw("no_such_time", impossible_time(7)),
        Flaw("field_count", too_short),
    ]
    return table("anmalda_brott_punkter_2025.csv.gz", Layout(HEADER_B, separator=",", blank=True), rows, flaws, rng)
