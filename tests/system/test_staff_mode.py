"""Staff at a real kiosk program: card, code, tags, repair and closing, seen over a real broker."""

import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from signal import SIGABRT
from typing import TypeVar

import pytest

from broker.mosquitto.child import Mosquitto
from broker.mqtt import Event, Received
from broker.staff_keys import StaffCards, card_hash, code_hash
from broker.telemetry import Mode, OfflinePolicy, SettingsDesired, State
from broker.vocabulary import ItemId, PatronId, Secret
from broker.wire import decode_snapshot, encode_snapshot
from devices.capabilities import TagMemory
from devices.station.description import (
    CardEntry,
    DumpedBook,
    Hexadecimal,
    PrinterEntry,
    ScannerEntry,
    StationDescription,
    WrittenBook,
)
from devices.station.prompt import command_of
from devices.station.station import SimulatedStation
from devices.tags.content import BookTag, read_tag
from kiosk.languages.catalogue import LANGUAGES
from kiosk.staff.opening import RESTART_STATUS
from kiosk.staff.words import Part
from tests.brokers import Listener, started_mosquitto
from tests.keys import SEALING
from tests.kiosk.staff.glass import FAILED

pytestmark = pytest.mark.timeout(120)

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 30.0
STAFF_UID, PATRON_UID = "04A1B2C3D4E5F6", "04497622D93881"
CODE, KEY = Secret("246813"), bytes(range(16))
BLANK, BOOK = "E004015000000001", "E004015000000002"
_Found = TypeVar("_Found")


def described() -> StationDescription:
    blank = DumpedBook(
        ItemId("KOSONG"), Hexadecimal(BLANK), Hexadecimal("00"), 0xC2, "a chip as delivered"
    )
    book = WrittenBook(ItemId("B00002"), Hexadecimal(BOOK), "ID-1275014", 0xC2)
    cards = (
        CardEntry("STAFF", Hexadecimal(STAFF_UID)),
        CardEntry("KTA-0007", Hexadecimal(PATRON_UID)),
    )
    return StationDescription(
        scanner=ScannerEntry(), printer=PrinterEntry(32), cards=cards, books=(blank, book)
    )


class Kiosk:
    """A kiosk with staff, its simulated hardware, and a finger on its glass."""

    def __init__(self, folder: Path, mosquitto: Mosquitto) -> None:
        self.folder = folder
        self.broker_port = mosquitto.port
        self.station = SimulatedStation(described(), folder, "127.0.0.1", mosquitto.port)
        self.station.start()
        self.settings = folder / "kiosk.toml"
        self.settings.write_text(self._settings(), encoding="utf-8")
        own = folder / "own"
        own.mkdir()
        (own / "server.pub").write_text(f"{SEALING}\n", encoding="ascii")
        self.log = folder / "kiosk.log"
        self.start()

    def start(self, **more: str) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-X",
                    "faulthandler",
                    "-m",
                    "tests.kiosk.staff.glass",
                    "--settings",
                    str(self.settings),
                ],
                cwd=ROOT,
                env=os.environ | {"PYTHONPATH": str(ROOT)} | more,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def _settings(self) -> str:
        scanner = getattr(self.station.scanner_settings, "port", "")
        printer = getattr(self.station.printer_settings, "at", "")
        return f"""
site = "binjai"
device = "kios-01"
folder = "{self.folder / "own"}"
[broker]
port = {self.station.network.port}
[tags]
afi_secured = 0x07
afi_released = 0xC2
owners = ["ID-1275014"]
[reader]
driver = "feig"
port = "{self.station.pad_settings.port}"
[card_reader]
driver = "nfc"
path = "{self.station.card_settings.path}"
[screen]
width = 1024
height = 600
diagonal = 7.0
fullscreen = false
speech = "{self.folder / "speak"}"
[scanner]
driver = "serial"
port = "{scanner}"
[labels]
item = "B[0-9]{{5}}"
patron = "KTA-[0-9]{{4}}"
[printer]
driver = "escpos"
at = "{printer}"
columns = 32
[staff]
code = "{code_hash(CODE, b"0123456789abcdef")}"
card_key = "{KEY.hex()}"
cards = ["{card_hash(PatronId(STAFF_UID), KEY)}"]
"""

    def tell(self, command: str) -> None:
        self.station.carry_out(command_of(command))

    def ask(self, command: str) -> object:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{command}\n")
        self.process.stdin.flush()
        # A kiosk that stands still tells its log where, and ends.
        standing_still = threading.Timer(PATIENCE_SECONDS, self.process.send_signal, [SIGABRT])
        standing_still.start()
        try:
            told = json.loads(self._answer())
        finally:
            standing_still.cancel()
        assert told != FAILED, self.log.read_text("utf-8")
        return told

    def _answer(self) -> str:
        """The next line that is no report."""
        assert self.process.stdout is not None
        while not (line := self.process.stdout.readline()).startswith(('"', "[")):
            assert line, self.log.read_text("utf-8")
        return line

    def until(self, what: str, find: Callable[[], _Found | None]) -> _Found:
        """What `find` finds, looked for again and again."""
        pause = threading.Event()
        for _ in range(int(PATIENCE_SECONDS / 0.1)):
            if found := find():
                return found
            pause.wait(0.1)
        raise AssertionError(
            f"not seen: {what}; {self.ask('texts')}; {self.log.read_text('utf-8')}"
        )

    def shows(self, words: str) -> None:
        self.until(words, lambda: any(words in str(text) for text in self.texts()))

    def texts(self) -> list[str]:
        found = self.ask("texts")
        assert isinstance(found, list)
        return found

    def press(self, key: str) -> None:
        self.until(f"the key {key}", lambda: self.ask(f"press {key}") == "done")

    def enter(self) -> None:
        self.tell("card STAFF")
        self.shows("MODE PETUGAS")
        self.shows("Pilih pekerjaan")
        self.tell("card away")

    def end(self, *, kill: bool = False) -> int:
        (self.process.kill if kill else self.process.terminate)()
        self.process.communicate(timeout=PATIENCE_SECONDS)
        return self.process.returncode

    def close(self) -> None:
        self.end(kill=True)
        self.station.close()


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    mosquitto = started_mosquitto(tmp_path / "broker")
    yield mosquitto
    mosquitto.stop()


@pytest.fixture
def kiosk(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[Kiosk]:
    folder = tmp_path / "kiosk"
    folder.mkdir()
    kiosk = Kiosk(folder, mosquitto)
    yield kiosk
    kiosk.close()


@pytest.fixture
def technician(mosquitto: Mosquitto) -> Listener:
    return Listener(mosquitto.port, "technician", "sirkula/v1/binjai/kios-01/state").connected()


def state(technician: Listener, mode: Mode, reason: str) -> State:
    def wanted(event: Event) -> State | None:
        if not isinstance(event, Received):
            return None
        told = decode_snapshot(event.payload, State)
        return told if (told.mode, told.reason) == (mode, reason) else None

    return technician.until(wanted)


def item_on(kiosk: Kiosk) -> str | None:
    tag = kiosk.station.truth.book("KOSONG").tag
    content = read_tag(TagMemory(tag.memory, 4, 0, 0))
    return str(content.item) if isinstance(content, BookTag) else None


def test_a_book_is_labelled_with_a_scanner_undone_and_written_down(
    kiosk: Kiosk, technician: Listener
) -> None:
    kiosk.enter()
    state(technician, Mode.OUT_OF_SERVICE, "staff at work")
    kiosk.press("tags")
    kiosk.shows("Pindai barcode buku")
    kiosk.tell("scan KTA-0007")
    kiosk.shows("Itu kartu orang")
    kiosk.tell("scan B00012")
    kiosk.shows("Letakkan satu buku")
    kiosk.tell("put KOSONG")
    kiosk.shows("Label selesai dan sudah dicocokkan")
    assert item_on(kiosk) == "B00012"
    kiosk.press("undo")
    kiosk.shows("Isi lama sudah kembali")
    assert item_on(kiosk) is None
    report = (kiosk.folder / "own" / "staff" / "tags.csv").read_text("utf-8")
    assert [line.split(",")[2] for line in report.splitlines()[1:]] == [
        "begun",
        "verified",
        "begun",
        "undone",
    ]
    everything = [file for file in kiosk.folder.rglob("*") if file.is_file()]
    for file in everything:
        content = file.read_bytes()
        assert b"KTA-0007" not in content, file
        assert STAFF_UID.encode() not in content, file
        assert PATRON_UID.encode() not in content, file


def test_closed_by_staff_with_a_code_it_stays_closed_after_a_power_cut(
    kiosk: Kiosk, technician: Listener
) -> None:
    kiosk.until("the door", lambda: kiosk.ask("corner") == "done" and kiosk.texts())
    for digit in CODE.reveal():
        kiosk.press(f"digit {digit}")
    kiosk.press("enter")
    kiosk.shows("Pilih pekerjaan")
    kiosk.press("service")
    kiosk.press("choose 2")
    kiosk.shows("Kios ini ditutup petugas")
    kiosk.press("leave")
    state(technician, Mode.OUT_OF_SERVICE, "closed by staff: printer")
    kiosk.end(kill=True)
    kiosk.start()
    state(technician, Mode.OUT_OF_SERVICE, "closed by staff: printer")
    kiosk.enter()
    kiosk.press("service")
    kiosk.press("open")
    kiosk.shows("Kios ini melayani")


def test_a_card_that_the_server_names_opens_staff_mode_also_after_a_restart_without_it(
    kiosk: Kiosk, technician: Listener
) -> None:
    policy = OfflinePolicy(2, 72, 7, "Asia/Jakarta", (), ())
    staff = StaffCards(KEY.hex(), (card_hash(PatronId(PATRON_UID), KEY),))
    desired = encode_snapshot(
        SettingsDesired(1, in_service=True, reason="", offline=policy, staff=staff)
    )
    topic = "sirkula/v1/binjai/kios-01/settings"
    reported = Listener(kiosk.broker_port, "server", f"{topic}/reported").connected()
    technician.line.publish(f"{topic}/desired", desired, retain=True)
    reported.message()
    technician.line.publish(f"{topic}/desired", b"", retain=True)  # the broker forgets it
    kiosk.tell("card KTA-0007")
    kiosk.shows("Pilih pekerjaan")
    kiosk.tell("card away")
    kiosk.end(kill=True)
    kiosk.start()
    kiosk.tell("card KTA-0007")
    kiosk.shows("Pilih pekerjaan")


def test_repair_of_a_printer_without_paper_and_of_a_pad_without_a_cable(kiosk: Kiosk) -> None:
    kiosk.enter()
    kiosk.tell("printer out")
    kiosk.press("tests")
    kiosk.press("choose 2")
    kiosk.shows("Pencetak struk: kertas habis")
    kiosk.shows("gulungan kertas baru")
    kiosk.tell("printer full")
    kiosk.press("tried")
    kiosk.shows("Pencetak struk: baik")
    kiosk.press("back")
    kiosk.tell("unplug pad")
    kiosk.press("choose 0")
    kiosk.shows("Meja pindai: tidak tersambung")
    kiosk.tell("plug pad")
    kiosk.press("tried")
    kiosk.shows("Meja pindai: ")
    kiosk.press("back")
    kiosk.press("choose 1")
    kiosk.shows("Tempelkan satu kartu")
    kiosk.tell("card KTA-0007")
    kiosk.shows("Pembaca kartu: baik")


def test_an_inventory_goes_on_after_a_power_cut_and_ends_in_a_report(kiosk: Kiosk) -> None:
    inventory = kiosk.folder / "own" / "staff" / "inventory"
    text = "item,call_number,title\nB00001,800 A,Satu\nB00002,800 B,Dua\n"
    kiosk.until("the folder", (inventory / "lists").exists)
    (inventory / "lists" / "800.csv").write_text(text, encoding="utf-8")
    kiosk.enter()
    kiosk.press("inventory")
    kiosk.press("choose 0")
    kiosk.shows("Rak 800: 0 dari 2 terbaca")
    kiosk.tell("put B00002")
    kiosk.shows("Rak 800: 1 dari 2 terbaca")
    kiosk.end(kill=True)
    kiosk.tell("take B00002")
    kiosk.start()
    kiosk.enter()
    kiosk.press("inventory")
    kiosk.shows("800: 1 buku sudah terbaca")
    kiosk.press("choose 0")
    kiosk.shows("Rak 800: 1 dari 2 terbaca")
    kiosk.press("finish")
    kiosk.shows("Laporan tersimpan")
    (report,) = (inventory / "reports").glob("800-*.csv")
    assert report.read_text("utf-8").splitlines()[1:] == [
        "B00001,800 A,Satu,missing,",
        "B00002,800 B,Dua,released-here,",
    ]


def test_nothing_unsent_is_said_as_such(kiosk: Kiosk) -> None:
    kiosk.enter()
    kiosk.press("facts")
    kiosk.shows("Semua catatan sudah terkirim")


def test_a_restart_ends_the_program_only_where_somebody_starts_it_again(kiosk: Kiosk) -> None:
    kiosk.end()
    kiosk.start(INVOCATION_ID="0123456789abcdef")
    kiosk.enter()
    kiosk.press("restart")
    kiosk.press("confirm")
    kiosk.process.communicate(timeout=PATIENCE_SECONDS)
    assert kiosk.process.returncode == RESTART_STATUS


def test_no_digit_of_a_keyboard_gets_further_than_the_door(kiosk: Kiosk) -> None:
    kiosk.until("the door", lambda: kiosk.ask("key 49") == "done" and kiosk.texts())
    kiosk.shows("Ketik kode petugas")
    kiosk.ask("key 13")
    kiosk.shows("Kode belum cocok")
    kiosk.ask("key 27")
    kiosk.until("the welcome", lambda: not kiosk.texts())


def test_a_missing_voice_is_told_with_what_to_do_and_tried_again(kiosk: Kiosk) -> None:
    kiosk.enter()
    kiosk.press("tests")
    kiosk.press(f"choose {list(Part).index(Part.VOICE)}")
    kiosk.shows("Suara: programnya belum terpasang")
    kiosk.shows("apt install espeak-ng")
    program = kiosk.folder / "speak"
    program.write_text(f'#!/bin/sh\nexec espeak-ng -w "{kiosk.folder}/said.$$.wav" "$@"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    kiosk.press("tried")
    kiosk.shows("Suara: baik")
    assert len(list(kiosk.folder.glob("said.*.wav"))) == len(LANGUAGES)
