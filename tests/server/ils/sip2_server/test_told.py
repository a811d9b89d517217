"""What a machine is told is what the library's system tells, and no more."""

from datetime import timedelta
from decimal import Decimal

import pytest

from server.ils.port import Alert, ItemRecord, ItemState, Returned
from server.ils.sip2.meaning import Meaning, returned
from server.ils.sip2.profiles import KOHA
from server.ils.sip2.protocol import parse
from server.ils.sip2.writing import MODERN
from server.ils.sip2_server import answers
from server.ils.sip2_server.asked import Asked, Place
from tests.ils.cases import FREE, JAKARTA, NOW
from tests.ils.ledger import TODAY
from tests.ils.personality import Strict
from tests.ils.terminal import AT, book, drop, field, has, loan, person, renewal
from tests.ils.wild import PERSONALITIES, SlimsGateway
from tests.server.ils.sip2_server.conftest import MACHINE, Counter, Serve

NO_HOLDS = "Pesan buku di meja layanan. Di mesin ini belum bisa."
ITEM = ItemRecord(FREE, ItemState.AVAILABLE, "Judul", "MPL", "Rak 3", "813", "CD", None, 2, ())


def asking(body: str) -> Asked:
    return Asked(parse(body.encode(), MODERN), MACHINE, Place("MPL", JAKARTA), NOW)


def test_a_system_that_does_everything_is_declared_so(counter: Counter) -> None:
    answer = counter.terminal().ask("9900302.00")
    assert answer == (f"98YYYYNY300003{AT}2.00AOMPL|BXYYYNYYYYYYYNNNYY|AMPerpustakaan Kota|")


def test_what_a_system_cannot_do_is_declared_and_refused(serve: Serve) -> None:
    counter = serve(SlimsGateway)
    machine = counter.terminal()
    assert field(machine.ask("9900302.00"), "BX") == "YYYNYYYYYNYNNNYN"
    for body, answer in ((f"65{AT}", "660"), (f"37{AT}0100IDRBV5|", "38N"), (f"15+{AT}", "160N")):
        refused = machine.ask(f"{body}AOMPL|AAP00001|")
        assert refused.startswith(answer)
        assert has(refused, "AF")
    assert counter.effects == []


def test_holds_are_placed_at_the_desk(counter: Counter) -> None:
    answer = counter.terminal().ask(f"15+{AT}AOMPL|AAP00001|ABID000006|")
    assert answer.startswith("160N")
    assert field(answer, "AF") == NO_HOLDS


@pytest.mark.parametrize("body", [f"01N{AT}AOMPL|ALhilang|AAP00001|AC|", f"25{AT}AOMPL|AAP00001|"])
def test_a_card_is_not_blocked_or_enabled_and_its_state_is_told(
    counter: Counter, body: str
) -> None:
    answer = counter.terminal().ask(body)
    assert answer[2:16] == " " * 14
    assert "Kartu tidak" in field(answer, "AF")
    assert field(answer, "BL") == "Y"


@pytest.mark.parametrize("kind", PERSONALITIES.values(), ids=PERSONALITIES)
def test_every_system_behind_us_serves_a_whole_visit(serve: Serve, kind: type[Strict]) -> None:
    counter = serve(kind)
    machine = counter.terminal()
    assert machine.ask(person()).startswith("64")
    assert machine.ask(f"23000{AT}AOMPL|AAP00001|AC|AD1234|").startswith("24")
    assert machine.ask(book()).startswith("1803")
    assert machine.ask(loan()).startswith("121NUY")
    assert machine.ask(renewal("P00001", "ID000003")).startswith("301YUN")
    assert machine.ask(drop("ID000003")).startswith("101YUN")
    assert machine.ask(f"35{AT}AOMPL|AAP00001|").startswith("36Y")
    assert counter.effects == ["lent", "renewed", "returned"]


def test_a_patron_is_told_without_name_or_address(counter: Counter) -> None:
    answer = counter.terminal().ask(person("P00002"))
    assert answer[37:61] == "0000" + "0000" + "0001" + " " * 12
    assert (field(answer, "AA"), field(answer, "AE"), field(answer, "BL")) == ("P00002", "", "Y")
    assert field(answer, "AU") == "ID000006"
    assert (field(answer, "BH"), field(answer, "BV")) == ("IDR", "0.00")
    assert "Budi" not in answer


def test_the_systems_own_words_stay_with_staff(serve: Serve) -> None:
    machine = serve(PERSONALITIES["koha"]).terminal()
    assert "Greetings" not in machine.ask(person()) + machine.ask(loan())


def test_loans_are_listed_from_the_one_to_the_other_that_is_asked_for(counter: Counter) -> None:
    for number in (1, 2, 3, 4):
        counter.ledger.lend(f"ID00000{number}", "P00001")
    machine = counter.terminal()
    part = machine.ask(person(more="BP2|BQ3|"))
    assert [one for one in part.split("|") if one.startswith("AU")] == ["AUID000002", "AUID000003"]
    assert part[45:49] == "0004"
    assert machine.ask(person(more="BPx|BQ|")).count("AUID") == 4
    assert machine.ask(person(wanted="      ")).count("AUID") == 0


def test_an_unknown_patron_is_told_as_unknown(counter: Counter) -> None:
    machine = counter.terminal()
    for number in ("P09090", "", "a|b", "P 1"):
        answer = machine.ask(person(number.replace("|", "&#124;")))
        assert answer.startswith("64Y")
        assert field(answer, "BL") == "N"
        assert field(answer, "AF") == "Kartu ini belum terdaftar. Hubungi petugas."
    assert machine.ask(loan("P09090")).startswith("120")


def test_a_blocked_patron_is_told_why_and_borrows_nothing(counter: Counter) -> None:
    counter.ledger.members["P00001"].blocked = True
    machine = counter.terminal()
    answer = machine.ask(person())
    assert answer.startswith("64Y")
    assert field(answer, "AF") == "Ada yang perlu diselesaikan dahulu. Hubungi petugas."
    assert machine.ask(loan()).startswith("120")
    assert counter.effects == []


def test_an_expired_patron_may_not_borrow(serve: Serve) -> None:
    counter = serve(PERSONALITIES["koha"])
    counter.ledger.members["P00001"].expires = TODAY - timedelta(days=1)
    answer = counter.terminal().ask(person())
    assert answer.startswith("64Y")
    assert "Masa berlaku" in field(answer, "AF")


def test_an_item_is_told_with_where_it_is_and_until_when(counter: Counter) -> None:
    machine = counter.terminal()
    free, taken = machine.ask(book()), machine.ask(book("ID000006"))
    assert free.startswith("180300" + "01" + AT)
    assert (field(free, "AJ"), field(free, "BG")) == ("Café di Ujung Jalan", "MPL")
    assert not has(free, "AH")
    assert taken.startswith("1804")
    assert field(taken, "AH") == "20261207    235900"


def test_a_payment_is_taken_off_what_is_owed(counter: Counter) -> None:
    machine = counter.terminal()
    assert machine.ask(f"37{AT}0100IDRBV2.50|AOMPL|AAP00001|").startswith("38Y")
    assert counter.ledger.members["P00001"].owed == Decimal("2.50")


@pytest.mark.parametrize("bad", ["IDRBV0|", "IDRBV-1|", "IDRBV|", "   BV1|", "idrBV1|", "IDRBVx|"])
def test_an_unclear_payment_is_not_taken(counter: Counter, bad: str) -> None:
    answer = counter.terminal().ask(f"37{AT}0100{bad}AOMPL|AAP00001|")
    assert answer.startswith("38N")
    assert "Jumlah" in field(answer, "AF")
    assert counter.effects == []


@pytest.mark.parametrize("alert", [*Alert, None])
def test_where_a_returned_item_goes_is_heard_as_it_was_said(alert: Alert | None) -> None:
    told = answers.returned(asking(drop()), ITEM, Returned(FREE, alert, "CAB-2", "4", ()))
    heard = returned(FREE, parse(told.encode(MODERN).rstrip(b"\r"), MODERN))
    assert heard == Returned(FREE, alert, "CAB-2", "4", ())


@pytest.mark.parametrize("state", ItemState)
def test_an_item_is_heard_as_it_was_said(state: ItemState) -> None:
    record = ItemRecord(FREE, state, "Judul", "MPL", "Rak 3", "813", "CD", TODAY, 2, ())
    told = parse(answers.item(asking(book()), record).encode(MODERN).rstrip(b"\r"), MODERN)
    heard = Meaning(KOHA, JAKARTA).item(FREE, told)
    assert isinstance(heard, ItemRecord)
    assert heard.state in (state, ItemState.NOT_TOLD)
    assert heard.state is state or state is ItemState.OTHER
    assert (heard.title, heard.due, heard.holds, heard.properties) == ("Judul", TODAY, 2, "CD")
