"""The far end of a cable: when its answers come, and what unplugging does to them."""

from pathlib import Path

import pytest

from devices import air_time
from devices.air_time import Modulation
from devices.capabilities import TagUid
from devices.errors import Unplugged
from devices.feig.driver import FeigReader
from devices.feig.simulator import FeigPeer
from devices.link import Parity, open_serial
from devices.pseudo_terminal import Pace, PseudoTerminal
from devices.tag_field import TagField
from tests.devices.tags_in_hand import book, uid


class Echo:
    """Says what it hears."""

    def hear(self, data: bytes) -> bytes:
        return data

    def silence(self) -> None: ...


def test_an_answer_takes_both_lines_the_air_and_the_readers_own_gap() -> None:
    pace = Pace(38400, lambda: 0.1, bits_per_character=11, gap=0.005)
    at = pace.answered_at(7.0, bytes(9), bytes(29))
    assert at == pytest.approx(7.0 + 38 * 11 / 38400 + 0.1 + 0.005)


def test_what_is_not_answered_takes_its_own_line_alone() -> None:
    pace = Pace(9600, lambda: 0.1, bits_per_character=10)
    assert pace.answered_at(0.0, bytes(96), b"") == pytest.approx(0.1)


def test_a_paced_reader_says_what_an_unpaced_one_says(tmp_path: Path) -> None:
    field = TagField(*(book(number) for number in range(3)))
    pace = Pace(115200, field.seconds_on_air)
    terminal = PseudoTerminal(tmp_path / "pad", lambda: FeigPeer(field), pace)
    terminal.plug()
    reader = FeigReader(open_serial(str(terminal.path), 115200, Parity.EVEN), answer_within=5)
    assert reader.inventory() == (uid(0), uid(1), uid(2))
    assert b"".join(reader.read_blocks(uid(1), 0, 28)) == book(1).memory
    reader.close()
    terminal.close()


def test_a_cable_is_pulled_though_an_answer_is_hours_away(tmp_path: Path) -> None:
    terminal = PseudoTerminal(tmp_path / "echo", Echo, Pace(1, lambda: 3600.0))
    terminal.plug()
    link = open_serial(str(terminal.path), 115200, Parity.NONE)
    link.send(b"anybody there?")
    assert link.receive(0.01) == b""
    terminal.unplug()
    with pytest.raises(Unplugged):
        link.receive(5.0)
    link.close()
    terminal.close()


def test_a_field_counts_what_its_commands_take_and_forgets_it_when_asked() -> None:
    field = TagField(book(1), book(2))
    tag = field.addressed(uid(1))
    assert tag is not None
    commands = (
        (tag.describe, air_time.describing()),
        (lambda: tag.blocks(0, 8), air_time.reading(8, 4)),
        (lambda: (tag.blocks(0, 8), tag.locks(0, 8)), air_time.reading(8, 4, with_locks=True)),
        (lambda: tag.write_blocks(0, (b"abcd",) * 2), 2 * air_time.writing_block(4)),
        (lambda: tag.write_afi(0xC2), air_time.writing_value()),
        (lambda: tag.write_dsfid(0x3E), air_time.writing_value()),
        (tag.raises_alarm, air_time.unanswered()),
        (lambda: tag.set_eas(on=True), air_time.writing_value()),
        (tag.raises_alarm, air_time.eas_alarm()),
        (field.power_off, air_time.FIELD_RESET),
        (field.inventory, air_time.inventory((uid(1), uid(2)), Modulation.ASK_100)),
        (lambda: field.addressed(TagUid(bytes(8))), air_time.unanswered()),
        (lambda: field.select(uid(1)), air_time.addressed()),
    )
    for command, seconds in commands:
        command()
        assert field.seconds_on_air() == pytest.approx(seconds)
    assert field.seconds_on_air() == 0


def test_an_inventory_at_little_depth_is_counted_as_such() -> None:
    field = TagField(book(1), modulation=Modulation.ASK_10)
    field.inventory()
    assert field.seconds_on_air() == pytest.approx(air_time.inventory((uid(1),), Modulation.ASK_10))
