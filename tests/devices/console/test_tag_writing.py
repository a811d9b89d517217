"""`sirkula tag write` and `mend`, as processes against a simulated pad."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.capabilities import TagMemory
from devices.feig.simulator import FeigPeer
from devices.pseudo_terminal import PseudoTerminal
from devices.simulated_tag import SimulatedTag
from devices.tag_field import TagField
from devices.tags.content import BookTag, Unreadable, read_tag
from tests.devices.tags_in_hand import ON_LOAN, SECURED, book, uid

PATIENCE = 60
LABEL = ("--model", "iso28560-3", "--item", "B00099", "--owner", "ID-1275014")


class Desk:
    """A pad with a station's settings file, and the commands typed at it."""

    def __init__(self, folder: Path) -> None:
        self.tags = TagField()
        self.simulator = PseudoTerminal(folder / "pad", lambda: FeigPeer(self.tags))
        self.simulator.plug()
        self.kept = folder / "kept"
        self.station = folder / "desk.toml"
        self.station.write_text(
            "[tags]\nowners = ['ID-1275014']\nafi_secured = 0x07\nafi_released = 0xC2\n"
            f"[reader]\ndriver = 'feig'\nport = '{self.simulator.path}'\n",
            encoding="utf-8",
        )

    def type(self, command: str, *words: str) -> subprocess.CompletedProcess[str]:
        places = ("--station", str(self.station), "--folder", str(self.kept))
        return subprocess.run(
            [sys.executable, "-m", "devices.console", "tag", command, *places, *words],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.simulator.close()


def item_on(tag: SimulatedTag) -> str | None:
    content = read_tag(TagMemory(tag.memory, 4, 0, 0))
    return str(content.item) if isinstance(content, BookTag) else None


@pytest.mark.parametrize("model", ["iso28560-3", "iso28560-2", "rfid501"])
def test_a_blank_tag_is_labelled_and_proven(desk: Desk, model: str) -> None:
    tag = SimulatedTag(uid(1), bytes(112), afi=ON_LOAN)
    desk.tags.put(tag)
    done = desk.type("write", "--model", model, "--item", "B00099")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["uid"], told["item"]) == (str(uid(1)), "B00099")
    assert told["blocks_written"] > 0
    assert (item_on(tag), tag.afi) == ("B00099", SECURED)
    assert tag.dsfid == {"iso28560-3": 0x3E, "iso28560-2": 0x06}.get(model, 0)


def test_a_torn_tag_is_refused_until_it_is_mended(desk: Desk) -> None:
    tag = book(1)
    desk.tags.put(tag)
    # Inventory, system information, the whole memory and the locks take eight commands.
    tag.leave_after(12, torn=True)
    torn = desk.type("write", *LABEL)
    assert torn.returncode == 1
    assert "tag mend" in torn.stderr
    assert isinstance(read_tag(TagMemory(tag.memory, 4, 0, 0)), Unreadable)
    desk.tags.put(tag)
    refused = desk.type("write", *LABEL)
    assert refused.returncode == 1
    assert "torn away before" in refused.stderr
    assert desk.type("mend").returncode == 0
    assert item_on(tag) == "B00099"
    assert "nothing was begun" in desk.type("mend").stderr


def test_a_torn_tag_can_be_restored_to_what_it_held(desk: Desk) -> None:
    tag = book(1)
    before = tag.memory
    desk.tags.put(tag)
    tag.leave_after(12, torn=True)
    desk.type("write", *LABEL)
    assert tag.memory != before
    desk.tags.put(tag)
    assert desk.type("mend", "--restore").returncode == 0
    assert tag.memory == before


def test_two_tags_on_the_pad_are_one_too_many(desk: Desk) -> None:
    desk.tags.put(book(1))
    desk.tags.put(book(2))
    refused = desk.type("write", *LABEL)
    assert refused.returncode == 1
    assert "2 tags lie on the pad" in refused.stderr
    assert (item_on(book(1)), desk.kept.exists()) == ("B00001", False)


def test_a_locked_block_refuses_before_anything_is_written(desk: Desk) -> None:
    tag = book(1)
    tag.locked = {2}
    before = tag.memory
    desk.tags.put(tag)
    refused = desk.type("write", *LABEL)
    assert refused.returncode == 1
    assert "locked" in refused.stderr
    assert tag.memory == before
