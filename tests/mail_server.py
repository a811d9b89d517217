"""A real mail server in this process, over TLS or not: takes mail, refuses it or lets one wait."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from server.mail.settings import Security
from tests.brokers import free_port
from tests.identities import Office

USER, PASSWORD = "struk", "rahasia-surat"


@dataclass
class Mailbox:
    """What came, and what is answered to each step; `silence` is seconds before each answer."""

    refusals: dict[str, str] = field(default_factory=dict)
    silence: dict[str, float] = field(default_factory=dict)
    envelopes: list[Envelope] = field(default_factory=list)

    @property
    def mails(self) -> list[EmailMessage]:
        return [
            message_from_bytes(bytes(one.content or b""), policy=default)  # type: ignore[arg-type] # it is bytes here
            for one in self.envelopes
        ]

    async def handle_MAIL(  # noqa: N802 aiosmtpd's own name
        self, _: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from, envelope.mail_options = address, options
        return await self._answer("MAIL")

    async def handle_RCPT(  # noqa: N802 aiosmtpd's own name
        self, _: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return await self._answer("RCPT")

    async def handle_DATA(self, _: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 aiosmtpd's own name
        if "DATA" not in self.refusals:
            self.envelopes.append(envelope)
        return await self._answer("DATA")

    async def _answer(self, step: str) -> str:
        await asyncio.sleep(self.silence.get(step, 0.0))
        return self.refusals.get(step, "250 OK")


class MailServer:
    """Listens at `port`; `ca` is the authority of its certificate for 127.0.0.1 and localhost."""

    def __init__(self, folder: Path, security: Security, *, login: bool) -> None:
        self.mailbox = Mailbox()
        office = Office(folder / "authority")
        self.ca, self.port = office.broker / "ca.pem", free_port()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(office.broker / "broker.pem")
        starttls = security is Security.STARTTLS
        self._controller = Controller(
            self.mailbox,
            hostname="127.0.0.1",
            port=self.port,
            ssl_context=context if security is Security.TLS else None,
            tls_context=context if starttls else None,
            require_starttls=starttls,
            auth_required=login,
            auth_require_tls=starttls,
            authenticator=_authenticated,
        )
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()


@contextmanager
def mail_server(
    folder: Path, security: Security = Security.TLS, *, login: bool = False
) -> Iterator[MailServer]:
    serving = MailServer(folder, security, login=login)
    try:
        yield serving
    finally:
        serving.stop()


def _authenticated(
    _: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, said: object
) -> AuthResult:
    right = said == LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)
