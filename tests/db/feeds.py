"""A police feed that lives: it publishes, touches, changes and takes back events, and answers with the last touched; and what is known of each."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, text

from trygghetskarta.domain.sources import SourceId

Known = dict[str, tuple[str, bool]]
"""By id: the summary, and whether it was taken back."""

_BEGINS = datetime(2024, 10, 20, 6, tzinfo=UTC)
_KNOWN = text("SELECT identity, detail->>'summary' AS summary, withdrawn FROM event WHERE source_id = :source AND known_to IS NULL")


@dataclass
class Feed:
    """A feed.

    Attributes:
        chance: What happens in it.
        holds: How many events an answer holds at the most.
        events: Those it now has, by id, the last touched last.
        published: How many there have been.
    """

    chance: random.Random
    holds: int = 150
    events: dict[int, dict[str, object]] = field(default_factory=dict)
    published: int = 0

    def goes_on(self, happenings: int) -> None:
        """Let some things happen, of which the last is a publication: two answers never end with the same one."""
        for _ in range(happenings):
            match self.chance.choices(("publish", "touch", "change", "take back"), (20, 2, 2, 2))[0]:
                case "publish":
                    self._publish()
                case "touch" if self.events:
                    self._touch()
                case "change" if self.events:
                    self._touch()["summary"] = f"Ändrad {self.chance.random()}."
                case "take back" if self.events:
                    self.events.pop(self.chance.choice(list(self.events)[-self.holds :]))
        self._publish()

    def answer(self) -> list[dict[str, object]]:
        """Answer as the feed does."""
        return [dict(event) for event in list(self.events.values())[: -self.holds - 1 : -1]]

    def _publish(self) -> None:
        self.published += 1
        at = _BEGINS + timedelta(minutes=7 * self.published)
        place = self.chance.choice(("Stockholm", "Solna"))
        name = f"{at.day} oktober {at:%H.%M}, Brand, {place}"
        stamp = f"{at:%Y-%m-%d} {at.hour}:{at:%M:%S} +00:00"
        event = {"id": self.published, "datetime": stamp, "name": name, "summary": "Det brinner.", "type": "Brand", "url": "/"}
        self.events[self.published] = event | {"location": {"name": place, "gps": "59.3,18.0"}}

    def _touch(self) -> dict[str, object]:
        """Move an event up, as every change does; mostly a new one."""
        number = self.chance.choice(list(self.events)[-self.holds // 2 :])
        self.events[number] = self.events.pop(number)
        return self.events[number]


def written(answer: Iterable[dict[str, object]]) -> str:
    """Write an answer as the feed does."""
    return json.dumps(list(answer), ensure_ascii=False, indent=0)


def known(connection: Connection) -> Known:
    """Give what is known of every event."""
    rows = connection.execute(_KNOWN, {"source": SourceId.POLISHANDELSER.number})
    return {row.identity: (row.summary, row.withdrawn) for row in rows}
