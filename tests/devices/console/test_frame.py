"""`sirkula frame decode`, as a process."""

import json

import pytest

from tests.devices.console.test_hardware import run


@pytest.mark.parametrize(
    ("family", "frame", "command"),
    [
        ("feig", "020007FF656E61", "get software version"),
        ("m3-810", "D60005FE0005FA40", "inventory"),
        ("rl866", "FA05FFC04239", "resync"),
        ("rr3036", "05FF000085AB", "reader information"),
    ],
)
def test_a_frame_of_every_family_is_explained_as_one_json_object(
    family: str, frame: str, command: str
) -> None:
    done = run("frame", "decode", family, frame)
    said = json.loads(done.stdout)
    assert (said["command"], said["problems"]) == (command, [])


def test_what_is_no_hexadecimal_is_said() -> None:
    done = run("frame", "decode", "rr3036", "05FF0")
    assert done.returncode != 0
    assert "hexadecimal" in done.stderr
