"""Whatever a ledger is told, in whatever order, it owes what the server lacks and loses nothing."""

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from broker.facts import ItemReturned
from broker.telemetry import Extent
from broker.vocabulary import ClockState, DeviceId, Moment, SiteId
from broker.wire import decode_entry
from kiosk.ledger import Age, Ledger
from tests.kiosk.clocks import NOON
from tests.kiosk.things import act, item, uid
from tests.simulation.storm import MEMORY

SITE, KIOSK = SiteId("binjai"), DeviceId("kios-01")
SEQS = st.integers(-1, 14)


class Storm(RuleBasedStateMachine):
    """A real ledger beside a model of it: the acts it holds, and how far each number goes."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
        self.lives = 1
        self.written = 0
        self.held: dict[int, str] = {}
        self.newest = self.acknowledged = 0
        self.acknowledged_at: dict[int, float] = {}
        self.now = NOON
        self.heard: set[str] = set()
        self.ledger = self._opened()

    def _opened(self) -> Ledger:
        return Ledger.open_or_replace(self.folder / "ledger.db", SITE, KIOSK, "life-1")

    @rule()
    def write(self) -> None:
        self.written += 1
        at = Moment("boot", 1.0, self.now, ClockState.SYNCHRONISED)
        self.ledger.intend(act(self.written), uid(1), item(1), None, at)
        self.ledger.record(act(self.written), ItemReturned(item(1), secured=True))
        self.newest += 1
        self.held[self.newest] = str(act(self.written))

    @rule(through=SEQS, ours=st.booleans())
    def acknowledge(self, through: int, *, ours: bool) -> None:
        self.now += 10
        self.ledger.acknowledge(f"life-{self.lives}" if ours else "of-old", through, self.now)
        if ours:
            for seq in range(self.acknowledged + 1, min(through, self.newest) + 1):
                self.acknowledged_at[seq] = self.now
            self.acknowledged = max(self.acknowledged, min(through, self.newest))
            self.heard |= {name for seq, name in self.held.items() if seq <= self.acknowledged}

    @rule(through=SEQS)
    def owe_again(self, through: int) -> None:
        self.ledger.owe_again(through)
        lost = max(min(through, self.newest), min(self.held, default=self.newest + 1) - 1, 0)
        self.acknowledged = min(self.acknowledged, lost)
        self.acknowledged_at = {
            seq: at for seq, at in self.acknowledged_at.items() if seq <= self.acknowledged
        }

    @rule(age=st.sampled_from((5, 25, 1000)), saved=SEQS)
    def prune(self, age: int, saved: int) -> None:
        self.ledger.prune(Age(self.now - age, self.now - 2 * age, saved))
        for seq in sorted(self.held):
            at = self.acknowledged_at.get(seq)
            if at is None or at >= self.now - age or (seq > saved and at >= self.now - 2 * age):
                break
            del self.held[seq], self.acknowledged_at[seq]

    @rule()
    def begin_again(self) -> None:
        self.lives += 1
        self.ledger.begin_again(f"life-{self.lives}")
        self.held = dict(enumerate((self.held[seq] for seq in sorted(self.held)), 1))
        self.newest, self.acknowledged, self.acknowledged_at = len(self.held), 0, {}

    @rule()
    def restart(self) -> None:
        self.ledger.close()
        self.ledger = self._opened()

    @invariant()
    def it_holds_and_owes_what_the_model_does(self) -> None:
        oldest = min(self.held, default=self.newest + 1)
        assert self.ledger.extent == Extent(oldest, self.newest, self.acknowledged)
        owed = [decode_entry(one.payload) for one in self.ledger.owed(99)]
        assert {entry.seq: str(entry.act) for entry in owed} == {
            seq: name for seq, name in self.held.items() if seq > self.acknowledged
        }
        assert {entry.install for entry in owed} <= {f"life-{self.lives}"}
        assert self.ledger.unheard_count == len(set(self.held.values()) - self.heard)
        assert (self.ledger.install, self.ledger.replaced) == (f"life-{self.lives}", False)

    def teardown(self) -> None:
        self.ledger.close()
        shutil.rmtree(self.folder)


Storm.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestStorm = pytest.mark.timeout(240)(Storm.TestCase)
