"""The demonstration: a stage, its simulated hardware, and a prompt or a script to move it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from devices.capabilities import TagUid
from devices.console.ports import Ports
from devices.console.scripted import Play
from devices.console.settings_files import OWNER, Hardware, Panel
from devices.console.simulation import section
from devices.console.stage import Stage
from devices.errors import NotUnderstood
from devices.station.description import PUBLISHED_TAGS, read_station
from devices.station.prompt import HELP, Part, command_of
from devices.station.station import SimulatedStation

# So many of the sample library's items are there to hold; more only slow the start.
BOOKS: Final = 60
# A card of another library, and one whose number is new at every tap (ISO/IEC 14443-3, 6.5.4).
STRANGE_CARDS: Final = {"FOREIGN": "04DEADBEEF1234", "RANDOM": "08112233"}
_LAMPS: Final = '[lamp]\ndriver = "lcus"\n[bin_lamp]\ndriver = "led"\n'
_UID_PREFIX: Final = bytes.fromhex("E00401500001")


@contextmanager
def furnished(folder: Path, ports: Ports, panel: Panel) -> Iterator[tuple[Stage, SimulatedStation]]:
    """A stage with the sample library and its hardware plugged in; no program runs yet.

    Whatever was started on it is stopped at the end. Raises PortTaken and StageFailed.
    """
    stage = Stage(folder, ports)
    stage.prepare()
    described = folder / "station.toml"
    described.write_text(_description(stage.sample_library()), encoding="utf-8")
    station = SimulatedStation(
        read_station(described, PUBLISHED_TAGS), folder, "127.0.0.1", ports.broker
    )
    station.start()
    hardware = Hardware(
        pad=station.pad_settings.port,
        bin=station.bin_settings.port,
        cards=station.card_settings.path,
        network_port=station.network.port,
        lamp=_lamp(station, Part.LAMP),
        bin_lamp=_lamp(station, Part.BIN_LAMP),
    )
    stage.furnish(hardware, panel)
    try:
        yield stage, station
    finally:
        stage.stop()
        station.close()


def scripted(
    folder: Path, ports: Ports, panel: Panel, say: Callable[[str], None]
) -> dict[str, Any]:
    """Plays one visit by itself; its account. Raises StageFailed when anything is amiss."""
    with furnished(folder, ports, panel) as (stage, station):
        stage.start()
        return Play(stage, station, say).run()


def by_hand(folder: Path, ports: Ports, panel: Panel, say: Callable[[str], None]) -> None:
    """A prompt until its end or Ctrl-C."""
    with furnished(folder, ports, panel) as (stage, station):
        stage.start()
        stage.until_served()
        say(f"The dashboard: http://127.0.0.1:{ports.web}/")
        say(f"Try, at this prompt:\n{HELP}")
        for line in sys.stdin:
            try:
                say(station.carry_out(command_of(line)))
            except NotUnderstood as error:
                say(str(error))


def _description(sample: dict[str, Any]) -> str:
    """The sample's cards and first books, as a simulated station's file."""
    cards = [
        f'[[cards]]\nnumber = "{number}"\nuid = "{uid}"\n'
        for number, uid in (sample["cards"] | STRANGE_CARDS).items()
    ]
    books = [
        f'[[books]]\nmodel = "iso28560-3"\nitem = "{barcode}"\nuid = "{_uid(number)}"\n'
        f'owner = "{OWNER}"\nafi = 0x07\n'
        for number, barcode in enumerate(list(sample["items"])[:BOOKS], 1)
    ]
    return "\n".join((_LAMPS, *cards, *books))


def _lamp(station: SimulatedStation, part: Part) -> str:
    settings = station.lamp_settings(part)
    return "" if settings is None else f"\n{section('lamp', settings)}"


def _uid(number: int) -> TagUid:
    return TagUid(_UID_PREFIX + number.to_bytes(2, "big"))
