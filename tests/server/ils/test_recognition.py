"""What message 98 and others tell of the system that sent them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from server.ils.sip2.profiles import KOHA, SLIMS_GATEWAY
from server.ils.sip2.protocol import Message, parse
from server.ils.sip2.recognition import moment_of, quirks_of, recognised
from server.ils.sip2.writing import Coding

JAKARTA = ZoneInfo("Asia/Jakarta")
TEN_TO_ELEVEN = datetime(2026, 11, 23, 22, 54, 5, tzinfo=JAKARTA).timestamp()
# As they were met on the wire; a checksum of its own each.
STATUS = b"98YYYYNN100005%s2.00AOMPL|BXYYYYYYYYYYYYYYYY|"
SLIMS = b"98YYYNNN500   00320261123    2254052.00AOPerpustakaan|BXNYYNYYNNYNNYNNNNN|"


def heard(raw: bytes, *, sealed: bool = True) -> Message:
    body = raw + b"AY1AZ" if sealed else raw
    seal = b"%04X" % (-sum(body) & 0xFFFF) if sealed else b""
    return parse(body + seal, Coding(("utf-8",)))


@pytest.mark.parametrize(
    ("stamp", "ahead"),
    [(b"20261123    225405", 0.0), (b"20261123   Z155505", 60.0), (b"20261123    215405", -3600.0)],
)
def test_a_status_tells_the_time_of_its_system(stamp: bytes, ahead: float) -> None:
    assert moment_of(heard(STATUS % stamp), JAKARTA) == TEN_TO_ELEVEN + ahead


@pytest.mark.parametrize("stamp", [b"20261399    225405", b"                  "])
def test_a_status_without_a_time_tells_none(stamp: bytes) -> None:
    assert moment_of(heard(STATUS % stamp), JAKARTA) is None


def test_a_status_that_is_too_long_tells_the_time_all_the_same() -> None:
    assert moment_of(heard(SLIMS, sealed=False), JAKARTA) == TEN_TO_ELEVEN


def test_what_a_status_denies_though_it_does_it_is_told() -> None:
    told = quirks_of(heard(SLIMS, sealed=False), SLIMS_GATEWAY)
    assert len(told) == 1
    assert "63, 17, 29" in told[0]


def test_answers_without_the_checksums_that_were_asked_for_are_told() -> None:
    told = quirks_of(heard(STATUS % b"20261123    225405", sealed=False), KOHA)
    assert told == ("answers carry no checksum, though ours do",)


@pytest.mark.parametrize(
    ("raw", "sealed", "profile"),
    [
        (b"98YYYYNN10000520261123    2254052.00AOMPL|AFGreetings from Koha. |", True, "koha"),
        (b"18040201" + b"20261123    225405AH2026-12-07T23:59:00+0700|ABX|AJT|", True, "evergreen"),
        (b"18030201" + b"20261123    225405ABX|AJT|", True, "strict"),
        (b"18030001" + b"20261123    225405|ABX|AJT|", False, "slims-gateway"),
    ],
)
def test_a_system_is_recognised_by_how_it_speaks(raw: bytes, profile: str, *, sealed: bool) -> None:
    assert recognised([heard(raw, sealed=sealed)]) == profile
