"""What the whole report comes to, in a few sentences chosen by what the tests say."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from trygghetskarta.domain.periods import Month
from trygghetskarta.domain.sources import CONTRACTS
from trygghetskarta.reports.cells import figure, grade_of
from trygghetskarta.reports.chapters.comparing import against_the_city
from trygghetskarta.reports.chapters.consequences import VIOLENCE, survey_of
from trygghetskarta.reports.chapters.crime import CRIME, doubtful_groups, judged_groups, moved_of, older_of, series_of
from trygghetskarta.reports.chapters.other import followed
from trygghetskarta.reports.document import Chapter, Kind, Notice, Paragraph
from trygghetskarta.reports.situation import Situation
from trygghetskarta.serialize.swedish import how_many, listed, month_name, span_name, whole

_EFFECTS = {
    "lower": "har haft effekt: minskningen är säkerställd",
    "higher": "har inte minskat brotten: de ökade mer än i jämförelseområdet",
    "cannotTell": "kan ha haft effekt eller inte: det kan inte avgöras",
    "tooSmallToTell": "har för få händelser för att effekten ska kunna avgöras",
}


def summary(situation: Situation) -> Chapter:
    """Say in short what the report comes to, and what a reader must mind."""
    notices = tuple(Notice(text) for text in minding(situation))
    return Chapter("Sammanfattning", (*notices, *_told(situation), *_followed(situation)))


def _told(situation: Situation) -> Iterator[Paragraph]:
    whole_area = situation.compared(CRIME, situation.recent)
    if whole_area.refusal:
        yield Paragraph(whole_area.refusal, whole_area.query.address)
        return
    # The first two sentences tell the level and the change with how sure it is; what follows is told in its own chapter.
    yield Paragraph(" ".join(whole_area.sentences[:2]), whole_area.query.address)
    yield from _groups(situation)
    yield from _harm(situation)
    if situation.site is None:
        yield from _city(situation)
    yield from _unusual(situation)
    yield from _violence(situation)
    if situation.site is None:
        yield from _survey(situation)


def _groups(situation: Situation) -> Iterator[Paragraph]:
    groups = judged_groups(situation)
    if not groups:
        return
    for verdict, change in (("higher", "ökningar"), ("lower", "minskningar")):
        changed = [group for group in groups if group.is_changed and group.verdict == verdict]
        if changed:
            counts = [tuple(figure(group.answer, f"/items/0/{column}") for column in ("baselineCount", "count")) for group in changed]
            named = listed(
                [f"{group.name.lower()} (från {then.text} till {now.text})" for group, (then, now) in zip(changed, counts, strict=True)]
            )
            yield Paragraph(
                f"Säkerställda {change} jämfört med {span_name(situation.baseline)}: {named}.",
                changed[0].answer.query.address,
                tuple(chain.from_iterable(counts)),
            )
    tested = [group for group in groups if not group.doubtful]
    unsure = sum(group.verdict == "cannotTell" for group in tested)
    if tested and unsure == len(tested):
        of = f"inget av de {whole(unsure)} ämnen som går att pröva kan det" if unsure > 1 else f"{tested[0].name.lower()} kan det inte"
        yield Paragraph(f"För {of} avgöras om något har ändrats sedan {span_name(situation.baseline)}.")
    elif unsure:
        yield Paragraph(f"För {how_many(unsure, ('annat ämne', 'andra ämnen'))} kan det inte avgöras om något har ändrats.")


def _harm(situation: Situation) -> Iterator[Paragraph]:
    """Tell how harm changed and how sure that is, which stands first in what is said beyond the counts."""
    found, _ = moved_of(situation)
    if found.get("/whole/harmDifference") is not None:
        told = [sentence for sentence in found.sentences if "llvarligheten" in sentence]
        yield Paragraph(" ".join(told[1:3]), found.query.address)


def _city(situation: Situation) -> Iterator[Paragraph]:
    if situation.is_city:
        return
    answer = against_the_city(situation)
    verdict, rate = answer.get("/items/0/verdict"), figure(answer, "/items/0/rate", Kind.RATE)
    if rate.value is None:
        return
    level = f"{situation.area.name} har {rate.text} anmälda brott per 1 000 invånare och år"
    ending = {
        "higher": "säkerställt högre än i resten av staden",
        "lower": "säkerställt lägre än i resten av staden",
        "cannotTell": "om det skiljer sig från resten av staden kan inte avgöras",
    }.get(verdict or "")
    said = f"{level}; {'det är ' if verdict != 'cannotTell' else ''}{ending}." if ending else f"{level}."
    yield Paragraph(said, answer.query.address, (rate,))


def unusual_months(situation: Situation) -> list[tuple[Month, bool]]:
    """Give the months of the span whose counts are unusual, and whether each is unusually high."""
    values = series_of(situation).get("/series/0/values") or []
    found = [(Month.parse(value["from"]), value.get("unusual")) for value in values]
    return [(month, told == "higher") for month, told in found if told in ("higher", "lower") and situation.recent.holds(month)]


def _unusual(situation: Situation) -> Iterator[Paragraph]:
    found = unusual_months(situation)
    for high, word in ((True, "Ovanligt många"), (False, "Ovanligt få")):
        months = [month_name(month) for month, is_high in found if is_high is high]
        if months:
            yield Paragraph(f"{word} brott anmäldes i {listed(months)}.", series_of(situation).query.address)


def _violence(situation: Situation) -> Iterator[Paragraph]:
    for source in VIOLENCE[:2]:
        answer = situation.counted(source, situation.last_year)
        count, before = (figure(answer, f"{answer.at}/{column}") for column in ("count", "baselineCount"))
        if count.value == 0:
            yield Paragraph(f"Inga {CONTRACTS[source].noun[1]} på tolv månader.", answer.query.address)
        elif isinstance(count.value, int):
            earlier = f"; tolv månader tidigare var det {before.text}" if before.value is not None else ""
            said = f"{how_many(count.value, CONTRACTS[source].noun)} på tolv månader{earlier}."
            yield Paragraph(said, answer.query.address, (count, before))


def _survey(situation: Situation) -> Iterator[Paragraph]:
    answer = survey_of(situation)
    for at, row in enumerate(answer.rows):
        if row["verdict"] in ("higher", "lower"):
            way, share = "högre" if row["verdict"] == "higher" else "lägre", figure(answer, f"/items/{at}/value", Kind.RATE)
            said = f"Andelen som svarar ”{row['question']}” är {share.text} procent {row['year']}, {grade_of(row)} {way} än {row['baselineYear']}."
            yield Paragraph(said, answer.query.address, (share,))


def _followed(situation: Situation) -> Iterator[Paragraph]:
    for measure in followed(situation):
        ending = _EFFECTS.get(measure.effect.get("/verdict") or "")
        if ending:
            yield Paragraph(f"Åtgärden ”{measure.told['name']}” {ending}.", measure.effect.query.address)


def minding(situation: Situation) -> list[str]:
    """Say what a reader must mind: figures that are protected or not final, and months that were not delivered."""
    answer = situation.compared(CRIME, situation.recent)
    said = []
    if answer.get("/protection") is not None:
        said.append(
            "Antalen är skyddade värden: varje antal är ändrat lite på måfå, så att små antal inte pekar ut någon. Delar går därför inte alltid ihop "
            "med sin summa. Det som står som ”skyddat” är för detaljerat för alla att se, eller del av något som visar för lite för att delas upp. "
            "Det är inte noll."
        )
    elif answer.get("/ledger/withheld"):
        said.append("Siffrorna om anmälda brott är skyddade i den här rapporten och står som ”skyddat”.")
    for coverage in answer.get("/coverage") or []:
        missing = [Month.parse(month) for month in coverage["missing"] if situation.recent.holds(Month.parse(month))]
        if missing:
            said.append(f"Anmälda brott saknas för {_months(missing)}.")
        open_months = [Month.parse(month) for month in coverage["provisional"] if situation.recent.holds(Month.parse(month))]
        if open_months:
            said.append(f"Siffrorna om anmälda brott är preliminära för {_months(open_months)} och kan ändras.")
    if doubtful_groups(situation):
        without = older_of(situation).get("/lens/monthsWithoutPlaceless")
        named = "en av perioderna" if not without else how_many(without, ("månad", "månader"))
        said.append(
            f"Bedrägerier utan plats saknas troligen i leveransen för {named}. Antalet bedrägerier och brott mot äldre i staden går därför inte att "
            f"jämföra med {span_name(situation.baseline)}, och alla anmälda brott är fler än siffrorna visar."
        )
    return said


def _months(months: list[Month]) -> str:
    if len(months) > 2 and months[-1].number - months[0].number == len(months) - 1:
        return f"{month_name(months[0])}–{month_name(months[-1])}"
    return listed([month_name(month) for month in months])
