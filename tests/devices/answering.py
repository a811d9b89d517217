"""Lines whose far end is a function from question to answer, for drivers."""

from collections.abc import Callable

from devices.pseudo_terminal import Peer


class AnsweringLine:
    """A link of that kind; waiting only moves its clock, `now`, in seconds."""

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        self.now = 0.0
        self._answer = answer
        self._inbox = b""

    def send(self, data: bytes) -> None:
        self._inbox += self._answer(data)

    def receive(self, timeout: float) -> bytes:
        heard, self._inbox = self._inbox, b""
        self.now += 0.0 if heard else timeout
        return heard

    def drain(self) -> None:
        self._inbox = b""

    def close(self) -> None: ...


class HeldBack:
    """A reader whose next answers, `holds` of them, come only with those after them."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._kept = b""
        self.holds = 0

    def answer(self, asked: bytes) -> bytes:
        told, self._kept = self._kept + self._peer.hear(asked), b""
        if self.holds:
            self.holds -= 1
            told, self._kept = b"", told
        return told
