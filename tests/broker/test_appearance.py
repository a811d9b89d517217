"""A library's own look holds for weak eyes, and says what is wrong with one that does not."""

from base64 import b64encode
from io import BytesIO
from struct import pack
from zlib import compress, crc32

import msgspec
import pytest
from PIL import Image

from broker.appearance import LARGEST_LOGO_BYTES, LONGEST_NAME, LONGEST_TEXT, Appearance, InWords
from broker.png import SIGNATURE
from broker.telemetry import OfflinePolicy, SettingsDesired
from broker.wire import decode_snapshot, encode_snapshot


@pytest.mark.parametrize("colour", ["", "12483F", "7a1fa2", "000000"])
def test_a_colour_that_white_words_stand_on_is_taken(colour: str) -> None:
    assert Appearance(colour=colour).colour == colour


@pytest.mark.parametrize(
    ("colour", "why"),
    [
        ("FFC107", "too light"),
        ("2E7D32", "too light"),
        ("#12483F", "not RRGGBB"),
        ("red", "RRGGBB"),
    ],
)
def test_any_other_is_refused_with_the_reason(colour: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Appearance(colour=colour)


def test_what_finds_no_room_on_a_screen_is_refused_with_its_name() -> None:
    with pytest.raises(ValueError, match="name: 49 characters"):
        Appearance("x" * (LONGEST_NAME + 1))
    with pytest.raises(ValueError, match="has 81 characters"):
        InWords("x" * (LONGEST_TEXT + 1))


def test_a_logo_is_a_small_png() -> None:
    assert Appearance(logo=encoded(png(64, 32))).logo
    assert Appearance(logo=encoded(composed(compress(bytes(28))))).logo
    for raw, why in (
        (b"GIF89a", "not a PNG"),
        (png(64, 2000), "64 by 2000 pixels"),
        (png(64, 32)[:-1], "damaged or cut off"),
        (png(64, 32)[:40] + b"x" + png(64, 32)[41:], "damaged or cut off"),
        (composed(b"none"), "damaged or cut off"),
        (composed(compress(bytes(27))), "damaged or cut off"),
        (composed(compress(bytes(28) * 100_000)), "damaged or cut off"),
        (composed(compress(b"\x07" + bytes(27))), "damaged or cut off"),
        (composed(compress(bytes(28)), interlaced=1), "interlaced"),
        (composed(compress(bytes(10)), colour=3), "damaged or cut off"),
        (composed(compress(bytes(1)), colour=5), "damaged or cut off"),
        (png(64, 32) + bytes(LARGEST_LOGO_BYTES), "bytes; at most"),
    ):
        with pytest.raises(ValueError, match=why):
            Appearance(logo=encoded(raw))
    with pytest.raises(ValueError, match="not base64"):
        Appearance(logo="***")


def png(wide: int, high: int) -> bytes:
    file = BytesIO()
    Image.new("RGB", (wide, high)).save(file, "PNG")
    return file.getvalue()


def composed(rows: bytes, colour: int = 2, interlaced: int = 0) -> bytes:
    """A PNG of 9 by 1 pixels whose chunks are in order, whatever its row is."""
    head = pack(">IIBBBBB", 9, 1, 8, colour, 0, 0, interlaced)
    chunks = (b"IHDR", head), (b"IDAT", rows), (b"IEND", b"")
    return SIGNATURE + b"".join(
        pack(">I", len(data)) + name + data + pack(">I", crc32(name + data))
        for name, data in chunks
    )


def encoded(raw: bytes) -> str:
    return b64encode(raw).decode()


def test_a_server_that_says_nothing_of_it_leaves_everything_as_it_is() -> None:
    offline = OfflinePolicy(5, 72, 7, "Asia/Jakarta", (), ())
    told = encode_snapshot(SettingsDesired(1, in_service=True, reason="", offline=offline))
    said = b',"house":' + msgspec.json.encode(Appearance())
    older = told.replace(said, b"")
    assert older != told
    assert decode_snapshot(older, SettingsDesired).house == Appearance()
