"""What the driver makes of metraTec readers that are late, odd or wrong."""

from collections.abc import Callable
from random import Random, SystemRandom

import pytest

from devices.capabilities import TagUid
from devices.errors import DeviceError, Garbled, NoAnswer, Refused, TagGone
from devices.metratec.air import AirAnswer, SystemInformation
from devices.metratec.driver import MetratecReader, identify
from devices.metratec.frame import Line, Receiver
from devices.metratec.protocol import Command, inventory_lines, request_of, tag_lines
from devices.metratec.simulator import QUASAR_LR, MetratecPeer
from devices.reading import read_whole_tag
from devices.simulated_tag import SimulatedTag
from devices.tag_field import TagField
from tests.devices.answering import AnsweringLine, HeldBack
from tests.devices.bad_lines import Lossy
from tests.devices.tags_in_hand import ON_LOAN, SECURED, book, uid

TEXAS = TagUid(bytes.fromhex("E007000012C01480"))
Answering = Callable[[bytes], bytes]


def reader_on(answer: Answering) -> MetratecReader:
    line = AnsweringLine(answer)
    return MetratecReader(line, clock=lambda: line.now)


def asked_in(data: bytes) -> list[Line]:
    receiver = Receiver()
    receiver.hear(data)
    return list(iter(receiver.next_frame, None))


def scripted(*answers: tuple[str, ...]) -> MetratecReader:
    """A reader that lets itself be set up, and then gives these answers, whatever it is asked."""
    peer, left = MetratecPeer(TagField()), iter(answers)

    def answer(asked: bytes) -> bytes:
        (line,) = asked_in(asked)
        request = request_of(line.text)
        if isinstance(request, Command) and request is not Command.INVENTORY:
            return peer.hear(asked)
        return b"".join(Line(text).encode() for text in next(left))

    return reader_on(answer)


def told(data: bytes) -> tuple[str, ...]:
    return tag_lines(AirAnswer(data).encode())


def refused(code: int) -> tuple[str, ...]:
    return tag_lines(AirAnswer(error=code).encode())


def about(number: int) -> bytes:
    return SystemInformation(uid(number), 0, SECURED, 4, 28).encode()


def test_a_late_answer_is_never_taken_for_the_next_tags() -> None:
    for holds in (1, 2, 3):
        reader_end = HeldBack(MetratecPeer(TagField(book(1), book(2))))
        reader = reader_on(reader_end.answer)
        assert reader.describe(uid(1)).block_count == 28
        reader_end.holds = holds
        for _ in range(holds):
            with pytest.raises(NoAnswer):
                reader.describe(uid(1))
        assert read_whole_tag(reader, uid(2)).memory == book(2).memory


def test_checksums_are_switched_on_before_anything_is_asked_of_a_tag() -> None:
    asked: list[Line] = []
    peer = MetratecPeer(TagField(book(1)))

    def answer(data: bytes) -> bytes:
        asked.extend(asked_in(data))
        return peer.hear(data)

    assert reader_on(answer).inventory() == (uid(1),)
    plain, checked = ("BRK", "CON"), ("MOD 156", "SRI SS 100", "INV")
    assert asked == [Line(text, is_checked=False) for text in plain] + [*map(Line, checked)]


@pytest.mark.parametrize("questions", [1, 2])
def test_a_reader_whose_power_dipped_is_set_up_again_without_a_word(questions: int) -> None:
    field = TagField(book(1))
    peer = MetratecPeer(field)

    def answer(asked: bytes) -> bytes:
        return peer.hear(asked)

    reader = reader_on(answer)
    for _ in range(questions):
        reader.describe(uid(1))
    peer = MetratecPeer(field)
    assert reader.describe(uid(1)).afi == SECURED
    peer = MetratecPeer(field)
    assert reader.inventory() == (uid(1),)


def test_a_reader_that_answers_without_checksums_is_set_up_again() -> None:
    peer, is_reset = MetratecPeer(TagField(book(1))), False

    def answer(asked: bytes) -> bytes:
        nonlocal is_reset
        if is_reset and asked_in(asked)[0].is_checked:  # it does not mind the checksum
            is_reset = False
            peer.hear(Line("COF").encode())
            lines = (*told(about(2)), "TNR")
            return b"".join(Line(text, is_checked=False).encode() for text in lines)
        return peer.hear(asked)

    reader = reader_on(answer)
    reader.inventory()
    is_reset = True
    assert reader.describe(uid(1)).afi == SECURED


@pytest.mark.parametrize("word", ["RNW", "NRF", "NSS", "SRT"])
def test_a_reader_that_never_keeps_its_set_up_refuses(word: str) -> None:
    with pytest.raises(Refused, match=word):
        scripted((word,), (word,)).inventory()


def test_what_another_program_left_behind_does_not_matter() -> None:
    peer = MetratecPeer(TagField(book(1)))
    for _ in range(2):
        assert reader_on(peer.hear).inventory() == (uid(1),)


@pytest.mark.parametrize("has_checksums", [False, True])
def test_a_reader_in_continuous_mode_is_stopped(*, has_checksums: bool) -> None:
    peer, runs = MetratecPeer(TagField(book(1))), True
    if has_checksums:
        reader_on(peer.hear).inventory()

    def answer(asked: bytes) -> bytes:
        nonlocal runs
        before, said = b"", peer.hear(asked)
        if runs:
            found = inventory_lines((uid(7),))
            before = b"".join(Line(text, has_checksums).encode() for text in found)
            if asked_in(said)[0].text == "NCM":
                runs, said = False, Line("BRA", has_checksums).encode()
        return before + said

    assert reader_on(answer).inventory() == (uid(1),)


def test_a_reader_that_is_none_of_metratecs_is_asked_nothing_of_tags() -> None:
    asked: list[bytes] = []

    def strange(data: bytes) -> bytes:
        asked.append(data)
        return Line("UCO", is_checked=False).encode()

    with pytest.raises(Refused, match="unknown command"):
        reader_on(strange).inventory()
    assert asked == [b"BRK\r"]


def test_a_line_that_was_spoilt_is_said_again_once() -> None:
    found = inventory_lines((uid(1),))
    for spoilt in (("CCE",), ("URE",), found[1:]):
        assert scripted(spoilt, found).inventory() == (uid(1),)
        with pytest.raises(Garbled):
            scripted(spoilt, spoilt, found).inventory()
    assert scripted(("COK", "NCL"), told(about(1))).describe(uid(1)).afi == SECURED


def test_what_a_split_question_was_answered_twice_is_not_taken_for_the_next_tags() -> None:
    peer, splits = MetratecPeer(TagField(book(1), book(2))), False

    def answer(asked: bytes) -> bytes:
        nonlocal splits
        noise, splits = (b"x\r" if splits else b""), False
        return peer.hear(noise + asked)

    reader = reader_on(answer)
    reader.inventory()
    for number in (1, 2):
        splits = True
        assert read_whole_tag(reader, uid(number)).memory == book(number).memory


def test_a_bad_line_never_writes_anything_but_what_was_asked() -> None:
    seed = SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")  # to run this weather again
    chance, tag = Random(seed), book(1)
    peer = MetratecPeer(TagField(tag))
    line = AnsweringLine(peer.hear)
    reader = MetratecReader(Lossy(line, chance, rate=0.005), clock=lambda: line.now)
    written = 0
    for _ in range(500):
        block, before = chance.randrange(28), tag.memory
        data = chance.randbytes(4)
        try:
            reader.write_blocks(tag.uid, block, (data,))
            written += 1
            assert tag.memory[block * 4 : block * 4 + 4] == data
        except DeviceError:
            peer.silence()
        assert tag.memory[: block * 4] == before[: block * 4]
        assert tag.memory[block * 4 + 4 :] == before[block * 4 + 4 :]
    assert written > 100


def test_other_tags_are_told_from_the_one_that_was_asked() -> None:
    assert scripted(told(about(1))).describe(uid(1)).afi == SECURED
    with pytest.raises(Garbled, match=str(uid(2))):
        scripted(told(about(2)), told(about(2))).describe(uid(1))


def test_a_uid_may_be_turned_in_system_information() -> None:
    turned = about(1)[:1] + uid(1).raw + about(1)[9:]
    assert scripted(told(turned)).describe(uid(1)).block_count == 28


def test_a_memory_that_ends_early_is_read_as_far_as_it_goes() -> None:
    ten, beyond = told(b"abcd" * 10), refused(0x10)
    assert scripted(ten, beyond).read_blocks(uid(1), 0, 28) == (b"abcd",) * 10
    assert scripted(beyond).read_blocks(uid(1), 28, 4) == ()


def test_blocks_of_eight_bytes_are_read_too() -> None:
    tag = SimulatedTag(uid(1), bytes(range(256)), afi=SECURED, block_size=8)
    reader = reader_on(MetratecPeer(TagField(tag)).hear)
    assert b"".join(reader.read_blocks(uid(1), 0, 32)) == tag.memory
    assert reader.locked_blocks(uid(1), 0, 32) == (False,) * 32


@pytest.mark.parametrize(
    ("lines", "error", "words"),
    [
        (("TNR",), TagGone, "tag not responding"),
        (("CDT",), TagGone, "collision"),
        (("TDT", "0011", "CER", "NCL"), TagGone, "wrong checksum"),
        (refused(0x12), Refused, "block locked"),
        (refused(0xA0), Refused, "error A0"),
        (("RDL",), Refused, "too long"),
        (("UPA",), Refused, "unknown parameter"),
        (("XYZ",), Refused, "XYZ"),
        (told(b"\x0f"), Garbled, "incomplete"),
        (tag_lines(b"\x07"), Garbled, "not a tag's answer"),
    ],
)
def test_each_answer_is_the_error_it_means(
    lines: tuple[str, ...], error: type[DeviceError], words: str
) -> None:
    with pytest.raises(error, match=words):
        scripted(lines, lines).describe(uid(1))


def test_what_a_reader_says_unasked_is_not_heard() -> None:
    found = (str(uid(1)), "ARP 1", "HBT", "IN0 HI!", "IVF 01")
    assert scripted(found).inventory() == (uid(1),)


def test_a_tag_told_twice_is_one_tag() -> None:
    found = inventory_lines(tuple(uid(number) for number in (2, 1, 2)))
    assert scripted(found).inventory() == (uid(1), uid(2))


def test_eas_is_off_when_the_tag_is_silent_and_unknown_when_it_is_not_understood() -> None:
    assert scripted(told(bytes(32))).eas_is_on(uid(1))
    assert not scripted(("TNR",)).eas_is_on(uid(1))
    with pytest.raises(TagGone):
        scripted(("TDT", "00", "CER", "NCL")).eas_is_on(uid(1))
    with pytest.raises(Refused):
        scripted(refused(0x01)).eas_is_on(uid(1))


def test_another_makers_tag_is_asked_nothing_about_eas() -> None:
    reader = scripted()
    with pytest.raises(Refused, match="NXP"):
        reader.eas_is_on(TEXAS)
    with pytest.raises(Refused, match="NXP"):
        reader.set_eas(TEXAS, on=True)


def test_tags_of_texas_instruments_are_written_with_the_option_they_want() -> None:
    tag = SimulatedTag(TEXAS, bytes(32), afi=SECURED, eas=None)
    reader = reader_on(MetratecPeer(TagField(tag), QUASAR_LR).hear)
    reader.write_blocks(TEXAS, 2, (b"abcd",))
    reader.write_afi(TEXAS, ON_LOAN)
    assert (tag.memory[8:12], tag.afi) == (b"abcd", ON_LOAN)


@pytest.mark.parametrize("left", [(), ("x\r",), ("CON\r",)])
def test_a_reader_says_who_it_is_whatever_was_on_the_line_before(left: tuple[str, ...]) -> None:
    peer = MetratecPeer(TagField())
    for text in left:
        peer.hear(text.encode())
    assert identify(AnsweringLine(peer.hear), 1.0) == "metraTec DESKID_ISO, firmware 3.07"


def test_a_first_question_spoilt_by_the_line_is_asked_again() -> None:
    peer, noise = MetratecPeer(TagField(), QUASAR_LR), b"\x05"

    def answer(asked: bytes) -> bytes:
        nonlocal noise
        before, noise = noise and b"xy", b""
        return peer.hear(before + asked)

    assert identify(AnsweringLine(answer), 1.0) == "metraTec QuasarLR, firmware 2.20"
    strange = AnsweringLine(lambda _: Line("UCO", is_checked=False).encode())
    with pytest.raises(Refused):
        identify(strange, 1.0)
