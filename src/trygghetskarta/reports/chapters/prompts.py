"""What to ask when the causes are looked for, with what the tests say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trygghetskarta.reports.cells import figure
from trygghetskarta.reports.chapters.comparing import against_the_city
from trygghetskarta.reports.chapters.consequences import survey_of
from trygghetskarta.reports.chapters.crime import Judged, hours_of, judged_groups
from trygghetskarta.reports.chapters.other import followed
from trygghetskarta.reports.chapters.summary import unusual_months
from trygghetskarta.reports.document import Cell, Chapter, Kind, Paragraph, Prompts
from trygghetskarta.reports.situation import Situation
from trygghetskarta.serialize.swedish import WEEKDAYS, decimal, listed, month_name, whole

_ALWAYS = (
    "Vad vet verksamheter, föreningar, näringsliv och boende om platserna och tiderna ovan som inte syns i siffrorna?",
    "Vilka drabbas, och vilka anmäler inte? Vad säger trygghetsmätningen och synpunkterna om det?",
    "Vilka åtgärder pågår redan, och vilka mål och jämförelseområden anmäls innan nya åtgärder börjar?",
)


def prompts(situation: Situation) -> Chapter:
    """Ask for the causes of what the tests found."""
    opening = "Frågorna är valda efter vad prövningarna säger. De är en början på orsaksanalysen, inte svar på den."
    noted = tuple(gap for _, gap in _gaps(situation)) if situation.site is None else ()
    return Chapter("Underlag för orsaksanalys", (Paragraph(opening), Prompts((*_found(situation), *_ALWAYS), noted)))


def _found(situation: Situation) -> Iterator[str]:
    for group in judged_groups(situation):
        if group.is_changed:
            yield _of_group(group)
    yield from _unusual(situation)
    if situation.site is None:
        yield from _of_area(situation)
    for measure in followed(situation):
        if not measure.effect.refusal:
            yield f"Vad säger effekten av ”{measure.told['name']}” om vad som ska fortsätta, ändras eller sluta?"


def _of_area(situation: Situation) -> Iterator[str]:
    """Ask of what is known of areas and of no other place: inhabitants, hours, answers to the survey."""
    answer = against_the_city(situation)
    if not situation.is_city and answer.get("/items/0/verdict") in ("higher", "lower"):
        way = "fler" if answer.get("/items/0/verdict") == "higher" else "färre"
        yield (
            f"Varför anmäls {way} brott per invånare i {situation.area.name} än i resten av staden "
            f"({decimal(answer.get('/items/0/rate'))} per 1 000 och år)? Vad beror på vilka som vistas i området utan att bo där?"
        )
    peak = hours_of(situation).get("/peak")
    if peak and peak["isSure"]:
        until = (peak["hour"] + peak["hours"]) % 24
        yield (
            f"Vad händer {WEEKDAYS[peak['weekday'] - 1]} klockan {peak['hour']:02d}–{until:02d}, då "
            f"{decimal(peak['share'])} procent av veckans brott sker (jämnt fördelat vore {decimal(peak['even'])})? Vem är på plats då?"
        )
    yield from _survey(situation)


def _of_group(group: Judged) -> str:
    before, now = group.answer.get("/items/0/baselineCount"), group.answer.get("/items/0/count")
    way, change = ("ökat", "ökningen") if group.verdict == "higher" else ("minskat", "minskningen")
    return (
        f"{group.name} har {way} från {whole(before)} till {whole(now)}, och {change} är säkerställd. Vilka platser, tider och "
        "tillvägagångssätt står för ändringen, och har något ändrats i hur brotten anmäls eller räknas?"
    )


def _unusual(situation: Situation) -> Iterator[str]:
    found = unusual_months(situation)
    if found:
        yield f"Vad hände i {listed([month_name(month) for month, _ in found])}, då antalet var ovanligt?"


def _survey(situation: Situation) -> Iterator[str]:
    for row, _ in _gaps(situation):
        more, less = ("kvinnor", "män") if row["gapVerdict"] == "higher" else ("män", "kvinnor")
        yield f"Varför svarar fler {more} än {less} ”{row['question']}” (skillnad {decimal(abs(row['womenMenGap']))} procentenheter)?"


def _gaps(situation: Situation) -> list[tuple[Mapping[str, Any], Cell]]:
    """Give the answers to the survey that surely differ between women and men, each with the difference."""
    answer = survey_of(situation)
    return [
        (row, figure(answer, f"/items/{at}/womenMenGap", Kind.RATE))
        for at, row in enumerate(answer.rows)
        if row["gapVerdict"] in ("higher", "lower")
    ]
