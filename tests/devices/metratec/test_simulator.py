"""The simulated metraTec reader does what metraTec's libraries say a real one does."""

import pytest

from devices.capabilities import TagUid
from devices.iso15693 import TagRefusal
from devices.metratec.air import AirAnswer, AirRequest, Blocks, Command, SystemInformation
from devices.metratec.frame import Line, Receiver
from devices.metratec.protocol import TagRequest, question, tag_answered
from devices.metratec.simulator import QUASAR_LR, MetratecPeer
from devices.simulated_tag import Fault, SimulatedTag
from devices.tag_field import TagField
from tests.devices.tags_in_hand import SECURED, book, uid

TEXAS = TagUid(bytes.fromhex("E007000012C01480"))


def said(peer: MetratecPeer, text: str, *, is_checked: bool = True) -> list[str]:
    """What it answers; every line has a checksum, or none has."""
    receiver = Receiver()
    receiver.hear(peer.hear(Line(text, is_checked).encode()))
    return [line.text for line in iter(receiver.next_frame, None)]


def set_up(*tags: SimulatedTag, peer: MetratecPeer | None = None) -> MetratecPeer:
    peer = peer or MetratecPeer(TagField(*tags))
    assert said(peer, "CON", is_checked=False) == ["OK!"]
    assert said(peer, "MOD 156") + said(peer, "SRI SS 100") == ["OK!", "OK!"]
    return peer


def ask_tag(
    peer: MetratecPeer, command: Command, tag: TagUid, *arguments: int, option: bool = False
) -> AirAnswer | str:
    """A tag's answer, or the word in its place."""
    asked = AirRequest(command, tag, bytes(arguments), option)
    lines = said(peer, question(TagRequest(asked.encode())))
    told = tag_answered(lines)
    return AirAnswer.decode(told) if isinstance(told, bytes) else lines[-1]


def test_checksums_are_off_at_first_and_on_from_the_answer_to_con() -> None:
    peer = MetratecPeer(TagField())
    assert peer.hear(b"BRK\r") == b"NCM\r"
    assert peer.hear(b"CON\r") == Line("OK!").encode()
    assert peer.hear(b"BRK 9977\r") == Line("NCM").encode()
    assert peer.hear(b"BRK\r") == peer.hear(b"BRK 9978\r") == Line("CCE").encode()
    assert peer.hear(b"COF 4F5E\r") == b"OK!\r"
    assert peer.hear(b"BRK 9977\r") == b"UPA\r"
    assert peer.hear(b"COF 4F5E\r") == b"OK!\r"


def test_a_torn_line_is_never_answered_even_when_the_rest_comes_late() -> None:
    peer = MetratecPeer(TagField())
    assert peer.hear(b"RE") == b""
    peer.silence()
    assert peer.hear(b"REV\r") == b"DESKID_ISO 02000307\r"


def test_no_tag_is_asked_before_the_field_is_set_up() -> None:
    peer = MetratecPeer(TagField(book(1)))
    assert said(peer, "INV", is_checked=False) == ["RNW"]
    assert said(peer, "SRI SS 100", is_checked=False) == ["NSS"]
    set_up(peer=peer)
    assert said(peer, "INV") == [str(uid(1)), "IVF 01"]
    assert said(peer, "SRI OFF") + said(peer, "INV") == ["OK!", "RNW"]


def test_an_empty_field_is_told_as_published() -> None:
    assert said(set_up(), "INV") == ["IVF 00"]


def test_no_tag_falls_quiet() -> None:
    peer = set_up(book(1), book(2))
    for _ in range(2):
        assert said(peer, "INV") == [str(uid(1)), str(uid(2)), "IVF 02"]


def test_what_a_reader_does_not_know_has_its_own_word() -> None:
    peer = set_up(book(1))
    answers = [said(peer, text)[0] for text in ("XYZ", "INV SSL", "REQ 22 CRC", "REQ 2x CRC")]
    assert answers == ["UCO", "UPA", "TNR", "EHX"]


@pytest.mark.parametrize("option", [False, True])
def test_locks_are_told_when_asked_for(*, option: bool) -> None:
    tag = book(1)
    tag.locked = {2}
    answer = ask_tag(set_up(tag), Command.READ_BLOCKS, uid(1), 1, 2, option=option)
    blocks = tuple(tag.memory[at : at + 4] for at in (4, 8, 12))
    locks = (False, True, False) if option else ()
    assert answer == AirAnswer(Blocks(blocks, locks).encode())


def test_one_block_and_the_system_information_are_told() -> None:
    peer = set_up(book(1))
    assert ask_tag(peer, Command.READ_BLOCK, uid(1), 3) == AirAnswer(book(1).memory[12:16])
    about = SystemInformation(uid(1), 0x3E, SECURED, 4, 28)
    assert ask_tag(peer, Command.SYSTEM_INFORMATION, uid(1)) == AirAnswer(about.encode())


def test_the_checksum_of_a_tag_is_passed_on_but_not_by_quasarlr() -> None:
    ask = question(TagRequest(AirRequest(Command.WRITE_AFI, uid(1), b"\x07").encode()))
    assert said(set_up(book(1)), ask)[1] == "0078F0"
    quasar = set_up(peer=MetratecPeer(TagField(book(1)), QUASAR_LR))
    assert said(quasar, ask)[1] == "00"


def test_more_than_a_reader_can_take_is_too_long() -> None:
    peer = set_up(book(1))
    assert isinstance(ask_tag(peer, Command.READ_BLOCKS, uid(1), 0, 24), AirAnswer)
    assert ask_tag(peer, Command.READ_BLOCKS, uid(1), 0, 25) == "RDL"


def test_a_tag_that_is_not_there_or_too_weak_does_not_respond() -> None:
    weak = book(1)
    weak.fault = Fault.WRITES_FAIL
    peer = set_up(weak)
    assert ask_tag(peer, Command.SYSTEM_INFORMATION, uid(2)) == "TNR"
    assert ask_tag(peer, Command.WRITE_AFI, uid(1), 0xC2) == "TNR"


def test_eas_that_is_off_is_silent() -> None:
    peer = set_up(book(1))
    assert ask_tag(peer, Command.EAS_ALARM, uid(1)) == "TNR"
    assert ask_tag(peer, Command.SET_EAS, uid(1)) == AirAnswer()
    alarm = ask_tag(peer, Command.EAS_ALARM, uid(1))
    assert isinstance(alarm, AirAnswer)
    assert len(alarm.told) == 32
    assert ask_tag(peer, Command.RESET_EAS, uid(1)) == AirAnswer()
    assert ask_tag(peer, Command.EAS_ALARM, uid(1)) == "TNR"


def test_a_tag_refuses_in_its_own_words() -> None:
    locked = book(1)
    locked.locked = {3}
    plain = SimulatedTag(uid(2), bytes(32), afi=SECURED, eas=None)
    peer = set_up(locked, plain)
    for answer, code in (
        (ask_tag(peer, Command.WRITE_BLOCK, uid(1), 3, *b"abcd"), TagRefusal.BLOCK_LOCKED),
        (ask_tag(peer, Command.READ_BLOCKS, uid(1), 27, 1), TagRefusal.BLOCK_NOT_AVAILABLE),
        (ask_tag(peer, Command.SET_EAS, uid(2)), TagRefusal.NOT_SUPPORTED),
        (ask_tag(peer, Command.LOCK_AFI, uid(1)), TagRefusal.NOT_SUPPORTED),
    ):
        assert answer == AirAnswer(error=code)


def test_tags_of_texas_instruments_write_only_with_the_option_flag() -> None:
    tag = SimulatedTag(TEXAS, bytes(32), afi=SECURED, eas=None)
    peer = set_up(tag)
    refused = AirAnswer(error=TagRefusal.OPTION_NOT_SUPPORTED)
    assert ask_tag(peer, Command.WRITE_BLOCK, TEXAS, 1, *b"abcd") == refused
    assert ask_tag(peer, Command.WRITE_BLOCK, TEXAS, 1, *b"abcd", option=True) == AirAnswer()
    assert tag.memory[4:8] == b"abcd"
