"""What each message is called on the wire, and in which version of the contract.

A kind is never renamed nor given to another message: devices of every age speak to one server.
"""

from typing import Final

from broker.facts import (
    Fact,
    FeedbackGiven,
    ItemLent,
    ItemReturned,
    LoanAbandoned,
    LoanRenewed,
    LoanUnconfirmed,
    ShelfWalked,
    StaffCalled,
    UnknownItemDropped,
)
from broker.receipts import ReceiptSent, SendReceipt
from broker.requests import (
    Account,
    AccountOf,
    Answer,
    Describe,
    Description,
    Expired,
    Find,
    Found,
    Grant,
    Identify,
    Lend,
    Question,
    Renew,
    Standing,
)
from broker.shelves import ListShelf, ListShelves, ShelfList, Shelves
from broker.vocabulary import Refusal

VERSION: Final = 1

FACTS: Final[dict[str, type[Fact]]] = {
    "item-lent": ItemLent,
    "loan-abandoned": LoanAbandoned,
    "loan-unconfirmed": LoanUnconfirmed,
    "loan-renewed": LoanRenewed,
    "item-returned": ItemReturned,
    "unknown-item-dropped": UnknownItemDropped,
    "feedback-given": FeedbackGiven,
    "staff-called": StaffCalled,
    "shelf-walked": ShelfWalked,
}
QUESTIONS: Final[dict[str, type[Question]]] = {
    "identify": Identify,
    "account-of": AccountOf,
    "describe": Describe,
    "lend": Lend,
    "renew": Renew,
    "find": Find,
    "send-receipt": SendReceipt,
    "list-shelves": ListShelves,
    "list-shelf": ListShelf,
}
ANSWERS: Final[dict[str, type[Answer]]] = {
    "standing": Standing,
    "account": Account,
    "description": Description,
    "grant": Grant,
    "found": Found,
    "receipt-sent": ReceiptSent,
    "shelves": Shelves,
    "shelf-list": ShelfList,
    "refusal": Refusal,
    "expired": Expired,
}
KINDS: Final[dict[type, str]] = {
    cls: kind for table in (FACTS, QUESTIONS, ANSWERS) for kind, cls in table.items()
}


def kind_of(message: Fact | Question | Answer) -> str:
    """The name of a message on the wire, e.g. `item-lent`."""
    return KINDS[type(message)]
