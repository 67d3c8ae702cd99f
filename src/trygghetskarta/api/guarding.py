"""Headers that tell a browser what it may do with an answer: every answer has them, also one that refuses."""

from __future__ import annotations

from trygghetskarta.settings import Settings

Headers = list[tuple[bytes, bytes]]

NOTHING = b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""The policy of what is not a page: whoever has a browser show it as one finds that it may fetch, run and be framed by nothing."""

ALWAYS: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"),
]
_YEAR_OF_HTTPS = (b"strict-transport-security", b"max-age=31536000")
_PUBLIC = b"public"


def always(settings: Settings) -> Headers:
    """Give what an installation says in every answer.

    Args:
        settings: What the installation chose. Where it is reached by https, browsers are told never to ask it in any other way; of other
            names under the same host nothing is said, because they may be other people's.

    Returns:
        Names and values.
    """
    https = settings.public_url is not None and settings.public_url.startswith("https:")
    return [*ALWAYS, _YEAR_OF_HTTPS] if https else ALWAYS


def guarded(given: Headers, more: Headers) -> Headers:
    """Add to the headers of an answer what it does not say itself.

    Args:
        given: What the answer says.
        more: What every answer of the installation says.

    Returns:
        All, with a policy and whether the answer may be kept. A page elsewhere may embed what a shared cache may keep, and nothing else:
        whatever is not for everyone is out of reach even as a picture or a script.
    """
    known = dict(given)
    cache = known.get(b"cache-control")
    found = [*given, *more, (b"cross-origin-resource-policy", b"cross-origin" if cache and cache.startswith(_PUBLIC) else b"same-origin")]
    if cache is None:
        found.append((b"cache-control", b"no-store"))
    if b"content-security-policy" not in known:
        found.append((b"content-security-policy", NOTHING))
    return found
