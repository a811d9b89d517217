"""`sirkula-server`: the library's side on one machine."""

import gc
import os
import sys
import threading
import time
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Annotated

import msgspec
import typer
from sqlalchemy import Connection, Engine

from broker.doctor.report import AsJson, examine
from broker.errors import BadSettings
from broker.mqtt import Line
from broker.processes import PATIENCE_SECONDS, start_tied, stop_all
from broker.program import run_program, stopping
from broker.sealing import OpeningKey
from broker.settings import read_settings
from broker.topics import server_name, subscriptions_of_server
from broker.vocabulary import DeviceId
from broker.wire import encode_snapshot
from server.backup import back_up, restore
from server.catalogue import rulebook
from server.configuration import ServerSettings
from server.desk import closed_days, holds, members, privacy, shelves
from server.desk import commands as desk
from server.desk.feedback import tell_feedback
from server.enrolment import commands
from server.enrolment.eviction import Eviction
from server.enrolment.keys import host_credentials, open_keys
from server.enrolment.registrar import Registrar
from server.enrolment.tending import Tending
from server.fitness import server_checks
from server.ils.commands import at_work, reconcile
from server.ils.sip2_server import commands as sip2
from server.ingest import Ingest, server_will
from server.intake import Intake
from server.journal.database import once_there, open_engine, transaction
from server.keys import forget_key, opening_key
from server.mail import commands as mail
from server.migrations import migrate
from server.retention import Retention
from server.sample import load_sample, sample_cards, sample_items
from server.settings import desired_settings
from server.transfer import commands as transfer

app = typer.Typer(help=__doc__, no_args_is_help=True, pretty_exceptions_enable=False)
app.add_typer(privacy.app, name="subject")
app.add_typer(desk.app, name="tasks")
app.add_typer(holds.app, name="holds")
app.add_typer(closed_days.app, name="closed-days")
app.add_typer(members.app, name="members")
app.add_typer(shelves.app, name="shelves")
File = Annotated[Path, typer.Option("--settings", help="the server's TOML file")]


@app.command()
def run(settings: File) -> None:
    """Brings the database up to date, then runs ingest and pages until Ctrl-C."""
    read = read_settings(settings, ServerSettings)
    stop_asked = stopping()
    engine = open_engine(read.database)

    def begin() -> None:
        examine(server_checks(read, os.environ), only=False, json=False)
        migrate(read.database)
        _key(read, engine)

    once_there(engine, stop_asked, begin)
    engine.dispose()
    program = [sys.executable, "-m", "server"]
    optional = {"enrolment": read.enrolment, "sip2": read.sip2}
    parts = ["ingest", "web", *(part for part, given in optional.items() if given is not None)]
    if read.enrolment is not None:
        open_keys(read.keys, read.site, read.hosts(), time.time()).tend(time.time())
    children = [start_tied([*program, part, "--settings", str(settings)]) for part in parts]
    while not stop_asked.wait(0.2) and all(child.poll() is None for child in children):
        pass
    # Whoever stops this program waits as long for the whole of it.
    statuses = stop_all(children, PATIENCE_SECONDS / 2)
    raise typer.Exit(0 if stop_asked.is_set() else max(statuses, default=1) or 1)


@app.command()
def ingest(settings: File) -> None:
    """Takes in what stations send."""
    read = read_settings(settings, ServerSettings)
    stop_asked = stopping()
    engine = open_engine(read.database)

    def begin() -> OpeningKey:
        examine(server_checks(read, os.environ), only=False, json=False)
        return _key(read, engine)

    key = once_there(engine, stop_asked, begin)
    branch = read.branch()

    def wished(connection: Connection, device: DeviceId) -> bytes:
        today = datetime.fromtimestamp(time.time(), branch.zone).date()
        days = rulebook(connection, branch).calendar.closed_days
        service = read.service(device)
        staff = read.staff_cards()
        return encode_snapshot(desired_settings(service, branch, read.limits(), days, today, staff))

    library = read.keeper()
    intake = Intake(library, read.site, key)
    taking = Ingest(engine, intake, wished, stop_asked)
    retention = Retention(engine, read.retention.days, branch)
    worker = at_work(read, engine, library, taking.answer, stop_asked)
    postman = mail.at_the_post(read, library, taking.answer, stop_asked)

    def between_batches(now: float) -> None:
        if worker is not None:
            worker.stir()
        retention.tick(now)

    line = Line(
        read.broker_address(),
        server_name(read.site),
        server_will(read.site),
        taking.tell,
        Random(),  # noqa: S311 spreads reconnections, hides nothing
        acknowledge_by_hand=True,
    )
    line.open(*subscriptions_of_server(read.site))
    taking.run(line, time.time, between_batches)
    line.close(server_will(read.site))
    if worker is not None:
        worker.join()
    if postman is not None:
        postman.join()
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
def enrolment(settings: File) -> None:
    """Gives devices their certificates and renews them; tends the server's own."""
    from server.web.enrolment import create_enrolment  # noqa: PLC0415 ingest needs no web framework
    from server.web.serve import WebServer  # noqa: PLC0415

    read = read_settings(settings, ServerSettings)
    if read.enrolment is None:
        raise BadSettings(f"{settings}: there is no [enrolment] to serve")
    keys = open_keys(read.keys, read.site, read.hosts(), time.time())
    keys.tend(time.time())
    registrar = Registrar(open_engine(read.database), keys)
    own = host_credentials(keys.folder)
    tls = own.server_context()
    eviction = Eviction(registrar.engine, keys, read.broker_address()) if read.broker.tls else None
    tending = Tending(registrar, eviction, lambda: own.show(tls))
    stop = threading.Event()
    threading.Thread(target=tending.run, args=(stop, time.time), daemon=True).start()
    app = create_enrolment(registrar, time.time)
    WebServer(app, read.enrolment.host, read.enrolment.port, tls).run()
    stop.set()


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
def backup(settings: File, to: Annotated[Path, typer.Option(help="the folder for it")]) -> None:
    """Writes a backup of the running database, and tells stations what it holds."""
    engine = open_engine(read_settings(settings, ServerSettings).database)
    typer.echo(back_up(engine, to, time.time()))


@app.command("restore")
def restore_database(
    settings: File, backup: Annotated[Path, typer.Option("--from", help="a backup's file")]
) -> None:
    """Fills an empty database from a backup; the server must not run meanwhile."""
    engine = open_engine(read_settings(settings, ServerSettings).database)
    restore(engine, backup, time.time())


@app.command()
def sample(settings: File) -> None:
    """Fills an empty database with the sample library, marked as sample; prints what is in it."""
    read = read_settings(settings, ServerSettings)
    migrate(read.database)
    today = datetime.fromtimestamp(time.time(), read.branch().zone).date()
    with transaction(open_engine(read.database)) as connection:
        load_sample(connection, today)
    contents = {"cards": dict(sample_cards()), "items": dict(sample_items())}
    _print(contents)


@app.command()
def key(
    settings: File,
    *,
    anew: Annotated[bool, typer.Option(help="the old pair is lost for good")] = False,
) -> None:
    """Prints the public key that stations seal to; makes the pair when there is none."""
    read = read_settings(settings, ServerSettings)
    migrate(read.database)
    engine = open_engine(read.database)
    if anew:
        with transaction(engine) as connection:
            forget_key(connection)
    typer.echo(str(_key(read, engine).sealing))


def _key(read: ServerSettings, engine: Engine) -> OpeningKey:
    with transaction(engine) as connection:
        return opening_key(Path(read.keys), connection)


def _print(told: object) -> None:
    typer.echo(msgspec.json.encode(told).decode())


app.command("feedback")(tell_feedback)
app.command("retention")(privacy.retain)
app.command("sip2")(sip2.serve)
app.command("sip2-password")(sip2.hash_password)
app.command("mail-test")(mail.mail_test)
app.command("import")(transfer.import_file)
app.command("export")(transfer.export_file)
for command in (commands.keys, commands.invite, commands.revoke, commands.devices, reconcile):
    app.command()(command)


def main() -> None:
    # What is there by now stays (`server.__main__`): from here on there may be garbage.
    gc.freeze()
    gc.enable()
    run_program(app)
