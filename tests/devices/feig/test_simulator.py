"""The simulated reader does what the manual says a real one does, byte for byte."""

from dataclasses import replace

from devices.feig.frame import Form, Frame, Receiver
from devices.feig.protocol import (
    EasAlarm,
    Inventory,
    ReadBlocks,
    Request,
    RfReset,
    SetEas,
    SoftwareVersion,
    SystemInformation,
    Transparent,
    WriteAfi,
    question,
)
from devices.feig.replies import Reply, Sightings, Status, TagInformation, Told, Version, reply_of
from devices.feig.simulator import CPR_M02, EAS_SEQUENCE, LR200, MR101, MR102, FeigPeer
from devices.iso15693 import TagRefusal
from devices.simulated_tag import Fault
from devices.tag_field import TagField
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
    narrow = replace(MR101, transmit_buffer=128)
    peer = FeigPeer(TagField(*(book(number) for number in range(30))), narrow)
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
    peer = FeigPeer(TagField(book(1)), CPR_M02)
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


def test_a_long_answer_to_a_standard_question_comes_in_an_advanced_frame() -> None:
    peer = FeigPeer(TagField(book(1, blocks=79)), LR200)
    asked = question(ReadBlocks(uid(1), 0, 79), form=Form.STANDARD)
    told = peer.hear(asked.encode())
    assert (told[0], len(told)) == (0x02, 8 + 2 + 79 * 5)


def test_a_reader_that_resets_itself_finds_the_same_tags_again() -> None:
    peer = FeigPeer(TagField(book(1)), LR200)
    assert [ask(peer, Inventory()).status for _ in range(2)] == [Status.OK] * 2


def test_a_reader_of_few_tags_tells_the_others_when_it_is_asked_again() -> None:
    peer = FeigPeer(TagField(*(book(number) for number in range(9))), CPR_M02)
    replies = [ask(peer, Inventory()) for _ in range(4)]
    overflow = Status.DATA_BUFFER_OVERFLOW
    assert [reply.status for reply in replies] == [
        *(overflow, overflow, Status.OK, Status.NO_TRANSPONDER)
    ]
    told = [tag.uid for reply in replies for tag in Sightings.decode(reply.body).tags]
    assert told == [uid(number) for number in range(9)]


def test_a_scanning_reader_tells_what_it_is_and_nothing_of_its_tags() -> None:
    peer = FeigPeer(TagField(book(1)), replace(MR101, is_scanning=True))
    assert Version.decode(ask(peer, SoftwareVersion()).body).reader == 76
    for request in (Inventory(), SystemInformation(uid(1)), EasAlarm(uid(1))):
        assert ask(peer, request).status is Status.COMMAND_NOT_AVAILABLE


def test_memory_sizes_are_told_as_the_manual_says_or_less_one() -> None:
    bodies = [
        ask(FeigPeer(TagField(book(1)), personality), SystemInformation(uid(1))).body
        for personality in (MR101, MR102)
    ]
    assert [body[-3:-1].hex() for body in bodies] == ["041c", "031b"]
    assert TagInformation.decode(bodies[0]) == TagInformation.decode(bodies[1])


def test_a_reader_without_custom_commands_carries_them_over_the_air() -> None:
    tag, plain = book(1), book(2)
    plain.eas = None
    peer = FeigPeer(TagField(tag, plain), CPR_M02)
    assert ask(peer, SetEas(uid(1))).status is Status.UNKNOWN_COMMAND
    assert ask(peer, Transparent(EasAlarm(uid(1)))).status is Status.NO_TRANSPONDER
    assert Told.decode(ask(peer, Transparent(SetEas(uid(1)))).body) == Told()
    assert Told.decode(ask(peer, Transparent(EasAlarm(uid(1)))).body) == Told(EAS_SEQUENCE)
    refused = Told(bytes((TagRefusal.NOT_SUPPORTED,)), is_error=True)
    assert Told.decode(ask(peer, Transparent(SetEas(uid(2)))).body) == refused


def test_the_alarm_is_the_sequence_of_the_data_sheet() -> None:
    bits = "".join(f"{byte:08b}"[::-1] for byte in EAS_SEQUENCE)
    assert bits.startswith("11110100" + "11001101" + "01000110" + "00001110" + "10101011")
    assert bits.endswith("10100101" + "01001110" + "11101100" + "11110111")
    assert len(bits) == 256
