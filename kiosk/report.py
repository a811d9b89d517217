"""What technicians are told about a station: presence, birth and a full snapshot of its state."""

from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from typing import Final, Protocol

from broker.telemetry import Birth, Component, Extent, Kind, Presence, State
from broker.topics import Channel
from broker.vocabulary import BootClock, DeviceId, SiteId
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
    """Sends birth on every connection, and the state on change and every 60 s.

    `boots` gives what the station's ledger knows of its boots; without a ledger there are none.
    """

    def __init__(
        self,
        identity: tuple[SiteId, DeviceId, Kind],
        clock: Clock,
        send: Send,
        boots: Callable[[], tuple[BootClock, ...]] = tuple,
    ) -> None:
        self._site, self._device, self._kind = identity
        self._clock = clock
        self._send = send
        self._boots = boots
        self._boot = clock.moment().boot
        self._state: State | None = None
        self._due = 0.0
        self._introduced: tuple[int | None, str] = (None, "")

    def connected(self, install: str = "", ledger: Extent | None = None) -> None:
        """The line is up: say that we are there and who we are, then how we are."""
        self._send(Channel.STATUS, Presence.ONLINE.value.encode(), retain=True)
        self._born(install, ledger)
        self._due = 0.0

    def introduce(self, install: str, ledger: Extent, coming: int | None) -> None:
        """A server that is back, and one that sees a new install, has to know what it holds.

        `coming` is the courier's: another each time the server came.
        """
        if coming is not None and (coming, install) != self._introduced:
            self._born(install, ledger)
        self._introduced = (coming, install)

    def _born(self, install: str, ledger: Extent | None) -> None:
        identity = (self._site, self._device, self._kind)
        now = self._clock.wall()
        boots = self._boots()
        birth = Birth(*identity, VERSION, self._boot, install, now, ledger, boots)
        self._send(Channel.BIRTH, encode_snapshot(birth), retain=True)

    def tell(self, condition: Condition, debt: tuple[int, float | None], ignored: int = 0) -> None:
        """Sends the snapshot when anything that matters is new, or the minute is over.

        `ignored` may grow as fast as somebody likes to send rubbish: it waits for the minute.
        """
        now = self._clock.monotonic()
        state = self._next(condition, debt)
        if now < self._due and _says_the_same(self._state, state):
            return
        state = replace(state, ignored=ignored)
        self._state, self._due = state, now + EVERY_SECONDS
        self._send(Channel.STATE, encode_snapshot(state), retain=True)

    def _next(self, condition: Condition, debt: tuple[int, float | None]) -> State:
        at = self._clock.moment()
        state = next_state(self._state, condition, debt, self._boot, at.wall)
        own = [one for one in self._boots() if one.boot == self._boot]
        anchors = own[-1].anchors if own else ()
        return replace(state, monotonic=at.monotonic, anchors=anchors)


def _says_the_same(before: State | None, state: State) -> bool:
    """Whether only the time, and what was ignored, is new."""
    if before is None:
        return False
    same = replace(state, at=before.at, monotonic=before.monotonic, ignored=before.ignored)
    return before == same
