"""What systems do with bytes and connections (quirks Q01 to Q17 of the field notes)."""

import threading
from dataclasses import dataclass, replace
from typing import ClassVar

import pytest

from broker.vocabulary import ItemId, PatronId, Reason
from server.ils.port import (
    ItemRecord,
    Lent,
    NothingSent,
    OutcomeUnknown,
    PatronRecord,
    Refused,
    Returned,
)
from server.ils.sip2.profiles import Login, Profile
from server.ils.sip2.protocol import Garbled, parse
from server.ils.sip2.writing import Coding
from tests.ils.accidents import Accident, Plan
from tests.ils.cases import ACT, BUDI, DUE, FREE, NOW, SITI, TAKEN, opened
from tests.ils.ledger import small_library
from tests.ils.personality import Heard, Strict
from tests.ils.server import IlsServer
from tests.ils.wild import Koha, Odd, SipServer, SlimsGateway
from tests.server.ils.conftest import Stand

UTF_8 = Coding(("utf-8",))


def test_only_cr_ends_a_message_though_there_is_lf_in_a_note(stand: Stand) -> None:
    """Q01"""
    record = stand(Koha).library.patron(SITI)
    assert isinstance(record, PatronRecord)
    assert record.said == ("Greetings from Koha. \nHubungi | petugas",)


def test_a_system_that_ends_with_cr_lf_is_understood_for_ever(stand: Stand) -> None:
    """Q02"""
    desk = stand(Koha)
    for _ in range(3):
        assert isinstance(desk.library.item(FREE), ItemRecord)
    assert desk.server.connections == 1


@pytest.mark.parametrize("kind", [Strict, Koha, SlimsGateway])
def test_a_question_is_one_write_with_a_bare_cr(stand: Stand, kind: type[Strict]) -> None:
    """Q03, Q04, Q05: each read of the system is one whole message, and never two."""
    desk = stand(kind)
    desk.every_act()
    assert len(desk.server.writes) == len(desk.server.heard)
    for raw in desk.server.writes:
        assert raw.endswith(b"\r")
        assert raw.count(b"\r") == 1
        assert b"\n" not in raw
        assert len(raw) <= 1024


def test_a_question_too_long_for_the_system_is_not_sent(stand: Stand) -> None:
    """Q04"""
    desk = stand(Strict, longest=60)
    with pytest.raises(NothingSent, match="too long"):
        desk.lend()
    assert "11" not in desk.numbers


def test_no_question_overtakes_the_answer_to_another(stand: Stand) -> None:
    """Q05: the gateway would drop it."""
    desk = stand(SlimsGateway)
    threads = [threading.Thread(target=desk.library.item, args=(FREE,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert desk.numbers.count("17") == len(threads)
    assert all(raw.count(b"\r") == 1 for raw in desk.server.writes)


def test_an_answer_without_an_end_ends_the_connection(stand: Stand) -> None:
    """Q06: otherwise the next answer would be glued to it."""
    desk = stand(Odd, Plan(Accident.WITHOUT_END, "17"), answer_within=1.0)
    with pytest.raises(NothingSent, match="no whole answer"):
        desk.library.item(FREE)
    assert isinstance(desk.library.item(FREE), ItemRecord)
    assert desk.server.connections == 2


def test_an_answer_glued_to_a_plea_to_resend_is_garbled() -> None:
    """Q06"""
    with pytest.raises(Garbled, match="glued"):
        parse(b"96AZFEF698YYYYNN10000520261123    2326522.00AOMPL|", UTF_8)


def test_a_word_before_an_answer_is_dropped(stand: Stand) -> None:
    """Q07"""
    assert isinstance(stand(Odd).library.item(FREE), ItemRecord)
    assert parse(b"None941", UTF_8).number == "94"


def test_what_a_system_stays_silent_to_is_never_asked(stand: Stand) -> None:
    """Q08"""
    desk = stand(SlimsGateway)
    desk.every_act()
    assert SlimsGateway.unanswered.isdisjoint(desk.numbers)


def test_silence_is_not_asked_again_but_a_hang_up_is(stand: Stand) -> None:
    """Q08: silence would only be waited for twice."""
    silent = stand(Strict, Plan(Accident.SILENT_BEFORE, "17"), answer_within=1.0)
    with pytest.raises(NothingSent, match="no whole answer"):
        silent.library.item(FREE)
    assert silent.numbers.count("17") == 1
    closed = stand(Strict, Plan(Accident.CLOSED_BEFORE, "17"))
    assert isinstance(closed.library.item(FREE), ItemRecord)
    assert closed.numbers.count("17") == 2


def test_a_wrong_number_is_an_answer_only_where_it_is_known(stand: Stand) -> None:
    """Q09: the gateway answers a renewal as a loan."""
    stand(SlimsGateway).library.renew(BUDI, TAKEN)
    with pytest.raises(OutcomeUnknown, match="was answered by"):
        stand(SlimsGateway, answers={}).library.renew(BUDI, TAKEN)


def test_an_unknown_patron_never_reaches_a_system_that_would_die_of_it(stand: Stand) -> None:
    """Q10"""
    desk = stand(SlimsGateway)
    refused = desk.library.lend(PatronId("P09090"), FREE, ACT, NOW, DUE)
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.UNKNOWN_CARD
    assert isinstance(desk.lend(), Lent)


def test_a_system_that_cannot_be_reached_is_not_stormed() -> None:
    """Q10: one attempt for all, then a rest."""
    server = IlsServer(Strict(small_library()))
    library = opened(server.port, Strict.profile)
    server.close()
    with pytest.raises(NothingSent, match="refused"):
        library.item(FREE)
    with pytest.raises(NothingSent, match="not tried again yet"):
        library.item(FREE)


@pytest.mark.parametrize(
    "accident", [Accident.CLOSED_BEFORE, Accident.CLOSED_AFTER, Accident.REBOOT_AFTER]
)
def test_a_connection_dropped_in_a_change_leaves_the_outcome_unknown(
    stand: Stand, accident: Accident
) -> None:
    """Q11"""
    desk = stand(Koha, Plan(accident, "11"))
    with pytest.raises(OutcomeUnknown):
        desk.lend()
    assert desk.numbers.count("11") == 1


def test_the_records_then_tell_what_became_of_it(stand: Stand) -> None:
    """Q11"""
    desk = stand(Koha, Plan(Accident.CLOSED_AFTER, "11"))
    with pytest.raises(OutcomeUnknown):
        desk.lend()
    record = desk.library.patron(SITI)
    assert isinstance(record, PatronRecord)
    assert record.loans == (str(FREE),)


def test_a_connection_too_many_is_told_as_such(stand: Stand) -> None:
    """Q12: it hangs in the backlog, without an error."""
    desk = stand(SlimsGateway)
    assert isinstance(desk.library.item(FREE), ItemRecord)
    second = opened(desk.server.port, SlimsGateway.profile, answer_within=1.0)
    with pytest.raises(NothingSent, match="busy with others"):
        second.item(FREE)


def test_a_connection_that_was_closed_while_idle_costs_nothing(stand: Stand) -> None:
    """Q13"""
    desk = stand(SipServer)
    assert isinstance(desk.library.item(FREE), ItemRecord)
    desk.server.drop()
    assert isinstance(desk.lend(), Lent)
    assert desk.numbers.count("11") == 1


def test_the_login_comes_first_and_then_the_status(stand: Stand) -> None:
    """Q14"""
    desk = stand(Strict)
    desk.library.item(FREE)
    assert desk.numbers == ["93", "99", "17"]


@dataclass
class Careless(Koha):
    """Serves whoever it has just refused."""

    def login(self, heard: Heard, session: int) -> str:  # noqa: ARG002
        return "940"


def test_nothing_is_asked_of_a_system_that_refused_the_login(stand: Stand) -> None:
    """Q14, Q15: Koha would have served us."""
    desk = stand(Careless)
    with pytest.raises(NothingSent, match="check user, password"):
        desk.lend()
    assert desk.numbers == ["93"]


def test_every_connection_logs_in_though_the_system_would_not_mind(stand: Stand) -> None:
    """Q15"""
    desk = stand(Koha)
    for _ in range(3):
        desk.library.item(FREE)
        desk.server.drop()
    firsts = {session: heard.number for session, heard in reversed(desk.server.heard)}
    assert set(firsts.values()) == {"93"}
    assert len(firsts) == 3


@dataclass
class Telnet(Koha):
    """Asks for user and password before SIP2 begins."""

    profile: ClassVar[Profile] = replace(Koha.profile, login=Login.PROMPT)
    prompts: ClassVar[tuple[bytes, ...]] = (b"login: ", b"password: ")


@dataclass
class Unwelcoming(Telnet):
    welcome: ClassVar[bytes] = b"Invalid login\r\n"


@dataclass
class Insisting(Telnet):
    prompts: ClassVar[tuple[bytes, ...]] = (b"login: ", b"again, login: ")


def test_a_telnet_transport_is_answered_at_its_prompts(stand: Stand) -> None:
    """Q16"""
    desk = stand(Telnet)
    assert isinstance(desk.lend(), Lent)
    assert "93" not in desk.numbers


@pytest.mark.parametrize(
    ("kind", "words"), [(Unwelcoming, "check user and password"), (Insisting, "no whole answer")]
)
def test_a_telnet_transport_that_lets_nobody_in_is_told(
    stand: Stand, kind: type[Strict], words: str
) -> None:
    """Q16"""
    with pytest.raises(NothingSent, match=words) as refused:
        stand(kind, answer_within=1.0).library.item(FREE)
    assert "rahasia" not in str(refused.value)


@pytest.mark.parametrize("number", ["93", "17", "63", "11", "09"])
def test_an_answer_may_come_byte_by_byte(stand: Stand, number: str) -> None:
    """Q17"""
    desk = stand(Strict, Plan(Accident.ONE_BYTE_AT_A_TIME, number))
    assert isinstance(desk.lend(), Lent)
    assert isinstance(desk.library.take_back(FREE, NOW), Returned)


def test_the_end_of_a_patrons_session_is_not_announced(stand: Stand) -> None:
    """Q17: there are systems that do not know 35."""
    desk = stand(Strict)
    desk.every_act()
    assert "35" not in desk.numbers


@dataclass
class Chatty(Strict):
    """Says something unasked after each answer."""

    end: ClassVar[bytes] = b"\r98Y"


def test_what_comes_unasked_is_no_answer_to_the_next_question(stand: Stand) -> None:
    """Q05, Q06"""
    with pytest.raises(NothingSent, match="unasked"):
        stand(Chatty).library.item(ItemId("ID000001"))
