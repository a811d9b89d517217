"""Systems as they behave on the wire, each with its own ledger; the first keeps to the 3M text.

Written from transcripts, by hand, without our codec: a mistake in that one is not repeated here.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import ClassVar

from server.ils.sip2.profiles import STRICT, Profile
from tests.ils.ledger import TODAY, Ledger

AT = "20261123    225405"
TRAILER = re.compile(rb"(?:AY(\d))?AZ([0-9A-Fa-f]{4})$")
FIXED = {"11": 38, "09": 37, "29": 38, "17": 18, "63": 31, "23": 21, "37": 25, "35": 18, "65": 18,
         "93": 2, "99": 8, "97": 0, "15": 19, "25": 18, "01": 19}  # fmt: skip


@dataclass(frozen=True)
class Heard:
    """A question as the system sees it."""

    number: str
    fixed: str
    fields: dict[str, str]
    sequence: str | None
    sound: bool

    @property
    def patron(self) -> str:
        return self.fields.get("AA", "")

    @property
    def item(self) -> str:
        return self.fields.get("AB", "")


class HangUp(Exception):
    """The system closes this connection."""


class Died(Exception):
    """The whole system stops."""


@dataclass
class Strict:
    """The 3M text to the letter: code page 850, checksums and numbers in every answer."""

    ledger: Ledger
    last: bytes = b""
    logged_in: set[int] = field(default_factory=set)
    profile: ClassVar[Profile] = STRICT
    encoding: ClassVar[str] = "cp850"
    unanswered: ClassVar[frozenset[str]] = frozenset()
    hangs_up_on: ClassVar[frozenset[str]] = frozenset()
    institution: ClassVar[str] = "MPL"
    greeting: ClassVar[str] = ""
    reads_once: ClassVar[bool] = False
    one_connection: ClassVar[bool] = False
    prompts: ClassVar[tuple[bytes, ...]] = ()
    welcome: ClassVar[bytes] = b"Login OK.  Initiating SIP\r\n"
    end: ClassVar[bytes] = b"\r"

    def heard(self, raw: bytes) -> Heard:
        trailer = TRAILER.search(raw)
        body = raw[: trailer.start()] if trailer else raw
        text = body.decode(self.encoding, "replace")
        width = 2 + FIXED.get(text[:2], 0)
        fields = {one[:2]: one[2:] for one in reversed(text[width:].split("|")) if one}
        sound = trailer is not None and int(trailer[2], 16) == -sum(raw[:-4]) & 0xFFFF
        sequence = trailer[1].decode() if trailer and trailer[1] else None
        return Heard(text[:2], text[2:width], fields, sequence, sound)

    def answer(self, heard: Heard, session: int) -> bytes | None:
        """The bytes on the line, or silence. Raises HangUp, Died."""
        if heard.number in self.hangs_up_on:
            raise HangUp
        if heard.number in self.unanswered:
            return None
        if heard.number == "97":
            return self.repeated()
        body = self.bodies(heard, session)
        if body is None:
            return None
        self.last = self.framed(body, heard.sequence)
        return self.last

    def repeated(self) -> bytes | None:
        return self.last or None

    def framed(self, body: str, sequence: str | None) -> bytes:
        raw = body.encode(self.encoding, "replace")
        if sequence is not None:
            raw += b"AZ" if body == "96" else b"AY" + sequence.encode() + b"AZ"
            raw += b"%04X" % (-sum(raw) & 0xFFFF)
        return raw + self.end

    def bodies(self, heard: Heard, session: int) -> str | None:
        """What it says without number, checksum and end."""
        answers: dict[str, Callable[[], str]] = {
            "93": lambda: self.login(heard, session),
            "99": self.status,
            "23": lambda: self.patron_status(heard),
            "63": lambda: self.patron(heard),
            "17": lambda: self.item(heard),
            "11": lambda: self.checkout(heard),
            "09": lambda: self.checkin(heard),
            "29": lambda: self.renew(heard),
            "37": lambda: self.pay(heard),
        }
        return answers.get(heard.number, lambda: "96")()

    def login(self, heard: Heard, session: int) -> str:
        right = heard.fields.get("CN") == "kios" and heard.fields.get("CO") == "rahasia"
        if right:
            self.logged_in.add(session)
        return "941" if right else "940"

    def status(self) -> str:
        return f"98YYYYNN100005{AT}2.00AO{self.institution}|BXYYYYYYYYYYYNYYYY|{self.greet()}"

    def greet(self, more: str = "") -> str:
        said = f"{self.greeting} {more}".strip()
        return f"AF{said}|" if said else ""

    def flags(self, patron: str) -> str:
        member = self.ledger.members.get(patron)
        return ("Y" if member is None or member.blocked else " ").ljust(14)

    def patron_status(self, heard: Heard) -> str:
        return f"24{self.flags(heard.patron)}000{AT}{self.them(heard)}"

    def patron(self, heard: Heard) -> str:
        loans = self.ledger.loans_of(heard.patron)
        late = [one for one in loans if self.ledger.loans[one].due < TODAY]
        counts = f"0000{len(late):04}{len(loans):04}000000000000"
        listed = "".join(f"AU{self.listed(item)}|" for item in loans)
        return (
            f"64{self.flags(heard.patron)}000{AT}{counts}{self.them(heard)}{listed}{self.greet()}"
        )

    def listed(self, item: str) -> str:
        return item

    def them(self, heard: Heard) -> str:
        member = self.ledger.members.get(heard.patron)
        head = f"AO{self.institution}|AA{heard.patron}|"
        if member is None:
            return f"{head}AE|BLN|"
        pin = self.pin_told(heard.fields.get("AD", ""), member.pin)
        expiry = member.expires.strftime("%Y%m%d    235900")
        return f"{head}AE{member.name}|BLY|{pin}BHIDR|BV{member.owed}|BE{member.mail}|PA{expiry}|"

    def pin_told(self, given: str, pin: str) -> str:
        return f"CQ{'Y' if given == pin else 'N'}|"

    def item(self, heard: Heard) -> str:
        title = self.ledger.titles.get(heard.item)
        if title is None:
            return f"18010101{AT}AB{heard.item}|AJ|AFInvalid Item|"
        loan = self.ledger.loans.get(heard.item)
        due = f"AH{self.due(loan.due)}|" if loan else ""
        state = "04" if loan else "03"
        owner = f"AQ{self.institution}|BG{self.institution}|"
        return f"18{state}0201{AT}{due}AB{heard.item}|AJ{title}|{owner}"

    def due(self, day: date) -> str:
        return day.strftime("%Y%m%d    235900")

    def about(self, heard: Heard) -> str:
        title = self.ledger.titles.get(heard.item, "")
        return f"AO{self.institution}|AA{heard.patron}|AB{heard.item}|AJ{title}|"

    def checkout(self, heard: Heard) -> str:
        words = self.obstacle(heard)
        if words is None and heard.item in self.ledger.loans:
            words = "Item checked out to another patron"
        if words is not None:
            return f"120NUN{AT}{self.about(heard)}AH|{self.greet(words)}"
        self.ledger.lend(heard.item, heard.patron)
        return self.lent(heard)

    def obstacle(self, heard: Heard) -> str | None:
        member = self.ledger.members.get(heard.patron)
        if member is None or heard.item not in self.ledger.titles:
            return "Invalid Item"
        return "Patron Blocked" if member.blocked else None

    def lent(self, heard: Heard, number: str = "121") -> str:
        due = self.due(self.ledger.loans[heard.item].due)
        return f"{number}NNY{AT}{self.about(heard)}AH{due}|{self.greet()}"

    def checkin(self, heard: Heard) -> str:
        place = f"AO{self.institution}|AB{heard.item}|AQ{self.institution}|"
        if heard.item not in self.ledger.titles:
            return f"100NUY{AT}{place}CV99|AFItem not checked out|"
        if heard.item not in self.ledger.loans:
            return f"100YNY{AT}{place}AFItem not checked out|"
        patron = self.ledger.take_back(heard.item)
        return f"101YNN{AT}{place}AJ{self.ledger.titles[heard.item]}|AA{patron}|{self.greet()}"

    def renew(self, heard: Heard) -> str:
        loan = self.ledger.loans.get(heard.item)
        if loan is None or loan.patron != heard.patron:
            return f"300NUN{AT}{self.about(heard)}AH|{self.greet('Item not checked out')}"
        if loan.renewals >= self.ledger.most_renewals:
            due = self.due(loan.due)
            return f"300NUN{AT}{self.about(heard)}AH{due}|{self.greet('No renewals left')}"
        self.ledger.renew(heard.item)
        return self.lent(heard, "301")

    def pay(self, heard: Heard) -> str:
        amount = Decimal(heard.fields["BV"])
        fits = amount <= self.ledger.members[heard.patron].owed
        if fits:
            self.ledger.pay(heard.patron, amount)
        return f"38{'Y' if fits else 'N'}{AT}AO{self.institution}|AA{heard.patron}|"
