"""`sirkula staff`: what is printed opens the door, and tells neither card nor code."""

import tomllib

from typer.testing import CliRunner

from broker.staff_keys import StaffCards, is_code
from broker.vocabulary import PatronId, Secret
from devices.console.staff import app

CODE, CARD = "246813", "04A1B2C3D4E5F6"


def printed(*words: str, typed: str) -> dict[str, object]:
    done = CliRunner().invoke(app, list(words), input=typed)
    assert done.exit_code == 0, done.output
    lines = [line for line in done.output.splitlines() if " = " in line]
    assert CODE not in done.output
    assert CARD not in done.output
    return tomllib.loads("\n".join(lines))


def test_a_code_is_printed_as_a_hash() -> None:
    kept = printed("code", typed=f"{CODE}\n{CODE}\n")["code"]
    assert isinstance(kept, str)
    assert is_code(Secret(CODE), kept)


def test_a_card_is_printed_as_a_hash_and_a_second_one_with_the_same_key() -> None:
    first = printed("card", typed=f"{CARD}\n")
    again = printed("card", "--key", str(first["card_key"]), typed=f"{CARD}\n")
    assert again == first
    cards = first["cards"]
    assert isinstance(cards, list)
    assert PatronId(CARD) in StaffCards(str(first["card_key"]), tuple(cards))


def test_a_weak_code_is_refused() -> None:
    done = CliRunner().invoke(app, ["code"], input="1234\n1234\n")
    assert done.exit_code != 0
    assert "6 digits or more" in str(done.exception)
