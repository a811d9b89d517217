"""Nothing of the port prints a PIN, a patron's number or a system's words about a person."""

from decimal import Decimal

import pytest

from broker.vocabulary import Secret
from server.ils.port import Lent, PatronRecord, Payment, Refused
from server.ils.sip2.questions import Account, Questions
from tests.ils.accidents import UNDISTURBED
from tests.ils.cases import ACT, DUE, FREE, JAKARTA, NOW, PIN, SITI
from tests.ils.wild import Koha
from tests.server.ils.conftest import Stand

SECRETS = ("P00001", "1234", "rahasia", "Siti", "Greetings")


def test_answers_print_nobody(stand: Stand) -> None:
    desk = stand(Koha, UNDISTURBED)
    outcomes = (desk.library.patron(SITI, PIN), desk.lend(), desk.lend())
    assert [type(each) for each in outcomes] == [PatronRecord, Lent, Refused]
    for outcome in outcomes:
        assert not any(secret in f"{outcome!r} {outcome}" for secret in SECRETS)


def test_questions_print_nobody() -> None:
    account = Account("MPL", JAKARTA, "kios", Secret("rahasia"))
    questions = Questions(account, Koha.profile, lambda: NOW)
    for question in (
        questions.login(),
        questions.patron(SITI, PIN),
        questions.loan(SITI, FREE, NOW, DUE),
    ):
        assert not any(secret in f"{question!r} {question}" for secret in SECRETS)
    assert "rahasia" not in repr(questions)


@pytest.mark.parametrize(
    ("amount", "currency"), [("0", "IDR"), ("-1", "IDR"), ("5", "Rp"), ("5", "idr")]
)
def test_a_payment_is_some_money_in_some_currency(amount: str, currency: str) -> None:
    with pytest.raises(ValueError, match="payment"):
        Payment(ACT, Decimal(amount), currency)
