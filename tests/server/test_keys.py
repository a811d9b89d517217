"""The key pair is made once, is nobody else's to read, and is never silently replaced."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from broker.sealing import SealingKey
from broker.vocabulary import PatronId
from server.journal.database import transaction
from server.keys import KeyUnusable, forget_key, opening_key

SITI = PatronId("KTA-0007")


def key_of(engine: Engine, folder: Path) -> SealingKey:
    with transaction(engine) as connection:
        return opening_key(folder, connection).sealing


def test_a_pair_is_made_once(engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "keys"
    first = key_of(engine, folder)
    assert str(key_of(engine, folder)) == str(first)
    with transaction(engine) as connection:
        assert opening_key(folder, connection).open(first.seal(SITI)) == SITI


def test_only_the_server_may_read_the_private_half(engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    public = key_of(engine, folder)
    modes = {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()}
    assert modes.keys() == {"sealing.key", "sealing.pub"}
    assert modes["sealing.key"] == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "sealing.pub").read_text(encoding="ascii") == f"{public}\n"


def test_a_lost_public_half_is_written_again(engine: Engine, tmp_path: Path) -> None:
    public = key_of(engine, tmp_path)
    (tmp_path / "sealing.pub").unlink()
    assert str(key_of(engine, tmp_path)) == str(public)
    assert (tmp_path / "sealing.pub").read_text(encoding="ascii") == f"{public}\n"


def lost(file: Path) -> None:
    file.unlink()


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def spoilt(file: Path) -> None:
    file.write_bytes(b"\xff" * 44)


def open_to_others(file: Path) -> None:
    file.chmod(0o640)


def a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir(mode=0o700)


@pytest.mark.parametrize(
    ("spoil", "advice"),
    [
        (lost, "bring the folder back from the backup"),
        (emptied, "a key of 32 bytes"),
        (spoilt, "cannot be used"),
        (open_to_others, "chmod 600"),
        (a_folder, "cannot be used"),
    ],
)
def test_a_key_that_cannot_be_used_is_named_and_not_replaced(
    engine: Engine, tmp_path: Path, spoil: Callable[[Path], None], advice: str
) -> None:
    key_of(engine, tmp_path)
    spoil(tmp_path / "sealing.key")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(KeyUnusable, match=advice) as refused:
        key_of(engine, tmp_path)
    assert str(tmp_path / "sealing.key") in str(refused.value)
    assert sorted(tmp_path.iterdir()) == before


def test_another_librarys_key_is_refused(engine: Engine, tmp_path: Path) -> None:
    key_of(engine, tmp_path / "other")
    with transaction(engine) as connection:
        forget_key(connection)
    key_of(engine, tmp_path / "own")
    with pytest.raises(KeyUnusable, match="another library's"):
        key_of(engine, tmp_path / "other")


def test_a_pair_that_is_lost_for_good_can_be_given_up(engine: Engine, tmp_path: Path) -> None:
    first = key_of(engine, tmp_path)
    (tmp_path / "sealing.key").unlink()
    with transaction(engine) as connection:
        forget_key(connection)
    assert str(key_of(engine, tmp_path)) != str(first)


def test_a_making_that_was_interrupted_leaves_no_half_key(engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    folder.mkdir()
    (folder / "sealing.new").write_text("half", encoding="ascii")
    key_of(engine, folder)
    assert {file.name for file in folder.iterdir()} == {"sealing.key", "sealing.pub"}
