"""What every library system owes Sirkula, whatever it speaks.

A new kind of system adds one entry to SYSTEMS: it stands up, and gives the port's implementation
and the ledger of what it really holds. A test that a system cannot pass says which ability or fault
excuses it.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Protocol

import pytest

from broker.vocabulary import ActId, ItemId, MailAddress, PatronId, Reason, Secret
from server.ils.port import (
    Ability,
    Fault,
    ItemRecord,
    ItemState,
    Lent,
    LibrarySystem,
    NothingSent,
    PatronRecord,
    PaymentNoted,
    Refused,
    Renewed,
    Returned,
)
from server.ils.sip2.profiles import STRICT
from server.journal.database import open_engine
from tests.ils import builtin
from tests.ils.cases import ACT, BUDI, DUE, FREE, NOW, PAYMENT, PIN, SITI, TAKEN, opened
from tests.ils.independent import listening
from tests.ils.inlislite_library import inlislite
from tests.ils.journalled import journalled
from tests.ils.koha_library import koha
from tests.ils.ledger import (
    LOAN_DAYS,
    SITIS_MAIL,
    TODAY,
    Book,
    Effect,
    Loan,
    small_library,
)
from tests.ils.personality import Strict
from tests.ils.server import IlsServer
from tests.ils.shelf import Shelf
from tests.ils.slims_library import slims
from tests.ils.wild import PERSONALITIES

NOBODY, NOTHING = PatronId("P09090"), ItemId("ID090909")


class Truth(Protocol):
    """What the system really holds, and what has been done to it."""

    @property
    def loans(self) -> Mapping[str, Loan]: ...

    @property
    def effects(self) -> Sequence[Effect]: ...

    def loans_of(self, patron: str) -> list[str]: ...

    def block(self, patron: str) -> None: ...

    def use_up_renewals(self, item: str) -> None: ...

    def shelve(self, book: Book) -> None: ...

    def owed(self, patron: str) -> Decimal: ...


Standing = tuple[LibrarySystem, Truth]


@contextmanager
def simulated(personality: type[Strict], _: pytest.FixtureRequest) -> Iterator[Standing]:
    ledger = small_library()
    server = IlsServer(personality(ledger))
    library = opened(server.port, personality.profile)
    yield library, ledger
    library.close()
    server.close()


@contextmanager
def independent(_: pytest.FixtureRequest) -> Iterator[Standing]:
    ledger = small_library()
    with listening(ledger) as port:
        library = opened(port, STRICT)
        yield library, ledger
        library.close()


@contextmanager
def shelf(_: pytest.FixtureRequest) -> Iterator[Standing]:
    ledger = small_library()
    library = Shelf(ledger)
    yield library, ledger
    library.closed = True


@contextmanager
def slims_on(
    request: pytest.FixtureRequest, *, engine: str = "MyISAM", triggers: bool = False
) -> Iterator[Standing]:
    with slims(request.getfixturevalue("mariadb"), engine=engine, triggers=triggers) as standing:
        yield standing


@contextmanager
def inlislite_on(request: pytest.FixtureRequest) -> Iterator[Standing]:
    with inlislite(request.getfixturevalue("mariadb")) as standing:
        yield standing


@contextmanager
def koha_rest(_: pytest.FixtureRequest) -> Iterator[Standing]:
    with koha() as (library, ledger, _server):
        yield library, ledger


@contextmanager
def built_in(kind: str, request: pytest.FixtureRequest) -> Iterator[Standing]:
    with builtin.standing(kind, small_library(), request) as standing:
        yield standing


@contextmanager
def behind_the_saga(request: pytest.FixtureRequest) -> Iterator[Standing]:
    file = request.getfixturevalue("tmp_path") / "records.sqlite"
    shutil.copyfile(request.getfixturevalue("migrated_file"), file)
    engine = open_engine(f"sqlite:///{file}")
    request.addfinalizer(engine.dispose)
    with journalled(engine, patience=2.0) as house:
        yield house.machine, house.shelf.ledger


SYSTEMS: dict[str, Callable[[pytest.FixtureRequest], AbstractContextManager[Standing]]] = {
    "built-in, sqlite": partial(built_in, "sqlite"),
    "built-in, postgresql": partial(built_in, "postgresql"),
    "journalled": behind_the_saga,
    "ledger": shelf,
    "pysip2": independent,
    "inlislite": inlislite_on,
    "koha-rest": koha_rest,
    "slims": slims_on,
    "slims-on-innodb-with-triggers": partial(slims_on, engine="InnoDB", triggers=True),
    **{f"sip2-{name}": partial(simulated, kind) for name, kind in PERSONALITIES.items()},
}


# An independent codec without the field, and a gateway that never sends it.
TELL_NO_ADDRESS = {"pysip2", "sip2-slims-gateway"}


@dataclass
class Desk:
    """One system, and what it really holds."""

    library: LibrarySystem
    ledger: Truth
    standing: ExitStack

    def need(self, ability: Ability) -> None:
        if ability not in self.library.capabilities().able:
            pytest.skip(f"this system cannot {ability.value}")

    def without(self, fault: Fault) -> None:
        if fault in self.library.capabilities().faults:
            pytest.skip(f"this system has {fault.value}")


@pytest.fixture(params=SYSTEMS)
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    with ExitStack() as standing:
        library, ledger = standing.enter_context(SYSTEMS[request.param](request))
        yield Desk(library, ledger, standing)


def test_a_patron_is_told_with_the_number_of_their_loans(desk: Desk) -> None:
    siti, budi = desk.library.patron(SITI), desk.library.patron(BUDI)
    assert isinstance(siti, PatronRecord)
    assert isinstance(budi, PatronRecord)
    assert (siti.on_loan, budi.on_loan) == (0, 1)
    assert siti.bar is None


def test_a_patrons_loans_are_listed(desk: Desk) -> None:
    desk.need(Ability.LIST_LOANS)
    budi = desk.library.patron(BUDI)
    assert isinstance(budi, PatronRecord)
    assert budi.loans == (str(TAKEN),)


def test_a_patrons_address_is_told_and_what_is_none_is_not(
    desk: Desk, request: pytest.FixtureRequest
) -> None:
    if request.node.callspec.params["desk"] in TELL_NO_ADDRESS:
        pytest.skip("this system tells no address")
    siti, budi = desk.library.patron(SITI), desk.library.patron(BUDI)
    assert isinstance(siti, PatronRecord)
    assert isinstance(budi, PatronRecord)
    assert (siti.mail, budi.mail) == (MailAddress(SITIS_MAIL), None)
    assert SITIS_MAIL not in repr(siti)


def test_an_unknown_patron_is_refused(desk: Desk) -> None:
    refused = desk.library.patron(NOBODY)
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.UNKNOWN_CARD


def test_a_pin_is_right_or_wrong(desk: Desk) -> None:
    desk.need(Ability.CHECK_PIN)
    record = desk.library.patron(SITI, PIN)
    assert isinstance(record, PatronRecord)
    assert record.pin_checked
    refused = desk.library.patron(SITI, Secret("9999"))
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.WRONG_PIN


def test_a_pin_that_was_not_given_was_not_checked(desk: Desk) -> None:
    record = desk.library.patron(SITI)
    assert isinstance(record, PatronRecord)
    assert not record.pin_checked


def test_an_item_is_here_or_on_loan_until_a_day(desk: Desk) -> None:
    free, taken = desk.library.item(FREE), desk.library.item(TAKEN)
    assert isinstance(free, ItemRecord)
    assert isinstance(taken, ItemRecord)
    assert (free.state, free.title, free.due) == (
        ItemState.AVAILABLE,
        "Café di Ujung Jalan",
        None,
    )
    assert (taken.state, taken.due) == (ItemState.ON_LOAN, TODAY + timedelta(days=LOAN_DAYS))


def test_an_unknown_item_is_refused(desk: Desk) -> None:
    refused = desk.library.item(NOTHING)
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.UNKNOWN_ITEM


def test_a_loan_is_in_the_ledger_with_its_due_date(desk: Desk) -> None:
    lent = desk.library.lend(SITI, FREE, ACT, NOW, DUE)
    assert isinstance(lent, Lent)
    assert lent.due == desk.ledger.loans[str(FREE)].due
    assert desk.ledger.loans_of(SITI.reveal()) == [str(FREE)]


def test_an_item_that_somebody_has_is_not_lent(desk: Desk) -> None:
    refused = desk.library.lend(SITI, TAKEN, ACT, NOW, DUE)
    assert isinstance(refused, Refused)
    assert desk.ledger.loans_of(BUDI.reveal()) == [str(TAKEN)]
    assert desk.ledger.effects == []


def test_lending_again_is_refused_and_does_not_renew(desk: Desk) -> None:
    refused = desk.library.lend(BUDI, TAKEN, ACT, NOW, DUE)
    assert isinstance(refused, Refused)
    assert desk.ledger.effects == []


@pytest.mark.parametrize(("patron", "item"), [(NOBODY, FREE), (SITI, NOTHING)])
def test_nothing_unknown_is_lent(desk: Desk, patron: PatronId, item: ItemId) -> None:
    refused = desk.library.lend(patron, item, ACT, NOW, DUE)
    assert isinstance(refused, Refused)
    assert refused.reason in (Reason.UNKNOWN_CARD, Reason.UNKNOWN_ITEM)
    assert desk.ledger.effects == []


def test_a_blocked_patron_borrows_nothing(desk: Desk) -> None:
    desk.without(Fault.RULES_IGNORED)
    desk.ledger.block(SITI.reveal())
    refused = desk.library.lend(SITI, FREE, ACT, NOW, DUE)
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.PATRON_BLOCKED
    assert desk.ledger.effects == []


def test_a_return_ends_the_loan(desk: Desk) -> None:
    assert isinstance(desk.library.take_back(TAKEN, NOW), Returned)
    assert desk.ledger.loans == {}


def test_a_return_of_what_was_not_lent_is_said_so(desk: Desk) -> None:
    refused = desk.library.take_back(FREE, NOW)
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.NOT_ON_LOAN


def test_an_unknown_item_is_not_taken_back(desk: Desk) -> None:
    refused = desk.library.take_back(NOTHING, NOW)
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.UNKNOWN_ITEM


def test_a_renewal_moves_the_due_date(desk: Desk) -> None:
    desk.need(Ability.RENEW)
    renewed = desk.library.renew(BUDI, TAKEN)
    assert isinstance(renewed, Renewed)
    assert renewed.due == TODAY + timedelta(days=2 * LOAN_DAYS)
    assert desk.ledger.loans[str(TAKEN)].due == renewed.due


def test_a_renewal_too_many_is_refused(desk: Desk) -> None:
    desk.need(Ability.RENEW)
    desk.ledger.use_up_renewals(str(TAKEN))
    refused = desk.library.renew(BUDI, TAKEN)
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.NOT_RENEWABLE


@pytest.mark.parametrize(("patron", "item"), [(SITI, TAKEN), (BUDI, FREE)])
def test_what_the_patron_has_not_is_not_renewed(desk: Desk, patron: PatronId, item: ItemId) -> None:
    desk.need(Ability.RENEW)
    assert isinstance(desk.library.renew(patron, item), Refused)
    assert desk.ledger.effects == []


def test_a_payment_is_taken_off_what_is_owed(desk: Desk) -> None:
    desk.need(Ability.NOTE_PAYMENT)
    assert isinstance(desk.library.note_payment(SITI, PAYMENT), PaymentNoted)
    assert desk.ledger.owed(SITI.reveal()) == 0


def test_a_payment_of_nothing_owed_is_not_noted(desk: Desk) -> None:
    assert isinstance(desk.library.note_payment(BUDI, PAYMENT), Refused)
    assert desk.ledger.effects == []


def test_a_whole_loan_and_return_can_be_done_again_and_again(desk: Desk) -> None:
    for number in range(3):
        act = ActId(f"act-{number}")
        assert isinstance(desk.library.lend(SITI, FREE, act, NOW, DUE), Lent)
        assert isinstance(desk.library.take_back(FREE, NOW), Returned)
    assert [effect.kind for effect in desk.ledger.effects] == ["lent", "returned"] * 3


def test_a_system_that_is_gone_was_sent_nothing(desk: Desk) -> None:
    assert isinstance(desk.library.item(FREE), ItemRecord)
    desk.standing.close()
    for _ in range(2):
        with pytest.raises(NothingSent):
            desk.library.lend(SITI, FREE, ACT, NOW, DUE)
    assert desk.ledger.effects == []
