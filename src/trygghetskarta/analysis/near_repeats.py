"""Findings of near repeats: whether events come near each other in space and time at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trygghetskarta.domain.answers import PublishedAnswer
from trygghetskarta.domain.points import NO_DAY, NearOptions, PointContent
from trygghetskarta.errors import bad_parameter
from trygghetskarta.stats.multiple import benjamini_hochberg
from trygghetskarta.stats.near_repeat import MOST_PAIRS, Bands, Knox, knox, pairs_within

Floats = npt.NDArray[np.float64]

SAME_PLACE = 1.0
"""Points nearer each other than this many metres are one place."""


@dataclass(frozen=True, slots=True)
class NearRepeats:
    """What the Knox test found.

    Attributes:
        bands: What counted as near.
        knox: The pairs, band by band.
        adjusted: Shape (space bands, time bands): p adjusted for the bands; NaN where nothing could be tested.
        used: Events tested: rows with a point and a day, each once.
        untimed: Rows left out because no day is known.
        too_long: Rows left out because their time is longer than a band of days.
        without: Events left out because they have no point.
    """

    bands: Bands
    knox: Knox
    adjusted: Floats
    used: int
    untimed: int
    too_long: int
    without: int


def find_near_repeats(published: PublishedAnswer[PointContent], options: NearOptions) -> NearRepeats:
    """Test whether events near each other in space come near each other in time.

    Args:
        published: The events.
        options: What counts as near.

    Returns:
        Pairs by band. An event with a beginning and an end counts in the middle of its time, when that is no longer than a band of days.

    Raises:
        InvalidQuestionError: There are too many pairs to test.
    """
    metres = (0.0, SAME_PLACE, *(float(options.metres * number) for number in range(1, options.space_bands + 1)))
    bands = Bands(metres, tuple(options.days * number for number in range(options.time_bands + 1)))
    events = published.content.now
    timed = events.days != NO_DAY
    short = timed & (events.lasted <= options.days)
    places = events.places[short]
    pairs = pairs_within(places, metres[-1])
    if pairs > MOST_PAIRS:
        swedish = f"Det blir {pairs} par av händelser nära varandra; fler än {MOST_PAIRS} prövas inte. Välj kortare tid, färre områden eller avstånd."
        english = f"There are {pairs} pairs of events near each other; no more than {MOST_PAIRS} are tested. Choose a shorter span or fewer areas."
        raise bad_parameter("distanceBand", str(options.metres), swedish, english)
    found = knox(places, events.days[short], bands)
    # A band in which chance gives nothing is no test.
    adjusted = benjamini_hochberg(np.where(found.expected > 0, found.p, np.nan).ravel()).reshape(found.p.shape)
    return NearRepeats(bands, found, adjusted, len(places), int((~timed).sum()), int((timed & ~short).sum()), events.without)
