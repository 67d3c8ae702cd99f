"""Reports made up for tests of their forms: every kind of block, and each of the states that a page must stand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache

from trygghetskarta.domain.audience import SharingClass
from trygghetskarta.domain.counts import Status
from trygghetskarta.domain.periods import Month
from trygghetskarta.reports.document import (
    STATUS_WORDS,
    Block,
    Cell,
    Chapter,
    Chart,
    ChartKind,
    Column,
    Fact,
    Facts,
    Kind,
    MapArea,
    MapPicture,
    Mark,
    Notice,
    Origin,
    Paragraph,
    Point,
    Prompts,
    Report,
    Row,
    Series,
    Subheading,
    Table,
)
from trygghetskarta.serialize.swedish import WEEKDAYS, decimal, month_name, whole

AREAS = (
    "Järva", "Hässelby-Vällingby", "Bromma", "Kungsholmen", "Norra innerstaden", "Södermalm", "Enskede-Årsta-Vantör", "Skarpnäck", "Farsta",
    "Hägersten-Älvsjö", "Skärholmen",
)  # fmt: skip
QUESTION = "/v1/comparisons?level=stadsdelsomrade&source=anmalda_brott&from=2026-01&to=2026-10"
LONGEST = "Enskede-Årsta-Vantörs och Hägersten-Älvsjös stadsdelsnämndsområden tillsammans med Huddinge kommun"
KINDS = (
    "Alla anmälda brott", "Brott mot person", "Misshandel, inklusive grov", "Olaga hot, olaga förföljelse och ofredande", "Personrån",
    "Stöld- och tillgreppsbrott", "Bostadsinbrott", "Fordonsrelaterade tillgrepp", "Bedrägeri och annan oredlighet", "Skadegörelse",
    "Narkotikabrott", "Brott mot alkohollagen, ordningslagen och trafikbrottslagen",
)  # fmt: skip


def count(value: int | None, status: Status = Status.VALUE, *, provisional: bool = False) -> Cell:
    if value is None:
        return Cell(STATUS_WORDS[status], None, status)
    return Cell(whole(value), value, Status.VALUE, Origin(QUESTION, "/items/0/count"), provisional)


def rate(value: float) -> Cell:
    return Cell(decimal(value), value)


def change(value: int) -> Cell:
    return Cell(f"+{whole(value)}" if value > 0 else whole(value), value)


def words(text: str) -> Cell:
    return Cell(text, text)


def p1(status: Status = Status.VALUE) -> Table:
    spans = ("Oktober 2026", "Hittills i år, januari–oktober 2026", "Senaste 12 månaderna, november 2025–oktober 2026")
    columns = [Column("name", "", Kind.TEXT)]
    for number, group in enumerate(spans):
        columns += [
            Column(f"count{number}", "Antal", Kind.COUNT, group),
            Column(f"change{number}", "Ändring", Kind.CHANGE, group),
            Column(f"percent{number}", "%", Kind.PERCENT, group),
        ]
        columns += [Column(f"per{number}", "Per 100 000", Kind.RATE, group)] if number else []
    rows = tuple(_p1_row(line, name, status) for line, name in enumerate(KINDS))
    note = "Ändringen är mot samma månader ett år tidigare. Där jämförelsetalet är 0 står en punkt i stället för procent."
    return Table("Anmälda brott i Järva, månad, år och 12 månader", tuple(columns), rows, note)


def _p1_row(line: int, name: str, status: Status) -> Row:
    cells = [words(name)]
    for months in (1, 10, 12):
        if status is not Status.VALUE:
            cells += [count(None, status)] * (4 if months > 1 else 3)
            continue
        number, before = 9_000 * months // (line + 1) ** 2, 8_700 * months // (line + 1) ** 2 * (line != 10)
        percent = change(round(100 * (number - before) / before)) if before else Cell(".", None, Status.NOT_APPLICABLE)
        cells += [count(number, provisional=months == 1), change(number - before), percent]
        cells += [rate(number / 0.98)] if months > 1 else []
    return Row(tuple(cells), indent=0 if line in (0, 1, 5, 8, 9, 10) else 1, strong=line == 0)


@cache
def outlines(many: int = len(AREAS)) -> tuple[tuple[tuple[tuple[tuple[float, float], ...], ...], ...], ...]:
    """Give as many areas as wanted, round a middle, with borders that bend."""
    found = []
    for number in range(many):
        start, end = (2 * math.pi * part / many for part in (number, number + 1))
        turns = [start + (end - start) * step / 24 for step in range(25)]
        outer = [(150_000 + _reach(turn) * math.cos(turn), 6_580_000 + 0.8 * _reach(turn) * math.sin(turn)) for turn in turns]
        inner = [(150_000 + 2_500 * math.cos(turn), 6_580_000 + 2_000 * math.sin(turn)) for turn in reversed(turns)]
        found.append((((*outer, *inner, outer[0]),),))
    return tuple(found)


def _reach(turn: float) -> float:
    return 12_000 + 2_200 * math.sin(3 * turn) + 900 * math.cos(11 * turn)


def areas_map(states: Sequence[Status] = (), names: Sequence[str] = AREAS, *, diverging: bool = False) -> MapPicture:
    areas = []
    for number, (name, polygons) in enumerate(zip(names, outlines(len(names)), strict=True)):
        status = states[number] if number < len(states) else Status.VALUE
        cell = count(120 + 431 * number if status is Status.VALUE else None, status)
        shade = min(number * 5 // len(names), 4) if status is Status.VALUE else None
        areas.append(MapArea(f"{number:02d}", name, polygons, cell, shade, marked=number == 0))
    legend = ("högst 551", "över 551 till 1 413", "över 1 413 till 2 275", "över 2 275 till 3 568", "över 3 568 till 4 430")
    caption = "Anmälda brott per stadsdelsområde, januari–oktober 2026"
    alt = "Karta: Anmälda brott per stadsdelsområde. Högst värde har Skärholmen (4 430), lägst Järva (120)."
    return MapPicture(caption, alt, tuple(areas), legend, "Anmälda brott, antal", diverging, "", QUESTION)


def line_chart(
    months: int = 34, status: Status = Status.VALUE, names: Sequence[str] = ("Järva", "Staden i övrigt, per stadsdelsområde")
) -> Chart:
    first = Month.parse("2026-10").number - months + 1
    series = []
    for number, name in enumerate(names):
        points = []
        for step in range(months):
            month = Month(first + step)
            missing = status is Status.VALUE and 11 <= step <= 13
            value = None if missing or status is not Status.VALUE else int(820 + 90 * math.sin(step / 2 + number) + 60 * number)
            cell = count(value, Status.MISSING if missing else status, provisional=step >= months - 2)
            half = 60.0 if value is not None and number == 0 else None
            low, high = (None, None) if value is None or half is None else (value - half, value + half)
            points.append(Point(str(month), month_name(month), cell, low, high, step == months // 2 and number == 0))
        series.append(Series(name, tuple(points)))
    marks = (
        Mark(str(Month(first + 4)), "Ny indelning av stadsdelsområden"),
        Mark(str(Month(first + months - 6)), "Brottet i serien: fler från mars"),
    )
    return Chart(
        "Anmälda brott per månad", "Linje: mellan 700 och 960 anmälda brott per månad, tre månader saknas.", ChartKind.LINE, tuple(series), "",
        "Anmälda brott per månad", marks if months >= 12 else (), "Streckad linje och ihålig punkt: preliminärt.", QUESTION,
    )  # fmt: skip


def bars(names: Sequence[str] = AREAS, status: Status = Status.VALUE, groups: int = 1) -> Chart:
    series = tuple(
        Series(
            ("2026", "2025", "2024")[group],
            tuple(Point(f"{number}", name, _bar(number, group, status), marked=number == 0) for number, name in enumerate(names)),
        )
        for group in range(groups)
    )
    return Chart("Skadegörelse efter område", "Staplar: flest i Skärholmen.", ChartKind.BARS, series, "", "Antal", (), "", QUESTION)


def _bar(number: int, group: int, status: Status) -> Cell:
    if status is not Status.VALUE:
        return count(None, status)
    return count(None, Status.MISSING) if number == 3 else count(40 * number + 9 * group)


def month_bars() -> Chart:
    points = tuple(
        Point(
            f"2026-{number:02d}",
            f"{number}",
            count(None if number == 5 else number % 4, Status.WITHHELD, provisional=number > 8),
            marked=False,
        )
        for number in range(1, 11)
    )
    return Chart("Skjutningar per månad", "Staplar: mellan 0 och 3 per månad.", ChartKind.BARS, (Series("2026", points),), "", "Antal")


def heat(scale: int = 1) -> Chart:
    series = tuple(
        Series(
            weekday,
            tuple(
                Point(f"{hour:02d}", f"{hour:02d}", Cell(decimal(scale * value, 0), round(scale * value, 1)))
                for hour in range(24)
                for value in [4 + 3 * math.sin(hour / 4 + day)]
            ),
        )
        for day, weekday in enumerate(WEEKDAYS)
    )
    return Chart(
        "När brotten sker", "Rutnät: flest brott sker på kvällen.", ChartKind.HEAT, series, "Timme på dygnet", "Anmälda brott per timme"
    )


def dots(names: Sequence[str] = AREAS) -> Chart:
    points = tuple(
        Point(f"{number}", name, Cell(decimal(value), value), value - 4.5, value + 4.5, marked=number == 0)
        for number, name in enumerate(names)
        for value in [52.0 - 2.3 * number]
    )
    return Chart(
        "Andel som känner sig otrygga sent på kvällen", "Punkter med intervall: högst i Järva.", ChartKind.DOTS, (Series("2026", points),),
        "Procent", "Andel, procent, med 95-procentigt intervall", (), "Överlappande intervall: skillnaden kan inte avgöras.",
    )  # fmt: skip


def long_table(rows: int = 117) -> Table:
    columns = (
        Column("code", "Kod", Kind.CODE), Column("name", "Stadsdel", Kind.TEXT), Column("count", "Antal"), Column("before", "Året före"),
        Column("change", "Ändring", Kind.CHANGE), Column("rate", "Per 1 000 invånare och år", Kind.RATE), Column("verdict", "Bedömning", Kind.TEXT),
    )  # fmt: skip
    lines = tuple(
        Row((
            words(f"{number:03d}"), words(f"Stadsdel nummer {number}"), count(7 * number), count(6 * number), change(number),
            rate(number / 7), words("kan inte avgöras"),
        ))
        for number in range(rows)
    )  # fmt: skip
    return Table("Alla stadsdelar", columns, lines, "Bedömningen följer av testet i metoden change.", QUESTION)


def framed(*blocks: Block, more: Sequence[Chapter] = ()) -> Report:
    return Report(
        kind="lagesbild", title="Lägesbild för Järva", subtitle="Januari–oktober 2026", area="01", area_name="Järva",
        report_class=SharingClass.DELBAR, made_for=None, made_on=None, known_on=date(2026, 11, 3), version=7,
        edition="11 stadsdelsområden från 2023-07-01",
        link="https://karta.example.se/v1/lagesbilder?area=01&from=2026-01&to=2026-10&asOf=2026-11-03",
        chapters=(Chapter("Bilden av brottsligheten", blocks), *more),
    )  # fmt: skip


def normal() -> Report:
    """Give a report with every kind of block."""
    sentence = (
        "Januari–oktober 2026 anmäldes 9 000 brott i Järva, 300 fler än samma månader 2025. Ökningen är större än slumpen förklarar. "
        "Bostadsinbrotten är färre, och för personrånen kan det inte avgöras om de är fler eller färre: de är för få."
    )
    people = Facts(
        "Befolkningen i december 2025",
        (Fact("Invånare", count(98_312)), Fact("Andel 65 år och äldre, procent", rate(12.4)), Fact("Ligger i", words("Stockholms stad"))),
    )
    none = Table("Inga skjutningar", (Column("x", "Område", Kind.TEXT),), (), "Inga skjutningar är kända.")
    chapters = (
        Chapter("Området och befolkningen", (people, Notice("Uppgifterna är påhittade."))),
        Chapter("Var och när", (areas_map(), line_chart(), Subheading("Timmar"), heat(), month_bars(), areas_map(diverging=True))),
        Chapter("Jämfört med staden", (dots(), bars(), bars(groups=3), none)),
        Chapter("Frågor för orsaksanalysen", (Prompts(("Varför ökar skadegörelsen på vardagskvällar?", "Vad har ändrats i centrum sedan mars?")),)),
        Chapter("Källor & metoder", (Paragraph("Källor: Polisens anmälda brott, levererade till och med oktober 2026 <utan fel>."), long_table(12))),
    )  # fmt: skip
    return framed(Paragraph(sentence), Paragraph(sentence * 3), p1(), more=chapters)


def almost_nothing() -> Report:
    """Give a report about an area where next to nothing happens."""
    zeros = replace(
        bars(AREAS[:2]), series=(Series("2026", tuple(Point(str(number), name, count(0)) for number, name in enumerate(AREAS[:2]))),)
    )
    flat = tuple(Point(f"2026-{month:02d}", f"{month}", count(0)) for month in range(1, 11))
    return framed(
        Paragraph("Inget brott är anmält."), replace(line_chart(), series=(Series("Järva", flat),), marks=(), note=""), zeros,
        replace(areas_map(), areas=areas_map().areas[:1], legend=("högst 0",)), long_table(1), Facts("", ()), replace(dots(AREAS[:1]), note=""),
    )  # fmt: skip


def withheld() -> Report:
    """Give a report in which every figure is protected."""
    states = [Status.WITHHELD] * len(AREAS)
    return framed(
        Notice("Siffrorna är skyddade."), p1(Status.WITHHELD), areas_map(states), line_chart(status=Status.WITHHELD),
        bars(status=Status.WITHHELD), Facts("Befolkningen", (Fact("Invånare", count(None, Status.WITHHELD)),)),
    )  # fmt: skip


def missing_source() -> Report:
    """Give a report in which a source is not delivered, and one area has no denominator."""
    states = [Status.VALUE, Status.MISSING, Status.WITHHELD, Status.NOT_APPLICABLE, *[Status.VALUE] * 7]
    return framed(Notice("Källan bränder är inte levererad."), p1(Status.MISSING), areas_map(states), line_chart(status=Status.MISSING))


def ten_years() -> Report:
    """Give a report over ten years, with a table over several pages."""
    return framed(
        line_chart(120),
        long_table(),
        line_chart(120, names=("Järva",)),
        replace(areas_map(names=[f"Stadsdel {number}" for number in range(117)])),
    )


def longest_names() -> Report:
    """Give an internal report with names longer than any page is wide."""
    names = [LONGEST, *(f"{name} stadsdelsnämndsområde och omgivande vattenområden" for name in AREAS[1:])]
    columns = tuple(Column(f"c{number}", f"Kolumnrubrik {number} av flera", Kind.COUNT if number else Kind.TEXT) for number in range(14))
    wide = Table(f"Tabell om {LONGEST}", columns, (Row((words(LONGEST), *[count(1_234_567)] * 13)),))
    link = "/v1/lagesbilder?level=stadsdelsomrade&area=enskede-arsta-vantor&from=2016-01&to=2026-10&edition=2023-07-01&asOf=2026-11-21"
    report = framed(
        Paragraph(LONGEST),
        Paragraph(f"Adressen: {link}"),
        bars(names),
        areas_map(names=names),
        line_chart(names=names[:4]),
        dots(names),
        wide,
    )
    return replace(
        report, title=f"Gemensam lägesbild för {LONGEST}", area_name=LONGEST, subtitle="November 2016–oktober 2026 · januari 2024–oktober 2026",
        kind="gemensam-lagesbild", report_class=SharingClass.INTERN, made_for="Anna-Lena Andersson-Söderström",
        watermark="INTERN · Anna-Lena Andersson-Söderström · 21 november 2026",
    )  # fmt: skip


ALL = {
    "normal": normal, "almost_nothing": almost_nothing, "withheld": withheld, "missing_source": missing_source, "ten_years": ten_years,
    "longest_names": longest_names,
}  # fmt: skip


def everything() -> Report:
    """Give an internal report with the chapters of all the others, under names of their own."""
    chapters = tuple(replace(chapter, heading=f"{chapter.heading} {name}") for name, make in ALL.items() for chapter in make().chapters)
    return replace(longest_names(), chapters=chapters)
