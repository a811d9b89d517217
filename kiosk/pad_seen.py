"""What a station has been told of its pad: what lies there, and since when it can be believed."""

from typing import Final

from devices.capabilities import TagUid
from kiosk.clock import Clock
from kiosk.happenings import Happening, PadChanged, TagArrived, TagLeft

SETTLE_SECONDS: Final = 2.0


class PadSeen:
    """The tags in the field, each with the others of its set."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._present: dict[TagUid, frozenset[TagUid]] = {}
        self._since: float | None = None
        self.was_lost = False

    def hear(self, happening: Happening) -> None:
        match happening:
            case TagArrived(uid, tags=tags):
                self._present[uid] = tags | {uid}
            case TagLeft(uid):
                self._present.pop(uid, None)
            case PadChanged(healthy):
                self._since = self._clock.monotonic() if healthy else None
                self.was_lost |= not healthy
            case _:
                pass

    @property
    def present(self) -> frozenset[TagUid]:
        return frozenset(self._present)

    def holds(self, uid: TagUid) -> bool:
        return any(uid in tags for tags in self._present.values())

    @property
    def has_answered(self) -> bool:
        return self._since is not None

    @property
    def is_known(self) -> bool:
        """Whether the pad has answered for so long that everything on it has been told."""
        return self._since is not None and self._clock.monotonic() - self._since >= SETTLE_SECONDS
