"""A station's ledger on its card: the power goes, the disk fills, cards are swapped.

The ledger and its file are real. A disk that is full, or mounted read-only, is SQLite's own error:
its largest size, or `query_only`.
"""

import shutil
from contextlib import closing
from datetime import date
from pathlib import Path
from sqlite3 import connect
from typing import Final

from sqlalchemy import Engine

from broker.facts import Entry, Fact
from broker.vocabulary import ActId, ItemId, Moment
from devices.capabilities import TagUid
from devices.security import Security
from kiosk.discretion import Bearer
from kiosk.ledger import Ledger, LedgerUnusable
from kiosk.ledger.sqlite import engine_for, furnish
from tests.simulation.clocks import StationClock
from tests.simulation.limits import LIMITS
from tests.simulation.things import Attempt, World
from tests.simulation.weather import Crash, Weather

FULL: Final = "disk full"
READ_ONLY: Final = "disk read-only"
_LARGEST_PAGES: Final = 1_073_741_823
_IMAGES: Final = 0.5

_engines: Final[dict[Path, Engine]] = {}


class FragileLedger(Ledger):
    """The real ledger, with a power cut possible on either side of each commit, and a witness."""

    weather: Weather
    world: World
    clock: StationClock
    owner: str
    life: int
    is_open = True

    def intend(
        self, act: ActId, uid: TagUid, item: ItemId | None, bearer: Bearer | None, at: Moment
    ) -> None:
        patron = self.world.opened(None if bearer is None else bearer.patron)
        book = self.world.book_of(uid)
        laid = 0 if book is None else book.laid
        secured = book is not None and self.world.all_say(book, Security.SECURED)
        where = (str(act), self.owner, self.life, self.weather.now)
        self.world.begun(Attempt(*where, uid, item, patron, laid, secured))
        super().intend(act, uid, item, bearer, at)

    def releasing(self, act: ActId, due: date, *, provisional: bool) -> None:
        self._cut("before RELEASING")
        super().releasing(act, due, provisional=provisional)
        if provisional:
            self._decided_alone(str(act))
        self._cut("after RELEASING")

    def record(self, act: ActId, fact: Fact) -> Entry:
        return self.written(act, fact)

    def written(self, act: ActId, fact: Fact) -> Entry:
        """Recorded, and seen by the witness."""
        entry = super().record(act, fact)
        self.world.entries[str(act)] = entry
        self._ended(act, fact)
        return entry

    def forget(self, act: ActId) -> None:
        self._cut("before FORGET")
        super().forget(act)
        self._ended(act, None)
        self._cut("after FORGET")

    def acknowledge(self, install: str, through: int, now: float) -> None:
        if install == self.install:
            self._believable(through)
        self._cut("before ACKNOWLEDGED")
        super().acknowledge(install, through, now)
        self._cut("after ACKNOWLEDGED")

    def close(self) -> None:
        self.is_open = False
        super().close()

    def spoil(self, trouble: str | None) -> None:
        """From here on the disk is full or read-only; None when it is well again."""
        raw = self._engine.raw_connection()
        cursor = raw.cursor()
        cursor.execute(f"PRAGMA query_only = {int(trouble == READ_ONLY)}")
        cursor.execute("PRAGMA page_count")
        (used,) = cursor.fetchone() or (1,)
        most = used if trouble == FULL else _LARGEST_PAGES
        cursor.execute(f"PRAGMA max_page_count = {most}")
        cursor.close()
        raw.close()

    def _cut(self, where: str) -> None:
        if self.weather.strikes(f"crash {where}"):
            raise Crash

    def _ended(self, act: ActId, fact: Fact | None) -> None:
        """The witness notes how an act ended, and whether a crash came in between."""
        begun = self.world.ended(str(act), fact)
        what = "nothing" if fact is None else type(fact).__name__
        resumed = begun is not None and begun.life != self.life
        self.weather.reached(f"{'recovered as' if resumed else 'ended as'} {what}")

    def _decided_alone(self, act: str) -> None:
        """So many per card in one outage, as far as the clock lets a station tell an outage."""
        if act in self.world.alone:
            return  # its book was put back: the same loan
        self.world.alone.add(act)
        card = (self.world.attempts[act].patron, self.clock.settings)
        since = self.world.alone_since[self.owner]
        since[card] += 1
        if since[card] > LIMITS.loans_per_card:
            self.world.accuse("I-32", f"{self.owner} lent {since[card]} to one card by itself")

    def _believable(self, through: int) -> None:
        """Only what the server has said of this very install is kept there."""
        told = min(through, self._newest)
        if told > self.world.said[self.install]:
            self.world.accuse(
                "I-10", f"{self.owner} believes {told} to be kept, and nobody said so"
            )


class Card:
    """The memory card of one station, in whatever state it is put in next.

    `put_back` is the install that was last put back to an earlier state.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._image = path.with_suffix(".image")
        self.trouble: str | None = None
        self.put_back: str | None = None
        self.wipe()
        self._image.unlink(missing_ok=True)

    def engine(self) -> Engine:
        """The engine for this file, as checked by the product as at every start.

        It is kept from one life to the next, and from seed to seed, for its compiled statements.
        """
        if self.trouble == READ_ONLY:
            raise LedgerUnusable("the disk is mounted read-only")
        if self.path not in _engines:
            _engines[self.path] = engine_for(self.path)
        furnish(_engines[self.path], self.path)
        return _engines[self.path]

    def wipe(self) -> None:
        """A new card."""
        if self.path in _engines:
            _engines[self.path].dispose()
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)

    def on_the_bench(self, weather: Weather, world: World) -> None:
        """What may be done to a card while the power is off."""
        if self._is_clear() and weather.strikes("card replaced"):
            self.wipe()
            world.count_copies()
        elif self._image.exists() and weather.strikes("ledger rolled back"):
            now, before = _acts(self.path), _acts(self._image)
            left = {act: stage for act, stage in before.items() if stage != "closed"}
            opened = {act for act, stage in left.items() if stage != now.get(act)}
            world.put_back(opened)
            self.wipe()
            shutil.copyfile(self._image, self.path)
            self.put_back = self.install()
            world.count_copies()
        elif "ledger rolled back" in weather.armed and weather.random.random() < _IMAGES:
            shutil.copyfile(self.path, self._image)

    def owed(self) -> int:
        """How many entries are not acknowledged, by plain SQL."""
        with closing(connect(self.path)) as file:
            (owed,) = file.execute(
                "SELECT count(*) FROM entry WHERE acknowledged IS NULL"
            ).fetchone()
        return int(owed)

    def install(self) -> str:
        """Which life of the ledger it holds, by plain SQL."""
        with closing(connect(self.path)) as file:
            return str(file.execute("SELECT install FROM life").fetchone()[0])

    def _is_clear(self) -> bool:
        """Whether nothing is lost when it is thrown away."""
        with closing(connect(self.path)) as file:
            (left,) = file.execute("SELECT count(*) FROM act WHERE stage <> 'closed'").fetchone()
        return self.owed() + int(left) == 0

    def acts(self) -> set[str]:
        """What it knows of now."""
        return set(_acts(self.path)) if self.path.exists() else set()


def _acts(path: Path) -> dict[str, str]:
    """The stage of each act; none where the power failed while the tables were made."""
    with closing(connect(path)) as file:
        made = file.execute("SELECT 1 FROM sqlite_master WHERE name = 'act'").fetchone()
        return dict(file.execute("SELECT act, stage FROM act")) if made else {}
