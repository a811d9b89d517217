"""`sirkula-broker`: Mosquitto for one machine, until Ctrl-C."""

import os
from pathlib import Path
from typing import Annotated

import typer

from broker.doctor.report import AsJson, CheckOnly, examine
from broker.errors import Unreachable
from broker.mosquitto.child import Mosquitto
from broker.mosquitto.fitness import broker_checks
from broker.mosquitto.settings import BrokerSettings
from broker.program import run_command, stopping
from broker.settings import read_settings


def run(
    settings: Annotated[Path, typer.Option(help="the broker's TOML file")],
    *,
    check: CheckOnly = False,
    as_json: AsJson = False,
) -> None:
    """Runs a private Mosquitto on the loopback interface."""
    read = read_settings(settings, BrokerSettings)
    examine(broker_checks(read, os.environ), only=check, json=as_json)
    stop = stopping()
    mosquitto = Mosquitto(read.port, Path(read.folder))
    mosquitto.start()
    typer.echo(f"broker ready on 127.0.0.1:{read.port}")
    while mosquitto.runs and not stop.wait(0.2):
        pass
    if not stop.is_set():
        raise Unreachable("mosquitto ended by itself; see its lines above")
    mosquitto.stop()


def main() -> None:
    run_command(run)


if __name__ == "__main__":
    main()
