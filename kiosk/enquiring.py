"""Asking the library, and what a station may answer in its place. No threads, no sockets."""

from broker.requests import Answer, Identify, Lend, Question
from broker.vocabulary import PatronId, Reason, Refusal
from kiosk.bounds import Capacity, no_loans
from kiosk.courier import Courier, Settled
from kiosk.discretion import Discretion
from kiosk.happenings import Answered
from kiosk.ledger import Ledger
from kiosk.offline import Outage, decide
from kiosk.orders import Orders


class Enquiries:
    """One station's questions: sealed on their way, and each with exactly one end."""

    def __init__(
        self, courier: Courier, discretion: Discretion, ledger: Ledger, orders: Orders
    ) -> None:
        self._courier = courier
        self._discretion = discretion
        self._ledger = ledger
        self._orders = orders

    def ask(self, question: Question, left: Capacity) -> Answered | Settled | None:
        """Sends it; its end at once when the server cannot or need not be asked."""
        reason = no_loans(left)
        if reason is not None and isinstance(question, Identify | Lend):
            return Answered(question, Refusal(reason), provisional=True)
        if not self._courier.online:
            return Settled(question, None)
        self._courier.ask(self._discretion.sealed(question))
        return None

    def own(self, question: Question) -> Question:
        """The question as the visit asked it."""
        return self._discretion.own(question)

    def alone(self, question: Question) -> Answer | None:
        """The off-line rule's answer: the same act id, so that a late yes cannot double it.

        None where only the server can know: a PIN, an account, the catalogue. Raises
        LedgerUnusable.
        """
        policy = self._orders.policy
        match question:
            case Identify(PatronId() as patron, None) | Lend(patron=PatronId() as patron) if policy:
                now, contact = self._courier.now, self._courier.last_contact
                if now is None:
                    return Refusal(Reason.OFFLINE_TOO_LONG)
                loans = self._ledger.loans_decided_alone(self._discretion.card(patron))
                return decide(question, policy, Outage(now, contact, loans))
            case _:
                return None
