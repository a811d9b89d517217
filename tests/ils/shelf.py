"""A library system that is the ledger itself: no protocol, no socket, every ability, no fault."""

from datetime import date
from decimal import Decimal
from typing import Final

from broker.requests import Find, Found, Hit
from broker.vocabulary import ActId, ItemId, PatronId, Reason, Secret
from server.ils.hits import ShelfCopy, Title, hit, page
from server.ils.port import (
    Ability,
    Capabilities,
    ItemRecord,
    ItemState,
    Lent,
    NothingSent,
    PatronRecord,
    Payment,
    PaymentNoted,
    Refused,
    Renewed,
    Returned,
    address_in,
)
from tests.ils.ledger import TODAY, Book, Ledger

ABLE: Final = Capabilities(frozenset(Ability), frozenset())


class Shelf:
    """The port, for tests of what stands in front of it; `closed` is a library that is away."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.closed = ledger, False

    def capabilities(self) -> Capabilities:
        return ABLE

    def patron(self, number: PatronId, pin: Secret | None = None) -> PatronRecord | Refused:
        member = self._here().members.get(number.reveal())
        if member is None:
            return Refused(Reason.UNKNOWN_CARD)
        if pin is not None and pin.reveal() != member.pin:
            return Refused(Reason.WRONG_PIN)
        loans = tuple(self.ledger.loans_of(number.reveal()))
        late = sum(self.ledger.loans[one].due < TODAY for one in loans)
        bar = Reason.PATRON_BLOCKED if member.blocked else None
        return PatronRecord(
            number, bar, pin_checked=pin is not None, loans=loans, on_loan=len(loans), overdue=late,
            holds=0, loan_limit=None, owed=member.owed, currency="IDR", expires=member.expires,
            said=(), mail=address_in(member.mail),
        )  # fmt: skip

    def item(self, item: ItemId) -> ItemRecord | Refused:
        title, loan = self._here().titles.get(str(item)), self.ledger.loans.get(str(item))
        if title is None:
            return Refused(Reason.UNKNOWN_ITEM)
        state = ItemState.ON_LOAN if loan else ItemState.AVAILABLE
        return ItemRecord(item, state, title, "MPL", "", "", "", loan.due if loan else None, 0, ())

    def lend(
        self,
        patron: PatronId,
        item: ItemId,
        act: ActId,  # noqa: ARG002 - the ledger keeps today's loans, by its own rule
        at: float,  # noqa: ARG002
        due: date,  # noqa: ARG002
    ) -> Lent | Refused:
        person, copy = self.patron(patron), self.item(item)
        for each in (person, copy):
            if isinstance(each, Refused):
                return each
        loan = self.ledger.loans.get(str(item))
        if loan is not None:
            mine = loan.patron == patron.reveal()
            return Refused(Reason.ALREADY_YOURS if mine else Reason.ON_LOAN_TO_OTHER)
        if self.ledger.members[patron.reveal()].blocked:
            return Refused(Reason.PATRON_BLOCKED)
        self.ledger.lend(str(item), patron.reveal())
        return Lent(item, self.ledger.loans[str(item)].due, ())

    def take_back(
        self,
        item: ItemId,
        dropped_at: float,  # noqa: ARG002 - as above
    ) -> Returned | Refused:
        copy = self.item(item)
        if isinstance(copy, Refused):
            return copy
        if str(item) not in self.ledger.loans:
            return Refused(Reason.NOT_ON_LOAN)
        self.ledger.take_back(str(item))
        return Returned(item, None, "", "", ())

    def renew(self, patron: PatronId, item: ItemId) -> Renewed | Refused:
        loan = self._here().loans.get(str(item))
        if loan is None or loan.patron != patron.reveal():
            return Refused(Reason.NOT_ON_LOAN)
        if loan.renewals >= self.ledger.most_renewals:
            return Refused(Reason.NOT_RENEWABLE)
        self.ledger.renew(str(item))
        return Renewed(item, loan.due, ())

    def note_payment(self, patron: PatronId, payment: Payment) -> PaymentNoted | Refused:
        member = self._here().members.get(patron.reveal())
        if member is None or member.owed < max(payment.amount, Decimal("0.01")):
            return Refused(Reason.ASK_STAFF)
        self.ledger.pay(patron.reveal(), payment.amount)
        return PaymentNoted(payment.act, ())

    def find(self, asked: Find) -> Found | Refused:
        books = self._here().books
        named = [Title(at, one.title, one.author) for at, one in enumerate(books) if not one.hidden]
        total, shown = page(asked, named)
        return Found(total, tuple(self._hit(books[one.number]) for one in shown))

    def _hit(self, book: Book) -> Hit:
        loans = [self.ledger.loans.get(code) for code in book.items]
        copies = [
            ShelfCopy(
                ItemState.ON_LOAN if loan else ItemState.AVAILABLE,
                loan.due if loan else None,
                book.call_number,
                book.place,
            )
            for loan in loans
        ]
        return hit(book.title, book.author, copies)

    def _here(self) -> Ledger:
        if self.closed:
            raise NothingSent("the library is closed")
        return self.ledger
