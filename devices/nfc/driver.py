"""Our end of a card reader: the only import of nfcpy.

Cards are sensed, never connected to: `sense` returns at once and reports errors, `connect` loops
inside and hides them. Keep one reader open for as long as it works: some cannot be reopened.
"""

import socket
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import nfc
import nfc.clf

from devices.capabilities import Card
from devices.errors import Garbled, Unplugged
from devices.nfc.protocol import FELICA, FIELD_OFF, TYPE_A, TYPE_B, Datagram, patron_of

_TECHNOLOGIES: Final = (TYPE_A, TYPE_B, FELICA)


class NfcReader:
    """A card reader for one thread. `path` is nfcpy's, e.g. `usb:072f:2200` or `udp:host:port`.

    Opening raises Unplugged.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._targets = [nfc.clf.RemoteTarget(technology) for technology in _TECHNOLOGIES]
        with _translated(path):
            self._far_end = _FarEnd(path) if path.startswith("udp:") else None
        try:
            self._look_for_far_end()
            with _translated(path):
                self._frontend = nfc.ContactlessFrontend(path)
        except Unplugged:
            self._forget_far_end()
            raise

    def present(self) -> Card | None:
        """The one card in the field now. Raises Unplugged or Garbled."""
        self._look_for_far_end()
        with _translated(self._path):
            target = self._frontend.sense(*self._targets, iterations=1)
        return None if target is None else Card(patron_of(_identifier(target)))

    def close(self) -> None:
        # A terminal that is gone raises its own error even here.
        with suppress(OSError, termios.error):
            self._frontend.close()
        self._forget_far_end()

    def _look_for_far_end(self) -> None:
        if self._far_end is not None:
            with _translated(self._path):
                self._far_end.knock()

    def _forget_far_end(self) -> None:
        if self._far_end is not None:
            self._far_end.close()


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
    except (OSError, termios.error) as error:  # pyserial's and libusb's errors are OSErrors
        raise Unplugged(f"{path}: {error}") from error
    except nfc.clf.Error as error:
        raise Garbled(f"{path}: {error!r}") from error
