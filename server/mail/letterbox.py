"""Letters on their way: put in by whoever answers stations, taken out by the postman.

The same act again is the same letter, for as long as this program runs. What was sent is known by
its station and act alone; the address and the lines are forgotten when it is over.
"""

import threading
from collections import OrderedDict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from broker.receipts import ReceiptSent, SendReceipt
from broker.requests import Answer, Ask
from broker.vocabulary import ActId, DeviceId, ItemId, MailAddress, Reason, Refusal
from server.mail.letter import Letter

# A station waits as long, by a clock that may be wrong.
LONGEST_SECONDS: Final = 10.0
_MOST_WAITING: Final = 200
_MOST_REMEMBERED: Final = 10_000


@dataclass(frozen=True, slots=True)
class Asker:
    """A station's question; nobody waits any more after `until` (seconds since 1970 UTC)."""

    device: DeviceId
    correlation: str
    until: float

    @classmethod
    def of(cls, ask: Ask, device: DeviceId, now: float) -> Self:
        return cls(device, ask.correlation, min(ask.expires, now + LONGEST_SECONDS))


@dataclass(slots=True)
class Posted:
    """A letter, and who waits to hear of it."""

    letter: Letter
    askers: list[Asker]

    @property
    def name(self) -> tuple[DeviceId, ActId]:
        return self.askers[0].device, self.letter.act


class Letterbox:
    """For any number of threads. `titles`: whether letters name titles."""

    def __init__(self, *, titles: bool = False) -> None:
        self.titles = titles
        self._changed = threading.Condition()
        self._queue: deque[Posted] = deque()
        self._open: dict[tuple[DeviceId, ActId], Posted] = {}
        self._over: OrderedDict[tuple[DeviceId, ActId], Answer | None] = OrderedDict()

    def put(
        self,
        asked: SendReceipt,
        to: MailAddress | None,
        titles: Mapping[ItemId, str],
        asker: Asker,
    ) -> Answer | None:
        """The answer, if there is one already; else the postman gives it, or nobody knows it."""
        if to is None:
            return Refusal(Reason.NO_ADDRESS)
        name = (asker.device, asked.act)
        with self._changed:
            if name in self._over:
                return self._over[name]
            if name in self._open:
                self._open[name].askers.append(asker)
                return None
            if len(self._open) >= _MOST_WAITING:
                return Refusal(Reason.MAIL_FAILED)
            letter = Letter(asked.act, to, asked.language, asked.lines, titles)
            self._open[name] = Posted(letter, [asker])
            self._queue.append(self._open[name])
            self._changed.notify()
        return None

    def take(self, seconds: float) -> Posted | None:
        """The oldest letter; waits so long for one."""
        with self._changed:
            if not self._queue:
                self._changed.wait(seconds)
            return self._queue.popleft() if self._queue else None

    def sent(self, posted: Posted) -> tuple[Asker, ...]:
        """It is never sent again; who waits to hear of it."""
        return self._close(posted, ReceiptSent(posted.letter.act))

    def doubtful(self, posted: Posted) -> tuple[Asker, ...]:
        """Nobody knows whether it was sent, so it is never sent again either."""
        return self._close(posted, None)

    def not_sent(self, posted: Posted) -> tuple[Asker, ...]:
        """It may be asked for again."""
        with self._changed:
            del self._open[posted.name]
            return tuple(posted.askers)

    def _close(self, posted: Posted, answer: Answer | None) -> tuple[Asker, ...]:
        with self._changed:
            del self._open[posted.name]
            self._over[posted.name] = answer
            while len(self._over) > _MOST_REMEMBERED:
                self._over.popitem(last=False)
            return tuple(posted.askers)
