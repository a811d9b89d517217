"""Our end of a card reader: the only import of nfcpy.

Cards are sensed, never connected to: `sense` returns at once and reports errors, `connect` loops
inside and hides them. Keep one reader open for as long as it works: some cannot be reopened.

A reader tells one card of each technology, and of several of type A the one that wins the
anticollision. So whatever answers is told to keep quiet and the reader looks again, then for the
other technologies. Two cards of type B, or two of FeliCa, still look like one.
"""

import re
import socket
import struct
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EIO, ENODEV, ETIMEDOUT
from typing import Any, Final

import nfc
import nfc.clf
import nfc.clf.pn53x
import nfc.clf.pn532
import nfc.clf.rcs380
import nfc.clf.transport
import nfc.tag

from devices.capabilities import Card, TwoCards
from devices.card_numbers import CardNumbers, is_nobodys
from devices.errors import DeviceError, Garbled, NoAnswer, Unplugged
from devices.link import Parity, open_serial
from devices.nfc.line import BAUD, Pn532Line
from devices.nfc.protocol import FELICA, FIELD_OFF, HALT, TYPE_A, TYPE_B, Datagram

_TECHNOLOGIES: Final = (TYPE_A, TYPE_B, FELICA)
_SERIAL_PN532: Final = re.compile(r"tty:(?:(/.+)|((?:S|ACM|AMA|USB)\d+)):pn532")
_QUIET_WITHIN_S: Final = 0.005

# What nfcpy raises, besides its own errors, when a reader or a card answers nonsense.
_NONSENSE: Final = (LookupError, TypeError, ValueError, AssertionError, struct.error)
_FROM_READER: Final = (
    nfc.clf.Error,
    nfc.clf.pn53x.Chipset.Error,
    nfc.clf.rcs380.CommunicationError,
    nfc.clf.rcs380.StatusError,
)
_USB_ERROR: Final = nfc.clf.transport.libusb.USBError


class NfcReader:
    """A card reader for one thread. `path` is nfcpy's, e.g. `usb:072f:2200` or `udp:host:port`;
    a serial port may also be given by its whole name, e.g. `tty:/dev/card-reader:pn532`.

    Opening raises Unplugged, or NoAnswer when something else is at the port.
    """

    def __init__(self, path: str, numbers: CardNumbers | None = None) -> None:
        self._path = path
        self._numbers = numbers or CardNumbers()
        self._frontend = nfc.ContactlessFrontend()
        self._line: Pn532Line | None = None
        self._far_end: _FarEnd | None = None
        self._read: tuple[bytes, Card] | None = None
        try:
            with _translated(path):
                self._open()
        except DeviceError:
            self.close()
            raise

    def present(self) -> Card | TwoCards | None:
        """What is in the field now. Raises Unplugged, NoAnswer or Garbled."""
        with _translated(self._path):
            if self._far_end is not None:
                self._far_end.knock()
            found = self._found()
            if not found:
                self._read = None
                return None
            # A phone may answer in two technologies, each time under other names.
            if len(found) > 1 and not all(is_nobodys(_identifier(target)) for target in found):
                return TwoCards()
            return self._card(found[0])

    def close(self) -> None:
        with suppress(DeviceError), _translated(self._path):
            self._frontend.close()
        if self._line is not None:
            self._line.close()
        if self._far_end is not None:
            self._far_end.close()

    def _open(self) -> None:
        if serial := _SERIAL_PN532.fullmatch(self._path):
            port = serial[1] or f"/dev/tty{serial[2]}"
            self._line = Pn532Line(open_serial(port, BAUD, Parity.NONE))
            chip = nfc.clf.pn532.Chipset(self._line, nfc.clf.pn532.log)
            chip.sam_configuration("normal")
            self._frontend.device = nfc.clf.pn532.Device(chip, nfc.clf.pn532.log)
            return
        if self._path.startswith("udp:"):
            self._far_end = _FarEnd(self._path)
            self._far_end.knock()
        if not self._frontend.open(self._path):
            raise OSError(ENODEV, "no such reader")

    def _found(self) -> list[Any]:
        """The first card that answers in each technology, and a second one of type A."""
        found = []
        untried: tuple[str, ...] = _TECHNOLOGIES
        while untried and (target := self._sense(*untried)) is not None:
            found.append(target)
            untried = untried[untried.index(target.brty) + 1 :]
            if target.sdd_res and (second := self._behind(target)) is not None:
                found.append(second)
        return found

    def _sense(self, *technologies: str) -> Any:
        targets = [nfc.clf.RemoteTarget(technology) for technology in technologies]
        return self._frontend.sense(*targets, iterations=1)

    def _behind(self, target: Any) -> Any:
        """Another card of type A, which answers once the first keeps quiet."""
        with suppress(nfc.clf.CommunicationError):  # a card that obeys does not answer
            self._frontend.exchange(HALT, _QUIET_WITHIN_S)
        with suppress(nfc.clf.CommunicationError):
            another = self._frontend.device.sense_tta(nfc.clf.RemoteTarget(TYPE_A))
            if another is not None and another.sdd_res != target.sdd_res:
                return another
        return None

    def _card(self, target: Any) -> Card:
        """Who it is. What is written on a card is read once, for as long as it lies there."""
        identifier = _identifier(target)
        if self._numbers.source != "ndef":
            return Card(self._numbers.of_identifier(identifier))
        if self._read is None or self._read[0] != identifier:
            card = Card(self._numbers.of_message(self._message(target.brty)))
            self._read = None if card.patron is None else (identifier, card)
            return card
        return self._read[1]

    def _message(self, technology: str) -> bytes:
        """The NDEF message of the card in the field; empty when it has none, or left."""
        target = self._sense(technology)
        with suppress(nfc.clf.CommunicationError, nfc.tag.TagCommandError, *_NONSENSE):
            if tag := target and nfc.tag.activate(self._frontend, target):
                return tag.ndef.octets if tag.ndef else b""
        return b""


class _FarEnd:
    """Tells whether anybody listens at a UDP path, which nfcpy cannot: silence is an empty field.

    A connected socket hears the refusal of an earlier datagram; a field going off needs no answer.
    """

    def __init__(self, path: str) -> None:
        _, host, port = path.split(":")
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect((host, int(port)))

    def knock(self) -> None:
        self._socket.send(Datagram(FIELD_OFF).encode())
        if refused := self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise OSError(refused, "nobody listens")

    def close(self) -> None:
        self._socket.close()


def _identifier(target: Any) -> bytes:
    """The bytes that name the card; empty for the rare kind that has none."""
    if target.brty == TYPE_B:
        return bytes(target.sensb_res[1:5])
    if target.brty == FELICA:
        return bytes(target.sensf_res[1:9])
    return bytes(target.sdd_res or b"")


@contextmanager
def _translated(path: str) -> Iterator[None]:
    try:
        yield
    except (OSError, termios.error, _USB_ERROR) as error:  # pyserial's are OSErrors
        # nfcpy says these two of an answer that was broken or did not come.
        if isinstance(error, OSError) and error.errno in (EIO, ETIMEDOUT):
            raise NoAnswer(f"{path}: {error}") from error
        raise Unplugged(f"{path}: {error}") from error
    except _FROM_READER + _NONSENSE as error:
        raise Garbled(f"{path}: {error!r}") from error
