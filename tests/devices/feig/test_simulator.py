"""The simulated reader does what the manual says a real one does, byte for byte."""

from devices.feig.frame import Frame, Receiver
from devices.feig.protocol import (
    Inventory,
    ReadBlocks,
    Reply,
    Request,
    RfReset,
    Sightings,
    Status,
    SystemInformation,
    WriteAfi,
    question,
    reply_of,
)
from devices.feig.simulator import FeigPeer
from devices.iso15693 import TagRefusal
from devices.simulated_tag import Fault, TagField
from tests.devices.tags_in_hand import ON_LOAN, book, uid


def ask(peer: FeigPeer, request: Request) -> Reply:
    receiver = Receiver()
    receiver.hear(peer.hear(question(request).encode()))
    frame = receiver.next_frame()
    assert frame is not None
    return reply_of(frame)


def test_a_bad_frame_is_never_answered() -> None:
    peer = FeigPeer(TagField(book(1)))
    frame = bytearray(question(Inventory()).encode())
    frame[-1] ^= 0x01
    assert peer.hear(bytes(frame)) == b""


def test_a_torn_frame_is_never_answered_even_when_the_rest_comes_late() -> None:
    peer = FeigPeer(TagField(book(1)))
    frame = question(Inventory()).encode()
    assert peer.hear(frame[:5]) == b""
    peer.silence()
    assert peer.hear(frame[5:]) == b""


def test_another_address_is_not_answered_and_every_address_is() -> None:
    peer = FeigPeer(TagField())
    assert peer.hear(question(RfReset(), address=0x12).encode()) == b""
    assert peer.hear(question(RfReset()).encode()).hex().upper() == "020008006900B357"


def test_a_tag_stays_quiet_until_the_field_is_reset() -> None:
    peer = FeigPeer(TagField(book(1)))
    assert ask(peer, Inventory()).status is Status.OK
    assert ask(peer, Inventory()).status is Status.NO_TRANSPONDER
    ask(peer, RfReset())
    assert ask(peer, Inventory()).status is Status.OK


def test_an_inventory_that_does_not_fit_comes_in_parts() -> None:
    peer = FeigPeer(TagField(*(book(number) for number in range(30))))
    replies = [ask(peer, Inventory(more=turn > 0)) for turn in range(3)]
    assert [reply.status for reply in replies] == [Status.MORE_DATA, Status.MORE_DATA, Status.OK]
    seen = [tag.uid for reply in replies for tag in Sightings.decode(reply.body).tags]
    assert seen == [uid(number) for number in range(30)]


def test_unknown_commands_and_lengths_have_their_own_status() -> None:
    peer = FeigPeer(TagField())
    receiver = Receiver()
    for frame in (Frame(0xFF, 0x52, b"\x00"), Frame(0xFF, 0xB0, b"\x27\x01")):
        receiver.hear(peer.hear(frame.encode()))
    answers = [reply_of(frame).status for frame in iter(receiver.next_frame, None)]
    assert answers == [Status.UNKNOWN_COMMAND, Status.LENGTH_ERROR]


def test_a_read_beyond_the_end_is_refused_by_the_tag() -> None:
    peer = FeigPeer(TagField(book(1)))
    beyond = Reply(Status.ISO15693_ERROR, bytes((TagRefusal.BLOCK_NOT_AVAILABLE,)))
    assert ask(peer, ReadBlocks(uid(1), 27, 2)) == beyond


def test_a_read_longer_than_the_buffer_is_refused_by_the_reader() -> None:
    peer = FeigPeer(TagField(book(1)))
    assert ask(peer, ReadBlocks(uid(1), 0, 28)).status is Status.DATA_BUFFER_OVERFLOW


def test_writes_fail_each_in_its_own_way() -> None:
    locked, weak, liar = book(1), book(2), book(3)
    locked.afi_is_locked = True
    weak.fault = Fault.WRITES_FAIL
    liar.fault = Fault.WRITES_FORGOTTEN
    peer = FeigPeer(TagField(locked, weak, liar))
    refused = Reply(Status.ISO15693_ERROR, bytes((TagRefusal.BLOCK_LOCKED,)))
    assert ask(peer, WriteAfi(uid(1), ON_LOAN)) == refused
    assert ask(peer, WriteAfi(uid(2), ON_LOAN)).status is Status.WRITE_ERROR
    assert ask(peer, WriteAfi(uid(3), ON_LOAN)).status is Status.OK
    assert ON_LOAN not in (locked.afi, weak.afi, liar.afi)


def test_a_tag_told_to_leave_answers_so_many_commands_and_no_more() -> None:
    tag = book(1)
    tag.leave_after(2)
    field = TagField(tag)
    peer = FeigPeer(field)
    answers = [ask(peer, SystemInformation(uid(1))).status for _ in range(3)]
    assert answers == [Status.OK, Status.OK, Status.NO_TRANSPONDER]
    field.put(tag)
    assert ask(peer, SystemInformation(uid(1))).status is Status.OK
