"""What moved count, harm and harm per event."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from trygghetskarta.api.caching import Freshness, respond
from trygghetskarta.api.deps import CurrentAudience, CurrentShelf
from trygghetskarta.api.question import BaselineParameters
from trygghetskarta.api.question_parts import AskedWeights, NeededBaseline
from trygghetskarta.api.scopes import FIGURES
from trygghetskarta.disclosure.release import release
from trygghetskarta.domain.counts import Measure
from trygghetskarta.queries.decomposition import compare_parts
from trygghetskarta.serialize.decomposition import write_decomposition
from trygghetskarta.serialize.formats import Format

router = APIRouter(prefix="/v1", tags=["Frågor"], dependencies=[FIGURES])


class DecompositionParameters(BaselineParameters):
    """The parameters of a decomposition: those of the comparison that it takes apart."""

    baseline: NeededBaseline = "same-period-last-year"
    weights: AskedWeights = None
    format: Annotated[Format, Field(description="Svarets format. / Format of the answer.")] = Format.JSON

    @property
    def idle(self) -> frozenset[str]:
        """The parts of the question that its answer has no use for: it tells count and harm, whatever is asked, and no rates."""
        return super().idle | {"measure"} if self.measure is Measure.RATE else super().idle


@router.get("/decompositions", summary="Vad som ändrade antal och allvarlighet", response_class=Response)
def decomposition(
    request: Request, shelf: CurrentShelf, audience: CurrentAudience, asked: Annotated[DecompositionParameters, Query()]
) -> Response:
    """Hur mycket varje kategori bidrog till att antalet, allvarligheten och allvarligheten per brott ändrades.

    How much each category did to the change in count, in harm and in harm per event.
    """
    cube = asked.cube(shelf)

    def make() -> bytes:
        whole, parts = compare_parts(cube, asked.question(cube, audience), audience)
        released = [(part, release(exact, audience)) for part, exact in parts]
        return write_decomposition(release(whole, audience), released, asked.writing(shelf, cube))

    return respond(request, Freshness(cube.version, cube.published_at, audience), asked.format.media_type, make)
