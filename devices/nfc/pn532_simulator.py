"""A PN532 on a serial line: its frames answered over a pseudo-terminal, from cards in a field.

As the manual says: every command is acknowledged before it is answered, a broken frame is never
answered, and a command it does not know, or cannot read, has the error frame for an answer.
"""

from pathlib import Path
from typing import Final

from devices.checksum import checksum
from devices.nfc.frame import ACK, Frame, Receiver
from devices.nfc.protocol import FELICA, TYPE_A, TYPE_B, Datagram
from devices.nfc.simulator import CardField, SimulatedCard
from devices.pseudo_terminal import PseudoTerminal

_TO_CHIP: Final = 0xD4
_FROM_CHIP: Final = 0xD5
_SYNTAX_ERROR: Final = Frame(b"\x7f")
_NO_TARGET: Final = b"\x00"
_ONE_TARGET: Final = b"\x01\x01"
_TIMED_OUT: Final = b"\x01"
_FINE: Final = b"\x00"
# GetFirmwareVersion: PN532 version 1.6; SetSerialBaudRate, SetParameters, SAMConfiguration and
# PowerDown are granted (UM0701-02, 7.2).
_ALWAYS: Final = {0x02: bytes.fromhex("32010607"), 0x10: b"", 0x12: b"", 0x14: b"", 0x16: _FINE}

_FIFO_DATA: Final = 0x6339
_RECEIVE_MODE: Final = 0x6303
_CHECKS_CRC: Final = 0x80
_REQA: Final = b"\x26"
_INCOMPLETE: Final = 0x04
# By BrTy of InListPassiveTarget (UM0701-02, 7.3.5).
_TECHNOLOGIES: Final = {0: TYPE_A, 1: FELICA, 3: TYPE_B}


class Pn532Simulator:
    """A chip one can plug and unplug at `path`; it is not plugged yet."""

    def __init__(self, path: Path) -> None:
        self._field = CardField()
        self._terminal = PseudoTerminal(path, lambda: Pn532Peer(self._field))

    @property
    def path(self) -> str:
        """For the driver."""
        return f"tty:{self._terminal.path}:pn532"

    def put(self, *cards: SimulatedCard) -> None:
        """Lay cards on the reader, instead of any others."""
        self._field.put(*cards)

    def take(self) -> None:
        self._field.put()

    def plug(self) -> None:
        self._terminal.plug()

    def unplug(self) -> None:
        self._terminal.unplug()

    def close(self) -> None:
        self._terminal.close()


class Pn532Peer:
    """The chip from power on to power off: bytes in, bytes out."""

    def __init__(self, field: CardField) -> None:
        self._field = field
        self._technology = TYPE_A
        # After a call nobody answered, the call is what the chip's buffer still holds.
        self._registers = {_FIFO_DATA: _REQA[0], _RECEIVE_MODE: _CHECKS_CRC}
        self._receiver = Receiver()
        field.power_off()

    def hear(self, data: bytes) -> bytes:
        self._receiver.hear(data)
        told = b""
        while (frame := self._receiver.next_frame()) is not None:
            if frame.body[:1] == bytes((_TO_CHIP,)):
                told += ACK.encode() + self._answer(frame.body[1:]).encode()
        return told

    def silence(self) -> None:
        self._receiver.silence()

    def _answer(self, asked: bytes) -> Frame:
        doers = {
            0x00: lambda told: told,  # Diagnose, of which only the communication line test
            0x06: self._read,
            0x08: self._write,
            0x32: self._configure,
            0x42: self._communicate,
            0x4A: self._list,
        }
        try:
            code, told = asked[0], asked[1:]
            result = _ALWAYS[code] if code in _ALWAYS else doers[code](told)
        except (IndexError, KeyError):
            return _SYNTAX_ERROR
        return Frame(bytes((_FROM_CHIP, code + 1)) + result)

    def _read(self, told: bytes) -> bytes:
        addresses = (told[at] << 8 | told[at + 1] for at in range(0, len(told), 2))
        return bytes(self._registers.get(address, 0) for address in addresses)

    def _write(self, told: bytes) -> bytes:
        for at in range(0, len(told), 3):
            self._registers[told[at] << 8 | told[at + 1]] = told[at + 2]
        return b""

    def _configure(self, told: bytes) -> bytes:
        field_is_on = told[0] != 1 or told[1] & 1
        if not field_is_on:
            self._field.power_off()
        return b""

    def _communicate(self, frame: bytes) -> bytes:
        answer = self._radio(frame)
        if answer is None:
            return _TIMED_OUT
        checks_crc = self._registers[_RECEIVE_MODE] & _CHECKS_CRC
        return _FINE + answer + (b"" if checks_crc else crc_a(answer))

    def _list(self, told: bytes) -> bytes:
        """At most one card, found as the chip finds it."""
        self._technology = _TECHNOLOGIES[told[1]]
        self._registers[_RECEIVE_MODE] = _CHECKS_CRC
        find = {TYPE_A: self._type_a, TYPE_B: self._type_b, FELICA: self._felica}
        found = find[self._technology](told[2:])
        return _NO_TARGET if found is None else _ONE_TARGET + found

    def _type_a(self, wanted: bytes) -> bytes | None:
        """SENS_RES, SEL_RES and the UID with its length; with `wanted`, only of that UID."""
        sens_res = self._radio(_REQA) or b""
        cascaded = uid = sel_res = b""
        for level in (0x93, 0x95, 0x97):
            part = self._radio(bytes((level, 0x20))) or b""
            sel_res = self._radio(bytes((level, 0x70)) + part) or b""
            if not sens_res or not sel_res:
                return None
            cascaded += part[:4]
            if not sel_res[0] & _INCOMPLETE:
                uid += part[:4]
                break
            uid += part[1:4]
        if wanted not in (b"", cascaded):
            return None
        return sens_res[::-1] + sel_res + bytes((len(uid),)) + uid

    def _type_b(self, afi: bytes) -> bytes | None:
        """ATQB and the answer to the ATTRIB that the chip sends by itself, with card number 1."""
        atqb = self._radio(b"\x05" + afi[:1] + b"\x00")
        if atqb is None:
            return None
        attrib_res = self._radio(b"\x1d" + atqb[1:5] + b"\x00\x06\x01\x01") or b""
        return atqb + bytes((len(attrib_res),)) + attrib_res

    def _felica(self, polling: bytes) -> bytes | None:
        return self._radio(bytes((len(polling) + 1 & 0xFF,)) + polling)

    def _radio(self, frame: bytes) -> bytes | None:
        return self._field.answer(Datagram(self._technology, frame))


def crc_a(covered: bytes) -> bytes:
    """The checksum of type A, as it travels (ISO/IEC 14443-3, annex B).

    >>> crc_a(bytes.fromhex("0000")).hex(), crc_a(bytes.fromhex("1234")).hex()
    ('a01e', '26cf')
    """
    return checksum(covered, start=0x6363).to_bytes(2, "little")
