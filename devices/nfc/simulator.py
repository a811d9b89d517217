"""A card field on a loopback socket: cards answer the radio frames nfcpy sends over UDP.

An empty field says so at once; a silent one would cost nfcpy a second for every technology.
"""

import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol

from devices.errors import Garbled
from devices.nfc.protocol import FELICA, FIELD_OFF, TYPE_A, TYPE_B, Datagram

_LOOPBACK: Final = "127.0.0.1"
_CASCADE: Final = b"\x88"
_INCOMPLETE: Final = b"\x04"
_WAKE_UPS: Final = (b"\x26", b"\x52")
_LEVELS: Final = (0x93, 0x95)
_SINGLE_SIZE: Final = 4


class SimulatedCard(Protocol):
    """A card that may answer a radio frame with another one."""

    def answer(self, asked: Datagram) -> bytes | None: ...


@dataclass(frozen=True, slots=True)
class TypeACard:
    """ISO/IEC 14443 type A with a UID of 4 or 7 bytes; SAK 08 is MIFARE Classic, 00 an NTAG."""

    uid: bytes
    sak: int = 0x08

    def answer(self, asked: Datagram) -> bytes | None:
        """Wake-up, anticollision and selection (ISO/IEC 14443-3, 6.5)."""
        if asked.technology != TYPE_A:
            return None
        if asked.frame in _WAKE_UPS:
            return b"\x04\x00" if len(self.uid) == _SINGLE_SIZE else b"\x44\x00"
        parts = self._parts()
        for level, part in zip(_LEVELS, parts, strict=False):
            if asked.frame == bytes((level, 0x20)):
                return part
            if asked.frame == bytes((level, 0x70)) + part:
                return bytes((self.sak,)) if part is parts[-1] else _INCOMPLETE
        return None

    def _parts(self) -> tuple[bytes, ...]:
        """What each cascade level tells: four bytes and their XOR."""
        single = len(self.uid) == _SINGLE_SIZE
        fours = [self.uid] if single else [_CASCADE + self.uid[:3], self.uid[3:]]
        return tuple(four + bytes((four[0] ^ four[1] ^ four[2] ^ four[3],)) for four in fours)


@dataclass(frozen=True, slots=True)
class TypeBCard:
    """ISO/IEC 14443 type B, e.g. the Indonesian identity card; known by its PUPI of 4 bytes."""

    pupi: bytes

    def answer(self, asked: Datagram) -> bytes | None:
        """ATQB to a REQB (ISO/IEC 14443-3, 7.9)."""
        if asked.technology != TYPE_B or asked.frame[:1] != b"\x05":
            return None
        return b"\x50" + self.pupi + bytes.fromhex("00000000" + "008171")


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


class NfcField:
    """One reader's field, which can be started and stopped as if plugged and unplugged."""

    def __init__(self, port: int = 0) -> None:
        self._port = port
        self._card: SimulatedCard | None = None
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

    def put(self, card: SimulatedCard) -> None:
        """Lay a card on the reader, instead of any other."""
        self._card = card

    def take(self) -> None:
        self._card = None

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
            return None
        card = self._card
        return Datagram(asked.technology, (card.answer(asked) if card else None) or b"")
