"""SIP2's messages and fields as one table. Pure.

Numbers, widths and order by the 3M Standard Interchange Protocol 2.00 (document revision 2.12),
cited, not copied; agreed by an independent implementation (PyPI `pysip2` 0.1.0) in the tests.
Extensions as Koha, Evergreen, FOLIO, Polaris and Symphony send them; fields not named here are
heard and ignored.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

FIELDS: Final = {
    "AA": "patron identifier", "AB": "item identifier", "AC": "terminal password",
    "AD": "patron password", "AE": "personal name", "AF": "screen message", "AG": "print line",
    "AH": "due date", "AJ": "title", "AL": "blocked card message", "AM": "library name",
    "AN": "terminal location", "AO": "institution", "AP": "current location",
    "AQ": "permanent location", "AS": "hold item", "AT": "overdue item", "AU": "charged item",
    "AV": "fine item", "AY": "sequence number", "AZ": "checksum", "BD": "home address",
    "BE": "e-mail address", "BF": "home telephone", "BG": "owner", "BH": "currency",
    "BI": "cancel", "BK": "transaction", "BL": "valid patron", "BM": "renewed item",
    "BN": "unrenewed item", "BO": "fee acknowledged", "BP": "start item", "BQ": "end item",
    "BR": "queue position", "BS": "pickup location", "BT": "fee type", "BU": "recall item",
    "BV": "fee amount", "BW": "expiration date", "BX": "supported messages", "BY": "hold type",
    "BZ": "hold items limit", "CA": "overdue items limit", "CB": "charged items limit",
    "CC": "fee limit", "CD": "unavailable hold item", "CF": "hold queue length",
    "CG": "fee identifier", "CH": "item properties", "CI": "security inhibit",
    "CJ": "recall date", "CK": "media type", "CL": "sort bin", "CM": "hold pickup date",
    "CN": "login user", "CO": "login password", "CP": "location code",
    "CQ": "valid patron password",
    # Beyond 2.00.
    "CR": "collection", "CS": "call number", "CT": "destination", "CV": "alert type",
    "CY": "hold patron identifier", "DA": "hold patron name", "PA": "patron expiry",
    "PB": "birth date", "PC": "patron category", "PI": "internet access", "VN": "version",
    "XI": "internal identifier",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Layout:
    """One message: the slices of its fixed part by name, and the fields that follow in any order.

    `date_at` is where its date begins in the fixed part, -1 for none.
    """

    number: str
    parts: Mapping[str, slice]
    width: int
    date_at: int
    required: tuple[str, ...]
    optional: tuple[str, ...]
    start: re.Pattern[str]

    def fixed(self, **parts: str) -> str:
        """The fixed part; each part is padded with blanks to its width."""
        return "".join(
            parts.get(name, "").ljust(place.stop - place.start)
            for name, place in self.parts.items()
        )


def _layout(number: str, fixed: str, required: str, optional: str = "") -> Layout:
    words = fixed.split()
    parts, at = {}, 0
    for name, width in zip(words[::2], map(int, words[1::2]), strict=True):
        parts[name] = slice(at, at + width)
        at += width
    known = (*required.split(), *optional.split())
    return Layout(
        number,
        parts,
        at,
        parts["date"].start if "date" in parts else -1,
        tuple(required.split()),
        tuple(optional.split()),
        re.compile("|".join(known) or r"(?!)"),
    )


_MESSAGES: Final = "AF AG"
_PATRON: Final = f"BL CQ BH BV CC PA {_MESSAGES}"
_LENDING: Final = f"BT CI BH BV CK CH BK {_MESSAGES}"

_ALL: Final = (
    _layout("01", "retained 1 date 18", "AO AL AA AC"),
    _layout("09", "no_block 1 date 18 returned 18", "AP AO AB AC", "CH BI"),
    _layout(
        "10",
        "ok 1 resensitize 1 magnetic 1 alert 1 date 18",
        "AO AB AQ",
        f"AJ CL AA CK CH CV CT CY DA {_MESSAGES}",
    ),
    _layout("11", "renewal 1 no_block 1 date 18 nb_due 18", "AO AA AB AC", "CH AD BO BI"),
    _layout("12", "ok 1 renewal 1 magnetic 1 desensitize 1 date 18", "AO AA AB AJ AH", _LENDING),
    _layout("15", "mode 1 date 18", "AO AA", "BW BS BY AD AB AJ AC BO"),
    _layout("16", "ok 1 available 1 date 18", "AO AA", f"BW BR BS AB AJ {_MESSAGES}"),
    _layout("17", "date 18", "AO AB", "AC"),
    _layout(
        "18",
        "state 2 security 2 fee_type 2 date 18",
        "AB AJ",
        f"CF AH CJ CM BG BH BV CK AQ AP CH CS CR {_MESSAGES}",
    ),
    _layout("19", "date 18", "AO AB CH", "AC"),
    _layout("20", "ok 1 date 18", "AB", f"AJ CH {_MESSAGES}"),
    _layout("23", "language 3 date 18", "AO AA AC AD"),
    _layout("24", "status 14 language 3 date 18", "AO AA AE", _PATRON),
    _layout("25", "date 18", "AO AA", "AC AD"),
    _layout("26", "status 14 language 3 date 18", "AO AA AE", f"BL CQ {_MESSAGES}"),
    _layout(
        "29",
        "third_party 1 no_block 1 date 18 nb_due 18",
        "AO AA",
        "AD AB AJ AC CH BO",
    ),
    _layout("30", "ok 1 renewal 1 magnetic 1 desensitize 1 date 18", "AO AA AB AJ AH", _LENDING),
    _layout("35", "date 18", "AO AA", "AC AD"),
    _layout("36", "ended 1 date 18", "AO AA", _MESSAGES),
    _layout("37", "date 18 fee_type 2 payment 2 currency 3", "BV AO AA", "AC AD CG BK"),
    _layout("38", "accepted 1 date 18", "AO AA", f"BK {_MESSAGES}"),
    _layout("63", "language 3 date 18 summary 10", "AO AA", "AC AD BP BQ"),
    _layout(
        "64",
        "status 14 language 3 date 18 holds 4 overdue 4 charged 4 fines 4 recalls 4 unavailable 4",
        "AO AA AE",
        f"BZ CA CB AS AT AU AV BU CD BD BE BF PB PC PI {_PATRON}",
    ),
    _layout("65", "date 18", "AO AA", "AD AC BO"),
    _layout("66", "ok 1 renewed 4 unrenewed 4 date 18", "AO", f"BM BN {_MESSAGES}"),
    _layout("93", "user_algorithm 1 password_algorithm 1", "CN CO", "CP"),
    _layout("94", "ok 1", ""),
    _layout("96", "", ""),
    _layout("97", "", ""),
    _layout(
        "98",
        "online 1 checkin 1 checkout 1 renewal 1 update 1 offline 1 timeout 3 retries 3 "
        "date 18 version 4",
        "AO BX",
        f"AM AN {_MESSAGES}",
    ),
    _layout("99", "status 1 width 3 version 4", ""),
)
LAYOUTS: Final[Mapping[str, Layout]] = {layout.number: layout for layout in _ALL}

# What each question is answered with. A blocked card (01) is answered as a status request.
ANSWERS: Final = {
    "01": "24", "09": "10", "11": "12", "15": "16", "17": "18", "19": "20", "23": "24", "25": "26",
    "29": "30", "35": "36", "37": "38", "63": "64", "65": "66", "93": "94", "99": "98",
}  # fmt: skip
# Those that change records: never asked twice.
CHANGES: Final = frozenset(("01", "09", "11", "15", "19", "25", "29", "37", "65"))
