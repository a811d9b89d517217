"""Who may ask what, and whom each message is handed to.

A library that cannot be asked, or a change that nobody knows the fate of, is told as that: it is
never a yes, and never the patron's fault.
"""

from collections.abc import Mapping
from typing import Final

import structlog

from broker.vocabulary import Reason
from server.ils.port import NothingSent, PatronRecord, Refused, ServiceDesk
from server.ils.sip2.protocol import Message
from server.ils.sip2_server import answers
from server.ils.sip2_server.accounts import NOBODY, Terminal
from server.ils.sip2_server.asked import Asked
from server.ils.sip2_server.house import PIN_LOCKED, UNCLEAR, House
from server.ils.sip2_server.loans import Loans
from server.ils.sip2_server.renewals import Renewals
from server.ils.sip2_server.wishes import Wishes

log: Final = structlog.get_logger()
_SIGN_IN: Final = "sign-in"
_PLAIN: Final = "0"  # how a login is encrypted: not at all
# Changes that the port does not have; those of a patron are answered with the patron as they are.
_NOT_HERE: Final = {
    "01": "not-blocked",
    "15": "no-holds",
    "19": "no-item-update",
    "25": "not-enabled",
    "29": "not-offered",
    "37": "not-offered",
    "65": "not-offered",
}


class Desk:
    """For any number of connections; the accounts are by their users' names."""

    def __init__(self, house: House, accounts: Mapping[str, Terminal]) -> None:
        self._house, self._accounts = house, accounts
        self._loans, self._renewals = Loans(house), Renewals(house)
        library = house.library
        self._wishes = Wishes(house, library) if isinstance(library, ServiceDesk) else None

    def sign_in(self, message: Message, address: str) -> Terminal | None:
        """The account; None for a wrong user, password or place, and after five wrong tries."""
        user, password = message.only("CN") or "", message.only("CO") or ""
        terminal, tries = self._accounts.get(user), self._house.tries
        plain = message.fixed == 2 * _PLAIN
        if terminal is None or not plain or not terminal.comes_from(address):
            log.warning("a terminal is not known, or not from there", address=address)
            return None
        with self._house.turns.alone(_SIGN_IN):
            if tries.used_up(_SIGN_IN, user, address):
                return None
            if not terminal.password.is_(password):
                tries.wrong(_SIGN_IN, user, address)
                log.warning("a terminal has a wrong password", account=user, address=address)
                return None
        tries.right(_SIGN_IN, user, address)
        log.info("a terminal has signed in", account=user, address=address)
        return terminal

    def status(self, message: Message, terminal: Terminal | None) -> Message:
        """Before a login, what the library offers to those who may."""
        asked = self._asked(message, terminal or NOBODY)
        offered = answers.offered(self._house.library.capabilities())
        return answers.status(asked, offered & asked.terminal.messages)

    def sorry(self, message: Message, terminal: Terminal) -> Message:
        return self._house.no(self._asked(message, terminal), UNCLEAR)

    def answer(self, message: Message, terminal: Terminal) -> Message:
        """To what a terminal with an account asks."""
        asked = self._asked(message, terminal)
        if message.number not in terminal.messages:
            return self._house.no(asked, "not-allowed")
        if asked.elsewhere:
            return self._house.no(asked, "other-branch")
        try:
            return self._answer(asked)
        except NothingSent as error:
            log.warning("the library cannot be asked", account=terminal.user, why=str(error))
            return self._house.no(asked, "try-later")

    def _asked(self, message: Message, terminal: Terminal) -> Asked:
        return Asked(message, terminal, self._house.place, self._house.clock())

    def _answer(self, asked: Asked) -> Message:
        number = asked.message.number
        if number in _NOT_HERE and number not in answers.offered(
            self._house.library.capabilities()
        ):
            return self._not_here(asked)
        match number:
            case "11":
                return self._loans.lend(asked)
            case "09":
                return self._loans.take_back(asked)
            case "29":
                return self._renewals.renew(asked)
            case "65":
                return self._renewals.renew_all(asked)
            case "37":
                return self._renewals.pay(asked)
        return self._wished(asked) or self._tell(asked)

    def _wished(self, asked: Asked) -> Message | None:
        if self._wishes is None:
            return None
        match asked.message.number:
            case "15":
                return self._wishes.hold(asked)
            case "01":
                return self._wishes.bar(asked)
            case "25":
                return self._wishes.unbar(asked)
        return None

    def _tell(self, asked: Asked) -> Message:
        """What changes nothing."""
        match asked.message.number:
            case "17":
                return self._item(asked)
            case "35":
                return answers.ended(asked)
        return self._patron(asked, None)

    def _not_here(self, asked: Asked) -> Message:
        words = self._house.say(asked, _NOT_HERE[asked.message.number])
        if asked.message.number in ("01", "25"):
            return self._patron(asked, words)
        return answers.refused(asked, words)

    def _patron(self, asked: Asked, words: str | None) -> Message:
        """Who is barred is told why, unless there is something else to tell."""
        with self._house.turns.alone(*filter(None, (asked.patron,))):
            found = self._house.patron(asked)
        if isinstance(found, PatronRecord):
            why = None if found.bar is None else self._house.say(asked, found.bar)
            return answers.patron(asked, found, words or why)
        known = {Reason.UNKNOWN_CARD: {"BL": "N"}, Reason.WRONG_PIN: {"BL": "Y", "CQ": "N"}}
        locked = {"CQ": "N"} if found == PIN_LOCKED else {}
        fields = known.get(found, {}) if isinstance(found, Reason) else locked
        return self._house.no(asked, found, **fields)

    def _item(self, asked: Asked) -> Message:
        item = asked.item
        found = Refused(Reason.UNKNOWN_ITEM) if item is None else self._house.library.item(item)
        if isinstance(found, Refused):
            return self._house.no(asked, found.reason)
        return answers.item(asked, found)
