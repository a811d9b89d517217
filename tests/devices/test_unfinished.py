"""What was begun on a tag is known until it is done."""

from pathlib import Path

import pytest

from devices.errors import BadTag
from devices.programming import Programming
from devices.unfinished import Unfinished
from tests.devices.tags_in_hand import uid

BEGUN = Programming(uid(1), bytes(range(112)), bytes(112), 4, (4, 5))


def test_what_was_begun_is_known_to_the_next_program(tmp_path: Path) -> None:
    Unfinished(tmp_path / "tags").begin(BEGUN)
    assert Unfinished(tmp_path / "tags").of(uid(1)) == BEGUN
    assert Unfinished(tmp_path / "tags").of(uid(2)) is None


def test_what_is_done_is_forgotten(tmp_path: Path) -> None:
    unfinished = Unfinished(tmp_path)
    unfinished.begin(BEGUN)
    unfinished.done(uid(1))
    unfinished.done(uid(1))
    assert unfinished.of(uid(1)) is None


def test_a_damaged_file_names_itself(tmp_path: Path) -> None:
    unfinished = Unfinished(tmp_path)
    unfinished.begin(BEGUN)
    (file,) = tmp_path.glob("*.json")
    file.write_bytes(file.read_bytes()[:-10])
    with pytest.raises(BadTag, match=file.name):
        unfinished.of(uid(1))
