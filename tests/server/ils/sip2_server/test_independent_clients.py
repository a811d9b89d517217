"""Two clients that know nothing of our codec use the server as their authors meant it; and ours."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pysip2
import pytest
from Sip2.sip2 import Sip2

from server.ils.sip2.profiles import STRICT
from server.ils.sip2_server.accounts import EVERY
from server.ils.sip2_server.accounts import Terminal as Account
from server.passwords import Password
from tests.ils.cases import ACTS, opened
from tests.ils.ledger import small_library
from tests.ils.personality import Strict
from tests.ils.shelf import Shelf
from tests.ils.terminal import AT, Terminal
from tests.ils.test_cases import ENDS
from tests.server.ils.sip2_server.conftest import MACHINE, Counter, Serve

LOGIN = {
    "uid_algorithm": "0",
    "pwd_algorithm": "0",
    "login_user_id": "mesin",
    "login_password": "rahasia mesin",
}
WHO: dict[str, Any] = {"transaction_date": AT, "institution_id": "MPL"}
SITI: dict[str, Any] = {**WHO, "patron_identifier": "P00001"}
Answer = TypeVar("Answer", bound=pysip2.SIPMessage)


class Typed:
    """A terminal made of `pysip2`: code page 850, every answer held against its types."""

    def __init__(self, port: int) -> None:
        self._line, self._sequence = Terminal(port, signed_in=False), 0
        assert self.ask(pysip2.LoginRequest(**LOGIN), pysip2.LoginResponse).ok == "1"

    def ask(self, asked: pysip2.SIPRequest, kind: type[Answer]) -> Answer:
        self._sequence = (self._sequence + 1) % 10
        raw = pysip2.encode_message(asked, sequence_number=self._sequence, checksum=True)
        answer = pysip2.decode_as(self._line.raw(raw), kind)
        assert answer.sequence_number == self._sequence
        return answer.message

    def close(self) -> None:
        self._line.socket.close()


@pytest.fixture
def counter(serve: Serve) -> Counter:
    return serve(account=replace(MACHINE, coding=Strict.profile.coding))


@pytest.fixture
def typed(counter: Counter) -> Iterator[Typed]:
    machine = Typed(counter.port)
    yield machine
    machine.close()


def test_pysip2_hears_a_whole_visit(counter: Counter, typed: Typed) -> None:
    status = pysip2.SCStatusRequest(status_code="0", max_print_width="080", protocol_version="2.00")
    assert typed.ask(status, pysip2.ACSStatusResponse).supported_messages == "YYYNYYYYYYYNNNYY"
    patron = pysip2.PatronInformationRequest(
        language="000",
        summary="  Y       ",
        **SITI,
        patron_password="1234",  # noqa: S106 a simulated patron's
    )
    person = typed.ask(patron, pysip2.PatronInformationResponse)
    assert (person.valid_patron, person.valid_patron_password) == ("Y", "Y")
    item: dict[str, Any] = {"item_identifier": "ID000003", "terminal_password": ""}
    book = typed.ask(pysip2.ItemInformationRequest(**WHO, **item), pysip2.ItemInformationResponse)
    assert (book.circulation_status, book.title_identifier) == ("03", "Café di Ujung Jalan")
    checkout = pysip2.CheckoutRequest(
        sc_renewal_policy="N", no_block="N", nb_due_date=AT, **SITI, **item
    )
    lent = typed.ask(checkout, pysip2.CheckoutResponse)
    assert (lent.ok, lent.desensitize, lent.due_date) == ("1", "Y", "20261207    235900")
    renew = pysip2.RenewRequest(
        third_party_allowed="N", no_block="N", nb_due_date=AT, **SITI, **item
    )
    assert typed.ask(renew, pysip2.RenewResponse).due_date == "20261221    235900"
    assert typed.ask(patron, pysip2.PatronInformationResponse).charged_items == ("ID000003",)
    checkin = pysip2.CheckinRequest(
        no_block="N", return_date=AT, current_location="", **WHO, **item
    )
    assert typed.ask(checkin, pysip2.CheckinResponse).resensitize == "Y"
    assert counter.effects == ["lent", "renewed", "returned"]


def test_pysip2_hears_every_refusal(counter: Counter, typed: Typed) -> None:
    nobody: dict[str, Any] = {**WHO, "patron_identifier": "P09090"}
    nothing: dict[str, Any] = {"item_identifier": "x" * 200, "terminal_password": ""}
    hold = pysip2.HoldRequest(hold_mode="+", **nobody)
    assert typed.ask(hold, pysip2.HoldResponse).ok == "0"
    paid = pysip2.FeePaidRequest(
        fee_type="01", payment_type="00", currency_type="IDR", fee_amount="1.00", **nobody
    )
    assert typed.ask(paid, pysip2.FeePaidResponse).payment_accepted == "N"
    every = typed.ask(pysip2.RenewAllRequest(**nobody), pysip2.RenewAllResponse)
    assert (every.ok, every.renewed_count) == ("0", "0000")
    ended = typed.ask(pysip2.EndPatronSessionRequest(**nobody), pysip2.EndSessionResponse)
    assert ended.end_session == "Y"
    enabled = typed.ask(pysip2.PatronEnableRequest(**nobody), pysip2.PatronEnableResponse)
    assert enabled.valid_patron == "N"
    blocked = pysip2.BlockPatronRequest(
        card_retained="N", blocked_card_message="", terminal_password="", **nobody
    )
    assert typed.ask(blocked, pysip2.PatronStatusResponse).valid_patron == "N"
    status = pysip2.PatronStatusRequest(
        language="000", terminal_password="", patron_password="", **nobody
    )
    assert typed.ask(status, pysip2.PatronStatusResponse).valid_patron == "N"
    item = pysip2.ItemInformationRequest(**WHO, **nothing)
    assert typed.ask(item, pysip2.ItemInformationResponse).circulation_status == "01"
    update = pysip2.ItemStatusUpdateRequest(item_properties="", **WHO, **nothing)
    assert typed.ask(update, pysip2.ItemStatusUpdateResponse).item_properties_ok == "0"
    checkin = pysip2.CheckinRequest(
        no_block="N", return_date=AT, current_location="", **WHO, **nothing
    )
    assert typed.ask(checkin, pysip2.CheckinResponse).alert == "Y"
    assert counter.effects == []


@pytest.fixture
def plain(counter: Counter, tmp_path: Path) -> Iterator[Any]:
    machine = Sip2()
    machine.hostName, machine.hostPort, machine.tlsEnable = "127.0.0.1", counter.port, False
    machine.logfile_path, machine.institutionId = str(tmp_path), "MPL"
    machine.hostEncoding, machine.socketTimeout = "cp850", 20
    machine.patron = "P00001"
    machine.connect()
    yield machine
    machine.disconnect()
    for handler in list(machine.log.handlers):
        machine.log.removeHandler(handler)
        handler.close()
    assert logging.getLogger("Sip2").handlers == []


def test_the_sip2_client_of_pypi_makes_a_whole_visit(counter: Counter, plain: Any) -> None:
    def ask(number: str, *words: Any, **named: Any) -> dict[str, Any]:
        request = getattr(plain, f"sip_{number}_request")(*words, **named)
        parsed: dict[str, Any] = getattr(plain, f"sip_{number}_response")(
            plain.get_response(request)
        )
        return parsed

    assert ask("login", "mesin", "salah")["fixed"]["Ok"] == "0"
    assert ask("login", "mesin", "rahasia mesin")["fixed"]["Ok"] == "1"
    status = ask("sc_status")
    assert status["fixed"]["OnlineStatus"] == "Y"
    assert status["variable"]["BX"] == ["YYYNYYYYYYYNNNYY"]
    plain.patronpwd = "1234"
    assert ask("patron_status")["variable"]["CQ"] == ["Y"]
    assert ask("item_information", "ID000003")["fixed"]["CirculationStatus"] == "03"
    assert ask("checkout", "ID000003")["fixed"]["Ok"] == "1"
    assert ask("patron_information", "charged")["variable"]["AU"] == ["ID000003"]
    assert ask("renew", "ID000003")["fixed"]["RenewalOk"] == "Y"
    assert ask("renew_all")["fixed"]["RenewedItems"] == "0001"
    assert ask("fee_paid", 4, 0, "5.00", currencyType="IDR")["fixed"]["PaymentAccepted"] == "Y"
    assert ask("hold", "+")["fixed"]["Ok"] == "0"
    assert ask("checkin", "ID000003")["fixed"]["Ok"] == "1"
    assert ask("end_patron_session")["fixed"]["EndSession"] == "Y"
    assert plain.get_response(plain.sip_sc_resend_request()).startswith("36Y")
    assert counter.effects == ["lent", "renewed", "paid", "returned"]


@pytest.mark.parametrize("act", ACTS)
def test_our_own_client_is_served_as_by_any_system(serve: Serve, act: str) -> None:
    shelf = Shelf(small_library())
    password = Password.hashed("rahasia", bytes(16))
    coding = STRICT.coding
    counter = serve(account=Account("kios", password, EVERY, coding=coding), library=shelf)
    client = opened(counter.port, STRICT)
    outcome = ACTS[act][0](client)
    client.close()
    assert type(outcome).__name__ == ENDS[act]
    assert len(shelf.ledger.effects) == (act not in ("patron", "item"))
