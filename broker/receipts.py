"""A receipt to be mailed, and the answer. Pure values; a part of `broker.requests`."""

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Final

from broker.vocabulary import ActId, ItemId, Patron

MOST_LINES: Final = 100
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")


class Transaction(Enum):
    """What a visit came to for one item."""

    LENT = "lent"
    RENEWED = "renewed"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One item on a receipt. `due` is a branch-local date, null for what was returned."""

    item: ItemId
    transaction: Transaction
    due: date | None
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class SendReceipt:
    """Mail this to the patron, whose address the library has. Answered by `ReceiptSent`.

    Else by a refusal: `no-address`, or `mail-failed`, and then nothing was sent. It is sent once
    per `act`; ask again by the same one when no answer came within 10 s. `language` is ISO 639,
    in small letters; 1 to 100 `lines`.
    """

    act: ActId
    patron: Patron
    language: str
    lines: tuple[ReceiptLine, ...]

    def __post_init__(self) -> None:
        """Raises ValueError for what no station asks."""
        if not 1 <= len(self.lines) <= MOST_LINES:
            raise ValueError(f"a receipt of {len(self.lines)} lines; 1 to {MOST_LINES}")
        if _LANGUAGE.fullmatch(self.language) is None:
            raise ValueError("language is two or three small letters")


@dataclass(frozen=True, slots=True)
class ReceiptSent:
    """The library's mail server has taken the receipt."""

    act: ActId
