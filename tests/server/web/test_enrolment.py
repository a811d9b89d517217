"""The enrolment page over real HTTPS: what a device and a stranger get from it."""

import json
import ssl
import stat
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPSConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from sqlalchemy import Engine

from broker.errors import BadSettings, Unreachable
from broker.identity import client, x509
from broker.identity.client import EnrolmentRefused, EnrolmentServer, WrongServer, read_address
from broker.identity.codes import Code
from broker.identity.exchange import MAX_BYTES, Enrol
from broker.identity.folder import IdentityFolder
from broker.identity.lifetimes import DAY
from broker.identity.tls import NotEnrolled, believing
from broker.vocabulary import DeviceId, SiteId
from server.enrolment.keys import host_credentials, open_keys
from server.enrolment.registrar import Registrar
from server.enrolment.rules import GUESSES_PER_SOURCE, WINDOW_SECONDS
from server.web.enrolment import create_enrolment
from server.web.serve import WebServer
from tests.identities import HOSTS, Office

SITE = SiteId("binjai")
KIOSK = DeviceId("kios-01")


@dataclass
class Clock:
    """The server's, which a test may set ahead; TLS itself follows the real one."""

    ahead: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@dataclass
class Page:
    """A running enrolment page and the registrar behind it."""

    registrar: Registrar
    server: EnrolmentServer
    clock: Clock
    _codes: Iterator[int] = field(default_factory=lambda: iter(range(1, 1000)))

    def invite(self, device: DeviceId = KIOSK) -> Code:
        secret = next(self._codes).to_bytes(16, "big")
        return self.registrar.invite(device, secret, self.clock())

    def post(self, path: str, body: bytes) -> tuple[int, dict[str, str], str]:
        """Status, headers and reason, as any stranger's program gets them."""
        tls = believing(self.registrar.keys.authority.certificate.decode())
        line = HTTPSConnection(self.server.host, self.server.port, timeout=10, context=tls)
        try:
            line.request("POST", path, body)
            answer = line.getresponse()
            said = json.loads(answer.read())
            return answer.status, dict(answer.getheaders()), said.get("reason", "")
        finally:
            line.close()

    def guess(self, secret: str = "00" * 16) -> int:
        request = x509.request_for(x509.new_key()).decode()
        return self.post("/enrol", json.dumps({"secret": secret, "request": request}).encode())[0]


@pytest.fixture
def page(engine: Engine, tmp_path: Path) -> Iterator[Page]:
    keys = open_keys(str(tmp_path / "keys"), SITE, HOSTS, time.time())
    keys.tend(time.time())
    registrar, clock = Registrar(engine, keys), Clock()
    tls = host_credentials(keys.folder).server_context()
    server = WebServer(create_enrolment(registrar, clock), "127.0.0.1", 0, tls)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield Page(registrar, EnrolmentServer("127.0.0.1", server.port), clock)
    server.stop()
    thread.join(timeout=10)
    assert not thread.is_alive()


def test_a_code_makes_a_folder_that_only_its_owner_reads(page: Page, tmp_path: Path) -> None:
    (page.registrar.keys.folder / "sealing.pub").write_text("c2VhbGluZw==", encoding="ascii")
    folder = IdentityFolder(tmp_path / "kios")
    client.enrol(folder, page.server, page.invite())
    folder.require(SITE, KIOSK)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.path.iterdir()}
    assert modes == {
        "identity.pem": 0o600,
        "ca.pem": 0o644,
        "server.pub": 0o644,
        "enrolment.json": 0o644,
    }
    assert (folder.path / "server.pub").read_text() == "c2VhbGluZw=="
    assert folder.server() == page.server.url
    assert folder.credentials.context()


def test_a_folder_of_another_device_is_named_with_what_to_do(page: Page, tmp_path: Path) -> None:
    folder = IdentityFolder(tmp_path / "kios")
    with pytest.raises(NotEnrolled, match="sirkula enrol --server"):
        folder.require(SITE, KIOSK)
    client.enrol(folder, page.server, page.invite())
    with pytest.raises(NotEnrolled, match="the settings say kios-02"):
        folder.require(SITE, DeviceId("kios-02"))
    with pytest.raises(NotEnrolled, match="medan"):
        folder.require(SiteId("medan"), KIOSK)


def test_one_code_raced_for_over_the_network_gives_one_identity(page: Page, tmp_path: Path) -> None:
    code = page.invite()

    def tries(number: int) -> bool:
        try:
            client.enrol(IdentityFolder(tmp_path / f"kios-{number}"), page.server, code)
        except EnrolmentRefused:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(tries, range(8))).count(True) == 1
    assert len(list(tmp_path.glob("kios-*/identity.pem"))) == 1


def test_a_failed_enrolment_can_be_done_again_with_a_new_code(page: Page, tmp_path: Path) -> None:
    folder = IdentityFolder(tmp_path / "kios")
    lost = page.invite()
    request = x509.request_for(folder.next_key()).decode()
    tls = believing(page.server.authority(lost))
    page.server.enrol(Enrol(lost.secret.hex(), request), tls)  # the answer is lost
    with pytest.raises(EnrolmentRefused, match="used"):
        client.enrol(folder, page.server, lost)
    client.enrol(folder, page.server, page.invite())
    folder.require(SITE, KIOSK)


def test_ten_wrong_codes_close_the_door_for_ten_minutes(page: Page, tmp_path: Path) -> None:
    code = page.invite()
    assert [page.guess() for _ in range(GUESSES_PER_SOURCE)] == [403] * GUESSES_PER_SOURCE
    assert page.guess() == 429
    status, headers, reason = page.post("/enrol", enrolling(code))
    assert (status, "wait" in reason) == (429, True)
    assert 0 < int(headers["retry-after"]) <= WINDOW_SECONDS + 1
    page.clock.ahead += WINDOW_SECONDS
    client.enrol(IdentityFolder(tmp_path / "kios"), page.server, code)


def enrolling(code: Code) -> bytes:
    request = x509.request_for(x509.new_key()).decode()
    return json.dumps({"secret": code.secret.hex(), "request": request}).encode()


def test_guessing_codes_keeps_no_device_from_being_renewed(page: Page, tmp_path: Path) -> None:
    folder = IdentityFolder(tmp_path / "kios")
    client.enrol(folder, page.server, page.invite())
    before = folder.certificate()
    for _ in range(GUESSES_PER_SOURCE + 1):
        last = page.guess()
    assert last == 429
    page.clock.ahead = 61 * DAY
    tls = folder.credentials.context()
    folder.settle(page.server.renew(client.renewal(folder), tls), folder.server())
    assert folder.certificate().valid_until > before.valid_until + 60 * DAY
    assert folder.certificate().key != before.key
    assert not (folder.path / "next.key").exists()


def test_proofs_are_guessed_no_more_than_codes(page: Page) -> None:
    wrong = (
        b'{"certificate": "", "request": %s, "proof": "00"}'
        % json.dumps(x509.request_for(x509.new_key()).decode()).encode()
    )
    found = [page.post("/renew", wrong)[0] for _ in range(GUESSES_PER_SOURCE + 1)]
    assert found == [*[403] * GUESSES_PER_SOURCE, 429]


BODIES = {
    "nothing": b"",
    "no JSON": b"{",
    "no UTF-8": b"\xff\xfe",
    "another shape": b"[]",
    "numbers": b'{"secret": 1, "request": 2, "certificate": 3, "proof": 4}',
    "too deep": b'{"secret":' * 1500,
    "too long": b" " * (MAX_BYTES + 1),
    "half a surrogate": b'{"secret": "\\ud800", "request": "x"}',
}


@pytest.mark.parametrize("path", ["/enrol", "/renew"])
def test_a_poisonous_body_is_refused_with_a_reason_and_the_next_is_served(
    page: Page, tmp_path: Path, path: str
) -> None:
    for name, body in BODIES.items():
        status, _, reason = page.post(path, body)
        assert (name, status, bool(reason)) == (name, 400, True)
    client.enrol(IdentityFolder(tmp_path / "kios"), page.server, page.invite())


def test_a_secret_that_cannot_be_one_is_a_wrong_code(page: Page) -> None:
    assert [page.guess(secret) for secret in ("zz", "", "0" * 5000, "\0")] == [403] * 4


def test_a_server_whose_database_is_gone_says_so_and_keeps_the_code(
    page: Page, tmp_path: Path
) -> None:
    code = page.invite()
    with page.registrar.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE certificate RENAME TO elsewhere")
    assert page.post("/enrol", enrolling(code))[0] == 503
    with page.registrar.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO certificate")
    client.enrol(IdentityFolder(tmp_path / "kios"), page.server, code)


class Recording(BaseHTTPRequestHandler):
    """A server that gives any certificate it has, and writes down what it is told."""

    told: ClassVar[list[str]] = []
    authority = b""

    def do_GET(self) -> None:
        self.told.append(f"GET {self.path}")
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.authority)

    def do_POST(self) -> None:
        self.told.append("POST")

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Silence."""


@pytest.mark.parametrize("shows", ["its own authority", "the library's authority", "rubbish"])
def test_a_wrong_server_learns_nothing_but_that_somebody_asked(
    page: Page, tmp_path: Path, shows: str
) -> None:
    """Also one that repeats the library's own certificate, which is no secret."""
    office = Office(tmp_path / "rogue")
    Recording.told.clear()
    Recording.authority = {
        "its own authority": office.authority.certificate,
        "the library's authority": page.registrar.keys.authority.certificate,
        "rubbish": b"<html>Please log in</html>",
    }[shows]
    rogue = HTTPServer(("127.0.0.1", 0), Recording)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(office.host("127.0.0.1").own)
    rogue.socket = tls.wrap_socket(rogue.socket, server_side=True)
    thread = threading.Thread(target=rogue.serve_forever, daemon=True)
    thread.start()
    folder = IdentityFolder(tmp_path / "kios")
    with pytest.raises((WrongServer, Unreachable)):
        client.enrol(folder, EnrolmentServer("127.0.0.1", rogue.server_port), page.invite())
    rogue.shutdown()
    rogue.server_close()
    thread.join()
    assert Recording.told == ["GET /authority"]
    assert not folder.credentials.own.exists()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8443",
        "127.0.0.1:8443",
        "https://127.0.0.1",
        "https://127.0.0.1:99999",
        "https://127.0.0.1:8443/page",
        "https://user:word@127.0.0.1:8443",
        "https://:8443",
    ],
)
def test_an_address_that_is_none_says_how_to_write_it(url: str) -> None:
    with pytest.raises(BadSettings, match="https"):
        read_address(url)


@pytest.mark.parametrize("url", ["https://pusat.example:8443", "https://[::1]:8443"])
def test_an_address_reads_as_it_is_written(url: str) -> None:
    assert read_address(url).url == url
    assert read_address(f"{url}/").url == url
