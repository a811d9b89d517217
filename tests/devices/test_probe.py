"""Finding out which reader is at a port."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.errors import Unplugged
from devices.probe import FAMILIES, probe
from devices.pseudo_terminal import PseudoTerminal
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
    assert {one.driver for one in FAMILIES} == {name.partition(" ")[0] for name in PAIRS}


def test_a_reader_is_found_whatever_family_is_asked_first(family: str, port: str) -> None:
    found = probe(port)
    assert found is not None
    assert found.driver == family.partition(" ")[0]
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
