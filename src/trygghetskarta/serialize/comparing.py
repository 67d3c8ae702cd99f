"""What the statistics say of a comparison, as columns of its rows and as what stands beside them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from trygghetskarta.analysis.comparison import Change, Findings, Rates
from trygghetskarta.analysis.verdicts import FALSE_SHARE, SINGLE, STRONG, Verdict
from trygghetskarta.domain.counts import Published, Statistics
from trygghetskarta.serialize.values import Exactly, Rounded, Same, Values, Whole, Words, words_of
from trygghetskarta.stats.dispersion import LIMIT, Dispersion, Variance
from trygghetskarta.stats.funnel import Funnel
from trygghetskarta.stats.ranking import DRAWS, SEED

Floats = npt.NDArray[np.float64]
Columns = dict[str, Values]

POSITIONS = {-2: "below998", -1: "below95", 0: "inside", 1: "above95", 2: "above998"}

_PER = 1000
_DECIMALS = 4
_SMALL = 0.001
_RATES = ("rate", "rateLow", "rateHigh", "smoothedRate", "smoothedRateLocal")
_RATIOS = ("ratio", "ratioLow", "ratioHigh", "pValue", "adjustedP")
_LIMITS = ("funnelLow95", "funnelHigh95", "funnelLow998", "funnelHigh998")


def statistics_columns(findings: Findings | None, areas: int) -> Columns:
    """Give the columns that the statistics add to the rows of a comparison.

    Args:
        findings: What they say; None when it may not leave.
        areas: How many rows there are.

    Returns:
        The same columns whatever was found; None where there is nothing to say.
    """
    if findings is None:
        names = (*_RATES, *_RATIOS, "verdict", "evidence", "rankLow", "rankHigh", "personYears", "expected", "funnel", *_LIMITS)
        return {**{name: Same(None, areas) for name in names}, "verdict": Same(Verdict.NOT_APPLICABLE.value, areas)}
    return {
        **_of_rates(findings.rates, areas),
        **_of_change(findings.change),
        **_of_ranks(findings.rates, areas),
        **_of_funnel(findings.funnel, findings.rates, areas),
    }


def _of_rates(rates: Rates | None, areas: int) -> Columns:
    if rates is None:
        return {name: Same(None, areas) for name in _RATES}
    values = (rates.rate, rates.low, rates.high, rates.smoothed, rates.smoothed_local)
    return {name: Rounded(value * _PER, _DECIMALS) for name, value in zip(_RATES, values, strict=True)}


def _of_change(change: Change) -> Columns:
    judged = change.judged
    return {
        **{name: Rounded(value, _DECIMALS) for name, value in zip(_RATIOS, (change.ratio, change.low, change.high), strict=False)},
        "pValue": _digits(judged.p),
        "adjustedP": _digits(judged.adjusted),
        "verdict": words_of([verdict.value for verdict in judged.verdicts]),
        "evidence": words_of([evidence.value if evidence is not None else None for evidence in judged.evidence]),
    }


def _digits(values: Floats) -> Values:
    """Give p-values to six decimals, and small ones to four digits that count."""
    written = np.round(values, 6) + 0.0
    for number in np.flatnonzero(values < _SMALL).tolist():
        written[number] = float(f"{values[number]:.4g}")
    return Exactly(written)


def _of_ranks(rates: Rates | None, areas: int) -> Columns:
    if rates is None:
        return {name: Same(None, areas) for name in ("rankLow", "rankHigh")}
    return {name: Whole(ranks, ranks > 0) for name, ranks in (("rankLow", rates.rank_low), ("rankHigh", rates.rank_high))}


def _of_funnel(funnel: Funnel | None, rates: Rates | None, areas: int) -> Columns:
    if funnel is None or rates is None:
        return {name: Same(None, areas) for name in ("personYears", "expected", "funnel", *_LIMITS)}
    # Limits are found as counts; drawn they are rates, as the areas are.
    scale = np.divide(funnel.target * _PER, funnel.expected, out=np.full(areas, np.nan), where=funnel.expected > 0)
    lowest = min(POSITIONS)
    positions = np.where(np.isfinite(funnel.expected), funnel.position - lowest, len(POSITIONS))
    return {
        "personYears": Rounded(rates.person_years, 2),
        "expected": Rounded(funnel.expected, 2),
        "funnel": Words(positions, (*(POSITIONS[at] for at in sorted(POSITIONS)), None)),
        **{name: Rounded(funnel.limits[:, at] * scale, _DECIMALS) for at, name in enumerate(_LIMITS)},
    }


def methods_of(findings: Findings) -> tuple[str, ...]:
    """Name the methods that made the findings, as docs/methods has them."""
    named = ["rate-ratio-exact-conditional", *_tests(findings.dispersion), "pearson-dispersion", "benjamini-hochberg"]
    if findings.rates is not None:
        named = ["poisson-exact-byar", *named, "empirical-bayes-marshall", "rank-interval-simulated", "funnel-spiegelhalter"]
    return tuple(named)


def _tests(dispersion: Dispersion) -> list[str]:
    match dispersion.variance:
        case Variance.POISSON:
            return ["e-test", "exact-conditional-test"]
        case Variance.QUASI_POISSON:
            return ["quasi-poisson"]
        case Variance.NEGATIVE_BINOMIAL:
            return ["negative-binomial"]


def beside(published: Published, findings: Findings | None) -> dict[str, Any]:
    """Give what stands beside the rows: what the tests were, what they rest on, and why something is not there.

    Args:
        published: The answer.
        findings: What the statistics say of it; None when it may not leave.

    Returns:
        A member `statistics`; none where they were not asked for.
    """
    if published.question.statistics is Statistics.NONE:
        return {}
    if findings is None:
        return {"statistics": None}
    change, around = findings.change, published.surroundings
    why, why_en = change.why or (None, None)
    told: dict[str, Any] = {
        "against": change.against.value,
        "per": "personYears" if change.by_people else "days",
        "reason": why,
        "reasonEn": why_en,
        "tested": change.judged.tested,
        "levels": {"single": SINGLE, "falseShare": FALSE_SHARE, "strong": STRONG},
        "dispersion": {
            **_of_dispersion(findings.dispersion),
            "limit": LIMIT,
            "years": [str(span) for span in around.history_spans] if around is not None else [],
        },
        "total": _of_total(findings),
        "rate": _of_rate_for_all(findings),
    }
    return {"statistics": told}


def _of_dispersion(dispersion: Dispersion) -> dict[str, Any]:
    return {
        "pearson": _number(dispersion.pearson),
        "degreesOfFreedom": dispersion.freedom,
        "heterogeneity": _number(dispersion.heterogeneity, 6),
        "variance": dispersion.variance.value,
    }


def _of_total(findings: Findings) -> dict[str, Any] | None:
    total = findings.total
    if total is None:
        return None
    columns = _of_change(total)
    return {
        **{name: columns[name].listed()[0] for name in ("ratio", "ratioLow", "ratioHigh", "pValue", "verdict")},
        "per": "personYears" if total.by_people else "days",
        "dispersion": _of_dispersion(findings.total_dispersion),
    }


def _of_rate_for_all(findings: Findings) -> dict[str, Any]:
    why, why_en = findings.no_rate or (None, None)
    told: dict[str, Any] = {"reason": why, "reasonEn": why_en, "smoothing": None, "funnel": None, "ranking": None}
    if findings.rates is None or findings.funnel is None:
        return told
    smoothing, funnel = findings.rates.smoothing, findings.funnel
    told["smoothing"] = {"mean": _number(float(smoothing.mean) * _PER), "variance": _number(float(smoothing.variance) * _PER**2, 6)}
    told["funnel"] = {"target": _number(funnel.target * _PER), "dispersion": _number(funnel.dispersion), "adjusted": funnel.adjusted}
    told["ranking"] = {"areas": findings.rates.ranked, "draws": DRAWS, "seed": SEED}
    return told


def _number(value: float, decimals: int = _DECIMALS) -> float | None:
    told: float | None = Rounded(np.array([value]), decimals).listed()[0]
    return told
