"""What a station's disk and line may know of a patron: a sealed number, and the card's pseudonym.

Law: a patron's number stays in this process. The pseudonym counts a card's loans in one outage; its
key is in memory only (`kiosk.card_key`), so that whoever holds the disk can try every number there
is and still confirm none.
"""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from broker.requests import AccountOf, Describe, Find, Identify, Question, with_patron, with_pin
from broker.sealing import SealingKey
from broker.shelves import ListShelf, ListShelves
from broker.vocabulary import PatronId, SealedPatron, Secret

_PSEUDONYM_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who shows a card, as far as the disk may know. `card` is the pseudonym in hex."""

    patron: SealedPatron
    card: str


class Discretion:
    """Closes patrons' numbers and PINs, and remembers whose question a sealed one was."""

    def __init__(self, sealing: SealingKey, card_key: bytes) -> None:
        self._sealing = sealing
        self._card_key = card_key
        self._asked: dict[Question, Question] = {}

    def bearer(self, patron: PatronId) -> Bearer:
        return Bearer(self._sealing.seal(patron), self.card(patron))

    def card(self, patron: PatronId) -> str:
        """The pseudonym: BLAKE2b (RFC 7693) of the number, keyed. A card says it in any case."""
        number = patron.reveal().upper().encode()
        return blake2b(number, key=self._card_key, digest_size=_PSEUDONYM_BYTES).hexdigest()

    def sealed(self, question: Question) -> Question:
        """The question as it may travel."""
        if isinstance(question, Describe | Find | ListShelves | ListShelf):
            return question
        if not isinstance(question.patron, PatronId):
            return question
        closed = with_patron(question, self._sealing.seal(question.patron))
        match question:
            case Identify(pin=Secret() as pin) | AccountOf(pin=Secret() as pin):
                closed = with_pin(closed, self._sealing.seal_secret(pin))
        self._asked[closed] = question
        return closed

    def own(self, question: Question) -> Question:
        """The question that `sealed` made this one of; each is asked for once."""
        return self._asked.pop(question, question)
