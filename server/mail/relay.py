"""The library's mail server, by SMTP (RFC 5321). The only file that knows smtplib.

A message that was not handed over whole was not sent; of one that was, and not answered, nobody
knows. What the mail server says may repeat the address: it is for whoever tests, not for a log.
"""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from socket import gaierror
from typing import Final

from broker.errors import BadSettings, SirkulaError
from broker.vocabulary import MailAddress
from server.credentials import read_secrets, tls_context
from server.mail.letter import domain
from server.mail.settings import MailSettings, Security

_DONE: Final = 250
_FORWARDED: Final = 251
_FAREWELL_SECONDS: Final = 1.0


class MailError(SirkulaError):
    """Root of failures to send a mail. `said` is the mail server's own words."""

    def __init__(self, words: str, said: str = "") -> None:
        super().__init__(words)
        self.said = said


class NotSent(MailError):
    """Nothing was sent; the text says what to put right, and names no address."""


class FateUnknown(MailError):
    """The message left this machine, and nobody knows whether it was taken."""


@dataclass(frozen=True, slots=True)
class Relay:
    """One mail server; for any number of threads. `monotonic` gives seconds that only grow."""

    settings: MailSettings
    password: str = field(repr=False)
    tls: ssl.SSLContext | None
    monotonic: Callable[[], float]

    def send(self, to: MailAddress, message: bytes, within: float) -> None:
        """Hands one message over in so many seconds. Raises NotSent, FateUnknown."""
        ends = self.monotonic() + within
        with self._in_plain_words():
            smtp = self._connected(within)
        try:
            with self._in_plain_words():
                self._introduce(smtp, ends)
            self._name(smtp, to, ends)
            self._hand_over(smtp, message, ends)
            self._part(smtp)
        finally:
            smtp.close()

    def _connected(self, within: float) -> smtplib.SMTP:
        # The name it would find for itself takes as long as the network likes.
        own, given = domain(self.settings.sender), self.settings
        if given.tls is Security.TLS:
            return smtplib.SMTP_SSL(given.host, given.port, own, timeout=within, context=self.tls)
        return smtplib.SMTP(given.host, given.port, own, timeout=within)

    def _introduce(self, smtp: smtplib.SMTP, ends: float) -> None:
        self._hurry(smtp, ends)
        if self.settings.tls is Security.STARTTLS:
            smtp.starttls(context=self.tls)
        self._hurry(smtp, ends)
        if self.settings.user:
            smtp.login(self.settings.user, self.password)

    def _name(self, smtp: smtplib.SMTP, to: MailAddress, ends: float) -> None:
        """Sender and recipient."""
        with self._in_plain_words():
            self._hurry(smtp, ends)
            smtp.ehlo_or_helo_if_needed()
            sender = smtp.mail(self.settings.sender.reveal())
        _require(sender, "the sender `from` is refused: may this user send from there?")
        with self._in_plain_words():
            self._hurry(smtp, ends)
            recipient = smtp.rcpt(to.reveal())
        _require(recipient, "the recipient is refused: is there such an address?")

    def _hand_over(self, smtp: smtplib.SMTP, message: bytes, ends: float) -> None:
        with self._in_plain_words():
            self._hurry(smtp, ends)
        try:
            code, said = smtp.data(message)
        except smtplib.SMTPDataError as error:
            code, said = error.smtp_code, _text(error.smtp_error).encode()
        except OSError as error:  # smtplib's own are such
            raise FateUnknown("the mail server took the message and did not answer") from error
        _require((code, said), "the message itself is refused")

    def _part(self, smtp: smtplib.SMTP) -> None:
        """What was sent is sent, whatever becomes of the farewell."""
        with suppress(OSError):
            self._hurry(smtp, self.monotonic() + _FAREWELL_SECONDS)
            smtp.quit()

    def _hurry(self, smtp: smtplib.SMTP, ends: float) -> None:
        """Raises TimeoutError when the time is over."""
        left = ends - self.monotonic()
        if left <= 0:
            raise TimeoutError
        if smtp.sock is not None:
            smtp.sock.settimeout(left)

    @contextmanager
    def _in_plain_words(self) -> Iterator[None]:
        """Raises NotSent for what went wrong before there was a message on its way."""
        where = f"{self.settings.host}:{self.settings.port}"
        try:
            yield
        except smtplib.SMTPAuthenticationError as error:
            words = f"login refused ({error.smtp_code}): look at `user` and its password"
            raise NotSent(words, _text(error.smtp_error)) from error
        except smtplib.SMTPResponseException as error:
            words = f"{where} says no ({error.smtp_code})"
            raise NotSent(words, _text(error.smtp_error)) from error
        except smtplib.SMTPServerDisconnected as error:
            if isinstance(error.__context__, TimeoutError):
                raise NotSent(f"{where}: {_why(TimeoutError())}") from error
            words = f"{where} closed the connection: are `port` and `tls` right?"
            raise NotSent(words) from error
        except smtplib.SMTPException as error:
            raise NotSent(f"{where}: {error}") from error
        except OSError as error:
            raise NotSent(f"{where}: {_why(error)}") from error


def open_relay(settings: MailSettings, monotonic: Callable[[], float]) -> Relay:
    """The mail server; nothing is asked of it yet. Raises BadSettings."""
    password = read_secrets(settings.secrets).password
    if settings.user and not password:
        raise BadSettings(f"{settings.secrets}: there is no `password`")
    tls = None if settings.tls is Security.NONE else tls_context(settings.ca)
    return Relay(settings, password, tls, monotonic)


def _require(answer: tuple[int, bytes], words: str) -> None:
    code, said = answer
    if code not in {_DONE, _FORWARDED}:
        raise NotSent(f"{words} ({code})", _text(said))


def _why(error: OSError) -> str:
    match error:
        case ssl.SSLCertVerificationError():
            return (
                f"its certificate is not believed: {error.verify_message}; look at `host` and `ca`"
            )
        case ssl.SSLError():
            return "no TLS is spoken there: are `port` and `tls` right?"
        case gaierror():
            return "this host has no address: look at `host`"
        case ConnectionRefusedError():
            return "connection refused: look at `host` and `port`"
        case TimeoutError():
            return "no answer in time"
        case _:
            return error.strerror or type(error).__name__


def _text(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said
