"""What a terminal asks, read from its message. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import blake2b
from typing import Final
from zoneinfo import ZoneInfo

from broker.vocabulary import BEGINNING, ActId, ItemId, PatronId
from server.ils.sip2.messages import LAYOUTS
from server.ils.sip2.protocol import Message
from server.ils.sip2.writing import day_of, moment_of
from server.ils.sip2_server.accounts import Terminal

_LONGEST_IN_A_DROP_S: Final = 30 * 86_400.0  # over the longest holidays
_SECRETS: Final = ("AC", "AD", "CO")
_SAID_ONCE: Final = ("AA", "AB", "AD", "AO", "BI", "BK", "BV", "CN", "CO")


@dataclass(frozen=True, slots=True)
class Place:
    """The library that is offered: `institution` is its code (AO), `name` for people (AM).

    `loan_days` is the length of a loan that is suggested to its system.
    """

    institution: str
    zone: ZoneInfo
    name: str = ""
    loan_days: int = 7


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, who asks, and when (`now` is seconds since 1970 UTC).

    Raises Garbled for one that says two things where one must be said: a value that was not
    escaped, e.g. from a tag, can look like another field.
    """

    message: Message
    terminal: Terminal
    place: Place
    now: float

    def __post_init__(self) -> None:
        for name in _SAID_ONCE:
            self.message.only(name)

    @property
    def patron(self) -> PatronId | None:
        """None for what cannot be the number of a patron."""
        try:
            return PatronId(self.message.first("AA"))
        except ValueError:
            return None

    @property
    def item(self) -> ItemId | None:
        try:
            return ItemId(self.message.first("AB"))
        except ValueError:
            return None

    @property
    def institution(self) -> str:
        return self.terminal.branch or self.place.institution

    @property
    def elsewhere(self) -> bool:
        """Whether it speaks of a branch that is not the account's."""
        named, own = self.message.first("AO"), self.terminal.branch
        return bool(named and own) and named.casefold() != own.casefold()

    @property
    def cancels(self) -> bool:
        return self.message.first("BI") == "Y"

    @property
    def offline(self) -> bool:
        """No-block: it happened while the terminal was off line, and cannot be undone there."""
        return "no_block" in LAYOUTS[self.message.number].parts and (
            self.message.part("no_block") == "Y"
        )

    def made_at(self) -> float:
        """When a loan was made: now, unless it was made off line."""
        return self._past(self._moment("date")) if self.offline else self.now

    def dropped_at(self) -> float:
        """When an item was given back.

        On line the terminal's clock may be wrong; how long ago it was by that clock is not.
        """
        sent, dropped = self._moment("date"), self._moment("returned")
        if self.offline:
            return self._past(sent if dropped is None else dropped)
        if sent is None or dropped is None or not 0 < sent - dropped < _LONGEST_IN_A_DROP_S:
            return self.now
        return self._past(self.now - (sent - dropped))

    def due(self) -> date:
        """A suggestion: the terminal's own for a loan that it made off line by a sane clock."""
        given, made_at = day_of(self.message.part("nb_due"), self.place.zone), self.made_at()
        made = datetime.fromtimestamp(made_at, self.place.zone).date()
        if given is not None and given >= made and self.offline and made_at == self._moment("date"):
            return given
        return made + timedelta(days=self.place.loan_days)

    def digest(self, key: bytes) -> str:
        """Alike for a message that is sent again, on whatever connection; tells nobody without key.

        A terminal without a clock sends the same message for each loan of an item: only on one day
        is that a repetition. What happened off line has its own time.
        """
        day = "" if self.offline else str(datetime.fromtimestamp(self.now, self.place.zone).date())
        told = sorted(each for each in self.message.fields if each[0] not in _SECRETS)
        words = (self.terminal.user, day, self.message.number, self.message.fixed, told)
        return blake2b(repr(words).encode("utf-8", "replace"), key=key, digest_size=16).hexdigest()

    def act(self, key: bytes) -> ActId:
        return ActId(f"sip2-{self.digest(key)}")

    def _moment(self, part: str) -> float | None:
        return moment_of(self.message.part(part), self.place.zone)

    def _past(self, at: float | None) -> float:
        return at if at is not None and BEGINNING <= at <= self.now else self.now
