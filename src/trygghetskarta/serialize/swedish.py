"""Numbers, plurals and months as a Swedish reader expects them."""

from __future__ import annotations

from datetime import date

from trygghetskarta.domain.periods import MONTHS, Month, Span

WEEKDAYS = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")
_LAST_LETTERS = str.maketrans({"å": "{", "ä": "|", "ö": "}"})
_THOUSANDS = "\u00a0"
_MINUS = "\u2212"


def whole(value: int) -> str:
    """Write a whole number: 12 345, with a no-break space and a real minus."""
    return f"{value:,}".replace(",", _THOUSANDS).replace("-", _MINUS)


def decimal(value: float, decimals: int = 1) -> str:
    """Write a decimal number: 1 234,5."""
    # Rounded first, so that what comes to zero loses its minus.
    return f"{round(value, decimals) + 0.0:,.{decimals}f}".replace(",", _THOUSANDS).replace(".", ",").replace("-", _MINUS)


def begun(words: str) -> str:
    """Give words as a sentence begins with them: the rest of them as they are."""
    return words[:1].upper() + words[1:]


def how_many(count: int, noun: tuple[str, str]) -> str:
    """Write a number with its noun: 1 skjutning, 2 skjutningar."""
    return f"{whole(count)} {noun[0] if count == 1 else noun[1]}"


def day_name(day: date) -> str:
    """Write a day: 1 juli 2018."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def month_name(month: Month) -> str:
    """Write a month: oktober 2025."""
    return month.swedish


def span_name(span: Span) -> str:
    """Write a span as short as it can be said: 2025, oktober 2025, januari–mars 2025, oktober 2024–mars 2025."""
    return span.swedish


def hours_of_week(first: int, hours: int) -> str:
    """Write some hours of the week, counted from Monday 00: lördag klockan 00–03."""
    return f"{WEEKDAYS[first // 24 % 7]} klockan {first % 24:02d}–{(first + hours) % 24:02d}"


def alphabetical(name: str) -> str:
    """Give the key that sorts names as a Swedish reader expects: å, ä and ö last."""
    return name.casefold().translate(_LAST_LETTERS)


def listed(words: list[str]) -> str:
    """Write a list: a, b och c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} och {words[-1]}"
