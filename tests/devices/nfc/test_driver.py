"""Readers that are not there; everything else is in the contract of card readers."""

import pytest

from devices.errors import Unplugged
from devices.nfc.driver import NfcReader


@pytest.mark.parametrize(
    "path",
    [
        "tty:NONE0:pn532",
        "tty:USB99:pn532",
        "tty:/dev/no-such-reader:pn532",
        "usb:ffff:ffff",
        "udp:127.0.0.1:9",
    ],
)
def test_a_reader_that_is_not_there_is_unplugged(path: str) -> None:
    with pytest.raises(Unplugged):
        NfcReader(path)
