"""`sirkula-broker`: Mosquitto for one machine, until Ctrl-C, or its configuration as a service."""

import os
from pathlib import Path
from typing import Annotated

import typer

from broker.doctor.report import AsJson, CheckOnly, examine
from broker.errors import BadSettings, Unreachable
from broker.mosquitto.child import Mosquitto, write_configuration
from broker.mosquitto.configuration import BROKER_FILES
from broker.mosquitto.fitness import broker_checks
from broker.mosquitto.settings import BrokerSettings
from broker.program import run_program, stopping
from broker.settings import read_settings

app = typer.Typer(help=__doc__, no_args_is_help=True, pretty_exceptions_enable=False)
File = Annotated[Path, typer.Option("--settings", help="the broker's TOML file")]


@app.command()
def run(settings: File, *, check: CheckOnly = False, as_json: AsJson = False) -> None:
    """Runs a private Mosquitto: on the loopback interface, or with [tls] for stations elsewhere."""
    read = read_settings(settings, BrokerSettings)
    examine(broker_checks(read, os.environ), only=check, json=as_json)
    stop = stopping()
    files = [Path(read.tls.keys) / name for name in BROKER_FILES] if read.tls else []
    for file in files:
        if not file.exists():
            raise BadSettings(f"{file} is not there: `sirkula-server keys` makes it")
    mosquitto = Mosquitto(read.port, Path(read.folder), read.tls)
    seen = [file.stat().st_mtime_ns for file in files]
    mosquitto.start()
    typer.echo(f"broker ready on {read.tls.host if read.tls else '127.0.0.1'}:{read.port}")
    while mosquitto.runs and not stop.wait(0.2):
        if seen != (now := [file.stat().st_mtime_ns for file in files]):
            seen = now
            mosquitto.reload()
    if not stop.is_set():
        raise Unreachable("mosquitto ended by itself; see its lines above")
    mosquitto.stop()


@app.command("configuration")
def write(
    settings: File,
    into: Annotated[Path | None, typer.Option(help="folder; the settings file's if none")] = None,
) -> None:
    """Writes mosquitto.conf and mosquitto.acl for Mosquitto as a service of its own."""
    read = read_settings(settings, BrokerSettings)
    if read.tls is None:
        raise BadSettings(f"{settings}: a service needs the table [tls] with `site` and `keys`")
    file = write_configuration(read.port, Path(read.folder), read.tls, into or settings.parent)
    typer.echo(f"{file.absolute()}\n{file.with_suffix('.acl').absolute()}")


def main() -> None:
    run_program(app)


if __name__ == "__main__":
    main()
