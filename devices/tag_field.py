"""The field that simulated tags lie in, for every family's simulator."""

from threading import Lock

from devices import air_time
from devices.air_time import Modulation
from devices.capabilities import TagUid
from devices.simulated_tag import SimulatedTag


class TagField:
    """What lies over one antenna. Hands and the reader reach in at the same time."""

    def __init__(self, *tags: SimulatedTag, modulation: Modulation = Modulation.ASK_100) -> None:
        self._modulation = modulation
        self._seconds_on_air = 0.0
        self._lock = Lock()
        self._tags: dict[TagUid, SimulatedTag] = {}
        for tag in tags:
            self.put(tag)

    def put(self, tag: SimulatedTag) -> None:
        with self._lock:
            tag.enters()
            self._tags[tag.uid] = tag

    def take(self, uid: TagUid) -> None:
        with self._lock:
            self._tags.pop(uid, None)

    def seconds_on_air(self) -> float:
        """What the commands since the last time this was asked would have taken."""
        with self._lock:
            seconds, self._seconds_on_air = self._seconds_on_air, 0.0
            for tag in self._tags.values():
                seconds += tag.seconds_on_air
                tag.seconds_on_air = 0.0
            return seconds

    def power_off(self) -> None:
        """The antenna goes off and on: every quiet tag is ready again."""
        with self._lock:
            self._seconds_on_air += air_time.FIELD_RESET
            for tag in self._tags.values():
                tag.power_off()

    def inventory(self, *, then_quiet: bool = True) -> tuple[SimulatedTag, ...]:
        """The tags that are not quiet; most readers tell each to be so once it was found."""
        with self._lock:
            found = [tag for tag in self._tags.values() if not tag.is_quiet and tag.answers()]
            self._seconds_on_air += air_time.inventory((t.uid for t in found), self._modulation)
            for tag in found:
                if then_quiet:
                    tag.stay_quiet()
            return tuple(found)

    def addressed(self, uid: TagUid) -> SimulatedTag | None:
        """The tag with that UID, if it is there to answer."""
        with self._lock:
            tag = self._tags.get(uid)
            if tag is not None and tag.answers():
                return tag
            self._seconds_on_air += air_time.unanswered()
            return None

    def select(self, uid: TagUid) -> SimulatedTag | None:
        """The tag with that UID is selected, and no other any more."""
        with self._lock:
            chosen = self._tags.get(uid)
            if chosen is not None and not chosen.answers():
                chosen = None
            self._seconds_on_air += air_time.addressed() if chosen else air_time.unanswered()
            for tag in self._tags.values():
                tag.select(selected=tag is chosen)
            return chosen

    def selected(self) -> SimulatedTag | None:
        """The selected tag, if it is there to answer."""
        with self._lock:
            chosen = next((tag for tag in self._tags.values() if tag.is_selected), None)
            return chosen if chosen is not None and chosen.answers() else None
