"""Systems as they were met: Koha 3.17, SIPServer, the SLiMS gateway, and two odd ones in one."""

import unicodedata
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

from server.ils.sip2.profiles import EVERGREEN, KOHA, SLIMS_GATEWAY, STRICT, Profile
from server.ils.sip2.writing import Coding
from tests.ils.ledger import TODAY
from tests.ils.personality import AT, Died, Heard, Strict


@dataclass
class Koha(Strict):
    """Greets, breaks lines, escapes bars, asks for no login, and renews what is lent already."""

    profile: ClassVar[Profile] = KOHA
    encoding: ClassVar[str] = "utf-8"
    greeting: ClassVar[str] = "Greetings from Koha. \nHubungi &#124; petugas"
    end: ClassVar[bytes] = b"\r\n"

    def checkout(self, heard: Heard) -> str:
        loan = self.ledger.loans.get(heard.item)
        if loan is None or loan.patron != heard.patron:
            return super().checkout(heard)
        self.ledger.renew(heard.item)
        return self.lent(heard)

    def repeated(self) -> bytes | None:
        """With number 0, and characters encoded once more."""
        if not self.last:
            return None
        body = self.last.rstrip()[:-9].decode("utf-8")
        return self.framed(body.encode("utf-8").decode("latin-1"), "0")


@dataclass
class SipServer(Strict):
    """Evergreen's: decomposed letters, ISO 8601, titles instead of numbers, short values."""

    profile: ClassVar[Profile] = EVERGREEN
    encoding: ClassVar[str] = "utf-8"

    def framed(self, body: str, sequence: str | None) -> bytes:
        return super().framed(unicodedata.normalize("NFD", body), sequence)

    def due(self, day: date) -> str:
        return f"{day.isoformat()}T23:59:00+0700"

    def listed(self, item: str) -> str:
        return self.ledger.titles[item]


@dataclass
class SlimsGateway(Strict):
    """One connection, one read for each message, no login, no checksums, one fixed header too long.

    It looks for field names anywhere, answers a renewal as a loan, and dies of an unknown member.
    """

    profile: ClassVar[Profile] = SLIMS_GATEWAY
    encoding: ClassVar[str] = "utf-8"
    unanswered: ClassVar[frozenset[str]] = frozenset(
        ("93", "97", "37", "15", "65", "01", "25", "35")
    )
    institution: ClassVar[str] = "Perpustakaan"
    reads_once: ClassVar[bool] = True
    one_connection: ClassVar[bool] = True

    def heard(self, raw: bytes) -> Heard:
        text = raw.decode("utf-8", "replace")
        fields = {
            name: text[text.find(name) + 2 :].split("|")[0]
            for name in ("AO", "AA", "AB", "AD")
            if name in text
        }
        return Heard(text[:2], text[2:40], fields, None, sound=True)

    def status(self) -> str:
        return f"98YYYNNN500   003{AT}2.00AO{self.institution}|BXNYYNYYNNYNNYNNNNN|"

    def patron(self, heard: Heard) -> str:
        count = len(self.ledger.loans_of(heard.patron))
        return f"64{'':14}001{AT}{'':8}{count:4}{'':12}{self.them(heard)}"

    def them(self, heard: Heard) -> str:
        member = self.ledger.members.get(heard.patron)
        valid = "AE|BLN|" if member is None else f"AE{member.name}|BLY|"
        return f"AO{self.institution}|AA{heard.patron}|{valid}"

    def item(self, heard: Heard) -> str:
        title = self.ledger.titles.get(heard.item, "")
        loan = self.ledger.loans.get(heard.item)
        state = "02" if loan else "03" if title else "01"
        due = f"|AH{loan.due.isoformat()}" if loan else ""
        return f"18{state}0001{AT}{due}|AB{heard.item}|AJ{title}|"

    def checkout(self, heard: Heard) -> str:
        if heard.patron not in self.ledger.members:
            raise Died
        loan = self.ledger.loans.get(heard.item)
        if loan is not None and loan.patron == heard.patron:
            return self.renew(heard)
        if loan is not None or heard.item not in self.ledger.titles:
            return f"120NNN{AT}{self.about(heard)}AFBUKU TIDAK DAPAT DIPINJAM|"
        self.ledger.lend(heard.item, heard.patron)
        due = self.ledger.loans[heard.item].due.isoformat()
        said = f"AH{due}|AB{heard.item}|AFBUKU BERHASIL DIPINJAM|"
        return f"121NNY{AT}AO{self.institution}|AA{heard.patron}|{said}"

    def checkin(self, heard: Heard) -> str:
        loan = self.ledger.loans.get(heard.item)
        place = f"AO{self.institution}|AB{heard.item}|"
        if loan is None:
            return f"100NNY{AT}{place}AFBUKU BELUM DIPINJAM|"
        if loan.due < TODAY:
            return f"100NNY{AT}{place}AFANDA MENDAPAT DENDA, SILAHKAN KE SIRKULASI|"
        self.ledger.take_back(heard.item)
        return f"101YNN{AT}{place}AFBUKU BERHASIL DIKEMBALIKAN|"

    def renew(self, heard: Heard) -> str:
        loan = self.ledger.loans.get(heard.item)
        if loan is None or loan.renewals >= self.ledger.most_renewals:
            return f"120NNN{AT}{self.about(heard)}AFRENEWAL LIMIT|"
        self.ledger.renew(heard.item)
        return f"121YNY{AT}{self.about(heard)}AFLOAN RENEWED SUCCESSFULLY|"


ODD = replace(STRICT, name="odd", demands_checksums=False, coding=Coding(("utf-8",)), longest=1024)


@dataclass
class Odd(Strict):
    """What Ceridwen and invenio do: checksum without number, `None` first, dates before flags."""

    profile: ClassVar[Profile] = ODD
    encoding: ClassVar[str] = "utf-8"

    def framed(self, body: str, sequence: str | None) -> bytes:  # noqa: ARG002 - it has none
        raw = body.encode() + b"AZ"
        raw += b"%04X" % (-sum(raw) & 0xFFFF)
        return b"None" + raw + b"\r" if body.startswith("18") else raw + b"\r"

    def status(self) -> str:
        return f"98YNNYNN999999{AT}2.00AO{self.institution}|BXYYYYYYYYYYYNYYYY|AF|AG"

    def patron(self, heard: Heard) -> str:
        told = super().patron(heard)
        counts = [told[at : at + 4].lstrip("0") or "0" for at in range(37, 61, 4)]
        return told[:37] + "".join(f"{count:>4}" for count in counts) + told[61:]

    def pay(self, heard: Heard) -> str:
        told = super().pay(heard)
        return f"38{AT}{told[2]}{told[21:]}"


PERSONALITIES: dict[str, type[Strict]] = {
    "strict": Strict,
    "koha": Koha,
    "evergreen": SipServer,
    "slims-gateway": SlimsGateway,
    "odd": Odd,
}
