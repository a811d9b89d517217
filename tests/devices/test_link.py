"""Opening a port: by whoever comes, as often as they come."""

from pathlib import Path

import pytest

from devices.errors import Unplugged
from devices.feig.driver import FeigReader
from devices.feig.simulator import FeigPeer
from devices.link import Parity, open_serial
from devices.pseudo_terminal import PseudoTerminal
from devices.tag_field import TagField


def test_a_terminal_can_be_opened_again_and_again_with_the_same_settings(tmp_path: Path) -> None:
    simulator = PseudoTerminal(tmp_path / "pad", lambda: FeigPeer(TagField()))
    simulator.plug()
    for _ in range(3):
        reader = FeigReader(open_serial(str(simulator.path), 38400, Parity.EVEN))
        assert reader.inventory() == ()
        reader.close()
    simulator.close()


def test_a_port_that_is_not_there_is_unplugged(tmp_path: Path) -> None:
    with pytest.raises(Unplugged):
        open_serial(str(tmp_path / "nothing"), 38400, Parity.EVEN)
