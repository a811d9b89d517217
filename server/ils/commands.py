"""`sirkula-server reconcile`, and who talks to a library's own system while the server runs."""

import secrets
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer
from sqlalchemy import Engine

from broker.errors import BadSettings
from broker.settings import read_settings
from broker.vocabulary import ActId
from server.catalogue import keep_elsewhere
from server.configuration import ServerSettings
from server.ils.clerk import Clerk
from server.ils.journalled import JournalledSystem
from server.ils.library import SystemLibrary
from server.ils.opening import open_library_system
from server.ils.port import LibrarySystem
from server.ils.reconciliation import Nightly
from server.ils.reconciliation import reconcile as compare
from server.ils.service_desk import BuiltInDesk
from server.ils.settings import BuiltIn
from server.ils.tended import Tended
from server.ils.worker import Records, Say, Worker
from server.journal.database import open_engine, transaction
from server.library import Library

_TENDED_EVERY_SECONDS: Final = 5.0


def reconcile(
    settings: Annotated[Path, typer.Option("--settings", help="the server's TOML file")],
) -> None:
    """Compares loans with the library's own system; differences become tasks. Prints JSON."""
    read = read_settings(settings, ServerSettings)
    if isinstance(read.library, BuiltIn):
        raise BadSettings(f"{settings}: [library] names no system to compare with")
    zone = read.branch().zone
    system = open_library_system(read.library, zone, time.time, time.monotonic)
    tally = compare(open_engine(read.database), system, time.time)
    system.close()
    typer.echo(msgspec.json.encode(asdict(tally)).decode())


def offered(read: ServerSettings, engine: Engine, stopping: threading.Event) -> LibrarySystem:
    """What machines of other makers reach: loans kept here, or the library's own system.

    That one is told of changes by whoever is at work in the ingest; it must be running.
    """
    if isinstance(read.library, BuiltIn):
        return BuiltInDesk(engine, read.keeper(), time.time, _new_act)
    zone, terms = read.branch().zone, read.terms
    system = open_library_system(read.library, zone, time.time, time.monotonic)
    library = SystemLibrary(read.branch(), read.site, terms.loan_days)

    def tend() -> None:
        while not stopping.wait(_TENDED_EVERY_SECONDS):
            system.tend()
        system.close()

    threading.Thread(target=tend, daemon=True).start()
    return JournalledSystem(engine, library, system, time.time, _new_act, stopping)


def at_work(
    read: ServerSettings, engine: Engine, library: Library, say: Say, stopping: threading.Event
) -> Worker | None:
    """Whoever talks to the library's own system, from now on; None where there is none."""
    with transaction(engine) as connection:
        keep_elsewhere(connection, elsewhere=isinstance(library, SystemLibrary))
    if isinstance(read.library, BuiltIn) or not isinstance(library, SystemLibrary):
        return None
    zone = read.branch().zone
    system = open_library_system(read.library, zone, time.time, time.monotonic)
    records = Records(engine, Clerk(read.terms.when_lent_to_another), library)
    worker = Worker(records, system, say, time.time, stopping)
    worker.start(read.library.connections)
    tended = Tended(engine, system, Nightly(read.terms.reconcile_at, zone))
    threading.Thread(target=tended.run, args=(stopping, time.time), daemon=True).start()
    return worker


def _new_act() -> ActId:
    return ActId(f"desk-{secrets.token_hex(12)}")
