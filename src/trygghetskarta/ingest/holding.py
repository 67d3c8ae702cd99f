"""Which deliveries wait for a person's yes, and where their files wait meanwhile.

The rules look at figures only, and tell them: who approves must see what the delivery would do to the series. Percentages of a handful of rows
say nothing, so a share is looked at from five rows on; the one exception is a file of which hardly anything could be read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import orjson
from sqlalchemy import Connection, text

from trygghetskarta.domain.events import Message, told_together
from trygghetskarta.domain.periods import Month
from trygghetskarta.domain.sources import SourceContract
from trygghetskarta.errors import ConflictError, NotFoundError
from trygghetskarta.ingest.receipts import Receipt, Rejections, store

_FEW_ROWS = 5
_REJECTED_SHARE, _MOSTLY_REJECTED, _OUTSIDE_SHARE, _UNKNOWN_SHARE = 0.02, 0.60, 0.01, 0.01
_MANY_ON_ONE_POINT = 10
_MONTHS_BEFORE, _MONTHS_NEEDED, _EVENTS_NEEDED = 12, 3, 30
_LOW, _HIGH, _HARDLY_MOVED = 0.6, 10, 0.1
_PART = 4 << 20


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at, all of it counted before anything is published.

    Attributes:
        contract: What the source says of itself.
        read: Rows of the file.
        rejected: Rows not taken in.
        blank: Empty rows and footers.
        new: Events not known before.
        changed: Events known before with other values.
        unchanged: Events known before with the same values.
        outside: New and changed rows outside the municipality.
        unknown: Rows whose kind the tree does not know.
        with_point: Rows with a point.
        one_point: Rows on the commonest point.
        months: The source's count before and after, by the months that the delivery touches.
        days: First and last day that the file tells of, days since 1970; None when it has no events.
        history: The source's count by month before the delivery; a month delivered and empty is there with 0.
        reverted: Rows that would return to values that were already replaced, where nothing but the order of arrival says which is newer.
        polled: True for feeds and lists, whose files are not whole months.
    """

    contract: SourceContract
    read: int
    rejected: int
    blank: int
    new: int
    changed: int
    unchanged: int
    outside: int
    unknown: int
    with_point: int
    one_point: int
    months: Mapping[int, tuple[int, int]]
    days: tuple[int, int] | None
    history: Mapping[int, int]
    reverted: int
    polled: bool


class HeldError(Exception):
    """A delivery was read to its end and must not be published without a person's yes; the caller rolls back and keeps its file."""

    def __init__(self, receipt: Receipt, reasons: tuple[Message, ...]) -> None:
        """Keep what the delivery would come to, and why it is held.

        Args:
            receipt: As it would have been given.
            reasons: At least one.
        """
        super().__init__("; ".join(reason.english for reason in reasons))
        self.receipt = replace(receipt, status="held", reasons=reasons, warnings=told_together(receipt.warnings))


def reasons(facts: Facts) -> tuple[Message, ...]:
    """Tell why a delivery should be held.

    Args:
        facts: What is known of it.

    Returns:
        A code and a sentence in each language for every reason; none for a delivery that may be published.
    """
    if facts.read == facts.blank:
        return (
            Message(
                "no_rows",
                "Filen har ingen enda rad utöver rubriken. Betyder det att inget har hänt, godkänn leveransen.",
                "The file has not a single row below its header. If that means that nothing happened, approve the delivery.",
            ),
        )
    found = [*_rejected(facts)]
    if facts.new + facts.changed:
        found += [*_outside(facts), *_unknown(facts), *_one_point(facts), *_stale(facts), *_volume(facts)]
    return tuple(found)


def _rejected(facts: Facts) -> Iterator[Message]:
    rows = facts.read - facts.blank
    share = facts.rejected / rows
    told, told_en = _share(facts.rejected, rows)
    if share >= _MOSTLY_REJECTED:
        yield Message(
            "mostly_rejected", f"{told} rader kan inte läsas; gränsen är 60 %.", f"{told_en} rows are rejected; the limit is 60%."
        )
    elif share > _REJECTED_SHARE and facts.rejected >= _FEW_ROWS:
        yield Message("many_rejected", f"{told} rader kan inte läsas; gränsen är 2 %.", f"{told_en} rows are rejected; the limit is 2%.")


def _outside(facts: Facts) -> Iterator[Message]:
    rows = facts.new + facts.changed
    if facts.contract.inside and facts.outside >= _FEW_ROWS and facts.outside > _OUTSIDE_SHARE * rows:
        told, told_en = _share(facts.outside, rows)
        yield Message(
            "many_outside",
            f"{told} nya och ändrade rader ligger utanför kommunen; gränsen är 1 %.",
            f"{told_en} new and changed rows are outside the municipality; the limit is 1%.",
        )


def _unknown(facts: Facts) -> Iterator[Message]:
    rows = facts.read - facts.blank - facts.rejected
    if facts.unknown >= _FEW_ROWS and facts.unknown > _UNKNOWN_SHARE * rows:
        told, told_en = _share(facts.unknown, rows)
        yield Message(
            "many_unknown_codes",
            f"{told} rader har en händelsetyp som trädet inte känner; gränsen är 1 %.",
            f"{told_en} rows have a kind that the tree does not know; the limit is 1%.",
        )


def _one_point(facts: Facts) -> Iterator[Message]:
    if facts.with_point == facts.one_point >= _MANY_ON_ONE_POINT:
        many, many_en = _number(facts.one_point)
        yield Message(
            "one_point",
            f"Alla {many} rader med koordinater ligger på en och samma punkt.",
            f"All {many_en} rows with coordinates are on one and the same point.",
        )


def _stale(facts: Facts) -> Iterator[Message]:
    if facts.reverted:
        told, told_en = _share(facts.reverted, facts.new + facts.changed)
        yield Message(
            "stale_release",
            f"{told} nya och ändrade rader har värden som en senare leverans redan har ersatt. Filen verkar vara äldre än det som är inläst.",
            f"{told_en} new and changed rows have values that a later delivery already replaced. The file seems older than what is loaded.",
        )


def _volume(facts: Facts) -> Iterator[Message]:
    """Hold the months of the file against those before them; a feed's file is no whole month."""
    if facts.polled or not facts.months:
        return
    for number in range(min(facts.months), max(facts.months) + 1):
        earlier = [facts.history[month] for month in sorted(facts.history) if month < number][-_MONTHS_BEFORE:]
        if len(earlier) >= _MONTHS_NEEDED and (middle := median(earlier)) >= _EVENTS_NEEDED:
            known = facts.history.get(number, 0)
            before, after = facts.months.get(number, (known, known))
            if number not in facts.months and number in facts.history:
                continue
            told_of, days = _days_told(facts, number, before)
            if _far_off((before, after), middle, told_of / days):
                yield _off(Month(number), (before, after), earlier, (told_of, days))


def _days_told(facts: Facts, number: int, before: int) -> tuple[int, int]:
    """Count the days of a month that are known with this delivery, and the days it has.

    Where the month was known before, what came then is taken to reach to where the file begins.
    """
    month = Month(number)
    begins = (month.first_day - Month(0).first_day).days
    days = (month.plus(1).first_day - month.first_day).days
    if facts.days is None:
        return days, days
    first = begins if before else max(facts.days[0], begins)
    return max(min(facts.days[1], begins + days - 1) - first + 1, 1), days


def _far_off(counts: tuple[int, int], middle: float, share: float) -> bool:
    """Tell whether a month ends far from its history by this delivery's doing."""
    before, after = counts
    if before and abs(after - before) <= _HARDLY_MOVED * before:
        return False
    return after <= _LOW * middle * share or after >= _HIGH * middle * (1.0 if before else share)


def _off(month: Month, counts: tuple[int, int], earlier: list[int], told: tuple[int, int]) -> Message:
    (before, before_en), (after, after_en) = _number(counts[0]), _number(counts[1])
    (low, low_en), (high, high_en), (middle, middle_en) = _number(min(earlier)), _number(max(earlier)), _number(round(median(earlier)))
    part, part_en = (f" för {told[0]} av {told[1]} dagar", f" for {told[0]} of {told[1]} days") if told[0] < told[1] else ("", "")
    return Message(
        "volume",
        f"{month.swedish.capitalize()} får {after} händelser{part} (förut {before}). De {len(earlier)} kända månaderna före hade {middle} i median, "
        f"från {low} till {high}.",
        f"{month.english} would have {after_en} events{part_en} ({before_en} before). The {len(earlier)} known months before it had a median of "
        f"{middle_en}, from {low_en} to {high_en}.",
    )


def _number(value: int) -> tuple[str, str]:
    """Write a number in Swedish and in English."""
    return f"{value:,}".replace(",", "\N{NO-BREAK SPACE}"), f"{value:,}"


def _share(part: int, whole: int) -> tuple[str, str]:
    (part_sv, part_en), (whole_sv, whole_en) = _number(part), _number(whole)
    percent = f"{100 * part / whole:.1f}"
    return f"{part_sv} av {whole_sv} ({percent.replace('.', ',')} %)", f"{part_en} of {whole_en} ({percent}%)"


def hold(connection: Connection, held: HeldError, path: Path) -> Receipt:
    """Keep a held delivery's file and receipt until it is approved or withdrawn.

    Args:
        connection: Inside a transaction, in which nothing was published.
        held: What it would come to, and why it is held.
        path: The file as it came.

    Returns:
        The receipt, stored.
    """
    receipt = held.receipt
    part = text("INSERT INTO held_part (delivery_id, number, content) VALUES (:delivery, :number, :content)")
    with path.open("rb") as file:
        for number, content in enumerate(iter(lambda: file.read(_PART), b"")):
            connection.execute(part, {"delivery": receipt.delivery, "number": number, "content": content})
    connection.execute(
        text("""
            UPDATE delivery SET status = 'held', rows_read = :read, rows_new = :new, rows_changed = :changed, rows_unchanged = :unchanged,
                rows_rejected = :rejected, rows_blank = :blank
            WHERE delivery_id = :delivery
        """),
        {
            "delivery": receipt.delivery,
            "read": receipt.read,
            "new": receipt.new,
            "changed": receipt.changed,
            "unchanged": receipt.unchanged,
            "rejected": receipt.rejected,
            "blank": receipt.blank,
        },
    )
    Rejections(receipt.delivery).add(connection, receipt.rejections)
    store(connection, receipt)
    return receipt


@dataclass(frozen=True, slots=True)
class Held:
    """A held delivery, as it can be run again.

    Attributes:
        source: Code of its source.
        file_name: What its file was called.
        said: What the sender said of it: `crs`, `complete`, and `mapping` with its `file` and `text`.
    """

    source: str
    file_name: str
    said: Mapping[str, object]


def find_held(connection: Connection, delivery: int) -> Held:
    """Read a held delivery, and keep others from approving or withdrawing it until the transaction ends.

    Args:
        connection: Inside a transaction.
        delivery: Its number.

    Returns:
        What is needed to run it again.

    Raises:
        NotFoundError: There is no such delivery.
        ConflictError: It is not held.
    """
    row = connection.execute(
        text("""
            SELECT source.code AS source, file_name, said, status FROM delivery JOIN source USING (source_id)
            WHERE delivery_id = :delivery FOR UPDATE OF delivery
        """),
        {"delivery": delivery},
    ).one_or_none()
    if row is None:
        raise NotFoundError(f"Det finns ingen leverans {delivery}.", f"There is no delivery {delivery}.")
    if row.status != "held":
        raise ConflictError(
            f"Leverans {delivery} väntar inte på godkännande; dess läge är {row.status}.",
            f"Delivery {delivery} is not held for approval; its status is {row.status}.",
        )
    return Held(row.source, row.file_name, row.said)


def write_held(connection: Connection, delivery: int, path: Path) -> None:
    """Write a held delivery's file to disk, a part at a time."""
    content = text("SELECT content FROM held_part WHERE delivery_id = :delivery AND number = :number")
    with path.open("wb") as file:
        number = 0
        while (part := connection.execute(content, {"delivery": delivery, "number": number}).scalar_one_or_none()) is not None:
            file.write(part)
            number += 1


def let_go(connection: Connection, delivery: int, adapter: str) -> None:
    """Remove what is kept of a held delivery that is about to be published: its file, its rejected rows and what read it."""
    connection.execute(text("DELETE FROM held_part WHERE delivery_id = :delivery"), {"delivery": delivery})
    connection.execute(text("DELETE FROM rejected_row WHERE delivery_id = :delivery"), {"delivery": delivery})
    connection.execute(
        text("UPDATE delivery SET adapter = :adapter WHERE delivery_id = :delivery"), {"adapter": adapter, "delivery": delivery}
    )


def said(crs: int | None, mapping: Path | None, complete: bool) -> str:
    """Write down what a sender says of a file, as JSON, whole enough to run the delivery again on another machine."""
    told = {"file": mapping.name, "text": mapping.read_text(encoding="utf-8")} if mapping is not None else None
    return orjson.dumps({"crs": crs, "mapping": told, "complete": complete}).decode()
