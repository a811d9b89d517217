"""How SIP2 systems write characters, dates and money. Pure.

The 2.00 text asks for code page 850; systems in the wild send UTF-8 (also decomposed, or encoded
twice), Windows-1252 or plain ASCII.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from typing import Final

_DAY: Final = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})")
_TIME: Final = re.compile(r"[T ]*(\d{2}):?(\d{2}):?(\d{2})?(?:\.\d+)?\s*([+-]\d{2}:?\d{2}|Z)?")
_AT_GREENWICH: Final = re.compile(r"\d{8} {0,3}(?:Z|UTC|GMT) {0,3}\d{6}")
_ZONE: Final = re.compile(r"(?<=\d{8})[A-Z ]{4}(?=\d{6})")
_MOMENT: Final = re.compile(r"(\d{8})([A-Z0 ]{4})(\d{4})(\d{0,2})")
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
BAR: Final = "&#124;"
_AMOUNT: Final = re.compile(r"-?\d+(?:[.,]\d{1,2})?")


@dataclass(frozen=True, slots=True)
class Coding:
    """The encodings to try on what is heard, in order; what is sent is in the first.

    `twice`: text that was encoded in UTF-8 twice is put right.
    """

    encodings: tuple[str, ...]
    twice: bool = False

    def read(self, raw: bytes) -> str:
        """The text in composed form (NFC); never fails, for Latin-1 knows every byte."""
        if raw.isascii():
            return raw.decode("ascii")
        for encoding in self.encodings:
            try:
                text = raw.decode(encoding)
            except UnicodeDecodeError:
                continue
            return unicodedata.normalize("NFC", _once(text) if self.twice else text)
        return raw.decode("latin-1")

    def write(self, text: str) -> bytes | None:
        """None for what the encoding does not have: the error would hold the text, PINs and all."""
        try:
            return text.encode(self.encodings[0])
        except UnicodeEncodeError:
            return None

    def fitted(self, value: str, longest: int) -> str:
        """A value as it can be sent, cut to `longest` bytes.

        Bars are escaped, control characters become blanks, and what the encoding lacks `?`.
        """
        encoding = self.encodings[0]
        text = CONTROL.sub(" ", value.replace("|", BAR))
        return text.encode(encoding, "replace")[:longest].decode(encoding, "ignore")


def _once(text: str) -> str:
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


MODERN: Final = Coding(("utf-8", "cp1252"))


def stamp(at: float, zone: tzinfo) -> str:
    """`at` (seconds since 1970 UTC) as SIP2 writes local time: four blanks for the zone."""
    return datetime.fromtimestamp(at, zone).strftime("%Y%m%d    %H%M%S")


def moment_of(text: str, zone: tzinfo) -> float | None:
    """Seconds since 1970 UTC of what `stamp` writes, also at Greenwich; None when it is none.

    >>> from datetime import UTC
    >>> moment_of("20261123    225405", UTC), moment_of("20261123   Z22540", UTC)
    (1795474445.0, 1795474440.0)
    """
    found = _MOMENT.match(text)
    if found is None:
        return None
    try:
        minute = datetime.strptime(found[1] + found[3], "%Y%m%d%H%M")  # noqa: DTZ007 - next line
        there = UTC if found[2].strip() in ("Z", "UTC", "GMT") else zone
        return minute.replace(tzinfo=there).timestamp() + int(found[4] or 0)
    except (ValueError, OverflowError):
        return None


def day_stamp(day: date) -> str:
    """The end of a day as SIP2 writes it."""
    return day.strftime("%Y%m%d    235900")


def day_of(text: str, zone: tzinfo) -> date | None:
    """The branch's date in a due or expiry date of any form; None when there is none.

    Understood: `YYYYMMDDZZZZHHMMSS` with blanks, zeros or anything for the zone, ISO 8601 with or
    without time and offset, and whatever may follow. Only a zone that is named moves the date.

    >>> from datetime import UTC
    >>> day_of("20131231    235900STAFF", UTC), day_of("2026-11-30", UTC), day_of("", UTC)
    (datetime.date(2013, 12, 31), datetime.date(2026, 11, 30), None)
    """
    text = text.strip()
    found = _DAY.match(text)
    if found is None:
        return None
    try:
        day = date(*map(int, found.groups()))
        return _moved(text, day, found.end(), zone)
    except (ValueError, OverflowError):
        return None


def _moved(text: str, day: date, after: int, zone: tzinfo) -> date:
    """The day at the branch of a moment that is given with its zone."""
    greenwich = _AT_GREENWICH.match(text) is not None
    time = _TIME.match(text[:after] and _ZONE.sub("", text, count=1)[after:])
    if time is None or not (greenwich or time[4]):
        return day
    offset = "+00:00" if greenwich or time[4] == "Z" else time[4]
    clock = f"{time[1]}:{time[2]}:{time[3] or '00'}"
    moment = datetime.fromisoformat(f"{day.isoformat()}T{clock}{offset}")
    return moment.astimezone(zone).date()


def amount_of(text: str) -> Decimal | None:
    """Money as `5.00` or `5,00`; None when there is none."""
    found = _AMOUNT.search(text)
    return Decimal(found[0].replace(",", ".")) if found else None


def count_of(text: str) -> int | None:
    """A count padded with zeros or blanks; None when it is not told."""
    digits = text.strip()
    return int(digits) if digits.isascii() and digits.isdigit() else None
