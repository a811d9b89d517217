"""Many ledgers' marks move together as each would alone."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, delete, insert

from broker.vocabulary import DeviceId
from server.journal.database import transaction
from server.journal.high_water import LedgerName, Mark, advance
from server.journal.journal import record
from server.journal.many_ledgers import advance_all
from server.journal.tables import fact, high_water, lost, retold
from tests.server.stories import NOON, entry, received, returned

LEDGERS = tuple(
    LedgerName(DeviceId(device), install)
    for device in ("kios-01", "kios-02")
    for install in ("one", "two")
)
NUMBERS = st.sets(st.integers(1, 9) | st.integers(505, 520), max_size=9)


def told(connection: Connection, ledger: LedgerName, taken: set[int]) -> None:
    """Takes these places of the ledger, each in one of three ways."""
    place = {"device": str(ledger.device), "install": ledger.install}
    for seq in taken:
        if seq % 3 == 0:
            connection.execute(insert(lost), {**place, "seq": seq})
        elif seq % 3 == 1:
            connection.execute(insert(retold), {**place, "seq": seq, "act": f"a-{seq}"})
        else:
            one = entry(seq, returned(), ledger.device, ledger.install)
            record(connection, [received(one)], NOON)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=4, max_size=4))
def test_many_marks_move_as_each_would_alone(
    engine: Engine, story: list[tuple[set[int], set[int]]]
) -> None:
    with transaction(engine) as connection:
        for table in (fact, lost, retold, high_water):
            connection.execute(delete(table))
        found: list[dict[LedgerName, tuple[Mark, Mark]]] = []
        for moment in (0, 1):
            for ledger, taken in zip(LEDGERS, story, strict=True):
                told(connection, ledger, taken[0] if moment == 0 else taken[1] - taken[0])
            with connection.begin_nested() as trial:
                alone = {one: advance(connection, one, NOON + moment) for one in LEDGERS}
                trial.rollback()
            together = advance_all(connection, LEDGERS, NOON + moment)
            assert together == alone
            found.append(together)
        assert [mark for _, mark in found[0].values()] == [mark for mark, _ in found[1].values()]
