"""The machine these tests run on, looked at for real."""

from pathlib import Path

import pytest

from broker.doctor.checks import Outcome
from broker.doctor.machine import (
    existing,
    look_at_clock,
    look_at_disk,
    look_at_folder,
    look_at_port,
    look_at_watchdog,
    look_at_zone,
)
from broker.doctor.report import lines, read_words
from broker.kernel_clock import discipline

MEMORY = Path("/dev/shm")  # noqa: S108 only looked at


def test_a_folder_of_our_own_is_well(tmp_path: Path) -> None:
    folder, file_system, disk = look_at_folder(tmp_path)
    assert (folder.outcome, file_system.outcome) == (Outcome.WELL, Outcome.WELL)
    assert file_system.places["kind"]
    assert disk.places["folder"] == str(tmp_path)


def test_a_folder_that_is_not_made_yet_is_judged_by_where_it_will_be(tmp_path: Path) -> None:
    assert look_at_folder(tmp_path / "new" / "newer")[0].outcome is Outcome.WELL
    assert not (tmp_path / "new").exists()
    assert existing(tmp_path / "new" / "newer") == tmp_path


def test_a_folder_that_cannot_be_made_is_unsafe(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (check,) = look_at_folder(tmp_path / "file" / "folder")
    assert (check.outcome, check.code) == (Outcome.UNSAFE, "not-writable")


def test_a_folder_that_anybody_may_write_is_wrong(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    checks = look_at_folder(tmp_path)
    assert (checks[0].outcome, checks[0].code) == (Outcome.ERROR, "open-to-all")
    assert f"chmod o-w {tmp_path}" in lines(checks, read_words())[0]


@pytest.mark.skipif(not MEMORY.is_dir(), reason="no file system in memory here")
def test_a_file_system_in_memory_is_told() -> None:
    assert "memory" in [check.code for check in look_at_folder(MEMORY)]


def test_a_port_is_there_or_missing(tmp_path: Path) -> None:
    assert look_at_port("reader", "/dev/null").outcome is Outcome.WELL
    missing = look_at_port("reader", str(tmp_path / "ttyUSB9"))
    assert (missing.outcome, missing.places["device"]) == (Outcome.ERROR, "reader")


@pytest.mark.parametrize("zone", ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"])
def test_the_branches_zones_are_known(zone: str) -> None:
    assert look_at_zone(zone).outcome is Outcome.WELL


@pytest.mark.parametrize("zone", ["Asia/Binjai", "", "../etc/passwd"])
def test_a_zone_that_is_none_is_wrong(zone: str) -> None:
    assert look_at_zone(zone).outcome is Outcome.ERROR
    assert look_at_zone(zone, Outcome.UNSAFE).outcome is Outcome.UNSAFE


def test_systemd_is_a_watchdog() -> None:
    assert look_at_watchdog({"WATCHDOG_USEC": "30000000"}).code == "systemd"
    assert look_at_watchdog({}).code in {"hardware", "none"}


def test_systemd_must_not_watch_a_program_that_does_not_tell_it_anything() -> None:
    assert look_at_watchdog({"WATCHDOG_USEC": "30000000"}, told=False).outcome is Outcome.ERROR
    assert look_at_watchdog({}, told=False).code in {"hardware", "no-hardware"}


def test_clock_and_disk_are_looked_at_for_real(tmp_path: Path) -> None:
    kept = discipline().synchronised
    assert look_at_clock().code == ("kept" if kept else "nobody-keeps-it")
    assert int(look_at_disk(tmp_path).places["megabytes"]) > 0
