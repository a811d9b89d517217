"""The page of proof says what was printed, no more and no less."""

import subprocess
import sys
from pathlib import Path

from tests.proof.__main__ import PAGE, read
from tests.proof.page import SECTIONS, broken, page

CLEAN = {"states": 2000, "lost": 0, "corrupt": 0, "violations": 0, "seed": 1}
CRASH = CLEAN | {"control_states": 240, "control_lost": 150, "control_corrupt": 9}


def kept(**figures: object) -> dict[str, dict[str, object]]:
    run: dict[str, object] = {
        "date": "2026-11-26",
        "machine": "2 cores",
        "figures": CRASH | figures,
    }
    return {"crash": run}


def test_the_page_is_what_the_kept_figures_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(read()), "run ./run proof"


def test_every_command_of_the_page_exists() -> None:
    root = Path(__file__).parents[2]
    listed = subprocess.run(["./run"], cwd=root, capture_output=True, text=True, check=True).stdout
    for name, run in read().items():
        (section,) = (one for one in SECTIONS if one.name == name)
        assert " ".join(section.repeat(run["figures"]).split()[:2]) in listed


def test_a_figure_stands_with_its_day_and_how_to_repeat_it() -> None:
    text = page(kept())
    assert (
        "`./run crash --count 2000 --seed 1`, 2026-11-26, 2 cores. No promise was broken." in text
    )
    assert "| 2,000 | power cuts |" in text


def test_a_broken_promise_is_not_hidden() -> None:
    assert "**3 promises were broken.**" in page(kept(violations=3))


def test_a_command_nobody_ran_is_named() -> None:
    assert page({}).count("Not run yet.") == len(SECTIONS)


def test_a_run_without_a_count_of_violations_is_judged_by_what_it_lists() -> None:
    assert broken({"surprises": ["topic"]}) == 1
    assert broken({"missed": []}) == 0


def test_a_stale_page_fails_the_check() -> None:
    command = [sys.executable, "-m", "tests.proof", "--check"]
    assert subprocess.run(command, check=False).returncode == 0
