"""`sirkula frame`: what a line of a trace says."""

import json
from dataclasses import asdict
from enum import Enum
from typing import Annotated, Final

import typer

from devices.feig import trace as feig

app: Final = typer.Typer(help="Explain the frames of readers.", no_args_is_help=True)


class Family(Enum):
    """Families by the names their settings have."""

    FEIG = "feig"


_EXPLAINED: Final = {Family.FEIG: feig.explained}


@app.callback()
def _group() -> None:
    """A group of commands, though it has one."""


@app.command()
def decode(
    family: Annotated[Family, typer.Argument(help="whose frame it is")],
    frame: Annotated[str, typer.Argument(help="hexadecimal digits, in one argument")],
) -> None:
    """One frame in either direction, as one JSON object."""
    try:
        raw = bytes.fromhex(frame)
    except ValueError as error:
        raise typer.BadParameter("FRAME is not an even number of hexadecimal digits") from error
    typer.echo(json.dumps(asdict(_EXPLAINED[family](raw))))
