"""The station's boots and what each knows of the true time, so that no power cut forgets it."""

from dataclasses import replace
from typing import Final

from sqlalchemy import Connection, Engine, delete, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from broker.vocabulary import Anchor, BootClock, Moment, TimeSource
from kiosk.ledger.disk import on_disk
from kiosk.ledger.tables import act, anchor, boot
from kiosk.timekeeping import heard, judged, seen

KEPT: Final = 50
EVERY_SECONDS: Final = 60.0


class Boots:
    """The latest boots of one ledger, the present one last once it was seen."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        with on_disk(), engine.begin() as connection:
            self.known = _read(connection)
        self._tried = -EVERY_SECONDS

    def told(self, at: Moment, server_time: float) -> None:
        """The server's word came in at `at`."""
        self._keep(heard(self._present(at), at, server_time), at)

    def look(self, at: Moment) -> None:
        """Time went on; kept once a minute, and whenever something is learnt from the clock."""
        self._keep(seen(self._present(at), at), at)

    def judged(self, at: Moment) -> Moment:
        """`at`, with a clock that the server has proved wrong not called synchronised."""
        return judged(self._present(at), at)

    def _present(self, at: Moment) -> BootClock:
        if self.known and self.known[-1].boot == at.boot:
            return self.known[-1]
        number = self.known[-1].number + 1 if self.known else 1
        self.known = (*self.known, BootClock(number, at.boot, at.monotonic, ()))
        return self.known[-1]

    def _keep(self, clock: BootClock, at: Moment) -> None:
        learnt = clock is not self.known[-1]
        clock = replace(clock, monotonic=at.monotonic)
        self.known = (*self.known[:-1], clock)
        if not learnt and at.monotonic - self._tried < EVERY_SECONDS:
            return
        # What a full disk refuses now is written with the next minute.
        self._tried = at.monotonic
        with on_disk(), self._engine.begin() as connection:
            _write(connection, clock)


def _read(connection: Connection) -> tuple[BootClock, ...]:
    """The latest boots; an act is proof that its boot lasted as long."""
    newest = select(boot.c.number).order_by(boot.c.number.desc()).limit(KEPT)
    connection.execute(delete(boot).where(boot.c.number.not_in(newest)))
    connection.execute(delete(anchor).where(anchor.c.boot.not_in(select(boot.c.boot))))
    anchors = connection.execute(select(anchor).order_by(anchor.c.source)).all()
    last = func.max(boot.c.monotonic, func.coalesce(func.max(act.c.monotonic), 0.0))
    boots = (
        select(boot.c.number, boot.c.boot, last.label("last"))
        .outerjoin(act, act.c.boot == boot.c.boot)
        .group_by(boot.c.number)
        .order_by(boot.c.number)
    )
    return tuple(
        BootClock(
            row.number,
            row.boot,
            row.last,
            tuple(
                Anchor(one.monotonic, one.wall, TimeSource(one.source), one.bound)
                for one in anchors
                if one.boot == row.boot
            ),
        )
        for row in connection.execute(boots)
    )


def _write(connection: Connection, clock: BootClock) -> None:
    values = {"number": clock.number, "boot": clock.boot, "monotonic": clock.monotonic}
    statement = upsert(boot).values(values)
    last = {"monotonic": statement.excluded.monotonic}
    connection.execute(statement.on_conflict_do_update(index_elements=["number"], set_=last))
    if clock.anchors:
        connection.execute(insert(anchor).prefix_with("OR REPLACE"), _anchor_rows(clock))


def _anchor_rows(clock: BootClock) -> list[dict[str, object]]:
    return [
        {
            "boot": clock.boot,
            "source": one.source.value,
            "monotonic": one.monotonic,
            "wall": one.wall,
            "bound": one.bound,
        }
        for one in clock.anchors
    ]
