"""Answers of every kind say how much of them is dealt by share."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tests.unit.answers import comparison
from tests.unit.measures import counted
from trygghetskarta.analysis.effect import effect
from trygghetskarta.analysis.patterns import find_concentration, find_pattern_change
from trygghetskarta.disclosure.release import release
from trygghetskarta.domain.audience import Audience
from trygghetskarta.serialize.measures import methods
from trygghetskarta.serialize.saying.effect import effect_sentences
from trygghetskarta.serialize.space import concentration_figures, pattern_figures

ANALYST, PUBLIC = Audience.STAFF, Audience.PUBLIC


def test_an_effect_says_how_many_of_the_events_are_dealt_by_share() -> None:
    answer = counted([[100, 60], [90, 95]])
    dealt = replace(answer, content=replace(answer.content, estimated=12))
    said = [sentence for sentence in effect_sentences(dealt, effect(dealt)) if "andelar" in sentence]
    assert said == [
        "12 av 345 händelser i åtgärdens områden, före och efter, är fördelade efter andelar av marken ur områden som är delade i indelningen från "
        "1 januari 2023; det är en skattning."
    ]
    assert "land-share" in methods(effect(dealt))
    assert not [sentence for sentence in effect_sentences(answer, effect(answer)) if "andelar" in sentence]
    assert "land-share" not in methods(effect(answer))


def test_patterns_and_concentration_say_how_many_of_the_events_are_dealt_by_share() -> None:
    exact = replace(comparison([[12, 8], [30, 9]]), estimated=np.array([[5, 8], [0, 0]]))
    published = release(exact, ANALYST)
    changed = pattern_figures(published, find_pattern_change(published), {})
    assert [row["estimated"] for row in changed.rows] == [5, 0]
    assert sum("efter andelar av marken" in sentence for sentence in changed.sentences) == 2
    assert "land-share" in changed.methods
    alone = release(replace(comparison([[12], [30]], baseline=None), estimated=np.array([[5], [0]])), ANALYST)
    found = concentration_figures(alone, find_concentration(alone), {})
    assert [row["estimated"] for row in found.rows] == [5, 0]
    assert any(sentence.startswith("5 av 42 händelser (11,9 procent) är fördelade") for sentence in found.sentences)
    hidden = release(exact, PUBLIC)
    unseen = pattern_figures(hidden, find_pattern_change(hidden), {})
    assert [row["estimated"] for row in unseen.rows] == [None, None]
    assert not any("andelar av marken" in sentence for sentence in unseen.sentences)
