"""The simulated station: its devices at their paths, and what the prompt does to them."""

from pathlib import Path

from devices.feig.simulator import FeigPeer
from devices.nfc.simulator import NfcField
from devices.pseudo_terminal import PseudoTerminal
from devices.settings import FeigSettings, NfcSettings
from devices.station.description import Place, StationDescription
from devices.station.prompt import (
    HELP,
    Command,
    Drop,
    Help,
    LayCard,
    Net,
    Part,
    Plug,
    Put,
    Take,
    TakeCard,
    Unplug,
)
from devices.station.relay import SwitchableRelay
from devices.station.truth import Truth


class SimulatedStation:
    """A kiosk's pad and card reader, a return box's bin, and their way to the broker.

    Terminals appear as `pad` and `bin` in `folder`. Nothing is plugged before `start`.
    """

    def __init__(
        self, description: StationDescription, folder: Path, broker_host: str, broker_port: int
    ) -> None:
        self.truth = Truth(description)
        self.network = SwitchableRelay(0, broker_host, broker_port)
        self._pad = PseudoTerminal(folder / "pad", lambda: FeigPeer(self.truth.pad))
        self._bin = PseudoTerminal(folder / "bin", lambda: FeigPeer(self.truth.bin))
        self._cards = NfcField()
        self._plugs = {
            Part.PAD: self._pad.plug,
            Part.BIN: self._bin.plug,
            Part.CARDS: self._cards.start,
        }
        self._unplugs = {
            Part.PAD: self._pad.unplug,
            Part.BIN: self._bin.unplug,
            Part.CARDS: self._cards.stop,
        }

    @property
    def pad_settings(self) -> FeigSettings:
        return FeigSettings(port=str(self._pad.path))

    @property
    def bin_settings(self) -> FeigSettings:
        return FeigSettings(port=str(self._bin.path))

    @property
    def card_settings(self) -> NfcSettings:
        """Known once the station has started."""
        return NfcSettings(path=self._cards.path)

    def start(self) -> None:
        """Everything is plugged, and can be opened, when this returns."""
        for plug in self._plugs.values():
            plug()
        self.network.start()

    def close(self) -> None:
        self.network.close()
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
            case LayCard(number):
                self._cards.put(self.truth.card(number))
                return f"card {number} is on the reader"
            case TakeCard():
                self._cards.take()
                return "no card is on the reader"
            case _:
                return self._switch(command)

    def _switch(self, command: Unplug | Plug | Net | Help) -> str:
        match command:
            case Unplug(part):
                self._unplugs[part]()
                return f"{part.value} unplugged"
            case Plug(part):
                self._plugs[part]()
                return f"{part.value} plugged in"
            case Net(on):
                (self.network.restore if on else self.network.cut)()
                return "the network is back" if on else "the network is cut"
            case Help():
                return HELP

    def _move(self, items: tuple[str, ...], to: Place) -> str:
        books = [self.truth.book(item) for item in items]
        told = "; ".join(f"{book.item}: {book.where.value} to {to.value}" for book in books)
        for item in items:
            self.truth.move(item, to)
        return told
