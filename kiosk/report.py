"""What technicians are told about a station: presence, birth and a full snapshot of its state."""

from dataclasses import replace
from importlib.metadata import version
from typing import Final, Protocol

from broker.telemetry import Birth, Component, Extent, Kind, Presence, State
from broker.topics import Channel
from broker.vocabulary import DeviceId, SiteId
from broker.wire import encode_snapshot
from kiosk.clock import Clock
from kiosk.condition import Condition, Finding

EVERY_SECONDS: Final = 60.0
VERSION: Final = version("sirkula")


class Send(Protocol):
    """Sends one message on a channel of this station."""

    def __call__(self, channel: Channel, payload: bytes, *, retain: bool) -> None: ...


def next_state(
    last: State | None, condition: Condition, debt: tuple[int, float | None], boot: str, now: float
) -> State:
    """The snapshot after `last`; what did not change keeps its `since`. Pure."""
    before = {component.name: component for component in last.components} if last else {}
    unchanged = last is not None and (last.mode, last.reason) == (condition.mode, condition.reason)
    return State(
        boot=boot,
        at=now,
        mode=condition.mode,
        mode_since=last.mode_since if last is not None and unchanged else now,
        reason=condition.reason,
        components=tuple(_component(found, before, now) for found in condition.findings),
        unsent=debt[0],
        oldest_unsent=debt[1],
    )


def _component(found: Finding, before: dict[str, Component], now: float) -> Component:
    known = before.get(found.name)
    if known is not None and (known.health, known.code) == (found.health, found.code):
        return known
    return Component(found.name, found.health, found.code, now)


class Reporter:
    """Sends birth on every connection, and the state on change and every 60 s."""

    def __init__(self, identity: tuple[SiteId, DeviceId, Kind], clock: Clock, send: Send) -> None:
        self._site, self._device, self._kind = identity
        self._clock = clock
        self._send = send
        self._boot = clock.moment().boot
        self._state: State | None = None
        self._due = 0.0
        self._introduced = (False, "")

    def connected(self, install: str = "", ledger: Extent | None = None) -> None:
        """The line is up: say that we are there and who we are, then how we are."""
        self._send(Channel.STATUS, Presence.ONLINE.value.encode(), retain=True)
        self._born(install, ledger)
        self._due = 0.0

    def introduce(self, install: str, ledger: Extent, *, online: bool) -> None:
        """A server that is back, and one that sees a new install, has to know what it holds."""
        if online and (online, install) != self._introduced:
            self._born(install, ledger)
        self._introduced = (online, install)

    def _born(self, install: str, ledger: Extent | None) -> None:
        identity = (self._site, self._device, self._kind)
        now = self._clock.wall()
        birth = Birth(*identity, VERSION, self._boot, install, now, ledger)
        self._send(Channel.BIRTH, encode_snapshot(birth), retain=True)

    def tell(self, condition: Condition, debt: tuple[int, float | None], ignored: int = 0) -> None:
        """Sends the snapshot when anything that matters is new, or the minute is over.

        `ignored` may grow as fast as somebody likes to send rubbish: it waits for the minute.
        """
        now = self._clock.monotonic()
        state = next_state(self._state, condition, debt, self._boot, self._clock.wall())
        last = self._state
        same = last is not None and replace(state, at=last.at, ignored=last.ignored) == last
        if same and now < self._due:
            return
        state = replace(state, ignored=ignored)
        self._state, self._due = state, now + EVERY_SECONDS
        self._send(Channel.STATE, encode_snapshot(state), retain=True)
