"""nfcpy's transport over our link: whole frames, or a timeout, whatever the line does."""

import pytest

from devices.nfc.frame import ACK, Frame
from devices.nfc.line import Pn532Line

ANSWER = Frame(b"\xd5\x03\x32\x01\x06\x07")


class Played:
    """A link on which something new comes at every turn, a tenth of a second later."""

    def __init__(self, *turns: bytes, then: bytes = b"") -> None:
        self.now = 0.0
        self.sent = b""
        self.turns = list(turns)
        self._then = then

    def send(self, data: bytes) -> None:
        self.sent += data

    def receive(self, timeout: float) -> bytes:
        self.now += min(timeout, 0.1)
        return self.turns.pop(0) if self.turns else self._then

    def drain(self) -> None: ...

    def close(self) -> None: ...


def line(link: Played) -> Pn532Line:
    return Pn532Line(link, lambda: link.now)


def test_frames_come_one_by_one_however_they_arrive() -> None:
    raw = ACK.encode() + ANSWER.encode()
    played = line(Played(b"\x00\xa5", raw[:8], raw[8:11], raw[11:]))
    assert played.read(100) == ACK.encode()
    assert played.read(100) == ANSWER.encode()


def test_the_chip_is_woken_before_it_is_asked() -> None:
    link = Played()
    line(link).write(Frame(b"\xd4\x02").encode())
    assert link.sent.startswith(b"\x55\x55")
    assert link.sent.endswith(Frame(b"\xd4\x02").encode())


@pytest.mark.parametrize("chatter", [b"", b"\xff", b"\x00\x00\xff"])
def test_a_line_without_an_answer_ends_in_time_even_if_it_never_is_silent(chatter: bytes) -> None:
    link = Played(then=chatter)
    with pytest.raises(TimeoutError):
        line(link).read(3000)
    assert link.now == pytest.approx(3.0)


def test_a_half_answer_is_forgotten_when_the_next_question_is_asked() -> None:
    link = Played(Frame(bytes(200)).encode()[:9])
    played = line(link)
    with pytest.raises(TimeoutError):
        played.read(100)
    played.write(b"")
    link.turns.append(ANSWER.encode())
    assert played.read(100) == ANSWER.encode()
