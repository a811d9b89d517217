"""A whole library over TLS: real programs, a real Mosquitto, identities got with one-time codes."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from broker.facts import Acknowledgement, Entry, ItemReturned
from broker.identity.folder import IdentityFolder
from broker.mqtt import Connected, Disconnected, Event, Received
from broker.topics import Channel, Topic, subscriptions_of_device
from broker.vocabulary import ActId, ClockState, DeviceId, ItemId, Moment, SiteId
from broker.wire import decode_snapshot, encode_entry
from devices.console.demo import furnished
from devices.console.ports import Ports
from devices.console.scripted import Play
from devices.console.settings_files import Panel
from devices.console.stage import Stage
from devices.station.station import SimulatedStation
from tests.brokers import PATIENCE, Listener, free_port
from tests.system.test_demo import left_behind, three_free_ports

pytestmark = [
    pytest.mark.timeout(300),
    # paho leaves a socket whose handshake failed to the garbage collector.
    pytest.mark.filterwarnings("ignore:.*ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning"),
]
SITE = SiteId("binjai")
STATIONS = {"kiosk": "kios-01", "dropbox": "boks-01", "agent": "ruang-baca-01"}


class Secured:
    """A stage whose settings ask for TLS everywhere, and its command line."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.folder = stage.folder
        self.port = free_port()
        keys = self.folder / "keys"
        self._change(
            "broker", f'[tls]\nsite = "{SITE}"\nkeys = "{keys}/broker"\nhost = "127.0.0.1"'
        )
        enrolment = f'[enrolment]\nport = {self.port}\nnames = ["127.0.0.1"]'
        self._change("server", enrolment)
        self.says("server", "keys")
        self.stage.start("broker", "server")
        stage.until("the server", lambda: stage.summary() is not None)

    def secure(self, *programs: str) -> None:
        """These stations' settings ask for TLS."""
        for program in programs:
            own = f'folder = "{self.folder / STATIONS[program]}"'
            text = (self.folder / f"{program}.toml").read_text(encoding="utf-8")
            self._change(program, "", "" if own in text else own)

    def _change(self, program: str, last: str, first: str = "") -> None:
        file = self.folder / f"{program}.toml"
        text = file.read_text(encoding="utf-8").replace("[broker]\n", "[broker]\ntls = true\n")
        file.write_text(f"{first}\n{text}\n{last}\n", encoding="utf-8")

    def says(self, module: str, *words: str) -> str:
        """What one of our programs prints."""
        settings = ["--settings", str(self.folder / "server.toml")] if module == "server" else []
        done = subprocess.run(
            [sys.executable, "-m", module, *words, *settings],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def enrol(self, device: str, folder: Path | None = None) -> IdentityFolder:
        """As staff and technician do it: one command at the server, one at the device."""
        typed = self.says("server", "invite", device).replace(
            "FOLDER", str(folder or self.own(device))
        )
        program, *words = typed.split()
        assert program == "sirkula"
        self.stage.until("the enrolment page", lambda: _listens(self.port))
        self.says("devices.console", *words)
        return IdentityFolder(folder or self.own(device))

    def own(self, device: str) -> Path:
        return self.folder / device


def _listens(port: int) -> bool:
    return any(
        one.laddr and one.laddr.port == port and one.status == psutil.CONN_LISTEN
        for one in psutil.net_connections("tcp")
    )


@contextmanager
def secured(folder: Path) -> Iterator[tuple[Secured, SimulatedStation]]:
    with furnished(folder, Ports(three_free_ports()), Panel(1024, 600, 7.0)) as (stage, station):
        yield Secured(stage), station


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    """Broker and server over TLS; stations are played by hand."""
    folder = tmp_path_factory.mktemp("library") / "demo"
    with secured(folder) as (running, _):
        yield running


def test_a_whole_visit_plays_over_tls_and_all_witnesses_agree(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    said: list[str] = []
    with secured(folder) as (library, station):
        library.secure(*STATIONS)
        for device in STATIONS.values():
            library.enrol(device)
        library.stage.start("dropbox", "agent", "kiosk")
        account = Play(library.stage, station, said.append).run()
        summary = library.stage.summary()
        listed = library.says("server", "devices").splitlines()
    assert account["facts_confirmed"] == account["facts_applied"] == 5
    assert summary["refused"] == {"retained": 0, "wrong-topic": 0, "revoked": 0}
    assert [line.split()[:2] for line in listed] == [
        [device, "until"] for device in sorted(STATIONS.values())
    ]
    dashboard_parts = {one["device"]: one["presence"] for one in summary["devices"]}
    assert dashboard_parts == dict.fromkeys(STATIONS.values(), "online")
    assert left_behind(folder) == []


class Kiosk:
    """An enrolled device played by hand; counts what the server acknowledges."""

    def __init__(self, library: Secured, identity: IdentityFolder, device: str) -> None:
        self.device, self.library = DeviceId(device), library
        topics = subscriptions_of_device(SITE, self.device)
        port = library.stage.ports.broker
        self.line = Listener(port, device, *topics, by=identity.credentials)

    def say(self, channel: Channel, payload: bytes) -> None:
        self.line.line.publish(str(Topic(SITE, self.device, channel)), payload, retain=False)

    def return_(self, seq: int, install: str) -> None:
        at = Moment("boot", 1.0, 1.79e9, ClockState.SYNCHRONISED)
        act = ActId(f"{self.device}-{install}-{seq}")
        entry = Entry(
            act, SITE, self.device, install, seq, at, ItemReturned(ItemId("B00012"), secured=True)
        )
        self.say(Channel.FACT, encode_entry(entry))

    def acknowledged(self) -> int:
        wanted = str(Topic(SITE, self.device, Channel.ACK))

        def told(event: Event) -> int | None:
            if isinstance(event, Received) and event.topic == wanted:
                return decode_snapshot(event.payload, Acknowledgement).through
            return None

        return self.line.until(told)

    def cut_off(self, patience: float = PATIENCE) -> None:
        """Waits for the end of the session."""
        self.line.until(lambda event: isinstance(event, Disconnected) or None, patience)

    def is_let_in(self) -> bool:
        return isinstance(self.line.until(lambda event: event), Connected)

    def leaves(self) -> None:
        self.line.line.close()


def facts(library: Secured) -> int:
    return int(library.stage.summary()["facts"])


def test_a_revoked_device_on_a_live_session_is_refused_at_once_and_cut_within_a_minute(
    library: Secured,
) -> None:
    identity = library.enrol("kios-07")
    thief = Kiosk(library, identity, "kios-07")
    thief.line.connected()
    thief.return_(1, "life")
    assert thief.acknowledged() == 1
    before = facts(library)
    assert "kios-07 is revoked" in library.says("server", "revoke", "kios-07")
    revoked_at = time.monotonic()
    refused = library.stage.summary()["refused"]["revoked"]
    for seq in range(2, 200):
        thief.return_(seq, "life")
    library.stage.until(
        "the refusals", lambda: library.stage.summary()["refused"]["revoked"] > refused
    )
    thief.cut_off(patience=60)
    assert time.monotonic() - revoked_at < 60
    assert facts(library) == before
    again = Kiosk(library, identity, "kios-07")
    assert not again.is_let_in()
    for kiosk in (thief, again):
        kiosk.leaves()
    assert re.search(r"kios-07 +revoked 20", library.says("server", "devices"))


def test_a_revoked_device_that_only_listens_is_cut_as_well(library: Secured) -> None:
    listener = Kiosk(library, library.enrol("kios-09"), "kios-09")
    listener.line.connected()
    library.says("server", "revoke", "kios-09")
    listener.cut_off(patience=60)
    listener.leaves()


def test_a_dead_kiosk_is_replaced_by_one_command_and_loses_nothing(library: Secured) -> None:
    dead = Kiosk(library, library.enrol("kios-08"), "kios-08")
    dead.line.connected()
    for seq in (1, 2, 3):
        dead.return_(seq, "old-life")
    while dead.acknowledged() < 3:
        pass
    before = facts(library)
    successor = library.enrol("kios-08", library.folder / "kios-08-anew")
    dead.cut_off(patience=60)
    new = Kiosk(library, successor, "kios-08")
    new.line.connected()
    new.return_(1, "new-life")
    assert new.acknowledged() == 1
    assert facts(library) == before + 1
    again = Kiosk(library, IdentityFolder(library.own("kios-08")), "kios-08")
    assert not again.is_let_in()
    for kiosk in (dead, new, again):
        kiosk.leaves()


def test_a_kiosk_that_cannot_prove_itself_says_what_to_do(library: Secured) -> None:
    library.secure("kiosk")
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", "--settings", str(library.folder / "kiosk.toml")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "sirkula enrol --server https://HOST:PORT --code CODE" in done.stderr + done.stdout


def test_the_shipped_configuration_is_what_the_broker_runs_with(
    library: Secured, tmp_path: Path
) -> None:
    settings = ["--settings", str(library.folder / "broker.toml"), "--into", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "broker.mosquitto", "configuration", *settings],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == [
        str(tmp_path / "mosquitto.conf"),
        str(tmp_path / "mosquitto.acl"),
    ]
    written = (tmp_path / "mosquitto.conf").read_text(encoding="utf-8").splitlines()
    running = (
        (library.folder / "broker" / "mosquitto.conf").read_text(encoding="utf-8").splitlines()
    )
    differing = set(written) ^ set(running)
    assert {line.split()[0] for line in differing} == {"user", "acl_file"}
