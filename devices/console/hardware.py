"""`sirkula devices`: which reader is at a port, what lies on it now, and whether a lamp shines."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Annotated, Final

import typer
from msgspec import Struct

from broker.errors import BadSettings
from broker.program import stopping
from broker.settings import read_settings
from devices.capabilities import LampMeaning, TagUid
from devices.card_watch import CardEvent, CardWatch
from devices.catalogue import open_card_reader, open_lamp, open_reader
from devices.console.sightings import incomplete_sets, line_of
from devices.errors import NoAnswer
from devices.lamp_watch import LampWatch
from devices.pad import Pad
from devices.pad_events import PadEvent, StackCounted, TagArrived, TagLeft
from devices.probe import probe as probe_port
from devices.settings import CardReaderSettings, LampSettings, PadReaderSettings, TagSettings
from devices.tags.content import TagContent

app: Final = typer.Typer(help="Readers of tags and cards, and lamps.", no_args_is_help=True)
_TURN_S: Final = 0.2
_LAMP_TURNS: Final = 20
_LOOKS: Final = {
    LampMeaning.READY: "green, all the time",
    LampMeaning.WORKING: "green, slowly on and off",
    LampMeaning.ATTENTION: "amber, twice and a pause",
    LampMeaning.STOPPED: "red, once and a pause",
}


class HardwareSettings(Struct, frozen=True):
    """The part of a station's settings file that names its hardware; the rest is not read."""

    tags: TagSettings
    reader: PadReaderSettings
    card_reader: CardReaderSettings | None = None
    lamp: LampSettings | None = None


@app.command()
def probe(port: Annotated[str, typer.Argument(help="such as /dev/ttyUSB0")]) -> None:
    """Find the reader at PORT and its speed, changing nothing, and print its settings."""
    found = probe_port(port, trying=lambda words: typer.echo(f"trying {words}", err=True))
    if found is None:
        raise NoAnswer(f"{port}: no reader we know answers; check its power and its cable")
    typer.echo(f"# {found.words}\n{found.settings(port)}", nl=False)


@app.command()
def watch(
    station: Annotated[
        Path, typer.Option(help="settings file with [tags], [reader], [card_reader]")
    ],
) -> None:
    """Tell what comes, goes and goes wrong on pad and card reader, until Ctrl-C."""
    settings = read_settings(station, HardwareSettings)
    stop, heard = stopping(), SimpleQueue[PadEvent | CardEvent]()
    pad = Pad(lambda: open_reader(settings.reader), settings.tags, heard.put)
    watches: list[Pad | CardWatch] = [pad]
    if (cards := settings.card_reader) is not None:
        watches.append(CardWatch(lambda: open_card_reader(cards), heard.put))
    for one in watches:
        one.start()
    teller = _Teller(typer.echo)
    while not stop.is_set():
        try:
            teller.tell(heard.get(timeout=_TURN_S))
        except Empty:
            continue
    for one in watches:
        one.stop()


@app.command()
def lamp(
    station: Annotated[Path, typer.Option(help="settings file with [tags], [reader], [lamp]")],
) -> None:
    """Show everything the lamp can say, four seconds each; its station must not run meanwhile."""
    settings = read_settings(station, HardwareSettings).lamp
    if settings is None:
        raise BadSettings(f"{station}: no [lamp] is in it")
    stop, watch = stopping(), LampWatch(lambda: open_lamp(settings))
    watch.start()
    try:
        for meaning, look in _LOOKS.items():
            typer.echo(f"{meaning.value}: {look}")
            for _ in range(_LAMP_TURNS):
                watch.show(meaning)
                stop.wait(_TURN_S)
                if watch.trouble is not None:
                    raise watch.trouble
    finally:
        watch.stop()


class _Teller:
    """Tells each event, and after a stack is sure which sets on it lack a part."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._lying: dict[TagUid, TagContent] = {}

    def tell(self, event: PadEvent | CardEvent) -> None:
        now = datetime.now().astimezone()  # noqa: TID251 - for the eye of a technician
        self._say(f"{now:%H:%M:%S} {line_of(event)}")
        match event:
            case TagArrived(uid, content):
                self._lying[uid] = content
            case TagLeft(uid):
                self._lying.pop(uid, None)
            case StackCounted(sure=True):
                for line in incomplete_sets(self._lying):
                    self._say(f"{now:%H:%M:%S} {line}")
            case _:
                pass
