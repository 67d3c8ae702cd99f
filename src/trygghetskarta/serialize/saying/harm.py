"""Swedish sentences about harm: how it changed, how sure that is, and what moved it."""

from __future__ import annotations

import numpy as np

from trygghetskarta.analysis.decomposition import Decomposition
from trygghetskarta.analysis.harm import HarmChange, find_change, find_harm
from trygghetskarta.domain.counts import Published, Status
from trygghetskarta.domain.periods import Span
from trygghetskarta.domain.sources import CONTRACTS
from trygghetskarta.serialize.swedish import decimal, span_name

_TOLD = 0.05
"""Least share, in percent of all, that is worth a word."""


def harm_sentences(published: Published) -> list[str]:
    """Say how serious what happened is, how that changed, and what to mind.

    Args:
        published: The answer to a comparison.

    Returns:
        Whole sentences; none where no weights are in force.
    """
    if find_harm(published) is None:
        return []
    change, baseline = find_change(published), published.question.baseline
    changed = _changed(published, change, baseline) if change is not None and baseline is not None else []
    said = [_level(published), *changed, _initiated(published), _unweighed(published)]
    return [sentence for sentence in said if sentence]


def moved_sentences(found: Decomposition) -> list[str]:
    """Say how harm per event changed, and the category that did the most to it.

    Args:
        found: The parts of a comparison, and what each did.

    Returns:
        Whole sentences.
    """
    if found.status is not Status.VALUE or found.moved is None or found.change is None:
        return []
    now, before = found.change.per_event
    if round(now, 1) == round(before, 1):
        return [f"Allvarligheten per brott är oförändrad, {decimal(now)} dagar."]
    moved = f"Allvarligheten per brott {_moved(now - before)} från {decimal(before)} till {decimal(now)} dagar"
    if not found.change.per_event_sure:
        return [f"{moved}; om den verkligen har ändrats kan inte avgöras, för slumpen kan ge en så stor skillnad."]
    return [f"{moved}{_cause(found, now - before)}. Ändringen är större än vad slumpen brukar ge."]


def _level(published: Published) -> str:
    question = published.question
    if published.harm is None or published.weighed is None or published.periods[0].span != question.span:
        return ""
    if (published.status[:, 0] != Status.VALUE.number).any():
        return ""
    if np.isnan(published.harm[:, 0]).any():
        return "Av skyddade värden räknas ingen allvarlighet fram."
    events = int(published.weighed.events[:, 0].sum())
    if not published.counts[:, 0].any():
        return ""  # where nothing happened there is nothing to weigh
    if not events:
        return "Inget av det som räknas har någon vikt, så allvarligheten kan inte anges."
    harm = float(published.harm[:, 0].sum())
    return f"Allvarligheten {span_name(question.span)} är {decimal(harm, 0)} dagar, {decimal(harm / events)} dagar per brott."


def _changed(published: Published, change: HarmChange, baseline: Span) -> list[str]:
    """Say how count and harm changed, side by side, and how sure the change of harm is."""
    count, harm = (now - before for now, before in (change.count, change.harm))
    number = f"Antalet {_noun(published)} {_by(count, change.count[1], 'oförändrat')}"
    joined = "och" if not count or not harm or (count > 0) == (harm > 0) else "men"
    sure = (
        "Ändringen av allvarligheten är större än vad slumpen brukar ge."
        if change.harm_sure
        else "Om allvarligheten verkligen har ändrats kan inte avgöras, för slumpen kan ge en så stor skillnad."
    )
    return [
        f"{number} {joined} allvarligheten {_by(harm, change.harm[1], 'oförändrad')} jämfört med {span_name(baseline)}.",
        sure if harm else "",
    ]


def _by(difference: float, before: float, unchanged: str) -> str:
    if not difference:
        return f"är {unchanged}"
    if not before:
        return _moved(difference)
    return f"{_moved(difference)} med {decimal(abs(100 * difference / before))} procent"


def _moved(difference: float) -> str:
    return "ökade" if difference > 0 else "minskade"


def _cause(found: Decomposition, change: float) -> str:
    """Name the category that did the most in the direction of the change, and whether by its share or by its own harm per event."""
    moved = found.moved
    if moved is None:
        return ""
    most = int(np.argmax(moved.contribution * np.sign(change)))
    part = found.parts[most]
    if part is None or moved.contribution[most] * change <= 0:
        return ""
    if abs(moved.mix[most]) >= abs(moved.level[most]):
        shares = found.events[most] / found.events.sum(axis=0)
        grew = "en större" if shares[0] > shares[1] else "en mindre"
        return f", mest på grund av att ”{part.name}” är {grew} del av brotten"
    heavier = "allvarligare" if moved.level[most] > 0 else "lindrigare"
    return f", mest på grund av att brotten i ”{part.name}” är {heavier} än förut"


def _initiated(published: Published) -> str:
    if published.harm is None or published.weighed is None:
        return ""
    harm, initiated = float(np.nansum(published.harm[:, 0])), float(published.weighed.initiated[:, 0].sum())
    share = 100 * initiated / harm if harm else 0.0
    if share < _TOLD:
        return ""
    found = f"Av allvarligheten är {decimal(share)} procent brott som mest upptäcks vid polisens och tullens egna kontroller"
    return f"{found}; den delen följer hur de arbetar."


def _unweighed(published: Published) -> str:
    if published.weighed is None:
        return ""
    counts, events = int(published.counts[:, 0].sum()), int(published.weighed.events[:, 0].sum())
    share = 100 * (counts - events) / counts if counts else 0.0
    if not events or share < _TOLD:
        return ""
    return f"{decimal(share)} procent av det som räknas har ingen vikt och är inte med i allvarligheten."


def _noun(published: Published) -> str:
    sources = published.question.sources
    return CONTRACTS[sources[0]].noun[1] if len(sources) == 1 else "händelser"
