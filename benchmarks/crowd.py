"""A crowd that asks at a rate of its own, however slowly it is answered, and looks at every answer it gets."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

_HEAD_END = b"\r\n\r\n"
_LONGEST_SECONDS = 30.0

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Told:
    """What a crowd was told.

    Attributes:
        seconds: Of every answer, from when it should have been asked, by status; 0 for no answer at all.
        seen: Digests of the answers with 200, by question.
        retry: How many refusals said when to come back.
    """

    seconds: dict[int, list[float]] = field(default_factory=dict)
    seen: dict[str, set[str]] = field(default_factory=dict)
    retry: int = 0

    @property
    def statuses(self) -> Counter[int]:
        """How many answers had each status."""
        return Counter({status: len(seconds) for status, seconds in self.seconds.items()})

    def worst(self, share: float) -> float:
        """Give the seconds that only this share of all answers took longer than."""
        every = sorted(taken for seconds in self.seconds.values() for taken in seconds)
        return every[min(len(every) - 1, int(len(every) * (1 - share)))]


@dataclass
class Crowd:
    """Asks questions of a service on this machine.

    Attributes:
        port: Where the service answers.
        questions: What is asked, in turn.
        most: Connections at once; who finds none free asks when one is, and the wait counts.
    """

    port: int
    questions: Sequence[str]
    most: int = 400
    _free: deque[Connection] = field(default_factory=deque)
    _asked: int = 0

    async def one_by_one(self, clients: int, seconds: float) -> Told:
        """Ask with so many clients, each when it has its answer."""
        told, end = Told(), time.monotonic() + seconds

        async def client() -> None:
            while time.monotonic() < end:
                await self._ask(told, time.monotonic())

        await asyncio.gather(*(client() for _ in range(clients)))
        self.leave()
        return told

    async def each_once(self) -> Told:
        """Ask every question once, one after the other."""
        told = Told()
        self._asked = 0
        for _ in self.questions:
            await self._ask(told, time.monotonic())
        self.leave()
        return told

    async def at_rate(self, rate: float, seconds: float) -> Told:
        """Ask so many times a second, answered or not."""
        told, began = Told(), time.monotonic()
        room = asyncio.Semaphore(self.most)

        async def one(due: float) -> None:
            async with room:
                await self._ask(told, due)

        tasks = []
        for number in range(int(rate * seconds)):
            due = began + number / rate
            if (early := due - time.monotonic()) > 0:
                await asyncio.sleep(early)
            tasks.append(asyncio.create_task(one(due)))
        await asyncio.gather(*tasks)
        self.leave()
        return told

    def leave(self) -> None:
        """Close the connections that are kept."""
        while self._free:
            self._free.pop()[1].close()

    async def _ask(self, told: Told, due: float) -> None:
        question = self.questions[self._asked % len(self.questions)]
        self._asked += 1
        try:
            async with asyncio.timeout(_LONGEST_SECONDS):
                status, head, body = await self._exchange(question)
        except (OSError, asyncio.IncompleteReadError):  # TimeoutError is one of the first
            status, head, body = 0, b"", b""
        told.seconds.setdefault(status, []).append(time.monotonic() - due)
        told.retry += b"\r\nretry-after:" in head
        if status == 200:
            told.seen.setdefault(question, set()).add(hashlib.sha256(body).hexdigest())

    async def _exchange(self, question: str) -> tuple[int, bytes, bytes]:
        reader, writer = self._free.pop() if self._free else await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(f"GET {question} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            head = (await reader.readuntil(_HEAD_END)).lower()
            length = int(head.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0])
            body = await reader.readexactly(length)
        except BaseException:
            writer.close()
            raise
        if b"\r\nconnection: close" in head:
            writer.close()
        else:
            self._free.append((reader, writer))
        return int(head.split(b" ", 2)[1]), head, body


def many_questions(number: int) -> list[str]:
    """Give so many different questions on the sample, so that few are answered from what was answered before."""
    months = [f"{year}-{month:02}" for year in range(2021, 2026) for month in range(1, 13)]
    spans = [(first, last) for at, first in enumerate(months) for last in months[at : at + 24]]
    kinds = [(source, level) for source in ("brander", "anmalda_brott", "polishandelser") for level in ("stadsdel", "stadsdelsomrade")]
    every = [
        f"/v1/comparisons?source={source}&level={level}&from={first}&to={last}&baseline=same-period-last-year"
        for first, last in spans
        for source, level in kinds
    ]
    step = 7919  # a prime: neighbours in the list are no neighbours in time
    return [every[(at * step) % len(every)] for at in range(min(number, len(every)))]
