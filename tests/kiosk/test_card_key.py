"""The key of the off-line count outlives a crash, not a power cut, and never reaches a disk."""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from broker.vocabulary import DeviceId, SiteId
from kiosk.card_key import KEY_BYTES, card_key, is_in_memory
from kiosk.discretion import Bearer
from kiosk.ledger import Ledger
from tests.kiosk.clocks import HandClock
from tests.kiosk.things import DUE, SITI_SEALED, act, item, uid

SITE, KIOSK = SiteId("binjai"), DeviceId("kios-01")
MOUNTS = """\
/dev/mmcblk0p2 / ext4 ro,noatime 0 0
tmpfs /run tmpfs rw,nosuid 0 0
/dev/mmcblk0p3 /run/media ext4 rw 0 0
tmpfs /dev/shm tmpfs rw,nosuid,nodev 0 0
/dev/mmcblk0p4 /var/lib/sirkula ext4 rw 0 0
"""


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder in RAM, as every Linux has one."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        yield Path(folder)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger with one loan decided alone."""
    ledger = Ledger.open(tmp_path / "ledger.db", SITE, KIOSK, "life-1")
    moment = HandClock("boot-1").moment()
    ledger.intend(act(1), uid(1), item(1), Bearer(SITI_SEALED, "5171"), moment)
    ledger.releasing(act(1), DUE, provisional=True)
    yield ledger
    ledger.close()


def counted(ledger: Ledger) -> tuple[int, int]:
    """For the card that borrowed, and for any other."""
    return ledger.loans_decided_alone("5171"), ledger.loans_decided_alone("b0d1")


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("/run/sirkula", True),
        ("/run", True),
        ("/running", False),
        ("/run/media/usb", False),
        ("/dev/shm", True),  # noqa: S108
        ("/var/lib/sirkula/keys", False),
        ("/", False),
    ],
)
def test_a_folder_is_in_memory_by_the_mount_that_holds_it(folder: str, *, expected: bool) -> None:
    assert is_in_memory(Path(folder), MOUNTS) is expected


def test_the_key_outlives_the_program(memory: Path, ledger: Ledger) -> None:
    first = card_key(memory / "sirkula", SITE, KIOSK, ledger)
    assert card_key(memory / "sirkula", SITE, KIOSK, ledger) == first
    assert len(first) == KEY_BYTES
    assert [file.stat().st_mode & 0o777 for file in (memory / "sirkula").iterdir()] == [0o600]


def test_each_station_of_a_machine_has_its_own(memory: Path, ledger: Ledger) -> None:
    other = card_key(memory, SITE, DeviceId("kios-02"), ledger)
    assert card_key(memory, SITE, KIOSK, ledger) != other


def test_without_the_key_of_before_nobodys_loans_can_be_told(memory: Path, ledger: Ledger) -> None:
    card_key(memory, SITE, KIOSK, ledger)
    assert counted(ledger) == (1, 1)


def test_with_the_key_of_before_they_can(memory: Path, ledger: Ledger, tmp_path: Path) -> None:
    empty = Ledger.open(tmp_path / "other.db", SITE, KIOSK, "life-1")
    card_key(memory, SITE, KIOSK, empty)
    card_key(memory, SITE, KIOSK, ledger)
    empty.close()
    assert counted(ledger) == (1, 0)


def test_on_a_disk_no_key_is_ever_written(ledger: Ledger) -> None:
    here = Path(__file__).parent
    before = sorted(here.iterdir())
    first = card_key(here, SITE, KIOSK, ledger)
    assert card_key(here, SITE, KIOSK, ledger) != first
    assert sorted(here.iterdir()) == before
    assert counted(ledger) == (1, 1)


def open_to_others(file: Path) -> None:
    file.chmod(0o644)


def cut_short(file: Path) -> None:
    os.truncate(file, 31)


def of_another_ledger(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b"life-1", b"life-2"))


def somewhere_else(file: Path) -> None:
    file.rename(file.with_suffix(".moved"))
    file.symlink_to(file.with_suffix(".moved"))


def a_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file, 0o600)


@pytest.mark.parametrize(
    "spoil", [a_pipe, open_to_others, cut_short, of_another_ledger, somewhere_else]
)
def test_a_key_that_others_may_know_or_have_put_there_is_replaced(
    memory: Path, ledger: Ledger, spoil: Callable[[Path], None]
) -> None:
    first = card_key(memory, SITE, KIOSK, ledger)
    (file,) = memory.iterdir()
    spoil(file)
    second = card_key(memory, SITE, KIOSK, ledger)
    assert second != first
    assert card_key(memory, SITE, KIOSK, ledger) == second
    assert file.stat().st_mode & 0o777 == 0o600
    assert not file.is_symlink()


def test_a_folder_that_takes_no_file_leaves_the_key_to_this_life(
    memory: Path, ledger: Ledger
) -> None:
    (memory / "taken").write_text("a file where a folder belongs", encoding="ascii")
    first = card_key(memory / "taken", SITE, KIOSK, ledger)
    assert card_key(memory / "taken", SITE, KIOSK, ledger) != first
