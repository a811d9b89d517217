"""A thousand accidents, and no certain word that the system's ledger does not bear out."""

import json
import subprocess
import sys

import pytest

from tests.ils.accidents import UNDISTURBED, Accident, Plan
from tests.ils.cases import ACTS, Case, tried
from tests.ils.wild import PERSONALITIES

CASES = 1_000
ENDS = {
    "patron": "PatronRecord",
    "item": "ItemRecord",
    "lend": "Lent",
    "take back": "Returned",
    "renew": "Renewed",
    "pay": "PaymentNoted",
}
# The gateway takes no payments.
UNPAID = {("slims-gateway", "pay"): "Refused"}


@pytest.mark.timeout(600)
def test_a_thousand_accidents_leave_no_false_certainty_and_no_second_effect() -> None:
    command = [sys.executable, "-m", "tests.ils", "--cases", str(CASES)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    figures = json.loads(run.stdout.splitlines()[-1])
    assert (run.returncode, figures["cases"], figures["violations"]) == (0, CASES, 0), run.stderr
    assert figures["ends"]["Lent"] > CASES // 40


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("personality", PERSONALITIES)
def test_without_an_accident_every_act_ends_well(personality: str, act: str) -> None:
    found = tried(Case(personality, act, UNDISTURBED), 10.0)
    assert (found.ended, found.wrong) == (UNPAID.get((personality, act), ENDS[act]), "")


@pytest.mark.parametrize("accident", [Accident.YES_WITHOUT_EFFECT, Accident.NO_WITH_EFFECT])
@pytest.mark.parametrize(("act", "number"), [("lend", "11"), ("take back", "09")])
def test_a_client_that_believes_every_word_is_found_out(
    act: str, number: str, accident: Accident
) -> None:
    case = Case("koha", act, Plan(accident, number))
    assert tried(case, 10.0, trusting=True).wrong
    assert not tried(case, 10.0).wrong
