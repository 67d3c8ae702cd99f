"""The parts of a question that not every answer has a use for: every question takes them, and an answer that has none says so."""

from __future__ import annotations

from functools import cache
from typing import Annotated

from pydantic import BaseModel, Field

from trygghetskarta.domain.periods import Interval

BASELINE = r"^(previous|same-period-last-year|[0-9]{4}-[0-9]{2}\.\.[0-9]{4}-[0-9]{2})$"
"""How a baseline is written."""


class _NotUsed:
    """Marks a parameter that the answer has no use for: a question that has it can be asked here as well."""


NOT_USED = _NotUsed()
"""Stands in the type of such a parameter."""
_SAID = "Används inte i det här svaret, som i så fall säger det. / Not used in this answer, which then says so."
_BASELINE = "Perioden att jämföra med: previous, same-period-last-year eller ÅÅÅÅ-MM..ÅÅÅÅ-MM. / The months to compare with."
_INTERVAL = "Vad tiden delas in i. / What time is cut into."
_WEIGHTS = "Vikterna som allvarlighet räknas med; utelämnade är de nyaste. / Name of the harm weights; the newest if left out."
_EXAMPLES = {"baseline": ["same-period-last-year"], "interval": ["quarter"], "weights": ["straffminimum-2026-04"]}

AskedBaseline = Annotated[str | None, Field(pattern=BASELINE, description=_BASELINE, examples=_EXAMPLES["baseline"])]
"""A baseline that may be left out."""
NeededBaseline = Annotated[str, Field(pattern=BASELINE, description=_BASELINE)]
"""A baseline that there is always one of."""
IdleBaseline = Annotated[str | None, NOT_USED, Field(pattern=BASELINE, description=f"{_BASELINE} {_SAID}", examples=_EXAMPLES["baseline"])]
"""A baseline where nothing is compared with another span."""
AskedInterval = Annotated[Interval, Field(description=_INTERVAL)]
"""What time is cut into."""
IdleInterval = Annotated[Interval, NOT_USED, Field(description=f"{_INTERVAL} {_SAID}")]
"""An interval where the span is counted whole."""
AskedWeights = Annotated[str | None, Field(description=_WEIGHTS, examples=_EXAMPLES["weights"])]
"""The weights of harm."""
IdleWeights = Annotated[str | None, NOT_USED, Field(description=f"{_WEIGHTS} {_SAID}", examples=_EXAMPLES["weights"])]
"""The weights where nothing is weighed."""


@cache
def idle_of(model: type[BaseModel]) -> frozenset[str]:
    """Name the parameters of a question that its answer has no use for.

    Args:
        model: The model of its parameters.

    Returns:
        Their names, as addresses have them.
    """
    return frozenset(field.alias or name for name, field in model.model_fields.items() if NOT_USED in field.metadata)
