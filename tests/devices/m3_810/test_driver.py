"""What the driver makes of 3M readers that are late, odd or wrong."""

from collections.abc import Callable

import pytest

from devices.errors import DeviceError, Garbled, NoAnswer, Refused, TagGone
from devices.m3_810.driver import M3Reader, identify
from devices.m3_810.frame import Frame, Receiver
from devices.m3_810.protocol import Command, Reply, Status, probe_reply, request_of
from devices.m3_810.protocol import Probe as Probed
from devices.m3_810.replies import Blocks, Sighting, Sightings, Style, TagInformation
from devices.m3_810.simulator import M3Peer
from devices.reading import read_whole_tag
from devices.tag_field import TagField
from tests.devices.answering import AnsweringLine, HeldBack
from tests.devices.tags_in_hand import SECURED, book, uid


def reader_on(answer: Callable[[bytes], bytes]) -> M3Reader:
    line = AnsweringLine(answer)
    return M3Reader(line, clock=lambda: line.now)


def scripted(*frames: Frame) -> M3Reader:
    """A reader that answers the probe, and then gives these answers, whatever it is asked."""
    left = iter(frames)

    def answer(asked: bytes) -> bytes:
        receiver = Receiver()
        receiver.hear(asked)
        frame = receiver.next_frame()
        assert frame is not None
        if request_of(frame) == Probed():
            return probe_reply(b"\x0a\x05\x02\x1b").encode()
        return next(left).encode()

    return reader_on(answer)


def told(command: Command, number: int, body: bytes, status: Status = Status.OK) -> Frame:
    return Reply(command, status, uid(number).raw + body).frame()


def about(number: int) -> Frame:
    return told(Command.TAG_INFORMATION, number, TagInformation(0, SECURED, 4, 28).encode())


def blocks(count: int, first: int = 0) -> Frame:
    read = Blocks(first, (b"abcd",) * count)
    return told(Command.READ_BLOCKS, 1, read.encode(Style.OLD))


def test_a_late_answer_is_never_taken_for_the_next_tags() -> None:
    for holds in (1, 2, 3):
        reader_end = HeldBack(M3Peer(TagField(book(1), book(2))))
        reader = reader_on(reader_end.answer)
        assert reader.describe(uid(1)).block_count == 28
        reader_end.holds = holds
        for _ in range(holds):
            with pytest.raises(NoAnswer):
                reader.describe(uid(1))
        assert read_whole_tag(reader, uid(2)).memory == book(2).memory


def test_a_reader_that_does_not_answer_the_probe_is_asked_nothing_else() -> None:
    asked: list[bytes] = []

    def silence(question: bytes) -> bytes:
        asked.append(question)
        return b""

    reader = reader_on(silence)
    for _ in range(2):
        with pytest.raises(NoAnswer):
            reader.describe(uid(1))
    assert {question.hex().upper() for question in asked} == {"D500050400118C66"}


def test_an_answer_about_another_tag_is_not_heard() -> None:
    assert scripted(about(1)).describe(uid(1)).afi == SECURED
    with pytest.raises(NoAnswer):
        scripted(about(2)).describe(uid(1))


def test_a_tag_told_twice_is_one_tag() -> None:
    tags = tuple(Sighting(uid(number), None) for number in (2, 1, 2))
    found = Reply(Command.INVENTORY, Status.OK, Sightings(0, 5, tags).encode())
    assert scripted(found.frame()).inventory() == (uid(1), uid(2))


def test_no_transponder_is_an_empty_inventory() -> None:
    assert scripted(Reply(Command.INVENTORY, Status.NO_TRANSPONDER).frame()).inventory() == ()


def test_a_memory_that_ends_early_is_read_as_far_as_it_goes() -> None:
    beyond = told(Command.READ_BLOCKS, 1, b"\x00", Status.MEMORY_NOT_AVAILABLE)
    assert scripted(blocks(8), beyond).read_blocks(uid(1), 0, 28) == (b"abcd",) * 8
    assert scripted(blocks(5)).read_blocks(uid(1), 0, 28) == (b"abcd",) * 5
    assert scripted(blocks(0)).read_blocks(uid(1), 0, 28) == ()


def test_other_blocks_than_those_asked_for_are_garbled() -> None:
    for answer in (blocks(8, first=8), blocks(9)):
        with pytest.raises(Garbled):
            scripted(answer).read_blocks(uid(1), 0, 8)


@pytest.mark.parametrize(
    ("frame", "error"),
    [
        (told(Command.TAG_INFORMATION, 1, b"", Status.NO_TRANSPONDER), TagGone),
        (told(Command.TAG_INFORMATION, 1, b"", Status.NOT_READ), TagGone),
        (told(Command.TAG_INFORMATION, 1, b"", Status.NOT_SUPPORTED), Refused),
        (Reply(Command.TAG_INFORMATION, Status.UNKNOWN).frame(), Refused),
        (Reply(Command.NOT_A_COMMAND, Status.NOT_IMPLEMENTED).frame(), Refused),
        (told(Command.TAG_INFORMATION, 1, b"\x03\x00\x07"), Garbled),
        (Frame(Command.TAG_INFORMATION, b"\x77"), Garbled),
    ],
)
def test_each_error_code_is_the_error_it_means(frame: Frame, error: type[DeviceError]) -> None:
    with pytest.raises(error):
        scripted(frame).describe(uid(1))


def test_eas_is_off_whether_told_by_value_or_by_error() -> None:
    on, off = told(Command.CHECK_EAS, 1, b"\x01"), told(Command.CHECK_EAS, 1, b"\x00")
    silent = told(Command.CHECK_EAS, 1, b"\x00", Status.NO_TRANSPONDER)
    bare = Reply(Command.CHECK_EAS, Status.NO_TRANSPONDER, b"\x00").frame()
    heard = [scripted(frame).eas_is_on(uid(1)) for frame in (on, off, silent, bare)]
    assert heard == [True, False, False, False]


def test_a_reader_says_who_it_is() -> None:
    line = AnsweringLine(M3Peer(TagField()).hear)
    assert identify(line, 1.0) == "3M 210/810, version 5.2.27"
    other = AnsweringLine(lambda _: probe_reply(b"\x0b\x01\x02\x03").encode())
    assert identify(other, 1.0) == "vendor 0B, version 1.2.3"
