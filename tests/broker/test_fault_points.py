"""A fault point does nothing in service, and ends the process where a test asked for it."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from broker.fault_points import FAULT_POINTS, FaultPoint, arm, fault_point
from broker.program import crash_at

ROOT = Path(__file__).parents[2]
PROGRAM = """
from broker.fault_points import fault_point
from broker.program import run_command

def passing() -> None:
    for _ in range(3):
        print("passed", flush=True)
        fault_point("K5", "R2")

run_command(passing)
"""


@pytest.fixture
def passed() -> Iterator[list[FaultPoint]]:
    found: list[FaultPoint] = []
    arm(found.append)
    yield found
    arm(None)


def test_an_armed_point_is_told_under_each_of_its_names(passed: list[FaultPoint]) -> None:
    fault_point("K14", "R9")
    assert passed == ["K14", "R9"]
    arm(None)
    fault_point("K14", "R9")
    assert passed == ["K14", "R9"]


def test_every_name_is_placed_in_the_product_and_no_other() -> None:
    placed: set[str] = set()
    for package in ("broker", "devices", "kiosk", "server"):
        for file in (ROOT / package).rglob("*.py"):
            for call in re.findall(r"fault_point\(([^)]*)\)", file.read_text(encoding="utf-8")):
                placed |= set(re.findall(r'"([A-Z]\d+)"', call))
    assert placed == set(FAULT_POINTS)


@pytest.mark.parametrize("name", ["", "K99", "k5"])
def test_a_point_there_is_not_is_named(name: str) -> None:
    with pytest.raises(ValueError, match="no fault point"):
        crash_at(name)


@pytest.mark.parametrize(
    ("armed", "status", "passes"),
    [("", 0, 3), ("K5", -signal.SIGKILL, 1), ("R2:2", -signal.SIGKILL, 2)],
)
def test_a_process_dies_where_its_environment_says(armed: str, status: int, passes: int) -> None:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={"PYTHONPATH": str(ROOT), "SIRKULA_CRASH_AT": armed},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout.count("passed")) == (status, passes), run.stderr
