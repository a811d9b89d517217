"""The line to the system: wrapped in TLS, slow, or not there."""

import re
from pathlib import Path

import pytest

from broker.identity.tls import believing
from server.ils.port import ItemRecord, Lent, NothingSent
from server.ils.sip2.connection import Address
from server.ils.sip2.library import Sip2Library
from server.ils.sip2.pool import PoolSettings
from server.ils.sip2.questions import Account
from tests.identities import Office
from tests.ils.accidents import UNDISTURBED, Accident, Plan
from tests.ils.cases import ACT, DUE, FREE, JAKARTA, NOW, PIN, SITI, opened
from tests.ils.ledger import small_library
from tests.ils.personality import Strict
from tests.ils.server import IlsServer


def wrapped(server: IlsServer, office: Office) -> Sip2Library:
    plain = opened(server.port, Strict.profile)
    tls = believing(office.authority.certificate.decode("ascii"))
    address = Address("127.0.0.1", server.port, tls)
    return Sip2Library(
        address, plain._questions.account, Strict.profile, PoolSettings(), lambda: NOW
    )


@pytest.mark.parametrize(
    ("plan", "ends_well"),
    [
        (UNDISTURBED, True),
        (Plan(Accident.ONE_BYTE_AT_A_TIME, "11"), True),
        (Plan(Accident.CLOSED_BEFORE, "17"), True),
        (Plan(Accident.HTML, "17"), False),
    ],
)
def test_a_loan_passes_through_tls(tmp_path: Path, plan: Plan, *, ends_well: bool) -> None:
    office = Office(tmp_path)
    server = IlsServer(Strict(small_library()), plan, office.host("127.0.0.1").server_context())
    library = wrapped(server, office)
    if ends_well:
        assert isinstance(library.lend(SITI, FREE, ACT, NOW, DUE), Lent)
    else:
        with pytest.raises(NothingSent):
            library.lend(SITI, FREE, ACT, NOW, DUE)
    library.close()
    server.close()


def test_a_system_with_somebody_elses_certificate_is_sent_nothing(tmp_path: Path) -> None:
    office, stranger = Office(tmp_path / "ours"), Office(tmp_path / "theirs")
    server = IlsServer(
        Strict(small_library()), UNDISTURBED, stranger.host("127.0.0.1").server_context()
    )
    library = wrapped(server, office)
    with pytest.raises(NothingSent, match="certificate"):
        library.patron(SITI, PIN)
    assert server.heard == []
    server.close()


def test_a_system_that_is_silent_for_long_is_given_up_in_time() -> None:
    server = IlsServer(Strict(small_library()), Plan(Accident.CUT_THEN_SILENT, "93", at=2))
    library = opened(server.port, Strict.profile, answer_within=0.1)
    with pytest.raises(NothingSent, match=r"no whole answer within 0.1 s"):
        library.patron(SITI, PIN)
    library.close()
    server.close()


@pytest.mark.parametrize("host", ["..", "tidak-ada.invalid", "127.0.0.1"])
def test_a_system_that_is_not_there_is_sent_nothing(host: str) -> None:
    account = Account("MPL", JAKARTA)
    address = Address(host, 1, connect_within=2.0)
    library = Sip2Library(address, account, Strict.profile, PoolSettings(), lambda: NOW)
    with pytest.raises(NothingSent, match=re.escape(host)):
        library.patron(SITI, PIN)


def test_a_library_keeps_its_idle_connection_by_asking_for_the_status() -> None:
    server = IlsServer(Strict(small_library()))
    account = opened(server.port, Strict.profile)._questions.account
    address, settings = Address("127.0.0.1", server.port), PoolSettings(1, idle_for=0.0)
    library = Sip2Library(address, account, Strict.profile, settings, lambda: NOW)
    library.tend()
    assert server.heard == []
    assert isinstance(library.item(FREE), ItemRecord)
    library.tend()
    assert (server.sent("99"), server.connections) == (2, 1)
    library.close()
    server.close()
