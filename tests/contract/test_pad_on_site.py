"""What a pad reader owes its library with whatever tags lie on it: simulated ones, or real ones.

`--station=FILE` adds the reader of that settings file. The tags on it are written, and in the end
are as they were before.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from broker.settings import read_settings
from devices.capabilities import PadReader, TagUid
from devices.catalogue import open_reader
from devices.console.hardware import HardwareSettings
from devices.errors import Refused
from devices.link import open_serial
from devices.pseudo_terminal import PseudoTerminal
from devices.reading import read_whole_tag
from devices.tag_field import TagField
from devices.writing import write_afi, write_block, write_eas
from tests.contract.test_pad_reader import PAIRS
from tests.devices.tags_in_hand import book

STATION = "--station"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "reader" in metafunc.fixturenames:
        station = [STATION] if metafunc.config.getoption(STATION) else []
        metafunc.parametrize("reader", [*PAIRS, *station], indirect=True)


@pytest.fixture
def reader(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PadReader]:
    if request.param == STATION:
        path = Path(request.config.getoption(STATION))
        reader = open_reader(read_settings(path, HardwareSettings).reader)
        yield reader
        reader.close()
        return
    pair, tags = PAIRS[request.param], TagField(book(1), book(2))
    simulator = PseudoTerminal(tmp_path / "pad", lambda: pair.power_on(tags))
    simulator.plug()
    reader = pair.driver(open_serial(str(simulator.path), pair.baud, pair.parity), 5.0)
    yield reader
    reader.close()
    simulator.close()


@pytest.fixture
def tag(reader: PadReader) -> TagUid:
    """One tag that lies on the pad."""
    lying = reader.inventory()
    assert lying, "lay at least one scratch tag on the pad"
    return lying[0]


def test_inventories_agree_with_each_other(reader: PadReader, tag: TagUid) -> None:
    rounds = [set(reader.inventory()) for _ in range(5)]
    assert all(seen == rounds[0] for seen in rounds)
    assert tag in rounds[0]


def test_every_tag_describes_itself_and_tells_its_whole_memory(
    reader: PadReader, tag: TagUid
) -> None:
    for uid in {*reader.inventory(), tag}:
        about = reader.describe(uid)
        memory = read_whole_tag(reader, uid)
        assert len(memory.memory) == about.block_size * about.block_count
        assert len(reader.locked_blocks(uid, 0, about.block_count)) == about.block_count


def test_a_memory_reads_the_same_in_one_piece_and_block_by_block(
    reader: PadReader, tag: TagUid
) -> None:
    whole = reader.read_blocks(tag, 0, 8)
    assert tuple(reader.read_blocks(tag, block, 1)[0] for block in range(8)) == whole


def test_an_afi_is_written_and_put_back(reader: PadReader, tag: TagUid) -> None:
    before = reader.describe(tag).afi
    others = [reader.describe(uid).afi for uid in reader.inventory() if uid != tag]
    write_afi(reader, tag, before ^ 0x08)
    assert reader.describe(tag).afi == before ^ 0x08
    assert [reader.describe(uid).afi for uid in reader.inventory() if uid != tag] == others
    write_afi(reader, tag, before)


def test_one_block_is_written_and_no_other_changes(reader: PadReader, tag: TagUid) -> None:
    before = read_whole_tag(reader, tag)
    size = before.block_size
    count = len(before.memory) // size
    locked = reader.locked_blocks(tag, 0, count)
    block = max(at for at in range(count) if not locked[at])
    data = before.memory[block * size : (block + 1) * size]
    write_block(reader, tag, block, bytes(byte ^ 0xFF for byte in data))
    changed = read_whole_tag(reader, tag).memory
    assert changed[: block * size] == before.memory[: block * size]
    assert changed[(block + 1) * size :] == before.memory[(block + 1) * size :]
    write_block(reader, tag, block, data)
    assert read_whole_tag(reader, tag) == before


def test_eas_goes_over_and_back_where_tag_and_reader_have_it(
    reader: PadReader, tag: TagUid
) -> None:
    try:
        before = reader.eas_is_on(tag)
    except Refused:
        return
    write_eas(reader, tag, on=not before)
    assert reader.eas_is_on(tag) is not before
    write_eas(reader, tag, on=before)
