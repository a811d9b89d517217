"""Whatever one tag on the pad holds, the others are told for what they are."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.capabilities import PadReader
from devices.feig.driver import FeigReader
from devices.feig.simulator import FeigPeer
from devices.link import Parity, open_serial
from devices.pad_events import PadEvent, TagArrived
from devices.presence import Presence
from devices.pseudo_terminal import PseudoTerminal
from devices.simulated_tag import Fault, SimulatedTag
from devices.stack import Stack
from devices.tag_field import TagField
from tests.devices.tags_in_hand import OURS, PUBLISHED, book, uid

ROUNDS = 5
NEIGHBOURS = (book(1), book(3))
FIELD = TagField(*NEIGHBOURS)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PadReader]:
    path: Path = tmp_path_factory.mktemp("stack") / "pad"
    simulator = PseudoTerminal(path, lambda: FeigPeer(FIELD))
    simulator.plug()
    reader = FeigReader(open_serial(str(path), 38400, Parity.EVEN))
    yield reader
    reader.close()
    simulator.close()


def told(reader: PadReader) -> dict[str, TagArrived]:
    """What a freshly opened pad tells of each tag."""
    events: list[PadEvent] = []
    stack = Stack(reader, OURS, events.append, Presence())
    for _ in range(ROUNDS):
        stack.tell_changes(stack.look())
    return {str(event.uid): event for event in events if isinstance(event, TagArrived)}


@given(
    memory=st.binary(max_size=256)
    | st.builds(
        lambda memory, at, byte: memory[:at] + bytes((byte,)) + memory[at + 1 :],
        st.sampled_from(list(PUBLISHED.values())),
        st.integers(0, 40),
        st.integers(0, 255),
    ),
    block_size=st.sampled_from((1, 4, 8, 32)),
    fault=st.sampled_from(Fault),
    afi=st.integers(0, 255),
)
def test_one_bad_tag_never_changes_how_another_is_shown(
    reader: PadReader, memory: bytes, block_size: int, fault: Fault, afi: int
) -> None:
    alone = told(reader)
    assert len(alone) == len(NEIGHBOURS)
    bad = SimulatedTag(uid(2), memory, afi=afi, block_size=block_size)
    bad.fault = fault
    FIELD.put(bad)
    beside = told(reader)
    FIELD.take(bad.uid)
    assert beside.keys() == alone.keys() | {str(bad.uid)}
    assert {name: beside[name] for name in alone} == alone
