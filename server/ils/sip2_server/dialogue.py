"""One connection's dialogue: bytes in, bytes out. Pure; what it asks of the library the desk asks.

Every message is answered, in its own style: with a sequence number and a checksum, with a checksum
alone, or plain. 96 is for what cannot be understood. 97 (and a 96 of theirs) is answered with the
last answer of this connection, byte by byte. Before a login nothing is told but 98, and 94 with no.
"""

from typing import Final, Protocol

from server.ils.sip2.messages import ANSWERS
from server.ils.sip2.protocol import Garbled, Message, Receiver, parse
from server.ils.sip2.writing import MODERN, Coding
from server.ils.sip2_server.accounts import Terminal

LONGEST: Final = 8_192
_NOT_UNDERSTOOD: Final = Message("96", "")
_NO_LOGIN: Final = Message("94", "0")
_LOGIN: Final = Message("94", "1")
_SAY_AGAIN: Final = ("96", "97")


class Desk(Protocol):
    """Who knows the accounts and asks the library. All but `sorry` may raise Garbled."""

    def sign_in(self, message: Message, address: str) -> Terminal | None: ...

    def status(self, message: Message, terminal: Terminal | None) -> Message: ...

    def answer(self, message: Message, terminal: Terminal) -> Message: ...

    def sorry(self, message: Message, terminal: Terminal) -> Message:
        """No, for a reason that only staff can find out."""


class Dialogue:
    """With a terminal at one IP address."""

    def __init__(self, desk: Desk, address: str) -> None:
        self._desk, self._address = desk, address
        self._receiver = Receiver(LONGEST)
        self._last: bytes | None = None
        self._heard, self._sealed = _NOT_UNDERSTOOD, False
        self.terminal: Terminal | None = None

    def hear(self, data: bytes) -> None:
        self._receiver.hear(data)

    def next_answer(self) -> bytes | None:
        """The answer to the next whole message; None when more bytes are needed.

        Whatever the desk raises comes out; then `apology` is the answer.
        """
        self._heard, self._sealed = _NOT_UNDERSTOOD, False
        try:
            raw = self._receiver.next_message()
            if raw is None:
                return None
            self._sealed = raw[-6:-4] == b"AZ"
            self._heard = parse(raw, self._coding)
            if self._heard.number in _SAY_AGAIN:
                return self._last or self._said(_NO_LOGIN)
            return self._said(self._answer(self._heard))
        except Garbled:
            return self._said(_NOT_UNDERSTOOD)

    def apology(self) -> bytes:
        """The answer when something broke over the last message."""
        if self.terminal is None:
            return self._said(_NO_LOGIN)
        return self._said(self._desk.sorry(self._heard, self.terminal))

    @property
    def _coding(self) -> Coding:
        return MODERN if self.terminal is None else self.terminal.coding

    def _answer(self, message: Message) -> Message:
        if message.number not in ANSWERS:
            return _NOT_UNDERSTOOD
        if message.number == "93":
            self.terminal = self._desk.sign_in(message, self._address)
            return _LOGIN if self.terminal else _NO_LOGIN
        if message.number == "99":
            return self._desk.status(message, self.terminal)
        if self.terminal is None:
            return _NO_LOGIN
        return self._desk.answer(message, self.terminal)

    def _said(self, answer: Message) -> bytes:
        self._last = answer.encode(self._coding, self._heard.sequence, sealed=self._sealed)
        return self._last
