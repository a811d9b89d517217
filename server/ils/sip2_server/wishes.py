"""Holds that terminals place and end, and cards that they bar and free: where the library can."""

from broker.vocabulary import Reason
from server.ils.port import OutcomeUnknown, Refused, ServiceDesk
from server.ils.sip2.protocol import Message
from server.ils.sip2_server import answers
from server.ils.sip2_server.asked import Asked
from server.ils.sip2_server.house import UNCLEAR, House

_THIS_COPY = "3"


class Wishes:
    """Every method may raise NothingSent: then nothing was changed."""

    def __init__(self, house: House, desk: ServiceDesk) -> None:
        self._house, self._desk = house, desk

    def hold(self, asked: Asked) -> Message:
        """Message 15: `+` places a hold, `-` ends it; to change one (`*`), end and place it."""
        house, patron, item = self._house, asked.patron, asked.item
        if patron is None or item is None:
            return house.no(asked, Reason.UNKNOWN_ITEM if patron else Reason.UNKNOWN_CARD)
        with house.turns.alone(patron, item):
            if bad := house.pin_refused(asked):
                return bad
            try:
                match asked.message.part("mode"):
                    case "+":
                        only_this = asked.message.first("BY") == _THIS_COPY
                        act = asked.act(house.key)
                        held = self._desk.hold(patron, item, act, only_this=only_this)
                    case "-":
                        held = self._desk.end_hold(patron, item)
                    case _:
                        return house.no(asked, "no-hold-change")
            except OutcomeUnknown:
                return house.no(asked, UNCLEAR)
        if isinstance(held, Refused):
            return house.no(asked, held.reason)
        return answers.held(asked, held)

    def bar(self, asked: Asked) -> Message:
        """Message 01: the card borrows nothing until it is freed; answered as a status (24)."""
        return self._barred(asked, bars=True)

    def unbar(self, asked: Asked) -> Message:
        """Message 25."""
        return self._barred(asked, bars=False)

    def _barred(self, asked: Asked, *, bars: bool) -> Message:
        house, patron = self._house, asked.patron
        if patron is None:
            return house.no(asked, Reason.UNKNOWN_CARD)
        with house.turns.alone(patron):
            if not bars and (bad := house.pin_refused(asked)):
                return bad
            try:
                if bars:
                    why = asked.message.first("AL") or house.say(asked, "barred-here")
                    found = self._desk.bar(patron, why)
                else:
                    found = self._desk.unbar(patron)
            except OutcomeUnknown:
                return house.no(asked, UNCLEAR)
        if isinstance(found, Refused):
            return house.no(asked, found.reason, BL="N")
        return answers.patron(asked, found, house.say(asked, "barred" if bars else "freed"))
