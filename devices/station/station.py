"""The simulated station: its devices at their paths, and what the prompt does to them."""

from pathlib import Path

from devices.capabilities import LampColour
from devices.errors import NotUnderstood
from devices.nfc.simulator import NfcField
from devices.settings import (
    EscposSettings,
    LampSettings,
    NfcSettings,
    PadReaderSettings,
    ScannerSettings,
)
from devices.station.description import Place, ReaderEntry, StationDescription
from devices.station.desk import Desk
from devices.station.lamps import SimulatedLamp
from devices.station.prompt import (
    HELP,
    Command,
    Drop,
    Help,
    LayCard,
    LookAtLamps,
    Net,
    Part,
    Plug,
    Put,
    SaveReceipt,
    SetPrinter,
    ShowBarcode,
    Spoil,
    Switch,
    Take,
    TakeCard,
    Unplug,
)
from devices.station.readers import SimulatedReader
from devices.station.relay import SwitchableRelay
from devices.station.truth import Truth


class SimulatedStation:
    """A kiosk's pad, cards, scanner and printer, a return box's bin, the lamps of both, and their
    way to the broker.

    Terminals appear as `pad`, `bin` and so on in `folder`. Nothing is plugged before `start`.
    """

    def __init__(
        self, description: StationDescription, folder: Path, broker_host: str, broker_port: int
    ) -> None:
        self.truth = Truth(description)
        self.network = SwitchableRelay(0, broker_host, broker_port)
        usual = ReaderEntry()
        self._pad = SimulatedReader(folder / "pad", description.pad or usual, self.truth.pad)
        self._bin = SimulatedReader(folder / "bin", description.bin or usual, self.truth.bin)
        self._cards = NfcField()
        self._desk = Desk(description, folder)
        fitted = {Part.LAMP: description.lamp, Part.BIN_LAMP: description.bin_lamp}
        self._lamps = {
            part: SimulatedLamp(folder / part.value, entry)
            for part, entry in fitted.items()
            if entry is not None
        }
        self._plugs = {
            Part.PAD: (self._pad.plug, self._pad.unplug),
            Part.BIN: (self._bin.plug, self._bin.unplug),
            Part.CARDS: (self._cards.start, self._cards.stop),
            **{part: (lamp.plug, lamp.unplug) for part, lamp in self._lamps.items()},
        } | self._desk.plugs

    @property
    def pad_settings(self) -> PadReaderSettings:
        return self._pad.settings

    @property
    def bin_settings(self) -> PadReaderSettings:
        return self._bin.settings

    @property
    def card_settings(self) -> NfcSettings:
        """Known once the station has started."""
        return NfcSettings(path=self._cards.path)

    @property
    def scanner_settings(self) -> ScannerSettings | None:
        return self._desk.scanner_settings

    @property
    def printer_settings(self) -> EscposSettings | None:
        return self._desk.printer_settings

    def lamp_settings(self, part: Part) -> LampSettings | None:
        """The lamp's or the bin lamp's."""
        return self._lamps[part].settings if part in self._lamps else None

    def lit(self, part: Part) -> tuple[LampColour, ...]:
        """What the lamp or the bin lamp shows in this moment."""
        return self._lamps[part].lit if part in self._lamps else ()

    def start(self) -> None:
        """Everything is plugged, and can be opened, when this returns."""
        for plug, _ in self._plugs.values():
            plug()
        self.network.start()

    def close(self) -> None:
        self.network.close()
        for lamp in self._lamps.values():
            lamp.close()
        self._desk.close()
        self._cards.stop()
        self._bin.close()
        self._pad.close()

    def carry_out(self, command: Command) -> str:
        """Does it, and says what happened. Raises NotUnderstood; then nothing was moved."""
        match command:
            case Put(items):
                return self._move(items, Place.PAD)
            case Take(items):
                return self._move(items, Place.HANDS)
            case Drop(items):
                return self._move(items, Place.BIN)
            case Spoil(item, how):
                self.truth.spoil(item, how)
                return f"the tag of {item} is {how.value}"
            case LayCard(number):
                self._cards.put(self.truth.card(number))
                return f"card {number} is on the reader"
            case TakeCard():
                self._cards.take()
                return "no card is on the reader"
            case ShowBarcode() | SetPrinter() | SaveReceipt():
                return self._desk.carry_out(command)
            case _:
                return self._switch(command)

    def _switch(self, command: Switch) -> str:
        match command:
            case Unplug(part) | Plug(part):
                if part not in self._plugs:
                    raise NotUnderstood(f"this station has no {part.value}")
                is_plug = isinstance(command, Plug)
                plug, unplug = self._plugs[part]
                (plug if is_plug else unplug)()
                return f"{part.value} {'plugged in' if is_plug else 'unplugged'}"
            case Net(on):
                (self.network.restore if on else self.network.cut)()
                return "the network is back" if on else "the network is cut"
            case LookAtLamps():
                return self._lamps_now()
            case Help():
                return HELP

    def _lamps_now(self) -> str:
        if not self._lamps:
            raise NotUnderstood("this station has no lamp")
        shown = {part: [colour.value for colour in lamp.lit] for part, lamp in self._lamps.items()}
        return "; ".join(f"{part.value}: {', '.join(lit) or 'dark'}" for part, lit in shown.items())

    def _move(self, items: tuple[str, ...], to: Place) -> str:
        books = [self.truth.book(item) for item in items]
        told = "; ".join(f"{book.item}: {book.where.value} to {to.value}" for book in books)
        for item in items:
            self.truth.move(item, to)
        return told
