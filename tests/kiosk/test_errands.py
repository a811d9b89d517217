"""What patrons want besides books, through the station's own disk and line."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from broker.facts import FeedbackGiven, Rating, StaffCalled, Topic
from broker.receipts import ReceiptLine, ReceiptSent, SendReceipt, Transaction
from broker.requests import (
    Account,
    AccountOf,
    Answer,
    Borrowed,
    Find,
    Found,
    Grant,
    Hit,
    Identify,
    Question,
    Renew,
    Standing,
)
from broker.vocabulary import Reason, Refusal, Secret
from kiosk.courier import ANSWER_SECONDS, MAIL_SECONDS
from kiosk.happenings import Button, CardArrived, Touched
from kiosk.renewal import Stage
from kiosk.visit import Call, Letter, Screen, screen
from tests.kiosk.bench import Bench, always_yes
from tests.kiosk.things import SITI, item

LATER = date(2026, 12, 15)
LOAN = Borrowed(item(1), "Bumi Manusia", date(2026, 12, 1), overdue=False, no_renewal=None)
ACCOUNT = Account((LOAN,), (), 2, "", None, mailable=True)
FOUND = Found(1, (Hit("Bumi Manusia", "Pramoedya Ananta Toer", "899.221 PRA b", 2, 1, None),))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "ledger.db")
    bench.start().connect().order()
    yield bench
    bench.cut()


def answer(question: Question) -> Answer:
    match question:
        case AccountOf():
            return ACCOUNT
        case Renew(act):
            return Grant(act, LATER)
        case Find():
            return FOUND
        case _:
            return always_yes(question)


def touch(bench: Bench, button: Button, subject: str = "") -> None:
    bench.station.hear(Touched(button, subject))


def shown(bench: Bench) -> Screen:
    return screen(bench.kiosk.visit)


def letter(bench: Bench) -> Letter:
    return bench.kiosk.visit.letter


def open_account(bench: Bench) -> None:
    touch(bench, Button.ACCOUNT)
    bench.station.hear(CardArrived(SITI))
    bench.serve(answer)


def type_pin(bench: Bench, pin: str) -> None:
    for digit in pin:
        touch(bench, Button.KEY, digit)
    touch(bench, Button.CONFIRM)


def wants_pin(question: Question) -> Answer:
    """A library that asks for the PIN 2512."""
    match question:
        case Identify(pin=None):
            return Refusal(Reason.NEEDS_PIN)
        case Identify(pin=pin):
            right = pin == Secret("2512")
            return Standing(0, 3) if right else Refusal(Reason.WRONG_PIN)
        case _:
            return answer(question)


def test_a_renewal_owes_the_server_nothing(bench: Bench) -> None:
    open_account(bench)
    touch(bench, Button.RENEW, str(item(1)))
    bench.serve(answer)
    (renewal,) = bench.kiosk.visit.renewals
    assert (renewal.stage, renewal.due) == (Stage.RENEWED, LATER)
    assert bench.facts() == []


def test_every_renewal_has_an_act_of_its_own(bench: Bench) -> None:
    asked: list[Renew] = []

    def listen(question: Question) -> Answer:
        if isinstance(question, Renew):
            asked.append(question)
            return Refusal(Reason.INTERRUPTED)
        return answer(question)

    open_account(bench)
    for _ in range(2):
        touch(bench, Button.RENEW, str(item(1)))
        bench.serve(listen)
    assert len({question.act for question in asked}) == 2


def test_a_renewal_without_an_answer_is_looked_up(bench: Bench) -> None:
    open_account(bench)
    touch(bench, Button.RENEW, str(item(1)))
    bench.unserved = len(bench.published)
    bench.wait(ANSWER_SECONDS)
    assert bench.kiosk.visit.renewals[0].stage is Stage.UNKNOWN
    bench.serve(answer)
    assert bench.kiosk.visit.renewals[0].reason is Reason.INTERRUPTED


def test_a_receipt_has_ten_seconds_and_is_sealed_and_is_asked_for_again_by_its_act(
    bench: Bench,
) -> None:
    open_account(bench)
    touch(bench, Button.RENEW, str(item(1)))
    bench.serve(answer)
    touch(bench, Button.DONE)
    asked: list[SendReceipt] = []

    def sends(question: Question) -> Answer:
        assert isinstance(question, SendReceipt)
        asked.append(question)
        return ReceiptSent(question.act)

    touch(bench, Button.MAIL)
    topic, payload = bench.published[-1]
    assert topic.endswith("/ask/send-receipt")
    assert SITI.reveal().encode() not in payload
    bench.unserved = len(bench.published)
    bench.wait(MAIL_SECONDS - 0.1)
    assert letter(bench) is Letter.SENDING
    bench.wait(0.1)
    assert letter(bench) is Letter.UNKNOWN
    touch(bench, Button.MAIL)
    bench.serve(sends)
    assert letter(bench) is Letter.SENT
    (receipt,) = asked
    assert str(receipt.act).encode() in payload
    assert receipt.lines == (ReceiptLine(item(1), Transaction.RENEWED, LATER),)


def test_the_catalogue_answers(bench: Bench) -> None:
    touch(bench, Button.SEARCH)
    for letter in "BUMI":
        touch(bench, Button.KEY, letter)
    touch(bench, Button.CONFIRM)
    bench.serve(answer)
    assert (shown(bench), bench.kiosk.visit.found) == (Screen.FOUND, FOUND)


@pytest.mark.parametrize(
    ("pin", "screen_after"), [("2512", Screen.PAD), ("1111", Screen.PIN)], ids=["right", "another"]
)
def test_a_pin_reaches_the_library_sealed(bench: Bench, pin: str, screen_after: Screen) -> None:
    bench.station.hear(CardArrived(SITI))
    bench.serve(wants_pin)
    assert shown(bench) is Screen.PIN
    type_pin(bench, pin)
    bench.serve(wants_pin)
    assert shown(bench) is screen_after
    assert not any(pin.encode() in payload for _, payload in bench.published)


def test_off_line_no_pin_lets_anybody_in(bench: Bench) -> None:
    bench.station.hear(CardArrived(SITI))
    bench.serve(wants_pin).disconnect()
    type_pin(bench, "1111")
    assert (shown(bench), bench.kiosk.visit.reason) == (Screen.CARD_REFUSED, Reason.INTERRUPTED)


def test_off_line_a_card_alone_is_judged_by_the_librarys_rule(bench: Bench) -> None:
    bench.disconnect()
    bench.station.hear(CardArrived(SITI))
    assert shown(bench) is Screen.PAD


def test_an_opinion_is_a_fact_that_names_nobody(bench: Bench) -> None:
    touch(bench, Button.FEEDBACK)
    touch(bench, Button.RATE, "good")
    touch(bench, Button.TOPIC, "books")
    touch(bench, Button.CONFIRM)
    assert bench.facts() == [FeedbackGiven(Rating.GOOD, Topic.BOOKS, "")]
    assert bench.serve().ledger.owed_count == 0


def test_a_call_is_said_to_have_arrived_when_the_server_has_it(bench: Bench) -> None:
    touch(bench, Button.HELP)
    touch(bench, Button.CALL)
    bench.disconnect()
    before = bench.kiosk.visit.call
    bench.connect().serve().wait(0.1)
    assert bench.facts() == [StaffCalled("welcome")]
    assert (before, bench.kiosk.visit.call) == (Call.STORED, Call.REACHED)


def test_a_call_on_a_disk_that_refuses_is_not_said_to_be_on_its_way(bench: Bench) -> None:
    bench.station.hear(CardArrived(SITI))
    bench.serve()
    touch(bench, Button.HELP)
    bench.ledger.refuses = lambda what: what == "tell"
    touch(bench, Button.CALL)
    assert bench.kiosk.visit.call is Call.LOST
