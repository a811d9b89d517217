"""`sirkula frame`: what a line of a trace says."""

import json
from dataclasses import asdict
from enum import Enum
from typing import Annotated, Final

import typer

from devices.feig import trace as feig
from devices.m3_810 import trace as m3_810
from devices.metratec import trace as metratec
from devices.rl866 import trace as rl866
from devices.rr3036 import trace as rr3036

app: Final = typer.Typer(help="Explain the frames of readers.", no_args_is_help=True)


class Family(Enum):
    """Families by the names their settings have."""

    FEIG = "feig"
    M3_810 = "m3-810"
    RL866 = "rl866"
    METRATEC = "metratec"
    RR3036 = "rr3036"


_EXPLAINED: Final = {
    Family.FEIG: feig.explained,
    Family.M3_810: m3_810.explained,
    Family.RL866: rl866.explained,
    Family.METRATEC: metratec.explained,
    Family.RR3036: rr3036.explained,
}


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
