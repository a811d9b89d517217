"""Cards, card readers and scanners: what nobody checked before it reached us."""

from contextlib import suppress

from devices.barcode import LabelSettings, meaning
from devices.capabilities import Scan
from devices.card_numbers import CardNumbers, ndef_text
from devices.errors import Garbled
from devices.nfc.frame import Frame, Receiver
from devices.nfc.pn532_simulator import Pn532Peer
from devices.nfc.protocol import Datagram
from devices.nfc.simulator import CardField, FelicaCard, Ntag, TypeACard, TypeBCard
from devices.scanner.protocol import InputEvent, Keys, Lines, keystrokes
from tests.fuzz.targets import Target

MESSAGE = bytes.fromhex("D1010B5402") + b"idKTA-0007"
NTAG = Ntag(bytes.fromhex("04497622D93881"), MESSAGE)
CARDS = (
    NTAG,
    TypeACard(bytes.fromhex("DEADBEEF")),
    TypeBCard(bytes.fromhex("11223344")),
    FelicaCard(bytes.fromhex("01010501B00AC30B")),
)
LABELS = LabelSettings(item="B[0-9]{5}", patron="KTA-[0-9]{4}", check="code-39")
SITES = tuple(CardNumbers(source=source) for source in ("uid", "uid-decimal", "ndef"))
ASKED = ("D402", "D44A0100", "D44A010300", "D44A010100FFFF0100", "D4423004", "D408630300", "D40663")


def _heard(receiver: Lines | Keys, data: bytes) -> None:
    for piece in (data, b"\r"):
        receiver.hear(piece)
        while scan := receiver.next_scan():
            meaning(scan, LABELS)


def _frames(data: bytes) -> None:
    receiver = Receiver()
    receiver.hear(data)
    while receiver.next_frame() is not None:
        pass


def _chip(data: bytes) -> None:
    """As commands with good checksums, which noise would seldom be."""
    field = CardField()
    field.put(*CARDS)
    chip = Pn532Peer(field)
    for at in range(0, len(data), 8):
        chip.hear(Frame(b"\xd4" + data[at : at + 8]).encode())
    chip.hear(data)


def _radio(data: bytes) -> None:
    with suppress(Garbled):
        asked = Datagram.decode(data)
        for card in CARDS:
            card.answer(asked)


def _number(data: bytes) -> None:
    ndef_text(data)
    for site in SITES:
        site.of_identifier(data[:10])
        site.of_message(data)


def _meaning(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    meaning(Scan(text[2:], text[:2]), LABELS)


TARGETS: dict[str, Target] = {
    "pn532 frame": Target(
        _frames,
        tuple(Frame(bytes.fromhex(asked)).encode() for asked in (*ASKED, "00" * 256)),
        (b"\x00\x00\xff", b"\x00\xff\xff\xff"),
    ),
    "pn532 command": Target(_chip, tuple(bytes.fromhex(asked)[1:] for asked in ASKED)),
    "radio frame": Target(_radio, (b"106A 26", b"106A 3004", b"212F 0600FFFF0100", b"RFOFF")),
    "card number": Target(_number, (MESSAGE, b"\xd1\x01\x00\x55" + MESSAGE, NTAG.uid)),
    "serial scan": Target(
        lambda data: _heard(Lines(), data),
        (b"]C0B00012\r\n", b"*B00012*\r"),
        (b"\r", b"]", b"\x00"),
    ),
    "input events": Target(
        lambda data: _heard(Keys(), data),
        (keystrokes("B00012"), keystrokes("KTA-0007")),
        (
            InputEvent(0, 3, 0).encode(),
            InputEvent(1, 42, 1).encode(),
            InputEvent(1, 28, 1).encode(),
        ),
    ),
    "barcode": Target(_meaning, (b"A0*B00012*", b"E09786020324784", b"1275016512090003", b"F0AB")),
}
