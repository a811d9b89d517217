"""A system made of PyPI's `pysip2`, which knows nothing of our codec, on the same ledger."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from decimal import Decimal
from typing import Any

import pysip2
from anyio import create_task_group
from anyio.abc import SocketAttribute
from anyio.from_thread import start_blocking_portal

from tests.ils.ledger import Ledger
from tests.ils.personality import AT

INSTITUTION = "MPL"
Context = pysip2.RequestContext[Any, Any]


@contextmanager
def listening(ledger: Ledger) -> Iterator[int]:
    """The port it listens on."""
    system = pysip2.SIP2Server(institution_id=INSTITUTION, login_required=True)
    _Desk(ledger).serve(system)
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(_serving(system)) as port,
    ):
        yield port


@asynccontextmanager
async def _serving(system: pysip2.SIP2Server) -> AsyncIterator[int]:
    """As its own `start`, which leaves the listener open."""
    async with await system.listen(port=0) as listener, create_task_group() as tasks:
        tasks.start_soon(listener.serve, system._handle_connection)
        yield listener.extra_attributes[SocketAttribute.local_port]()
        tasks.cancel_scope.cancel()


class _Desk:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def serve(self, system: pysip2.SIP2Server) -> None:
        system.route(pysip2.LOGIN)(self.login)
        system.route(pysip2.PATRON_INFORMATION)(self.patron)
        system.route(pysip2.ITEM_INFORMATION)(self.item)
        system.route(pysip2.CHECKOUT)(self.checkout)
        system.route(pysip2.CHECKIN)(self.checkin)
        system.route(pysip2.RENEW)(self.renew)
        system.route(pysip2.FEE_PAID)(self.pay)

    def login(self, asked: pysip2.LoginRequest, _: Context) -> pysip2.LoginResponse:
        right = (asked.login_user_id, asked.login_password) == ("kios", "rahasia")
        return pysip2.LoginResponse(ok="1" if right else "0")

    def patron(
        self, asked: pysip2.PatronInformationRequest, _: Context
    ) -> pysip2.PatronInformationResponse:
        number = asked.patron_identifier
        member, loans = self._ledger.members.get(number), self._ledger.loans_of(number)
        blocked = member is None or member.blocked
        right = member is not None and asked.patron_password == member.pin
        return pysip2.PatronInformationResponse(
            patron_status=("Y" if blocked else " ").ljust(14),
            language="000",
            transaction_date=AT,
            hold_items_count="0000",
            overdue_items_count="0000",
            charged_items_count=f"{len(loans):04}",
            fine_items_count="0000",
            recall_items_count="0000",
            unavailable_holds_count="0000",
            institution_id=INSTITUTION,
            patron_identifier=number,
            personal_name=member.name if member else "",
            valid_patron="Y" if member else "N",
            valid_patron_password="Y" if right else "N",
            currency_type="IDR",
            fee_amount=str(member.owed) if member else None,
            charged_items=tuple(loans),
        )

    def item(
        self, asked: pysip2.ItemInformationRequest, _: Context
    ) -> pysip2.ItemInformationResponse:
        item = asked.item_identifier
        title, loan = self._ledger.titles.get(item), self._ledger.loans.get(item)
        return pysip2.ItemInformationResponse(
            circulation_status="01" if title is None else "04" if loan else "03",
            security_marker="01",
            fee_type="01",
            transaction_date=AT,
            item_identifier=item,
            title_identifier=title or "",
            due_date=f"{loan.due:%Y%m%d}    235900" if loan else None,
            permanent_location=INSTITUTION,
        )

    def checkout(self, asked: pysip2.CheckoutRequest, _: Context) -> pysip2.CheckoutResponse:
        number, item = asked.patron_identifier, asked.item_identifier
        member = self._ledger.members.get(number)
        free = item in self._ledger.titles and item not in self._ledger.loans
        lends = free and member is not None and not member.blocked
        if lends:
            self._ledger.lend(item, number)
        return pysip2.CheckoutResponse(
            ok="1" if lends else "0",
            renewal_ok="N",
            magnetic_media="N",
            desensitize="Y" if lends else "N",
            **self._about(number, item, due=lends),
        )

    def checkin(self, asked: pysip2.CheckinRequest, _: Context) -> pysip2.CheckinResponse:
        item = asked.item_identifier
        was_lent = item in self._ledger.loans
        if was_lent:
            self._ledger.take_back(item)
        return pysip2.CheckinResponse(
            ok="1" if was_lent else "0",
            resensitize="Y",
            magnetic_media="N",
            alert="N",
            transaction_date=AT,
            institution_id=INSTITUTION,
            item_identifier=item,
            permanent_location=INSTITUTION,
        )

    def renew(self, asked: pysip2.RenewRequest, _: Context) -> pysip2.RenewResponse:
        number, item = asked.patron_identifier, asked.item_identifier or ""
        loan = self._ledger.loans.get(item)
        may = loan is not None and loan.patron == number
        may = may and loan is not None and loan.renewals < self._ledger.most_renewals
        if may:
            self._ledger.renew(item)
        return pysip2.RenewResponse(
            ok="1" if may else "0",
            renewal_ok="Y" if may else "N",
            magnetic_media="N",
            desensitize="N",
            screen_message=() if may else ("No renewals left",),
            **self._about(number, item, due=may),
        )

    def pay(self, asked: pysip2.FeePaidRequest, _: Context) -> pysip2.FeePaidResponse:
        amount = Decimal(asked.fee_amount)
        fits = amount <= self._ledger.members[asked.patron_identifier].owed
        if fits:
            self._ledger.pay(asked.patron_identifier, amount)
        return pysip2.FeePaidResponse(
            payment_accepted="Y" if fits else "N",
            transaction_date=AT,
            institution_id=INSTITUTION,
            patron_identifier=asked.patron_identifier,
        )

    def _about(self, number: str, item: str, *, due: bool) -> dict[str, Any]:
        return {
            "transaction_date": AT,
            "institution_id": INSTITUTION,
            "patron_identifier": number,
            "item_identifier": item,
            "title_identifier": self._ledger.titles.get(item, ""),
            "due_date": f"{self._ledger.loans[item].due:%Y%m%d}    235900" if due else "",
        }
