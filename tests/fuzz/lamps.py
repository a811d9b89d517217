"""What is fuzzed of the lamps: both ends of a relay board's line, and the files of an LED."""

from contextlib import suppress

from devices.errors import Garbled
from devices.lcus.protocol import Ask, Receiver, Relays, Switch
from devices.lcus.simulator import LcusPeer
from devices.led.protocol import number, trigger
from tests.fuzz.targets import Target

COMMANDS = (Switch(1, on=True).encode(), Switch(8, on=False).encode(), Ask().encode())
ANSWERS = (Relays((True, False, False, True)).encode(), Relays((False,) * 8).encode())
FILES = (b"0\n", b"255\n", b"none kbd-scrolllock [timer] heartbeat\n")


def _answers(data: bytes) -> None:
    receiver = Receiver()
    receiver.hear(data)
    while receiver.next_frame() is not None:
        pass


def _board(data: bytes) -> None:
    board = LcusPeer()
    board.hear(data)
    board.silence()


def _files(data: bytes) -> None:
    trigger(data)
    with suppress(Garbled):
        number(data)


TARGETS: dict[str, Target] = {
    "lcus-answer": Target(_answers, ANSWERS, (b"CH1: ON\r\n", b"CH", b"\n")),
    "lcus-simulator": Target(_board, COMMANDS, (b"\xa0", b"\xff")),
    "led-files": Target(_files, FILES, (b"[", b"]")),
}
