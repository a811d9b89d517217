"""What the kernel's files of an LED hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.errors import Garbled
from devices.led.protocol import number, trigger


@pytest.mark.parametrize(("text", "expected"), [(b"0\n", 0), (b"1", 1), (b" 255 \n", 255)])
def test_a_brightness_is_a_number(text: bytes, expected: int) -> None:
    assert number(text) == expected


@pytest.mark.parametrize("text", [b"", b"on\n", b"-1\n", b"1 2\n", b"1" * 50, "²".encode()])
def test_anything_else_is_garbled(text: bytes) -> None:
    with pytest.raises(Garbled):
        number(text)


@pytest.mark.parametrize(
    ("text", "active"),
    [
        (b"[none] kbd-scrolllock timer heartbeat\n", "none"),
        (b"none kbd-scrolllock timer [heartbeat]\n", "heartbeat"),
        (b"none\n", "none"),
        (b"", "none"),
    ],
)
def test_the_trigger_that_drives_it_stands_in_brackets(text: bytes, active: str) -> None:
    assert trigger(text) == active


@given(st.binary(max_size=100))
def test_noise_is_a_trigger_or_none(noise: bytes) -> None:
    assert isinstance(trigger(noise), str)
