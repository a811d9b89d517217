"""`sirkula simulate`: a station's hardware, simulated, for real programs and for practice."""

import sys
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from devices.errors import NotUnderstood
from devices.station.description import read_station
from devices.station.prompt import Part, command_of
from devices.station.station import SimulatedStation

_BROKER: Final = "127.0.0.1:1883"


def simulate(
    station: Annotated[list[Path], typer.Argument(help="files that describe it")],
    *,
    folder: Annotated[Path, typer.Option(help="where its ports appear")] = Path("var/simulated"),
    broker: Annotated[str, typer.Option(help="where its network cable leads")] = _BROKER,
) -> None:
    """A station's readers, cards, books, scanner and printer, moved by words at a prompt.

    Prints what a settings file has to say about them.
    """
    host, _, port = broker.rpartition(":")
    if not (host and port.isdecimal()):
        raise typer.BadParameter("--broker is HOST:PORT, such as 127.0.0.1:1883")
    folder.mkdir(parents=True, exist_ok=True)
    simulated = SimulatedStation(read_station(*station), folder.absolute(), host, int(port))
    simulated.start()
    try:
        typer.echo(settings_of(simulated))
        for line in sys.stdin:
            typer.echo(_answer(simulated, line))
    except KeyboardInterrupt:
        typer.echo("stopped", err=True)
    finally:
        simulated.close()


def settings_of(station: SimulatedStation) -> str:
    """The devices of a station that has started, as sections of a settings file."""
    sections = {
        "reader": station.pad_settings,
        "card_reader": station.card_settings,
        "scanner": station.scanner_settings,
        "printer": station.printer_settings,
        "lamp": station.lamp_settings(Part.LAMP),
    }
    told = [f"[broker]\nport = {station.network.port}\n"]
    told += [section(name, settings) for name, settings in sections.items() if settings]
    of_box = section("reader", station.bin_settings)
    if (lamp := station.lamp_settings(Part.BIN_LAMP)) is not None:
        of_box += section("lamp", lamp)
    bin_ = of_box.replace("\n", "\n# ").removesuffix("# ")
    return "\n".join((*told, f"# or, of the return box\n# {bin_}"))


def section(name: str, settings: msgspec.Struct) -> str:
    """A section of a settings file: only what is not as it would be anyway."""
    config = settings.__struct_config__
    lines = [f"[{name}]", f'driver = "{config.tag}"']
    for field in msgspec.structs.fields(settings):
        value = getattr(settings, field.name)
        if value != field.default:
            lines.append(f"{field.name} = {msgspec.json.encode(value).decode()}")
    return "\n".join(lines) + "\n"


def _answer(station: SimulatedStation, line: str) -> str:
    try:
        return station.carry_out(command_of(line))
    except NotUnderstood as error:
        return str(error)
