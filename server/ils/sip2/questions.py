"""What is asked of a system, and which messages are an answer to it. Pure."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from broker.errors import BadSettings
from broker.vocabulary import ItemId, PatronId, Secret
from server.ils.port import Payment
from server.ils.sip2.messages import ANSWERS, CHANGES
from server.ils.sip2.profiles import Profile
from server.ils.sip2.protocol import Garbled, Message, NotSendable, question
from server.ils.sip2.writing import day_stamp, stamp

_LANGUAGE: Final = "000"  # the system's own
# What we act upon. A title with a bar that was not escaped can pose as any of them.
_SAID_ONCE: Final = ("AA", "AB", "AH", "BL", "BV", "CB", "CQ", "PA")
_CHARGED: Final = "  Y"  # of the lists a patron has, the one of charged items


@dataclass(frozen=True, slots=True)
class Account:
    """How a library presents itself to its system; all but `zone` as its administrator says.

    `branch` is the current location of what is returned (AP): a branch's code, or empty.
    """

    institution: str
    zone: ZoneInfo
    user: str = ""
    password: Secret | None = None
    location: str = ""
    branch: str = ""
    terminal_password: Secret | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One message, and whom and what its answer must be about; empty for nobody, nothing."""

    message: Message
    patron: str = field(default="", repr=False)
    item: str = ""

    @property
    def changes(self) -> bool:
        """Whether asking it twice is not asking it once."""
        return self.message.number in CHANGES


@dataclass(frozen=True, slots=True)
class Questions:
    """Questions in the words of one account. Raises BadSettings for one its system cannot take.

    `clock` gives seconds since 1970 UTC. Every method but `login` may raise NotSendable.
    """

    account: Account
    profile: Profile
    clock: Callable[[], float]

    def __post_init__(self) -> None:
        account = self.account
        for name in ("institution", "branch", "location"):
            if not self.profile.takes(getattr(account, name)):
                words = " or ".join(self.profile.never_inside)
                raise BadSettings(f"{self.profile.name}: `{name}` must not contain {words}")
        try:
            for each in (self.login(), self.item(ItemId("X")), self.back(ItemId("X"), 0.0)):
                each.message.encode(self.profile.coding)
        except NotSendable as error:
            raise BadSettings(f"{self.profile.name}: {error}") from error

    def login(self) -> Question:
        account = self.account
        fields = (
            ("CN", account.user),
            ("CO", revealed(account.password)),
            ("CP", account.location),
        )
        return Question(question("93", {"user_algorithm": "0", "password_algorithm": "0"}, fields))

    def status(self) -> Question:
        return Question(question("99", {"status": "0", "width": "080", "version": "2.00"}, ()))

    def patron(self, number: PatronId, pin: Secret | None = None) -> Question:
        """Their state and the items they have."""
        parts = {"language": _LANGUAGE, "summary": _CHARGED}
        return self._ask("63", parts, (*self._them(number), *self._passwords(pin)), number)

    def item(self, item: ItemId) -> Question:
        return self._ask("17", {}, (self._institution(), ("AB", str(item)), self._terminal()), item)

    def loan(self, patron: PatronId, item: ItemId, at: float, due: date) -> Question:
        """Never a renewal, never off line; a due date, for some systems want one."""
        made = stamp(at, self.account.zone)
        parts = {"renewal": "N", "no_block": "N", "date": made, "nb_due": day_stamp(due)}
        fields = (*self._them(patron), ("AB", str(item)), *self._passwords(None))
        return self._ask("11", parts, (*fields, ("BO", "N"), ("BI", "N")), patron, item)

    def back(self, item: ItemId, dropped_at: float) -> Question:
        """The time of the drop goes into both dates: systems differ in which one they read."""
        dropped = stamp(dropped_at, self.account.zone)
        parts = {"no_block": "N", "date": dropped, "returned": dropped}
        place = ("AP", self.account.branch)
        fields = (place, self._institution(), ("AB", str(item)), self._terminal(), ("BI", "N"))
        return self._ask("09", parts, fields, item)

    def renewal(self, patron: PatronId, item: ItemId, due: date) -> Question:
        parts = {"third_party": "N", "no_block": "N", "nb_due": day_stamp(due)}
        fields = (*self._them(patron), ("AB", str(item)), *self._passwords(None), ("BO", "N"))
        return self._ask("29", parts, fields, patron, item)

    def payment(self, patron: PatronId, payment: Payment) -> Question:
        parts = {"fee_type": "01", "payment": "00", "currency": payment.currency}
        amount = ("BV", f"{payment.amount:.2f}")
        fields = (amount, *self._them(patron), *self._passwords(None), ("BK", str(payment.act)))
        return self._ask("37", parts, fields, patron)

    def _ask(
        self,
        number: str,
        parts: dict[str, str],
        fields: tuple[tuple[str, str], ...],
        *about: PatronId | ItemId,
    ) -> Question:
        dated = {"date": stamp(self.clock(), self.account.zone), **parts}
        patron = "".join(each.reveal() for each in about if isinstance(each, PatronId))
        item = "".join(str(each) for each in about if isinstance(each, ItemId))
        return Question(question(number, dated, fields), patron, item)

    def _institution(self) -> tuple[str, str]:
        return ("AO", self.account.institution)

    def _terminal(self) -> tuple[str, str]:
        return ("AC", revealed(self.account.terminal_password))

    def _them(self, patron: PatronId) -> tuple[tuple[str, str], ...]:
        return self._institution(), ("AA", patron.reveal())

    def _passwords(self, pin: Secret | None) -> tuple[tuple[str, str], ...]:
        """Both always, though empty: some systems refuse a message without them."""
        return self._terminal(), ("AD", revealed(pin))


def revealed(secret: Secret | None) -> str:
    """Its characters, for the line alone."""
    return "" if secret is None else secret.reveal()


def check_answer(asked: Question, answer: Message, profile: Profile) -> None:
    """Raises Garbled unless it answers this question about this patron and this item."""
    number = asked.message.number
    if answer.number not in (ANSWERS[number], *profile.answers.get(number, ())):
        raise Garbled(f"message {number} was answered by {answer.number}")
    for name in _SAID_ONCE:
        answer.only(name)
    for name, wanted in (("AA", asked.patron), ("AB", asked.item)):
        said = answer.only(name)
        if not wanted or (said is None and name in profile.may_lack):
            continue
        if said is None or not is_same(said, wanted):
            raise Garbled(f"message {number} was answered about another {name}")


def is_same(said: str, wanted: str) -> bool:
    """Whether two numbers are one: systems differ in capitals and in how they put accents."""
    return unicodedata.normalize("NFC", said).casefold() == wanted.casefold()
