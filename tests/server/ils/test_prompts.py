"""A loan that nothing stands in the way of is sent as soon as it is kept, and once."""

from threading import Barrier, Thread

import pytest
from sqlalchemy import Connection, Engine, select

from broker.requests import Answer, Ask, Grant
from broker.vocabulary import ItemId
from server.circulation.errands import Change, Stage
from server.ils.asks import Prompt
from server.ils.clerk import Clerk
from server.ils.library import SystemLibrary
from server.journal import errands
from server.journal.database import transaction
from server.journal.tables import errand
from tests.ils.cases import BUDI, FREE, SITI
from tests.ils.wild import Koha
from tests.server.ils.house import house, lending
from tests.server.stories import KIOSK, MEDAN, NOON, SITE

UNTIL = NOON + 3.0
ASK = Ask("c1", UNTIL, lending("a", SITI, FREE))
OTHER = ItemId("ID000004")


class PowerCut(Exception):
    """The transaction is rolled back."""


@pytest.fixture
def library() -> SystemLibrary:
    return SystemLibrary(MEDAN, SITE, 7)


def ask(library: SystemLibrary, engine: Engine, *, fails: bool = False) -> None:
    with transaction(engine) as connection:
        assert library.reply(connection, ASK, KIOSK, NOON) is None
        if fails:
            raise PowerCut


def prompts(library: SystemLibrary) -> list[Prompt]:
    library.asks.stir()
    return list(iter(library.asks.next_prompt, None))


def stages(connection: Connection) -> list[str]:
    return list(connection.scalars(select(errand.c.stage).order_by(errand.c.act)))


def test_it_is_stored_as_being_sent_and_nothing_is_sent_before_the_commit(
    library: SystemLibrary, engine: Engine
) -> None:
    with transaction(engine) as connection:
        library.reply(connection, ASK, KIOSK, NOON)
        assert library.asks.next_prompt() is None
        assert stages(connection) == [Stage.SENDING.value]
    assert len(prompts(library)) == 1


def test_a_batch_that_failed_and_is_taken_in_again_sends_once(
    library: SystemLibrary, engine: Engine
) -> None:
    with pytest.raises(PowerCut):
        ask(library, engine, fails=True)
    ask(library, engine)
    assert len(prompts(library)) == 1


def test_a_commit_that_only_seemed_to_fail_sends_once(
    library: SystemLibrary, engine: Engine
) -> None:
    ask(library, engine)
    ask(library, engine)
    assert len(prompts(library)) == 1


def test_an_item_that_was_taken_in_hand_meanwhile_has_to_wait(
    library: SystemLibrary, engine: Engine
) -> None:
    with pytest.raises(PowerCut):
        ask(library, engine, fails=True)
    with transaction(engine) as connection:
        errands.owe(connection, (lending("b", BUDI, FREE).act, Change.TAKE_BACK), FREE, NOON)
    ask(library, engine)
    assert prompts(library) == []


def test_what_is_put_back_is_looked_at_like_anything_else(
    library: SystemLibrary, engine: Engine
) -> None:
    ask(library, engine)
    (one,) = prompts(library)
    with transaction(engine) as connection:
        assert Clerk().take(connection, NOON, ()) is None
        Clerk().put_back(connection, one.job, NOON)
        taken = Clerk().take(connection, NOON, ())
    assert taken is not None
    assert (taken.item, taken.patrons) == (one.job.item, one.job.patrons)


def test_two_loans_of_one_patron_at_once_are_both_made(engine: Engine) -> None:
    answers: list[Answer | None] = []
    ready = Barrier(2)
    with house(engine, Koha) as one:

        def station(act: str, item: ItemId) -> None:
            ready.wait()
            answers.append(one.ask(lending(act, SITI, item), within=8.0))

        stations = [Thread(target=station, args=each) for each in (("a", FREE), ("b", OTHER))]
        for each in stations:
            each.start()
        for each in stations:
            each.join()
    assert all(isinstance(answer, Grant) for answer in answers)
    assert one.effects() == ["lent", "lent"]
