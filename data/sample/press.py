"""The police's press feed, in the shape polisen.se gives it: invented events, sentences and ids.

What makes the feed hard is kept: the event's own time stands in `name` without a year, `datetime` is the publication, the coordinate is the
middle of a municipality or of the county, only the text knows a stadsdel, and many entries are digests of a night.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from data.sample.geography import read_places
from data.sample.happenings import STREETS, Happenings, Pattern, World, happen, merged
from data.sample.writing import Delivery

STOCKHOLM = ZoneInfo("Europe/Stockholm")
SPAN = (date(2022, 1, 1), date(2025, 12, 31))
END = datetime(2026, 1, 1, tzinfo=STOCKHOLM)
# From this day every location is the county, as in the real feed since January 2026; earlier here, so that the sample has both.
COUNTY_ONLY = datetime(2025, 10, 1, tzinfo=STOCKHOLM)
COUNTY = "Stockholms län"
DIGEST = "Sammanfattning natt"
DIGEST_DAYS = 1020

MONTHS = ("januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december")
GPS = {
    "Stockholm": "59.329324,18.068581",
    COUNTY: "59.602496,18.138438",
    "Solna": "59.368879,18.008433",
    "Sundbyberg": "59.367047,17.966309",
    "Huddinge": "59.23633,17.982156",
    "Botkyrka": "59.245941,17.840858",
    "Järfälla": "59.410065,17.836804",
    "Sollentuna": "59.43911,17.94148",
    "Södertälje": "59.195363,17.625689",
    "Nacka": "59.310555,18.163889",
    "Haninge": "59.167778,18.144444",
    "Täby": "59.443889,18.068611",
}
OTHERS = tuple(name for name in GPS if name not in {"Stockholm", COUNTY})
OTHER_SHARE = 0.09
COUNTY_SHARE = 0.012
ISLANDS = {
    "Södermalm", "Norrmalm", "Östermalm", "Kungsholmen", "Djurgården", "Norra Djurgården", "Ladugårdsgärdet", "Skeppsholmen",
    "Riddarholmen", "Långholmen", "Reimersholme", "Lilla Essingen", "Stora Essingen",
}  # fmt: skip
COMMON_NOUNS = {"Gård", "Kyrka", "Slott", "Stan", "Strand", "Villastad"}
# Nobody writes this abbreviation in a sentence.
NOT_IN_TEXT = {"Ulvsunda Industriomr"}

# Type -> entries in four years, profile of hours, and what the text may say; "{p}" is the place, with its preposition.
TYPES: dict[str, tuple[int, str, tuple[str, ...]]] = {
    "Misshandel": (
        620,
        "night",
        ("Två personer bråkar och en får slag {p}.", "En person misshandlas {p}.", "Slagsmål vid en krog {p}."),
    ),
    "Brand": (420, "evening", ("Det brinner i ett soprum {p}.", "En bil brinner {p}.", "Rökutveckling i ett trapphus {p}.")),
    "Rattfylleri": (380, "night", ("Polisen stoppar en förare {p} som blåser positivt.", "En berusad förare kör in i ett staket {p}.")),
    "Trafikolycka, personskada": (340, "shop", ("En cyklist och en bil har kolliderat {p}.", "En fotgängare blir påkörd {p}.")),
    "Trafikolycka": (310, "shop", ("Två bilar har krockat {p}.", "En lastbil har kört av vägen {p}.")),
    "Bedrägeri": (
        230,
        "day",
        ("En äldre person blir uppringd av en påstådd banktjänsteman.", "Någon lurar till sig bankkort {p}."),
    ),
    "Stöld": (260, "shop", ("Stöld i en butik {p}.", "En väska stjäls på ett kafé {p}.", "Flera elcyklar stjäls ur ett förråd {p}.")),
    "Stöld/inbrott": (190, "night", ("Inbrott i en villa {p}.", "Larm om inbrott i en källare {p}.")),
    "Trafikbrott": (180, "evening", ("En mopedist smiter från polisen {p}.", "Trafikkontroll {p}, flera förare rapporteras.")),
    "Rån": (230, "evening", ("En yngre person rånas på sin telefon {p}.", "Personrån {p}, två misstänkta grips.", "Rån mot en butik {p}.")),
    "Rån, försök": (40, "evening", ("Försök till rån {p}, ingen skadades.",)),
    "Mord/dråp, försök": (170, "night", ("En person har hittats skadad {p}.", "En person förs till sjukhus efter ett knivdåd {p}.")),
    "Mord/dråp": (50, "night", ("En person har avlidit efter våld {p}.",)),
    "Skadegörelse": (
        210,
        "night",
        ("Flera fönster krossas på en skola {p}.", "Bilrutor krossas {p}.", "Klotter på en station {p}."),
    ),
    "Misshandel, grov": (150, "night", ("En person får svåra skador vid ett bråk {p}.",)),
    "Narkotikabrott": (160, "evening", ("En person grips med narkotika {p}.", "Polisen gör ett tillslag i en lägenhet {p}.")),
    "Knivlagen": (110, "evening", ("En person bär kniv på allmän plats {p}.",)),
    "Våld/hot mot tjänsteman": (100, "night", ("En person spottar på en ordningsvakt {p}.",)),
    "Olaga hot": (100, "evening", ("En person hotar personalen i en butik {p}.", "Hot i en tvättstuga {p}.")),
    "Fylleri/LOB": (110, "night", ("En berusad person tas om hand {p}.",)),
    "Explosion": (80, "night", ("En smäll hörs {p} och en port är skadad.",)),
    "Skottlossning": (60, "evening", ("Skott ska ha avlossats {p}.", "Tomhylsor hittas {p}.")),
    "Detonation": (25, "night", ("En detonation utanför en port {p}.",)),
    "Våldtäkt": (60, "night", ("En anmälan om våldtäkt tas upp {p}.",)),
    "Bråk": (130, "evening", ("Ett gäng bråkar på torget {p}.", "Bråk på en buss {p}.")),
    "Försvunnen person": (40, "evening", ("En äldre person saknas från sitt boende {p}.",)),
    "Kontroll person/fordon": (120, "evening", ("Polisen kontrollerar flera fordon {p}.",)),
    "Övrigt": (100, "day", ("Polisen bistår räddningstjänsten {p}.", "En gammal granat hittas {p}.")),
    "Skyddsjakt": (5, "day", ("Ett skadat rådjur avlivas {p}.",)),
}


@dataclass(frozen=True)
class Entry:
    """One entry before it is written: when it happened, when it was told, where and what."""

    happened: datetime
    published: datetime
    kommun: str
    kind: str
    summary: str


def at(stadsdel: str) -> str:
    """Give a stadsdel with its preposition, in the spelling of a newspaper ("i Hässelby strand")."""
    first, _, last = stadsdel.rpartition(" ")
    written = f"{first} {last.lower()}" if last in COMMON_NOUNS else stadsdel
    return f"{'på' if stadsdel in ISLANDS else 'i'} {written}"


def place_phrase(stadsdel: str, other: str, rng: np.random.Generator) -> str:
    """Give what the text says of the place: mostly one stadsdel, sometimes none, a street, or two."""
    lot = rng.random()
    if lot < 0.54 and stadsdel not in NOT_IN_TEXT:
        return at(stadsdel)
    if lot < 0.57 and stadsdel != other and not {stadsdel, other} & NOT_IN_TEXT:
        return f"mellan {stadsdel} och {other}"
    if lot < 0.72:
        return f"på {STREETS[int(rng.integers(len(STREETS)))]}"
    return "i staden" if lot < 0.8 else "på en gata" if lot < 0.9 else "under dagen"


def local(minute: np.datetime64) -> datetime:
    """Give a clock time as a moment."""
    return datetime.fromisoformat(str(minute)).replace(tzinfo=STOCKHOLM)


def single(world: World, events: Happenings, index: int, kind: str, rng: np.random.Generator) -> Entry:
    """Invent one ordinary entry."""
    happened = local(events.times[index])
    lag = timedelta(seconds=float(rng.exponential(90.0)) * 60 + 240)
    lot = rng.random()
    kommun = str(rng.choice(OTHERS)) if lot < OTHER_SHARE else COUNTY if lot < OTHER_SHARE + COUNTY_SHARE else "Stockholm"
    names = world.basomraden
    stadsdel = names[int(events.area[index])].place.name
    phrase = place_phrase(stadsdel, names[int(rng.integers(len(names)))].place.name, rng)
    if kommun != "Stockholm":
        phrase = "på Storgatan" if lot < OTHER_SHARE / 3 else f"i {kommun}" if lot < OTHER_SHARE else "på en väg i länet"
    texts = TYPES[kind][2]
    summary = texts[int(rng.integers(len(texts)))].format(p=phrase)
    return Entry(happened, (happened.astimezone(UTC) + lag).astimezone(STOCKHOLM), kommun, kind, summary)


def digest(day: np.datetime64, rng: np.random.Generator) -> Entry:
    """Invent the digest of one night; every third names several places, as the real ones may."""
    written = local(day + np.timedelta64(6 * 60 + 5 * int(rng.integers(0, 25)), "m"))
    summary = "Sammanfattning av nattens händelser i Stockholms län."
    if rng.random() < 1 / 3:
        names = [place.name for place in read_places() if place.name not in NOT_IN_TEXT]
        first, second, third = (at(names[int(i)]) for i in rng.choice(len(names), 3, replace=False))
        summary = f"Bråk {first}, brand {second} och rattfylleri {third}."
    published = (written.astimezone(UTC) + timedelta(seconds=int(rng.integers(60, 2400)))).astimezone(STOCKHOLM)
    return Entry(written, published, COUNTY, DIGEST, summary)


def written_time(moment: datetime) -> str:
    """Write a time as the feed does: hour without a leading zero, and the offset."""
    offset = moment.strftime("%z")
    return f"{moment:%Y-%m-%d} {moment.hour}:{moment:%M:%S} {offset[:3]}:{offset[3:]}"


def as_json(entry: Entry, number: int) -> dict[str, object]:
    """Give one entry with the feed's keys."""
    # The feed wrote "14:21" until 2023 and "14.21" after.
    mark = ":" if entry.published.year < 2024 else "."
    month = MONTHS[entry.happened.month - 1]
    name = f"{entry.happened:%d} {month} {entry.happened:%H}{mark}{entry.happened:%M}, {entry.kind}, {entry.kommun}"
    slug = name.lower().translate(str.maketrans("åäö ", "aao-", ":,/"))
    place = COUNTY if entry.published >= COUNTY_ONLY else entry.kommun
    return {
        "datetime": written_time(entry.published),
        "id": number,
        "location": {"gps": GPS[place], "name": place},
        "name": name,
        "summary": entry.summary,
        "type": entry.kind,
        "url": f"/aktuellt/handelser/{entry.happened.year}/{month}/{entry.happened.day}/{slug}/",
    }


def without_id(entry: dict[str, object]) -> dict[str, object]:
    """Drop the id."""
    return {key: value for key, value in entry.items() if key != "id"}


def on_no_day(entry: dict[str, object]) -> dict[str, object]:
    """Publish on 30 February."""
    stamp = str(entry["datetime"])
    return {**entry, "datetime": stamp[:4] + "-02-30" + stamp[10:]}


def at_no_time(entry: dict[str, object]) -> dict[str, object]:
    """Publish at 25:00."""
    stamp = str(entry["datetime"])
    return {**entry, "datetime": f"{stamp[:10]} 25:00:00 {stamp[-6:]}"}


FLAWS: tuple[tuple[str, Callable[[dict[str, object]], dict[str, object]]], ...] = (
    ("missing_id", without_id),
    ("missing_id", without_id),
    ("no_such_date", on_no_day),
    ("no_such_time", at_no_time),
)


def press_feed(world: World, rng: np.random.Generator) -> Delivery:
    """Give the feed as one JSON array, one entry a line, in the order of publication."""
    parts = [happen(world, Pattern(hours, 0.06, 1.1, 0.0, 0.4, 0.45), count, SPAN, rng) for count, hours, _ in TYPES.values()]
    events, kinds = merged(parts, list(TYPES))
    entries = [single(world, events, index, kind, rng) for index, kind in enumerate(kinds)]
    days = np.arange(np.datetime64(SPAN[0]), np.datetime64(SPAN[1]) + 1)
    entries += [digest(day.astype("datetime64[m]"), rng) for day in np.sort(rng.choice(days, DIGEST_DAYS, replace=False))]
    told = sorted((entry for entry in entries if entry.published < END), key=lambda entry: entry.published)
    # Ids rise with publication, with gaps: the feed numbers the whole country.
    numbers = 320_000 + np.cumsum(rng.integers(8, 80, len(told)))
    written = [as_json(entry, int(number)) for entry, number in zip(told, numbers, strict=True)]
    facit = []
    for index, (what, spoil) in zip(rng.choice(len(written), len(FLAWS), replace=False), FLAWS, strict=True):
        written[int(index)] = spoil(written[int(index)])
        # The bracket is line 1, so entry 0 stands on line 2.
        facit.append((int(index) + 2, what))
    lines = [json.dumps(entry, ensure_ascii=False) + "," for entry in written]
    lines[-1] = lines[-1].removesuffix(",")
    return Delivery("polishandelser.json.gz", ["[", *lines, "]"], sorted(facit), len(written) - len(facit))
