"""The disk that loses its power: what must survive does, and what may be missing sometimes is."""

import os
import sys
from pathlib import Path
from random import Random

import pytest

from tests.crash.disk import SECTOR, Disk
from tests.crash.recording import (
    BadRecording,
    Call,
    FolderMade,
    Opened,
    Removed,
    Saw,
    Synced,
    Wrote,
    heard,
    record,
)

FILE, FOLDER = 3, 4
MADE = Opened("ledger", FILE, may_make=True)
FOLDER_SYNCED = (Opened("", FOLDER, may_make=False), Synced(FOLDER))


def found_after(*calls: Call) -> set[bytes | None]:
    """Every content of the file that a hundred cuts leave; None when it is not there."""
    disk = Disk()
    for call in calls:
        disk.hear(call)
    return {disk.survivors(Random(seed)).get("ledger") for seed in range(100)}


def test_what_was_synced_under_a_synced_name_is_always_there() -> None:
    synced = (MADE, *FOLDER_SYNCED, Wrote(FILE, 0, b"loan"), Synced(FILE))
    assert found_after(*synced) == {b"loan"}


def test_a_file_whose_folder_was_not_synced_may_be_gone() -> None:
    assert found_after(MADE, Wrote(FILE, 0, b"loan"), Synced(FILE)) == {b"loan", None}


def test_a_file_in_a_folder_that_was_never_safe_may_be_gone() -> None:
    inside = Opened("station/ledger", FILE, may_make=True)
    calls = (FolderMade("station"), inside, Opened("station", FOLDER, may_make=False))
    disk = Disk()
    for call in (*calls, Synced(FOLDER)):
        disk.hear(call)
    assert {len(disk.survivors(Random(seed))) for seed in range(100)} == {0, 1}


def test_a_removed_file_may_come_back_until_its_folder_is_synced() -> None:
    there = (MADE, *FOLDER_SYNCED, Removed("ledger"))
    assert found_after(*there) == {b"", None}
    assert found_after(*there, *FOLDER_SYNCED) == {None}


def test_what_was_not_synced_survives_whole_or_not_or_torn_between_sectors() -> None:
    written = bytes([1]) * SECTOR + bytes([2]) * SECTOR
    found = found_after(MADE, *FOLDER_SYNCED, Wrote(FILE, 0, written))
    assert found == {b"", written, written[:SECTOR], bytes(SECTOR) + written[SECTOR:]}


def test_a_later_write_may_survive_an_earlier_one() -> None:
    calls = (MADE, *FOLDER_SYNCED, Wrote(FILE, 0, b"ab"), Wrote(FILE, 2, b"cd"))
    assert b"\0\0cd" in found_after(*calls)


def program(folder: Path, body: str) -> list[Call]:
    """What a small program did below `folder`, with its witness beside it."""
    state, witness = folder / "state", folder / "witness"
    state.mkdir()
    script = f"import os\nstate, witness = {str(state)!r}, {str(witness)!r}\n{body}"
    record([sys.executable, "-c", script], folder / "strace")
    return list(heard(folder / "strace", state, witness))


def test_a_real_program_is_heard_call_by_call(tmp_path: Path) -> None:
    calls = program(
        tmp_path,
        "file = os.open(state + '/ledger', os.O_RDWR | os.O_CREAT)\n"
        "os.pwrite(file, b'loan\\x00', 7)\n"
        "os.fdatasync(file)\n"
        "seen = os.open(witness, os.O_WRONLY | os.O_CREAT)\n"
        "os.write(seen, b'{\"shown\": 1}')\n"
        "os.unlink(state + '/ledger')\n",
    )
    (opened, *rest) = calls
    assert isinstance(opened, Opened)
    file = opened.descriptor
    assert opened.path == "ledger"
    assert rest == [
        Wrote(file, 7, b"loan\0"),
        Synced(file),
        Saw({"shown": 1}),
        Removed("ledger"),
    ]


def test_a_call_nobody_knows_makes_the_recording_worthless(tmp_path: Path) -> None:
    with pytest.raises(BadRecording, match="rename on one"):
        program(
            tmp_path,
            "os.close(os.open(state + '/one', os.O_RDWR | os.O_CREAT))\n"
            "os.rename(state + '/one', state + '/two')\n",
        )


def test_a_program_that_fails_is_no_recording(tmp_path: Path) -> None:
    with pytest.raises(BadRecording):
        program(tmp_path, f"os._exit({os.EX_SOFTWARE})")
