"""Checksums, numbers and asking again (quirks Q18 to Q24)."""

from dataclasses import dataclass

import pysip2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.vocabulary import Reason
from server.ils.port import ItemRecord, NothingSent, OutcomeUnknown, Refused
from server.ils.sip2.protocol import Message, checksum, parse
from server.ils.sip2.writing import Coding
from tests.ils.accidents import Accident, Plan
from tests.ils.cases import BUDI, FREE, SITI
from tests.ils.personality import Strict
from tests.ils.wild import Koha, Odd, SlimsGateway
from tests.server.ils.conftest import Stand

UTF_8 = Coding(("utf-8",))


@given(st.binary(max_size=300))
def test_a_checksum_is_of_bytes_and_in_capitals(raw: bytes) -> None:
    """Q18"""
    assert checksum(raw).decode() == pysip2.calculate_checksum(raw)


def test_a_name_with_an_accent_has_the_checksum_of_its_bytes() -> None:
    """Q18"""
    raw = Message("94", "1", (("AE", "Café"),)).encode(UTF_8, 1)
    assert pysip2.verify_checksum(raw[:-1])


@pytest.mark.parametrize("sealed", [b"941AY1AZFDFC", b"941AY1AZfdfc"])
def test_a_checksum_is_heard_in_either_case(sealed: bytes) -> None:
    """Q18"""
    right = b"941AY1AZ" + checksum(b"941AY1AZ")
    assert right.upper() == sealed.upper()
    assert parse(sealed, UTF_8).sequence == 1


@pytest.mark.parametrize(
    ("raw", "sequence"),
    [
        (b"941", None),
        (b"941AZ" + checksum(b"941AZ"), None),
        (b"941AY7AZ" + checksum(b"941AY7AZ"), 7),
    ],
)
def test_number_and_checksum_may_both_be_missing(raw: bytes, sequence: int | None) -> None:
    """Q19"""
    message = parse(raw, UTF_8)
    assert (message.fixed, message.sequence) == ("1", sequence)


@dataclass
class Unsealed(Strict):
    """Forgets the checksum in its answers about items."""

    def framed(self, body: str, sequence: str | None) -> bytes:
        return super().framed(body, None if body.startswith("18") else sequence)


def test_a_missing_checksum_is_refused_only_where_it_is_promised(stand: Stand) -> None:
    """Q19"""
    with pytest.raises(NothingSent, match="without checksum"):
        stand(Unsealed).library.item(FREE)
    trusting = stand(Unsealed, demands_checksums=False)
    assert isinstance(trusting.library.item(FREE), ItemRecord)


@pytest.mark.parametrize("kind", [Strict, Koha, Odd])
def test_every_question_has_a_sound_checksum(stand: Stand, kind: type[Strict]) -> None:
    """Q20: some systems act on a damaged question."""
    desk = stand(kind)
    desk.every_act()
    assert all(heard.sound for _, heard in desk.server.heard)


def test_a_system_without_checksums_is_sent_none(stand: Stand) -> None:
    """Q19"""
    desk = stand(SlimsGateway)
    desk.every_act()
    assert all(b"AZ" not in raw for raw in desk.server.writes)


def test_numbers_go_round_from_nine_to_nought(stand: Stand) -> None:
    """Q21"""
    desk = stand(Strict)
    for _ in range(10):
        desk.library.item(FREE)
    numbers = [heard.sequence for _, heard in desk.server.heard]
    assert numbers == [*"1234567890", *"12"]


def test_an_answer_to_an_older_number_is_no_answer(stand: Stand) -> None:
    """Q21"""
    desk = stand(Strict, Plan(Accident.OLDER_ANSWER, "17", nth=2))
    desk.library.item(FREE)
    with pytest.raises(NothingSent, match="older question"):
        desk.library.item(FREE)


@dataclass
class Forgetful(Strict):
    """Damages every answer about items."""

    def framed(self, body: str, sequence: str | None) -> bytes:
        raw = super().framed(body, sequence)
        return raw.replace(b"|AJ", b"|AK") if body.startswith("18") else raw


def test_the_last_answer_is_asked_for_only_on_its_own_connection(stand: Stand) -> None:
    """Q22: on a new connection the last answer is somebody else's."""
    desk = stand(Forgetful)
    for _ in range(2):
        with pytest.raises(NothingSent):
            desk.library.item(FREE)
    sessions: dict[int, list[str]] = {}
    for session, heard in desk.server.heard:
        sessions.setdefault(session, []).append(heard.number)
    assert list(sessions.values()) == [["93", "99", "17", "97", "97"]] * 2


@pytest.mark.parametrize("accident", [Accident.OTHER_ITEM, Accident.OTHER_PATRON])
def test_an_answer_about_somebody_elses_loan_is_not_ours(stand: Stand, accident: Accident) -> None:
    """Q22"""
    desk = stand(Koha, Plan(accident, "11"))
    with pytest.raises(OutcomeUnknown, match="about another"):
        desk.lend()


def test_a_question_that_is_never_understood_is_asked_three_times(stand: Stand) -> None:
    """Q23"""
    desk = stand(Strict, Plan(Accident.NEVER_UNDERSTOOD, "17"))
    with pytest.raises(NothingSent, match="3 times"):
        desk.library.item(FREE)
    assert desk.numbers.count("17") == 3


def test_a_question_that_is_understood_at_the_second_time_is_answered(stand: Stand) -> None:
    """Q23: the same bytes again, on the same connection."""
    desk = stand(Strict, Plan(Accident.NOT_UNDERSTOOD, "17"))
    assert isinstance(desk.library.item(FREE), ItemRecord)
    assert desk.server.writes[-1] == desk.server.writes[-2]
    assert desk.server.connections == 1


def test_a_damaged_answer_is_an_end_where_none_can_be_sent_again(stand: Stand) -> None:
    """Q08, Q23"""
    understood = Strict.profile.understood - {"97"}
    desk = stand(Strict, Plan(Accident.DAMAGED, "17"), understood=understood)
    with pytest.raises(NothingSent, match="does not agree"):
        desk.library.item(FREE)
    assert "97" not in desk.numbers


def test_a_change_that_was_not_understood_is_not_repeated(stand: Stand) -> None:
    """Q23, Q42: perhaps it was."""
    desk = stand(Koha, Plan(Accident.NOT_UNDERSTOOD, "11"))
    with pytest.raises(OutcomeUnknown, match="not understood"):
        desk.lend()
    assert desk.numbers.count("11") == 1


def test_an_answer_sent_again_may_be_encoded_twice(stand: Stand) -> None:
    """Q24: with number 0 and another checksum, too (Q19)."""
    desk = stand(Koha, Plan(Accident.DAMAGED, "17"))
    record = desk.library.item(FREE)
    assert isinstance(record, ItemRecord)
    assert record.title == "Café di Ujung Jalan"
    assert desk.numbers.count("97") == 1


def test_a_damaged_yes_to_a_loan_is_asked_for_again_and_not_lent_again(stand: Stand) -> None:
    """Q22, Q42"""
    desk = stand(Koha, Plan(Accident.DAMAGED, "11"))
    desk.lend()
    assert (desk.numbers.count("11"), desk.numbers.count("97")) == (1, 1)
    assert desk.ledger.loans_of(SITI.reveal()) == [str(FREE)]
    again = desk.library.renew(BUDI, FREE)
    assert isinstance(again, Refused)
    assert again.reason is Reason.ON_LOAN_TO_OTHER
