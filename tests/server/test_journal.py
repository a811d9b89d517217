"""Every fact is kept once, and the station is told how far."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection, Engine, delete, select

from broker.facts import Entry
from broker.vocabulary import ActId
from server.journal.database import transaction
from server.journal.high_water import LedgerName, advance
from server.journal.journal import (
    CONFLICT_REASON,
    Misfit,
    Recorded,
    record,
    set_aside,
)
from server.journal.tables import fact, quarantine
from tests.keys import sealed
from tests.server.stories import (
    DROP_BOX,
    INSTALL,
    KIOSK,
    NOON,
    entry,
    heard,
    lent,
    received,
    returned,
)


def keep(connection: Connection, *entries: Entry) -> Recorded:
    return record(connection, [received(one) for one in entries], NOON)


def through(connection: Connection, install: str = INSTALL) -> int:
    return advance(connection, LedgerName(KIOSK, install), NOON)[1].through


def test_a_fact_is_kept_as_received(engine: Engine) -> None:
    one = entry(1, lent())
    with transaction(engine) as connection:
        assert keep(connection, one) == Recorded((one,), (), ())
        row = connection.execute(select(fact)).one()
    assert (row.payload, row.patron) == (heard(one).payload, "KTA-1")
    assert (row.act, row.item, row.seq, row.kind) == (str(one.act), "B00001", 1, "item-lent")


def test_a_patron_that_is_still_sealed_is_not_kept(engine: Engine) -> None:
    with transaction(engine) as connection, pytest.raises(ValueError, match="open it first"):
        keep(connection, sealed(entry(1, lent())))


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
    assert (row.reason, row.payload) == (CONFLICT_REASON, heard(forged).payload)


def test_another_fact_with_the_same_seq_never_overwrites(engine: Engine) -> None:
    first = entry(1, lent())
    second = replace(entry(1, returned()), act=entry(9, returned()).act)
    with transaction(engine) as connection:
        assert keep(connection, first) == Recorded((first,), (), ())
        assert keep(connection, second) == Recorded((), (), (second,))
        assert connection.scalars(select(fact.c.act)).all() == [str(first.act)]


def test_a_fact_under_the_number_of_a_later_install_is_known_again(engine: Engine) -> None:
    """As a station sends it that began anew because its disk was put back."""
    first, second = entry(1, lent()), entry(2, returned())
    moved = replace(first, install="install-2", seq=1)
    fresh = replace(entry(3, lent()), install="install-2", seq=2)
    with transaction(engine) as connection:
        keep(connection, first, second)
        assert keep(connection, moved, fresh) == Recorded((fresh,), (moved,), ())
        assert keep(connection, moved, fresh) == Recorded((), (moved, fresh), ())
        assert through(connection, "install-2") == 2
        assert connection.scalars(select(quarantine.c.id)).all() == []


def test_a_number_that_is_taken_keeps_a_fact_out_of_no_later_install(engine: Engine) -> None:
    """Both come together when the server was away while the station began anew."""
    first = entry(1, lent())
    other = replace(entry(1, returned()), act=ActId("of-later"))
    moved = replace(other, install="install-2")
    with transaction(engine) as connection:
        keep(connection, first)
        assert keep(connection, other, moved, moved) == Recorded((moved,), (moved,), (other,))
        assert through(connection, "install-2") == 1


def test_another_station_cannot_tell_the_fact_again(engine: Engine) -> None:
    first = entry(1, lent())
    stolen = replace(first, device=DROP_BOX)
    with transaction(engine) as connection:
        keep(connection, first)
        assert keep(connection, stolen).conflicts == (stolen,)


def test_a_place_that_is_taken_is_not_given_to_a_fact_told_again(engine: Engine) -> None:
    first, second = entry(1, lent()), entry(2, returned())
    misplaced = replace(first, seq=2)
    with transaction(engine) as connection:
        keep(connection, first, second)
        assert keep(connection, misplaced).conflicts == (misplaced,)


def test_the_mark_is_never_lowered_though_every_row_is_gone(engine: Engine) -> None:
    with transaction(engine) as connection:
        keep(connection, *(entry(seq, returned()) for seq in range(1, 4)))
        assert through(connection) == 3
        connection.execute(delete(fact))
        assert through(connection) == 3


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
