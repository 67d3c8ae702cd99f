"""What may point at a person by its form: personal identity numbers, phone numbers and e-mail addresses, found in bytes and hidden.

They are looked for in UTF-8 and in Windows-1252 at once: a dash or a blank of the one is never part of a letter of the other that follows a digit.
"""

from __future__ import annotations

import re

_PARTS = {
    # As UTF-8, as Windows-1252, and as JSON may write them.
    "<blank>": r"(?:[ ]|\xc2?\xa0|\xe2\x80[\x80-\x8b\xaf]|\\u00[aA]0|\\u20(?:0[0-9aAbB]|2[fF]))",
    "<dash>": r"(?:-|\xe2\x80[\x90-\x95]|\xe2\x88\x92|[\x96\x97]|\\u201[0-5]|\\u2212)",
    "<mark>": r"(?:<blank>|<dash>)",
    "<between>": r"(?:<blank>?<dash><blank>?|<blank>)?",
    # Not in the middle of a number, nor the decimals of a coordinate.
    "<begin>": r"(?<![0-9])(?<![0-9][.])",
    "<end>": r"(?![0-9])",
    "<abroad>": r"(?:\+|00)46(?:<mark>|[.])?(?:\(0\))?<mark>?",
    # 020 and 077 are services, the police's 114 14 among them.
    "<area>": r"(?!020|077)0[1-9][0-9]{0,2}",
}


def _pattern(written: str) -> re.Pattern[bytes]:
    """Read a pattern of several lines, in which the parts above stand by their names."""
    while any(part in written for part in _PARTS):
        for part, meaning in _PARTS.items():
            written = written.replace(part, meaning)
    return re.compile(written.encode("ascii"), re.VERBOSE)


_IDENTITY_NUMBER = _pattern(r"""
    <begin> (?P<century>19|20)? (?P<year>[0-9]{2})
    (?: (?P<month>[0-9]{2}) (?P<day>[0-9]{2}) | <dash> (?P<dated_month>[0-9]{2}) <dash> (?P<dated_day>[0-9]{2}) )
    (?: <blank>? (?:[+]|<dash>) <blank>? | (?P<apart><blank>) )? (?P<number>[0-9]{4}) <end>
""")
_MOBILE_NUMBER = _pattern(r"""
    <begin> (?: <abroad> 7 <blank>? [02369] | \(07[02369]\) | 07 <blank>? [02369] )
    (?: (?:<between>|/) [0-9] (?: <mark>? [0-9] ){6} | [.] [0-9] (?: [.]? [0-9] ){6} ) <end>
""")
# 01-31 2026 is two days and a year.
_PHONE_NUMBER = _pattern(r"""
    <begin> (?<!-)(?<!\xe2\x80[\x90-\x95])(?<![\x96\x97])
    (?: <abroad> (?!20|77) [1-9] [0-9]? (?: (?:<mark>|[./])? [0-9] ){6,8}
      | (?! 0[0-9] <dash> [0-9]{2} <blank> (?:19|20)[0-9]{2} <end> ) <area> <blank>? <dash> <blank>? [0-9] (?: <blank>? [0-9] ){4,7}
      | \( <area> \) <between> [0-9] (?: <mark>? [0-9] ){4,7}
      | <area> / [0-9]{3} <blank> [0-9] (?: <blank>? [0-9] ){1,4}
      | <area> [.] [0-9]{3} [.] [0-9]{2,3} [.] [0-9]{2,3}
    ) <end>
""")
# An address is found by its @: looked for from its beginning, a text of ten million letters would be gone through ten million times.
_AT = re.compile(rb"(?<=[^\s@;,\"<>()])@(?=[^\s@;,\"<>()])")
_BEFORE_AT = re.compile(rb"[^\s@;,\"<>()]+\Z")
_AFTER_AT = re.compile(rb"[^\s@;,\"<>()]+\.[A-Za-z]{2,}")
_LONGEST_NAME, _LONGEST_DOMAIN = 64, 255
_CLOCK = re.compile(rb"(?:[01][0-9]|2[0-3])[0-5][0-9]")
_TELLING = re.compile(rb"[0-9]{2}|@")


def hidden(text: bytes) -> bytes:
    """Put stars in the place of what may point at a person.

    Args:
        text: Any bytes in an encoding that holds ASCII.

    Returns:
        The same number of bytes.
    """
    if not _TELLING.search(text):
        return text
    text = _IDENTITY_NUMBER.sub(lambda found: _stars(found) if _is_identity_number(found) else found[0], text)
    text = _PHONE_NUMBER.sub(_stars, _MOBILE_NUMBER.sub(_stars, text))
    for found in _AT.finditer(text):
        at = found.start()
        before = _BEFORE_AT.search(text, max(0, at - _LONGEST_NAME), at)
        after = _AFTER_AT.match(text, at + 1, at + 1 + _LONGEST_DOMAIN)
        if before and after:
            text = text[: before.start()] + b"*" * (after.end() - before.start()) + text[after.end() :]
    return text


def hidden_text(text: str) -> str:
    """Do the same to a text; stars stand for bytes, so there may be more of them than there were letters."""
    raw = text.encode(errors="surrogatepass")
    found = hidden(raw)
    return text if found == raw else found.decode(errors="surrogatepass")


def _stars(found: re.Match[bytes]) -> bytes:
    return b"*" * len(found[0])


def _is_identity_number(found: re.Match[bytes]) -> bool:
    """Tell a personal identity number (or a coordination number) from any ten digits: its date and its check digit.

    A day of this century with dashes, a blank and then a clock time is a time: 2025-10-01 1030.
    """
    month, day = found["month"] or found["dated_month"], found["day"] or found["dated_day"]
    if not (1 <= int(month) <= 12 and (1 <= int(day) <= 31 or 61 <= int(day) <= 91)):
        return False
    if found["dated_month"] and found["apart"] and found["century"] != b"19" and _CLOCK.fullmatch(found["number"]):
        return False
    total = 0
    for place, digit in enumerate(found["year"] + month + day + found["number"]):
        doubled = (digit - ord("0")) * (2 if place % 2 == 0 else 1)
        total += doubled // 10 + doubled % 10
    return total % 10 == 0
