"""`sirkula`: what a technician types. The programs themselves are listed here and started by it."""

import json
import os
import re
import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from broker.errors import SirkulaError
from devices.console import frame, hardware, staff, tag
from devices.console.demo import by_hand
from devices.console.demo import scripted as play
from devices.console.doctor import command_for
from devices.console.enrol import enrol
from devices.console.ports import Ports
from devices.console.settings_files import Panel
from devices.console.simulation import simulate
from devices.console.stage import has_display

app: Final = typer.Typer(
    help="Sirkula: self-service circulation for libraries.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(tag.app, name="tag")
app.command()(enrol)
PROGRAMS: Final = {
    "kiosk": ("kiosk", "The touchscreen kiosk: borrow and return."),
    "dropbox": ("kiosk.dropbox", "The unattended return box."),
    "agent": ("kiosk.agent", "Health of a reading-room computer, gate or counter."),
    "server": ("server", "The library's side: run, tasks, check, invite, revoke, devices ..."),
    "ils": ("server.ils", "The library's own system: check ..."),
    "broker": ("broker.mosquitto", "Mosquitto for one machine, or its configuration as a service."),
}
app.add_typer(frame.app, name="frame")
app.add_typer(hardware.app, name="devices")
app.add_typer(staff.app, name="staff")
app.command()(simulate)
_UNTOUCHED: Final = {"allow_extra_args": True, "ignore_unknown_options": True}


@app.command()
def demo(
    *,
    scripted: Annotated[bool, typer.Option(help="play one visit by itself")] = False,
    first_port: Annotated[int, typer.Option(help="first of three loopback ports")] = 18830,
    folder: Annotated[Path, typer.Option(help="made anew at every start")] = Path("var/demo"),
    panel: Annotated[str, typer.Option(help="WIDTHxHEIGHT pixels @ INCHES")] = "1280x800@10.1",
) -> None:
    """A whole library on this machine: broker, server, kiosk, drop box and agent."""
    size = _panel(panel)
    place = folder.absolute()
    try:
        if scripted or not has_display():
            typer.echo(json.dumps(play(place, Ports(first_port), size, typer.echo)))
        else:
            by_hand(place, Ports(first_port), size, typer.echo)
    except KeyboardInterrupt:
        typer.echo("stopped", err=True)


@app.command()
def doctor(
    settings: Annotated[Path, typer.Option(help="the TOML file of any program")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False,
) -> None:
    """Whether this machine is fit for that program, and what to do; status 1 if it is not."""
    module, *asked = command_for(settings)
    words = [*asked, "--settings", str(settings), *(["--json"] if as_json else [])]
    os.execv(sys.executable, [sys.executable, "-m", module, *words])  # noqa: S606 our own program


def _panel(words: str) -> Panel:
    """Raises BadParameter unless it is like `1024x600@7`."""
    found = re.fullmatch(r"(\d+)x(\d+)@(\d+(?:\.\d+)?)", words)
    if found is None:
        raise typer.BadParameter("a panel is WIDTHxHEIGHT@INCHES, such as 1024x600@7")
    return Panel(int(found[1]), int(found[2]), float(found[3]))


def _program(name: str, module: str, words: str) -> None:
    def start(context: typer.Context) -> None:
        os.execv(sys.executable, [sys.executable, "-m", module, *context.args])  # noqa: S606

    start.__doc__ = words
    app.command(name, context_settings=_UNTOUCHED, add_help_option=False)(start)


for _name, (_module, _words) in PROGRAMS.items():
    _program(_name, _module, _words)


def main() -> None:
    try:
        app()
    except SirkulaError as error:
        sys.exit(f"sirkula: {error}")


if __name__ == "__main__":
    main()
