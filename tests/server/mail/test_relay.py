"""The mail server takes a receipt over TLS, or it is plainly said why not, and nobody is named."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from broker.errors import BadSettings
from broker.vocabulary import MailAddress
from server.mail.relay import FateUnknown, NotSent, Relay, open_relay
from server.mail.settings import MailSettings, Security
from tests.brokers import free_port
from tests.mail_server import PASSWORD, USER, MailServer, mail_server

# aiosmtpd knows of no login over a connection that was TLS from its first byte.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
SITI = MailAddress("siti.aminah@binjai.example")
SENDER = MailAddress("struk@perpustakaan.example")
MAIL = b"Subject: Bukti\r\n\r\n.satu\r\n"


def secrets(folder: Path, password: str = PASSWORD) -> str:
    path = folder / "mail-secrets.toml"
    path.write_text(f'password = "{password}"\n', encoding="utf-8")
    path.chmod(0o600)
    return str(path)


def relay(
    server: MailServer, security: Security = Security.TLS, *, user: str = "", key: str = ""
) -> Relay:
    settings = MailSettings("127.0.0.1", SENDER, server.port, security, user, key, str(server.ca))
    return open_relay(settings, time.monotonic)


@pytest.mark.parametrize("security", Security)
@pytest.mark.parametrize("login", [False, True])
def test_a_mail_goes_its_way(tmp_path: Path, security: Security, *, login: bool) -> None:
    with mail_server(tmp_path / "mail", security, login=login) as server:
        user, key = (USER, secrets(tmp_path)) if login else ("", "")
        relay(server, security, user=user, key=key).send(SITI, MAIL, 5.0)
        (envelope,) = server.mailbox.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == (SENDER.reveal(), [SITI.reveal()])
    assert envelope.content == MAIL


@pytest.mark.parametrize(
    ("step", "words"),
    [("MAIL", "sender `from` is refused"), ("RCPT", "recipient is refused"), ("DATA", "message")],
)
def test_a_refusal_is_told_without_the_address_and_nothing_was_sent(
    tmp_path: Path, step: str, words: str
) -> None:
    with mail_server(tmp_path) as server:
        server.mailbox.refusals[step] = f"550 5.1.1 <{SITI.reveal()}> no"
        with pytest.raises(NotSent, match=words) as refused:
            relay(server).send(SITI, MAIL, 5.0)
        assert server.mailbox.envelopes == []
    assert "(550)" in str(refused.value)
    assert SITI.reveal() not in f"{refused.value} {refused.value!r}"
    assert SITI.reveal() in refused.value.said


def test_a_wrong_password_is_said_to_be_one(tmp_path: Path) -> None:
    with mail_server(tmp_path / "mail", login=True) as server:
        key = secrets(tmp_path, "salah")
        with pytest.raises(NotSent, match=r"login refused \(535\): look at `user`") as refused:
            relay(server, user=USER, key=key).send(SITI, MAIL, 5.0)
    assert "salah" not in f"{refused.value} {refused.value.said}"


def test_a_certificate_that_nobody_here_believes_ends_it(tmp_path: Path) -> None:
    with mail_server(tmp_path / "one") as server, mail_server(tmp_path / "two") as another:
        settings = MailSettings("127.0.0.1", SENDER, server.port, Security.TLS, ca=str(another.ca))
        with pytest.raises(NotSent, match="its certificate is not believed"):
            open_relay(settings, time.monotonic).send(SITI, MAIL, 5.0)


def test_nobody_there_a_host_without_an_address_and_tls_that_is_none_are_told_apart(
    tmp_path: Path,
) -> None:
    ways: dict[str, Callable[[MailServer], MailSettings]] = {
        "connection refused": lambda _: MailSettings("127.0.0.1", SENDER, free_port()),
        "has no address": lambda _: MailSettings("surat.invalid", SENDER),
        "no TLS is spoken": lambda it: MailSettings("127.0.0.1", SENDER, it.port, Security.TLS),
        "STARTTLS extension not": lambda it: MailSettings("127.0.0.1", SENDER, it.port),
    }
    with mail_server(tmp_path, Security.NONE) as server:
        for words, settings in ways.items():
            with pytest.raises(NotSent, match=words):
                open_relay(settings(server), time.monotonic).send(SITI, MAIL, 5.0)


@pytest.mark.parametrize("step", ["MAIL", "RCPT"])
def test_a_slow_mail_server_ends_in_time_with_nothing_sent(tmp_path: Path, step: str) -> None:
    with mail_server(tmp_path) as server:
        server.mailbox.silence[step] = 3.0
        begun = time.monotonic()
        with pytest.raises(NotSent, match="no answer in time"):
            relay(server).send(SITI, MAIL, 0.7)
        assert time.monotonic() - begun < 2.0
        assert server.mailbox.envelopes == []


def test_of_what_was_handed_over_and_not_answered_nobody_knows(tmp_path: Path) -> None:
    with mail_server(tmp_path) as server:
        server.mailbox.silence["DATA"] = 3.0
        with pytest.raises(FateUnknown):
            relay(server).send(SITI, MAIL, 0.7)
        assert len(server.mailbox.envelopes) == 1


def test_a_login_needs_a_password_that_only_its_owner_reads(tmp_path: Path) -> None:
    key = secrets(tmp_path, "")
    with pytest.raises(BadSettings, match=r"there is no `password`"):
        open_relay(MailSettings("x", SENDER, user=USER, secrets=key), time.monotonic)
    Path(key).chmod(0o644)
    with pytest.raises(BadSettings, match="chmod 600"):
        open_relay(MailSettings("x", SENDER, user=USER, secrets=key), time.monotonic)
