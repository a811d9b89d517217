"""Takes in what stations send: a plain loop between the line and the journal.

A batch is committed first; only then are acknowledgements and replies published and the broker's
messages let go. While the database refuses, the batch stays here and the broker keeps the rest.
"""

import threading
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import Final

import structlog
from sqlalchemy import Connection, Engine

from broker import topics
from broker.errors import BadMessage
from broker.fault_points import fault_point
from broker.mqtt import Connected, Event, Line, Received, Will
from broker.requests import Answer
from broker.telemetry import Presence
from broker.topics import Channel, Topic
from broker.vocabulary import DeviceId, SiteId
from server.heard import Heard
from server.intake import Intake, Outgoing
from server.journal.database import DatabaseFailed, transaction

LARGEST_BATCH: Final = 500
_RETRY_SECONDS: Final = 1.0
_REMIND_EVERY_SECONDS: Final = 10.0

log: Final = structlog.get_logger()

Settings = Callable[[Connection, DeviceId], bytes]


def server_will(site: SiteId) -> Will:
    """What everybody hears when the server is gone."""
    return Will(topics.server_status(site), Presence.OFFLINE.value.encode())


class Ingest:
    """One site's server end of the line, until `stopping`; `settings` encodes a station's."""

    def __init__(
        self, engine: Engine, intake: Intake, settings: Settings, stopping: threading.Event
    ) -> None:
        self._engine = engine
        self._intake = intake
        self._settings = settings
        self._stopping = stopping
        self._heard: SimpleQueue[Event | Outgoing] = SimpleQueue()
        self._reminded = 0.0

    def tell(self, event: Event) -> None:
        """Called from the line's thread."""
        self._heard.put(event)

    def answer(self, device: DeviceId, correlation: str, answer: Answer, now: float) -> None:
        """Publish what came later than the question's batch. Called from any thread."""
        self._heard.put(self._intake.reply_to(device, correlation, answer, now))

    def run(
        self, line: Line, now: Callable[[], float], chore: Callable[[float], object] | None = None
    ) -> None:
        """Serves until it is stopped; `now` is seconds since 1970 UTC.

        `chore` is told the time between batches, and does a little of what has to be done.
        """
        self._reminded = now()
        while not self._stopping.is_set():
            events = self._batch()
            if any(isinstance(event, Connected) for event in events):
                online = Presence.ONLINE.value.encode()
                line.publish(topics.server_status(self._intake.site), online, retain=True)
                log.info("line up")
            _publish(line, [event for event in events if isinstance(event, Outgoing)])
            received = [event for event in events if isinstance(event, Received)]
            outgoing = self._committed(received, now)
            if outgoing is None:
                return
            _publish(line, outgoing)
            if outgoing:
                fault_point("S5")
            for event in received:
                line.acknowledge(event.receipt)
            if chore is not None:
                chore(now())

    def _batch(self) -> list[Event | Outgoing]:
        """Whatever is queued, at most LARGEST_BATCH; waits for the first a little, then not."""
        events: list[Event | Outgoing] = []
        try:
            events.append(self._heard.get(timeout=0.2))
            while len(events) < LARGEST_BATCH:
                events.append(self._heard.get_nowait())
        except Empty:
            pass
        return events

    def _committed(
        self, received: Sequence[Received], now: Callable[[], float]
    ) -> tuple[Outgoing, ...] | None:
        """What the committed batch owes; None when it was stopped before it could commit."""
        # Its own word comes back with the stations': `+` matches the server's name too.
        own = topics.server_status(self._intake.site)
        batch = [
            Heard(event.topic, event.payload, event.retained)
            for event in received
            if event.topic != own
        ]
        remind = abs(now() - self._reminded) > _REMIND_EVERY_SECONDS
        if not batch and not remind:
            return ()
        fault_point("S1")
        while not self._stopping.is_set():
            try:
                with transaction(self._engine) as connection:
                    outgoing = self._intake.digest(connection, batch, now())
                    if remind:
                        outgoing += self._intake.remind(connection, now())
                    wishes = self._wishes(connection, batch)
            except DatabaseFailed as error:
                log.warning("the database refuses; stations keep their facts", problem=str(error))
                self._stopping.wait(_RETRY_SECONDS)
            else:
                fault_point("S3")
                self._reminded = now() if remind else self._reminded
                return (*outgoing, *wishes)
        return None

    def _wishes(self, connection: Connection, batch: Sequence[Heard]) -> tuple[Outgoing, ...]:
        """The settings of every station that was just born."""
        born = dict.fromkeys(device for heard in batch if (device := _newborn(heard)) is not None)
        return tuple(
            Outgoing(
                str(Topic(self._intake.site, device, Channel.SETTINGS_DESIRED)),
                self._settings(connection, device),
                retain=True,
            )
            for device in born
        )


def _publish(line: Line, outgoing: Sequence[Outgoing]) -> None:
    for message in outgoing:
        line.publish(message.topic, message.payload, retain=message.retain)


def _newborn(heard: Heard) -> DeviceId | None:
    try:
        topic = topics.parse(heard.topic)
    except BadMessage:
        return None
    return topic.device if topic.channel is Channel.BIRTH else None
