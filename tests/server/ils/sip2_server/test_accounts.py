"""Who may ask what: accounts, their rights, and a bound on guessing."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest
import structlog

from broker.errors import BadSettings
from broker.program import log_as_json
from broker.settings import read_settings
from broker.vocabulary import ItemId, PatronId, Secret
from server.configuration import ServerSettings
from server.ils.port import ItemRecord, PatronRecord, Refused
from server.ils.sip2.connection import Address
from server.ils.sip2.library import Sip2Library
from server.ils.sip2.pool import PoolSettings
from server.ils.sip2.profiles import KOHA
from server.ils.sip2.questions import Account
from server.ils.sip2_server.accounts import EVERY, USUAL
from server.ils.sip2_server.memory import REFUSED_FOR_S, TRIES, Tries
from tests.ils.accidents import Accident, Plan
from tests.ils.cases import JAKARTA, NOW
from tests.ils.ledger import small_library
from tests.ils.personality import Strict
from tests.ils.shelf import Shelf
from tests.ils.terminal import (
    AT,
    LOGIN,
    book,
    drop,
    field,
    has,
    loan,
    person,
    renewal,
    sealed,
)
from tests.server.ils.sip2_server.conftest import MACHINE, PASSWORD, Counter, Serve

RIGHT, WRONG = "AD1234|", "AD9999|"


@pytest.mark.parametrize("body", [loan(), drop(), book(), person(), renewal(), f"35{AT}AO|AA|"])
def test_who_has_not_signed_in_gets_nothing(counter: Counter, body: str) -> None:
    assert counter.terminal(signed_in=False).ask(body) == "940"
    assert counter.ils.heard == []


@pytest.mark.parametrize(
    "login",
    [
        LOGIN.replace("mesin|CP", "salah|CP"),
        LOGIN.replace("CNmesin", "CNlain"),
        LOGIN.replace("CNmesin", "CN"),
        LOGIN.replace("9300", "9310"),
        "9300CN|CO|",
        "9300",
    ],
)
def test_a_login_that_is_not_right_is_refused(counter: Counter, login: str) -> None:
    machine = counter.terminal(signed_in=False)
    assert machine.ask(login) == "940"
    assert machine.ask(book()) == "940"
    assert machine.ask(LOGIN) == "941"


def test_a_failed_second_login_signs_out(counter: Counter) -> None:
    machine = counter.terminal()
    assert machine.ask(LOGIN.replace("rahasia", "salah")) == "940"
    assert machine.ask(book()) == "940"


def test_an_account_is_only_for_its_network(serve: Serve) -> None:
    elsewhere = replace(MACHINE, networks=(ip_network("10.0.0.0/8"), ip_network("fd00::/8")))
    assert serve(account=elsewhere).terminal(signed_in=False).ask(LOGIN) == "940"
    here = replace(MACHINE, networks=(ip_network("127.0.0.0/8"),))
    assert serve(account=here).terminal(signed_in=False).ask(LOGIN) == "941"


def test_guessing_a_terminals_password_ends_after_five_tries(counter: Counter) -> None:
    machine = counter.terminal(signed_in=False)
    for _ in range(TRIES):
        assert machine.ask(LOGIN.replace("rahasia", "salah")) == "940"
    assert counter.terminal(signed_in=False).ask(LOGIN) == "940"


def test_what_an_account_may_not_is_refused_in_words(serve: Serve) -> None:
    counter = serve(account=replace(MACHINE, messages=frozenset(("09", "17"))))
    machine = counter.terminal()
    refused = machine.ask(loan())
    assert refused.startswith("120NUN")
    assert field(refused, "AF") == "Mesin ini tidak melayani itu. Hubungi petugas."
    told = machine.ask(person())
    assert told.startswith("64Y")
    assert not has(told, "BL")
    assert machine.ask(drop()).startswith("101")
    assert counter.effects == ["returned"]
    assert machine.ask("9900302.00").startswith("98YYNNNY")


def test_an_account_of_one_branch_does_nothing_for_another(serve: Serve) -> None:
    counter = serve(account=replace(MACHINE, branch="MPL"))
    machine = counter.terminal()
    refused = machine.ask(loan().replace("AOMPL", "AOlain"))
    assert refused.startswith("120")
    assert field(refused, "AF") == "Mesin ini bekerja untuk cabang lain. Hubungi petugas."
    assert machine.ask(loan().replace("AOMPL", "AO mpl ")).startswith("121")
    assert counter.effects == ["lent"]


def test_words_are_in_the_language_of_the_account(serve: Serve) -> None:
    counter = serve(account=replace(MACHINE, language="en"))
    assert field(counter.terminal().ask(drop("ID000003")), "AF") == "This book is not on loan."


def test_letters_are_in_the_encoding_of_the_account(serve: Serve) -> None:
    machine = serve(account=replace(MACHINE, coding=Strict.profile.coding)).terminal()
    assert "Café".encode("cp850") in machine.raw(sealed(book().encode()))


def test_a_pin_is_right_wrong_or_not_looked_at(counter: Counter) -> None:
    machine = counter.terminal()
    assert field(machine.ask(person(more=RIGHT)), "CQ") == "Y"
    wrong = machine.ask(person(more=WRONG))
    assert (field(wrong, "BL"), field(wrong, "CQ")) == ("Y", "N")
    assert wrong[37:61].strip() == ""
    assert not has(machine.ask(person()), "CQ")


@pytest.mark.parametrize("body", [loan("P00002", more=WRONG), renewal(more=WRONG)])
def test_a_wrong_pin_changes_nothing(counter: Counter, body: str) -> None:
    answer = counter.terminal().ask(body)
    assert answer[2] == "0"
    assert field(answer, "AF") == "PIN belum cocok. Coba lagi atau hubungi petugas."
    assert counter.effects == []


def test_after_five_wrong_pins_not_even_the_right_one_is_looked_at(serve: Serve) -> None:
    now = [0.0]
    counter = serve(tries=Tries(lambda: now[0]))
    for number in range(TRIES):
        counter.terminal().ask((person, loan)[number % 2](more=WRONG))
    machine = counter.terminal()
    asked = len(counter.ils.heard)
    locked = machine.ask(person(more=RIGHT))
    assert field(locked, "CQ") == "N"
    assert "15 menit" in field(locked, "AF")
    assert machine.ask(loan(more=RIGHT)).startswith("120")
    assert len(counter.ils.heard) == asked
    assert machine.ask(person("P00002", "AD4321|")).startswith("64 ")
    now[0] += REFUSED_FOR_S + 1
    assert field(machine.ask(person(more=RIGHT)), "CQ") == "Y"


class Unsure(Shelf):
    """It knows PINs, and did not look at this one."""

    def patron(self, number: PatronId, pin: Secret | None = None) -> PatronRecord | Refused:
        found = super().patron(number, pin)
        return replace(found, pin_checked=False) if isinstance(found, PatronRecord) else found


def test_a_pin_that_was_not_looked_at_is_not_taken_for_right(serve: Serve) -> None:
    shelf = Unsure(small_library())
    machine = serve(library=shelf).terminal()
    assert field(machine.ask(person(more=RIGHT)), "CQ") == "N"
    assert machine.ask(loan(more=RIGHT)).startswith("120")
    assert shelf.ledger.effects == []


def test_a_right_pin_in_time_forgives_the_wrong_ones(counter: Counter) -> None:
    machine = counter.terminal()
    for _ in range(3):
        for _ in range(TRIES - 1):
            assert field(machine.ask(person(more=WRONG)), "CQ") == "N"
        assert field(machine.ask(person(more=RIGHT)), "CQ") == "Y"


def test_a_pin_that_no_system_takes_is_a_wrong_try(counter: Counter) -> None:
    machine = counter.terminal()
    for _ in range(TRIES):
        assert field(machine.ask(person(more=f"AD{'9' * 65}|")), "CQ") == "N"
    assert "15 menit" in field(machine.ask(person(more=RIGHT)), "AF")


def test_guesses_on_many_connections_at_once_are_five(counter: Counter) -> None:
    machines = [counter.terminal() for _ in range(20)]
    before = counter.ils.sent("63")
    threads = [
        threading.Thread(target=one.ask, args=(person(more=f"AD{number:04}|"),))
        for number, one in enumerate(machines)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counter.ils.sent("63") - before == TRIES


class Broken(Sip2Library):
    """A system whose errors tell everything."""

    def item(self, item: ItemId) -> ItemRecord | Refused:
        raise RuntimeError(f"P00001 with pinsiti: {item}")


@pytest.fixture
def log(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    log_as_json()
    yield lambda: capsys.readouterr().out
    structlog.reset_defaults()


def test_no_pin_password_or_number_is_logged(serve: Serve, log: Callable[[], str]) -> None:
    counter = serve(Strict, Plan(Accident.SILENT_AFTER, "11"), answer_within=0.5)
    counter.ledger.members["P00001"].pin = "pinsiti"
    counter.terminal(signed_in=False).ask(LOGIN.replace("mesin|CP", "salah|CP"))
    machine = counter.terminal()
    machine.ask(loan(more="ADpinsiti|"))
    machine.ask(person(more="ADpinsalah|"))
    machine.raw(b"77CNmesin|COrahasia|AAP00001|ADpinsiti|\r")
    counter.ils.close()
    machine.ask(loan(more="ADpinsiti|"))
    words = log()
    assert "signed in" in words
    assert "nobody knows" in words
    assert secrets_in(words) == []


def test_a_question_that_breaks_a_system_is_answered_and_its_words_are_not_logged(
    serve: Serve, log: Callable[[], str]
) -> None:
    address = Address("127.0.0.1", 9)
    library = Broken(address, Account("MPL", JAKARTA), KOHA, PoolSettings(), lambda: NOW)
    machine = serve(library=library).terminal()
    answers = [machine.ask(body)[:3] for body in (loan(), drop(), book(), renewal(), "99")]
    assert answers == ["120", "100", "180", "300", "98Y"]
    words = log()
    assert "RuntimeError" in words
    assert secrets_in(words) == []


def secrets_in(words: str) -> list[str]:
    secrets = ("pinsiti", "pinsalah", "P00001", "rahasia", "Siti", "salah")
    return [secret for secret in secrets if secret in words]


SETTINGS = """
site = "binjai"
database = "sqlite:///none"
keys = "keys"
[broker]
port = 1
[web]
port = 1
[sip2]
port = 6002
institution = "MPL"
[sip2.accounts.mesin]
password_file = "{folder}/mesin"
"""


def settings(folder: Path, more: str = "") -> ServerSettings:
    (folder / "mesin").write_text(f"{PASSWORD.line}\n")
    (folder / "server.toml").write_text(SETTINGS.format(folder=folder) + more)
    return read_settings(folder / "server.toml", ServerSettings)


def test_accounts_are_read_from_the_settings(tmp_path: Path) -> None:
    more = 'messages = ["09"]\nbranch = "B"\nnetworks = ["10.0.0.0/8"]\nlanguage = "en"\n'
    read = settings(tmp_path, more).sip2
    assert read is not None
    account = read.terminals()["mesin"]
    assert account.messages == frozenset(("09",))
    assert (account.branch, account.language) == ("B", "en")
    assert not account.comes_from("127.0.0.1")
    assert account.password.is_("rahasia mesin")


def test_an_account_without_rights_of_its_own_has_the_usual_ones(tmp_path: Path) -> None:
    read = settings(tmp_path).sip2
    assert read is not None
    assert read.terminals()["mesin"].messages == set(USUAL) < EVERY


@pytest.mark.parametrize(
    "more",
    [
        'messages = ["12"]',
        'networks = ["10.0.0.0/99"]',
        'encoding = "utf-16"',
        'encoding = "rot13"',
        'language = "xx"',
        'unknown = "x"',
    ],
)
def test_a_right_that_there_is_not_is_refused_with_its_place(tmp_path: Path, more: str) -> None:
    with pytest.raises(BadSettings, match=r"server\.toml line \d+, key"):
        settings(tmp_path, more)


@pytest.mark.parametrize("line", ["", "rahasia mesin", "scrypt$00$00", "é"])
def test_a_password_in_plain_words_is_refused(tmp_path: Path, line: str) -> None:
    read = settings(tmp_path).sip2
    assert read is not None
    (tmp_path / "mesin").write_text(line)
    with pytest.raises(BadSettings) as refused:
        read.terminals()
    assert "rahasia" not in str(refused.value)
    (tmp_path / "mesin").unlink()
    with pytest.raises(BadSettings):
        read.terminals()
