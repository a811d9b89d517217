"""The server as a process with a library's own system behind it, also when it dies on the way."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from broker.facts import Entry, Fact, ItemLent, ItemReturned
from broker.kinds import kind_of
from broker.mosquitto.child import Mosquitto
from broker.mqtt import Event, Received
from broker.processes import start_tied, stop
from broker.requests import Answer, Ask, Describe, Description, Grant, Lend, Question, Reply
from broker.sealing import SealingKey
from broker.topics import Channel, Topic, server_status, subscriptions_of_device
from broker.vocabulary import ActId, ClockState, DeviceId, Moment, SiteId
from broker.wire import decode_reply, encode_ask, encode_entry
from tests.brokers import Listener, free_port, started_mosquitto
from tests.ils.cases import FREE, SITI
from tests.ils.ledger import LOAN_DAYS, TODAY, small_library
from tests.ils.server import IlsServer
from tests.ils.wild import Koha

SITE, KIOSK = SiteId("binjai"), DeviceId("kios-01")
PATIENCE_SECONDS = 60.0


class Branch:
    """A server, its library's own system, and a kiosk that talks to it by hand."""

    def __init__(self, folder: Path, database: str, mosquitto: Mosquitto) -> None:
        self._folder, self.ils = folder, IlsServer(Koha(small_library()))
        secrets = folder / "secrets.toml"
        secrets.write_text('password = "rahasia"\nterminal_password = "pintu"\n')
        secrets.chmod(0o600)
        self.settings = folder / "server.toml"
        self.settings.write_text(
            f'site = "{SITE}"\ndatabase = "{database}"\nkeys = "{folder / "keys"}"\n'
            f"[broker]\nport = {mosquitto.port}\n[web]\nport = {free_port()}\n"
            f'[library]\nkind = "sip2"\nhost = "127.0.0.1"\nport = {self.ils.port}\n'
            f'profile = "koha"\ninstitution = "MPL"\nuser = "kios"\nsecrets = "{secrets}"\n'
        )
        topics = subscriptions_of_device(SITE, KIOSK)
        self.kiosk = Listener(mosquitto.port, str(KIOSK), *topics).connected()
        self._count = 0

    def start(self, crash_at: str = "") -> None:
        """Returns when the server says it is there."""
        command = [sys.executable, "-m", "server", "run", "--settings", str(self.settings)]
        self.server = start_tied(["env", f"SIRKULA_CRASH_AT={crash_at}", *command])
        self.kiosk.until(_online, PATIENCE_SECONDS)

    def run(self, *words: str) -> str:
        command = [sys.executable, "-m", "server", *words, "--settings", str(self.settings)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout

    @property
    def sealing(self) -> SealingKey:
        return SealingKey.read((self._folder / "keys" / "sealing.pub").read_text("ascii"))

    def ask(self, question: Question) -> Answer:
        self._count += 1
        correlation = f"c{self._count}"
        topic = Topic(SITE, KIOSK, Channel.ASK, kind_of(question))
        ask = encode_ask(Ask(correlation, time.time() + 10, question))
        self.kiosk.line.publish(str(topic), ask, retain=False)

        def answered(event: Event) -> Reply | None:
            if not isinstance(event, Received) or not event.topic.endswith("/reply"):
                return None
            reply = decode_reply(event.payload)
            return reply if reply.correlation == correlation else None

        return self.kiosk.until(answered, PATIENCE_SECONDS).answer

    def tell(self, act: str, seq: int, fact: Fact) -> None:
        moment = Moment("boot", 100.0 + seq, time.time(), ClockState.SYNCHRONISED)
        entry = Entry(ActId(act), SITE, KIOSK, "life", seq, moment, fact)
        topic = Topic(SITE, KIOSK, Channel.FACT)
        self.kiosk.line.publish(str(topic), encode_entry(entry), retain=False)

    def reconciled(self) -> dict[str, int]:
        """The tally once nothing is under way any more."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        tally: dict[str, int] = json.loads(self.run("reconcile"))
        while tally["under_way"] and time.monotonic() < deadline:
            tally = json.loads(self.run("reconcile"))
        return tally

    def effects(self, wanted: list[str]) -> None:
        """Raises AssertionError unless the system comes to have done just this."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._done() != wanted and time.monotonic() < deadline:
            threading.Event().wait(0.1)
        assert self._done() == wanted

    def _done(self) -> list[str]:
        return [effect.kind for effect in self.ils.system.ledger.effects]


def _online(event: Event) -> bool | None:
    match event:
        case Received(topic, b"online") if topic == server_status(SITE):
            return True
        case _:
            return None


@pytest.fixture
def branch(tmp_path: Path, empty_url: str) -> Iterator[Branch]:
    mosquitto = started_mosquitto(tmp_path / "broker")
    running = Branch(tmp_path, empty_url, mosquitto)
    running.start()
    yield running
    stop(running.server)
    running.kiosk.line.close()
    running.ils.close()
    mosquitto.stop()


def lent(branch: Branch) -> ItemLent:
    return ItemLent(FREE, branch.sealing.seal(SITI), TODAY, provisional=True)


def test_a_kiosk_is_answered_and_the_system_is_told(branch: Branch) -> None:
    assert branch.ask(Describe(FREE)) == Description(FREE, "Café di Ujung Jalan", "")
    answer = branch.ask(Lend(ActId("a"), FREE, branch.sealing.seal(SITI)))
    assert isinstance(answer, Grant)
    assert (answer.due - TODAY).days == LOAN_DAYS
    branch.tell("a", 1, lent(branch))
    branch.tell("r", 2, ItemReturned(FREE, secured=True))
    branch.effects(["lent", "returned"])


@pytest.mark.parametrize("point", ["S7", "S9"])
def test_a_server_that_dies_on_the_way_lends_once(branch: Branch, point: str) -> None:
    branch.ask(Describe(FREE))
    stop(branch.server)
    branch.start(crash_at=point)
    branch.tell("a", 1, lent(branch))
    assert branch.server.wait(timeout=30) != 0
    branch.start()
    branch.tell("r", 2, ItemReturned(FREE, secured=True))
    branch.effects(["lent", "returned"])


def test_both_sides_are_compared_on_demand(branch: Branch) -> None:
    branch.ask(Describe(FREE))
    branch.tell("a", 1, lent(branch))
    branch.effects(["lent"])
    tally = branch.reconciled()  # and the loan is settled: its records are looked at no more
    assert (tally["compared"], tally["different"]) == (1, 0)
    branch.ils.system.ledger.loans.clear()
    tally = branch.reconciled()
    assert (tally["compared"], tally["different"]) == (1, 1)
    # The server may have compared them by itself before: that is one task all the same.
    told = branch.run("tasks", "list")
    assert told.count("Berbeda dengan sistem perpustakaan") == 1
    assert "rahasia" not in told
