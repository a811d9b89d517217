"""Characters, fixed parts, counts and dates (quirks Q25 to Q39)."""

import unicodedata
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar

import pysip2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.errors import BadSettings
from broker.vocabulary import ItemId, PatronId, Reason, Secret
from server.ils.port import ItemRecord, Lent, NothingSent, PatronRecord, Refused, Renewed
from server.ils.sip2.messages import LAYOUTS
from server.ils.sip2.profiles import SLIMS_GATEWAY
from server.ils.sip2.protocol import parse
from server.ils.sip2.questions import Account, Questions
from server.ils.sip2.writing import Coding, day_of
from tests.ils.cases import ACT, BUDI, DUE, FREE, JAKARTA, NOW, PIN, SITI, TAKEN
from tests.ils.personality import Heard, Strict
from tests.ils.wild import PERSONALITIES, Koha, Odd, SipServer, SlimsGateway
from tests.server.ils.conftest import Stand

UTF_8 = Coding(("utf-8",))
CAFE = "Café"


@pytest.mark.parametrize(
    ("coding", "raw"),
    [
        (Coding(("utf-8", "cp1252")), CAFE.encode()),
        (Coding(("utf-8", "cp1252")), CAFE.encode("cp1252")),
        (Coding(("cp850",)), CAFE.encode("cp850")),
        (Coding(("utf-8",)), CAFE.encode("latin-1")),
        (Coding(("utf-8",)), unicodedata.normalize("NFD", CAFE).encode()),
        (Coding(("utf-8",), twice=True), CAFE.encode().decode("latin-1").encode()),
        (Coding(("utf-8",), twice=True), CAFE.encode()),
    ],
)
def test_a_name_is_read_in_any_encoding_of_the_field(coding: Coding, raw: bytes) -> None:
    """Q24, Q25, Q26"""
    assert coding.read(raw) == CAFE


def test_letters_that_come_in_pieces_are_put_together(stand: Stand) -> None:
    """Q26"""
    record = stand(SipServer).library.item(FREE)
    assert isinstance(record, ItemRecord)
    assert record.title == "Café di Ujung Jalan"


def test_a_bar_in_a_value_is_shown_as_a_bar() -> None:
    """Q27: escaped, or as it is before anything that is no field's name."""
    for raw in (b"1803020120261123    225405ABX|AJSatu &#124; dua|AQMPL|",
                b"1803020120261123    225405ABX|AJSatu | dua|AQMPL|"):  # fmt: skip
        message = parse(raw, UTF_8)
        assert (message.first("AJ"), message.first("AQ")) == ("Satu | dua", "MPL")


@pytest.mark.parametrize("field", ["AB", "AH"])
def test_a_title_that_poses_as_another_field_makes_the_answer_garbled(
    stand: Stand, field: str
) -> None:
    """Q27: a bar that was not escaped, and behind it what looks like a field."""
    desk = stand(Strict)
    desk.ledger.titles[str(TAKEN)] = f"Satu|{field}20991231    235900"
    with pytest.raises(NothingSent, match=f"two things in {field}"):
        desk.library.item(TAKEN)


@given(
    st.from_regex(ItemId._form, fullmatch=True),
    st.from_regex(PatronId._form, fullmatch=True),
)
def test_no_number_of_a_tag_or_a_card_can_pose_as_a_field(item: str, patron: str) -> None:
    """Q27: whatever our words let through arrives at an independent implementation as it was."""
    questions = Questions(Account("MPL", JAKARTA), Koha.profile, lambda: NOW)
    asked = questions.loan(PatronId(patron), ItemId(item), NOW, DUE)
    heard = pysip2.decode_message(asked.message.encode(Koha.profile.coding, 1)).message
    assert isinstance(heard, pysip2.CheckoutRequest)
    assert (heard.item_identifier, heard.patron_identifier) == (item, patron)


def test_a_pin_with_a_bar_is_wrong_and_not_sent(stand: Stand) -> None:
    """Q27"""
    desk = stand(Koha)
    refused = desk.library.patron(SITI, Secret("12|AAP00002"))
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.WRONG_PIN
    assert desk.numbers == []


@pytest.mark.parametrize("size", [254, 255, 256, 20_000])
def test_a_value_may_be_of_any_length(size: int) -> None:
    """Q28"""
    message = parse(b"1803020120261123    225405ABX|AJ" + b"x" * size + b"|", UTF_8)
    assert len(message.first("AJ")) == size


@pytest.mark.parametrize("item", ["LAB00001", "SAAB-1"])
def test_a_number_that_the_gateway_would_misread_is_not_sent(stand: Stand, item: str) -> None:
    """Q29"""
    desk = stand(SlimsGateway)
    for refused in (
        desk.library.item(ItemId(item)),
        desk.library.take_back(ItemId(item), NOW),
        desk.library.lend(SITI, ItemId(item), ACT, NOW, DUE),
        desk.library.renew(BUDI, ItemId(item)),
        desk.library.patron(PatronId("NAAD01"), PIN),
    ):
        assert isinstance(refused, Refused)
        assert refused.reason is Reason.ASK_STAFF
    assert "AB" not in "".join(desk.numbers)
    assert not any(item.encode() in raw for raw in desk.server.writes)


@pytest.mark.parametrize("field", ["institution", "branch", "location"])
def test_a_library_that_the_gateway_would_misread_cannot_be_set_up(field: str) -> None:
    """Q29"""
    words: dict[str, Any] = {"institution": "MPL", field: "LAB SEKOLAH"}
    account = Account(zone=JAKARTA, **words)
    with pytest.raises(BadSettings, match=field):
        Questions(account, SLIMS_GATEWAY, lambda: NOW)


def test_a_library_with_a_bar_in_its_name_cannot_be_set_up() -> None:
    with pytest.raises(BadSettings, match="AO"):
        Questions(Account("M|PL", JAKARTA), Koha.profile, lambda: NOW)


@dataclass
class Padded(Strict):
    """Pads what it repeats."""

    def heard(self, raw: bytes) -> Heard:
        heard = super().heard(raw)
        return replace(heard, fields={**heard.fields, "XX": "y"})

    def about(self, heard: Heard) -> str:
        return super().about(heard).replace(heard.item, f"{heard.item}  ")


def test_blanks_around_a_number_are_nothing(stand: Stand) -> None:
    """Q30"""
    assert isinstance(stand(Padded).lend(), Lent)


@dataclass
class Lowering(Strict):
    """Says numbers in small letters, as it keeps them."""

    def framed(self, body: str, sequence: str | None) -> bytes:
        return super().framed(body.replace("ID0000", "id0000"), sequence)


def test_capitals_make_no_other_number(stand: Stand) -> None:
    """Q30"""
    desk = stand(Lowering)
    assert isinstance(desk.lend(), Lent)
    again = desk.lend()
    assert isinstance(again, Refused)
    assert again.reason is Reason.ALREADY_YOURS


def test_a_friendly_word_is_no_error(stand: Stand) -> None:
    """Q31"""
    lent = stand(Koha).lend()
    assert isinstance(lent, Lent)
    assert lent.said[0].startswith("Greetings")


def test_empty_words_are_not_said() -> None:
    """Q31: `AF|AG` without a last bar."""
    message = parse(b"98YYYYNN10000520261123    2326522.00AOx|BXY|AFsatu|AFdua|AF|AG", UTF_8)
    assert message.every("AF") == ("satu", "dua")
    assert message.every("AG") == ()


def test_a_field_that_nobody_knows_is_ignored() -> None:
    """Q32"""
    message = parse(b"1803020120261123    225405ABX|ZZfoo|U1bar|AJJudul|", UTF_8)
    assert (message.first("AB"), message.first("AJ")) == ("X", "Judul")


@pytest.mark.parametrize("kind", PERSONALITIES.values())
def test_only_the_standards_fields_are_sent(stand: Stand, kind: type[Strict]) -> None:
    """Q32: one gateway dies of an unknown one."""
    desk = stand(kind)
    desk.every_act()
    for raw in desk.server.writes:
        asked = parse(raw[:-1], UTF_8)
        layout = LAYOUTS[asked.number]
        sent = [name for name, _ in asked.fields]
        assert set(sent) <= {*layout.required, *layout.optional}
        assert set(layout.required) <= set(sent)
        assert len(sent) == len(set(sent))


@pytest.mark.parametrize(
    ("line", "timeout"),
    [
        ("98YYYNNN500   00320261123    2242592.00AOx|", "500"),
        ("98YYYYNN999999202611230000224259 2.00AOx|", "999"),
        ("98YYYYNN 10 0220261123    2242592.00AOx|", " 10"),
    ],
)
def test_a_status_of_the_wrong_length_still_has_its_flags(line: str, timeout: str) -> None:
    """Q33"""
    message = parse(line.encode(), UTF_8)
    assert message.part("online") == "Y"
    assert message.part("timeout") == timeout
    assert message.first("AO") == "x"


def test_what_the_status_denies_is_asked_all_the_same(stand: Stand) -> None:
    """Q34: it says that neither loan nor return is allowed, and does both."""
    assert isinstance(stand(Odd).lend(), Lent)


@pytest.mark.parametrize(("written", "count"), [("0001", 1), ("   1", 1), ("    ", None)])
def test_a_count_may_be_padded_with_blanks_or_missing(
    stand: Stand, written: str, count: int | None
) -> None:
    """Q35"""

    @dataclass
    class Counting(Strict):
        def patron(self, heard: Heard) -> str:
            told = super().patron(heard)
            return f"{told[:45]}{written}{told[49:]}"

    record = stand(Counting).library.patron(BUDI)
    assert isinstance(record, PatronRecord)
    assert record.on_loan == count


@pytest.mark.parametrize("line", ["36Y20261123    225405|AOx|AAy|", "36Y20261123    225405AOx|AAy"])
def test_a_bar_may_be_too_many_or_too_few(line: str) -> None:
    """Q35"""
    message = parse(line.encode(), UTF_8)
    assert (message.part("ended"), message.first("AO"), message.first("AA")) == ("Y", "x", "y")


def test_a_date_may_come_before_its_flag() -> None:
    """Q36"""
    assert parse(b"3820261123    225405YAOinv|AA1|", UTF_8).part("accepted") == "Y"


def test_a_pin_of_which_nothing_is_said_was_not_checked(stand: Stand) -> None:
    """Q36"""
    record = stand(SlimsGateway).library.patron(SITI, Secret("salah"))
    assert isinstance(record, PatronRecord)
    assert not record.pin_checked


@dataclass
class Nameless(SlimsGateway):
    """Does not say of which patron it speaks."""

    def them(self, heard: Heard) -> str:
        return super().them(heard).replace(f"AA{heard.patron}|", "")


def test_an_answer_may_lack_the_patron_only_where_it_is_known(stand: Stand) -> None:
    """Q36"""
    assert isinstance(stand(Nameless).library.patron(SITI), PatronRecord)
    with pytest.raises(NothingSent, match="about another AA"):
        stand(Nameless, may_lack=frozenset()).library.patron(SITI)


@pytest.mark.parametrize("kind", [SipServer, SlimsGateway])
def test_a_due_date_in_iso_8601_is_understood(stand: Stand, kind: type[Strict]) -> None:
    """Q37"""
    record = stand(kind).library.item(TAKEN)
    assert isinstance(record, ItemRecord)
    assert record.due == date(2026, 12, 7)


def test_a_renewal_that_tells_no_date_is_dated_by_the_records(stand: Stand) -> None:
    """Q37"""
    renewed = stand(SlimsGateway).library.renew(BUDI, TAKEN)
    assert isinstance(renewed, Renewed)
    assert renewed.due == date(2026, 12, 21)


def test_only_a_zone_that_is_named_moves_a_date() -> None:
    """Q38: the gateway writes its own day, whatever clock it has."""
    assert day_of("2026-11-23", JAKARTA) == date(2026, 11, 23)
    assert day_of("20261123    235900", JAKARTA) == date(2026, 11, 23)
    assert day_of("20261123   Z235900", JAKARTA) == date(2026, 11, 24)


def test_we_write_the_branchs_time(stand: Stand) -> None:
    """Q38"""
    desk = stand(Strict)
    desk.library.item(FREE)
    assert desk.server.heard[-1][1].fixed == "20261123    225405"


@dataclass
class Demanding(Strict):
    """Hangs up when a due date, or a password's field, is missing."""

    hangs_up_on: ClassVar[frozenset[str]] = frozenset()

    def obstacle(self, heard: Heard) -> str | None:
        whole = heard.fixed[20:].strip() and {"AC", "AD"} <= set(heard.fields)
        return super().obstacle(heard) if whole else "Incomplete"


def test_a_loan_has_a_due_date_and_both_passwords_though_empty(stand: Stand) -> None:
    """Q39, Q23"""
    desk = stand(Demanding)
    assert isinstance(desk.lend(), Lent)
    asked = next(heard for _, heard in desk.server.heard if heard.number == "11")
    assert asked.fixed[20:] == "20261207    235900"
    assert asked.fields["AD"] == ""
