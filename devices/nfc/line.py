"""A serial PN532 as nfcpy wants it: its `transport`, over our link.

nfcpy's own guesses at where a frame ends, changes the chip's speed, which then outlives a crash,
and lets errors of the terminal through. Here whole frames come in at one speed or not at all, and
a lost port is Unplugged.
"""

import errno
import time
from collections.abc import Callable
from typing import Final

from devices.link import Link
from devices.nfc.frame import Receiver

BAUD: Final = 115200

# Two bytes to wake the chip from power down, then time for it to come up (UM0701-02, 7.2.11).
_WAKE_UP: Final = b"\x55\x55" + bytes(14)
# nfcpy waits 100 ms, too short for a busy computer, and for a Raspberry Pi's first byte over USB.
_PATIENCE_S: Final = 0.5
_FIRST_PATIENCE_S: Final = 1.5


class Pn532Line:
    """One opening of the port. Every method but `close` raises Unplugged."""

    TYPE: Final = "TTY"

    def __init__(self, link: Link, clock: Callable[[], float] = time.monotonic) -> None:
        self.baudrate = BAUD
        self._link = link
        self._clock = clock
        self._patience = _FIRST_PATIENCE_S
        self._receiver = Receiver()
        link.send(_WAKE_UP)

    def write(self, frame: bytes) -> None:
        """One frame; what came before it was no answer to it."""
        self._link.drain()
        self._receiver = Receiver()
        self._link.send(bytes(frame))

    def read(self, timeout: float) -> bytearray:
        """The next frame. Raises TimeoutError; `timeout` is in milliseconds, as nfcpy counts."""
        deadline = self._clock() + max(timeout / 1000, self._patience)
        while (frame := self._receiver.next_frame()) is None:
            left = deadline - self._clock()
            if left <= 0:
                raise TimeoutError(errno.ETIMEDOUT, "the chip does not answer")
            self._receiver.hear(self._link.receive(left))
        self._patience = _PATIENCE_S
        return bytearray(frame.encode())

    def close(self) -> None:
        self._link.close()
