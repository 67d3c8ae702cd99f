"""Receipts and refusals as a person, and as an exit code, has them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.serialize.swedish import whole

if TYPE_CHECKING:
    from trygghetskarta.errors import BadDeliveryError
    from trygghetskarta.ingest.receipts import Receipt

_SHOWN = 10
_PLACED = {
    "point": "med punkt",
    "street": "till en gata",
    **{level.value: f"till {level.told.swedish.a}" for level in AreaLevel},
    AreaLevel.STAD.value: "till staden",
    "polisregion": "till en polisregion",
    "none": "utan plats",
    "outside": "utanför kommunen enligt raden",
}
_FIGURES = {
    "number": "tal",
    "withheld": "som källan undanhåller",
    "missing": "som saknas",
    "unknown": "med okänt värde",
    "notApplicable": "där det inte är tillämpligt",
}
_WOULD_BE = {"published": "skulle publiceras", "unchanged": "skulle inte ändra något", "held": "skulle vänta på godkännande"}
_STATUS = {"published": "publicerad", "unchanged": "oförändrad", "held": "väntar på godkännande"}


def exit_code(receipt: Receipt) -> int:
    """Give what a command ends with: 1 when some rows, or all of them for now, are not in."""
    return 1 if receipt.rejected or receipt.status == "held" else 0


def refusal(path: Path, error: BadDeliveryError) -> dict[str, Any]:
    """Give a refused file as the JSON that a program reads."""
    return {"file": path.name, "status": "refused", "code": error.code, "message": error.swedish, "messageEn": error.english}


def told(receipt: Receipt) -> str:
    """Give a receipt as the lines that a person reads."""
    from trygghetskarta.ingest.receipts import duplicate_of

    head = f"Kvitto {receipt.delivery}" if not receipt.rehearsed else "Provkörning"
    lines = [f"{head}: {receipt.source}, {receipt.file} – {(_WOULD_BE if receipt.rehearsed else _STATUS)[receipt.status]}"]
    if (duplicate := duplicate_of(receipt.first, receipt.first_came)) is not None:
        lines.append(f"  {duplicate['message']} [{duplicate['code']}]")
    lines += [
        f"  Lästa rader  {whole(receipt.read):>9}",
        f"  = nya        {whole(receipt.new):>9}",
        f"  + ändrade    {whole(receipt.changed):>9}",
        f"  + oförändrade{whole(receipt.unchanged):>9}",
        f"  + avvisade   {whole(receipt.rejected):>9}",
        f"  + tomma      {whole(receipt.blank):>9}",
    ]
    lines += [f"  Väntar: {reason.swedish}" for reason in receipt.reasons]
    lines += _facts(receipt)
    lines += [f"  Obs: {warning.swedish}" for warning in receipt.warnings]
    for row in receipt.rejections[:_SHOWN]:
        at = f", kolumn {row.column}" if row.column else ""
        lines.append(f"  Avvisad rad {row.line}{at}: {row.message.swedish} [{row.message.code}]")
    if len(receipt.rejections) > _SHOWN:
        every = "" if receipt.rehearsed else f" Alla: trygghetskarta deliveries rejected {receipt.delivery}"
        lines.append(f"  … och {len(receipt.rejections) - _SHOWN} till.{every}")
    if receipt.status == "held" and not receipt.rehearsed:
        lines.append(f"  Ingenting är ändrat. Stämmer filen: trygghetskarta deliveries approve {receipt.delivery}")
        lines.append(f"  Stämmer den inte:            trygghetskarta deliveries withdraw {receipt.delivery}")
    lines.append(f"  Tid: {receipt.seconds:.2f} s".replace(".", ","))
    return "\n".join(lines)


def _facts(receipt: Receipt) -> list[str]:
    """Tell how the file was read, where and when its events are, and what was taken back."""
    lines = []
    if receipt.read_as is not None:
        lines.append(f"  Läst som: {receipt.read_as.told()['message']}")
    if receipt.placed:
        lines.append("  Plats: " + ", ".join(f"{whole(count)} {_PLACED[name]}" for name, count in receipt.placed.items()))
    if receipt.figures:
        held = [(receipt.figures[name], said) for name, said in _FIGURES.items() if receipt.figures.get(name)]
        lines.append("  Siffror: " + ", ".join(f"{whole(count)} {said}" for count, said in held))
    if receipt.months:
        lines.append(f"  Månader: {receipt.months[0]} till {receipt.months[1]}")
    if receipt.withdrawn:
        by_month = ", ".join(f"{month}: {whole(count)}" for month, count in receipt.withdrawn.items())
        lines.append(f"  Återtas, för att filen saknar dem: {whole(sum(receipt.withdrawn.values()))} ({by_month})")
    return lines
