"""Bugs of a station's courier, clock and reporter."""

from collections import Counter
from dataclasses import replace
from typing import Any

from broker.facts import Acknowledgement, ItemReturned
from broker.topics import Channel
from broker.vocabulary import ActId, ClockState, Moment
from broker.wire import decode_entry, encode_entry
from kiosk.condition import Condition
from kiosk.courier import Courier
from kiosk.report import Reporter
from tests.simulation.clocks import StationClock

_PATIENCE = 5


class _Counting(Courier):
    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.sent: Counter[bytes] = Counter()

    def send(self, channel: Channel, payload: bytes, *, retain: bool) -> None:
        if channel is Channel.FACT:
            self.sent[payload] += 1
            payload = self.changed(payload)
        super().send(channel, payload, retain=retain)
        if channel is Channel.FACT:
            self.was_sent(payload)

    def changed(self, payload: bytes) -> bytes:
        return payload

    def was_sent(self, payload: bytes) -> None:
        """Whatever a hurried programmer might think of doing now."""

    def forget(self, payload: bytes) -> None:
        entry = decode_entry(payload)
        self._ledger.acknowledge(entry.install, entry.seq, 0.0)


class TrustsTheBroker(_Counting):
    """What the broker has received needs no further care."""

    def was_sent(self, payload: bytes) -> None:
        self.forget(payload)


class GivesUp(_Counting):
    """What failed five times is dropped."""

    def was_sent(self, payload: bytes) -> None:
        if self.sent[payload] >= _PATIENCE:
            self.forget(payload)


class MakesANewIdForEachRetry(_Counting):
    """The same fact, under another name each time it is sent."""

    def changed(self, payload: bytes) -> bytes:
        times = self.sent[payload]
        if times == 1:
            return payload
        entry = decode_entry(payload)
        place = f"{entry.install}-{times}-{entry.seq}"
        return encode_entry(replace(entry, act=ActId(f"{entry.act}-{times}"), install=place, seq=1))


class HasTwoQueues(_Counting):
    """Returns and loans are each numbered from 1."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.queues: dict[bool, list[ActId]] = {True: [], False: []}

    def changed(self, payload: bytes) -> bytes:
        entry = decode_entry(payload)
        queue = self.queues[isinstance(entry.fact, ItemReturned)]
        if entry.act not in queue:
            queue.append(entry.act)
        return encode_entry(replace(entry, seq=queue.index(entry.act) + 1))


class TakesAnyAcknowledgement(Courier):
    """What was said to the ledger before is taken for said to this one."""

    def acknowledged(self, word: Acknowledgement) -> None:
        super().acknowledged(replace(word, install=self._ledger.install))


class NeverSendsAgain(Courier):
    """A fact leaves once in each connection."""

    def deliver(self) -> None:
        self._progress = self._clock.monotonic()
        super().deliver()


class GoesByTheWall(StationClock):
    """Durations are measured with the wall clock."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self._started = self.wall()

    def monotonic(self) -> float:
        return self.wall() - self._started


class BelievesItself(StationClock):
    """A clock that nobody set is called right."""

    def moment(self) -> Moment:
        return replace(super().moment(), clock=ClockState.SYNCHRONISED)


class OwesNothing(Reporter):
    """The page is told that everything was sent."""

    def tell(self, condition: Condition, debt: tuple[int, float | None], ignored: int = 0) -> None:
        del debt
        super().tell(condition, (0, None), ignored)
