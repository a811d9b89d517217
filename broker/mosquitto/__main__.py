"""`sirkula-broker`: Mosquitto for one machine, until Ctrl-C."""

import signal
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from broker.errors import SirkulaError
from broker.mosquitto.child import Mosquitto
from broker.mosquitto.settings import BrokerSettings
from broker.settings import read_settings


def run(settings: Annotated[Path, typer.Option(help="the broker's TOML file")]) -> None:
    """Runs a private Mosquitto on the loopback interface."""
    try:
        read = read_settings(settings, BrokerSettings)
        mosquitto = Mosquitto(read.port, Path(read.folder))
        signal.signal(signal.SIGTERM, _as_interrupt)
        mosquitto.start()
    except SirkulaError as error:
        typer.echo(f"sirkula-broker: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"broker ready on 127.0.0.1:{read.port}")
    try:
        status = mosquitto.wait()
    except KeyboardInterrupt:
        mosquitto.stop()
        status = 0
    raise typer.Exit(status)


def _as_interrupt(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> None:
    typer.run(run)


if __name__ == "__main__":
    main()
