"""One SIP2 connection: the only place where bytes and messages meet, and the only sockets.

A message is one write (some systems read once per message), the next is not sent before the answer
to the last has come, and after anything unexpected the connection is closed: an answer that comes
late must not be taken for the answer to something else. For the same reason a message is repeated,
or the last answer asked for again (97), only on the connection it belongs to.
"""

import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

from broker.errors import BadSettings, SirkulaError
from server.ils.sip2.profiles import Profile
from server.ils.sip2.protocol import BadChecksum, Garbled, Message, NotSendable, Receiver, parse
from server.ils.sip2.questions import Question, check_answer

Found = TypeVar("Found")
_CHUNK: Final = 65_536
_TIMES: Final = 3
_LAST_ANSWER: Final = Message("97", "")
_RESEND: Final = "96"


class LineFailed(SirkulaError):
    """A question got no answer; `left` tells whether any of it left this machine."""

    def __init__(self, words: str, *, left: bool) -> None:
        super().__init__(words)
        self.left = left


class HungUp(LineFailed):
    """The connection could not be made, or was closed: worth trying again on a new one."""


class Silent(LineFailed):
    """The system is there and says nothing in time; asking again would only wait again."""


class Nonsense(LineFailed):
    """What came back is no answer to what was asked."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the system listens, and how long it is waited for, in seconds.

    `tls` wraps the connection and checks the certificate against `host`.
    """

    host: str
    port: int
    tls: ssl.SSLContext | None = None
    connect_within: float = 5.0
    answer_within: float = 30.0


def authority(file: str) -> ssl.SSLContext:
    """Trust in who signed the system's certificate: a PEM file, or this machine's own when empty.

    Raises BadSettings.
    """
    try:
        return ssl.create_default_context(cafile=file or None)
    except OSError as error:
        raise BadSettings(f"{file}: not a file of certificates: {error}") from error


class Connection:
    """A session with the system, for one thread at a time. Raises LineFailed when it cannot be.

    `clock` gives seconds that only grow.
    """

    def __init__(
        self, address: Address, profile: Profile, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._address, self._profile, self._clock = address, profile, clock
        self._receiver = Receiver()
        self._sequence = 0
        self.asked_at = clock()
        self._socket = self._connected()

    def close(self) -> None:
        with suppress(OSError):
            self._socket.close()

    def sign_in(self, user: str, password: str) -> None:
        """At the prompts of a telnet transport, in place of message 93. Raises LineFailed."""
        receiver = self._receiver
        try:
            for words, reply in ((b"login:", user), (b"password:", password)):
                self._until(partial(receiver.prompted, words), "the prompt")
                self._send(reply.encode() + b"\r", left=True)
            if not self._receive("the login").lower().startswith(b"login ok"):
                raise Nonsense("the login was refused: check user and password", left=True)
        except LineFailed:
            self.close()
            raise

    def ask(self, question: Question) -> Message:
        """The one answer to it. Raises LineFailed (then it is closed) and NotSendable.

        A damaged answer is asked for again; a question that was not understood is repeated only
        when it changes nothing.
        """
        coding, sequence = self._profile.coding, self._next_sequence()
        raw = question.message.encode(coding, sequence)
        if len(raw) > self._profile.longest:
            raise NotSendable(f"message {question.message.number} is too long for the system")
        try:
            self._listen_first()
            self._send(raw, left=False)
            return self._answer(question, raw, sequence)
        except LineFailed:
            self.close()
            raise
        finally:
            self.asked_at = self._clock()

    def _answer(self, question: Question, raw: bytes, sequence: int | None) -> Message:
        name = f"message {question.message.number}"
        for again in range(_TIMES):
            if again:
                self._send(raw, left=True)
            try:
                answer = parse(self._receive(name), self._profile.coding)
                if answer.number != _RESEND:
                    return self._checked(question, answer, sequence)
            except BadChecksum as error:
                if "97" not in self._profile.understood:
                    raise Nonsense(f"{name}: {error}", left=True) from error
                # The repeated answer carries any number, or none.
                raw, sequence = _LAST_ANSWER.encode(self._profile.coding, sequence), None
                continue
            except Garbled as error:
                raise Nonsense(f"{name}: {error}", left=True) from error
            if question.changes:
                raise Nonsense(f"{name} was not understood, they say", left=True)
        raise Nonsense(
            f"{name} was not understood, or its answer damaged, {_TIMES} times", left=True
        )

    def _checked(self, question: Question, answer: Message, sequence: int | None) -> Message:
        if answer.sequence is None and self._profile.demands_checksums:
            raise Garbled("an answer without checksum")
        if None not in (sequence, answer.sequence) and answer.sequence != sequence:
            raise Garbled("an answer to an older question")
        check_answer(question, answer, self._profile)
        return answer

    def _next_sequence(self) -> int | None:
        if not self._profile.checksums:
            return None
        self._sequence = (self._sequence + 1) % 10
        return self._sequence

    def _connected(self) -> socket.socket:
        address = self._address
        there = (address.host, address.port)
        try:
            plain = socket.create_connection(there, address.connect_within)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if address.tls is None:
                return plain
            return address.tls.wrap_socket(plain, server_hostname=address.host)
        except (OSError, UnicodeError) as error:  # the latter from a host that cannot be a name
            raise HungUp(f"{address.host} port {address.port}: {error}", left=False) from error

    def _listen_first(self) -> None:
        """What comes unasked belongs to nothing we know of; an end is better noticed now."""
        self._socket.settimeout(0)
        try:
            while heard := self._socket.recv(_CHUNK):
                self._receiver.hear(heard)
        except (BlockingIOError, ssl.SSLWantReadError):
            if self._receiver.pending():
                raise Nonsense("the system spoke unasked", left=False) from None
            return
        except OSError as error:
            raise HungUp(f"the connection broke: {error}", left=False) from error
        raise HungUp("the system has closed the connection", left=False)

    def _send(self, raw: bytes, *, left: bool) -> None:
        """All of it, in one write where the machine lets us. `left`: something went before."""
        self._socket.settimeout(self._address.answer_within)
        left = left or self._address.tls is not None
        try:
            while raw:
                raw = raw[self._socket.send(raw) :]
                left = True
        except OSError as error:
            raise HungUp(f"the connection broke while sending: {error}", left=left) from error

    def _receive(self, name: str) -> bytes:
        return self._until(self._receiver.next_message, name)

    def _until(self, found: Callable[[], Found | None], name: str) -> Found:
        """What the receiver finds in what comes. Raises HungUp, Silent."""
        deadline = self._clock() + self._address.answer_within
        while not (it := found()):
            self._socket.settimeout(max(deadline - self._clock(), 0.001))
            try:
                heard = self._socket.recv(_CHUNK)
            except TimeoutError:
                heard = None
            except OSError as error:
                raise HungUp(f"{name}: the connection broke: {error}", left=True) from error
            if heard is None or self._clock() > deadline:
                within = self._address.answer_within
                raise Silent(f"{name}: no whole answer within {within} s", left=True)
            if not heard:
                raise HungUp(f"{name}: the system closed the connection", left=True)
            self._receiver.hear(heard)
        return it
