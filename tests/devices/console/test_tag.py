"""`sirkula tag` as a technician uses it, and as a program of its own."""

import json
import subprocess
import sys
from typing import Any

import pytest
from typer.testing import CliRunner

from devices.console.tag import app
from tests.vectors.read import vectors

ANNEX_B1 = "1101013130303030303030353600000000000098A4444B3731383530300000000000"
FIXED = [tag["hex"] for tag in vectors("iso28560_3_tags")["tags"]]
SETS = {tag["id"]: tag["hex"] for tag in vectors("iso28560_2_tags")["tags"]}
RFID501 = {tag["id"]: tag["hex"] for tag in vectors("rfid501_tags")["tags"]}


def run(*arguments: str, lines: str | None = None) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, arguments, input=lines)
    return done.exit_code, done.stdout, done.stderr


def decoded(*arguments: str) -> dict[str, Any]:
    exit_code, out, _ = run("decode", *arguments)
    assert exit_code == 0
    found: dict[str, Any] = json.loads(out)
    return found


def encoded(*arguments: str) -> str:
    exit_code, out, err = run("encode", *arguments)
    assert exit_code == 0, err
    return out.strip()


def refused(*arguments: str) -> str:
    exit_code, out, err = run(*arguments)
    assert (exit_code, out) == (2, "")
    return " ".join(err.replace("│", "").split())


def test_one_tag_is_one_object() -> None:
    assert decoded(ANNEX_B1) == {
        "model": "iso28560-3",
        "item": "1000000056",
        "owner": "DK-718500",
        "part": 1,
        "parts": 1,
        "usage": "circulation",
        "elements": {"usage": "1"},
        "problems": [],
    }


def test_a_bad_line_never_stops_or_changes_the_others() -> None:
    given = [ANNEX_B1, "zz", "", "123", SETS["yst_real"], "\xff", " " + ANNEX_B1.lower() + "\r"]
    exit_code, out, _ = run("decode", "--lines", lines="\n".join(given))
    shown = [json.loads(line) for line in out.splitlines()]
    assert exit_code == 0
    assert [each["item"] for each in shown] == [
        "1000000056",
        None,
        None,
        None,
        "YST0450585",
        None,
        "1000000056",
    ]
    assert all(each["model"] == "unknown" and each["problems"] for each in shown[1:4])


def test_a_site_may_say_what_its_tags_are() -> None:
    memory = encoded(
        "--model", "text", "--item", "1100234", "--text-start", "4", "--text-length", "12"
    )
    assert memory == "00000000" + b"1100234".hex().upper().ljust(24, "0")
    assert decoded(memory)["model"] == "unknown"
    assert decoded(memory, "--text-start", "4", "--text-length", "12")["item"] == "1100234"
    assert decoded(ANNEX_B1, "--only", "rfid501")["problems"]


def test_the_standards_examples_are_written_byte_for_byte() -> None:
    item = ("--item", "1000000056", "--owner", "DK-718500")
    assert encoded("--model", "iso28560-3", *item) == ANNEX_B1
    annex = ("--owner", "US-InU-Mu", "--parts", "12", "--part", "3", "--element", "6=QA268.L55")
    sets = ("--model", "iso28560-2", "--item", "123456789012", "--lock", "1", "--lock", "3")
    assert encoded(*sets, *annex) == SETS["gbt35660_annex"]
    assert encoded("--model", "rfid501", "--item", "1111") == RFID501["write_sample"]


@pytest.mark.parametrize("model", ["iso28560-3", "iso28560-2"])
def test_what_is_encoded_is_decoded(model: str) -> None:
    said = ("--item", "B00012", "--owner", "ID-1275014", "--usage", "discarded")
    sizes = ("--parts", "3", "--part", "2", "--size", "112", "--block-size", "8")
    memory = encoded("--model", model, *said, *sizes)
    assert len(memory) == 224
    shown = decoded(memory, "--block-size", "8")
    assert [shown[key] for key in ("model", "item", "owner", "usage", "parts", "part")] == [
        model,
        "B00012",
        "ID-1275014",
        "discarded",
        3,
        2,
    ]
    assert shown["problems"] == []


def test_an_owner_that_a_model_has_no_room_for_is_told() -> None:
    exit_code, out, err = run("encode", "--model", "rfid501", "--item", "1", "--owner", "ID-1")
    assert (exit_code, len(out.strip())) == (0, 64)
    assert "left out" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("decode",), "either one hexadecimal MEMORY or --lines"),
        (("decode", "00", "--lines"), "either one hexadecimal MEMORY or --lines"),
        (("decode", "00", "--only", "text"), "--text-start"),
        (("encode", "--model", "uhf", "--item", "1"), "choose another model"),
        (("encode", "--model", "iso28560-3", "--item", "x" * 17), "shorten it"),
        (("encode", "--model", "iso28560-3", "--item", "1", "--part", "2"), "say how many parts"),
        (("encode", "--model", "iso28560-3", "--item", "1", "--size", "33"), "too small"),
        (("encode", "--model", "iso28560-2", "--item", "1", "--element", "x"), "6=QA268.L55"),
        (("encode", "--model", "iso28560-2", "--item", "B00012", "--size", "4"), "no room"),
        (("encode", "--model", "rfid501", "--item", "1", "--usage", "discarded"), "another usage"),
        (("encode", "--model", "text", "--item", "ü"), "plain ASCII"),
        (("encode", "--model", "iso28560-3", "--item", "B 12|x"), "no item number"),
        (("encode", "--model", "iso28560-2", "--item", "B12", "--owner", "nobody"), "ID-1275014"),
    ],
)
def test_what_cannot_be_done_is_refused_with_words(arguments: tuple[str, ...], words: str) -> None:
    assert words in refused(*arguments)


def test_it_runs_as_a_program_of_its_own() -> None:
    lines = "\n".join([*FIXED, *SETS.values(), "nonsense"]) * 50
    done = subprocess.run(
        [sys.executable, "-m", "devices.console", "tag", "decode", "--lines"],
        input=lines.encode(),
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert len(done.stdout.splitlines()) == len(lines.splitlines())
    assert all(json.loads(line)["model"] for line in done.stdout.splitlines())
