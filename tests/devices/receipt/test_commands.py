"""How a printer takes its bytes apart: in any pieces, and whatever they are."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.receipt.commands import (
    MOST_RASTER_BYTES,
    REAL_TIME,
    Command,
    CommandReceiver,
    RealTimeFilter,
)

SENT = st.lists(
    st.sampled_from(
        (
            *(*REAL_TIME, b"\x10", b"\x10\x04", b"\x10\x14\x08", b"\x1b@", b"\x1d", b"\x1dr\x01"),
            *(b"Judul\n", b"\x1dv0\x00\x01\x00\x02\x00ab", b"\x1dVB\x00", b"\xe9"),
        )
    )
    | st.binary(max_size=5)
).map(b"".join)


def pieces_of(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    return [data[start:end] for start, end in pairwise(edges)]


def commands(pieces: list[bytes]) -> list[Command]:
    receiver = CommandReceiver()
    told = []
    for piece in pieces:
        receiver.hear(piece)
        while command := receiver.next_command():
            told.append(command)
    return told


def joined(commands: list[Command]) -> list[Command]:
    """Text that came in two pieces is one text."""
    told: list[Command] = []
    for command in commands:
        if command.name == b"" and told and told[-1].name == b"":
            command = Command(b"", told.pop().parameters + command.parameters)  # noqa: PLW2901
        told.append(command)
    return told


@pytest.mark.parametrize(
    ("heard", "told"),
    [
        (b"\x1b@", [Command(b"\x1b@")]),
        (b"\x1ba\x01Buku\n", [Command(b"\x1ba", b"\x01"), Command(b"", b"Buku"), Command(b"\n")]),
        (b"\x1dV\x00A", [Command(b"\x1dV", b"\x00"), Command(b"", b"A")]),
        (b"\x1dVB\x00A", [Command(b"\x1dV", b"B\x00"), Command(b"", b"A")]),
        (b"\x1dv0\x00\x01\x00\x02\x00", []),
        (b"\x1dv0\x00\x01\x00\x02\x00ab", [Command(b"\x1dv", b"0\x00\x01\x00\x02\x00ab")]),
        (b"\x1b~A", [Command(b"\x1b~"), Command(b"", b"A")]),
        (b"\x1b", []),
    ],
)
def test_commands_end_where_the_reference_says(heard: bytes, told: list[Command]) -> None:
    assert commands([heard]) == told


@given(SENT, st.lists(st.integers(0, 200)))
def test_commands_are_the_same_in_any_pieces(sent: bytes, cuts: list[int]) -> None:
    assert joined(commands(pieces_of(sent, cuts))) == joined(commands([sent]))


@given(SENT, st.lists(st.integers(0, 200)))
def test_questions_in_real_time_are_found_in_any_pieces(sent: bytes, cuts: list[int]) -> None:
    filtered = RealTimeFilter()
    parts = [part for piece in pieces_of(sent, cuts) for part in filtered.parts(piece)]
    assert [part for part in parts if part in REAL_TIME] == [
        part for part in RealTimeFilter().parts(sent) if part in REAL_TIME
    ]
    assert sent.startswith(b"".join(parts))
    assert len(sent) - len(b"".join(parts)) < max(map(len, REAL_TIME))


def test_a_picture_that_claims_too_much_is_not_waited_for() -> None:
    told = commands([b"\x1dv0\x00\xff\xff\xff\xffA"])
    assert told == [Command(b"\x1dv", b"0\x00\xff\xff\xff\xff"), Command(b"", b"A")]


@given(st.binary(max_size=300))
def test_noise_becomes_commands_and_no_more_than_a_picture_is_kept(noise: bytes) -> None:
    receiver = CommandReceiver()
    receiver.hear(noise)
    taken = 0
    while command := receiver.next_command():
        taken += len(command.name) + len(command.parameters)
    assert taken + len(receiver) == len(noise)
    assert len(receiver) <= MOST_RASTER_BYTES + 8
