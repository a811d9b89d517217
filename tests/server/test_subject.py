"""A person is told all that is held on them, or forgotten; and nobody learns who it was."""

import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from sqlalchemy import Engine, select, update

from broker.requests import AccountOf
from broker.sealing import OpeningKey
from broker.topics import Channel
from broker.vocabulary import ActId, PatronId, Secret
from server import catalogue, holds, pins
from server.circulation.holds import Hold
from server.circulation.pins import PinPolicy
from server.circulation.tasks import Choice, TaskKind
from server.desk.settling import settle
from server.desk.task import Verdict
from server.holds import Wish
from server.journal.database import transaction
from server.journal.tables import (
    audit,
    fact,
    grant,
    hold,
    loan,
    member,
    pin,
    pin_guess,
    quarantine,
)
from server.projection import dump, rebuild
from server.subject import (
    ErasureRefused,
    NoteNamesSomebody,
    Request,
    SubjectUnknown,
    erase_subject,
    export_subject,
)
from tests.keys import OPENING
from tests.server.stories import (
    BOOK,
    BUDI,
    MEDAN,
    NOON,
    OTHER_BOOK,
    SITI,
    STRANGER,
    abandoned,
    asked,
    entry,
    heard,
    intake,
    lend,
    lent,
    returned,
    stock,
)
from tests.server.test_intake import on

CARD = "0411223344AA80"


def wish(number: str, note: str = "surat 12/2026", by: str = "rina") -> Request:
    return Request(number, by, note, NOON + 3600)


@pytest.fixture
def library(engine: Engine) -> Engine:
    """A library in which Siti came twice, once by card, Budi once, and one message was spoilt."""
    spoilt = heard(entry(9, lent(SITI))).payload.replace(b"2026-12-01", b"2026-02-30")
    story = [
        replace(entry(1, lent(SITI)), act=ActId("a1")),
        entry(2, returned()),
        entry(3, abandoned(PatronId(CARD.lower()), OTHER_BOOK)),
        entry(4, lent(BUDI, OTHER_BOOK)),
    ]
    with transaction(engine) as connection:
        stock(connection)
        intake().digest(connection, [asked(lend("a1"))], NOON)
        intake().digest(connection, [*map(heard, story), on(Channel.FACT, spoilt)], NOON + 300)
    return engine


def export(engine: Engine, request: Request, key: OpeningKey = OPENING) -> dict[str, Any]:
    with transaction(engine) as connection:
        told = export_subject(connection, request, key)
    found: dict[str, Any] = json.loads(msgspec.json.encode(told))
    return found


def erase(engine: Engine, request: Request) -> dict[str, int]:
    with transaction(engine) as connection:
        return erase_subject(connection, request, OPENING)


def audited(engine: Engine) -> list[tuple[str, str, str]]:
    with engine.connect() as connection:
        rows = connection.execute(select(audit).order_by(audit.c.id)).all()
    return [(row.action, row.by, row.note) for row in rows]


@pytest.mark.parametrize("number", ["KTA-1", "kta-1", CARD, CARD.lower()])
def test_a_person_is_told_all_that_is_held_by_number_or_card(library: Engine, number: str) -> None:
    told = export(library, wish(number))
    assert [row["name"] for row in told["member"]] == ["Siti"]
    assert [(row["item"], row["title"]) for row in told["loans"]] == [("B00001", "Laskar Pelangi")]
    assert told["loans"][0]["lent_at"] == "2026-11-24T06:01:00+00:00"
    assert told["loans"][0]["due"] == "2026-12-01"
    assert [row["standing"] for row in told["grants"]] == ["closed"]
    assert sorted(row["kind"] for row in told["facts"]) == ["item-lent", "loan-abandoned"]
    assert [row["device"] for row in told["messages"]] == ["kios-01"]


def test_what_was_lent_by_a_card_they_had_before_is_theirs(library: Engine) -> None:
    with transaction(library) as connection:
        intake().digest(connection, [heard(entry(5, lent(PatronId(CARD))))], NOON + 600)
        intake().digest(connection, [heard(entry(6, returned()))], NOON + 700)
        connection.execute(update(member).where(member.c.card == CARD).values(card="04FF"))
    assert len(export(library, wish("KTA-1"))["loans"]) == 2
    erase(library, wish("KTA-1"))
    with library.connect() as connection:
        named = connection.scalars(select(loan.c.patron).order_by(loan.c.lent_at)).all()
    assert named == [None, "KTA-2", None]


def test_nobody_is_told_of_anybody_else(library: Engine) -> None:
    told = json.dumps(export(library, wish("KTA-1")))
    assert "Budi" not in told
    assert "KTA-2" not in told


def test_tasks_about_a_persons_loans_are_told(library: Engine) -> None:
    tell_again = entry(5, lent(SITI, OTHER_BOOK))
    with transaction(library) as connection:
        intake().digest(connection, [heard(tell_again)], NOON + 600)
    assert [row["kind"] for row in export(library, wish("KTA-1"))["tasks"]] == [
        "lent-while-on-loan"
    ]


def test_whoever_is_no_member_is_told_what_their_card_left(library: Engine) -> None:
    with transaction(library) as connection:
        intake().digest(connection, [heard(entry(5, abandoned(STRANGER)))], NOON + 600)
    told = export(library, wish(STRANGER.reveal()))
    assert (told["member"], len(told["facts"])) == ([], 1)


@pytest.mark.parametrize("number", ["KTA-9", "not a number", ""])
def test_a_number_nobody_has_is_said_to_be_unknown(library: Engine, number: str) -> None:
    for carry_out in (export, erase):
        with pytest.raises(SubjectUnknown) as refused:
            carry_out(library, wish(number))
        assert number not in str(refused.value) or not number
    assert audited(library) == []


def test_who_asks_to_be_forgotten_is(library: Engine) -> None:
    assert erase(library, wish(CARD)) == {"member": 1, "links": 2, "messages": 1}
    with library.connect() as connection:
        assert connection.scalars(select(member.c.number).order_by(member.c.number)).all() == [
            "KTA-2",
            "KTA-3",
            "KTA-4",
        ]
        for table in (fact, grant, loan):
            assert set(connection.scalars(select(table.c.patron))) <= {None, "KTA-2"}
        assert connection.scalars(select(quarantine.c.payload)).all() == [b""]
        before = dump(connection)
    with transaction(library) as connection:
        rebuild(connection)
        assert dump(connection) == before
    with pytest.raises(SubjectUnknown):
        export(library, wish("KTA-1"))


def test_who_has_a_book_is_not_forgotten(library: Engine) -> None:
    with library.connect() as connection:
        before = dump(connection)
    with pytest.raises(ErasureRefused, match="B00002: on loan") as refused:
        erase(library, wish("KTA-2"))
    assert "KTA-2" not in str(refused.value)
    with library.connect() as connection:
        assert dump(connection) == before
    assert audited(library) == []


def test_who_was_promised_a_book_is_not_forgotten(library: Engine) -> None:
    with transaction(library) as connection:
        intake().digest(connection, [asked(lend("a2"))], NOON + 600)
    with pytest.raises(ErasureRefused, match="B00001: on loan, or granted"):
        erase(library, wish("KTA-1"))


def test_whom_staff_still_look_for_is_not_forgotten(library: Engine) -> None:
    first, second = entry(5, lent(SITI)), entry(6, lent(BUDI))
    with transaction(library) as connection:
        intake().digest(
            connection, [heard(first), heard(second), heard(entry(7, returned()))], NOON + 600
        )
    with pytest.raises(ErasureRefused, match="B00001: an open task of staff needs it"):
        erase(library, wish("KTA-1"))
    with transaction(library) as connection:
        key = f"{TaskKind.LENT_WHILE_ON_LOAN.value}/{second.act}"
        settle(connection, intake(), key, Verdict(Choice.NEWEST_STANDS, "rina", "diperiksa"), NOON)
    assert erase(library, wish("KTA-1"))["links"] == 3


def test_both_leave_a_line_that_names_nobody(library: Engine) -> None:
    export(library, wish("KTA-1"))
    erase(library, wish("KTA-1"))
    assert audited(library) == [
        ("exported", "rina", "surat 12/2026"),
        ("erased", "rina", "surat 12/2026"),
    ]
    with library.connect() as connection:
        lines = str(connection.execute(select(audit)).all())
    assert not any(word in lines for word in ("KTA-1", CARD, "Siti"))


@pytest.mark.parametrize("note", ["permintaan KTA-1", "kta-1", f"kartu {CARD}, surat 12"])
def test_a_note_that_names_the_person_is_refused(library: Engine, note: str) -> None:
    for carry_out in (export, erase):
        with pytest.raises(NoteNamesSomebody, match="the letter's number"):
            carry_out(library, wish("KTA-1", note))


def test_that_a_person_has_a_pin_is_told_and_forgotten_with_them(library: Engine) -> None:
    with transaction(library) as connection:
        pins.set_pin(connection, "KTA-1", Secret("271828"), NOON)
        guess = AccountOf(SITI, Secret("314159"))
        assert pins.objection(connection, guess, PinPolicy(), NOON) is not None
    told = export(library, wish("KTA-1"))
    assert told["pin"] == [{"set_at": "2026-11-24T06:00:00+00:00"}]
    assert "scrypt" not in json.dumps(told)
    erase(library, wish("KTA-1"))
    with library.connect() as connection:
        assert [connection.scalars(select(one)).all() for one in (pin, pin_guess)] == [[], []]


def test_a_message_sealed_to_a_lost_key_is_nobodys(library: Engine) -> None:
    assert export(library, wish("KTA-1"), OpeningKey.new())["messages"] == []


def test_what_a_person_waits_for_is_told_and_forgotten_with_them(library: Engine) -> None:
    with transaction(library) as connection:
        rulebook = catalogue.rulebook(connection, MEDAN)
        waits = Wish(ActId("h1"), BOOK, NOON)
        assert isinstance(holds.place(connection, SITI, waits, rulebook), Hold)
    told = export(library, wish("KTA-1"))["holds"]
    assert [(row["title"], row["state"]) for row in told] == [("Laskar Pelangi", "ready")]
    erase(library, wish("KTA-1"))
    with transaction(library) as connection:
        assert connection.execute(select(hold)).all() == []


def test_an_address_for_mail_is_told_and_erased_with_the_person(library: Engine) -> None:
    address = "siti.aminah@binjai.example"
    with transaction(library) as connection:
        siti = member.c.number == SITI.reveal()
        connection.execute(update(member).where(siti).values(mail=address))
    (told,) = export(library, wish("KTA-1"))["member"]
    assert told["mail"] == address
    with transaction(library) as connection:
        outcome = erase_subject(connection, wish("KTA-1"), OPENING)
        assert outcome["member"] == 1
        assert address not in list(connection.scalars(select(member.c.mail)))
        assert address not in str(connection.execute(select(audit)).all())
