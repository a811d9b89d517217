"""Koha's REST API as it is documented, on the ledger of the simulated systems, over real HTTP.

Written from Koha's swagger files and Koha/REST/V1/Checkouts.pm (see server.ils.koha), by hand,
without our client's types.
"""

import base64
import json
import re
import socket
import struct
import threading
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from tests.ils.ledger import TODAY, Ledger

CLIENT, SECRET = "kios-api", "rahasia-api"
TOKEN = "token-1"  # noqa: S105 - of a server that only the tests know
_AT_ONCE = struct.pack("ii", 1, 0)


class Mishap(Enum):
    """What happens to the POST of a loan or a renewal, or to any question."""

    NONE = "none"
    HTML = "html"
    HTML_AFTER = "html-after"
    CLOSED_BEFORE = "closed-before"
    CLOSED_AFTER = "closed-after"
    SILENT_AFTER = "silent-after"
    CUT_AFTER = "cut-after"
    FAULT_AFTER = "fault-after"
    YES_WITHOUT_EFFECT = "yes-without-effect"


def matches(query: Any, row: dict[str, Any]) -> bool:
    """Koha's query language, as far as it is used: SQL::Abstract's, on MariaDB's collation."""
    return all(_holds(key, wanted, row) for key, wanted in query.items())


def _holds(key: str, wanted: Any, row: dict[str, Any]) -> bool:
    match key, wanted:
        case "-and", list():
            return all(matches(one, row) for one in wanted)
        case "-or", list():
            return any(matches(one, row) for one in wanted)
        case _, {"-like": patterns}:
            return any(_like(row[key] or "", pattern) for pattern in patterns)
        case _, list():
            return row[key] in wanted
        case _:
            return bool(row[key] == wanted)


def _like(text: str, pattern: str) -> bool:
    """LIKE by utf8mb4_unicode_ci: neither case nor accents count."""
    parts = {"%": ".*", "_": "."}
    wild = "".join(parts.get(one, re.escape(one)) for one in _plain(pattern))
    return re.fullmatch(wild, _plain(text), re.DOTALL) is not None


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFD", text.lower())
    return "".join(one for one in apart if not unicodedata.combining(one))


class KohaRest:
    """Listens on 127.0.0.1; a mishap befalls questions of `method`."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.mishap, self.method = Mishap.NONE, "POST"
        self.blockers: dict[str, object] = {}
        self.confirms: dict[str, object] = {}
        self.due: object = ...
        self.forbidden = self.token_taken_back = False
        self.before_loan: Callable[[], None] = lambda: None
        self.asked: list[tuple[str, str]] = []
        self.stopped = threading.Event()
        owner = self

        class Handler(_Handler):
            koha = owner

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        self._serving = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._serving.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def posted(self, path: str) -> int:
        return self.asked.count(("POST", path))

    def close(self) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._serving.join()
        self._server.server_close()

    def patron_id(self, number: str) -> int:
        return 50 + list(self.ledger.members).index(number)

    def number_of(self, patron_id: int) -> str:
        return list(self.ledger.members)[patron_id - 50]

    def item_id(self, item: str) -> int:
        return 900 + list(self.ledger.titles).index(item)

    def barcode(self, item_id: int) -> str:
        return list(self.ledger.titles)[item_id - 900]

    def told_due(self, due: date) -> object:
        return f"{due.isoformat()}T23:59:00+07:00" if self.due is ... else self.due

    def checkouts(self) -> list[dict[str, Any]]:
        return [
            {
                "checkout_id": 7_000 + self.item_id(item),
                "patron_id": self.patron_id(loan.patron),
                "item_id": self.item_id(item),
                "external_id": item,
                "due_date": self.told_due(loan.due),
                "renewals_count": loan.renewals,
                "library": None,
            }
            for item, loan in self.ledger.loans.items()
        ]

    def records(self) -> list[dict[str, Any]]:
        return [
            {
                "biblio_id": number,
                "title": book.title,
                "author": book.author or None,
                "opac_suppressed": book.hidden,
            }
            for number, book in enumerate(self.ledger.books, 1)
        ]


class _Handler(BaseHTTPRequestHandler):
    koha: ClassVar[KohaRest]

    def log_message(self, *_: object) -> None:
        """Nothing: the tests read the output."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self._answered(parts.path, lambda path: self._told(path, query))

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        parts = urlsplit(self.path)
        if parts.path == "/api/v1/oauth/token":
            self._grant(parse_qs(raw.decode()))
            return
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self._answered(parts.path, lambda path: self._done(path, json.loads(raw), query))

    def _answered(self, path: str, work: Any) -> None:
        koha = self.koha
        koha.asked.append((self.command, path.removeprefix("/api/v1")))
        if koha.asked[-1] == ("POST", "/checkouts"):
            koha.before_loan()
        mishap = koha.mishap if self.command == koha.method else Mishap.NONE
        if self._turned_away():
            return
        if mishap is Mishap.CLOSED_BEFORE:
            self._hang_up()
            return
        if mishap is Mishap.HTML:
            self._say_html()
            return
        with koha.ledger.undisturbed():
            if mishap is Mishap.YES_WITHOUT_EFFECT:
                with koha.ledger.undone():
                    status, body = work(path.removeprefix("/api/v1"))
            else:
                status, body = work(path.removeprefix("/api/v1"))
        self._say(status, body, mishap)

    def _turned_away(self) -> bool:
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if self.koha.token_taken_back:
            self.koha.token_taken_back = False
            self._say(401, {"error": "Expired token"})
            return True
        if self.headers["Authorization"] not in (f"Bearer {TOKEN}", f"Basic {basic}"):
            self._say(401, {"error": "Authentication failure."})
            return True
        if self.koha.forbidden:
            lacks = {"circulate": "circulate_remaining_permissions"}
            told = "Authorization failure. Missing required permission(s)."
            self._say(403, {"error": told, "required_permissions": lacks})
            return True
        return False

    def _grant(self, form: dict[str, list[str]]) -> None:
        if (form["client_id"], form["client_secret"]) != ([CLIENT], [SECRET]):
            self._say(403, {"error": "unauthorized_client"})
            return
        token = {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600}
        self._say(200, token)

    def _told(self, path: str, query: dict[str, str]) -> tuple[int, Any]:
        koha, wanted = self.koha, json.loads(query.get("q", "{}"))
        match path.split("/")[1:]:
            case ["patrons"]:
                number = wanted["cardnumber"]
                return 200, [self._patron(number)] if number in koha.ledger.members else []
            case ["patrons", patron_id, "account"]:
                owed = koha.ledger.members[koha.number_of(int(patron_id))].owed
                return 200, {"balance": float(owed), "outstanding_credits": {"total": 0}}
            case ["items"]:
                return 200, self._items(wanted)
            case ["biblios"]:
                records = [one for one in koha.records() if matches(wanted, one)]
                return 200, records[: int(query["_per_page"])]
            case ["checkouts"]:
                whose = {name: int(query[name]) for name in ("patron_id",) if name in query}
                return 200, [one for one in koha.checkouts() if matches(wanted | whose, one)]
            case ["checkouts", "availability"]:
                return 200, self._availability(int(query["patron_id"]), int(query["item_id"]))
        return 404, {"error": "Resource not found"}

    def _done(self, path: str, body: dict[str, Any], query: dict[str, str]) -> tuple[int, Any]:
        koha = self.koha
        match path.split("/")[1:]:
            case ["auth", "password", "validation"]:
                member = koha.ledger.members.get(body["identifier"])
                if member is None or member.pin != body["password"]:
                    return 400, {"error": "Validation failed"}
                return 201, {"patron_id": koha.patron_id(body["identifier"]), "userid": "x"}
            case ["checkouts"]:
                return self._check_out(body, query.get("confirmation"))
            case ["checkouts", checkout_id, "renewals"]:
                return self._renew(koha.barcode(int(checkout_id) - 7_000))
        return 404, {"error": "Resource not found"}

    def _check_out(self, body: dict[str, Any], token: str | None) -> tuple[int, Any]:
        koha = self.koha
        told = self._availability(body["patron_id"], body["item_id"])
        if told["blockers"]:
            codes = " ".join(told["blockers"])
            return 403, {"error": f"Checkout not authorized ({codes})"}
        if told["confirms"] and token != told["confirmation_token"]:
            return 412, {"error": "Confirmation error"}
        koha.ledger.lend(koha.barcode(body["item_id"]), koha.number_of(body["patron_id"]))
        return 201, next(o for o in koha.checkouts() if o["item_id"] == body["item_id"])

    def _renew(self, item: str) -> tuple[int, Any]:
        koha, loan = self.koha, self.koha.ledger.loans[item]
        if loan.renewals >= koha.ledger.most_renewals:
            return 403, {"error": "Renewal not authorized (too_many)"}
        koha.ledger.renew(item)
        return 201, next(one for one in koha.checkouts() if one["external_id"] == item)

    def _availability(self, patron_id: int, item_id: int) -> dict[str, Any]:
        koha = self.koha
        blockers, confirms = dict(koha.blockers), dict(koha.confirms)
        if koha.ledger.members[koha.number_of(patron_id)].blocked:
            blockers["USERBLOCKEDNOENDDATE"] = 1
        loan = koha.ledger.loans.get(koha.barcode(item_id))
        if loan is not None:
            own = koha.patron_id(loan.patron) == patron_id
            confirms["RENEW_ISSUE" if own else "ISSUED_TO_ANOTHER"] = 1
        token = f"jwt:{item_id}:{':'.join(sorted(confirms))}"
        return {
            "blockers": blockers,
            "confirms": confirms,
            "warnings": {},
            "confirmation_token": token,
        }

    def _patron(self, number: str) -> dict[str, Any]:
        member = self.koha.ledger.members[number]
        return {
            "patron_id": self.koha.patron_id(number),
            "cardnumber": number,
            "surname": member.name,
            "expiry_date": member.expires.isoformat(),
            "restricted": member.blocked,
            "patron_card_lost": None,
            "email": member.mail,
        }

    def _items(self, wanted: dict[str, Any]) -> list[dict[str, Any]]:
        ledger = self.koha.ledger
        if "biblio_id" in wanted:
            books = [ledger.books[number - 1] for number in wanted["biblio_id"]]
            return [self._item(code) for book in books for code in book.items]
        item = wanted["external_id"]
        return [self._item(item)] if item in ledger.titles else []

    def _item(self, item: str) -> dict[str, Any]:
        lent = item in self.koha.ledger.loans
        books = enumerate(self.koha.ledger.books, 1)
        number, book = next((at, one) for at, one in books if item in one.items)
        return {
            "item_id": self.koha.item_id(item),
            "external_id": item,
            "biblio_id": number,
            "callnumber": book.call_number or None,
            "location": book.place or None,
            "biblio": {"title": self.koha.ledger.titles[item]},
            "home_library_id": "MPL",
            "checked_out_date": TODAY.isoformat() if lent else None,
            "not_for_loan_status": 0,
            "lost_status": 0,
            "withdrawn": 0,
        }

    def _say(self, status: int, body: Any, mishap: Mishap = Mishap.NONE) -> None:
        raw = json.dumps(body).encode()
        match mishap:
            case Mishap.CLOSED_AFTER:
                self._hang_up()
                return
            case Mishap.SILENT_AFTER:
                self.koha.stopped.wait(20)
                return
            case Mishap.HTML_AFTER:
                self._say_html()
                return
            case Mishap.FAULT_AFTER:
                status, raw = 500, b'{"error":"Something went wrong"}'
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw[: len(raw) // 2] if mishap is Mishap.CUT_AFTER else raw)

    def _say_html(self) -> None:
        raw = b"<html><body>Koha is being upgraded</body></html>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
            self.connection.shutdown(socket.SHUT_RDWR)

    def date_time_string(self, timestamp: float | None = None) -> str:
        del timestamp
        return datetime(2026, 11, 23, 15, 54, 5, tzinfo=UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
