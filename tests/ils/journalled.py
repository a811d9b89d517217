"""A library's own system behind the saga: real journal and worker, the ledger for a system."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Final

from sqlalchemy import Engine

from broker.vocabulary import ActId, ItemId, PatronId, SiteId
from server.catalogue import keep_elsewhere
from server.ils.clerk import Clerk
from server.ils.journalled import JournalledSystem
from server.ils.library import SystemLibrary
from server.ils.port import Lent, Refused, Returned
from server.ils.worker import Records, Worker
from server.journal.database import transaction
from server.settings import Branch
from tests.ils.cases import JAKARTA, NOW
from tests.ils.ledger import LOAN_DAYS, Ledger, small_library
from tests.ils.shelf import Shelf

_PATIENCE_SECONDS: Final = 30.0


class SlowShelf(Shelf):
    """Changes wait while it is held up."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger)
        self._free = threading.Event()
        self._free.set()

    @contextmanager
    def held_up(self) -> Iterator[None]:
        self._free.clear()
        yield
        self._free.set()

    def lend(
        self, patron: PatronId, item: ItemId, act: ActId, at: float, due: date
    ) -> Lent | Refused:
        self._free.wait()
        return super().lend(patron, item, act, at, due)

    def take_back(self, item: ItemId, dropped_at: float) -> Returned | Refused:
        self._free.wait()
        return super().take_back(item, dropped_at)


@dataclass(frozen=True)
class House:
    """The system, and the way to it that machines of other makers have."""

    shelf: SlowShelf
    machine: JournalledSystem

    def eventually(self, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not is_so():
            assert time.monotonic() < deadline
            threading.Event().wait(0.05)


@contextmanager
def journalled(engine: Engine, patience: float) -> Iterator[House]:
    """`engine` has the server's tables. At the end the system is away."""
    with transaction(engine) as connection:
        keep_elsewhere(connection, elsewhere=True)
    start, stopping, numbers = time.monotonic(), threading.Event(), count()

    def now() -> float:
        return NOW + time.monotonic() - start

    shelf = SlowShelf(small_library())
    library = SystemLibrary(Branch(JAKARTA), SiteId("binjai"), LOAN_DAYS)
    records = Records(engine, Clerk(), library)
    worker = Worker(records, shelf, lambda *_: None, now, stopping)
    worker.start(2)
    acts = (ActId(f"machine-{number}") for number in numbers)
    machine = JournalledSystem(
        engine, library, shelf, now, acts.__next__, threading.Event(), patience
    )
    yield House(shelf, machine)
    shelf.closed = True
    worker.join()
