"""The smaller lists: shootings, explosions, fires, Tyck till, staff incidents and the safety survey."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from data.sample.geography import YEARS
from data.sample.happenings import STREETS, Happenings, Pattern, World, happen, merged
from data.sample.writing import Delivery, Flaw, Layout, Row, filled, impossible_date, impossible_time, setting, swapping, table, too_short

SPAN = (date(2016, 1, 1), date(2025, 12, 31))
HEADER = ("id", "tid", "x", "y", "omrade", "doda", "skadade", "status")
TIME, X, Y, DEAD, INJURED, STATUS = 1, 2, 3, 5, 6, 7


@dataclass(frozen=True)
class Severity:
    """How an explosion or a shooting ends: chance of a death and of somebody injured, and the prefix of its id."""

    prefix: str
    death: float
    injury: float


def when(events: Happenings, index: int) -> str:
    """Write a time as "YYYY-MM-DD HH:MM"."""
    return str(events.times[index]).replace("T", " ")


def point(world: World, events: Happenings, index: int) -> tuple[str, str]:
    """Write an event's point in whole metres."""
    x, y = world.points[events.area[index], events.address[index]]
    return f"{x:.0f}", f"{y:.0f}"


def violent(world: World, events: Happenings, severity: Severity, rng: np.random.Generator) -> list[Row]:
    """Write shootings or explosions: a seventh without a point, those of the last four months preliminary."""
    rows = []
    serials: dict[str, int] = {}
    for index in range(len(events)):
        year = when(events, index)[:4]
        serials[year] = serials.get(year, 0) + 1
        x, y = point(world, events, index) if rng.random() >= 0.15 else ("", "")
        dead = int(rng.random() < severity.death)
        injured = int(rng.random() < severity.injury) + int(rng.random() < severity.injury / 4)
        status = "preliminär" if when(events, index) >= "2025-09-01" else "återtagen" if rng.random() < 0.015 else "bekräftad"
        name = world.basomraden[int(events.area[index])].place.name
        rows.append([f"{severity.prefix}-{year}-{serials[year]:04d}", when(events, index), x, y, name, str(dead), str(injured), status])
    return rows


def shootings(world: World, rng: np.random.Generator) -> list[Delivery]:
    """Give the list of shootings, and a later one that corrects a dozen of them."""
    bump = tuple(zip(YEARS, (0.8, 0.8, 0.85, 1.0, 1.15, 1.1, 1.3, 1.05, 0.85, 0.6), strict=True))
    events = happen(world, Pattern("evening", 0.1, 1.2, 0.0, 0.35, 0.9, bump), 900, SPAN, rng)
    rows = violent(world, events, Severity("SKJ", 0.1, 0.3), rng)
    flaws = [
        Flaw("missing_id", setting(0, "")),
        Flaw("no_such_date", impossible_date(TIME)),
        Flaw("no_such_time", impossible_time(TIME)),
        Flaw("swapped_axes", swapping(X, Y), filled(X, Y)),
        Flaw("no_position", setting(X, "inf"), filled(X, Y)),
        Flaw("field_count", too_short),
    ]
    listed = table("skjutningar.csv", Layout(HEADER, blank=True), rows, flaws, rng)
    return [listed, corrections(listed, rng)]


def corrections(listed: Delivery, rng: np.random.Generator) -> Delivery:
    """Give a later list with the same ids and other values: confirmed, one more injured, one died, a point found, one withdrawn."""
    bad = {line for line, _ in listed.facit}
    good = [text.split(";") for line, text in enumerate(listed.lines[1:], start=2) if line not in bad]
    preliminary = [row for row in good if row[STATUS] == "preliminär"]
    confirmed = [row for row in good if row[STATUS] == "bekräftad" and row[TIME] >= "2025" and row[X]]
    rows = []
    for number, row in enumerate(preliminary[:8]):
        new = setting(STATUS, "bekräftad")(row)
        if number < 3:
            new = setting(INJURED, str(int(row[INJURED]) + 1))(new)
        if number == 3:
            new = setting(DEAD, str(int(row[DEAD]) + 1))(new)
        rows.append(new)
    for number in rng.choice(len(confirmed), 3, replace=False):
        row = confirmed[int(number)]
        # Ten metres to the side: a point corrected, the basområde most often the same.
        rows.append(setting(X, str(int(row[X]) + 10))(row))
    rows.append(setting(STATUS, "återtagen")(preliminary[8]))
    return table("skjutningar_rattelse.csv", Layout(HEADER), sorted(rows), [], rng)


def explosions(world: World, rng: np.random.Generator) -> Delivery:
    """Give the list of explosions."""
    bump = tuple(zip(YEARS, (0.6, 0.6, 0.75, 1.1, 0.9, 0.7, 0.8, 1.3, 1.2, 1.6), strict=True))
    events = happen(world, Pattern("night", -0.1, 1.0, 0.0, 0.3, 0.7, bump), 350, SPAN, rng)
    rows = violent(world, events, Severity("SPR", 0.01, 0.08), rng)
    flaws = [Flaw("no_such_date", impossible_date(TIME)), Flaw("swapped_axes", swapping(X, Y), filled(X, Y))]
    return table("sprangningar.csv", Layout(HEADER), rows, flaws, rng)


# Number of the rescue service's event type -> rows in ten years, and when and where.
FIRES: dict[str, tuple[int, Pattern]] = {
    "1": (2050, Pattern("evening", -0.05, 1.1, 0.0, 0.3)),
    "2": (2100, Pattern("shop", 0.05, 0.9, 0.01, 0.6)),
    "3": (2000, Pattern("night", 0.2, 1.2, 0.02, 0.4, 0.5)),
    "4": (460, Pattern("day", 0.0, 0.8, 0.0, 0.6)),
    "5": (110, Pattern("shop", 0.6, 1.2, 0.0, 0.4)),
    "6": (560, Pattern("flat", 0.0, 1.0, 0.03, 0.3)),
    "7": (90, Pattern("day", 0.3, 1.0, 0.0, 0.1)),
    "8": (90, Pattern("flat", -0.4, 1.0, 0.0, 0.1, 0.35, ((2019, 2.0),))),
    "9": (12, Pattern("flat", 0.0, 1.0, 0.0, 0.2)),
    "11": (12, Pattern("flat", 0.3, 1.0, 0.0, 0.1)),
    "12": (380, Pattern("flat", 0.0, 1.0, 0.01, 0.3)),
    "13": (240, Pattern("day", 0.0, 1.0, 0.0, 0.4)),
    "14": (5700, Pattern("day", 0.02, 0.8, 0.015, 0.7, 0.3, ((2020, 0.85),))),
    "15": (1250, Pattern("shop", 0.05, 1.0, 0.01, 0.5)),
}


def fires(world: World, rng: np.random.Generator) -> Delivery:
    """Give the rescue service's call-outs, over a third of them automatic alarms."""
    parts = [happen(world, pattern, count, SPAN, rng) for count, pattern in FIRES.values()]
    events, kinds = merged(parts, list(FIRES))
    rows = []
    for index, kind in enumerate(kinds):
        area, address = int(events.area[index]), int(events.address[index])
        street = f"{STREETS[int(world.streets[area, address])]} {world.numbers[area, address]}"
        rows.append([f"B{index + 1:06d}", when(events, index), kind, *point(world, events, index), street])
    flaws = [
        Flaw("missing_id", setting(0, "")),
        Flaw("missing_id", setting(0, "")),
        Flaw("no_such_date", impossible_date(TIME)),
        Flaw("no_such_date", impossible_date(TIME)),
        Flaw("no_such_time", impossible_time(TIME)),
        Flaw("swapped_axes", swapping(3, 4)),
        Flaw("swapped_axes", swapping(3, 4)),
        Flaw("swapped_axes", swapping(3, 4)),
        Flaw("no_position", setting(3, "inf")),
        Flaw("no_position", setting(4, "NaN")),
        Flaw("field_count", too_short),
        Flaw("field_count", too_short),
    ]
    layout = Layout(("id", "larmtid", "handelsetyp", "x", "y", "adress"), blank=True, footer=f"Summa;{len(rows)};;;;")
    return table("brander.csv.gz", layout, rows, flaws, rng)


REPORTS: dict[str, tuple[int, Pattern]] = {
    "klotter": (1300, Pattern("day", 0.1, 0.7, 0.03, 0.6, 0.5)),
    "belysning": (900, Pattern("evening", -0.4, 0.8, 0.02, 0.3)),
    "nedskräpning": (1100, Pattern("day", 0.25, 0.9, 0.06, 0.5)),
    "otrygg plats": (450, Pattern("evening", -0.1, 0.9, 0.08, 0.5, 0.5)),
    "trasig lekplats": (250, Pattern("shop", 0.35, 1.0, 0.0, 0.1)),
}


def city_reports(world: World, rng: np.random.Generator) -> Delivery:
    """Give what people told the city about its streets (Tyck till)."""
    parts = [happen(world, pattern, count, SPAN, rng) for count, pattern in REPORTS.values()]
    events, kinds = merged(parts, list(REPORTS))
    rows = [[f"TT{index + 1:05d}", when(events, index), kind, *point(world, events, index)] for index, kind in enumerate(kinds)]
    flaws = [
        Flaw("missing_id", setting(0, "")),
        Flaw("no_such_date", impossible_date(TIME)),
        Flaw("no_such_time", impossible_time(TIME)),
        Flaw("swapped_axes", swapping(3, 4)),
        Flaw("no_position", setting(4, "inf")),
        Flaw("field_count", too_short),
    ]
    return table("tyck_till.csv.gz", Layout(("id", "tid", "slag", "x", "y"), blank=True), rows, flaws, rng)


INCIDENTS: dict[str, tuple[int, Pattern]] = {
    "hot": (250, Pattern("day", 0.0, 0.4, 0.04, 0.6, 0.5)),
    "våld": (110, Pattern("day", 0.0, 0.5, 0.02, 0.6, 0.5)),
    "skadegörelse": (140, Pattern("night", 0.1, 1.2, 0.0, 0.5, 0.5)),
    "stöld": (100, Pattern("day", 0.0, 0.7, -0.02, 0.7, 0.4)),
}


def incidents(world: World, rng: np.random.Generator) -> Delivery:
    """Give what the city's staff met with at work, known to a stadsdel."""
    parts = [happen(world, pattern, count, SPAN, rng) for count, pattern in INCIDENTS.values()]
    events, kinds = merged(parts, list(INCIDENTS))
    rows = []
    for index, kind in enumerate(kinds):
        name = world.basomraden[int(events.area[index])].place.name
        rows.append([f"INC-{index + 1:04d}", when(events, index), kind, name])
    flaws = [
        Flaw("missing_id", setting(0, "")),
        Flaw("no_such_date", impossible_date(TIME)),
        Flaw("unknown_area", setting(3, "Påhittsberg")),
    ]
    return table("incidenter.csv", Layout(("id", "tid", "slag", "omrade"), blank=True), rows, flaws, rng)


# Question -> share in the city in 2017, 2020 and 2023, per cent, and what women answer more than men, percentage points.
QUESTIONS: dict[str, tuple[tuple[float, float, float], float]] = {
    "otrygg ute sena kvällar": ((31.0, 28.0, 30.0), 17.0),
    "orolig för brott i bostadsområdet": ((38.0, 35.0, 37.0), 9.0),
    "avstår från att gå ut": ((13.0, 11.0, 12.0), 8.0),
}
# Year of the survey -> the division it used, as its place in `Place.stadsdelsomrade`.
SURVEYS = {2017: 2, 2020: 1, 2023: 0}
ASKED = 420


def survey_rows(area: tuple[str, str], year: int, lot: float, size: int, rng: np.random.Generator) -> list[Row]:
    """Write one area's answers of one year: every question for all, women and men.

    Args:
        area: Name and level.
        year: Year of the survey.
        lot: How far the area lies from the city, percentage points.
        size: Answers of all groups.
        rng: The lot of the sample.

    Returns:
        Nine rows.
    """
    rows = []
    women = size // 2 + int(rng.integers(0, size // 12 + 1))
    for question, (levels, gap) in QUESTIONS.items():
        level = levels[list(SURVEYS).index(year)]
        for group, n, shift in (("alla", size, 0.0), ("kvinnor", women, gap / 2), ("män", size - women, -gap / 2)):
            share = min(max((level + (lot + shift) * level / 30.0) / 100.0, 0.02), 0.95)
            found = rng.binomial(n, share) / n
            half = 1.96 * (max(found * (1.0 - found), 0.01) / n) ** 0.5
            rows.append([*area, str(year), question, group, f"{100 * found:.1f}", str(n), f"{100 * half:.1f}"])
    return rows


def survey(world: World, rng: np.random.Generator) -> Delivery:
    """Give the safety survey: shares per stadsdelsområde in the division of its year, and for the city."""
    rows: list[Row] = []
    places = {basomrade.place.code: basomrade.place for basomrade in world.basomraden}.values()
    lots = dict(zip(sorted(place.code for place in places), rng.normal(0.0, 14.0, len(places)), strict=True))
    for year, division in SURVEYS.items():
        names = sorted({place.stadsdelsomrade[division] for place in places})
        rows += survey_rows(("Stockholm", "stad"), year, 0.0, ASKED * len(names), rng)
        for name in names:
            mine = [place for place in places if place.stadsdelsomrade[division] == name]
            lot = float(np.mean([lots[place.code] for place in mine]))
            # The smallest one falls under fifty answers from men, which no map may show.
            size = 92 if year == 2020 and name == "Skärholmen" else int(ASKED * rng.uniform(0.85, 1.15))
            rows += survey_rows((name, "stadsdelsomrade"), year, lot, size, rng)
    flaws = [Flaw("bad_number", setting(5, "1e999")), Flaw("unknown_area", setting(0, "Påhittsberg"), lambda row: row[1] != "stad")]
    return table("trygghetsmatning.csv", Layout(("omrade", "niva", "ar", "fraga", "grupp", "varde", "n", "intervall")), rows, flaws, rng)
