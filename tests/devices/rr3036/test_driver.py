"""What the driver makes of RR3036 readers that are late, odd, wrong or switched off between."""

from collections.abc import Callable

import pytest

from devices.capabilities import TagDescription, TagUid
from devices.errors import DeviceError, Garbled, NoAnswer, Refused, TagGone
from devices.pseudo_terminal import Peer
from devices.reading import read_whole_tag
from devices.rr3036.driver import Rr3036Reader, identify
from devices.rr3036.frame import ANY_ADDRESS, Frame, Receiver
from devices.rr3036.protocol import (
    TYPE_B,
    Command,
    ForReader,
    Inventory,
    ReaderCommand,
    Reply,
    Request,
    Scan,
    Status,
    TagRequest,
    question,
    request_of,
)
from devices.rr3036.replies import Blocks, ReaderInformation, Sighting, Sightings, TagInformation
from devices.rr3036.simulator import RR3036, RR9036, Rr3036Peer
from devices.simulated_tag import SimulatedTag
from devices.tag_field import TagField
from tests.devices.answering import AnsweringLine, HeldBack
from tests.devices.tags_in_hand import ON_LOAN, SECURED, book, uid

TAG_IT = TagUid(bytes.fromhex("E007000000000001"))
FUJITSU = TagUid(bytes.fromhex("E008000000000001"))


class Overheard:
    """A reader, and the questions it was asked."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self.asked: list[Request | Status] = []

    def answer(self, data: bytes) -> bytes:
        self.asked.append(request_of(frame_in(data)))
        return self._peer.hear(data)


def frame_in(data: bytes) -> Frame:
    receiver = Receiver()
    receiver.hear(data)
    frame = receiver.next_frame()
    assert frame is not None
    return frame


def reader_on(answer: Callable[[bytes], bytes], address: int = ANY_ADDRESS) -> Rr3036Reader:
    line = AnsweringLine(answer)
    return Rr3036Reader(line, address, clock=lambda: line.now)


def scripted(*replies: Reply) -> Rr3036Reader:
    """A reader that gives these answers, whatever it is asked."""
    left = iter(replies)
    return reader_on(lambda _: next(left).frame(0x00).encode())


def tell(peer: Peer, command: ReaderCommand) -> None:
    """As another program would."""
    assert peer.hear(question(ForReader(command)).encode())


def about(number: int, size: int = 4) -> Reply:
    told = TagInformation(uid(number), TagDescription(size, 28, SECURED, 0))
    return Reply(Status.OK, told.encode())


def blocks(count: int) -> Reply:
    return Reply(Status.OK, Blocks((b"abcd",) * count, (False,) * count).encode())


def found(*numbers: int, status: Status = Status.NO_TAG) -> Reply:
    tags = tuple(Sighting(uid(number), 0x3E) for number in numbers)
    return Reply(status, Sightings(tags).encode())


def refused(code: int) -> Reply:
    return Reply(Status.ISO15693_ERROR, bytes((code,)))


@pytest.mark.parametrize("holds", [1, 2, 3])
@pytest.mark.parametrize(
    "late",
    [
        lambda reader: reader.inventory(),
        lambda reader: reader.describe(uid(1)),
        lambda reader: reader.read_blocks(uid(1), 0, 12),
        lambda reader: reader.write_afi(uid(1), SECURED),
        lambda reader: reader.write_afi(uid(9), SECURED),
    ],
)
def test_a_late_answer_is_never_taken_for_the_next_tags(
    late: Callable[[Rr3036Reader], object], holds: int
) -> None:
    reader_end = HeldBack(Rr3036Peer(TagField(book(1), book(2))))
    reader = reader_on(reader_end.answer)
    assert reader.describe(uid(1)).block_count == 28
    reader_end.holds = holds
    for _ in range(holds):
        with pytest.raises(NoAnswer):
            late(reader)
    assert read_whole_tag(reader, uid(2)).memory == book(2).memory
    assert reader.inventory() == (uid(1), uid(2))


@pytest.mark.parametrize(
    "before",
    [
        (ReaderCommand.ISO14443A,),
        (ReaderCommand.CLOSE_FIELD,),
        (ReaderCommand.CLOSE_FIELD, ReaderCommand.ISO14443B),
    ],
)
def test_a_reader_in_another_mode_or_with_its_field_closed_is_brought_back(
    before: tuple[ReaderCommand, ...],
) -> None:
    tag = book(1)
    peer = Rr3036Peer(TagField(tag))
    reader = reader_on(peer.hear)

    def left() -> Rr3036Reader:
        for command in before:
            tell(peer, command)
        return reader

    assert left().inventory() == (tag.uid,)
    assert left().describe(tag.uid).afi == SECURED
    assert b"".join(left().read_blocks(tag.uid, 0, 28)) == tag.memory
    left().write_afi(tag.uid, ON_LOAN)
    assert tag.afi == ON_LOAN


@pytest.mark.parametrize("about", [RR3036, RR9036])
def test_a_reader_switched_off_and_on_in_the_middle_of_an_inventory_tells_all(
    about: ReaderInformation,
) -> None:
    tags = TagField(*(book(number) for number in range(20)))
    questions = 0
    peer = Rr3036Peer(tags, about)

    def answer(asked: bytes) -> bytes:
        nonlocal questions, peer
        questions += 1
        if questions == 2:
            peer = Rr3036Peer(tags, about)
        return peer.hear(asked)

    assert reader_on(answer).inventory() == tuple(uid(number) for number in range(20))


def test_a_reader_that_is_not_brought_back_is_refused() -> None:
    with pytest.raises(Refused, match="not possible"):
        scripted(Reply(Status.WRONG_MODE), Reply(Status.NOT_POSSIBLE)).describe(uid(1))
    closed = Reply(Status.FIELD_CLOSED)
    with pytest.raises(Refused, match="field closed"):
        scripted(closed, Reply(Status.OK), closed, Reply(Status.OK), closed).describe(uid(1))


def test_more_tags_than_one_answer_tells_are_all_found_every_time() -> None:
    peer = Overheard(Rr3036Peer(TagField(*(book(number) for number in range(40)))))
    reader = reader_on(peer.answer)
    for _ in range(3):
        assert reader.inventory() == tuple(uid(number) for number in range(40))
    assert peer.asked[:3] == [Inventory(Scan.NEW), Inventory(Scan.REST), Inventory(Scan.REST)]


def test_tags_that_another_program_made_quiet_are_found() -> None:
    for peer in (Rr3036Peer(TagField(book(1))), Rr3036Peer(TagField(book(1)), RR9036)):
        assert peer.hear(question(Inventory(Scan.ONE)).encode())
        assert reader_on(peer.hear).inventory() == (uid(1),)


def test_a_reader_without_a_scan_is_asked_for_one_tag_at_a_time() -> None:
    peer = Overheard(Rr3036Peer(TagField(book(1), book(2)), RR9036))
    reader = reader_on(peer.answer)
    assert reader.inventory() == (uid(1), uid(2))
    once = [
        ForReader(ReaderCommand.CLOSE_FIELD),
        ForReader(ReaderCommand.OPEN_FIELD),
        *[Inventory(Scan.ONE)] * 3,
    ]
    assert peer.asked == [Inventory(Scan.NEW), *once]
    assert reader.inventory() == (uid(1), uid(2))
    assert peer.asked == [Inventory(Scan.NEW), *once, *once]


@pytest.mark.parametrize(
    "status",
    [Status.LENGTH, Status.NOT_SUPPORTED, Status.OUT_OF_RANGE, Status.NOT_POSSIBLE],
)
def test_however_a_reader_says_it_has_no_scan(status: Status) -> None:
    done = Reply(Status.OK)
    replies = (Reply(status), done, done, found(1, status=Status.OK), found())
    assert scripted(*replies).inventory() == (uid(1),)


@pytest.mark.parametrize(
    "replies",
    [
        (found(2, 1),),
        (found(2, 1, status=Status.OK), found()),
        (found(2, 1, status=Status.OK), found(status=Status.OK)),
        (found(2, status=Status.MORE_TAGS), found(1)),
        (found(2, 1, status=Status.MORE_TAGS), found(status=Status.NOTHING_IN_SCAN_TIME)),
        (found(2, status=Status.MORE_TAGS), found(2, status=Status.MORE_TAGS), found(1)),
        (found(2, 1, status=Status.MORE_TAGS), found(status=Status.MORE_TAGS)),
        (found(2, 1, status=Status.MORE_TAGS), found(status=Status.TAG_ANSWERS_ODDLY)),
    ],
)
def test_an_inventory_is_gone_on_with_until_nothing_is_told(replies: tuple[Reply, ...]) -> None:
    assert scripted(*replies).inventory() == (uid(1), uid(2))


def test_no_tag_is_an_empty_inventory_and_tags_that_cannot_be_told_apart_are_not() -> None:
    assert scripted(found()).inventory() == ()
    with pytest.raises(Refused, match="lay down fewer"):
        scripted(found(status=Status.NOTHING_IN_SCAN_TIME)).inventory()
    with pytest.raises(TagGone):
        scripted(found(status=Status.TAG_ANSWERS_ODDLY)).inventory()
    with pytest.raises(Refused):
        scripted(Reply(Status.EEPROM)).inventory()


def test_an_inventory_that_never_ends_is_not_asked_for_ever() -> None:
    endless = (found(number, status=Status.MORE_TAGS) for number in range(200))
    assert len(scripted(*endless).inventory()) == 128


def test_an_answer_about_another_tag_is_not_heard() -> None:
    assert scripted(about(1)).describe(uid(1)).afi == SECURED
    with pytest.raises(NoAnswer):
        scripted(about(2)).describe(uid(1))


def test_a_memory_that_ends_early_is_read_as_far_as_it_goes() -> None:
    assert scripted(blocks(12), refused(0x10)).read_blocks(uid(1), 0, 28) == (b"abcd",) * 12
    assert scripted(blocks(5)).read_blocks(uid(1), 0, 28) == (b"abcd",) * 5
    assert scripted(refused(0x10)).locked_blocks(uid(1), 0, 28) == ()


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(Status.NO_TAG), TagGone),
        (Reply(Status.TAG_ANSWERS_ODDLY), TagGone),
        (refused(0x0F), Refused),
        (Reply(Status.NOT_SUPPORTED), Refused),
        (Reply(Status.OUT_OF_RANGE), Refused),
        (Reply(Status.OK, b"\x03" + about(1).body[1:]), Garbled),
        (Reply(Status.OK, about(1).body[:-1]), Garbled),
        (Reply(Status.OK), NoAnswer),
    ],
)
def test_each_status_is_the_error_it_means(reply: Reply, error: type[DeviceError]) -> None:
    with pytest.raises(error):
        scripted(reply).describe(uid(1))


def test_a_status_nobody_documented_is_garbled() -> None:
    with pytest.raises(Garbled):
        reader_on(lambda _: Frame(0x77, b"", 0x00).encode()).describe(uid(1))


def test_a_tag_that_refuses_is_quoted() -> None:
    with pytest.raises(Refused, match="block locked"):
        scripted(refused(0x12)).write_afi(uid(1), ON_LOAN)


def test_each_tag_is_written_as_its_maker_wants() -> None:
    tags = [SimulatedTag(tag, bytes(64), afi=SECURED) for tag in (uid(1), TAG_IT)]
    peer = Overheard(Rr3036Peer(TagField(*tags)))
    reader = reader_on(peer.answer)
    for tag in tags:
        reader.write_blocks(tag.uid, 3, (b"abcd", b"efgh"))
        reader.write_dsfid(tag.uid, 0x06)
        reader.write_afi(tag.uid, ON_LOAN)
        assert (tag.memory[12:20], tag.dsfid, tag.afi) == (b"abcdefgh", 0x06, ON_LOAN)
    states = [request.state for request in peer.asked if isinstance(request, TagRequest)]
    assert states == [TYPE_B] * 4 + [0] * 4


def test_blocks_of_eight_bytes_are_read_and_written_as_such() -> None:
    tag = SimulatedTag(FUJITSU, bytes(range(80)), afi=SECURED, block_size=8)
    peer = Overheard(Rr3036Peer(TagField(tag)))
    reader = reader_on(peer.answer)
    assert b"".join(reader.read_blocks(FUJITSU, 0, 10)) == tag.memory
    reader.write_blocks(FUJITSU, 9, (b"abcdefgh",))
    assert reader.read_blocks(FUJITSU, 8, 2)[1] == tag.memory[72:80] == b"abcdefgh"
    kinds = [request.command for request in peer.asked if isinstance(request, TagRequest)]
    assert kinds.count(Command.SYSTEM_INFORMATION) == 1


def test_a_chip_that_left_is_asked_anew_for_the_size_of_its_blocks() -> None:
    tags = TagField(SimulatedTag(FUJITSU, bytes(80), afi=SECURED, block_size=8))
    peer = Overheard(Rr3036Peer(tags))
    reader = reader_on(peer.answer)
    reader.read_blocks(FUJITSU, 0, 1)
    tags.take(FUJITSU)
    assert reader.inventory() == ()
    with pytest.raises(TagGone):
        reader.read_blocks(FUJITSU, 0, 1)
    assert peer.asked[-1] == TagRequest(Command.SYSTEM_INFORMATION, FUJITSU)


def test_blocks_of_another_size_are_refused() -> None:
    tag = SimulatedTag(FUJITSU, bytes(320), afi=SECURED, block_size=32)
    reader = reader_on(Rr3036Peer(TagField(tag)).hear)
    with pytest.raises(Refused, match="blocks of 32 bytes"):
        reader.read_blocks(FUJITSU, 0, 1)
    with pytest.raises(Refused, match="blocks of 32 bytes"):
        reader.write_blocks(FUJITSU, 0, (bytes(32),))
    assert tag.memory == bytes(320)


def test_eas_is_refused_and_nothing_is_asked() -> None:
    reader = scripted()
    for refuses in (
        lambda: reader.eas_is_on(uid(1)),
        lambda: reader.set_eas(uid(1), on=True),
        lambda: reader.set_eas(uid(1), on=False),
    ):
        with pytest.raises(Refused, match="mark books by their AFI"):
            refuses()


def test_another_readers_answer_on_the_same_line_is_not_heard() -> None:
    def answer(_: bytes) -> bytes:
        return about(1).frame(0x02).encode()

    with pytest.raises(NoAnswer):
        reader_on(answer, address=0x01).describe(uid(1))
    assert reader_on(answer, address=0x02).describe(uid(1)).afi == SECURED


def test_the_reader_that_answered_first_is_meant_from_then_on() -> None:
    addresses: list[int] = []

    def answer(asked: bytes) -> bytes:
        addresses.append(asked[1])
        return about(1).frame(0x05 if len(addresses) == 1 else 0x06).encode()

    reader = reader_on(answer)
    assert reader.describe(uid(1)).afi == SECURED
    with pytest.raises(NoAnswer):
        reader.describe(uid(1))
    assert addresses == [ANY_ADDRESS, 0x05]


@pytest.mark.parametrize("noise", ["F0", "F0F0", "05F0F0F0"])
def test_noise_before_an_answer_does_not_hide_it(noise: str) -> None:
    peer = Rr3036Peer(TagField(book(1)))
    heard = 0

    def answer(asked: bytes) -> bytes:
        nonlocal heard
        heard += 1
        return (bytes.fromhex(noise) if heard > 1 else b"") + peer.hear(asked)

    assert read_whole_tag(reader_on(answer), uid(1)).memory == book(1).memory


def test_a_reader_says_who_it_is() -> None:
    tags = TagField(book(1))
    assert identify(AnsweringLine(Rr3036Peer(tags, RR9036).hear), 1.0) == "RR9036, version 03.80"
    peer = Overheard(Rr3036Peer(tags))
    assert identify(AnsweringLine(peer.answer), 1.0).startswith("RR3036")
    assert peer.asked == [ForReader(ReaderCommand.INFORMATION)]
