"""metraTec's commands and what is said to them, as lines each way. Pure.

    INV                          E0040150954F02B1 · E0040150954F02B2 · IVF 02
    REQ 2223<UID>0007 CRC        TDT · 00<blocks><checksum> · COK · NCL
    WRQ 2227<UID>C2 CRC          TDT · 00<checksum> · COK · NCL     or TNR alone, or another word

Sources: metratec_rfid 1.4.5, hf_reader_ascii.py and reader_ascii.py; rfid-sdk-java, ISOReaderAscii
and RFIDErrorCodes; rfid-sdk-dotnet, MetratecReaderAsciiHf.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from devices.capabilities import TagUid
from devices.errors import Garbled

DONE: Final = "OK!"
NOT_CONTINUOUS: Final = "NCM"
CONTINUOUS_ENDED: Final = "BRA"
LINE_CHECKSUM_WRONG: Final = "CCE"
TAG_CHECKSUM_WRONG: Final = "CER"
COLLISION: Final = "CDT"
NO_ANSWER: Final = "TNR"
TOO_LONG: Final = "RDL"
FIELD_NOT_SET_UP: Final = "RNW"
NO_MODE: Final = "NSS"
NOT_HEXADECIMAL: Final = "EHX"
UNKNOWN_COMMAND: Final = "UCO"
UNKNOWN_PARAMETER: Final = "UPA"

_TAG_DATA: Final = "TDT"
_CHECKSUM_OK: Final = "COK"
_NO_COLLISION: Final = "NCL"

ERRORS: Final = {
    "ARH": "antenna reflects too much: check the antenna",
    "BOD": "supply voltage too low",
    "BOF": "buffer overflow",
    LINE_CHECKSUM_WRONG: "line with a wrong checksum",
    COLLISION: "collision of tags",
    TAG_CHECKSUM_WRONG: "tag's answer with a wrong checksum",
    "CRT": "command not finished in time",
    "EDX": "decimal digits expected",
    "EHF": "hardware failure",
    NOT_HEXADECIMAL: "hexadecimal digits expected",
    "FLE": "wrong length from a tag",
    "NOR": "number out of range",
    "NOS": "not supported",
    "NRF": "no field",
    NO_MODE: "no mode selected",
    "PLE": "PLL failure",
    TOO_LONG: "too long to be read",
    FIELD_NOT_SET_UP: "field not set up",
    "RXE": "other number of answers than expected",
    "SRT": "reader was reset",
    "TCE": "tag not understood",
    NO_ANSWER: "tag not responding",
    "TOE": "time-out",
    UNKNOWN_COMMAND: "unknown command",
    "UER": "unknown error",
    UNKNOWN_PARAMETER: "unknown parameter",
    "URE": "characters not received well",
    "WDL": "wrong length of data",
}
ANSWERS: Final = {
    CONTINUOUS_ENDED: "continuous mode ended",
    _CHECKSUM_OK: "tag's checksum is good",
    "DNS": "was not asleep",
    "GMO": "awake",
    _NO_COLLISION: "no collision",
    NOT_CONTINUOUS: "not in continuous mode",
    DONE: "done",
    _TAG_DATA: "a tag's answer follows",
}
# Lines a reader says unasked, or in the middle of an answer, where they are set to be said.
UNASKED: Final = ("ARP", "HBT", "IN0", "IN1")

_AFTER_POWER_ON: Final = (FIELD_NOT_SET_UP, "NRF", NO_MODE, "SRT")
# In an inventory each of these stands for one answer that was not understood.
_OF_ONE_TAG: Final = (TAG_CHECKSUM_WRONG, "FLE", TOO_LONG, "RXE", "TCE", "TOE")
_REQUEST: Final = re.compile(r"(REQ|WRQ) (\S+) CRC")
_BYTES: Final = re.compile(r"([0-9A-Fa-f]{2})+")
_UID: Final = re.compile(r"[0-9A-F]{16}")
_FINISHED: Final = re.compile(r"IVF ([0-9A-F]{2,3})")
_REVISION: Final = re.compile(r"([A-Z]\w{3,}) +(?:\d{4})?(\w{2})(\d\d)")


class Command(Enum):
    """What is asked in always the same words. FIELD_ON is one subcarrier, 100 % modulation."""

    REVISION = "REV"
    BREAK = "BRK"
    CHECKSUMS_ON = "CON"
    CHECKSUMS_OFF = "COF"
    ISO15693 = "MOD 156"
    FIELD_ON = "SRI SS 100"
    FIELD_OFF = "SRI OFF"
    INVENTORY = "INV"


@dataclass(frozen=True, slots=True)
class TagRequest:
    """An ISO 15693 request (`air`); one that writes is given the time that takes."""

    raw: bytes
    writes: bool = False


Request = Command | TagRequest


def question(request: Request) -> str:
    """The words that ask."""
    if isinstance(request, TagRequest):
        return f"{'WRQ' if request.writes else 'REQ'} {request.raw.hex().upper()} CRC"
    return request.value


def request_of(text: str) -> Request | str:
    """What a host asks, or the word a reader refuses it with."""
    if match := _REQUEST.fullmatch(text):
        if not _BYTES.fullmatch(match[2]):
            return NOT_HEXADECIMAL
        return TagRequest(bytes.fromhex(match[2]), match[1] == "WRQ")
    same = next((command for command in Command if command.value == text), None)
    known = {"REQ", "WRQ", *(command.value[:3] for command in Command)}
    return same or (UNKNOWN_PARAMETER if text[:3] in known else UNKNOWN_COMMAND)


@dataclass(frozen=True, slots=True)
class Said:
    """One word of a reader's; without a checksum when they are off."""

    word: str
    is_checked: bool = True

    @property
    def words(self) -> str:
        """As it stands in a log, such as `tag not responding (TNR)`."""
        meaning = ERRORS.get(self.word) or ANSWERS.get(self.word, "unknown word")
        return f"{meaning} ({self.word})"

    @property
    def lacks_set_up(self) -> bool:
        """The reader was without power, or reset, since it was set up."""
        return not self.is_checked or self.word in _AFTER_POWER_ON


def acknowledged(lines: Sequence[str]) -> Said | None:
    """The answer to what is not asked of tags: one word."""
    is_of_a_tag = lines[-1] in (_TAG_DATA, _CHECKSUM_OK, _NO_COLLISION)
    return Said(lines[-1]) if _is_word(lines[-1]) and not is_of_a_tag else None


def inventory_lines(uids: Sequence[TagUid]) -> tuple[str, ...]:
    return (*map(str, uids), f"IVF {len(uids):02}")


def inventoried(lines: Sequence[str]) -> tuple[TagUid, ...] | Said | None:
    """The tags of an inventory, or an error; None when more lines are needed.

    Raises Garbled on a UID that is none, and when other than the announced number was told.
    """
    *told, last = lines
    if not (match := _FINISHED.fullmatch(last)):
        return Said(last) if _is_error(last) and last not in _OF_ONE_TAG else None
    uids = [line for line in told if _UID.fullmatch(line)]
    counts = (len(uids), len(uids) + sum(line in _OF_ONE_TAG for line in told))
    announced = {int(match[1], 16), int(match[1]) if match[1].isdecimal() else -1}
    if not announced.intersection(counts):
        raise Garbled(f"{match[1]} tags announced, {len(uids)} told")
    if strange := [uid for uid in uids if not uid.startswith("E0")]:
        raise Garbled(f"{strange[0]} is no UID of ISO 15693")
    return tuple(TagUid(bytes.fromhex(uid)) for uid in uids)


def tag_lines(answer: bytes) -> tuple[str, ...]:
    """A tag's answer that came through well."""
    return (_TAG_DATA, answer.hex().upper(), _CHECKSUM_OK, _NO_COLLISION)


def tag_answered(lines: Sequence[str]) -> bytes | Said | None:
    """A tag's answer, or an error; None when more lines are needed.

    Raises Garbled when lines are missing.
    """
    last = lines[-1]
    if last != _NO_COLLISION:
        return Said(last) if _is_error(last) and last != TAG_CHECKSUM_WRONG else None
    match lines[-4:]:
        case ("TDT", data, "COK", _) if _BYTES.fullmatch(data):
            return bytes.fromhex(data)
        case ("TDT", _, "CER", _):
            return Said(TAG_CHECKSUM_WRONG)
    raise Garbled(f"a tag's answer with lines missing: {' / '.join(lines)}")


def revision_words(text: str) -> str | None:
    """A reader's name and firmware, as in `DESKID_ISO, firmware 3.07`, when a line tells it.

    The name, 4 digits for the hardware with some firmware, and 4 for the firmware, of which the
    first is b or c before a release.
    """
    match = _REVISION.fullmatch(text)
    return f"{match[1]}, firmware {match[2].lstrip('0') or '0'}.{match[3]}" if match else None


def plain_word(text: str) -> str | None:
    """The word of a line that is whole without a checksum; None for all others, and for noise."""
    return text[:3] if text in ERRORS or text in ANSWERS or _FINISHED.fullmatch(text) else None


def _is_word(text: str) -> bool:
    return len(text) == 3  # noqa: PLR2004 - all of metraTec's words are


def _is_error(text: str) -> bool:
    """Also a word nobody published."""
    return _is_word(text) and text not in ANSWERS
