"""The picture of crime: how much, what changed, where and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.categories import tree_of
from trygghetskarta.domain.category_groups import category_groups
from trygghetskarta.domain.counts import Status
from trygghetskarta.domain.lens import FRAUD_GROUP, OLDER_GROUP
from trygghetskarta.domain.periods import Month
from trygghetskarta.domain.sources import CONTRACTS, SourceId
from trygghetskarta.reports.asking import COMPARISONS, DECOMPOSITIONS, HOURS, OLDER_PEOPLE, SERIES, Answer
from trygghetskarta.reports.cells import VERDICTS, figure, interval, words
from trygghetskarta.reports.document import (
    Block,
    Cell,
    Chapter,
    Chart,
    ChartKind,
    Column,
    Kind,
    Mark,
    Notice,
    Paragraph,
    Point,
    Row,
    Series,
    Subheading,
    Table,
)
from trygghetskarta.reports.p1 import COUNTED, Line, change_cells, counted, p1_table
from trygghetskarta.reports.shades import Shading, map_of
from trygghetskarta.reports.situation import Situation, months
from trygghetskarta.serialize.swedish import WEEKDAYS, how_many, listed, month_name, span_name

CRIME = SourceId.ANMALDA_BROTT
_MOVED = 8
_FOUND = ("trend", "unusual", "breaks")


def crime(situation: Situation) -> Chapter:
    """Tell how much crime is reported in the area, what changed, where and when."""
    found = situation.compared(CRIME, situation.recent)
    heading = "Bilden av brottsligheten"
    if found.refusal:
        return Chapter(heading, (Notice(found.refusal),))
    blocks = [Paragraph(found.beyond(), found.query.address), *_p1(situation), *_groups(situation), *_moved(situation)]
    if situation.site is not None:
        return Chapter(heading, (*blocks, *_over_time(situation)))
    return Chapter(heading, (*blocks, *_maps(situation), *_over_time(situation), *_hours(situation)))


def _p1(situation: Situation) -> Iterator[Block]:
    lines = [Line("Alla anmälda brott", CRIME, strong=True), *_categories(situation)]
    yield p1_table(situation, f"Anmälda brott i {situation.area.name}, månad, år och 12 månader", lines, per_people=situation.site is None)
    if len(lines) == 1 and situation.compared(CRIME, situation.last_year).get("/items/0/status") == Status.WITHHELD.value:
        yield Notice("Brottstyperna redovisas inte var för sig, för siffrorna är skyddade.")


def _categories(situation: Situation) -> Iterator[Line]:
    """Give the chapters of the law in which something was reported, and the kinds below them."""
    tree = tree_of(CRIME)
    parents = {node.parent for node in tree.nodes}
    outermost = {node.code for node in tree.nodes if node.parent is None}
    nodes = [node for node in tree.nodes if node.code in outermost or (node.parent in outermost and node.code in parents)]
    met = situation.met(CRIME, [node.code for node in nodes])
    for node in nodes:
        if node.code in met:
            line = Line(node.name, CRIME, (("category", node.code),), indent=0 if node.parent is None else 1)
            answer = counted(situation, line, situation.last_year)
            if answer.get(f"{answer.at}/count") or answer.get(f"{answer.at}/baselineCount"):
                yield line


@dataclass(frozen=True, slots=True)
class Judged:
    """A group of crimes and how it changed.

    Attributes:
        code: Its code.
        name: Its name.
        answer: The answer that says how it changed.
        doubtful: True where the deliveries of the two spans do not hold the same sorts of rows, so that a change may be theirs.
    """

    code: str
    name: str
    answer: Answer
    doubtful: bool = False

    @property
    def is_changed(self) -> bool:
        """Whether it surely changed, as far as its deliveries can be compared."""
        return self.verdict in ("higher", "lower") and not self.doubtful

    @property
    def verdict(self) -> str:
        """Whether it is higher or lower than a year before, or whether that cannot be told."""
        told: str | None = self.answer.get("/items/0/verdict")
        return told or "notApplicable"

    @property
    def count(self) -> int | None:
        """How many."""
        told: int | None = self.answer.get("/items/0/count")
        return told


def judged_groups(situation: Situation) -> list[Judged]:
    """Ask how each group of crimes changed since a year before; those of which there are any, now or then."""
    found, doubted = [], doubtful_groups(situation)
    for code, group in category_groups().items():
        if CRIME in group.categories:
            answer = situation.compared(CRIME, situation.recent, ("group", code))
            if answer.get("/items/0/count") or answer.get("/items/0/baselineCount"):
                found.append(Judged(code, group.name, answer, code in doubted))
    return found


def doubtful_groups(situation: Situation) -> tuple[str, ...]:
    """Give the groups whose counts of the two spans are not of the same: of the whole city, where a delivery lacks what has no place."""
    if not situation.is_city or older_of(situation).get("/lens/comparable") is not False:
        return ()
    return (FRAUD_GROUP, OLDER_GROUP)


def older_of(situation: Situation) -> Answer:
    """Ask what older people in the area met with, and what fraud there was."""
    return situation.ask(OLDER_PEOPLE, *months(situation.recent), ("baseline", "same-period-last-year"))


def _groups(situation: Situation) -> Iterator[Block]:
    found = judged_groups(situation)
    if not found:
        return
    yield Subheading("Brott efter ämne, och hur säkra ändringarna är")
    rows = []
    for group in found:
        ratio = figure(group.answer, "/items/0/ratio", Kind.DECIMAL)
        rows.append(
            Row(
                (
                    words(group.name),
                    *change_cells(group.answer),
                    ratio,
                    interval(group.answer, ("/items/0/ratioLow", "/items/0/ratioHigh"), Kind.DECIMAL),
                    words(VERDICTS[group.verdict]),
                )
            )
        )
    columns = (
        Column("name", "Ämne", Kind.TEXT),
        Column("count", "Antal", Kind.COUNT),
        Column("difference", "Ändring", Kind.CHANGE),
        Column("percent", "%", Kind.PERCENT),
        Column("ratio", "Kvot", Kind.DECIMAL),
        Column("interval", "95 % säkerhet", Kind.TEXT),
        Column("verdict", "Säkerställt", Kind.TEXT),
    )
    note = (
        "Ett brott kan höra till flera ämnen, så raderna går inte att lägga ihop. Kvoten är antalet delat med antalet "
        f"{span_name(situation.baseline)}. Säkerställt är det som en slump sällan ger: högst en gång av tjugo. Varje ämne är "
        "prövat för sig: av tjugo ämnen där inget har ändrats väntas ändå omkring ett bli utpekat."
    )
    yield Table(f"Anmälda brott efter ämne, {span_name(situation.recent)} mot {span_name(situation.baseline)}", columns, tuple(rows), note)


def moved_of(situation: Situation) -> tuple[Answer, str]:
    """Ask what moved count and harm; with what that says beyond the counts."""
    found = situation.ask(DECOMPOSITIONS, ("source", CRIME.value), *months(situation.recent), ("baseline", "same-period-last-year"))
    return found, found.beyond(situation.compared(CRIME, situation.recent), situation.compared(CRIME, situation.recent, COUNTED))


_HARM_COLUMNS = (
    Column("harm", "Allvarlighet, dagar", Kind.COUNT),
    Column("harmDifference", "Ändring, dagar", Kind.CHANGE),
    Column("contribution", "Bidrag, dagar per brott", Kind.DECIMAL),
)
_OF_PARTS = "Brottstyper med för få brott för att visas står inte med."
_OF_HARM = "Allvarlighet är summan av lagens minsta straff i dagar. Bidraget säger hur mycket brottstypen ändrade dagar per brott."


def _moved(situation: Situation) -> Iterator[Block]:
    found, said = moved_of(situation)
    # Where the parts are withheld nothing is told of what changed; that harm is not told stands in its own section.
    hidden = [row for row in found.rows if row["status"] == Status.WITHHELD]
    if not (said or found.rows) or (found.rows and len(hidden) == len(found.rows)):
        return
    weighed = any(row.get("harm") is not None for row in found.rows)
    yield Subheading("Vad som ändrade antalet och allvarligheten" if weighed else "Vad som ändrade antalet")
    if said and (weighed or not found.rows):
        yield Paragraph(said, found.query.address)
    rows = [
        (number, row) for number, row in enumerate(found.rows) if row.get("count") is not None and (row["count"] or row["baselineCount"])
    ]
    if not rows:
        return
    columns = (
        Column("name", "Brottstyp", Kind.TEXT),
        Column("count", "Antal", Kind.COUNT),
        Column("difference", "Ändring", Kind.CHANGE),
        *(_HARM_COLUMNS if weighed else ()),
    )
    shown = tuple(
        Row(
            (
                words(row["name"]),
                *(figure(found, f"/items/{number}/{column.key}", column.kind) for column in columns[1:]),
            )
        )
        for number, row in rows[:_MOVED]
    )
    changed = "allvarligheten" if weighed else "antalet"
    yield Table(
        f"Brottstyper som ändrade {changed} mest, {span_name(situation.recent)} mot {span_name(situation.baseline)}",
        columns, shown, _OF_HARM if weighed else _OF_PARTS if hidden else "", found.query.address,
    )  # fmt: skip


def _maps(situation: Situation) -> Iterator[Block]:
    drawn = list(_drawn(situation))
    if drawn:
        yield Subheading("Var")
        yield from drawn


def _drawn(situation: Situation) -> Iterator[Block]:
    for level, more, note in _mapped(situation):
        answer = situation.ask_everywhere(
            COMPARISONS, level, *more, ("source", CRIME.value), *months(situation.recent), ("measure", "rate")
        )
        if answer.refusal:
            yield Notice(answer.refusal)
            continue
        of = "alla " if not more else ""
        where = situation.city if not more else situation.area.name
        caption = f"Anmälda brott per 1 000 invånare och år i {of}{_PLURALS[level]} i {where}, {span_name(situation.recent)}"
        states = {row["status"] for row in answer.rows}
        if Status.VALUE not in states:
            if Status.WITHHELD in states:
                yield Notice(f"Siffrorna för {_PLURALS[level]} i {where} är skyddade, så de står inte på någon karta.")
            continue
        column = "rate" if level.rank >= AreaLevel.STADSDELSOMRADE.rank else "smoothedRate"
        yield map_of(situation, level, answer, Shading(column, Kind.RATE, caption, "Anmälda brott per 1 000 invånare och år", note))


_PLURALS = {level: level.told.swedish.many for level in AreaLevel} | {AreaLevel.STAD: "staden"}
_SMOOTHED = "Talen är utjämnade mot stadens, för i små områden ger slumpen höga och låga tal. Där ingen bor finns inget tal."


def _mapped(situation: Situation) -> Iterator[tuple[AreaLevel, tuple[tuple[str, str], ...], str]]:
    """Give the maps: the city by areas like this one, then this one by the areas in it."""
    if not situation.is_city and situation.area.level is not AreaLevel.BASOMRADE:
        small = situation.area.level.rank < AreaLevel.STADSDELSOMRADE.rank
        yield situation.area.level, (), _SMOOTHED if small else ""
    finer = situation.finer
    if finer is not None and situation.inside(finer):
        within = () if situation.is_city else (("within", situation.area.code),)
        yield finer, within, _SMOOTHED if finer.rank < AreaLevel.STADSDELSOMRADE.rank else ""


def series_of(situation: Situation) -> Answer:
    """Ask how the area's crime went over time, and what is found in that."""
    found = (("include", name) for name in _FOUND)
    return situation.ask(SERIES, ("source", CRIME.value), *months(situation.long), *found)


def _over_time(situation: Situation) -> Iterator[Block]:
    answer = series_of(situation)
    if answer.refusal:
        return
    yield Subheading("Över tid")
    if any(value["count"] is not None for value in answer.get("/series/0/values") or ()):
        yield line_chart(situation, answer, CRIME)
    bare = situation.ask(SERIES, ("source", CRIME.value), *months(situation.long))
    yield Paragraph(answer.beyond(bare), answer.query.address)


def line_chart(situation: Situation, answer: Answer, source: SourceId) -> Chart:
    """Draw a series month by month, with what was expected and what stands out."""
    points, expected = [], []
    values = answer.get("/series/0/values") or []
    for number, value in enumerate(values):
        at, month = f"/series/0/values/{number}", Month.parse(value["from"])
        cell = figure(answer, f"{at}/count", status=value["status"])
        stands_out = value.get("unusual") in ("higher", "lower")
        points.append(Point(value["period"], month_name(month), _marked_provisional(cell, value["provisional"]), marked=stands_out))
        usual = figure(answer, f"{at}/expected", Kind.RATE)
        low, high = value.get("expectedLow"), value.get("expectedHigh")
        ends = tuple(answer.origin(f"{at}/{end}") for end in ("expectedLow", "expectedHigh")) if low is not None else ()
        expected.append(Point(value["period"], month_name(month), usual, low, high, ends=ends))
    name, noun = CONTRACTS[source].name, CONTRACTS[source].noun
    drawn = [Series(name, tuple(points))]
    if any(point.cell.value is not None for point in expected):
        drawn.append(Series("Väntat antal och vad som är vanligt", tuple(expected)))
    caption = f"{name} i {situation.area.name} per månad, {span_name(situation.long)}"
    drawn_months = {point.x for point in points}
    marks = tuple(Mark(entry["month"], entry["text"]) for entry in answer.get("/calendar") or [] if entry["month"] in drawn_months)
    return Chart(
        caption, _series_alt(caption, points, noun), ChartKind.LINE, tuple(drawn), "", f"Antal {noun[1]}", marks,
        "Punkter är ovanliga månader." if any(point.marked for point in points) else "", answer.query.address,
    )  # fmt: skip


def _marked_provisional(cell: Cell, provisional: bool) -> Cell:
    return Cell(cell.text, cell.value, cell.status, cell.origin, provisional and cell.value is not None)


def _series_alt(caption: str, points: list[Point], noun: tuple[str, str]) -> str:
    there = [(point.cell.value, point) for point in points if isinstance(point.cell.value, int)]
    if not there:
        return f"Linjediagram: {caption}. Inga värden kan visas."
    most, least = max(there, key=lambda pair: pair[0]), min(there, key=lambda pair: pair[0])
    unusual = [point.label for point in points if point.marked]
    ending = f" Ovanliga månader: {listed(unusual)}." if unusual else ""
    return (
        f"Linjediagram: {caption}. Flest i {most[1].label} med {how_many(most[0], noun)}, minst i {least[1].label} med {how_many(least[0], noun)}."
        f" Sista månaden, {there[-1][1].label}, har {how_many(there[-1][0], noun)}.{ending}"
    )


def hours_of(situation: Situation) -> Answer:
    """Ask when in the week the area's crimes happened."""
    return situation.ask(HOURS, ("source", CRIME.value), *months(situation.recent))


def _hours(situation: Situation) -> Iterator[Block]:
    answer = hours_of(situation)
    yield Subheading("När på veckan")
    if answer.refusal:
        yield Notice(answer.refusal)
        return
    yield Paragraph(answer.beyond(), answer.query.address)
    if not answer.get("/timed"):
        return
    days = tuple(Series(day, tuple(_hour(answer, number * 24 + hour) for hour in range(24))) for number, day in enumerate(WEEKDAYS))
    caption = f"Anmälda brott i {situation.area.name} efter veckodag och timme, {span_name(situation.recent)}"
    peak = answer.get("/peak") or {}
    most = (
        f" Flest {WEEKDAYS[peak['weekday'] - 1]} klockan {peak['hour']:02d}–{(peak['hour'] + peak['hours']) % 24:02d}."
        if peak.get("isSure")
        else ""
    )
    yield Chart(
        caption, f"Rutnät: {caption}.{most}", ChartKind.HEAT, days, "Timme", "Antal",
        note="Ett brott som bara är känt till ett tidsrum är fördelat på timmarna i det, så antalen kan ha decimaler.",
        question=answer.query.address,
    )  # fmt: skip


def _hour(answer: Answer, number: int) -> Point:
    hour = number % 24
    return Point(f"{hour:02d}", f"{hour:02d}", figure(answer, f"/items/{number}/count", Kind.RATE))
