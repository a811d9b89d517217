"""Every fact is kept once, and the station is told how far."""

from dataclasses import replace

from sqlalchemy import Connection, Engine, select

from broker import wire
from broker.facts import Entry
from server.journal.database import transaction
from server.journal.journal import (
    CONFLICT_REASON,
    Misfit,
    Received,
    Recorded,
    acknowledged_through,
    record,
    set_aside,
)
from server.journal.tables import fact, quarantine
from tests.server.stories import INSTALL, KIOSK, NOON, entry, lent, returned


def keep(connection: Connection, *entries: Entry) -> Recorded:
    received = [Received(one, "topic", wire.encode_entry(one)) for one in entries]
    return record(connection, received, NOON)


def through(connection: Connection, install: str = INSTALL) -> int:
    ledger = (KIOSK, install)
    return acknowledged_through(connection, {ledger: set()})[ledger]


def test_a_fact_is_kept_as_received(engine: Engine) -> None:
    one = entry(1, lent())
    with transaction(engine) as connection:
        assert keep(connection, one) == Recorded((one,), (), ())
        row = connection.execute(select(fact)).one()
    assert row.payload == wire.encode_entry(one)
    assert (row.act, row.item, row.seq, row.kind) == (str(one.act), "B00001", 1, "item-lent")


def test_a_fact_heard_again_is_a_duplicate(engine: Engine) -> None:
    one = entry(1, lent())
    with transaction(engine) as connection:
        assert keep(connection, one, one) == Recorded((one,), (one,), ())
    with transaction(engine) as connection:
        assert keep(connection, one) == Recorded((), (one,), ())
        assert through(connection) == 1


def test_another_fact_with_the_same_act_is_set_aside_and_holds_nothing_up(engine: Engine) -> None:
    first = entry(1, lent())
    forged = replace(entry(2, returned()), act=first.act)
    with transaction(engine) as connection:
        assert keep(connection, first, forged, entry(3, lent())).conflicts == (forged,)
        assert keep(connection, forged).conflicts == (forged,)
        assert through(connection) == 3
        row = connection.execute(select(quarantine)).one()
    assert (row.reason, row.payload) == (CONFLICT_REASON, wire.encode_entry(forged))


def test_another_fact_with_the_same_seq_never_overwrites(engine: Engine) -> None:
    first = entry(1, lent())
    second = replace(entry(1, returned()), act=entry(9, returned()).act)
    with transaction(engine) as connection:
        assert keep(connection, first) == Recorded((first,), (), ())
        assert keep(connection, second) == Recorded((), (), (second,))
        assert connection.scalars(select(fact.c.act)).all() == [str(first.act)]


def test_the_acknowledgement_waits_for_a_gap(engine: Engine) -> None:
    entries = [entry(seq, returned()) for seq in range(1, 8)]
    with transaction(engine) as connection:
        assert through(connection) == 0
        keep(connection, *entries[4:], *entries[:2])
        assert through(connection) == 2
        keep(connection, entries[2])
        assert through(connection) == 3
        keep(connection, entries[3])
        assert through(connection) == 7


def test_every_ledger_is_acknowledged_by_itself(engine: Engine) -> None:
    with transaction(engine) as connection:
        keep(connection, entry(1, returned()), entry(1, returned(), install="install-2"))
        keep(connection, entry(2, returned(), install="install-2"))
        assert (through(connection), through(connection, "install-2")) == (1, 2)


def test_many_ledgers_are_acknowledged_at_once(engine: Engine) -> None:
    installs = [f"install-{number}" for number in range(3)]
    with transaction(engine) as connection:
        for number, install in enumerate(installs):
            keep(connection, *(entry(seq + 1, lent(), install=install) for seq in range(number)))
        ledgers = {(KIOSK, install): set[int]() for install in installs}
        told = acknowledged_through(connection, ledgers)
    assert list(told.values()) == [0, 1, 2]


def test_what_was_just_kept_moves_the_mark_on_to_the_next_gap(engine: Engine) -> None:
    ledger = (KIOSK, INSTALL)
    with transaction(engine) as connection:
        keep(connection, entry(1, lent()))
        assert through(connection) == 1
        keep(connection, *(entry(seq, lent()) for seq in (3, 4, 7)))
        assert acknowledged_through(connection, {ledger: {3, 4, 7}}) == {ledger: 1}
        keep(connection, entry(2, lent()))
        assert acknowledged_through(connection, {ledger: {2}}) == {ledger: 4}
        assert through(connection) == 4


def test_a_long_absence_is_acknowledged_whole(engine: Engine) -> None:
    with transaction(engine) as connection:
        keep(connection, *(entry(seq, returned()) for seq in range(1, 1301)))
        assert through(connection) == 1300


def test_a_misfit_is_kept_once_whatever_its_topic(engine: Engine) -> None:
    odd = Misfit("x\0\ud800" * 400, b"\x00\xff", "no \0 reason", KIOSK, INSTALL, 1)
    with transaction(engine) as connection:
        set_aside(connection, odd, NOON)
        set_aside(connection, odd, NOON + 1)
        row = connection.execute(select(quarantine)).one()
        assert through(connection) == 1
    assert (row.payload, row.received_at) == (b"\x00\xff", NOON)
