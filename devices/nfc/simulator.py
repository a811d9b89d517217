"""Cards that answer radio frames, and a field of them on a loopback socket as nfcpy sends to UDP.

An empty field says so at once; a silent one would cost nfcpy a second for every technology.
"""

import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol

from devices.errors import Garbled
from devices.nfc.protocol import FELICA, FIELD_OFF, HALT, TYPE_A, TYPE_B, Datagram

_LOOPBACK: Final = "127.0.0.1"
_CASCADE: Final = b"\x88"
_INCOMPLETE: Final = b"\x04"
_WAKE_UPS: Final = (b"\x26", b"\x52")
_LEVELS: Final = (0x93, 0x95, 0x97)
_SENS_RES: Final = {4: b"\x04\x00", 7: b"\x44\x00", 10: b"\x84\x00"}
_CALLS: Final = {TYPE_A: _WAKE_UPS, TYPE_B: (b"\x05",), FELICA: (b"\x06\x00",)}

_GET_VERSION: Final = b"\x60"
_NTAG213: Final = bytes.fromhex("0004040201000F03")
_READ: Final = 0x30
_PAGE: Final = 4
_READ_BYTES: Final = 16


class SimulatedCard(Protocol):
    """A card that may answer a radio frame with another one."""

    def answer(self, asked: Datagram) -> bytes | None: ...


@dataclass(frozen=True, slots=True)
class TypeACard:
    """ISO/IEC 14443 type A, UID of 4, 7 or 10 bytes; SAK 08 is MIFARE Classic, 00 an NTAG."""

    uid: bytes
    sak: int = 0x08

    def answer(self, asked: Datagram) -> bytes | None:
        """Wake-up, anticollision and selection (ISO/IEC 14443-3, 6.5)."""
        if asked.technology != TYPE_A:
            return None
        if asked.frame in _WAKE_UPS:
            return _SENS_RES[len(self.uid)]
        parts = self._parts()
        for level, part in zip(_LEVELS, parts, strict=False):
            if asked.frame == bytes((level, 0x20)):
                return part
            if asked.frame == bytes((level, 0x70)) + part:
                return bytes((self.sak,)) if part is parts[-1] else _INCOMPLETE
        return None

    def _parts(self) -> tuple[bytes, ...]:
        """What each cascade level tells: four bytes and their XOR."""
        *heads, last = (self.uid[at : at + 3] for at in range(0, len(self.uid) - 1, 3))
        fours = [*(_CASCADE + head for head in heads), last + self.uid[-1:]]
        return tuple(four + bytes((four[0] ^ four[1] ^ four[2] ^ four[3],)) for four in fours)


@dataclass(frozen=True, slots=True)
class Ntag:
    """NXP NTAG213, an NFC Forum type 2 tag: 180 bytes, in them an NDEF message of up to 141."""

    uid: bytes
    message: bytes

    def answer(self, asked: Datagram) -> bytes | None:
        """GET_VERSION and READ besides (data sheet NTAG213, 10.1 and 10.2)."""
        if asked.technology == TYPE_A and asked.frame == _GET_VERSION:
            return _NTAG213
        if asked.technology == TYPE_A and asked.frame[:1] == bytes((_READ,)):
            start = _PAGE * int.from_bytes(asked.frame[1:2], "big")
            return self._memory()[start : start + _READ_BYTES] or None
        return TypeACard(self.uid, sak=0).answer(asked)

    def _memory(self) -> bytes:
        """Twelve bytes of UID and locks, the capability container, the message, the end."""
        message = b"\x03" + bytes((len(self.message),)) + self.message + b"\xfe"
        return (self.uid.ljust(12, b"\x00") + b"\xe1\x10\x12\x00" + message).ljust(180, b"\x00")


@dataclass(frozen=True, slots=True)
class TypeBCard:
    """ISO/IEC 14443 type B, e.g. the Indonesian identity card; known by its PUPI of 4 bytes."""

    pupi: bytes

    def answer(self, asked: Datagram) -> bytes | None:
        """ATQB to a REQB or WUPB, the channel to an ATTRIB (ISO/IEC 14443-3, 7.9 and 7.10), and
        the same back to a DESELECT (ISO/IEC 14443-4, 7.5.4).
        """
        if asked.technology != TYPE_B:
            return None
        match asked.frame[:1]:
            case b"\x05":
                return b"\x50" + self.pupi + bytes.fromhex("00000000" + "008171")
            case b"\x1d" if asked.frame[1:5] == self.pupi:
                return bytes((asked.frame[-1] & 0x0F,))
            case b"\xc2" | b"\xca":
                return asked.frame
            case _:
                return None


@dataclass(frozen=True, slots=True)
class FelicaCard:
    """JIS X 6319-4; known by its IDm of 8 bytes."""

    idm: bytes

    def answer(self, asked: Datagram) -> bytes | None:
        """The polling response, with the system code when it is asked for."""
        if asked.technology != FELICA or asked.frame[:2] != b"\x06\x00":
            return None
        response = b"\x01" + self.idm + bytes.fromhex("03014B024F4993FF")
        response += b"\x12\xfc" if asked.frame[4:5] == b"\x01" else b""
        return bytes((len(response) + 1,)) + response


class CardField:
    """The cards on one reader, and what they remember for as long as the field is on.

    Of several cards that answer one call only the first is heard, as after an anticollision; the
    frames that follow are for that one alone.
    """

    def __init__(self) -> None:
        self._cards: tuple[SimulatedCard, ...] = ()
        self._heard: SimulatedCard | None = None
        self._quiet: list[SimulatedCard] = []

    def put(self, *cards: SimulatedCard) -> None:
        """Lay cards on the reader, instead of any others."""
        self._cards = cards

    def power_off(self) -> None:
        """Whatever a card knows of earlier frames is forgotten."""
        self._heard = None
        self._quiet.clear()

    def answer(self, asked: Datagram) -> bytes | None:
        """One card's answer to one frame."""
        if asked == Datagram(TYPE_A, HALT) and self._heard is not None:
            self._quiet.append(self._heard)
            self._heard = None
            return None
        if asked.frame.startswith(_CALLS.get(asked.technology, ())):
            listening = [card for card in self._cards if card not in self._quiet]
        else:
            listening = [card for card in self._cards if card is self._heard]
        for card in listening:
            if answer := card.answer(asked):
                self._heard = card
                return answer
        return None


class NfcField:
    """One reader's field, which can be started and stopped as if plugged and unplugged."""

    def __init__(self, port: int = 0) -> None:
        self._port = port
        self._cards = CardField()
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None

    @property
    def path(self) -> str:
        """For the driver; known once it was started."""
        return f"udp:{_LOOPBACK}:{self._port}"

    def start(self) -> None:
        """Cards can be sensed when this returns, at the same port each time."""
        if self._socket is None:
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._socket.bind((_LOOPBACK, self._port))
            self._port = self._socket.getsockname()[1]
            self._thread = threading.Thread(target=self._run, args=(self._socket,), daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Nobody answers at the port when this returns."""
        if self._socket is not None and self._thread is not None:
            # An empty datagram to itself ends the wait, and with it the thread.
            self._socket.sendto(b"", self._socket.getsockname())
            self._thread.join()
            self._socket.close()
            self._socket = None

    def put(self, *cards: SimulatedCard) -> None:
        """Lay cards on the reader, instead of any others."""
        self._cards.put(*cards)

    def take(self) -> None:
        self._cards.put()

    def _run(self, heard: socket.socket) -> None:
        while True:
            raw, sender = heard.recvfrom(4096)
            if not raw:
                return
            with suppress(Garbled):
                if answer := self._answer(Datagram.decode(raw)):
                    heard.sendto(answer.encode(), sender)

    def _answer(self, asked: Datagram) -> Datagram | None:
        if asked.technology == FIELD_OFF:
            self._cards.power_off()
            return None
        return Datagram(asked.technology, self._cards.answer(asked) or b"")
