"""Labelling at a real terminal: every write is proven, written down, and survives a power cut."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.capabilities import TagMemory
from devices.security import Security
from devices.simulated_tag import Fault, SimulatedTag
from devices.tags.content import BookTag, read_tag
from devices.tags.models import Model
from devices.tags.rfid501 import Label as Rfid501
from kiosk.staff.heard import NotWritten, Written
from kiosk.staff.words import Failure, Found
from tests.devices.tags_in_hand import ON_LOAN, SECURED, book, uid
from tests.kiosk.staff.tag_desk import TagDesk, blank, hands

ROOT = Path(__file__).parents[3]
PATIENCE = 60
CARD_NUMBER = "KTA-SECRET-7"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[TagDesk]:
    desk = TagDesk(tmp_path)
    yield desk
    desk.close()


def item_on(tag: SimulatedTag) -> str | None:
    content = read_tag(TagMemory(tag.memory, 4, 0, 0))
    return str(content.item) if isinstance(content, BookTag) else None


def patron_card(number: int) -> SimulatedTag:
    return SimulatedTag(uid(number), Rfid501(CARD_NUMBER, 0, 1, 1).encode(112), afi=ON_LOAN)


@pytest.mark.parametrize("model", [Model.ISO28560_3, Model.ISO28560_2, Model.RFID501])
def test_a_blank_tag_becomes_a_secured_book_in_every_model(desk: TagDesk, model: Model) -> None:
    tag = blank(1)
    desk.tags.put(tag)
    desk.hands = hands(desk.folder, model)
    done = desk.label(1, "B00099")
    assert isinstance(done, Written)
    assert done.blocks > 0
    assert (item_on(tag), tag.afi) == ("B00099", SECURED)
    assert desk.report() == [("begun", "B00099", "blank"), ("verified", "B00099", "blank")]


def test_another_items_tag_is_written_over_only_when_that_was_said(desk: TagDesk) -> None:
    tag = book(1)
    desk.tags.put(tag)
    assert desk.label(1, "B00099") == NotWritten(uid(1), Failure.CHANGED)
    assert item_on(tag) == "B00001"
    assert isinstance(desk.label(1, "B00099", over=True), Written)
    assert item_on(tag) == "B00099"
    assert desk.report()[-1] == ("verified", "B00099", "B00001")


@pytest.mark.parametrize("locked", [{0}, {27}, {4, 5}])
def test_a_tag_with_a_locked_block_is_never_written(desk: TagDesk, locked: set[int]) -> None:
    tag = blank(1)
    tag.locked = locked
    desk.tags.put(tag)
    assert desk.label(1, "B00099", over=True) == NotWritten(uid(1), Failure.LOCKED)
    assert tag.memory == bytes(112)
    assert [line[0] for line in desk.report()] == ["locked"]


def test_a_patrons_card_is_never_written_and_its_number_is_nowhere(desk: TagDesk) -> None:
    card = patron_card(1)
    before = card.memory
    desk.tags.put(card)
    assert desk.label(1, "B00099", over=True) == NotWritten(uid(1), Failure.CHANGED)
    assert card.memory == before
    seen = desk.with_reader(desk.hands.examine)
    kept = b"".join(file.read_bytes() for file in desk.folder.rglob("*") if file.is_file())
    assert CARD_NUMBER not in repr(seen)
    assert CARD_NUMBER.encode() not in kept


def test_a_second_tag_that_slid_beside_it_keeps_both_as_they_are(desk: TagDesk) -> None:
    first, second = blank(1), blank(2)
    desk.tags.put(first)
    desk.tags.put(second)
    assert desk.label(1, "B00099", over=True) == NotWritten(uid(1), Failure.CHANGED)
    assert (first.memory, second.memory) == (bytes(112), bytes(112))


def test_undoing_brings_back_the_blocks_and_the_marks(desk: TagDesk) -> None:
    tag = blank(1)
    desk.tags.put(tag)
    desk.label(1, "B00099")
    undone = desk.with_reader(lambda reader: desk.hands.undo(reader, uid(1)))
    assert isinstance(undone, Written)
    assert (tag.memory, tag.afi, tag.dsfid) == (bytes(112), ON_LOAN, 0)
    assert desk.report()[-1][0] == "undone"
    again = desk.with_reader(lambda reader: desk.hands.undo(reader, uid(1)))
    assert again == NotWritten(uid(1), Failure.CHANGED)


def test_a_tag_torn_away_is_reported_and_mended_or_brought_back(desk: TagDesk) -> None:
    for number, back, holds in ((1, False, "B00099"), (2, True, f"B{2:05}")):
        tag = book(number)
        desk.tags.put(tag)
        tag.tear_at_write()
        assert desk.label(number, "B00099", over=True) == NotWritten(uid(number), Failure.TORN)
        desk.tags.put(tag)
        assert uid(number) in desk.with_reader(desk.hands.examine).begun
        assert isinstance(desk.mend(number, back=back), Written)
        assert item_on(tag) == holds
        assert desk.report()[-1][0] == ("restored" if back else "completed")
        desk.tags.take(uid(number))


def test_a_worn_out_tag_is_no_success(desk: TagDesk) -> None:
    tag = blank(1)
    tag.fault = Fault.WRITES_FORGOTTEN
    desk.tags.put(tag)
    assert desk.label(1, "B00099") == NotWritten(uid(1), Failure.TORN)
    assert [line[0] for line in desk.report()] == ["begun", "torn"]


def test_what_is_not_written_down_is_not_begun(desk: TagDesk) -> None:
    tag = blank(1)
    desk.tags.put(tag)
    (desk.folder / "tags.csv").mkdir()
    assert desk.label(1, "B00099") == NotWritten(uid(1), Failure.NOT_RECORDED)
    assert tag.memory == bytes(112)


def test_the_quality_of_a_tag_is_told(desk: TagDesk) -> None:
    tag = book(1)
    tag.locked = {3}
    desk.tags.put(tag)
    (seen,) = desk.with_reader(desk.hands.examine).tags
    assert (seen.blocks, seen.model, seen.afi, seen.eas) == (28, "iso28560-3", SECURED, False)
    assert (seen.security, seen.locked) == (Security.SECURED, (3,))
    assert (seen.reads, seen.tries) == (10, 10)


def test_a_weak_tag_answers_fewer_times_than_it_was_asked(desk: TagDesk) -> None:
    tag = book(1)
    desk.tags.put(tag)
    tag.leave_after(5)
    (seen,) = desk.with_reader(desk.hands.examine).tags
    assert seen.reads < seen.tries
    assert not seen.reads_well
    assert seen.blocks == 0


def test_the_pad_is_tried_with_a_tag_without_one_and_unplugged(desk: TagDesk) -> None:
    assert desk.with_reader(desk.hands.test).found is Found.NO_TAG
    desk.tags.put(book(1))
    tried = desk.with_reader(desk.hands.test)
    assert (tried.found, tried.reads, tried.tries) == (Found.WELL, 10, 10)

    def pulled(reader: object) -> Found:
        desk.simulator.unplug()
        return desk.hands.test(reader).found  # type: ignore[arg-type]  # a reader all the same

    assert desk.with_reader(pulled) is Found.UNPLUGGED


def crash(desk: TagDesk, at: str) -> subprocess.CompletedProcess[str]:
    """Labels the tag in a process of its own, which a power cut ends."""
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.kiosk.staff.tag_desk",
            str(desk.simulator.path),
            str(desk.folder),
            "B00099",
        ],
        cwd=ROOT,
        env=os.environ | {"SIRKULA_CRASH_AT": at, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@pytest.mark.parametrize("at", ["K5", "K6", "K6:3", "K5:5"])
def test_a_power_cut_between_writing_and_verifying_is_told_after_the_restart(
    desk: TagDesk, at: str
) -> None:
    tag = book(1)
    tag.afi = ON_LOAN
    desk.tags.put(tag)
    ended = crash(desk, at)
    assert ended.returncode == -9, ended.stderr
    assert item_on(tag) in (None, "B00001", "B00099")
    desk.restart()
    assert [line[0] for line in desk.report()] == ["begun", "interrupted"]
    seen = desk.with_reader(desk.hands.examine)
    assert seen.begun == {uid(1)}
    assert desk.label(1, "B00077", over=True) == NotWritten(uid(1), Failure.CHANGED)
    assert isinstance(desk.mend(1, back=False), Written)
    assert (item_on(tag), tag.afi) == ("B00099", SECURED)
    desk.restart()
    assert [line[0] for line in desk.report()][-2:] == ["begun", "completed"]
