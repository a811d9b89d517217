"""What systems say and do not do, or do and do not say (quirks Q40 to Q55)."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from broker.vocabulary import ItemId, PatronId, Reason
from server.ils.port import (
    Ability,
    Alert,
    Fault,
    ItemRecord,
    ItemState,
    Lent,
    OutcomeUnknown,
    PatronRecord,
    Refused,
    Renewed,
    Returned,
)
from server.ils.sip2.meaning import returned
from server.ils.sip2.profiles import reason_of
from server.ils.sip2.protocol import parse
from server.ils.sip2.writing import Coding
from tests.ils.accidents import Accident, Plan
from tests.ils.cases import ACT, BUDI, DUE, FREE, NOW, PAYMENT, PIN, SITI, TAKEN
from tests.ils.ledger import TODAY, Ledger, Member
from tests.ils.personality import AT, Heard, Strict
from tests.ils.wild import PERSONALITIES, Koha, SipServer, SlimsGateway
from tests.server.ils.conftest import Stand

ALL = PERSONALITIES.values()
UTF_8 = Coding(("utf-8",))


@pytest.mark.parametrize("kind", ALL)
def test_a_yes_that_was_not_kept_is_a_no(stand: Stand, kind: type[Strict]) -> None:
    """Q40"""
    lending = stand(kind, Plan(Accident.YES_WITHOUT_EFFECT, "11"))
    returning = stand(kind, Plan(Accident.YES_WITHOUT_EFFECT, "09"))
    for ended in (lending.lend(), returning.library.take_back(TAKEN, NOW)):
        assert isinstance(ended, Refused)
        assert (ended.reason, ended.fault) == (Reason.ASK_STAFF, Fault.YES_WITHOUT_EFFECT)


@pytest.mark.parametrize("kind", ALL)
def test_a_no_that_was_done_all_the_same_is_a_yes(stand: Stand, kind: type[Strict]) -> None:
    """Q41"""
    lending = stand(kind, Plan(Accident.NO_WITH_EFFECT, "11"))
    assert isinstance(lending.lend(), Lent)
    returning = stand(kind, Plan(Accident.NO_WITH_EFFECT, "09"))
    assert isinstance(returning.library.take_back(TAKEN, NOW), Returned)


def test_records_that_cannot_be_read_back_leave_the_outcome_unknown(stand: Stand) -> None:
    """Q40, Q41"""
    desk = stand(Strict, Plan(Accident.SILENT_BEFORE, "17", nth=2), answer_within=1.0)
    with pytest.raises(OutcomeUnknown, match="not read back"):
        desk.lend()


def test_an_item_that_is_unknown_after_its_loan_leaves_the_outcome_unknown(stand: Stand) -> None:
    """Q41, Q45"""
    with pytest.raises(OutcomeUnknown, match="then unknown-item"):
        stand(Strict, Plan(Accident.REFUSED, "17", nth=2)).lend()


@dataclass
class Mumbling(Strict):
    """Says neither yes nor no."""

    def lent(self, heard: Heard, number: str = "121") -> str:
        return super().lent(heard, f"{number[:2]}?")


def test_neither_yes_nor_no_leaves_the_outcome_unknown(stand: Stand) -> None:
    """Q41"""
    with pytest.raises(OutcomeUnknown, match="neither yes nor no"):
        stand(Mumbling).lend()


def test_what_a_system_does_not_do_is_not_asked_of_it(stand: Stand) -> None:
    """Q08"""
    desk = stand(Strict, understood=frozenset(("93", "99", "63", "17", "11", "09")))
    for refused in (desk.library.renew(BUDI, TAKEN), desk.library.note_payment(SITI, PAYMENT)):
        assert isinstance(refused, Refused)
        assert refused.reason is Reason.ASK_STAFF
    assert desk.numbers == []


@pytest.mark.parametrize("kind", ALL)
def test_what_the_patron_has_is_not_lent_again(stand: Stand, kind: type[Strict]) -> None:
    """Q42: it would be a renewal."""
    desk = stand(kind)
    assert isinstance(desk.lend(), Lent)
    due = desk.ledger.loans[str(FREE)].due
    assert isinstance(desk.lend(), Refused)
    assert desk.numbers.count("11") == 1
    assert desk.ledger.loans[str(FREE)].due == due


@pytest.mark.parametrize("kind", ALL)
def test_a_loan_that_was_not_answered_is_not_asked_again(stand: Stand, kind: type[Strict]) -> None:
    """Q42"""
    desk = stand(kind, Plan(Accident.SILENT_AFTER, "11"), answer_within=1.0)
    with pytest.raises(OutcomeUnknown):
        desk.lend()
    assert desk.numbers.count("11") == 1


@pytest.mark.parametrize("kind", ALL)
def test_nothing_is_ever_cancelled_or_forced(stand: Stand, kind: type[Strict]) -> None:
    """Q43, Q47: cancel lends, and off-line loans crash a server."""
    desk = stand(kind)
    desk.every_act()
    for _, heard in desk.server.heard:
        assert heard.fields.get("BI", "N") == "N"
        if heard.number in ("09", "11", "29"):
            assert "Y" not in heard.fixed


@dataclass
class Hasty(Koha):
    """Says yes to both of two stations, and keeps the loan of the other."""

    def checkout(self, heard: Heard) -> str:
        self.ledger.lend(heard.item, BUDI.reveal())
        return self.lent(heard)


def test_a_loan_that_went_to_another_is_not_ours(stand: Stand) -> None:
    """Q44: the lock is the caller's, for it knows all stations; here the records are read."""
    ended = stand(Hasty).lend()
    assert ended == Refused(Reason.ASK_STAFF, ended.said, Fault.YES_WITHOUT_EFFECT)


@pytest.mark.parametrize(("number", "kept"), [("17", ItemRecord), ("63", PatronRecord)])
def test_a_known_number_may_be_denied_once(stand: Stand, number: str, kept: type) -> None:
    """Q45"""
    desk = stand(Koha, Plan(Accident.REFUSED, number))
    found = desk.library.item(FREE) if number == "17" else desk.library.patron(SITI)
    assert isinstance(found, kept)


def test_a_pin_is_checked_by_itself_and_never_with_a_loan(stand: Stand) -> None:
    """Q46: with a loan a wrong one is accepted."""
    desk = stand(Koha)
    record = desk.library.patron(SITI, PIN)
    assert isinstance(record, PatronRecord)
    assert record.pin_checked
    desk.lend()
    pins = [(heard.number, heard.fields.get("AD", "")) for _, heard in desk.server.heard]
    assert [number for number, pin in pins if pin] == ["63"]


def test_a_late_return_that_is_refused_goes_to_staff_with_its_words(stand: Stand) -> None:
    """Q48"""
    desk = stand(SlimsGateway)
    desk.ledger.loans[str(TAKEN)].due = TODAY - timedelta(days=1)
    refused = desk.library.take_back(TAKEN, NOW)
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.ASK_STAFF
    assert refused.said == ("ANDA MENDAPAT DENDA, SILAHKAN KE SIRKULASI",)


def test_a_system_that_ignores_its_own_rules_is_known_for_it(stand: Stand) -> None:
    """Q49, and Q10, Q40, Q42, Q44: what is not to be believed is said."""
    slims = stand(SlimsGateway).library.capabilities()
    assert {Fault.RULES_IGNORED, Fault.YES_WITHOUT_EFFECT} <= slims.faults
    assert Ability.NOTE_PAYMENT not in slims.able
    koha = stand(Koha).library.capabilities()
    assert {Fault.REPEATED_LOAN_RENEWS, Fault.SAME_ITEM_TWICE_AT_ONCE} <= koha.faults
    assert Ability.NOTE_PAYMENT in koha.able


@pytest.mark.parametrize("kind", ALL)
def test_a_second_return_says_that_nothing_was_lent(stand: Stand, kind: type[Strict]) -> None:
    """Q50"""
    desk = stand(kind)
    assert isinstance(desk.library.take_back(TAKEN, NOW), Returned)
    refused = desk.library.take_back(TAKEN, NOW)
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.NOT_ON_LOAN


def test_an_alert_says_where_the_item_goes() -> None:
    """Q50, Q53: by its kind, or by the flag alone."""
    head = "20261123    225405AOMPL|ABX|AQMPL|"
    for flags, more, alert in (
        ("101YNN", "", None),
        ("101YNN", "CV00|", None),
        ("101YNY", "", Alert.OTHER),
        ("101YNY", "CV01|CTPUSAT|CL3|", Alert.HOLD_HERE),
        ("101YNN", "CV04|CTPUSAT|CL3|", Alert.TRANSFER),
        ("101YNY", "CV99|", Alert.OTHER),
    ):
        back = returned(ItemId("X"), parse(f"{flags}{head}{more}".encode(), UTF_8))
        assert back.alert is alert
        assert back.destination == ("PUSAT" if "CT" in more else "")


def test_a_return_names_the_branch_and_the_time_of_the_drop_twice(stand: Stand) -> None:
    """Q51"""
    desk = stand(Koha)
    desk.library.take_back(TAKEN, NOW - 3600)
    asked = desk.server.heard[-2][1]
    assert asked.fields["AP"] == "MPL"
    assert asked.fixed == "N" + "20261123    215405" * 2


def test_a_payment_of_what_is_not_owed_is_not_sent(stand: Stand) -> None:
    """Q52: Koha would say yes."""
    desk = stand(Koha)
    assert isinstance(desk.library.note_payment(BUDI, PAYMENT), Refused)
    assert isinstance(desk.library.note_payment(PatronId("P09090"), PAYMENT), Refused)
    assert "37" not in desk.numbers


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("Patron Blocked", Reason.PATRON_BLOCKED),
        ("Loan Limit Reached!", Reason.LOAN_LIMIT),
        ("Invalid Item", Reason.UNKNOWN_ITEM),
        ("UNKNOWN_BARCODE", Reason.UNKNOWN_ITEM),
        ("Item not checked out", Reason.NOT_ON_LOAN),
        ("RENEWAL LIMIT", Reason.NOT_RENEWABLE),
        ("ANDA MENDAPAT DENDA, SILAHKAN KE SIRKULASI", Reason.ASK_STAFF),
        ("Greetings from Koha. ", Reason.ASK_STAFF),
        ("", Reason.ASK_STAFF),
    ],
)
def test_a_refusal_has_a_reason_of_ours(words: str, reason: Reason) -> None:
    """Q52, Q53: from the words that were seen; the rest goes to the desk."""
    assert reason_of((words,)) is reason


def test_titles_instead_of_numbers_are_no_list_of_loans(stand: Stand) -> None:
    """Q53"""
    desk = stand(SipServer)
    record = desk.library.patron(BUDI)
    assert isinstance(record, PatronRecord)
    assert (record.loans, record.on_loan) == (None, 1)
    assert isinstance(desk.lend(), Lent)


@dataclass
class Listless(Koha):
    """Counts what somebody has, and does not list it."""

    def patron(self, heard: Heard) -> str:
        told = super().patron(heard)
        return told[: told.find("AU")] + "|" if "AU" in told else told


def test_a_list_that_is_not_whole_is_not_believed(stand: Stand) -> None:
    """Q53"""
    desk = stand(Listless)
    record = desk.library.patron(BUDI)
    assert isinstance(record, PatronRecord)
    assert record.loans is None
    assert isinstance(desk.lend(), Lent)


@dataclass
class Backward(Koha):
    """Shows the due date that was, when it renews."""

    def lent(self, heard: Heard, number: str = "121") -> str:
        old = self.due(self.ledger.loans[heard.item].due - timedelta(days=14))
        return f"{number}NNY{AT}{self.about(heard)}AH{old}|"


def test_a_renewal_is_dated_by_the_records(stand: Stand) -> None:
    """Q53"""
    renewed = stand(Backward).library.renew(BUDI, TAKEN)
    assert isinstance(renewed, Renewed)
    assert renewed.due == TODAY + timedelta(days=28)


@pytest.mark.parametrize(
    ("flag", "bar"),
    [(0, Reason.PATRON_BLOCKED), (4, Reason.PATRON_BLOCKED), (5, Reason.LOAN_LIMIT)]
    + [(flag, None) for flag in (1, 2, 3, 6, 7, 8, 9, 10, 11, 12, 13)],
)
def test_not_every_flag_forbids_a_loan(stand: Stand, flag: int, bar: Reason | None) -> None:
    """Q54"""

    @dataclass
    class Flagging(Strict):
        def flags(self, patron: str) -> str:
            return ("Y" if patron else "").rjust(flag + 1).ljust(14)

    desk = stand(Flagging)
    record = desk.library.patron(SITI)
    assert isinstance(record, PatronRecord)
    assert record.bar is bar
    assert isinstance(desk.lend(), Lent if bar is None else Refused)
    lenient = stand(Flagging, bars={})
    assert isinstance(lenient.lend(), Lent)


def test_a_card_and_a_book_may_have_the_same_number(stand: Stand) -> None:
    """Q54"""
    desk = stand(Strict)
    ledger: Ledger = desk.ledger
    ledger.members["X0007"] = Member("Tuti", "1")
    ledger.titles["X0007"] = "Pulang"
    assert isinstance(desk.library.lend(PatronId("X0007"), ItemId("X0007"), ACT, NOW, DUE), Lent)


def test_a_membership_that_is_over_is_a_bar(stand: Stand) -> None:
    desk = stand(Koha)
    desk.ledger.members[SITI.reveal()].expires = TODAY - timedelta(days=1)
    refused = desk.lend()
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.MEMBERSHIP_EXPIRED
    desk.ledger.members[SITI.reveal()].expires = TODAY
    assert isinstance(desk.lend(), Lent)


@dataclass
class Indifferent(Strict):
    """In the same state, whatever happens to it."""

    state = "01"

    def item(self, heard: Heard) -> str:
        told = super().item(heard)
        return f"18{self.state}{told[4:]}" if heard.item in self.ledger.titles else told


@dataclass
class Shelved(Indifferent):
    state = "08"


@dataclass
class Ordered(Indifferent):
    state = "02"


def test_on_order_means_lent_at_the_gateway_alone(stand: Stand) -> None:
    """Q55"""
    for kind, state in ((SlimsGateway, ItemState.ON_LOAN), (Ordered, ItemState.OTHER)):
        record = stand(kind).library.item(TAKEN)
        assert isinstance(record, ItemRecord)
        assert record.state is state


@pytest.mark.parametrize("kind", [Indifferent, Shelved])
def test_a_system_that_tells_no_states_still_tells_who_has_what(
    stand: Stand, kind: type[Strict]
) -> None:
    """Q55: by the patron's list; what comes back has no patron, and needs trust."""
    desk = stand(kind, states={})
    record = desk.library.item(TAKEN)
    assert isinstance(record, ItemRecord)
    assert record.state is ItemState.NOT_TOLD
    assert isinstance(desk.lend(), Lent)
    with pytest.raises(OutcomeUnknown, match="not told"):
        desk.library.take_back(FREE, NOW)
    trusted = stand(kind, states={}, reads_back=False)
    assert isinstance(trusted.library.take_back(TAKEN, NOW), Returned)


def test_a_trusted_system_is_asked_once_less(stand: Stand) -> None:
    desk = stand(Strict, reads_back=False)
    assert isinstance(desk.lend(), Lent)
    assert desk.numbers == ["93", "99", "63", "17", "11"]
    assert isinstance(desk.library.renew(SITI, FREE), Renewed)
    assert isinstance(desk.library.take_back(FREE, NOW), Returned)
