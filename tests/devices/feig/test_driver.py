"""What the driver makes of readers that are late, odd or wrong."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from devices.capabilities import TagDescription, TagUid
from devices.errors import DeviceError, Garbled, NoAnswer, Refused, TagGone
from devices.feig.driver import SPEEDS, FeigReader, identify
from devices.feig.frame import Form, Frame
from devices.feig.protocol import Inventory, RfReset, question
from devices.feig.replies import Blocks, Reply, Sighting, Sightings, Status, TagInformation
from devices.feig.simulator import CPR_M02, LR200, MR101, FeigPeer
from devices.iso15693 import TagRefusal
from devices.link import Parity
from devices.reading import read_whole_tag
from devices.tag_field import TagField
from tests.devices.tags_in_hand import SECURED, book, uid

ASKED = Frame(0xFF, 0xB0, b"")


class Line:
    """A link whose far end is a function from question to answer; waiting only moves its clock."""

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        self.now = 0.0
        self._answer = answer
        self._inbox = b""

    def send(self, data: bytes) -> None:
        self._inbox += self._answer(data)

    def receive(self, timeout: float) -> bytes:
        heard, self._inbox = self._inbox, b""
        self.now += 0.0 if heard else timeout
        return heard

    def drain(self) -> None:
        self._inbox = b""

    def close(self) -> None: ...


class ChatteringLine(Line):
    """Answers, without end, what nobody asked."""

    def receive(self, timeout: float) -> bytes:
        self.now += min(timeout, 0.01)
        return Reply(Status.OK).frame(question(RfReset())).encode()


class HeldBack:
    """A reader whose next answers come only with those after them."""

    def __init__(self, peer: FeigPeer) -> None:
        self._peer = peer
        self._kept = b""
        self.holds = 0

    def answer(self, asked: bytes) -> bytes:
        told, self._kept = self._kept + self._peer.hear(asked), b""
        if self.holds:
            self.holds -= 1
            told, self._kept = b"", told
        return told


def reader_on(answer: Callable[[bytes], bytes], address: int = 0xFF) -> FeigReader:
    line = Line(answer)
    return FeigReader(line, address, clock=lambda: line.now)


def scripted(*replies: Reply) -> FeigReader:
    """A reader that gives these answers, whatever it is asked."""
    left = iter(replies)
    return reader_on(lambda _: next(left).frame(ASKED).encode())


def about(tag: TagUid, blocks: int = 28) -> Reply:
    told = TagInformation(tag, TagDescription(4, blocks, SECURED, 0))
    return Reply(Status.OK, told.encode())


def test_a_late_answer_is_never_taken_for_the_next_tags() -> None:
    for holds in (1, 2, 3):
        reader_end = HeldBack(FeigPeer(TagField(book(1), book(2))))
        reader = reader_on(reader_end.answer)
        reader_end.holds = holds
        for _ in range(holds):
            with pytest.raises(NoAnswer):
                reader.describe(uid(1))
        assert read_whole_tag(reader, uid(2)).memory == book(2).memory


def test_an_answer_about_another_tag_is_garbled() -> None:
    with pytest.raises(Garbled):
        scripted(about(uid(2))).describe(uid(1))


def test_an_endless_chatter_ends_in_no_answer() -> None:
    line = ChatteringLine(lambda _: b"")
    with pytest.raises(NoAnswer):
        FeigReader(line, clock=lambda: line.now).describe(uid(1))


def test_a_memory_that_ends_early_is_read_as_far_as_it_goes() -> None:
    beyond = Reply(Status.ISO15693_ERROR, bytes((TagRefusal.BLOCK_NOT_AVAILABLE,)))
    first = Reply(Status.OK, Blocks((b"abcd",) * 13).encode())
    assert scripted(first, beyond).read_blocks(uid(1), 0, 28) == (b"abcd",) * 13
    short = Reply(Status.OK, Blocks((b"abcd",) * 5).encode())
    assert scripted(short).read_blocks(uid(1), 0, 28) == (b"abcd",) * 5


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(Status.NO_TRANSPONDER), TagGone),
        (Reply(Status.RF_COMMUNICATION_ERROR), TagGone),
        (Reply(Status.ISO15693_ERROR, b"\x0f"), Refused),
        (Reply(Status.LOGIN_REQUEST), Refused),
        (Reply(Status.DATA_FALSE), TagGone),
        (Reply(Status.WRONG_TRANSPONDER_TYPE), Refused),
        (Reply(Status.ISO15693_ERROR), Refused),
        (Reply(Status.OK, b"\x00"), Garbled),
    ],
)
def test_each_status_is_the_error_it_means(reply: Reply, error: type[DeviceError]) -> None:
    with pytest.raises(error):
        scripted(reply).describe(uid(1))


def inventory_of(*replies: Reply) -> tuple[TagUid, ...]:
    """The inventory whose field reset goes well, and then these answers."""
    left = iter(replies)

    def answer(asked: bytes) -> bytes:
        if asked == question(RfReset()).encode():
            return Reply(Status.OK).frame(question(RfReset())).encode()
        return next(left).frame(ASKED).encode()

    return reader_on(answer).inventory()


def test_a_tag_told_twice_is_one_tag() -> None:
    tags = Sightings((Sighting(uid(2), 0), Sighting(uid(1), 0), Sighting(uid(2), 0)))
    again = Reply(Status.OK, Sightings((Sighting(uid(1), 0),)).encode())
    assert inventory_of(Reply(Status.MORE_DATA, tags.encode()), again) == (uid(1), uid(2))


def test_a_disturbed_inventory_keeps_what_was_told() -> None:
    tags = Reply(Status.MORE_DATA, Sightings((Sighting(uid(1), 0),)).encode())
    assert inventory_of(tags, Reply(Status.RF_COMMUNICATION_ERROR)) == (uid(1),)


def test_a_reader_that_never_stops_telling_more_is_not_asked_for_ever() -> None:
    tags = Reply(Status.MORE_DATA, Sightings((Sighting(uid(1), 0),)).encode())
    assert inventory_of(*[tags] * 32) == (uid(1),)


def test_a_refused_inventory_names_the_status() -> None:
    with pytest.raises(Refused, match="hardware warning"):
        inventory_of(Reply(Status.HARDWARE_WARNING))


def test_more_tags_than_a_reader_handles_are_asked_for_until_none_answers() -> None:
    few, more = (Sightings((Sighting(uid(number), 0),)).encode() for number in (1, 2))
    overflow = Status.DATA_BUFFER_OVERFLOW
    end = Reply(Status.NO_TRANSPONDER)
    assert inventory_of(Reply(overflow, few), Reply(overflow, more), end) == (uid(1), uid(2))


def test_a_reader_that_only_repeats_itself_is_believed_as_far_as_it_goes() -> None:
    told = Reply(Status.DATA_BUFFER_OVERFLOW, Sightings((Sighting(uid(1), 0),)).encode())
    assert inventory_of(told, told) == (uid(1),)


def test_too_many_tags_to_tell_any_of_them_is_no_empty_pad() -> None:
    with pytest.raises(Refused, match="more than the reader can handle"):
        inventory_of(Reply(Status.DATA_BUFFER_OVERFLOW))


def test_a_warning_does_not_hide_what_was_told() -> None:
    told = Reply(Status.RF_WARNING, Sightings((Sighting(uid(1), 0),)).encode())
    assert inventory_of(told) == (uid(1),)


def test_a_memory_may_also_end_in_the_readers_own_words() -> None:
    assert scripted(Reply(Status.ADDRESS_ERROR)).read_blocks(uid(1), 28, 4) == ()


def test_a_reader_in_scan_mode_is_refused_with_what_to_change() -> None:
    peer = FeigPeer(TagField(book(1)), replace(MR101, is_scanning=True))
    with pytest.raises(Refused, match="switch it to host mode"):
        reader_on(peer.hear).inventory()


def test_a_reader_that_resets_itself_is_not_told_to() -> None:
    asked: list[bytes] = []
    peer = FeigPeer(TagField(book(1)), LR200)

    def answer(question: bytes) -> bytes:
        asked.append(question)
        return peer.hear(question)

    reader = FeigReader(Line(answer), resets_itself=True)
    assert [reader.inventory() for _ in range(2)] == [(uid(1),)] * 2
    assert asked == [question(Inventory()).encode()] * 2


def test_standard_frames_are_asked_and_understood() -> None:
    peer = FeigPeer(TagField(book(1)))
    asked: list[bytes] = []

    def answer(question: bytes) -> bytes:
        asked.append(question)
        return peer.hear(question)

    reader = FeigReader(Line(answer), form=Form.STANDARD)
    assert b"".join(reader.read_blocks(uid(1), 0, 28)) == book(1).memory
    assert {raw[0] for raw in asked} == {len(raw) for raw in asked}


def test_a_reader_without_custom_commands_is_asked_for_them_once() -> None:
    tag = book(1)
    peer = FeigPeer(TagField(tag), CPR_M02)
    commands: list[int] = []

    def answer(question: bytes) -> bytes:
        commands.append(question[4])
        return peer.hear(question)

    reader = reader_on(answer)
    reader.set_eas(uid(1), on=True)
    assert (reader.eas_is_on(uid(1)), tag.eas) == (True, True)
    assert commands == [0xB1, 0xBF, 0xBF]


def test_a_tag_without_eas_refuses_over_the_air_too() -> None:
    tag = book(1)
    tag.eas = None
    for personality in (MR101, CPR_M02):
        reader = reader_on(FeigPeer(TagField(tag), personality).hear)
        with pytest.raises(Refused, match="not supported"):
            reader.set_eas(uid(1), on=True)
        assert not reader.eas_is_on(uid(1))


def test_a_reader_says_what_it_is() -> None:
    for personality, name in ((MR101, "MR101"), (CPR_M02, "CPR.M02"), (LR200, "LR200")):
        peer = FeigPeer(TagField(), replace(personality, is_scanning=True))
        assert identify(Line(peer.hear), 1.0) == f"FEIG {name}, software 3.3"
    assert SPEEDS[0] == (38400, Parity.EVEN)


def test_another_readers_answer_on_the_same_line_is_not_heard() -> None:
    reader = reader_on(lambda _: about(uid(1)).frame(ASKED, address=0x02).encode(), address=0x01)
    with pytest.raises(NoAnswer):
        reader.describe(uid(1))
