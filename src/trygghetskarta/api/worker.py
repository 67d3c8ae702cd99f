"""One worker: answers over sockets that its parent keeps, and stops without losing what has been asked.

Started by `serve` as `python -m trygghetskarta.api.worker`. The parent and the worker talk over one socket: the worker says when it answers, the
parent when everything is about to stop; when the parent is gone, so is the worker.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import cast

import uvicorn

from trygghetskarta.api.app import public_app, staff_app
from trygghetskarta.api.protocol import STOPPING, Deadlines, Watch
from trygghetskarta.domain.audience import Audience
from trygghetskarta.observe import log_as_json, metrics
from trygghetskarta.settings import Settings, read_settings

READY = b"1"
STOPS = b"s"
_SWITCH_SECONDS = 0.0005


class Worker(uvicorn.Server):
    """uvicorn's server, with a parent."""

    def __init__(self, config: uvicorn.Config, parent: socket.socket) -> None:
        """Begin, without answering.

        Args:
            config: uvicorn's own.
            parent: Where to say that it answers, and to hear when it shall not.
        """
        super().__init__(config)
        self._parent = parent
        parent.setblocking(False)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, and say so."""
        await super().startup(sockets)
        if self.started:
            asyncio.get_running_loop().add_reader(self._parent, self._hear)
            # A parent that has gone meanwhile is heard of as that.
            with suppress(ConnectionError):
                self._parent.send(READY)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer what is at work and what is on its way, and end."""
        self._say_last()
        await super().shutdown(sockets)

    def _hear(self) -> None:
        try:
            said = self._parent.recv(16)
        except ConnectionError:  # so ends a parent that has not heard all it was told
            said = b""
        if STOPS in said:
            self._say_last()
        elif not said:
            asyncio.get_running_loop().remove_reader(self._parent)
            self.should_exit = True

    def _say_last(self) -> None:
        """From now on, /ready answers 503, and every answer is the last of its connection."""
        self.lifespan.state[STOPPING] = True


def run(settings: Settings, audience: Audience, sockets: Sequence[socket.socket], parent: socket.socket) -> None:
    """Answer until told to stop.

    Args:
        settings: What the installation chose.
        audience: Who is taken to ask.
        sockets: Where to listen.
        parent: The socket shared with the parent.
    """
    deadlines = Deadlines(settings.connections_limit, settings.header_seconds, settings.idle_seconds, settings.slowest_rate)
    watch = Watch(deadlines, metrics().cut_off)
    config = uvicorn.Config(
        {Audience.PUBLIC: public_app, Audience.STAFF: staff_app}[audience],
        factory=True,
        # In a crowd its slowest answers come sooner than uvloop's (decision 0030).
        loop="asyncio",
        # uvicorn asks for a class, and calls it.
        http=cast("type[asyncio.Protocol]", watch.protocol),
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=round(settings.drain_seconds),
    )
    Worker(config, parent).run(list(sockets))


def main() -> None:
    """Run as the parent asks."""
    parser = argparse.ArgumentParser(prog="python -m trygghetskarta.api.worker")
    parser.add_argument("--as", dest="audience", type=Audience, required=True)
    parser.add_argument("--listen", type=int, action="append", required=True, help="a socket that listens already")
    parser.add_argument("--parent", type=int, required=True, help="the socket shared with the parent")
    given = parser.parse_args()
    log_as_json()
    # The thread that lets everybody in waits so long for one that counts, each time it has read or written something.
    sys.setswitchinterval(_SWITCH_SECONDS)
    settings = read_settings()
    for number in (*given.listen, given.parent):
        os.set_inheritable(number, False)
    run(settings, given.audience, [socket.socket(fileno=number) for number in given.listen], socket.socket(fileno=given.parent))


if __name__ == "__main__":
    main()
