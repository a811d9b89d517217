"""On the day it is due nobody can tell any more who had what: not from rows, files or a rebuild."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, Table, func, insert, select, text

from broker.facts import Entry
from broker.sealing import NotOpened, sealed_in
from broker.topics import Channel
from broker.vocabulary import ActId, ClockState, ItemId, Moment, PatronId
from broker.wire import decode_entry
from server.circulation.retention import DAY
from server.circulation.tasks import CHOICES, TaskKind
from server.desk.settling import settle as settle_task
from server.desk.task import Verdict
from server.heard import Heard
from server.journal.database import DatabaseFailed, open_engine, reader, transaction
from server.journal.tables import audit, fact, grant, loan, marker, member, quarantine, task
from server.links import erase, links_of
from server.projection import dump, rebuild
from server.retention import (
    HOUR,
    Outcome,
    Retention,
    erase_what_is_over,
    overwrite_freed,
    total,
)
from tests.keys import OPENING
from tests.server.stories import (
    BUDI,
    DROP_BOX,
    DUE,
    MEDAN,
    NOON,
    OTHER_BOOK,
    SITI,
    STRANGER,
    abandoned,
    asked,
    at,
    entry,
    heard,
    intake,
    lend,
    lent,
    returned,
    stock,
    unconfirmed,
)
from tests.server.test_intake import deliveries, on

KEPT = 7


@pytest.fixture
def library(engine: Engine) -> Engine:
    """A database of a library with a few books and members."""
    with transaction(engine) as connection:
        stock(connection)
    return engine


def hear(engine: Engine, *messages: Heard, now: float = NOON) -> None:
    with transaction(engine) as connection:
        intake().digest(connection, messages, now)


def tell(engine: Engine, *entries: Entry, now: float = NOON) -> None:
    hear(engine, *map(heard, entries), now=now)


def expire(engine: Engine, days: float) -> Outcome:
    """A run so many days after noon."""
    return total(erase_what_is_over(engine, NOON + days * DAY, KEPT, MEDAN))


def told(engine: Engine) -> dict[str, list[str | None]]:
    """Who is named where, by act."""
    with engine.connect() as connection:
        return {
            table.name: list(connection.scalars(select(table.c.patron).order_by(table.c.act)))
            for table in (fact, grant, loan)
        }


def patrons_in_payloads(engine: Engine) -> list[PatronId]:
    """Whom the journal's own bytes name, for whoever has the key."""
    with engine.connect() as connection:
        payloads = connection.scalars(select(fact.c.payload)).all()
    return [OPENING.open(patron) for payload in payloads for patron in sealed_in(payload)]


def settle(engine: Engine, kind: TaskKind, act: ActId) -> None:
    with transaction(engine) as connection:
        verdict = Verdict(CHOICES[kind][0], "rina", "diperiksa")
        settle_task(connection, intake(), f"{kind.value}/{act}", verdict, NOON)


def is_true_to_the_journal(engine: Engine) -> bool:
    """Whether a rebuild comes out as what is there."""
    with engine.connect() as connection, connection.begin() as trial:
        before = dump(connection)
        rebuild(connection)
        after = dump(connection)
        trial.rollback()
    return before == after


# When ---------------------------------------------------------------------------------------------


def test_who_had_a_book_is_forgotten_seven_days_after_its_return(library: Engine) -> None:
    tell(library, entry(1, lent()), now=NOON)
    tell(library, entry(2, returned()), now=NOON + 120)
    assert expire(library, 6.9) == Outcome(0, 0, 0)
    assert told(library)["loan"] == ["KTA-1"]
    assert expire(library, 7.1) == Outcome(1, 0, 0)
    assert told(library) == {"fact": [None, None], "grant": [], "loan": [None]}
    assert patrons_in_payloads(library) == []
    assert is_true_to_the_journal(library)
    assert expire(library, 400) == Outcome(0, 0, 0)


def test_what_was_lent_and_when_stays_for_the_books_own_history(library: Engine) -> None:
    tell(library, entry(1, lent()), entry(2, returned()))
    columns = (loan.c.act, loan.c.item, loan.c.lent_at, loan.c.due, loan.c.returned_at)
    with library.connect() as connection:
        before = connection.execute(select(*columns)).all()
    expire(library, 8)
    with library.connect() as connection:
        assert connection.execute(select(*columns)).all() == before
        assert connection.scalar(select(loan.c.member)) is None
        (payload, *_) = connection.scalars(select(fact.c.payload).order_by(fact.c.seq)).all()
    assert str(getattr(decode_entry(payload).fact, "patron")) == "erased:"  # noqa: B009


def test_who_has_a_book_stays_known_however_long(library: Engine) -> None:
    tell(library, entry(1, lent()), entry(2, unconfirmed(BUDI, OTHER_BOOK)))
    assert expire(library, 700) == Outcome(0, 0, 0)
    assert told(library)["loan"] == ["KTA-1", "KTA-2"]


def test_a_return_that_is_known_late_counts_from_when_it_was_known(library: Engine) -> None:
    """A box may be off line for days: staff and patron have the whole week all the same."""
    tell(library, entry(1, lent()))
    tell(library, entry(1, returned(), DROP_BOX), now=NOON + 13 * DAY)
    assert expire(library, 19.9).links_erased == 0
    assert expire(library, 20).links_erased == 1


def test_a_loan_that_came_to_nothing_is_forgotten_after_as_long(library: Engine) -> None:
    tell(library, entry(1, abandoned()))
    assert expire(library, 6.9).links_erased == 0
    assert expire(library, 7).links_erased == 1
    assert told(library)["fact"] == [None]
    assert patrons_in_payloads(library) == []


def test_a_library_may_keep_it_shorter(library: Engine) -> None:
    tell(library, entry(1, lent()), entry(2, returned()), now=NOON + 120)
    assert total(erase_what_is_over(library, NOON + 121, 0, MEDAN)).links_erased == 1


def test_a_grant_is_forgotten_with_the_loan_it_became(library: Engine) -> None:
    hear(library, asked(lend("a1")))
    tell(library, replace(entry(1, lent()), act=ActId("a1")))
    expire(library, 30)
    assert told(library)["grant"] == ["KTA-1"]
    tell(library, entry(2, returned()), now=NOON + 30 * DAY)
    assert expire(library, 37).links_erased == 1
    assert told(library)["grant"] == [None]
    with library.connect() as connection:
        assert connection.scalars(select(grant.c.member)).all() == [None]
    assert is_true_to_the_journal(library)


def test_a_grant_nobody_answered_for_stays_while_it_holds_the_item(library: Engine) -> None:
    hear(library, asked(lend("a1")))
    assert expire(library, 400) == Outcome(0, 0, 0)
    assert told(library)["grant"] == ["KTA-1"]


# What staff still need ----------------------------------------------------------------------------


def test_an_open_task_keeps_the_link_until_staff_have_seen_to_it(library: Engine) -> None:
    hear(library, asked(lend("a1")))
    tell(library, entry(1, lent(BUDI)), entry(2, returned()), now=NOON + 120)
    assert expire(library, 8) == Outcome(0, 2, 0)
    assert told(library)["grant"] == ["KTA-1"]
    settle(library, TaskKind.GRANT_WITHOUT_CLOSING_FACT, ActId("a1"))
    assert expire(library, 8) == Outcome(2, 0, 0)
    assert told(library)["grant"] == [None]
    assert is_true_to_the_journal(library)


def test_a_book_lent_twice_keeps_both_readers_until_that_is_settled(library: Engine) -> None:
    first, second = entry(1, lent(SITI)), entry(2, lent(BUDI))
    tell(library, first, second, entry(3, returned()))
    assert expire(library, 8) == Outcome(0, 2, 0)
    assert is_true_to_the_journal(library)
    settle(library, TaskKind.LENT_WHILE_ON_LOAN, second.act)
    assert expire(library, 8) == Outcome(2, 0, 0)
    assert told(library)["loan"] == [None, None]
    assert is_true_to_the_journal(library)


def test_a_book_the_catalogue_does_not_know_keeps_nobody(library: Engine) -> None:
    unknown = ItemId("X-1")
    tell(library, entry(1, lent(SITI, unknown)), entry(2, returned(unknown)))
    assert expire(library, 8) == Outcome(1, 0, 0)
    with library.connect() as connection:
        assert connection.scalars(select(task.c.kind)).all() == ["unknown-item"]
    assert is_true_to_the_journal(library)


def test_the_same_reader_again_makes_no_task_once_the_first_loan_is_forgotten(
    library: Engine,
) -> None:
    tell(library, entry(1, lent(SITI)), entry(2, lent(SITI)))
    assert expire(library, 8) == Outcome(1, 0, 0)
    with library.connect() as connection:
        assert connection.scalars(select(task.c.kind)).all() == []
    assert told(library)["loan"] == [None, "KTA-1"]
    assert is_true_to_the_journal(library)


def test_a_loan_that_a_late_word_opens_again_is_nobodys_and_a_task(library: Engine) -> None:
    """The box's clock was wrong: the return was before the loan. What is erased is not guessed."""
    wrong = Moment("b", 100.0, NOON + 120, ClockState.COASTING)
    right = Moment("b", 400.0, NOON - 600, ClockState.SYNCHRONISED)
    box = at(entry(1, returned(), DROP_BOX), wrong)
    tell(library, entry(1, lent()), box, now=NOON + 180)
    assert expire(library, 8).links_erased == 1
    tell(library, at(entry(2, returned(OTHER_BOOK), DROP_BOX), right), now=NOON + 8 * DAY)
    hear(library, asked(lend("a2", BUDI)))
    with library.connect() as connection:
        rows = connection.execute(select(loan.c.patron, loan.c.member, loan.c.returned_at)).all()
        assert rows == [(None, None, None)]
        assert connection.scalars(select(task.c.kind)).all() == ["unknown-card"]
    assert told(library)["grant"] == []
    assert is_true_to_the_journal(library)


# What stays true ----------------------------------------------------------------------------------


def test_what_a_station_sends_again_is_still_known_and_brings_nobody_back(library: Engine) -> None:
    story = (entry(1, lent()), entry(2, returned()))
    tell(library, *story)
    expire(library, 8)
    tell(library, *story, now=NOON + 9 * DAY)
    with library.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(fact)) == 2
        assert connection.scalars(select(quarantine.c.reason)).all() == []
    assert told(library)["fact"] == [None, None]


def test_an_act_that_is_over_cannot_be_asked_for_by_whoever_it_was(library: Engine) -> None:
    hear(library, asked(lend("a1")))
    tell(library, entry(1, lent(BUDI)), entry(2, returned()), now=NOON + 120)
    settle(library, TaskKind.GRANT_WITHOUT_CLOSING_FACT, ActId("a1"))
    expire(library, 8)
    hear(library, asked(lend("a1", BUDI)), asked(lend("a1", SITI)), now=NOON + 60)
    assert told(library)["grant"] == [None]


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(delivery=deliveries(), late=deliveries(), chosen=st.data())
def test_whatever_is_erased_when_a_rebuild_comes_out_the_same(
    engine: Engine,
    delivery: tuple[list[Heard], list[list[Heard]]],
    late: tuple[list[Heard], list[list[Heard]]],
    chosen: st.DataObject,
) -> None:
    with engine.connect() as connection, connection.begin() as trial:
        stock(connection)
        for batch in delivery[1]:
            intake().digest(connection, batch, NOON)
        acts = connection.scalars(select(fact.c.act).order_by(fact.c.act)).all()
        over = chosen.draw(st.lists(st.sampled_from(acts), unique=True)) if acts else []
        links = links_of(connection, [ActId(act) for act in over])
        erase(connection, [link.act for link in links if link.ended_at is not None])
        for batch in late[1]:
            intake().digest(connection, batch, NOON + DAY)
        before = dump(connection)
        rebuild(connection)
        assert dump(connection) == before
        trial.rollback()


# Messages and notes -------------------------------------------------------------------------------


def test_a_message_that_was_set_aside_names_nobody_after_thirty_days(library: Engine) -> None:
    spoilt = heard(entry(1, lent())).payload.replace(b"2026-12-01", b"2026-02-30")
    named = heard(entry(2, lent())).payload.replace(b"item-lent", b"KTA-1")
    hear(library, on(Channel.FACT, spoilt), on(Channel.FACT, named))
    assert expire(library, 29.9).messages_erased == 0
    assert expire(library, 30).messages_erased == 2
    assert expire(library, 31).messages_erased == 0
    with library.connect() as connection:
        rows = connection.execute(select(quarantine)).all()
    assert [row.payload for row in rows] == [b"", b""]
    assert all("KTA-1" not in row.reason for row in rows)
    assert rows[1].reason.startswith("unknown kind '…'")
    assert [row.seq for row in rows] == [1, 2]


def test_a_message_that_comes_again_after_that_is_not_kept_again(library: Engine) -> None:
    spoilt = on(Channel.FACT, b"{")
    hear(library, spoilt)
    expire(library, 31)
    hear(library, spoilt, now=NOON + 32 * DAY)
    with library.connect() as connection:
        assert connection.scalars(select(quarantine.c.payload)).all() == [b""]


def test_the_audit_is_kept_for_two_years(library: Engine) -> None:
    line = {"at": NOON, "action": "erased", "by": "siti", "note": "", "outcome": {}}
    with transaction(library) as connection:
        connection.execute(insert(audit), line)
    expire(library, 729)
    assert count(library, audit) == 1
    expire(library, 731)
    assert count(library, audit) == 0


def count(engine: Engine, table: Table) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


# The files ----------------------------------------------------------------------------------------


def files_of(engine: Engine, request: pytest.FixtureRequest) -> bytes:
    """Every byte the database keeps its tables in; PostgreSQL's log apart."""
    if engine.dialect.name == "sqlite":
        path = Path(str(engine.url.database))
        parts = [path.with_name(path.name + end) for end in ("", "-wal", "-shm", "-journal")]
    else:
        with engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(text("CHECKPOINT"))
            number = connection.scalar(
                text("SELECT oid FROM pg_database WHERE datname = current_database()")
            )
        folder = request.getfixturevalue("cluster").home / "records" / "base" / str(number)
        parts = sorted(folder.iterdir())
    return b"".join(part.read_bytes() for part in parts if part.exists())


def opens_to(content: bytes) -> set[str]:
    """Every number that whoever has the server's key can read among these bytes."""
    found = set()
    for patron in sealed_in(content):
        try:
            found.add(OPENING.open(patron).reveal())
        except NotOpened:
            continue
    return found


def many_visits(engine: Engine, readers: int) -> list[PatronId]:
    """So many readers, each with a loan, a grant, an attempt and a message set aside."""
    numbers = [PatronId(f"RAHASIA{number:05}") for number in range(readers)]
    spoilt = b'"due":"2026-02-30"'
    for number, patron in enumerate(numbers):
        act = ActId(f"g{number}")
        hear(engine, asked(lend(str(act), patron)))
        first = 4 * number
        story = [
            replace(entry(first + 1, lent(patron)), act=act),
            entry(first + 2, returned()),
            entry(first + 3, abandoned(patron)),
        ]
        bad = heard(entry(first + 4, lent(patron))).payload
        bad = bad.replace(b'"due":"2026-12-01"', spoilt)
        hear(engine, *map(heard, story), on(Channel.FACT, bad))
    return numbers


def test_no_byte_of_the_database_tells_who_had_what(
    library: Engine, request: pytest.FixtureRequest
) -> None:
    with transaction(library) as connection:
        rows = [
            {
                "number": f"RAHASIA{number:05}",
                "name": "",
                "kind": "umum",
                "expires": DUE,
                "mail": f"RAHASIA{number:05}@binjai.example",
            }
            for number in range(150)
        ]
        connection.execute(insert(member), rows)
    numbers = {patron.reveal() for patron in many_visits(library, 150)}
    if library.dialect.name == "postgresql":
        with library.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(text("ANALYZE"))
    with transaction(library) as connection:
        connection.execute(member.delete().where(member.c.number.in_(numbers)))
    before = files_of(library, request)
    assert opens_to(before) == numbers
    assert all(number.encode() in before for number in numbers)

    assert expire(library, 31) == Outcome(300, 0, 150)
    overwrite_freed(library)

    after = files_of(library, request)
    assert b"RAHASIA" not in after
    assert opens_to(after) == set()
    assert b"B00001" in after
    assert is_true_to_the_journal(library)


def test_who_still_has_a_book_is_still_in_the_files(
    library: Engine, request: pytest.FixtureRequest
) -> None:
    tell(library, entry(1, lent(SITI)), entry(2, lent(STRANGER, OTHER_BOOK)))
    tell(library, entry(3, returned(OTHER_BOOK)))
    expire(library, 8)
    overwrite_freed(library)
    assert opens_to(files_of(library, request)) == {"KTA-1"}
    assert STRANGER.reveal().encode() not in files_of(library, request)


# The clock ----------------------------------------------------------------------------------------


def work(retention: Retention, now: float) -> None:
    """All the short steps there are to take now."""
    while retention.tick(now):
        pass


def test_erasing_much_lets_stations_be_heard_in_between(library: Engine) -> None:
    for number in range(150):
        tell(library, entry(2 * number + 1, lent()), entry(2 * number + 2, returned()))
    retention = Retention(library, KEPT, MEDAN)
    left = [told(library)["fact"].count("KTA-1")]
    while retention.tick(NOON + 400 * DAY):
        left.append(told(library)["fact"].count("KTA-1"))
    assert left == [150, 150, 50, 0]


def freed(engine: Engine) -> bool:
    """Whether the files may still tell what the tables do not."""
    with engine.connect() as connection:
        return connection.scalar(select(marker.c.name).where(marker.c.name == "freed")) is not None


def test_the_server_erases_every_hour_and_overwrites_the_next_day(
    library: Engine, request: pytest.FixtureRequest
) -> None:
    retention = Retention(library, KEPT, MEDAN)
    tell(library, entry(1, lent()), entry(2, returned()))
    due = NOON + 120 + 7 * DAY
    work(retention, due - HOUR + 1)
    work(retention, due)
    assert told(library)["loan"] == ["KTA-1"]
    work(retention, due + 1)
    assert told(library)["loan"] == [None]
    work(retention, due + 10 * HOUR)
    assert freed(library)
    work(retention, due + 12 * HOUR)
    assert not freed(library)
    assert opens_to(files_of(library, request)) == set()


def test_a_clock_that_was_set_back_stops_no_erasing(library: Engine) -> None:
    retention = Retention(library, KEPT, MEDAN)
    work(retention, NOON + 400 * DAY)
    tell(library, entry(1, lent()), entry(2, returned()))
    work(retention, NOON + 8 * DAY)
    assert told(library)["loan"] == [None]


def test_a_database_that_cannot_be_overwritten_is_asked_again_in_an_hour(
    tmp_path: Path, migrated_file: Path
) -> None:
    """Somebody reads for longer than a writer waits: what is due is erased all the same."""
    path = tmp_path / "records.sqlite"
    path.write_bytes(migrated_file.read_bytes())
    engine = open_engine(f"sqlite:///{path}")
    with transaction(engine) as connection:
        stock(connection)
    retention = Retention(engine, KEPT, MEDAN)
    tell(engine, entry(1, lent()), entry(2, returned()))
    work(retention, NOON + 8 * DAY)
    with reader(engine).connect() as reading:
        assert reading.scalars(select(fact.c.patron)).all() == [None, None]
        with pytest.raises(DatabaseFailed, match="erased, but not overwritten yet"):
            overwrite_freed(engine)
        tell(engine, entry(3, lent()), entry(4, returned()))
        work(retention, NOON + 9 * DAY)
        assert told(engine)["loan"] == [None, None]
    assert freed(engine)
    work(retention, NOON + 9 * DAY + HOUR)
    assert not freed(engine)
    engine.dispose()
