"""A machine that repeats itself lends nothing twice, renews nothing, and is told the truth."""

import threading
from datetime import date

import pytest

from broker.vocabulary import ActId, ItemId, PatronId, Reason
from server.ils.port import (
    ItemRecord,
    ItemState,
    Lent,
    Payment,
    PaymentNoted,
    Refused,
    Renewed,
)
from server.ils.sip2_server.memory import REMEMBERED_FOR_S, Deeds
from tests.ils.accidents import Accident, Plan
from tests.ils.ledger import small_library
from tests.ils.personality import Strict
from tests.ils.shelf import Shelf
from tests.ils.terminal import AT, Terminal, drop, field, loan, person, renewal, sealed
from tests.ils.wild import PERSONALITIES
from tests.server.ils.sip2_server.conftest import Counter, Serve

LATER = "20261123    225501"
MINUTES = "20261123    230001"


def payment(more: str = "", at: str = AT) -> str:
    return f"37{at}0100IDRBV5.00|AOMPL|AAP00001|{more}"


@pytest.mark.parametrize("kind", PERSONALITIES.values(), ids=PERSONALITIES)
def test_the_same_loan_sent_again_is_answered_again_and_made_once(
    serve: Serve, kind: type[Strict]
) -> None:
    counter = serve(kind)
    with counter.terminal() as first:
        answer = first.ask(loan())
        assert answer.startswith("121NUY")
        assert first.ask(loan()) == answer
    assert counter.terminal().ask(loan()) == answer
    assert counter.effects == ["lent"]


def test_a_loan_asked_for_anew_on_a_new_connection_is_made_once(counter: Counter) -> None:
    first = counter.terminal().ask(loan())
    again = counter.terminal().ask(loan(at=LATER))
    assert field(again, "AH") == field(first, "AH")
    assert again.startswith("121NUY")
    assert counter.effects == ["lent"]


def test_a_loan_of_another_account_is_not_passed_off_as_this_ones(
    counter: Counter,
) -> None:
    answer = counter.terminal().ask(loan("P00002", "ID000006"))
    assert answer.startswith("120NUN")
    assert field(answer, "AF") == "Buku ini sudah Anda pinjam."
    assert counter.effects == []


def test_a_loan_of_long_ago_is_told_as_what_it_is(serve: Serve) -> None:
    now = [0.0]
    counter = serve(deeds=Deeds(lambda: now[0]))
    machine = counter.terminal()
    assert machine.ask(loan()).startswith("121")
    now[0] += REMEMBERED_FOR_S + 1
    assert machine.ask(loan(at=MINUTES)).startswith("120")
    assert counter.effects == ["lent"]


def test_a_loan_that_ended_meanwhile_is_not_made_again_by_its_echo(counter: Counter) -> None:
    machine = counter.terminal()
    machine.ask(loan())
    counter.ledger.take_back("ID000003")
    assert machine.ask(loan()).startswith("120NUN")
    assert counter.effects == ["lent", "returned"]
    assert machine.ask(loan(at=MINUTES)).startswith("121")


@pytest.mark.parametrize("accident", [Accident.SILENT_AFTER, Accident.CLOSED_AFTER])
def test_a_loan_whose_answer_was_lost_is_found_in_the_records(
    serve: Serve, accident: Accident
) -> None:
    counter = serve(Strict, Plan(accident, "11"), answer_within=0.5)
    machine = counter.terminal()
    assert machine.ask(loan()).startswith("121NUY")
    assert counter.terminal().ask(loan(at=LATER)).startswith("121NUY")
    assert counter.effects == ["lent"]
    assert counter.ils.sent("11") == 1


def test_a_loan_that_never_came_to_be_is_refused_and_can_be_asked_for_again(
    serve: Serve,
) -> None:
    counter = serve(Strict, Plan(Accident.SILENT_BEFORE, "11"), answer_within=0.5)
    machine = counter.terminal()
    refused = machine.ask(loan())
    assert refused.startswith("120NUN")
    assert field(refused, "AF") == "Ini belum dapat dipastikan. Hubungi petugas dahulu."
    assert machine.ask(loan()).startswith("121NUY")
    assert counter.effects == ["lent"]


def test_a_library_that_is_away_is_told_as_that(serve: Serve) -> None:
    counter = serve(Strict, answer_within=0.5)
    machine = counter.terminal()
    counter.ils.close()
    answer = machine.ask(loan())
    assert answer.startswith("120NUN")
    assert "Coba lagi sebentar" in field(answer, "AF")
    assert machine.ask(person()).startswith("64Y")
    assert counter.effects == []


@pytest.mark.parametrize("policy", ["Y", "N"])
def test_a_checkout_never_renews(counter: Counter, policy: str) -> None:
    body = "11" + policy + loan("P00002", "ID000006")[3:]
    assert counter.terminal().ask(body).startswith("120N")
    assert counter.effects == []


def test_a_return_sent_again_is_answered_again_and_made_once(counter: Counter) -> None:
    machine = counter.terminal()
    answer = machine.ask(drop())
    assert answer.startswith("101YUN")
    assert machine.ask(drop()) == answer
    assert counter.terminal().ask(drop(at=LATER, returned=LATER)) == answer
    assert counter.effects == ["returned"]


def test_the_echo_of_a_return_does_not_end_the_next_loan(counter: Counter) -> None:
    machine = counter.terminal()
    machine.ask(drop())
    counter.ledger.lend("ID000006", "P00001")
    assert machine.ask(drop()).startswith("101")
    assert counter.ledger.loans_of("P00001") == ["ID000006"]


def test_what_was_not_on_loan_is_secured_and_goes_to_staff(counter: Counter) -> None:
    answer = counter.terminal().ask(drop("ID000003"))
    assert answer.startswith("100YUY")
    assert field(answer, "AF") == "Buku ini tidak tercatat sebagai pinjaman."


def test_a_return_whose_answer_was_lost_is_found_in_the_records(serve: Serve) -> None:
    counter = serve(Strict, Plan(Accident.SILENT_AFTER, "09"), answer_within=0.5)
    machine = counter.terminal()
    assert machine.ask(drop()).startswith("101Y")
    assert machine.ask(drop(at=LATER)).startswith("101Y")
    assert counter.effects == ["returned"]


def test_a_renewal_sent_again_is_one_renewal(counter: Counter) -> None:
    machine = counter.terminal()
    answer = machine.ask(renewal())
    assert answer.startswith("301YUN")
    assert machine.ask(renewal()) == answer
    assert counter.terminal().ask(renewal(at=LATER)) == answer
    assert counter.effects == ["renewed"]


def test_a_renewal_whose_fate_is_unknown_is_not_asked_for_again(serve: Serve) -> None:
    counter = serve(Strict, Plan(Accident.SILENT_AFTER, "29"), answer_within=0.5)
    machine = counter.terminal()
    assert machine.ask(renewal()).startswith("300N")
    assert machine.ask(renewal(at=LATER)).startswith("300N")
    assert counter.effects == ["renewed"]


def test_a_payment_sent_again_is_noted_once(counter: Counter) -> None:
    machine = counter.terminal()
    assert machine.ask(payment("BKkasir-7|")).startswith("38Y")
    again = counter.terminal().ask(payment("BKkasir-7|", LATER))
    assert again.startswith("38Y")
    assert field(again, "BK") == "kasir-7"
    assert counter.effects == ["paid"]


def test_cancelling_a_loan_undoes_it_and_says_so(counter: Counter) -> None:
    machine = counter.terminal()
    machine.ask(loan())
    answer = machine.ask(drop("ID000003", "BIY|"))
    assert answer.startswith("101Y")
    assert field(answer, "AF") == "Pinjaman dibatalkan. Buku tetap di perpustakaan."
    assert counter.effects == ["lent", "returned"]


def test_cancelling_a_loan_of_others_does_nothing(counter: Counter) -> None:
    answer = counter.terminal().ask(drop("ID000006", "BIY|"))
    assert answer.startswith("100N")
    assert field(answer, "AF") == "Tidak ada yang dibatalkan. Hubungi petugas."
    assert counter.effects == []


def test_cancelling_a_return_lends_again_and_nothing_else_is_lent_by_it(
    counter: Counter,
) -> None:
    machine = counter.terminal()
    assert machine.ask(loan("P00002", "ID000003", "BIY|")).startswith("120N")
    assert counter.effects == []
    machine.ask(drop())
    assert machine.ask(loan("P00002", "ID000006", "BIY|")).startswith("121N")
    assert counter.effects == ["returned", "lent"]


def test_a_return_keeps_the_time_it_was_dropped_at(counter: Counter) -> None:
    counter.terminal().ask(drop(at="20261123    225405", returned="20261122    190000"))
    assert sent(counter, "09")[1:37] == 2 * "20261122    190000"


def test_a_wrong_clock_still_tells_how_long_ago_it_was(counter: Counter) -> None:
    counter.terminal().ask(drop(at="20000101    120000", returned="20000101    110000"))
    assert sent(counter, "09")[19:37] == "20261123    215405"


@pytest.mark.parametrize("returned", ["20260101    000000", "20271231    000000", " " * 18])
def test_an_impossible_drop_was_now(counter: Counter, returned: str) -> None:
    counter.terminal().ask(drop(returned=returned))
    assert sent(counter, "09")[19:37] == AT


def test_what_happened_off_line_keeps_its_date(counter: Counter) -> None:
    machine = counter.terminal()
    due = "20261201    235900"
    body = f"11NY20261120    101500{due}AOMPL|AAP00001|ABID000003|AC|"
    assert machine.ask(body).startswith("121")
    assert sent(counter, "11")[2:38] == f"20261120    101500{due}"
    back = "09Y20261121    101500" + " " * 18 + "APMPL|AOMPL|ABID000003|AC|"
    assert machine.ask(back).startswith("101")
    assert sent(counter, "09")[1:37] == 2 * "20261121    101500"


@pytest.mark.parametrize("at", ["20991231    235959", "19700101    000000", "x" * 18, " " * 18])
def test_an_impossible_date_of_what_happened_off_line_is_now(counter: Counter, at: str) -> None:
    body = f"11NY{at}{at}AOMPL|AAP00001|ABID000003|AC|"
    assert counter.terminal().ask(body).startswith("121")
    assert sent(counter, "11")[2:20] == AT
    assert sent(counter, "11")[20:28] == "20261130"


class Breaking(Shelf):
    """It does what it is asked, and breaks."""

    def renew(self, patron: PatronId, item: ItemId) -> Renewed | Refused:
        super().renew(patron, item)
        raise RuntimeError

    def note_payment(self, patron: PatronId, payment: Payment) -> PaymentNoted | Refused:
        super().note_payment(patron, payment)
        raise RuntimeError


def test_a_change_over_which_the_system_broke_is_not_sent_again(serve: Serve) -> None:
    shelf = Breaking(small_library())
    machine = serve(library=shelf).terminal()
    for at in (AT, LATER):
        assert machine.ask(renewal(at=at)).startswith("300N")
        assert machine.ask(payment("BK7|", at)).startswith("38N")
    assert [effect.kind for effect in shelf.ledger.effects] == ["renewed", "paid"]


class Hesitant(Shelf):
    """It looks, thinks, and lends by what it saw."""

    def lend(
        self, patron: PatronId, item: ItemId, act: ActId, at: float, due: date
    ) -> Lent | Refused:
        seen = self.item(item)
        threading.Event().wait(0.2)
        if isinstance(seen, ItemRecord) and seen.state is ItemState.AVAILABLE:
            self.ledger.loans.pop(str(item), None)
            return super().lend(patron, item, act, at, due)
        return Refused(Reason.ON_LOAN_TO_OTHER)


@pytest.mark.parametrize("second", ["P00001", "P00002"])
def test_a_hesitant_system_is_asked_by_one_machine_at_a_time(serve: Serve, second: str) -> None:
    shelf = Hesitant(small_library())
    counter = serve(library=shelf)
    one, other = counter.terminal(), counter.terminal()
    one.socket.sendall(sealed(loan().encode()))
    other.socket.sendall(sealed(loan(second, at=LATER).encode()))
    answers = {each.hear()[:3] for each in (one, other)}
    assert b"121" in answers
    assert len(shelf.ledger.effects) == 1


def test_two_machines_that_want_one_item_get_one_loan(serve: Serve) -> None:
    counter = serve(PERSONALITIES["koha"])
    one, other = counter.terminal(), counter.terminal()
    one.socket.sendall(sealed(loan("P00001").encode()))
    other.socket.sendall(sealed(loan("P00002").encode()))
    answers = sorted(each.hear()[:3] for each in (one, other))
    assert answers == [b"120", b"121"]
    assert counter.effects == ["lent"]


def test_a_machine_that_hangs_up_and_asks_again_at_once_gets_one_loan(counter: Counter) -> None:
    for _ in range(20):
        with Terminal(counter.port) as hasty:
            hasty.socket.sendall(sealed(loan().encode()))
    assert counter.terminal().ask(loan(at=LATER)).startswith("121")
    assert counter.effects == ["lent"]


def test_all_loans_are_renewed_once(counter: Counter) -> None:
    counter.ledger.lend("ID000001", "P00002")
    counter.ledger.loans["ID000001"].renewals = counter.ledger.most_renewals
    machine = counter.terminal()
    for at in (AT, LATER):
        answer = machine.ask(f"65{at}AOMPL|AAP00002|")
        assert answer.startswith("6600001" + "0001")
        assert (field(answer, "BM"), field(answer, "BN")) == ("ID000006", "ID000001")
    assert counter.effects == ["lent", "renewed"]


def sent(counter: Counter, number: str) -> str:
    """The fixed part of the last such message that reached the library's system."""
    return next(heard.fixed for _, heard in reversed(counter.ils.heard) if heard.number == number)
