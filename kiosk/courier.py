"""Carries the station's facts and asks to the server, and answers back. No threads, no sockets.

A fact leaves again and again until the server says it has committed it; the broker's own receipt
means nothing here. An ask without an answer in `ANSWER_SECONDS` is unknown: neither yes nor no; a
receipt for the library's mail server has `MAIL_SECONDS`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from broker.facts import Acknowledgement
from broker.fault_points import fault_point
from broker.kinds import kind_of
from broker.receipts import SendReceipt
from broker.requests import Answer, Ask, Expired, Question, Reply
from broker.telemetry import Presence
from broker.topics import Channel, Topic, server_status
from broker.vocabulary import ClockState, DeviceId, SiteId
from broker.wire import encode_ask
from kiosk.clock import Clock
from kiosk.ledger import Age, Ledger

ANSWER_SECONDS: Final = 3.0
MAIL_SECONDS: Final = 10.0
RESEND_SECONDS: Final = 10.0
LONGEST_RESEND_SECONDS: Final = 120.0
WINDOW: Final = 50
# So long may an acknowledgement be on its way; of one that is older the server's clock was set.
OVERTAKEN_SECONDS: Final = 3600.0
_CONTACT: Final = "last-contact"
_CONTACT_EVERY_SECONDS: Final = 30.0
# How long the archive keeps what the server has, and what no backup of it holds yet.
KEEP_SECONDS: Final = 30 * 86_400.0
UNSAVED_SECONDS: Final = 90 * 86_400.0
_PRUNE_EVERY_SECONDS: Final = 3600.0

log: Final = structlog.get_logger()


class Publish(Protocol):
    """Hands a message to the line and returns at once; a line that is down may drop it."""

    def __call__(self, topic: str, payload: bytes, *, retain: bool) -> None: ...


@dataclass(frozen=True, slots=True)
class Pace:
    """How many entries may be on their way at once, and how long one may stand still.

    A server that is silent may be slow rather than deaf, and a hundred stations that all send
    again make it slower still. So one entry alone goes again, ever more rarely, and each step
    forward doubles what may be on its way (RFC 5681, 3.1; RFC 6298, 5.5).
    """

    window: int = WINDOW
    patience: float = RESEND_SECONDS

    def moved(self) -> "Pace":
        return Pace(min(2 * self.window, WINDOW), RESEND_SECONDS)

    def silent(self) -> "Pace":
        return Pace(1, min(2 * self.patience, LONGEST_RESEND_SECONDS))


@dataclass(frozen=True, slots=True)
class Settled:
    """An ask that is over; `answer` is None when nobody answered in time."""

    question: Question
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class _Waiting:
    question: Question
    until: float


class Courier:
    """One station's correspondence."""

    def __init__(
        self,
        address: tuple[SiteId, DeviceId],
        ledger: Ledger,
        clock: Clock,
        publish: Publish,
        new_id: Callable[[], str],
    ) -> None:
        self._site, self._device = address
        self._ledger = ledger
        self._clock = clock
        self._publish = publish
        self._new_id = new_id
        self._connected = False
        self._server = Presence.OFFLINE
        self._coming = 0
        self._waiting: dict[str, _Waiting] = {}
        self._sent = self._oldest = 0
        self._newest_word = 0.0
        self._progress = 0.0
        self._pace = Pace()
        self._pruned = 0.0
        # From monotonic seconds to the server's clock: a step of ours must not void an ask.
        self._ahead = clock.wall() - clock.monotonic()
        self._is_told_time = False
        kept = ledger.recall(_CONTACT)
        self.last_contact: float | None = None if kept is None else float(kept)
        self._contact_kept = self.last_contact or 0.0

    @property
    def online(self) -> bool:
        return self._connected and self._server is Presence.ONLINE

    @property
    def connected(self) -> bool:
        """Whether there is a line to the broker, whoever else is there."""
        return self._connected

    @property
    def coming(self) -> int | None:
        """Another number each time the server came; None while it is away."""
        return self._coming if self.online else None

    @property
    def servers_topic(self) -> str:
        """Where the server says whether it is there."""
        return server_status(self._site)

    @property
    def silence(self) -> float:
        """Seconds since the server was last heard.

        None when it never was or is there now, nor while nobody knows what time it is.
        """
        now = self.now
        if self.online or self.last_contact is None or now is None:
            return 0.0
        return max(0.0, now - self.last_contact)

    @property
    def now(self) -> float | None:
        """Seconds since 1970 UTC: by the server's word, before that by our own clock.

        None while the server has told nothing and our clock is known to be wrong.
        """
        if self._is_told_time:
            return self._clock.monotonic() + self._ahead
        at = self._ledger.boots.judged(self._clock.moment())
        return None if at.clock is ClockState.UNKNOWN else at.wall

    def topic(self, channel: Channel, kind: str = "") -> str:
        return str(Topic(self._site, self._device, channel, kind))

    def send(self, channel: Channel, payload: bytes, *, retain: bool) -> None:
        self._publish(self.topic(channel), payload, retain=retain)

    def connection(self, *, up: bool) -> None:
        """The line to the broker came or went; everything owed is sent again on a new one."""
        self._connected = up
        if not up:
            self._server = Presence.OFFLINE
        self._sent = self._oldest = 0

    def server(self, presence: Presence, *, retained: bool = False) -> None:
        """The server says it is there, or the broker says it is not.

        Once it is there it says so only when it has begun anew, perhaps from a backup.
        """
        if presence is Presence.ONLINE and not (retained and self.online):
            self._coming += 1
        self._server = presence
        self._sent = self._oldest = 0

    def acknowledged(self, word: Acknowledgement) -> None:
        """The server's word on one install of this ledger."""
        fault_point("K13", "R8")
        # What a server held before it was restored is void once a newer word has come.
        overtaken = 0 < self._newest_word - word.server_time < OVERTAKEN_SECONDS
        if word.install == self._ledger.install and not overtaken:
            self._newest_word = word.server_time
            self._own(word)
        self._heard(word.server_time)

    def _own(self, word: Acknowledgement) -> None:
        # Not only when the server doubts: it knows nothing yet of what was written instead.
        if word.kept and self._ledger.differs(word.kept):
            log.warning("the disk was put back to an earlier state: a new life begins")
            self._ledger.begin_again(self._new_id())
            self._sent = self._oldest = 0
            return
        if word.resend or word.through < self._ledger.extent.acknowledged:
            log.warning("the server lacks what it had: sent again", after=word.through)
            self._sent = self._oldest = 0
            self._ledger.owe_again(word.through)
        self._ledger.acknowledge(word.install, word.through, word.server_time)
        if abs(word.server_time - self._pruned) > _PRUNE_EVERY_SECONDS:
            kept, unsaved = word.server_time - KEEP_SECONDS, word.server_time - UNSAVED_SECONDS
            self._ledger.prune(Age(kept, unsaved, word.backed_up_through))
            self._pruned = word.server_time

    def ask(self, question: Question) -> None:
        """Sends a question; its end comes from `replied` or `unanswered`."""
        correlation = self._new_id()
        seconds = MAIL_SECONDS if isinstance(question, SendReceipt) else ANSWER_SECONDS
        until = self._clock.monotonic() + seconds
        payload = encode_ask(Ask(correlation, until + self._ahead, question))
        self._waiting[correlation] = _Waiting(question, until)
        self._publish(self.topic(Channel.ASK, kind_of(question)), payload, retain=False)

    def replied(self, reply: Reply) -> Settled | None:
        """What a reply settles; None when nothing waits for it (any more)."""
        # First: on a disk that refuses, the question still ends when its time is over.
        self._heard(reply.server_time, fresh=reply.correlation in self._waiting)
        waiting = self._waiting.pop(reply.correlation, None)
        if waiting is None:
            return None
        answer = None if isinstance(reply.answer, Expired) else reply.answer
        return Settled(waiting.question, answer)

    def unanswered(self) -> tuple[Settled, ...]:
        """Asks whose time is over, or that can no longer be answered."""
        now = self._clock.monotonic()
        over = [
            correlation
            for correlation, waiting in self._waiting.items()
            if waiting.until <= now or not self.online
        ]
        return tuple(Settled(self._waiting.pop(name).question, None) for name in over)

    def deliver(self) -> None:
        """Sends what is owed, a window at a time, and again when the oldest stays owed.

        New facts and acknowledgements that move nothing are no progress: a fact that was lost
        would wait behind them for ever.
        """
        if not (self.online and self._ledger.owes):
            return
        now = self._clock.monotonic()
        owed = self._ledger.owed(WINDOW)
        if owed[0].seq != self._oldest:
            self._oldest, self._progress, self._pace = owed[0].seq, now, self._pace.moved()
        elif now - self._progress > self._pace.patience:
            self._sent, self._progress, self._pace = 0, now, self._pace.silent()
        for entry in owed[: self._pace.window]:
            if entry.seq > self._sent:
                fault_point("K10", "R6")
                self.send(Channel.FACT, entry.payload, retain=False)
                fault_point("K11")
                self._sent = entry.seq

    def send_again(self) -> None:
        """Everything owed leaves again at once and at full pace: somebody asked for it."""
        self._sent = self._oldest = 0
        self._pace = Pace()

    def _heard(self, server_time: float, *, fresh: bool = False) -> None:
        ahead = server_time - self._clock.monotonic()
        # What answers no question may have been on its way for long: it never sets time back, not
        # even behind what was heard before a power cut.
        newest = self.last_contact is None or server_time >= self.last_contact
        if fresh or (newest and (ahead > self._ahead or not self._is_told_time)):
            self._ahead, self._is_told_time = ahead, True
        self._ledger.boots.told(self._clock.moment(), server_time)
        self.last_contact = server_time
        if abs(server_time - self._contact_kept) > _CONTACT_EVERY_SECONDS:
            self._contact_kept = server_time
            self._ledger.remember(_CONTACT, repr(server_time).encode())
