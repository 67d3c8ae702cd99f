"""A backfill from its first file to its receipts."""

from __future__ import annotations

import hashlib
import logging
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from trygghetskarta.backfilling.files import fetched, find_files
from trygghetskarta.backfilling.moving import side_by_side
from trygghetskarta.backfilling.worker import StagedFile, stage_file
from trygghetskarta.delivering import Delivering, Progress, again_and_again, by_remedy, silent
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import BusyError, InvalidQuestionError
from trygghetskarta.ingest.area_lock import hold_areas_still
from trygghetskarta.ingest.backfill import Outcome, publish_staged
from trygghetskarta.ingest.holding import said
from trygghetskarta.ingest.mapping import read_mapping
from trygghetskarta.ingest.registry import version_of
from trygghetskarta.ingest.staging import Waiting, abandoned, drop_table, forget_stale, plan, waiting
from trygghetskarta.ingest.turns import alone, in_turn
from trygghetskarta.releasing import release_open
from trygghetskarta.store.statistics import look_at_grown

if TYPE_CHECKING:
    from distributed import Client, LocalCluster

Opening = Callable[[], "Client"]

_PATIENCE = 20
_CONNECT_SECONDS = 5
_PAUSE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Hands:
    """Who stages the files.

    Attributes:
        workers: How many processes of this machine.
        scheduler: Address of a dask scheduler whose workers do it instead; None for processes of our own.
    """

    workers: int = 2
    scheduler: str | None = None


def backfill(engine: Engine, how: Delivering, prefixes: Sequence[str], hands: Hands, progress: Progress = silent) -> list[Outcome]:
    """Take in every file under some folders or prefixes of object stores, and publish all of them at once.

    A run that was interrupted is continued by the next with the same files.

    Args:
        engine: The database; the workers find it by their own settings, and processes of our own by this.
        how: Source, coordinate system and mapping.
        prefixes: As `find_files` has them.
        hands: Who stages the files.
        progress: Told how many bytes of all are staged.

    Returns:
        What became of each file, in their order.

    Raises:
        InvalidQuestionError: There are no files, or what would read them is not installed.
        ConflictError: Another backfill of the source is under way.
        BadDeliveryError: The mapping cannot be used.
        BusyError: The database could not, or a file or a worker could not be reached; what is staged is kept.
        StorageError: The disk is full; likewise.
    """
    _see_that_it_is_installed()
    if how.mapping is not None:
        read_mapping(how.mapping)  # refused here, once, rather than with every file
    found = find_files(prefixes)
    told = said(how.srid, how.mapping, complete=False)
    sizes = {file.path: file.size for file in found}
    read_by = f"{version_of(how.source)} {told}"
    planned = [(file.path, hashlib.sha256(f"{read_by} {file.version}".encode()).hexdigest()) for file in found]
    with by_remedy(), alone(engine, how.source):
        with engine.begin() as connection:
            plan(connection, how.source, planned)
        outcomes = None
        while outcomes is None:
            with _opening(engine, hands) as opening:
                _stage_all(engine, (how.source, told), opening, lambda left: progress(*_done(sizes, left)))
            outcomes = again_and_again(lambda: _publish(engine, how.source, hands.workers))
        _tidy(engine)
        look_at_grown(engine)
    return outcomes


def _see_that_it_is_installed() -> None:
    try:
        import distributed
    except ImportError as error:
        raise InvalidQuestionError(
            "Påfyllning kräver dask.distributed: installera trygghetskarta[scale].",
            "A backfill needs dask.distributed: install trygghetskarta[scale].",
        ) from error
    del distributed


def _done(sizes: dict[str, int], left: Sequence[Waiting]) -> tuple[int, int]:
    total = sum(sizes.values())
    return total - sum(sizes.get(file.path, 0) for file in left), total


@contextmanager
def _opening(engine: Engine, hands: Hands) -> Iterator[Opening]:
    """Give what opens a client; processes of our own are started when it is first asked."""
    from distributed import Client

    if hands.scheduler is not None:
        yield lambda: Client(hands.scheduler, timeout=_CONNECT_SECONDS, set_as_default=False)
        return
    clusters: list[LocalCluster] = []

    def opening() -> Client:
        if not clusters:
            clusters.append(_own_processes(engine, hands.workers))
        return Client(clusters[0], set_as_default=False)

    try:
        yield opening
    finally:
        for cluster in clusters:
            cluster.close()


def _own_processes(engine: Engine, workers: int) -> LocalCluster:
    """Start them."""
    import dask
    from distributed import LocalCluster

    address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    # Encrypted by keys made for the occasion, and without pages to look at: on a machine shared with others anybody could give the workers work.
    without = {"distributed.scheduler.http.routes": [], "distributed.worker.http.routes": [], "distributed.worker.profile.enabled": False}
    with dask.config.set(without):
        return LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            dashboard_address="127.0.0.1:0",
            security=True,
            silence_logs=logging.ERROR,
            env={"TRYGGHETSKARTA_DATABASE_URL": address},
        )


def _stage_all(engine: Engine, said_of: tuple[SourceId, str], opening: Opening, progress: Callable[[Sequence[Waiting]], None]) -> None:
    """Stage what is not staged; a scheduler that is lost is asked again, as long as somebody gets something done now and then."""
    lost, left = 0, _waiting(engine, said_of[0])
    while left:
        progress(left)
        try:
            with opening() as client:
                _deal_out(client, said_of, left, progress)
        except (OSError, CancelledError) as error:
            still = _waiting(engine, said_of[0])
            lost = lost + 1 if len(still) == len(left) else 0
            if lost >= _PATIENCE:
                raise BusyError(
                    f"Schemaläggaren svarar inte ({type(error).__name__}). Det som hunnits med finns kvar.",
                    f"The scheduler does not answer ({type(error).__name__}). What was done is kept.",
                ) from error
            time.sleep(_PAUSE_SECONDS)
        left = _waiting(engine, said_of[0])
    progress(left)


def _waiting(engine: Engine, source: SourceId) -> list[Waiting]:
    with engine.begin() as connection:
        hold_areas_still(connection)
        forget_stale(connection, source)
        return waiting(connection, source)


def _deal_out(
    client: Client, said_of: tuple[SourceId, str], files: Sequence[Waiting], progress: Callable[[Sequence[Waiting]], None]
) -> None:
    from distributed import KilledWorker, as_completed

    # A name that no earlier try had: a scheduler may remember what became of that. Of one group, whose tasks wait at the scheduler until a worker
    # is free; those of many groups are dealt out at once, to the workers that there are.
    group = f"stage-{uuid.uuid4().hex}"
    tasks = [StagedFile(*said_of, file.path, file.delivery) for file in files]
    futures = client.map(stage_file, tasks, key=[(group, number) for number in range(len(tasks))], pure=False)
    left = dict(zip(futures, files, strict=True))
    for future in as_completed(futures, loop=client.loop):
        path = left[future].path
        try:
            failure = future.result()
        except KilledWorker as error:
            raise BusyError(
                f"Varje process som tog {path} dog. Det som hunnits med finns kvar.",
                f"Every process that took {path} died. What was done is kept.",
            ) from error
        if failure is not None:
            raise BusyError(f"{path}: {failure.swedish}", f"{path}: {failure.english}")
        del left[future]
        progress(list(left.values()))


def _publish(engine: Engine, source: SourceId, hands: int) -> list[Outcome] | None:
    """Publish what is staged; None where some of it must be staged again."""
    with in_turn(engine, source), side_by_side(engine, source, hands) as loose, engine.begin() as connection:
        hold_areas_still(connection)
        if forget_stale(connection, source):
            return None
        outcomes = publish_staged(connection, source, fetched, loose)
        release_open(connection, source)
        return outcomes


def _tidy(engine: Engine) -> None:
    """Drop the tables that are of no use any more, one by one: each drop is a lock until its transaction ends."""
    with engine.begin() as connection:
        deliveries = abandoned(connection)
    for delivery in deliveries:
        with engine.begin() as connection:
            drop_table(connection, delivery)
