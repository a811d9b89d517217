"""The simulated RR3036 does what the sources say a real one does."""

import pytest

from devices.capabilities import TagDescription, TagUid
from devices.iso15693 import TagRefusal
from devices.rr3036.frame import Frame, Receiver
from devices.rr3036.protocol import (
    EIGHT_BYTES,
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
    reply_of,
)
from devices.rr3036.replies import Blocks, ReaderInformation, Sighting, Sightings, TagInformation
from devices.rr3036.simulator import RR9036, Rr3036Peer
from devices.simulated_tag import Fault, SimulatedTag
from devices.tag_field import TagField
from tests.devices.tags_in_hand import ON_LOAN, SECURED, book, uid

TAG_IT = TagUid(bytes.fromhex("E007000000000001"))
DONE = Reply(Status.OK)


def ask(peer: Rr3036Peer, request: Request) -> Reply:
    return answer(peer, question(request))


def answer(peer: Rr3036Peer, asked: Frame) -> Reply:
    receiver = Receiver()
    receiver.hear(peer.hear(asked.encode()))
    frame = receiver.next_frame()
    assert frame is not None
    assert frame.address == 0x00
    return reply_of(frame)


def ask_tag(
    peer: Rr3036Peer, command: Command, tag: TagUid, *arguments: int, state: int = 0
) -> Reply:
    return ask(peer, TagRequest(command, tag, bytes(arguments), state))


def told(reply: Reply) -> list[TagUid]:
    return [tag.uid for tag in Sightings.decode(reply.body).tags]


def error(refusal: TagRefusal) -> Reply:
    return Reply(Status.ISO15693_ERROR, bytes((refusal,)))


def test_a_bad_frame_is_never_answered() -> None:
    peer = Rr3036Peer(TagField(book(1)))
    frame = bytearray(question(Inventory(Scan.NEW)).encode())
    frame[-1] ^= 0x01
    assert peer.hear(bytes(frame)) == b""


def test_half_a_frame_is_forgotten_when_the_line_falls_silent() -> None:
    peer = Rr3036Peer(TagField(book(1)))
    frame = question(Inventory(Scan.NEW)).encode()
    assert peer.hear(frame[:4]) == b""
    peer.silence()
    assert peer.hear(frame[4:]) == b""


def test_only_its_own_address_and_ff_are_heard() -> None:
    peer = Rr3036Peer(TagField())
    heard = [bool(peer.hear(question(Inventory(Scan.NEW), at).encode())) for at in (0, 255, 1)]
    assert heard == [True, True, False]


def test_a_reader_tells_what_it_is_in_any_mode() -> None:
    peer = Rr3036Peer(TagField(), RR9036)
    ask(peer, ForReader(ReaderCommand.ISO14443A))
    ask(peer, ForReader(ReaderCommand.CLOSE_FIELD))
    reply = ask(peer, ForReader(ReaderCommand.INFORMATION))
    assert ReaderInformation.decode(reply.body) == RR9036


def test_tags_are_out_of_reach_in_another_mode_or_without_a_field() -> None:
    peer = Rr3036Peer(TagField(book(1)))
    for command, refuses, back in (
        (ReaderCommand.ISO14443A, Status.WRONG_MODE, ReaderCommand.ISO15693),
        (ReaderCommand.ISO14443B, Status.WRONG_MODE, ReaderCommand.ISO15693),
        (ReaderCommand.CLOSE_FIELD, Status.FIELD_CLOSED, ReaderCommand.OPEN_FIELD),
    ):
        assert ask(peer, ForReader(command)) == DONE
        assert ask(peer, Inventory(Scan.NEW)) == Reply(refuses)
        assert ask_tag(peer, Command.SYSTEM_INFORMATION, uid(1)) == Reply(refuses)
        assert ask(peer, ForReader(back)) == DONE
        assert ask_tag(peer, Command.SYSTEM_INFORMATION, uid(1)).status is Status.OK


def test_what_was_told_is_quiet_until_the_field_goes_off() -> None:
    peer = Rr3036Peer(TagField(book(1), book(2)))
    assert told(ask(peer, Inventory(Scan.REST))) == [uid(1), uid(2)]
    assert ask(peer, Inventory(Scan.REST)) == Reply(Status.NO_TAG)
    assert told(ask(peer, Inventory(Scan.NEW))) == [uid(1), uid(2)]
    assert ask(peer, Inventory(Scan.ONE)) == Reply(Status.NO_TAG)
    ask(peer, ForReader(ReaderCommand.CLOSE_FIELD))
    ask(peer, ForReader(ReaderCommand.OPEN_FIELD))
    assert told(ask(peer, Inventory(Scan.ONE))) == [uid(1)]
    assert told(ask(peer, Inventory(Scan.REST))) == [uid(2)]


def test_a_scan_tells_sixteen_tags_at_most_and_says_whether_those_were_all() -> None:
    peer = Rr3036Peer(TagField(*(book(number) for number in range(33))))
    replies = [ask(peer, Inventory(scan)) for scan in (Scan.NEW, Scan.REST, Scan.REST)]
    assert [reply.status for reply in replies] == [
        Status.MORE_TAGS,
        Status.MORE_TAGS,
        Status.NO_TAG,
    ]
    assert [len(told(reply)) for reply in replies] == [16, 16, 1]
    assert len({tag for reply in replies for tag in told(reply)}) == 33


def test_an_inventory_finds_one_family() -> None:
    lent = book(2)
    lent.afi = ON_LOAN
    peer = Rr3036Peer(TagField(book(1), lent))
    reply = ask(peer, Inventory(Scan.NEW, ON_LOAN))
    assert reply == Reply(Status.NO_TAG, Sightings((Sighting(uid(2), lent.dsfid),)).encode())
    assert len(told(ask(peer, Inventory(Scan.NEW, 0)))) == 2


def test_an_rr9036_tells_one_tag_at_a_time_and_has_no_scan() -> None:
    peer = Rr3036Peer(TagField(book(1), book(2)), RR9036)
    for scan in (Scan.NEW, Scan.REST):
        assert ask(peer, Inventory(scan)) == Reply(Status.NOT_SUPPORTED)
    replies = [ask(peer, Inventory(Scan.ONE)) for _ in range(3)]
    assert [reply.status for reply in replies] == [Status.OK, Status.OK, Status.NO_TAG]
    assert [told(reply) for reply in replies] == [[uid(1)], [uid(2)], []]


def test_a_tag_is_described_and_read_with_its_locks() -> None:
    tag = book(1)
    tag.locked = {2}
    peer = Rr3036Peer(TagField(tag))
    reply = ask_tag(peer, Command.SYSTEM_INFORMATION, uid(1))
    about = TagDescription(4, 28, SECURED, tag.dsfid)
    assert TagInformation.decode(reply.body) == TagInformation(uid(1), about)
    reply = ask_tag(peer, Command.READ_BLOCKS, uid(1), 1, 3)
    blocks = tuple(tag.memory[at : at + 4] for at in (4, 8, 12))
    assert Blocks.decode(reply.body, 4) == Blocks(blocks, (False, True, False))


def test_what_cannot_be_read_has_its_own_status() -> None:
    stubborn = book(2)
    stubborn.fault = Fault.READS_REFUSED
    peer = Rr3036Peer(TagField(book(1), stubborn))

    def read(number: int, first: int, count: int, state: int = 0) -> Reply:
        return ask_tag(peer, Command.READ_BLOCKS, uid(number), first, count, state=state)

    assert read(1, 27, 2) == error(TagRefusal.BLOCK_NOT_AVAILABLE)
    assert read(1, 0, 13) == Reply(Status.OUT_OF_RANGE)
    assert read(1, 0, 7, EIGHT_BYTES) == Reply(Status.OUT_OF_RANGE)
    assert read(1, 0, 1, EIGHT_BYTES) == Reply(Status.TAG_ANSWERS_ODDLY)
    assert read(2, 0, 1) == error(TagRefusal.UNKNOWN)
    assert read(3, 0, 1) == Reply(Status.NO_TAG)


def test_afi_dsfid_and_blocks_are_written() -> None:
    tag = book(1)
    peer = Rr3036Peer(TagField(tag))
    assert ask_tag(peer, Command.WRITE_AFI, uid(1), ON_LOAN, state=TYPE_B) == DONE
    assert ask_tag(peer, Command.WRITE_DSFID, uid(1), 0x06, state=TYPE_B) == DONE
    assert ask_tag(peer, Command.WRITE_BLOCK, uid(1), 3, *b"abcd", state=TYPE_B) == DONE
    assert (tag.afi, tag.dsfid, tag.memory[12:16]) == (ON_LOAN, 0x06, b"abcd")


def test_a_write_of_the_wrong_type_changes_nothing() -> None:
    tags = [book(1), SimulatedTag(TAG_IT, bytes(32), afi=SECURED)]
    peer = Rr3036Peer(TagField(*tags))
    for tag, state in zip(tags, (0, TYPE_B), strict=True):
        refused = ask_tag(peer, Command.WRITE_AFI, tag.uid, ON_LOAN, state=state)
        assert refused == error(TagRefusal.OPTION_NOT_SUPPORTED)
        assert tag.afi == SECURED


def test_writes_fail_each_in_its_own_way() -> None:
    locked, weak, liar = book(1), book(2), book(3)
    locked.locked = {3}
    weak.fault = Fault.WRITES_FAIL
    liar.fault = Fault.WRITES_FORGOTTEN
    peer = Rr3036Peer(TagField(locked, weak, liar))

    def write(number: int) -> Reply:
        return ask_tag(peer, Command.WRITE_BLOCK, uid(number), 3, *b"abcd", state=TYPE_B)

    assert write(1) == error(TagRefusal.BLOCK_LOCKED)
    assert write(2) == Reply(Status.TAG_ANSWERS_ODDLY)
    assert write(3) == DONE
    assert b"abcd" not in locked.memory + weak.memory + liar.memory


@pytest.mark.parametrize(
    ("frame", "status"),
    [
        (Frame(0x99, b"\x00"), Status.NOT_SUPPORTED),
        (question(ForReader(ReaderCommand.BEEP, b"\x01\x01\x01")), Status.NOT_SUPPORTED),
        (question(TagRequest(Command.LOCK_AFI, uid(1), state=TYPE_B)), Status.NOT_SUPPORTED),
        (question(TagRequest(Command.SYSTEM_INFORMATION, None)), Status.NOT_SUPPORTED),
        (Frame(Command.INVENTORY), Status.LENGTH),
        (Frame(Command.WRITE_AFI, b"\x08" + uid(1).raw), Status.LENGTH),
    ],
)
def test_what_a_reader_will_not_do_has_its_own_status(frame: Frame, status: Status) -> None:
    tag = book(1)
    assert answer(Rr3036Peer(TagField(tag)), frame) == Reply(status)
    assert not tag.afi_is_locked


def test_a_new_scan_costs_the_time_the_field_needs() -> None:
    tags = TagField(book(1))
    peer = Rr3036Peer(tags)
    tags.seconds_on_air()
    ask(peer, Inventory(Scan.REST))
    going_on = tags.seconds_on_air()
    ask(peer, Inventory(Scan.NEW))
    assert tags.seconds_on_air() > going_on + 0.01
