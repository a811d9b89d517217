"""The one thread that owns a station: everything from devices, line and screen meets here."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from random import Random
from typing import Final
from uuid import uuid4

import structlog

from broker.mqtt import Connected, Disconnected, Event, PublishRefused, Received
from broker.sealing import SealingKey
from broker.telemetry import Kind
from broker.vocabulary import ActId
from devices.capabilities import Card, PadReader, TagUid
from devices.card_watch import CardArrived as CardSeen
from devices.card_watch import CardEvent, CardReaderHealthy, CardReaderLost
from devices.card_watch import CardLeft as CardGone
from devices.pad import Pad
from devices.pad_events import (
    PadEvent,
    PadHealthy,
    PadLost,
    SecurityNotWritten,
    SecurityWritten,
    StackCounted,
)
from devices.pad_events import TagArrived as TagSeen
from devices.pad_events import TagLeft as TagGone
from devices.security import Security
from kiosk.card_key import card_key
from kiosk.certificate import keeping, with_certificate
from kiosk.clock import SystemClock
from kiosk.condition import Condition
from kiosk.connection import last_word, open_line
from kiosk.courier import Courier
from kiosk.discretion import Discretion
from kiosk.equipment import Conduct, Equipment, no_printer
from kiosk.gathering import Gathering
from kiosk.happenings import (
    CardArrived,
    CardLeft,
    CardReaderChanged,
    Happening,
    PadChanged,
    TagNotWritten,
    TagWritten,
)
from kiosk.ledger import Ledger
from kiosk.lighting import Lighting, with_lamp
from kiosk.report import Reporter
from kiosk.settings import StationSettings, ledger_path
from kiosk.slip import Slip
from kiosk.staff.at_work import AtWork
from kiosk.station import Station

TICK_SECONDS: Final = 0.2

log: Final = structlog.get_logger()


Heard = Happening | PadEvent | CardEvent | Event


class PadTags:
    """The station's hand on the pad: one act on a book writes to every tag of it."""

    def __init__(self, pad: Pad, gathering: Gathering) -> None:
        self._pad = pad
        self._gathering = gathering
        self._unanswered: dict[str, int] = {}
        self._failed: dict[str, SecurityNotWritten] = {}

    def secure(self, act: ActId, uid: TagUid) -> None:
        self._write(str(act), uid, Security.SECURED)

    def release(self, act: ActId, uid: TagUid) -> None:
        self._write(str(act), uid, Security.RELEASED)

    def _write(self, act: str, uid: TagUid, security: Security) -> None:
        tags = self._gathering.tags_of(uid)
        self._unanswered[act] = len(tags)
        for tag in tags:
            self._pad.write(act, tag, security)

    def answered(
        self, event: SecurityWritten | SecurityNotWritten
    ) -> TagWritten | TagNotWritten | None:
        """What became of the act; None while the book has other tags to answer for."""
        if isinstance(event, SecurityNotWritten):
            log.warning("tag not written", act=event.ticket, tag=str(event.uid), why=event.why)
            self._failed[event.ticket] = event
        self._unanswered[event.ticket] -= 1
        if self._unanswered[event.ticket]:
            return None
        del self._unanswered[event.ticket]
        failed = self._failed.pop(event.ticket, None)
        if failed is None:
            return TagWritten(ActId(event.ticket))
        return TagNotWritten(ActId(event.ticket), lifted=not failed.tag_answered)


def nobody_looks() -> None:
    """For a station without a screen."""


@dataclass
class Running:
    """A station and all it is wired to; `hear` may be called from any thread.

    `at_work` is told, before the first turn, what staff mode needs of it; `notice` whenever
    something was heard; `turned`, where nothing else would notice that this thread hangs, the
    monotonic second after every turn.
    """

    settings: StationSettings
    sealing: SealingKey
    kind: Kind
    conduct: Conduct
    condition: Callable[[], Condition]
    in_bin: bool
    print: Callable[[Slip], None] = no_printer
    at_work: Callable[[AtWork], None] | None = None
    notice: Callable[[], None] = nobody_looks
    lighting: Lighting | None = None
    turned: Callable[[float], None] | None = None
    _heard: SimpleQueue[Heard] = field(default_factory=SimpleQueue)

    def hear(self, happening: Heard) -> None:
        self._heard.put(happening)

    def run(self, open_reader: Callable[[], PadReader], stop: threading.Event) -> None:
        """Serves until `stop`. Raises LedgerUnusable when there is no ledger to start with."""
        clock = SystemClock()
        site, device = self.settings.site, self.settings.device
        identity = self.settings.identity()
        self._keeper = keeping(identity, clock, stop)
        path = ledger_path(self.settings.folder)
        self._ledger = Ledger.open_or_replace(path, site, device, str(uuid4()))
        self._line = open_line(
            self.settings.broker.address(identity),
            site,
            device,
            self.hear,
            Random(),  # noqa: S311 spreads reconnections, hides nothing
        )
        self._courier = Courier((site, device), self._ledger, clock, self._line.publish, _new_id)
        pad = Pad(open_reader, self.settings.tags, self.hear)
        owners = frozenset(self.settings.tags.owners)
        self._gathering = Gathering(owners, together=not self.in_bin)
        self._tags = PadTags(pad, self._gathering)
        key = card_key(Path(self.settings.memory), site, device, self._ledger)
        discretion = Discretion(self.sealing, key)
        equipment = Equipment(
            self._ledger, self._courier, discretion, self._tags, clock, _new_id, self.print
        )
        self._station = Station(self.conduct, equipment, in_bin=self.in_bin)
        named, boots = (site, device, self.kind), self._ledger.boots
        self._reporter = Reporter(named, clock, self._courier.send, lambda: boots.known)
        if self.at_work is not None:
            self.at_work(AtWork(pad, self._courier, self._station))
        pad.start()
        if self.lighting is not None:
            self.lighting.watch.start()
        try:
            while not stop.is_set():
                self._turn()
                if self.turned is not None:
                    self.turned(clock.monotonic())
        finally:  # a program that fails leaves no green lamp behind
            if self.lighting is not None:
                self.lighting.watch.stop()
        pad.stop()
        self._line.close(last_word(site, device))
        self._ledger.close()

    def _turn(self) -> None:
        """Everything that was heard, then time."""
        try:
            self._take(self._heard.get(timeout=TICK_SECONDS))
            while True:
                self._take(self._heard.get_nowait())
        except Empty:
            self._station.tick()
            install, extent = self._ledger.install, self._ledger.extent
            self._reporter.introduce(install, extent, self._courier.coming)
            condition = with_certificate(with_lamp(self.condition(), self.lighting), self._keeper)
            self._reporter.tell(condition, self._station.debt, self._station.ignored)
            if self.lighting is not None:  # after the disk has the facts: it may be a yes
                self.lighting.turn()

    def _take(self, heard: Heard) -> None:
        match heard:
            case Connected():
                self._courier.connection(up=True)
                self._reporter.connected(self._ledger.install, self._ledger.extent)
            case Disconnected(reason):
                log.info("line down", reason=reason)
                self._courier.connection(up=False)
            case Received(topic, payload, retained):
                self._station.receive(topic, payload, retained=retained)
            case PublishRefused(reason):
                log.error("the broker refuses what we say; check its access rules", reason=reason)
            case _:
                happening = self._from_device(heard)
                if happening is not None:
                    self._station.hear(happening)
        self.notice()

    def _from_device(self, heard: PadEvent | CardEvent | Happening) -> Happening | None:
        """A device's event as the station's machine knows it."""
        match heard:
            case TagSeen(uid, content, security):
                return self._gathering.arrived(uid, content, security)
            case TagGone(uid):
                return self._gathering.left(uid)
            case PadHealthy() | PadLost():
                return PadChanged(healthy=isinstance(heard, PadHealthy))
            case SecurityWritten() | SecurityNotWritten():
                return self._tags.answered(heard)
            case StackCounted():
                return None
            case CardSeen() | CardGone() | CardReaderHealthy() | CardReaderLost():
                return _from_card_reader(heard)
            case _:
                return heard


def _from_card_reader(heard: CardEvent) -> Happening | None:
    match heard:
        case CardSeen(Card(patron)):
            return CardArrived(patron)
        case CardSeen():  # two at once are nobody's
            return CardArrived(None)
        case CardReaderHealthy():
            return CardReaderChanged(healthy=True)
        case CardReaderLost():
            return CardReaderChanged(healthy=False)
        case CardGone():
            return CardLeft()


def _new_id() -> str:
    return str(uuid4())
