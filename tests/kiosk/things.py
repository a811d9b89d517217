"""Books, patrons and answers every kiosk test speaks of."""

from datetime import date

from broker.requests import Describe, Description, Grant, Identify, Lend, Standing
from broker.vocabulary import ActId, ItemId, PatronId, Reason, Refusal
from devices.capabilities import TagUid
from kiosk.happenings import Answered, TagArrived
from tests.keys import seal

SITI, BUDI = PatronId("KTA-0007"), PatronId("KTA-0008")
SITI_SEALED, BUDI_SEALED = seal(SITI), seal(BUDI)
DUE = date(2026, 12, 1)


def uid(number: int) -> TagUid:
    return TagUid(bytes.fromhex("E00401") + number.to_bytes(5, "big"))


def item(number: int) -> ItemId:
    return ItemId(f"B{number:05}")


def act(number: int) -> ActId:
    return ActId(f"act-{number}")


def arrived(number: int, *, secured: bool = True) -> TagArrived:
    """A good book of ours laid on the pad."""
    return TagArrived(uid(number), item(number), None, secured)


def standing(patron: PatronId = SITI) -> Answered:
    return Answered(Identify(patron), Standing(on_loan=0, remaining=3), provisional=False)


def granted(number: int, patron: PatronId = SITI, *, provisional: bool = False) -> Answered:
    question = Lend(act(number), item(number), patron)
    return Answered(question, Grant(act(number), DUE), provisional=provisional)


def refused(number: int, reason: Reason, patron: PatronId = SITI) -> Answered:
    question = Lend(act(number), item(number), patron)
    return Answered(question, Refusal(reason), provisional=False)


def unanswered(number: int, patron: PatronId = SITI) -> Answered:
    return Answered(Lend(act(number), item(number), patron), None, provisional=True)


def described(number: int, title: str = "Laskar Pelangi") -> Answered:
    description = Description(item(number), title, "Andrea Hirata")
    return Answered(Describe(item(number)), description, provisional=False)
