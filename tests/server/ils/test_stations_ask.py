"""What stations ask of a library's own system besides loans: accounts, PINs and renewals."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from broker.requests import Account, AccountOf, Describe, Grant, Identify, Renew
from broker.vocabulary import ActId, PatronId, Reason, Refusal, Secret
from tests.ils.accidents import Accident, Plan
from tests.ils.cases import BUDI, FREE, PIN, SITI, TAKEN
from tests.ils.ledger import LOAN_DAYS, TODAY
from tests.ils.wild import Koha, SlimsGateway
from tests.server.ils.house import house, lending

BUDIS = Secret("4321")
WRONG = Secret("0000")
RENEW = Renew(ActId("r"), TAKEN, BUDI)
LATER = TODAY + timedelta(days=2 * LOAN_DAYS)


def test_an_account_tells_the_systems_loans_to_who_knows_the_pin(engine: Engine) -> None:
    with house(engine, Koha) as one:
        assert one.ask(AccountOf(BUDI)) == Refusal(Reason.NEEDS_PIN)
        account = one.ask(AccountOf(BUDI, BUDIS))
    assert isinstance(account, Account)
    (loan,) = account.loans
    assert (loan.item, loan.title, loan.due) == (
        TAKEN,
        "Sang Pemimpi",
        TODAY + timedelta(days=LOAN_DAYS),
    )
    assert loan.no_renewal is None


def test_what_is_owed_is_told_as_it_is_written(engine: Engine) -> None:
    with house(engine, Koha) as one:
        account = one.ask(AccountOf(SITI, PIN))
    assert isinstance(account, Account)
    assert account.owed == "Rp 5"


def test_a_system_that_checks_no_pin_asks_for_none(engine: Engine) -> None:
    with house(engine, SlimsGateway) as one:
        assert isinstance(one.ask(AccountOf(BUDI)), Account)


@pytest.mark.parametrize("number", [SITI, PatronId("P09090")])
def test_five_wrong_pins_lock_a_number_whether_it_is_known_or_not(
    engine: Engine, number: PatronId
) -> None:
    with house(engine, Koha) as one:
        answers = [one.ask(AccountOf(number, WRONG)) for _ in range(5)]
        assert answers == [Refusal(Reason.WRONG_PIN)] * 4 + [Refusal(Reason.PIN_LOCKED)]
        assert one.ask(Identify(number, PIN)) == Refusal(Reason.PIN_LOCKED)


def test_a_renewal_is_made_once_however_often_it_is_asked_for(engine: Engine) -> None:
    with house(engine, Koha) as one:
        assert one.ask(RENEW) == Grant(RENEW.act, LATER)
        assert one.ask(RENEW) == Grant(RENEW.act, LATER)
        assert one.effects() == ["renewed"]


@pytest.mark.parametrize("accident", [Accident.SILENT_AFTER, Accident.CLOSED_AFTER])
def test_a_renewal_that_was_not_answered_is_looked_up(engine: Engine, accident: Accident) -> None:
    with house(engine, Koha, Plan(accident, "29")) as one:
        assert one.ask(RENEW, within=8.0) == Grant(RENEW.act, LATER)
        assert one.effects() == ["renewed"]


def test_a_renewal_that_did_not_happen_is_no_yes(engine: Engine) -> None:
    with house(engine, Koha, Plan(Accident.SILENT_BEFORE, "29")) as one:
        assert not isinstance(one.ask(RENEW, within=2.0), Grant)
        assert one.effects() == []


def test_a_refused_renewal_says_why(engine: Engine) -> None:
    with house(engine, Koha) as one:
        assert isinstance(one.ask(Renew(ActId("r"), FREE, SITI)), Refusal)
        assert one.effects() == []


def test_a_renewal_of_our_own_loan_moves_our_date_as_well(engine: Engine) -> None:
    with house(engine, Koha) as one:
        one.ask(Describe(FREE))
        granted = one.ask(lending("a", SITI, FREE))
        assert isinstance(granted, Grant)
        one.lent("a", 1, FREE, SITI, granted.due)
        one.quiet()
        renewed = one.ask(Renew(ActId("r"), FREE, SITI))
        assert isinstance(renewed, Grant)
        assert one.due(FREE) == renewed.due > granted.due
