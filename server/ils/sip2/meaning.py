"""What a system's answers mean, in the port's words. Pure."""

from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Final

from broker.vocabulary import ItemId, PatronId, Reason
from server.ils.port import (
    Alert,
    ItemRecord,
    ItemState,
    PatronRecord,
    Refused,
    Returned,
    address_in,
)
from server.ils.sip2.profiles import Profile
from server.ils.sip2.protocol import Garbled, Message
from server.ils.sip2.writing import amount_of, count_of, day_of

_ALERTS: Final = {
    "01": Alert.HOLD_HERE,
    "02": Alert.HOLD_ELSEWHERE,
    "03": Alert.INTERLIBRARY,
    "04": Alert.TRANSFER,
}
# What systems give as the state of an item that they do not know.
_STATE_OF_UNKNOWN: Final = ("", "00", "01", "13")


def said_by(answer: Message) -> tuple[str, ...]:
    """What it would have shown or printed. Never an error by itself: some say hello."""
    return answer.every("AF") + answer.every("AG")


def is_yes(answer: Message) -> bool:
    """The first character of a fixed part. Raises Garbled when it is neither yes nor no."""
    match answer.fixed[:1]:
        case "1" | "Y":
            return True
        case "0" | "N":
            return False
    raise Garbled(f"message {answer.number} says neither yes nor no")


@dataclass(frozen=True, slots=True)
class Meaning:
    """Of the answers of one kind of system, at a branch in this zone."""

    profile: Profile
    zone: tzinfo

    def patron(
        self, number: PatronId, answer: Message, today: date, *, pin_given: bool
    ) -> PatronRecord | Refused:
        """Of message 64. An absent answer about the PIN means that it was not checked."""
        said = said_by(answer)
        valid = answer.first("BL")
        if valid == "N" or (not valid and not answer.first("AE")):
            return Refused(Reason.UNKNOWN_CARD, said)
        if pin_given and answer.first("CQ") == "N":
            return Refused(Reason.WRONG_PIN, said)
        expires = day_of(answer.first(self.profile.expiry), self.zone)
        expired = expires is not None and expires < today
        on_loan = count_of(answer.part("charged"))
        return PatronRecord(
            number,
            Reason.MEMBERSHIP_EXPIRED if expired else self._bar(answer),
            pin_checked=pin_given and answer.first("CQ") == "Y",
            loans=self._loans(answer, on_loan),
            on_loan=on_loan,
            overdue=count_of(answer.part("overdue")),
            holds=count_of(answer.part("holds")),
            loan_limit=count_of(answer.first("CB")),
            owed=amount_of(answer.first("BV")),
            currency=answer.first("BH"),
            expires=expires,
            said=said,
            mail=address_in(answer.first("BE")),
        )

    def _loans(self, answer: Message, on_loan: int | None) -> tuple[str, ...] | None:
        """None as well when the list is not whole, or the system lists titles."""
        listed = tuple(each.strip() for each in answer.every("AU"))
        return listed if self.profile.lists_loans and len(listed) == on_loan else None

    def _bar(self, answer: Message) -> Reason | None:
        flags = answer.part("status")
        for at, reason in self.profile.bars.items():
            if flags[at] == "Y":
                return reason
        return None

    def item(self, item: ItemId, answer: Message) -> ItemRecord | Refused:
        """Of message 18. An item without a title, in no state of its own, is not known."""
        code, title = answer.part("state").strip(), answer.first("AJ")
        if not title and code in _STATE_OF_UNKNOWN:
            return Refused(Reason.UNKNOWN_ITEM, said_by(answer))
        return ItemRecord(
            item,
            self.profile.states.get(code, ItemState.NOT_TOLD),
            title,
            owner=answer.first("BG"),
            location=answer.first("AP") or answer.first("AQ"),
            call_number=answer.first("CS"),
            properties=answer.first("CH"),
            due=day_of(answer.first("AH"), self.zone),
            holds=count_of(answer.first("CF")),
            said=said_by(answer),
        )


def returned(item: ItemId, answer: Message) -> Returned:
    """Of message 10: where the item goes."""
    kind = answer.first("CV")
    alerting = answer.part("alert") == "Y" or kind not in ("", "00")
    return Returned(
        item,
        _ALERTS.get(kind, Alert.OTHER) if alerting else None,
        answer.first("CT"),
        answer.first("CL"),
        said_by(answer),
    )
