"""Members' PINs as staff set them: from standard input, never seen on any command line."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from broker.requests import Account, AccountOf
from broker.vocabulary import Reason, Refusal, Secret
from server.journal.database import transaction
from server.journal.tables import pin
from server.library import Library
from tests.server.desk.test_commands import Desk
from tests.server.stories import KIOSK, MEDAN, NOON, SITE, SITI


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Desk:
    standing = Desk(tmp_path, database_url)
    standing.hears()
    return standing


def answer(engine: Engine, said: str | None) -> object:
    secret = None if said is None else Secret(said)
    with transaction(engine) as connection:
        return Library(MEDAN, SITE).answer(connection, AccountOf(SITI, secret), KIOSK, NOON)


def test_a_pin_is_set_from_standard_input_and_removed(desk: Desk, engine: Engine) -> None:
    done = desk.runs("members", "pin", words=("--member", "kta-1"), typed="271828\n")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert answer(engine, None) == Refusal(Reason.NEEDS_PIN)
    assert isinstance(answer(engine, "271828"), Account)
    removed = desk.runs("members", "pin", words=("--member", "KTA-1", "--remove"))
    assert removed.returncode == 0, removed.stderr
    assert isinstance(answer(engine, None), Account)


@pytest.mark.parametrize(
    ("member", "typed", "says"),
    [
        ("KTA-1", "", "no PIN was given"),
        ("KTA-1", "abc", "a PIN is 4 to 12 digits"),
        ("KTA-1", "123", "a PIN is 4 to 12 digits"),
        ("KTA-9", "271828", "no member has this number or card"),
    ],
)
def test_what_cannot_be_a_pin_is_refused_and_not_repeated(
    desk: Desk, engine: Engine, member: str, typed: str, says: str
) -> None:
    done = desk.runs("members", "pin", words=("--member", member), typed=typed)
    assert done.returncode == 1
    assert says in done.stderr
    assert typed == "" or typed not in done.stderr
    with transaction(engine) as connection:
        assert connection.scalars(select(pin.c.member)).all() == []


def test_a_pin_on_the_command_line_is_refused(desk: Desk) -> None:
    done = desk.runs("members", "pin", words=("--member", "KTA-1", "271828"), typed="314159\n")
    assert done.returncode == 2
