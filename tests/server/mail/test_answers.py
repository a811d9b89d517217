"""What a station hears of mail: whether the patron has an address, never which, and what became."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Connection, Engine, update

from broker.receipts import ReceiptLine, SendReceipt, Transaction
from broker.requests import Account, AccountOf, Answer, Ask, Identify, Standing
from broker.vocabulary import ActId, ItemId, PatronId, Reason, Refusal
from broker.wire import decode_reply
from server.journal.database import transaction
from server.journal.tables import member
from server.library import Library
from server.mail.letterbox import Letterbox
from tests.ils.cases import BUDI as SYSTEMS_BUDI
from tests.ils.cases import FREE
from tests.ils.cases import SITI as SYSTEMS_SITI
from tests.ils.ledger import SITIS_MAIL
from tests.ils.wild import Koha
from tests.server.ils.house import house
from tests.server.stories import (
    BOOK,
    BUDI,
    DUE,
    KIOSK,
    MEDAN,
    NOON,
    SITE,
    SITI,
    asked,
    intake,
    stock,
)

ADDRESS = "siti.aminah@binjai.example"
LINES = (ReceiptLine(BOOK, Transaction.LENT, DUE), ReceiptLine(ItemId("X"), Transaction.LENT, DUE))
RECEIPT = SendReceipt(ActId("r"), SITI, "en", LINES)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A library whose member KTA-1 has an address; it has a card as well."""
    with transaction(engine) as opened:
        stock(opened)
        opened.execute(update(member).where(member.c.number == "KTA-1").values(mail=ADDRESS))
        yield opened
        opened.rollback()


def library(*, titles: bool = False) -> tuple[Library, Letterbox]:
    letterbox = Letterbox(titles=titles)
    return Library(MEDAN, SITE, letterbox=letterbox), letterbox


def mailable(connection: Connection, own: Library, patron: PatronId) -> list[bool]:
    answers = [
        own.answer(connection, question, KIOSK, NOON)
        for question in (Identify(patron), AccountOf(patron))
    ]
    return [one.mailable for one in answers if isinstance(one, Standing | Account)]


def reply(connection: Connection, own: Library, receipt: SendReceipt) -> Answer | None:
    return own.reply(connection, Ask("c1", NOON + 10, receipt), KIOSK, NOON)


def test_only_who_has_an_address_is_told_that_mail_is_possible(connection: Connection) -> None:
    own, _ = library()
    assert mailable(connection, own, SITI) == [True, True]
    assert mailable(connection, own, PatronId("0411223344aa80")) == [True, True]
    assert mailable(connection, own, BUDI) == [False, False]


def test_what_somebody_wrote_into_the_table_and_is_no_address_is_none(
    connection: Connection,
) -> None:
    connection.execute(update(member).values(mail="siti(at)binjai"))
    own, _ = library()
    assert mailable(connection, own, SITI) == [False, False]


def test_a_library_that_sends_no_mail_says_so(connection: Connection) -> None:
    own = Library(MEDAN, SITE)
    assert mailable(connection, own, SITI) == [False, False]
    assert reply(connection, own, RECEIPT) == Refusal(Reason.MAIL_FAILED)


def test_a_receipt_goes_into_the_letterbox_with_the_address_and_no_title(
    connection: Connection,
) -> None:
    own, letterbox = library()
    assert reply(connection, own, RECEIPT) is None
    posted = letterbox.take(0.0)
    assert posted is not None
    letter = posted.letter
    assert (letter.to.reveal(), letter.language, letter.lines) == (ADDRESS, "en", LINES)
    assert letter.titles == {}
    (asker,) = posted.askers
    assert (asker.device, asker.correlation, asker.until) == (KIOSK, "c1", NOON + 10)


def test_titles_go_along_where_the_librarys_rule_says_so(connection: Connection) -> None:
    own, letterbox = library(titles=True)
    reply(connection, own, RECEIPT)
    posted = letterbox.take(0.0)
    assert posted is not None
    assert posted.letter.titles == {BOOK: "Laskar Pelangi"}


@pytest.mark.parametrize("patron", [BUDI, PatronId("NOBODY")])
def test_without_an_address_the_answer_says_so(connection: Connection, patron: PatronId) -> None:
    own, letterbox = library()
    assert reply(connection, own, replace(RECEIPT, patron=patron)) == Refusal(Reason.NO_ADDRESS)
    assert letterbox.take(0.0) is None


def test_no_answer_to_a_station_holds_the_address(connection: Connection) -> None:
    own, _ = library()
    ear = replace(intake(), library=own)
    questions = (Identify(SITI), AccountOf(SITI), RECEIPT)
    batch = [asked(question) for question in questions]
    sent = ear.digest(connection, batch, NOON)
    answers = [decode_reply(one.payload).answer for one in sent]
    assert [type(one) for one in answers] == [Standing, Account]
    assert ADDRESS.encode() not in b"".join(one.payload for one in sent)


def test_a_system_of_the_librarys_own_is_asked_for_the_address(engine: Engine) -> None:
    letterbox = Letterbox(titles=True)
    lines = (ReceiptLine(FREE, Transaction.LENT, DUE),)
    with house(engine, Koha, letterbox=letterbox) as one:
        siti, budi = one.ask(Identify(SYSTEMS_SITI)), one.ask(Identify(SYSTEMS_BUDI))
        assert isinstance(siti, Standing)
        assert isinstance(budi, Standing)
        assert (siti.mailable, budi.mailable) == (True, False)
        asks = [SendReceipt(ActId("r"), who, "id", lines) for who in (SYSTEMS_SITI, SYSTEMS_BUDI)]
        assert one.ask(asks[0], within=1.0) is None
        assert one.ask(asks[1]) == Refusal(Reason.NO_ADDRESS)
    posted = letterbox.take(0.0)
    assert posted is not None
    assert posted.letter.to.reveal() == SITIS_MAIL
    assert posted.letter.titles == {FREE: "Café di Ujung Jalan"}
