"""What a worker does: stage one file of a backfill, in one transaction that leaves all of it or nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, Engine

from trygghetskarta.backfilling.files import fetched
from trygghetskarta.delivering import Run, again_and_again, as_said, by_remedy, cause_of, opened, silent
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import BadDeliveryError, TrygghetskartaError
from trygghetskarta.ingest.receipts import Receipt, receive
from trygghetskarta.ingest.sending import Connect
from trygghetskarta.ingest.staging import begin, settle, settle_refused, take_turns
from trygghetskarta.ingest.taking import Naming
from trygghetskarta.ingest.temporary import temporary_folder
from trygghetskarta.settings import read_settings
from trygghetskarta.store.cluster import Cluster
from trygghetskarta.store.engine import make_engine


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A file for a worker.

    Attributes:
        source: Which source it is from.
        said: What the sender says of it, as `holding.said` writes it.
        path: Where it lies.
        delivery: The number it will have as a delivery.
    """

    source: SourceId
    said: str
    path: str
    delivery: int


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a file could not be staged though nothing is wrong with it."""

    swedish: str
    english: str


def stage_file(file: StagedFile) -> Failure | None:
    """Stage a file, unless somebody has.

    Args:
        file: The file. The database and the rest are as this machine's settings say.

    Returns:
        None when it is staged, or settled without: refused, or known by its bytes.
    """
    settings = read_settings()
    engine = make_engine(settings.database_url if settings.database_url is not None else Cluster(settings.home).url())
    try:
        with by_remedy(), fetched(file.path) as path, temporary_folder() as folder:
            how = as_said(file.source, orjson.loads(file.said), folder)
            try:
                with opened(settings, how, path, silent) as run:
                    _stage_or_refuse(engine, run, file)
            except BadDeliveryError as error:  # of a file that is none: there is no delivery of it, as in `delivering`
                _settle_refused(engine, None, file, error)
    except TrygghetskartaError as error:
        return Failure(error.swedish, error.english)
    finally:
        engine.dispose()
    return None


def _stage_or_refuse(engine: Engine, run: Run, file: StagedFile) -> None:
    try:
        again_and_again(lambda: _stage(engine, run, file))
    except BadDeliveryError as error:
        _settle_refused(engine, run, file, error)


def _stage(engine: Engine, run: Run, file: StagedFile) -> None:
    begun = time.perf_counter()
    with engine.begin() as connection:
        if not begin(connection, file.delivery):
            return
        received = _receive(connection, run, file)
        if isinstance(received, Receipt):
            settle(connection, file.delivery, received)
        else:
            run.stage(connection, received, _naming(engine), begun)


def _settle_refused(engine: Engine, run: Run | None, file: StagedFile, error: BadDeliveryError) -> None:
    with engine.begin() as connection:
        if begin(connection, file.delivery):
            if run is not None:
                _receive(connection, run, file)
            settle_refused(connection, file.delivery, cause_of(error))


def _receive(connection: Connection, run: Run, file: StagedFile) -> Receipt | int:
    return receive(connection, file.source, run.file, run.adapter, file.said, file.delivery)


def _naming(engine: Engine) -> Naming:
    """Give a way to number categories and places in short transactions of their own: else workers would wait for each other to the end."""

    @contextmanager
    def naming() -> Iterator[Connect]:
        with ExitStack() as stack:
            held: list[Connection] = []

            def connect() -> Connection:
                if not held:
                    held.append(stack.enter_context(engine.begin()))
                    take_turns(held[0])
                return held[0]

            yield connect

    return naming
