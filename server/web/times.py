"""Moments in the words of a branch's wall: `14.30 WIB`, `Sen, 30 Nov 2026, 14.30 WIB`. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from server.web.languages import Texts


@dataclass(frozen=True, slots=True)
class Wall:
    """The branch's zone and what its clock shows: `now`, seconds since 1970 UTC."""

    zone: ZoneInfo
    now: float
    texts: Texts

    def moment(self, at: float) -> str:
        """The time of day; another day's also says which."""
        when = self._at(at)
        time = self._time(when, "time")
        if when.date() == self._at(self.now).date():
            return time
        return f"{day(when, self.texts)}, {time}"

    def to_the_second(self) -> str:
        """Now, e.g. `14.30.05 WIB`."""
        return self._time(self._at(self.now), "time_with_seconds")

    def _at(self, at: float) -> datetime:
        return datetime.fromtimestamp(at, self.zone)

    def _time(self, when: datetime, key: str) -> str:
        # A time and its zone stay on one line.
        return f"{when.strftime(self.texts(key))}\N{NO-BREAK SPACE}{when.tzname()}"


def day(when: date, texts: Texts) -> str:
    """E.g. `Sen, 30 Nov 2026`."""
    weekday = texts("weekdays").split()[when.weekday()]
    month = texts("months").split()[when.month - 1]
    return f"{weekday}, {when.day} {month} {when.year}"
