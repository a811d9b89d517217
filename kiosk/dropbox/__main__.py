"""`sirkula-dropbox`: the unattended return box, until Ctrl-C."""

import os
from pathlib import Path
from typing import Annotated

import typer

from broker.doctor.report import AsJson, CheckOnly, examine
from broker.program import run_command, stopping
from broker.settings import read_settings
from broker.supervision import supervision
from broker.telemetry import Kind
from devices.catalogue import open_reader
from kiosk.dropbox.box import BoxConduct, condition, lamp
from kiosk.fitness import station_checks
from kiosk.lighting import lighting
from kiosk.running import Running
from kiosk.settings import DropBoxSettings, server_key


def run(
    settings: Annotated[Path, typer.Option(help="the drop box's TOML file")],
    *,
    check: CheckOnly = False,
    as_json: AsJson = False,
) -> None:
    """Takes back whatever falls into the bin, at that moment."""
    read = read_settings(settings, DropBoxSettings)
    examine(station_checks(read, os.environ), only=check, json=as_json)
    conduct = BoxConduct(read.holds)
    sealing = server_key(read.folder)
    watched = supervision(os.environ, os.getpid())
    running = Running(
        read,
        sealing,
        Kind.DROP_BOX,
        conduct,
        lambda: condition(conduct.box),
        in_bin=True,
        lighting=lighting(read.lamp, lambda: lamp(conduct.box)),
        turned=watched.alive,
    )
    running.run(lambda: open_reader(read.reader), stopping())
    watched.leaving()


def main() -> None:
    run_command(run)


if __name__ == "__main__":
    main()
