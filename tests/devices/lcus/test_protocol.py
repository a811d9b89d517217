"""What is said between us and a relay board, in any pieces and any weather."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.lcus.protocol import Ask, Commands, Receiver, Relays, Switch
from devices.lcus.simulator import LcusPeer
from tests.vectors.read import vectors

FRAMES = vectors("lcus_frames")["frames"]
TOLD: dict[str, Switch | Ask] = {
    "relay 1 on": Switch(1, on=True),
    "relay 1 off": Switch(1, on=False),
    "relay 2 on": Switch(2, on=True),
    "relay 2 off": Switch(2, on=False),
    "relay 4 on": Switch(4, on=True),
    "relay 4 off": Switch(4, on=False),
    "which relays are on?": Ask(),
}
commands = st.one_of(st.just(Ask()), st.builds(Switch, st.integers(1, 8), on=st.booleans()))


def commands_in(board: Commands, *pieces: bytes) -> list[Switch | Ask]:
    heard: list[Switch | Ask] = []
    for piece in pieces:
        board.hear(piece)
        while (command := board.next_frame()) is not None:
            heard.append(command)
    return heard


def pieces_of(sent: bytes, data: st.DataObject) -> list[bytes]:
    pieces = []
    while sent:
        cut = data.draw(st.integers(1, len(sent)))
        pieces.append(sent[:cut])
        sent = sent[cut:]
    return pieces


@pytest.mark.parametrize("frame", [one for one in FRAMES if one["dir"] == "host"])
def test_what_is_published_is_what_is_sent(frame: dict[str, str]) -> None:
    raw, expected = bytes.fromhex(frame["hex"]), TOLD[frame["meaning"]]
    assert commands_in(Commands(), raw) == [expected]
    assert expected.encode() == raw


def test_the_published_answer_names_the_relay_that_is_on() -> None:
    (frame,) = (one for one in FRAMES if one["dir"] == "board")
    receiver = Receiver()
    receiver.hear(bytes.fromhex(frame["hex"]))
    assert list(iter(receiver.next_frame, None))[-1] == Relays((False, True, False, False))


@given(st.lists(commands, max_size=5), st.data())
def test_commands_arrive_in_any_pieces(sent: list[Switch | Ask], data: st.DataObject) -> None:
    pieces = pieces_of(b"".join(one.encode() for one in sent), data)
    assert commands_in(Commands(), *pieces) == sent


@given(st.lists(st.booleans(), min_size=1, max_size=8), st.data())
def test_an_answer_arrives_in_any_pieces(on: list[bool], data: st.DataObject) -> None:
    receiver, heard = Receiver(), []
    for piece in pieces_of(Relays(tuple(on)).encode(), data):
        receiver.hear(piece)
        heard += list(iter(receiver.next_frame, None))
    assert [one.on for one in heard] == [tuple(on[:count]) for count in range(1, len(on) + 1)]


@given(st.binary(max_size=300))
def test_noise_switches_nothing_but_what_has_its_checksum(noise: bytes) -> None:
    for command in commands_in(Commands(), noise):
        assert command.encode() in noise


@given(st.binary(max_size=300))
def test_noise_before_an_answer_does_not_hide_the_next_one(noise: bytes) -> None:
    receiver = Receiver()
    receiver.hear(noise + b"\n" + Relays((True, False)).encode())
    assert list(iter(receiver.next_frame, None))[-1] == Relays((True, False))


@pytest.mark.parametrize("line", [b"CH2: ON", b"CH0: ON", b"CH1: MAYBE", b"CH9: ON", b"CH1 ON"])
def test_a_line_that_cannot_begin_an_answer_tells_nothing(line: bytes) -> None:
    receiver = Receiver()
    receiver.hear(line + b"\r\n")
    assert receiver.next_frame() is None


def test_a_board_passes_over_a_relay_it_lacks_and_a_wrong_checksum() -> None:
    board = LcusPeer(channels=2)
    board.hear(Switch(3, on=True).encode() + bytes.fromhex("A00101A3"))
    assert board.hear(Ask().encode()) == b"CH1: OFF\r\nCH2: OFF\r\n"


def test_after_silence_a_half_command_is_no_part_of_the_next() -> None:
    board = LcusPeer(channels=1)
    board.hear(Switch(1, on=True).encode()[:2])
    board.silence()
    board.hear(Switch(1, on=True).encode())
    assert board.on == [True]
