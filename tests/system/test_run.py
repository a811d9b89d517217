"""One way to run things, as the README says it."""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_run_alone_lists_its_commands() -> None:
    listed = run("./run")
    assert listed.returncode == 0
    everyday = ("demo", "test", "check", "bench", "lock")
    for name in (
        *everyday,
        "simulate",
        "crash",
        "kill",
        "storm",
        "load",
        "fuzz",
        "audit",
        "canary",
        "proof",
    ):
        assert f"./run {name}" in listed.stdout


def test_an_unknown_command_is_named() -> None:
    refused = run("./run", "dance")
    assert refused.returncode == 2
    assert "unknown command: dance" in refused.stderr


def test_every_command_of_the_readme_is_one_that_exists() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = run("./run").stdout
    names = set(re.findall(r"\./run ([a-z]+)", readme))
    assert names >= {"demo", "test", "simulate", "check"}
    assert all(f"./run {name}" in listed for name in names)


def test_every_picture_and_link_of_the_readme_is_there() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", readme):
        assert (ROOT / target).exists(), target


def test_sirkula_lists_every_program() -> None:
    listed = run(sys.executable, "-m", "devices.console", "--help")
    assert listed.returncode == 0
    for name in ("demo", "kiosk", "dropbox", "agent", "server", "ils", "broker"):
        assert re.search(rf"\b{name}\b", listed.stdout), name


def test_fuzzing_finds_no_surprise_and_says_how_much_it_tried() -> None:
    fuzzed = run(sys.executable, "-m", "tests.fuzz", "--count", "200")
    assert fuzzed.returncode == 0, fuzzed.stderr
    summary = json.loads(fuzzed.stdout.splitlines()[-1])
    assert summary["inputs"] == 200 * summary["parsers"]
    assert summary["surprises"] == []
