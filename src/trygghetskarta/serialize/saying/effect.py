"""Swedish sentences about the effect of a measure and its goals: what changed, how sure it is, and what to mind."""

from __future__ import annotations

import math

from trygghetskarta.analysis.effect import Effect, GoalFinding
from trygghetskarta.domain.answers import PublishedAnswer
from trygghetskarta.domain.counts import Question
from trygghetskarta.domain.measures import Direction, EffectCounts, EffectVerdict, Goal, GoalUnit, GoalVerdict, Role, Weighting
from trygghetskarta.domain.periods import Span
from trygghetskarta.domain.recodings import recodings_between
from trygghetskarta.domain.sources import CONTRACTS, SourceId
from trygghetskarta.serialize.swedish import begun, day_name, decimal, how_many, listed, month_name, span_name, whole

_SURE = 0.05
_MOST_NAMES = 3
_ANY = ("händelse", "händelser")
_SIDE = {True: "färre", False: "fler"}


def effect_sentences(answer: PublishedAnswer[EffectCounts], found: Effect) -> list[str]:
    """Say what an effect says.

    Args:
        answer: What was asked and released.
        found: What was found.

    Returns:
        Whole sentences: the change, the verdict, the other ways to look at it, and what to mind.
    """
    question = answer.question
    said = [_level(answer, found), _verdict(found), _ratio(found), _displacement(found), _harm(found), _placebo(found)]
    said += _cautions(found)
    said += [_without_point(found), _estimated(answer), _provisional(answer), *_recoded(question, found)]
    return [sentence for sentence in said if sentence]


def _estimated(answer: PublishedAnswer[EffectCounts]) -> str:
    held = answer.content
    if not held.estimated:
        return ""
    are = "är fördelad" if held.estimated == 1 else "är fördelade"
    return (
        f"{whole(held.estimated)} av {how_many(int(held.counts.sum()), _ANY)} i åtgärdens områden, före och efter, {are} efter andelar av marken ur "
        f"områden som är delade i indelningen från {day_name(answer.provenance.edition)}; det är en skattning."
    )


def goal_sentence(goal: Goal, found: GoalFinding | None) -> str:
    """Say what became of a goal.

    Args:
        goal: The goal.
        found: What was found; None where it is hidden from whoever asks.

    Returns:
        One or two sentences.
    """
    name = f"Målet ”{goal.aim}”"
    if found is None:
        return f"{name}: siffrorna är skyddade."
    late = " Målet sattes först när uppföljningen hade börjat." if found.counts.late else ""
    return f"{_goal(name, found)}{late}"


def _goal(name: str, found: GoalFinding) -> str:
    held, goal = found.counts, found.counts.goal
    changed = f"{_noun(goal.sources)[1]} {_changed(held.baseline, held.follow_up, held.delivered)}{_came(found)}"
    match found.verdict:
        case GoalVerdict.REACHED:
            return f"{name} är nått: {changed}, mer än slumpen kan förklara."
        case GoalVerdict.WORSE:
            return f"{name} är inte nått, utan det har blivit sämre: {changed}, mer än slumpen kan förklara."
        case GoalVerdict.NOT_SHOWN:
            return f"Att {name[0].lower()}{name[1:]} är nått har inte visats: {changed}. {_wanted(goal)}"
        case GoalVerdict.TOO_SMALL_TO_TELL:
            return f"Om {name[0].lower()}{name[1:]} är nått kan inte avgöras: {changed}, men händelserna är för få. {_least(found)}"
        case GoalVerdict.NOT_APPLICABLE:
            return f"{name} kan inte bedömas: utgångsläget har inga händelser eller är inte levererat."
        case _ if held.today < goal.judged_on:
            return f"{name} bedöms tidigast den {day_name(goal.judged_on)}."
        case _:
            return f"{name} kan inte bedömas än: alla månader till och med {month_name(goal.follow_up.last)} är inte levererade."


def _came(found: GoalFinding) -> str:
    ratio = found.change.ratio
    if math.isnan(ratio) or ratio == 1:
        return ""
    return f" ({decimal(abs(100 * (ratio - 1)))} procent {'färre' if ratio < 1 else 'fler'} per månad)"


def _wanted(goal: Goal) -> str:
    word = "minska" if goal.direction is Direction.DECREASE else "öka"
    amount = f"{_figure(goal.change)} procent" if goal.unit is GoalUnit.PERCENT else f"{_figure(goal.change)} händelser"
    return f"Målet är att de ska {word} med {amount}, och mer än av en slump."


def _least(found: GoalFinding) -> str:
    word = "minskning" if found.counts.goal.direction is Direction.DECREASE else "ökning"
    if math.isnan(found.smallest):
        return f"Ingen {word} alls hade kunnat ses."
    return f"En {word} på under {_figure(math.ceil(abs(100 * (found.smallest - 1))))} procent hade inte kunnat ses."


def _noun(sources: tuple[SourceId, ...]) -> tuple[str, str]:
    return CONTRACTS[sources[0]].noun if len(sources) == 1 else _ANY


def _figure(value: float) -> str:
    return whole(int(value)) if value == int(value) else decimal(value)


def _changed(before: int, after: int, months: tuple[int, int], them: str = "") -> str:
    """Say how a count changed; `them` stands for what is counted where it was named before."""
    de = f" {them}" if them else ""
    if months[0] != months[1]:
        lengths = [how_many(length, ("månad", "månader")) for length in months]
        return f"var{de} {whole(before)} under {lengths[0]} och {whole(after)} under {lengths[1]}"
    if before == after:
        return f"var{de} lika många ({whole(before)})"
    return f"{'minskade' if after < before else 'ökade'}{de} från {whole(before)} till {whole(after)}"


def _the(role: Role) -> str:
    return {
        Role.TARGET: "målområdet",
        Role.CONTROL: "jämförelseområdet",
        Role.DISPLACEMENT: "spridningsområdet",
        Role.DISPLACEMENT_CONTROL: "spridningsområdets jämförelse",
    }[role]


def _where(found: Effect, role: Role) -> str:
    names = found.counts.names[found.counts.roles.index(role)]
    if not names:
        return f"{_the(role)} (en yta på kartan)"
    return f"{_the(role)} {listed(list(names))}" if len(names) <= _MOST_NAMES else f"{_the(role)} ({len(names)} områden)"


def _counts(found: Effect, role: Role) -> tuple[int, int]:
    before, after = found.counts.counts[found.counts.roles.index(role)]
    return int(before), int(after)


def _level(answer: PublishedAnswer[EffectCounts], found: Effect) -> str:
    held = found.counts
    noun = _counted(answer)
    when = f"mellan {span_name(held.before)} och {span_name(held.after)}"
    said = f"{begun(noun)} i {_where(found, Role.TARGET)} {_changed(*_counts(found, Role.TARGET), held.delivered)} {when}"
    if Role.CONTROL not in held.roles:
        return f"{said}."
    return f"{said}; i {_where(found, Role.CONTROL)} {_changed(*_counts(found, Role.CONTROL), held.delivered, 'de')}."


def _counted(answer: PublishedAnswer[EffectCounts]) -> str:
    """Name what is counted: the source's own noun, and the categories where some were asked for."""
    sources = answer.question.sources
    noun = _noun(sources)[1]
    kinds = [name for _, names in answer.provenance.counted for name in names]
    if kinds:
        return f"{noun} ({', '.join(kinds[:_MOST_NAMES])}{' med flera' if len(kinds) > _MOST_NAMES else ''})"
    return noun if noun != _ANY[1] else f"{noun} ({', '.join(CONTRACTS[source].name for source in sources)})"


def _verdict(found: Effect) -> str:
    if found.count is None:
        return "Inget jämförelseområde är anmält, så det går inte att säga om förändringen beror på åtgärden."
    part = found.count.local
    match found.verdict:
        case EffectVerdict.LOWER | EffectVerdict.HIGHER:
            fewer = found.verdict is EffectVerdict.LOWER
            ends = sorted(abs(end) for end in (part.low, part.high))
            side, word = _SIDE[fewer], "minskningen" if fewer else "ökningen"
            return (
                f"Det är {_near(part.estimate)} {side} än utvecklingen i jämförelseområdet ger skäl att vänta (mellan {_near(ends[0])} och "
                f"{_near(ends[1])} {side}); {word} är större än slumpen kan förklara."
            )
        case EffectVerdict.CANNOT_TELL:
            return f"Det är {_apart(part.estimate)}, men det kan bero på slumpen: om åtgärden har haft effekt kan inte avgöras. {_smallest(found)}"
        case EffectVerdict.TOO_SMALL_TO_TELL:
            return f"Det är för få händelser för att avgöra om åtgärden har haft effekt. {_smallest(found)}"
        case EffectVerdict.NOT_APPLICABLE:
            return "Det finns inga händelser att jämföra, så om åtgärden har haft effekt kan inte avgöras."


def _apart(estimate: float) -> str:
    if round(abs(estimate)) == 0:
        return "lika många som utvecklingen i jämförelseområdet ger skäl att vänta"
    return f"{_near(estimate)} {_SIDE[estimate < 0]} än utvecklingen i jämförelseområdet ger skäl att vänta"


def _near(value: float) -> str:
    return whole(round(abs(value)))


def _smallest(found: Effect) -> str:
    share = found.smallest_share
    if math.isnan(share):
        return "Inte ens om alla händelser hade upphört hade det kunnat ses säkert."
    return f"En minskning på under {whole(math.ceil(100 * share))} procent hade inte kunnat ses."


def _ratio(found: Effect) -> str:
    ratio = found.ratio
    if ratio is None or math.isnan(ratio.estimate):
        return ""
    said = f"Jämfört med jämförelseområdet är nivån {_by(ratio.estimate)} (med 95 procents säkerhet mellan {_by(ratio.low)} och {_by(ratio.high)})."
    if ratio.adjusted:
        said += " Ett antal är noll, så en halv händelse är lagd till vart och ett."
    if found.verdicts["ratio"] is not found.verdict and EffectVerdict.LOWER in (found.verdicts["ratio"], found.verdict):
        said += " Skillnaden i antal och kvoten säger inte samma sak, så slutsatsen är osäker."
    return said


def _by(ratio: float) -> str:
    percent = 100 * (ratio - 1)
    if round(abs(percent)) == 0:
        return "oförändrad"
    return f"{whole(round(abs(percent)))} procent {'lägre' if percent < 0 else 'högre'}"


def _displacement(found: Effect) -> str:
    if found.count is None or found.count.displacement is None:
        return ""
    verdict = found.verdicts["displacement"]
    if verdict is EffectVerdict.LOWER:
        said = "I spridningsområdet blev det färre än väntat, vilket tyder på att nyttan har spridit sig."
    elif verdict is EffectVerdict.HIGHER:
        said = "I spridningsområdet blev det fler än väntat, vilket tyder på att händelser har flyttat dit."
    else:
        said = "Om händelser har flyttat till spridningsområdet kan inte avgöras."
    total = found.count.total
    if found.verdicts["total"] in (EffectVerdict.LOWER, EffectVerdict.HIGHER):
        ends = sorted(abs(end) for end in (total.low, total.high))
        side = _SIDE[total.estimate < 0]
        said += f" Tillsammans är det {_near(total.estimate)} {side} än väntat (mellan {_near(ends[0])} och {_near(ends[1])} {side})."
    if Role.DISPLACEMENT_CONTROL not in found.counts.roles:
        said += " Spridningsområdet har ingen egen jämförelse: det antas annars ha varit oförändrat."
    return said


def _harm(found: Effect) -> str:
    if found.harm is None:
        return ""
    match found.verdicts["harmLocal"]:
        case EffectVerdict.LOWER:
            said = "Räknat efter hur allvarliga brotten är minskade det också, mer än slumpen kan förklara."
            if found.verdict is not EffectVerdict.LOWER:
                said = said.replace(" också", "")
        case EffectVerdict.HIGHER:
            said = "Räknat efter hur allvarliga brotten är ökade det, mer än slumpen kan förklara."
        case EffectVerdict.NOT_APPLICABLE:
            return ""
        case _:
            said = "Räknat efter hur allvarliga brotten är kan ändringen inte skiljas från slumpen."
    if found.counts.unweighted:
        said += f" {how_many(found.counts.unweighted, ('händelse', 'händelser')).capitalize()} har ingen vikt och är inte med där."
    return said


def _placebo(found: Effect) -> str:
    place = found.placebo
    if place is None:
        return ""
    as_far = round(place.p * place.of) - 1
    some = whole(as_far) if as_far else "inget"
    size = len(found.counts.measure.told.sites[Role.TARGET].codes)
    if size > 1:
        some = whole(as_far) if as_far else "ingen"
        return (
            f"Av {whole(place.of - 1)} lottade grupper om {size} områden utan åtgärd, jämförbara i storlek, hade {some} en minst lika stor "
            "förändring åt något håll."
        )
    return f"Av {whole(place.of - 1)} jämförbara områden utan åtgärd hade {some} en minst lika stor förändring åt något håll."


def _cautions(found: Effect) -> list[str]:
    held = found.counts
    late = [role for role in held.measure.declared_after if role in held.roles]
    said = []
    if late:
        names = listed([_the(role) for role in late])
        said.append(f"{begun(names)} anmäldes efter att åtgärden hade börjat; områden som väljs i efterhand kan ha valts efter utfallet.")
    if found.weighting is Weighting.BEFORE and found.weight != 1:
        said.append(f"Jämförelseområdet är inte lika stort som målområdet; dess antal är delade med {decimal(found.weight, 2)}.")
    if found.weighting is Weighting.AREA:
        said.append("Antalen är räknade per yta, i målområdets storlek.")
    if found.dispersion > 1:
        said.append(
            f"Månaderna före starten varierar {decimal(found.dispersion)} gånger så mycket som av en slump; intervallen är breddade."
        )
    if not math.isnan(found.trend[1]) and found.trend[1] < _SURE:
        way = "minskade" if found.trend[0] < 0 else "ökade"
        said.append(f"Redan före starten {way} det i målområdet jämfört med jämförelseområdet; skillnaden kan ha börjat innan åtgärden.")
    if _other_season(held.before, held.after):
        said.append("Perioderna är inte samma delar av året; jämförelsen rättar för det bara om områdena har samma årstider.")
    return said


def _other_season(before: Span, after: Span) -> bool:
    seasons = [sorted(month.of_year for month in span) for span in (before, after)]
    shares = [{month: of_year.count(month) / len(of_year) for month in of_year} for of_year in seasons]
    return shares[0] != shares[1]


def _without_point(found: Effect) -> str:
    count = int(found.counts.without_point.sum())
    if not count:
        return ""
    is_one = count == 1
    return (
        f"{how_many(count, ('händelse', 'händelser')).capitalize()} i områdena omkring saknar punkt och kan ligga i ytorna; "
        f"{'den' if is_one else 'de'} är inte med."
    )


def _provisional(answer: PublishedAnswer[EffectCounts]) -> str:
    months = sorted({month for coverage in answer.coverage for month in coverage.provisional})
    if not months:
        return ""
    return f"Siffrorna för {month_name(months[0]) if len(months) == 1 else f'{len(months)} månader'} efter starten är preliminära."


def _recoded(question: Question, found: Effect) -> list[str]:
    spans = [found.counts.after, found.counts.before]
    return [f"Mellan perioderna ändrades vad som räknas. {recoding.what}" for recoding in recodings_between(question, spans)]
