"""What the values of a survey show: their intervals, the change between two years, and the gap between women and men."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trygghetskarta.analysis.verdicts import Verdict, judge
from trygghetskarta.domain.answers import PublishedAnswer
from trygghetskarta.domain.counts import Figures, Published, Status
from trygghetskarta.domain.survey import MEN, WOMEN, SurveyValues
from trygghetskarta.stats.rates import per_thousand_years
from trygghetskarta.stats.survey import Difference, RankCorrelation, Shares, difference, rank_correlation, shares_of

VERDICTS = tuple(Verdict)


@dataclass(frozen=True, slots=True)
class Differences:
    """Differences between shares, in percentage points.

    Attributes:
        value: Any shape; NaN where either share is lacking.
        low: Lower end of the 95 % interval.
        high: Upper end.
        p: The p value.
        adjusted_p: The p value among those of all areas (Benjamini and Hochberg).
        verdict: The number of one of `VERDICTS`.
    """

    value: Figures
    low: Figures
    high: Figures
    p: Figures
    adjusted_p: Figures
    verdict: npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class SurveyFindings:
    """What the values of a survey show.

    Attributes:
        values: The values.
        low: Lower end of each value's 95 % interval, per cent, shape (areas, years, questions, groups).
        high: Upper end.
        designed: True where the interval is the survey's own, False where it is Wilson's.
        change: From the year that each year is compared with, same shape.
        gap: What women answer more than men, shape (areas, years, questions); all lacking where either group is.
    """

    values: SurveyValues
    low: Figures
    high: Figures
    designed: npt.NDArray[np.bool_]
    change: Differences
    gap: Differences


def survey_findings(published: PublishedAnswer[SurveyValues]) -> SurveyFindings:
    """Work out what the values of a survey show.

    Args:
        published: The values.

    Returns:
        Their intervals, changes and gaps; NaN wherever a value is lacking.
    """
    values = published.content
    shares = shares_of(values.value / 100, values.n.astype(np.float64), values.half_width / 100)
    return SurveyFindings(
        values=values,
        low=100 * shares.low,
        high=100 * shares.high,
        designed=shares.designed,
        change=_change(values, shares),
        gap=_gap(values, shares),
    )


def _change(values: SurveyValues, shares: Shares) -> Differences:
    before = [values.before(year) for year in range(len(values.years))]
    compared = [0 if year is None else year for year in before]
    against = shares.part(compared, 1)
    lacking = np.array([year is None for year in before])[None, :, None, None]
    found = difference(shares, against)
    return _told(Difference(*(np.where(lacking, np.nan, part) for part in (found.value, found.low, found.high, found.p))))


def _gap(values: SurveyValues, shares: Shares) -> Differences:
    women, men = values.group(WOMEN), values.group(MEN)
    if women is None or men is None:
        nothing = np.full(values.value.shape[:3], np.nan)
        return _told(Difference(nothing, nothing, nothing, nothing))
    return _told(difference(shares.part(women, -1), shares.part(men, -1)))


def _told(found: Difference) -> Differences:
    """Judge the areas of every year, question and group together; a difference whose own interval holds 0 cannot be told."""
    adjusted, verdict = np.full_like(found.p, np.nan), np.zeros(found.p.shape, np.int8)
    for column in np.ndindex(found.p.shape[1:]):
        at = (slice(None), *column)
        judged = judge(found.p[at], 1 + found.value[at])
        adjusted[at] = judged.adjusted
        verdict[at] = [VERDICTS.index(one) for one in judged.verdicts]
    unsure = (verdict < VERDICTS.index(Verdict.CANNOT_TELL)) & (found.low <= 0) & (found.high >= 0)
    verdict[unsure] = VERDICTS.index(Verdict.CANNOT_TELL)
    return Differences(100 * found.value, 100 * found.low, 100 * found.high, found.p, adjusted, verdict)


@dataclass(frozen=True, slots=True)
class BesideCrime:
    """A survey's values and recorded crime, side by side for one year.

    Attributes:
        year: The year.
        rates: Recorded crime per 1 000 and year with its interval, shape (areas, 3); NaN where there is none.
        alike: By question, how alike the two order the areas.
    """

    year: int
    rates: Figures
    alike: tuple[RankCorrelation, ...]


def beside_crime(findings: SurveyFindings, crime: Published) -> BesideCrime:
    """Set a survey's newest year beside recorded crime of the same areas.

    Args:
        findings: The survey's.
        crime: Recorded crime in that year, with person-years, for the same areas in the same order.

    Returns:
        The rates of recorded crime, and for each of the survey's questions how alike the two order the areas.

    Raises:
        ValueError: The areas are not the same.
    """
    values = findings.values
    if [area.code for area in values.areas] != [area.code for area in crime.areas]:
        raise ValueError("not the same areas")
    told = crime.status[:, 0] == Status.VALUE.number
    person_years = crime.person_years[:, :1] if crime.person_years is not None else np.full((len(crime.areas), 1), np.nan)
    rates = np.where(told[:, None], per_thousand_years(crime.counts[:, :1], person_years)[:, 0], np.nan)
    newest = values.value[:, -1, :, 0]
    alike = tuple(rank_correlation(newest[:, question], rates[:, 0]) for question in range(len(values.questions)))
    return BesideCrime(values.years[-1], rates, alike)
