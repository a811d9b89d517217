"""`sirkula-server`: the library's side on one machine. The only reader of arguments and files."""

import os
import sys
import time
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Annotated

import msgspec
import typer
from sqlalchemy import Connection

from broker import topics
from broker.doctor.report import AsJson, examine
from broker.mqtt import Address, Line
from broker.processes import start_tied, stop
from broker.program import run_program, stopping
from broker.settings import read_settings
from broker.topics import subscriptions_of_server
from broker.vocabulary import DeviceId
from broker.wire import encode_snapshot
from server.catalogue import rulebook
from server.configuration import ServerSettings
from server.desk import commands as desk
from server.fitness import server_checks
from server.ingest import Ingest, server_will
from server.intake import Intake
from server.journal.database import open_engine, transaction
from server.library import Library
from server.migrations import migrate
from server.sample import load_sample, sample_cards, sample_items
from server.settings import desired_settings

app = typer.Typer(help=__doc__, no_args_is_help=True, pretty_exceptions_enable=False)
app.add_typer(desk.app, name="tasks")
File = Annotated[Path, typer.Option("--settings", help="the server's TOML file")]


@app.command()
def run(settings: File) -> None:
    """Brings the database up to date, then runs ingest and pages until Ctrl-C."""
    read = read_settings(settings, ServerSettings)
    examine(server_checks(read, os.environ), only=False, json=False)
    migrate(read.database)
    stop_asked = stopping()
    program = [sys.executable, "-m", "server"]
    children = [
        start_tied([*program, part, "--settings", str(settings)]) for part in ("ingest", "web")
    ]
    while not stop_asked.wait(0.2) and all(child.poll() is None for child in children):
        pass
    statuses = [stop(child) for child in children]
    raise typer.Exit(0 if stop_asked.is_set() else max(statuses, default=1) or 1)


@app.command()
def ingest(settings: File) -> None:
    """Takes in what stations send."""
    read = read_settings(settings, ServerSettings)
    examine(server_checks(read, os.environ), only=False, json=False)
    branch = read.branch()

    def wished(connection: Connection, device: DeviceId) -> bytes:
        today = datetime.fromtimestamp(time.time(), branch.zone).date()
        days = rulebook(connection, branch).calendar.closed_days
        service = read.service(device)
        return encode_snapshot(desired_settings(service, branch, read.limits(), days, today))

    stop_asked = stopping()
    engine = open_engine(read.database)
    taking = Ingest(engine, Intake(Library(branch), read.site), wished, stop_asked)
    line = Line(
        Address(read.broker.host, read.broker.port),
        f"{read.site}{topics.SERVER}",
        server_will(read.site),
        taking.tell,
        Random(),  # noqa: S311 spreads reconnections, hides nothing
        acknowledge_by_hand=True,
    )
    line.open(*subscriptions_of_server(read.site))
    taking.run(line, time.time)
    line.close(server_will(read.site))
    engine.dispose()


@app.command()
def web(settings: File) -> None:
    """Serves the technicians' and librarians' pages."""
    from server.web.app import create_app  # noqa: PLC0415 ingest needs no web framework
    from server.web.serve import serve  # noqa: PLC0415

    read = read_settings(settings, ServerSettings)
    engine = open_engine(read.database)
    serve(create_app(engine, read.branch().zone, time.time), read.web.host, read.web.port)


@app.command()
def check(settings: File, *, as_json: AsJson = False) -> None:
    """Says whether all is well, and what to do; status 1 if anything has to be put right."""
    read = read_settings(settings, ServerSettings)
    examine(server_checks(read, os.environ), only=True, json=as_json)


@app.command("migrate")
def migrate_database(settings: File) -> None:
    """Brings the database's tables up to date."""
    migrate(read_settings(settings, ServerSettings).database)


@app.command()
def sample(settings: File) -> None:
    """Fills an empty database with the sample library, marked as sample; prints what is in it."""
    read = read_settings(settings, ServerSettings)
    migrate(read.database)
    today = datetime.fromtimestamp(time.time(), read.branch().zone).date()
    with transaction(open_engine(read.database)) as connection:
        load_sample(connection, today)
    contents = {"cards": dict(sample_cards()), "items": dict(sample_items())}
    typer.echo(msgspec.json.encode(contents).decode())


def main() -> None:
    run_program(app)


if __name__ == "__main__":
    main()
