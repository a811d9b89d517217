"""The simulated 3M reader does what the specification and the captures say a real one does."""

import pytest

from devices.capabilities import TagUid
from devices.m3_810.frame import Frame, Receiver
from devices.m3_810.protocol import (
    Command,
    Inventory,
    Probe,
    ReaderVersion,
    Reply,
    Request,
    Status,
    TagRequest,
    question,
    reply_of,
)
from devices.m3_810.replies import Blocks, Sighting, Sightings, Style
from devices.m3_810.simulator import M3Peer
from devices.simulated_tag import Fault, SimulatedTag
from devices.tag_field import TagField
from tests.devices.tags_in_hand import ON_LOAN, SECURED, book, uid


def ask(peer: M3Peer, request: Request) -> Reply:
    return answer(peer, question(request))


def answer(peer: M3Peer, asked: Frame) -> Reply:
    receiver = Receiver()
    receiver.hear(peer.hear(asked.encode()))
    frame = receiver.next_frame()
    assert frame is not None
    return reply_of(frame)


def ask_tag(peer: M3Peer, command: Command, tag: TagUid, *arguments: int) -> tuple[Status, bytes]:
    reply = ask(peer, TagRequest(command, tag, bytes(arguments)))
    assert reply.command == command
    assert reply.body.startswith(tag.raw)
    return reply.status, reply.body[8:]


def test_a_bad_frame_is_never_answered() -> None:
    peer = M3Peer(TagField(book(1)))
    frame = bytearray(question(Inventory()).encode())
    frame[-1] ^= 0x01
    assert peer.hear(bytes(frame)) == b""


def test_a_torn_frame_is_never_answered_even_when_the_rest_comes_late() -> None:
    peer = M3Peer(TagField(book(1)))
    frame = question(Inventory()).encode()
    assert peer.hear(frame[:5]) == b""
    peer.silence()
    assert peer.hear(frame[5:]) == b""


def test_the_probe_is_answered_as_captured() -> None:
    told = M3Peer(TagField()).hear(question(Probe()).encode())
    assert told.hex().upper() == "D500090400110A05021B972A"
    assert ask(M3Peer(TagField()), ReaderVersion()).body == b"\x0a\x05\x02\x1b"


def test_an_empty_field_is_told_as_captured() -> None:
    told = M3Peer(TagField()).hear(question(Inventory()).encode())
    assert told.hex().upper() == "D60007FE00000500C97B"


def test_no_tag_falls_quiet_and_one_may_be_told_twice() -> None:
    peer = M3Peer(TagField(book(1), book(2)))
    for _ in range(2):
        found = Sightings.decode(ask(peer, Inventory()).body)
        assert [tag.uid for tag in found.tags] == [uid(1), uid(2), uid(1)]


def test_an_inventory_finds_one_family_and_tells_what_is_asked() -> None:
    lent = book(2)
    lent.afi = ON_LOAN
    found = Sightings.decode(ask(M3Peer(TagField(book(1), lent)), Inventory(ON_LOAN, 7)).body)
    assert found == Sightings(ON_LOAN, 7, (Sighting(uid(2), lent.dsfid),))


def test_an_unknown_command_is_answered_with_cc() -> None:
    told = M3Peer(TagField()).hear(Frame(0x99, b"\x01").encode())
    assert told[:5].hex().upper() == "D60004CC02"


def test_what_a_reader_will_not_do_has_its_own_error() -> None:
    peer = M3Peer(TagField(book(1)))
    assert ask_tag(peer, Command.LOCK_AFI, uid(1)) == (Status.NOT_IMPLEMENTED, b"")
    assert ask_tag(peer, Command.WRITE_AFI, uid(1)) == (Status.PARAMETER, b"")
    assert ask_tag(peer, Command.WRITE_BLOCKS, uid(1), 0, 2, 0, 1) == (Status.PARAMETER, b"")
    assert answer(peer, Frame(Command.INVENTORY)).status is Status.PARAMETER


@pytest.mark.parametrize(("options", "style"), [((), Style.OLD), ((4,), Style.NEW)])
def test_locks_are_told_in_both_styles(options: tuple[int, ...], style: Style) -> None:
    tag = book(1)
    tag.locked = {2}
    status, told = ask_tag(M3Peer(TagField(tag)), Command.READ_BLOCKS, uid(1), 1, 3, *options)
    blocks = tuple(tag.memory[at : at + 4] for at in (4, 8, 12))
    assert status is Status.OK
    assert Blocks.decode(told, style) == Blocks(1, blocks, (False, True, False))


def test_a_tag_that_is_not_there_is_told_with_its_uid() -> None:
    peer = M3Peer(TagField())
    gone = Status.NO_TRANSPONDER
    assert ask_tag(peer, Command.GET_AFI, uid(1)) == (gone, b"")
    assert ask_tag(peer, Command.READ_BLOCKS, uid(1), 0, 8) == (gone, b"\x00")


def test_eas_that_is_off_is_told_as_a_tag_that_is_not_there() -> None:
    peer = M3Peer(TagField(book(1)))
    assert ask_tag(peer, Command.CHECK_EAS, uid(1)) == (Status.NO_TRANSPONDER, b"\x00")
    assert ask_tag(peer, Command.SET_EAS, uid(1), 1) == (Status.OK, b"")
    assert ask_tag(peer, Command.CHECK_EAS, uid(1)) == (Status.OK, b"\x01")
    plain = SimulatedTag(uid(2), bytes(32), afi=SECURED, eas=None)
    told = ask_tag(M3Peer(TagField(plain)), Command.SET_EAS, uid(2), 1)
    assert told == (Status.NOT_SUPPORTED, b"")


def test_afi_and_dsfid_are_written_and_told() -> None:
    peer = M3Peer(TagField(book(1)))
    for write, get in (
        (Command.WRITE_AFI, Command.GET_AFI),
        (Command.WRITE_DSFID, Command.GET_DSFID),
    ):
        assert ask_tag(peer, write, uid(1), 0xC2) == (Status.OK, b"")
        assert ask_tag(peer, get, uid(1)) == (Status.OK, b"\xc2")


def test_writes_fail_each_in_its_own_way() -> None:
    locked, weak, liar = book(1), book(2), book(3)
    locked.locked = {3}
    weak.fault = Fault.WRITES_FAIL
    liar.fault = Fault.WRITES_FORGOTTEN
    peer = M3Peer(TagField(locked, weak, liar))
    two = (2, 2, 0, *b"abcdefgh")
    write = Command.WRITE_BLOCKS
    assert ask_tag(peer, write, uid(1), *two) == (Status.MEMORY_LOCKED, b"\x03")
    assert ask_tag(peer, write, uid(2), *two) == (Status.NOT_PUT, b"\x02")
    assert ask_tag(peer, write, uid(3), *two) == (Status.OK, b"\x04")
    assert b"abcd" not in weak.memory + liar.memory


def test_memory_beyond_the_end_is_not_available() -> None:
    told = ask_tag(M3Peer(TagField(book(1))), Command.READ_BLOCKS, uid(1), 27, 2)
    assert told == (Status.MEMORY_NOT_AVAILABLE, b"\x00")
