"""What the driver makes of RL866 readers that are late, odd or wrong."""

from collections.abc import Callable

import pytest

from devices.errors import DeviceError, Garbled, NoAnswer, Refused, TagGone
from devices.reading import read_whole_tag
from devices.rl866.access import Blocks, Code, Result, TagInformation
from devices.rl866.driver import Rl866Reader, identify
from devices.rl866.frame import RESYNC, RESYNCED, Frame, Receiver
from devices.rl866.inventory import Inventoried, Report
from devices.rl866.protocol import Command, Connect, Error, Reply, reply_of, request_of
from devices.rl866.simulator import Rl866Peer
from devices.tag_field import TagField
from tests.devices.answering import AnsweringLine, HeldBack
from tests.devices.tags_in_hand import SECURED, book, uid


class Lossy:
    """A reader of which the next answers, or the next questions to it, are lost.

    It is silent, too, when the sequence is wrong: no published frame says that others answer.
    """

    def __init__(self) -> None:
        self.peer = Rl866Peer(TagField(book(1), book(2)))
        self.answers_lost = self.questions_lost = 0

    def answer(self, asked: bytes) -> bytes:
        if self.questions_lost:
            self.questions_lost -= 1
            return b""
        told = self.peer.hear(asked)
        if self.answers_lost:
            self.answers_lost -= 1
            return b""
        return b"" if reply_error(told) == Error.INVALID_SEQUENCE else told


def reply_error(answer: bytes) -> int:
    frame = frame_in(answer)
    return reply_of(frame).error if frame.body else 0


def frame_in(data: bytes) -> Frame:
    receiver = Receiver()
    receiver.hear(data)
    frame = receiver.next_frame()
    assert frame is not None
    return frame


def reader_on(answer: Callable[[bytes], bytes], address: int = 0xFF) -> Rl866Reader:
    line = AnsweringLine(answer)
    return Rl866Reader(line, address, clock=lambda: line.now)


def scripted(*replies: Reply, address: int = 0x01) -> Rl866Reader:
    """Connects any tag with handle 7, and answers the rest with these, whatever is asked."""
    left = iter(replies)

    def answer(asked: bytes) -> bytes:
        frame = frame_in(asked)
        if frame.control == RESYNC:
            return Frame(RESYNCED, b"", address).encode()
        if frame.body[0] == Command.DISCONNECT:
            reply = Reply(Command.DISCONNECT)
        elif frame.body[0] == Command.CONNECT:
            reply = Reply(Command.CONNECT, 0, b"\x07")
        else:
            reply = next(left)
        return reply.frame(frame.control, address).encode()

    return reader_on(answer)


def told(code: Code, data: bytes = b"", error: int = 0) -> Reply:
    return Reply(Command.ACCESS, 0, Result(code, error, data).encode())


def about(number: int) -> Reply:
    information = TagInformation(uid(number), 0, SECURED, 4, 28)
    return told(Code.SYSTEM_INFORMATION, information.encode())


def found(*numbers: int, cut_off: bool = False, of: int = 0) -> Reply:
    reports = tuple(Report.of(uid(number), 0) for number in numbers)
    body = Inventoried(cut_off, of or len(reports), reports).encode()
    return Reply(Command.INVENTORY, 0, body)


def test_a_late_answer_is_never_taken_for_the_next_tags() -> None:
    for holds in (1, 2, 3):
        reader_end = HeldBack(Rl866Peer(TagField(book(1), book(2))))
        reader = reader_on(reader_end.answer)
        assert reader.describe(uid(1)).block_count == 28
        reader_end.holds = holds
        for _ in range(holds):
            with pytest.raises(NoAnswer):
                reader.describe(uid(1))
        assert read_whole_tag(reader, uid(2)).memory == book(2).memory


@pytest.mark.parametrize("questions", range(6))
def test_the_sequence_survives_lost_questions_and_lost_answers(questions: int) -> None:
    for lost in ("questions_lost", "answers_lost"):
        reader_end = Lossy()
        reader = reader_on(reader_end.answer)
        for _ in range(questions):
            reader.inventory()
        setattr(reader_end, lost, 1)
        with pytest.raises(NoAnswer):
            reader.describe(uid(1))
        assert reader.describe(uid(1)).afi == SECURED
        assert reader.inventory() == (uid(1), uid(2))


def test_a_reader_whose_power_dipped_is_brought_back_without_a_word() -> None:
    field = TagField(book(1))
    peer = Rl866Peer(field)

    def answer(asked: bytes) -> bytes:
        return peer.hear(asked)

    reader = reader_on(answer)
    for asked_before in (1, 2):
        for _ in range(asked_before):
            reader.describe(uid(1))
        peer = Rl866Peer(field)
        assert reader.describe(uid(1)).afi == SECURED


def test_an_answer_that_comes_twice_is_not_taken_for_the_next() -> None:
    peer = Rl866Peer(TagField(book(1), book(2)))
    before = b""

    def answer(asked: bytes) -> bytes:
        nonlocal before
        again, before = before, peer.hear(asked)
        return again + before

    reader = reader_on(answer)
    for number in (1, 2):
        assert read_whole_tag(reader, uid(number)).memory == book(number).memory


def test_what_another_program_left_behind_does_not_matter() -> None:
    reader_end = Lossy()
    for number in (1, 2):  # it leaves a tag connected, and the sequence at 1
        assert reader_on(reader_end.answer).describe(uid(number)).afi == SECURED


def test_a_tag_is_connected_once_and_by_the_type_it_was_reported_with() -> None:
    connected: list[object] = []
    peer = Rl866Peer(TagField(book(1)))

    def answer(asked: bytes) -> bytes:
        frame = frame_in(asked)
        if frame.body[:1] == bytes((Command.CONNECT,)):
            connected.append(request_of(frame))
        if frame.body[:1] == bytes((Command.INVENTORY,)):
            peer.hear(asked)
            body = Inventoried(
                is_cut_off=False, found=1, reports=(Report(uid(1).raw[::-1], tag_type=7),)
            ).encode()
            return Reply(Command.INVENTORY, 0, body).frame(frame.control, 1).encode()
        return peer.hear(asked)

    reader = reader_on(answer)
    assert reader.inventory() == (uid(1),)
    assert read_whole_tag(reader, uid(1)).memory == book(1).memory
    assert connected == [Connect(uid(1), tag_type=7)]


def test_tags_told_in_several_answers_and_twice_are_each_one_tag() -> None:
    cut_off = scripted(found(2, 1, cut_off=True), found(2, 3))
    assert cut_off.inventory() == (uid(1), uid(2), uid(3))
    in_parts = scripted(found(2, of=3), found(1, of=3), found(3, of=3))
    assert in_parts.inventory() == (uid(1), uid(2), uid(3))


def test_an_inventory_that_never_ends_is_not_asked_for_ever() -> None:
    assert scripted(*[found(1, cut_off=True)] * 32).inventory() == (uid(1),)
    assert scripted(found(1, cut_off=True), found(cut_off=True)).inventory() == (uid(1),)
    assert scripted(found(1, of=2), Reply(Command.INVENTORY, 0x420)).inventory() == (uid(1),)


def test_a_reader_that_will_not_go_on_is_refused_only_when_it_was_cut_off() -> None:
    unwilling = Reply(Command.INVENTORY, Error.INVALID_PARAMETER)
    assert scripted(found(1, of=2), unwilling).inventory() == (uid(1),)
    for replies in ([unwilling], [found(1, cut_off=True), unwilling]):
        with pytest.raises(Refused):
            scripted(*replies).inventory()


def test_a_card_on_the_pad_does_not_hide_the_books() -> None:
    card = Report(bytes(4), tag_type=2, air_protocol=2)
    told = Inventoried(is_cut_off=False, found=2, reports=(card, Report.of(uid(1), 0)))
    assert scripted(Reply(Command.INVENTORY, 0, told.encode())).inventory() == (uid(1),)


def test_a_memory_that_ends_early_is_read_as_far_as_it_goes() -> None:
    first = told(Code.READ_BLOCKS, Blocks((b"abcd",) * 15).encode())
    for error in (Error.BLOCK_NOT_THERE, Error.BLOCK_LOCKED_OR_NOT_THERE):
        beyond = told(Code.READ_BLOCKS, error=error)
        assert scripted(first, beyond).read_blocks(uid(1), 0, 28) == (b"abcd",) * 15
    short = told(Code.READ_BLOCKS, Blocks((b"abcd",) * 5).encode())
    assert scripted(short).read_blocks(uid(1), 0, 28) == (b"abcd",) * 5


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (told(Code.SYSTEM_INFORMATION, error=Error.NO_TAG_FOUND), TagGone),
        (told(Code.SYSTEM_INFORMATION, error=Error.NO_DATA), TagGone),
        (told(Code.SYSTEM_INFORMATION, error=Error.AIR_INTEGRITY_BROKEN), TagGone),
        (Reply(Command.ACCESS, Error.TIMEOUT), TagGone),
        (told(Code.SYSTEM_INFORMATION, error=Error.TAG_REFUSES), Refused),
        (Reply(Command.ACCESS, Error.INVALID_COMMAND), Refused),
        (told(Code.SYSTEM_INFORMATION, error=0x0999), Refused),
        (told(Code.READ_BLOCKS), Garbled),
        (Reply(Command.ACCESS, 0, b"\x01"), Garbled),
        (about(2), Garbled),
    ],
)
def test_each_error_is_the_error_it_means(reply: Reply, error: type[DeviceError]) -> None:
    with pytest.raises(error):
        scripted(reply).describe(uid(1))


def test_a_reader_that_never_gives_a_handle_is_garbled() -> None:
    def answer(asked: bytes) -> bytes:
        frame = frame_in(asked)
        if frame.control == RESYNC:
            return Frame(RESYNCED, b"", 1).encode()
        return Reply(frame.body[0], 0, b"\x00").frame(frame.control, 1).encode()

    with pytest.raises(Garbled):
        reader_on(answer).describe(uid(1))


def test_eas_is_on_when_the_tag_answers_the_alarm() -> None:
    on, off = told(Code.EAS_ALARM, bytes(32)), told(Code.EAS_ALARM, error=Error.NO_TAG_FOUND)
    assert [scripted(reply).eas_is_on(uid(1)) for reply in (on, off)] == [True, False]
    with pytest.raises(Refused):
        scripted(told(Code.EAS_ALARM, error=Error.NOT_SUPPORTED)).eas_is_on(uid(1))


def test_another_readers_answer_on_the_same_line_is_not_heard() -> None:
    line = AnsweringLine(lambda _: Frame(RESYNCED, b"", 0x02).encode())
    with pytest.raises(NoAnswer):
        Rl866Reader(line, 0x01, clock=lambda: line.now).inventory()


def test_a_reader_says_who_it_is() -> None:
    assert identify(AnsweringLine(Rl866Peer(TagField()).hear), 1.0) == "RL866, address 01"
