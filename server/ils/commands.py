"""`sirkula-server reconcile`, and who talks to a library's own system while the server runs."""

import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from sqlalchemy import Engine

from broker.errors import BadSettings
from broker.settings import read_settings
from server.catalogue import keep_elsewhere
from server.configuration import ServerSettings
from server.ils.asks import Asks
from server.ils.clerk import Clerk
from server.ils.reconciliation import Nightly
from server.ils.reconciliation import reconcile as compare
from server.ils.settings import Sip2, opened
from server.ils.tended import Tended
from server.ils.worker import Records, Say, Worker
from server.journal.database import open_engine, transaction


def reconcile(
    settings: Annotated[Path, typer.Option("--settings", help="the server's TOML file")],
) -> None:
    """Compares loans with the library's own system; differences become tasks. Prints JSON."""
    read = read_settings(settings, ServerSettings)
    if not isinstance(read.library, Sip2):
        raise BadSettings(f"{settings}: [library] names no system to compare with")
    system = opened(read.library, read.branch().zone, time.time)
    tally = compare(open_engine(read.database), system, time.time)
    system.close()
    typer.echo(msgspec.json.encode(asdict(tally)).decode())


def at_work(
    read: ServerSettings, engine: Engine, asks: Asks, say: Say, stopping: threading.Event
) -> Worker | None:
    """Whoever talks to the library's own system, from now on; None where there is none."""
    given = read.library
    with transaction(engine) as connection:
        keep_elsewhere(connection, elsewhere=isinstance(given, Sip2))
    if not isinstance(given, Sip2):
        return None
    zone = read.branch().zone
    system = opened(given, zone, time.time)
    records = Records(engine, Clerk(given.when_lent_to_another), asks)
    worker = Worker(records, system, say, time.time, stopping)
    worker.start(given.connections)
    tended = Tended(engine, system, Nightly(given.reconcile_at, zone))
    threading.Thread(target=tended.run, args=(stopping, time.time), daemon=True).start()
    return worker
