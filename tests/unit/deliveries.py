"""Files as they might be delivered, and the city they are about."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from trygghetskarta.domain.areas import AreaLevel, ByDay
from trygghetskarta.domain.events import Precision, Reading, Rejected
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.contract import CityBox, Context, DeliveredFile, Layout

Part = TypeVar("Part")
_FOLDER = tempfile.TemporaryDirectory(prefix="trygghetskarta-unit-")

# Stockholm in SWEREF 99 18 00; the box stands in INGEST.md.
CITY = CityBox((136_294.0, 6_567_177.0, 161_422.0, 6_591_709.0), 3011)
NOW = datetime(2025, 11, 30, 12, 0, tzinfo=UTC)
STADSDELAR = {
    "farsta": "farsta",
    "farsta strand": "farsta-strand",
    "rinkeby": "rinkeby",
    "gamla stan": "gamla-stan",
    "södermalm": "sodermalm",
    "norra ängby": "norra-angby",
}
CONTEXT = Context(
    municipality="Stockholm",
    county="Stockholms län",
    stadsdelar=ByDay((), (STADSDELAR,)),
    areas={
        AreaLevel.BASOMRADE: frozenset(("0101001", "0808013")),
        AreaLevel.STADSDEL: frozenset(STADSDELAR.values()),
        AreaLevel.STADSDELSOMRADE: frozenset(("jarva",)),
        AreaLevel.STAD: frozenset(("0180",)),
    },
    city=CITY,
    now=NOW,
)
# T-Centralen in three systems; the numbers stand in INGEST.md.
CENTRAL_3011 = (153_335.681, 6_579_532.146)
CENTRAL_3006 = (673_995.045, 6_580_894.880)
CENTRAL_4326 = (18.0586, 59.3309)

AREA_HEADER = "Inskrivningsdatum;Närpo;Basområde;Gata;Brottskod;Antal;Brottsdag start;Brottsdag slut;Brottstid start;Brottstid slut"
POINT_HEADER = "ID,BROTTSKOD,LATITUDE,LONGITUDE,GATA,GATUNR,KOMMUN,BROTTSDATUMTID_START,BROTTSDATUMTID_SLUT"
SHOOTING_HEADER = "id;tid;x;y;omrade;doda;skadade;status"
FIRE_HEADER = "id;larmtid;handelsetyp;x;y;adress"


def delivered(content: str | bytes, name: str = "fil.csv") -> DeliveredFile:
    """Make a file of some content, as it is after unpacking."""
    raw = content.encode() if isinstance(content, str) else content
    path = Path(tempfile.mkdtemp(dir=_FOLDER.name)) / "fil"
    path.write_bytes(raw)
    return DeliveredFile(name, path, "0" * 64, len(raw))


def only(parts: Iterator[Part]) -> Part:
    """Give the one part that a small file has."""
    (part,) = parts
    return part


def lines(*rows: str) -> str:
    """Make the text of a file of its lines."""
    return "".join(f"{row}\n" for row in rows)


def context(*, srid: int | None = None, layout: Layout | None = None, now: datetime = NOW) -> Context:
    """Give what is known outside the file, with a stated system, a foreign layout or another time."""
    return replace(CONTEXT, srid=srid, layout=layout, now=now)


Outcome = TypeVar("Outcome")


def outcome_of(read: Callable[[], Outcome]) -> Outcome | BadDeliveryError:
    """Give what a reading came to: what was read, or the refusal of the file. Anything else that is raised is a bug, and goes on."""
    try:
        return read()
    except BadDeliveryError as error:
        return error


@dataclass(frozen=True)
class Refusal:
    """A rejected row, less its texts."""

    line: int
    column: str
    code: str
    value: str

    @classmethod
    def of(cls, rejected: Rejected) -> Refusal:
        return cls(rejected.line, rejected.column, rejected.message.code, rejected.value)


def refusals(reading: Reading) -> list[Refusal]:
    """Give the rejected rows of a reading in the order of the file."""
    return sorted((Refusal.of(rejected) for rejected in reading.rejected), key=lambda refusal: refusal.line)


def precisions(reading: Reading) -> list[Precision]:
    """Give how exactly the place of each event is known."""
    return [Precision(number) for number in reading.events.precision.tolist()]
