"""What is kept of a victim: where the victim lives, and which side of 65 years. Never the age itself.

An age beside a basområde and a crime can point at a person; the questions that are asked need only know who is 65 or more.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trygghetskarta.domain.events import OLDER, VICTIM_AGE, YOUNGER, WarningCode
from trygghetskarta.ingest.checks import Checker, mapped, to_bools

_LINE = 65
_MOST = 125
_YEARS = r"(?:\s*år)?"
_AGE = re.compile(rf"([0-9]{{1,3}}){_YEARS}", re.ASCII)
_RANGE = re.compile(rf"([0-9]{{1,3}})\s*[-–−]\s*([0-9]{{1,3}}){_YEARS}", re.ASCII)
_FROM = re.compile(rf"([0-9]{{1,3}}){_YEARS}\s*(?:\+|-|–|(?:och|eller)\s+äldre)", re.ASCII)
_UNDER = re.compile(rf"(?:<|under)\s*([0-9]{{1,3}}){_YEARS}", re.ASCII)


def age_group(text: str) -> str | None:
    """Give which side of 65 years an age is on.

    Args:
        text: An age or a span of ages as sources write them: 72, 65-74, 65+, 80 år och äldre, under 18.

    Returns:
        `OLDER` or `YOUNGER`; None for a text that is no age, or that may be either.
    """
    ages = _ends(text.strip().casefold())
    if ages is None or max(ages) > _MOST or ages[0] > ages[1]:
        return None
    return OLDER if ages[0] >= _LINE else YOUNGER if ages[1] < _LINE else None


def _ends(text: str) -> tuple[int, int] | None:
    """Give the lowest and highest age that a text may mean."""
    if found := _AGE.fullmatch(text):
        return int(found[1]), int(found[1])
    if found := _RANGE.fullmatch(text):
        return int(found[1]), int(found[2])
    if found := _FROM.fullmatch(text):
        return int(found[1]), _MOST
    if found := _UNDER.fullmatch(text):
        return 0, int(found[1]) - 1
    return None


def reduced(checker: Checker, fact: str, values: pa.StringArray) -> pa.StringArray:
    """Keep of a further fact what may be kept of it.

    Args:
        checker: Told of the rows whose age could not be read.
        fact: The fact's name.
        values: Its texts, (rows,).

    Returns:
        The texts to store; of a victim's age only the side of 65 years, empty where it tells neither.
    """
    if fact != VICTIM_AGE:
        return values
    kept = mapped(values, lambda text: age_group(text) or "")
    unread = to_bools(pc.equal(kept, "")) & ~to_bools(pc.equal(pc.utf8_trim_whitespace(values), ""))
    checker.warn(
        WarningCode.UNREAD_AGE,
        np.asarray(unread),
        "{} har en ålder på målsäganden som inte säger om den är 65 år eller äldre; åldern är inte sparad.",
        "{} have an age of the victim that does not tell whether it is 65 or more; the age was not stored.",
    )
    return kept
