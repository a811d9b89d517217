"""What a terminal is answered: the port's words as SIP2 messages. Pure.

What the system does not tell is left out or blank. Its own texts (`said`) are for staff and may
name a person: they are never sent. For the same reason the personal name (AE) is empty.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from broker.vocabulary import Reason
from server.ils.port import (
    Ability,
    Alert,
    Capabilities,
    Held,
    ItemRecord,
    ItemState,
    PatronRecord,
    Returned,
)
from server.ils.sip2.messages import ANSWERS, LAYOUTS
from server.ils.sip2.protocol import Message
from server.ils.sip2.protocol import question as message_of
from server.ils.sip2.writing import count_of, day_stamp, stamp
from server.ils.sip2_server.asked import Asked

Value = str | tuple[str, ...] | None
_LONGEST_VALUE: Final = 255  # bytes; the 3M text allows no more
_MOST: Final = 9_999
_REFUSED: Final[Mapping[str, dict[str, str]]] = {
    "10": {"ok": "0", "resensitize": "N", "magnetic": "U", "alert": "Y"},
    "12": {"ok": "0", "renewal": "N", "magnetic": "U", "desensitize": "N"},
    "16": {"ok": "0", "available": "N"},
    "18": {"state": "01", "security": "00", "fee_type": "01"},
    "20": {"ok": "0"},
    "24": {"status": "Y", "language": "000"},
    "26": {"status": "Y", "language": "000"},
    "30": {"ok": "0", "renewal": "N", "magnetic": "U", "desensitize": "N"},
    "36": {"ended": "Y"},
    "38": {"accepted": "N"},
    "64": {"status": "Y", "language": "000"},
    "66": {"ok": "0", "renewed": "0000", "unrenewed": "0000"},
    "98": {
        **dict.fromkeys(("online", "checkin", "checkout", "renewal", "update", "offline"), "N"),
        "timeout": "300",
        "retries": "003",
        "version": "2.00",
    },
}
_STATES: Final = {
    ItemState.AVAILABLE: "03",
    ItemState.ON_LOAN: "04",
    ItemState.ON_HOLD_SHELF: "08",
    ItemState.IN_TRANSIT: "10",
    ItemState.MISSING: "13",
}
_ALERTS: Final = {
    Alert.HOLD_HERE: "01",
    Alert.HOLD_ELSEWHERE: "02",
    Alert.INTERLIBRARY: "03",
    Alert.TRANSFER: "04",
    Alert.OTHER: "99",
}
# Of the 14 flags of a patron's status: charge privileges denied, too many items charged.
_CHARGE_DENIED, _TOO_MANY_CHARGED = 0, 5
# The order of the messages in 98's BX.
_DECLARED: Final = ("23", "11", "09", "01", "99", "97", "93", "63", "35", "37", "17", "19", "25",
                    "15", "29", "65")  # fmt: skip
_ALWAYS: Final = frozenset(("93", "97", "99"))
_OFFERED: Final = _ALWAYS | {"09", "11", "17", "23", "35", "63"}


def told(asked: Asked, parts: Mapping[str, str], fields: Mapping[str, Value]) -> Message:
    """The answer; fields that must be there and are not given are echoed, or empty."""
    layout = LAYOUTS[ANSWERS[asked.message.number]]
    echoed = {name: asked.message.first(name) for name in ("AA", "AB")}
    known = {"AO": asked.institution, "BX": "N" * len(_DECLARED), **echoed}
    every: dict[str, Value] = {name: known.get(name, "") for name in layout.required}
    every.update(fields)
    fit = asked.terminal.coding.fitted
    line = tuple(
        (name, fit(one, _LONGEST_VALUE))
        for name, value in every.items()
        if value is not None
        for one in ((value,) if isinstance(value, str) else value)
    )
    dated = {"date": stamp(asked.now, asked.place.zone), **parts}
    return message_of(layout.number, dated, line)


def refused(asked: Asked, words: str, **fields: Value) -> Message:
    """No, to any question."""
    return told(asked, _REFUSED[ANSWERS[asked.message.number]], {**fields, "AF": words})


def offered(capabilities: Capabilities) -> frozenset[str]:
    """The questions that this library's system can be asked at all."""
    able = capabilities.able
    more = {
        "29": Ability.RENEW in able,
        "65": {Ability.RENEW, Ability.LIST_LOANS} <= able,
        "37": Ability.NOTE_PAYMENT in able,
        "15": Ability.HOLD in able,
        "01": Ability.BAR in able,
        "25": Ability.BAR in able,
    }
    return _OFFERED | {number for number, can in more.items() if can}


def status(asked: Asked, may: frozenset[str]) -> Message:
    """Message 98: what `may` be asked. An answer is worth waiting 30 s for, and asking thrice."""
    yes = {number: "Y" if number in may | _ALWAYS else "N" for number in _DECLARED}
    parts = {"online": "Y", "checkin": yes["09"], "checkout": yes["11"], "renewal": yes["29"]}
    offline = "Y" if {"09", "11"} & may else "N"
    fields = {"BX": "".join(yes.values()), "AM": asked.place.name or None}
    return told(asked, _REFUSED["98"] | parts | {"offline": offline}, fields)


def patron(asked: Asked, record: PatronRecord, words: str | None) -> Message:
    """Messages 24, 26 and 64. CQ is sent only when a PIN was given and could be checked."""
    flags = [" "] * 14
    if record.bar is not None:
        flags[_TOO_MANY_CHARGED if record.bar is Reason.LOAN_LIMIT else _CHARGE_DENIED] = "Y"
    parts = {"status": "".join(flags), "language": "000"}
    counts = {"holds": record.holds, "overdue": record.overdue, "charged": record.on_loan}
    fields: dict[str, Value] = {
        "BL": "Y",
        "CQ": "Y" if record.pin_checked else None,
        "BH": record.currency if record.owed is not None and record.currency else None,
        "BV": None if record.owed is None else f"{record.owed:.2f}",
        "AF": words,
    }
    if asked.message.number == "63":
        parts |= {name: _four(count) for name, count in counts.items()}
        limit = record.loan_limit
        fields |= {"CB": None if limit is None else _four(limit), "AU": _listed(asked, record)}
    if asked.message.number == "25":
        fields |= {"BH": None, "BV": None}
    return told(asked, parts, fields)


def _four(count: int | None) -> str:
    return "" if count is None else f"{min(count, _MOST):04}"


def _listed(asked: Asked, record: PatronRecord) -> Value:
    """The charged items from the one to the other that are asked for, counted from 1."""
    if asked.message.part("summary")[2:3] != "Y" or record.loans is None:
        return None
    first, last = (count_of(asked.message.first(name)) for name in ("BP", "BQ"))
    return record.loans[max((first or 1) - 1, 0) : last or None]


def item(asked: Asked, record: ItemRecord) -> Message:
    """Message 18."""
    fields = {
        "AJ": record.title,
        "AH": None if record.due is None else day_stamp(record.due),
        "CF": None if record.holds is None else str(record.holds),
        "BG": record.owner or None,
        "AP": record.location or None,
        "CS": record.call_number or None,
        "CH": record.properties or None,
    }
    state = _STATES.get(record.state, "01")
    return told(asked, {"state": state, "security": "00", "fee_type": "01"}, fields)


def on_loan(asked: Asked, title: str, due: date | None) -> Message:
    """Yes to a loan (12) or a renewal (30); only a loan releases the item."""
    renewed = asked.message.number == "29"
    yes = {"ok": "1", "magnetic": "U"}
    parts = yes | (
        {"renewal": "Y", "desensitize": "N"} if renewed else {"renewal": "N", "desensitize": "Y"}
    )
    return told(asked, parts, {"AJ": title, "AH": "" if due is None else day_stamp(due)})


def returned(asked: Asked, record: ItemRecord, back: Returned, words: str | None = None) -> Message:
    """Yes to a return (10), and where the item goes."""
    alert = "N" if back.alert is None else "Y"
    parts = {"ok": "1", "resensitize": "Y", "magnetic": "U", "alert": alert}
    fields = {
        "AQ": record.location,
        "AJ": record.title,
        "CL": back.sort_bin or None,
        "CV": None if back.alert is None else _ALERTS[back.alert],
        "CT": back.destination or None,
        "AF": words,
    }
    return told(asked, parts, fields)


def not_on_loan(asked: Asked, record: ItemRecord, words: str) -> Message:
    """Nothing was on loan, but the item is here: it is secured all the same."""
    parts = {"ok": "0", "resensitize": "Y", "magnetic": "U", "alert": "Y"}
    return told(asked, parts, {"AQ": record.location, "AJ": record.title, "AF": words})


def ended(asked: Asked) -> Message:
    """Message 36: nothing is kept of a patron between two messages."""
    return told(asked, _REFUSED["36"], {})


def renewed_all(asked: Asked, done: tuple[str, ...], not_done: tuple[str, ...]) -> Message:
    """Message 66. Yes means that all of them were renewed."""
    parts = {
        "ok": "0" if not_done else "1",
        "renewed": _four(len(done)),
        "unrenewed": _four(len(not_done)),
    }
    return told(asked, parts, {"BM": done, "BN": not_done})


def held(asked: Asked, hold: Held) -> Message:
    """Message 16: a hold was placed, or ended; BR is its place in the queue."""
    fields = {
        "AJ": hold.title,
        "BR": str(hold.position),
        "BW": None if hold.pick_up_by is None else day_stamp(hold.pick_up_by),
    }
    available = "N" if hold.pick_up_by is None else "Y"
    return told(asked, {"ok": "1", "available": available}, fields)


def paid(asked: Asked) -> Message:
    """Message 38: the payment is taken off what is owed."""
    return told(asked, {"accepted": "Y"}, {"BK": asked.message.first("BK") or None})
