"""Finding out which reader is at a port."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from devices.errors import Unplugged
from devices.lcus.simulator import LcusSimulator
from devices.probe import FAMILIES, probe
from devices.pseudo_terminal import PseudoTerminal
from devices.settings import LampSettings, LcusSettings
from devices.tag_field import TagField
from tests.contract.test_pad_reader import PAIRS
from tests.devices.tags_in_hand import book


class Mute:
    """A device that never answers."""

    def hear(self, data: bytes) -> bytes:
        del data
        return b""

    def silence(self) -> None: ...


@pytest.fixture(params=PAIRS)
def family(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def port(family: str, tmp_path: Path) -> Iterator[str]:
    tags = TagField(book(1))
    simulator = PseudoTerminal(tmp_path / "port", lambda: PAIRS[family].power_on(tags))
    simulator.plug()
    yield str(simulator.path)
    simulator.close()


def test_every_family_can_be_found() -> None:
    readers = {one.driver for one in FAMILIES if one.section == "reader"}
    assert readers == {name.partition(" ")[0] for name in PAIRS}


def test_a_reader_is_found_whatever_family_is_asked_first(family: str, port: str) -> None:
    found = probe(port)
    assert found is not None
    assert found.family.driver == family.partition(" ")[0]
    assert found.words
    assert f'port = "{port}"' in found.settings(port)


def test_a_port_without_a_reader_we_know_finds_none(tmp_path: Path) -> None:
    simulator = PseudoTerminal(tmp_path / "port", Mute)
    simulator.plug()
    attempts: list[str] = []
    assert probe(str(simulator.path), answer_within=0.01, trying=attempts.append) is None
    assert len(attempts) == sum(len(one.speeds) for one in FAMILIES)
    simulator.close()


def test_a_port_that_is_not_there_is_unplugged(tmp_path: Path) -> None:
    with pytest.raises(Unplugged):
        probe(str(tmp_path / "port"))


@pytest.mark.parametrize("relays", [1, 2, 4, 8])
def test_a_lamps_relay_board_is_found_by_its_answer(tmp_path: Path, relays: int) -> None:
    board = LcusSimulator(tmp_path / "port", relays)
    board.plug()
    found = probe(str(board.path), FAMILIES[-1:], answer_within=0.2)
    assert found is not None
    assert f"{relays} relay" in found.words
    settings = tomllib.loads(found.settings(str(board.path)))["lamp"]
    assert msgspec.convert(settings, LampSettings) == LcusSettings(str(board.path), answers=True)
    assert board.on == ()
    board.close()
