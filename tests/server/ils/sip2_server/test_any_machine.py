"""However a machine writes its messages, it is understood and answered, and never hangs us."""

import pytest

from tests.ils.terminal import AT, BLANK, LOGIN, Terminal, book, field, loan, sealed
from tests.server.ils.sip2_server.conftest import Counter

LENT = b"121NUY20261123    225405AOMPL|AAP00001|ABID000003|"


def test_fields_come_in_any_order(counter: Counter) -> None:
    body = f"11NN{AT}{BLANK}BIN|AC|ABID000003|AD1234|AAP00001|AOMPL|"
    assert counter.terminal().ask(body).startswith("121")
    assert counter.effects == ["lent"]


def test_the_last_delimiter_may_be_missing(counter: Counter) -> None:
    assert counter.terminal().ask(loan(more="AD1234")).startswith("121")


def test_bars_may_trail(counter: Counter) -> None:
    assert counter.terminal().ask(loan() + "|||").startswith("121")


@pytest.mark.parametrize("end", [b"\r\n", b"\r", b"\r\n\r\n", b"\r\0"])
def test_a_message_ends_with_cr_and_what_follows_it_is_no_message(
    counter: Counter, end: bytes
) -> None:
    machine = counter.terminal()
    for _ in range(3):
        answer = machine.raw(sealed(book().encode()).rstrip(b"\r") + end)
        assert answer.startswith(b"1803")


def test_lf_may_come_before_a_message(counter: Counter) -> None:
    assert counter.terminal().raw(b"\n" + sealed(book().encode())).startswith(b"1803")


def test_a_loan_without_a_due_date_is_a_loan(counter: Counter) -> None:
    assert BLANK in loan()
    assert field(counter.terminal().ask(loan()), "AH") == "20261207    235900"


@pytest.mark.parametrize("status", ["9900302.0E", "9900302.00", "990", "99 80", "992.00"])
def test_any_status_is_answered(counter: Counter, status: str) -> None:
    answer = counter.terminal().ask(status)
    assert answer.startswith(f"98YYYYNY300003{AT}2.00AOMPL|")


@pytest.mark.parametrize("short", ["20261123    22540", "20261123    2254"])
def test_a_date_may_be_a_digit_short(counter: Counter, short: str) -> None:
    machine = counter.terminal()
    assert machine.ask(f"17{short}AOMPL|ABID000003|AC|").startswith("1803")
    assert machine.ask(loan(at=short)).startswith("121")
    assert machine.ask(f"09N{short}{short}APMPL|AOMPL|ABID000003|AC|").startswith("101")
    assert counter.effects == ["lent", "returned"]


def test_99_may_come_before_93(counter: Counter) -> None:
    machine = counter.terminal(signed_in=False)
    assert machine.ask("9900302.00").startswith("98Y")
    assert machine.ask(LOGIN) == "941"
    assert machine.ask(book()).startswith("1803")


def test_a_checksum_may_be_in_small_letters(counter: Counter) -> None:
    raw = sealed(book().encode())
    small = raw[:-5] + raw[-5:].lower()
    assert small != raw
    assert counter.terminal().raw(small).startswith(b"1803")


def test_a_checksum_without_a_number_is_answered_with_one_without_a_number(
    counter: Counter,
) -> None:
    answer = counter.terminal().raw(sealed(book().encode(), None))
    assert answer == sealed(answer[:-7], None)
    assert b"AY" not in answer


def test_a_plain_message_in_a_sealed_session_is_answered_plainly(counter: Counter) -> None:
    machine = counter.terminal()
    assert machine.raw(loan().encode() + b"\r").startswith(LENT)
    assert b"AZ" not in machine.raw(book().encode() + b"\r")


@pytest.mark.parametrize("item", ["", " ", "|", "a b", "é", "x" * 300, "\x01"])
def test_an_item_that_is_none_is_unknown(counter: Counter, item: str) -> None:
    machine = counter.terminal()
    assert machine.ask(loan(item=item)).startswith("120NUN")
    assert machine.ask(f"09N{AT}{AT}AP|AOMPL|AB{item}|AC|").startswith("100NUY")
    assert machine.ask(f"17{AT}AOMPL|AB{item}|").startswith("1801")
    assert counter.effects == []


def test_an_unknown_field_is_ignored(counter: Counter) -> None:
    machine = counter.terminal()
    assert machine.ask(loan(more="ZZfoo|XYbar|")).startswith("121")
    assert machine.ask(f"17{AT}ZZfoo|ABID000006|AOMPL|").startswith("1804")


def test_bytes_that_are_no_utf_8_are_read_as_windows_letters(counter: Counter) -> None:
    raw = f"17{AT}AOMPL|ABCaf".encode() + b"\xe9|"
    assert counter.terminal().raw(sealed(raw)).startswith(b"1801")


def test_a_title_with_a_bar_and_line_ends_is_sent_as_one_value(counter: Counter) -> None:
    counter.ledger.titles["ID000003"] = "Satu &#124; dua\nAAP00002"
    answer = counter.terminal().ask(book())
    assert field(answer, "AJ") == "Satu &#124; dua AAP00002"
    assert answer.count("\n") == 0


@pytest.mark.parametrize("name", ["AA", "AB", "AO", "BI"])
def test_a_message_that_says_two_things_is_not_understood(counter: Counter, name: str) -> None:
    assert counter.terminal().ask(loan(more=f"BIN|{name}other|")) == "96"
    assert counter.effects == []


@pytest.mark.parametrize(
    "noise",
    [b"77", b"hello", b"\xff\xfe\xfd", b"GET / HTTP/1.1", b"1", b"|||", b"12" + b"0" * 40, b"9"],
)
def test_what_is_no_question_gets_96_and_the_next_is_answered(
    counter: Counter, noise: bytes
) -> None:
    machine = counter.terminal()
    assert machine.raw(noise + b"\r") == b"96\r"
    assert machine.raw(sealed(noise)) == b"96AZFEF6\r"
    assert machine.ask(book()).startswith("1803")


def test_a_damaged_message_gets_96_and_changes_nothing(counter: Counter) -> None:
    machine = counter.terminal()
    damaged = sealed(loan().encode()).replace(b"ID000003", b"ID000004")
    assert machine.raw(damaged) == b"96AZFEF6\r"
    assert counter.effects == []
    assert machine.ask(loan()).startswith("121")


def test_a_message_of_any_length_gets_an_answer_and_its_tail_is_no_message(
    counter: Counter,
) -> None:
    machine = counter.terminal()
    hidden = b"x" * 9_000 + loan().encode()
    assert machine.raw(hidden + b"\r") == b"96\r"
    assert machine.ask(book()).startswith("1803")
    assert counter.effects == []


def test_a_message_in_single_bytes_is_a_message(counter: Counter) -> None:
    machine = counter.terminal()
    raw = sealed(loan().encode())
    for at in range(len(raw) - 1):
        machine.socket.sendall(raw[at : at + 1])
    assert machine.raw(raw[-1:]).startswith(LENT)


def test_messages_in_one_write_are_answered_one_after_the_other(counter: Counter) -> None:
    machine = counter.terminal()
    machine.socket.sendall(sealed(loan().encode(), 3) + sealed(book().encode(), 4))
    assert machine.hear().startswith(LENT)
    second = machine.hear()
    assert second.startswith(b"1804")
    assert b"AY4AZ" in second


def test_97_is_answered_with_the_last_answer_of_this_connection(counter: Counter) -> None:
    one, other = counter.terminal(), counter.terminal()
    lent = one.raw(sealed(loan().encode(), 7))
    told = other.raw(sealed(book().encode(), 2))
    for again in (b"97AZFEF5\r", b"97\r", b"96AZFEF6\r"):
        assert one.raw(again) == lent
    assert other.raw(b"97AZFEF5\r") == told
    assert counter.effects == ["lent"]


def test_97_on_a_new_connection_tells_nothing_of_another(counter: Counter) -> None:
    counter.terminal().ask(loan())
    stranger = counter.terminal(signed_in=False)
    assert stranger.raw(b"97AZFEF5\r") == sealed(b"940", None)


def test_97_after_96_does_not_pass_an_older_answer_off_as_new(counter: Counter) -> None:
    machine = counter.terminal()
    machine.ask(book())
    assert machine.raw(b"77\r") == b"96\r" == machine.raw(b"97\r")


@pytest.mark.parametrize("number", ["19", "15", "25", "01", "37", "65", "23", "35"])
def test_every_question_of_the_standard_has_its_answer(counter: Counter, number: str) -> None:
    answers = {"19": "20", "15": "16", "25": "26", "01": "24", "37": "38", "65": "66", "23": "24",
               "35": "36"}  # fmt: skip
    fixed = {"15": "+", "01": "N", "23": "000"}.get(number, "") + AT
    fixed += "0100IDR" if number == "37" else ""
    answer = counter.terminal().ask(f"{number}{fixed}BV1|AOMPL|AAP00001|ABID000003|AC|AL|CH|")
    assert answer.startswith(answers[number])


def test_hundreds_of_messages_pass_on_one_connection(counter: Counter) -> None:
    with Terminal(counter.port) as machine:
        assert all(machine.ask("9900302.00").startswith("98Y") for _ in range(120))
