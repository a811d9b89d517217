"""Questions and answers of Koha's REST API over HTTP.

A connection for each question: one that was kept may have been closed meanwhile, and nobody could
tell whether a loan had gone through it. The texts of errors name a path without its query, for a
patron's number is in that.
"""

import ssl
import threading
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final, TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec

from broker.errors import BadSettings
from broker.vocabulary import Secret
from server.ils.port import NothingSent, OutcomeUnknown

_Told = TypeVar("_Told")
_API: Final = "/api/v1"
_LONGEST: Final = 4_000_000
_CHUNK: Final = 65_536
_TOKEN_MARGIN_S: Final = 60.0
_OK: Final = 200
_CREATED: Final = 201
_REFUSALS: Final = range(400, 500)
_UNAUTHORISED: Final = 401


@dataclass(frozen=True, slots=True)
class RestAddress:
    """`url` as `https://koha.example.org`; `user` and `secret` are an API key's id and secret.

    Without `oauth` they are a user's name and password, sent as Basic where Koha allows that
    (RESTBasicAuth). The user needs circulate_remaining_permissions, catalogue and borrowers.
    """

    url: str
    user: str
    secret: Secret
    oauth: bool = True
    tls: ssl.SSLContext | None = None
    answer_within: float = 15.0


@dataclass(frozen=True, slots=True)
class Answer:
    """Its status and its body, which may name a person."""

    status: int
    raw: bytes


class _Token(msgspec.Struct):
    access_token: str
    expires_in: float = 0.0


class _Error(msgspec.Struct):
    error: str = ""
    required_permissions: object = None

    @property
    def is_about_us(self) -> bool:
        """Koha says 403 of users without a permission as well as of patrons."""
        lacks = self.required_permissions is not None
        return lacks or self.error.startswith("Authorization failure")


class Rest:
    """Koha's API; for any number of threads. `monotonic` gives seconds that only grow.

    Raises BadSettings for an address that is none.
    """

    def __init__(self, address: RestAddress, monotonic: Callable[[], float]) -> None:
        parts = urlsplit(address.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
            raise BadSettings("koha: `url` is like https://koha.example.org")
        self._address, self._clock = address, monotonic
        self._scheme, self._host, self._port = parts.scheme, parts.hostname, parts.port
        self._base = parts.path.rstrip("/") + _API
        self._turn = threading.Lock()
        self._bearer, self._bearer_until = "", 0.0

    def now(self) -> float:
        """Seconds that only grow."""
        return self._clock()

    def hurried(self, within: float) -> "Rest":
        """The same Koha, waited for no longer than so many seconds."""
        within = min(within, self._address.answer_within)
        return Rest(replace(self._address, answer_within=within), self._clock)

    def get(self, kind: type[_Told], path: str, query: Mapping[str, str], embed: str = "") -> _Told:
        """What Koha tells. Raises NothingSent."""
        headers = {"x-koha-embed": embed} if embed else {}
        try:
            answer = self._authorised("GET", f"{path}?{urlencode(query)}", None, headers)
        except OutcomeUnknown as error:
            raise NothingSent(str(error)) from error
        if answer.status != _OK:
            raise NothingSent(f"{path}: {_words(answer)}")
        try:
            return msgspec.json.decode(answer.raw, type=kind)
        except msgspec.MsgspecError as error:
            raise NothingSent(f"{path}: not what Koha documents: {_shape(error)}") from None

    def post(
        self, path: str, body: Mapping[str, object], query: Mapping[str, str] | None = None
    ) -> Answer:
        """Koha's yes (201) or its no (4xx with its words) to what may change records, sent once.

        Raises NothingSent also when Koha says that our user may not, OutcomeUnknown for the rest.
        """
        target = f"{path}?{urlencode(query)}" if query else path
        headers = {"Content-Type": "application/json"}
        answer = self._authorised("POST", target, msgspec.json.encode(body), headers)
        if answer.status == _CREATED:
            return answer
        told = _error(answer)
        if told is None or not _REFUSALS.start <= answer.status < _REFUSALS.stop:
            raise OutcomeUnknown(f"{path}: {_words(answer)}")
        if answer.status == _UNAUTHORISED or told.is_about_us:
            raise NothingSent(f"{path}: {_words(answer)}")
        return answer

    def clock_ahead(self, now: Callable[[], float]) -> float | None:
        """How far Koha's clock is ahead of ours, in seconds, by the Date of an answer; or None."""
        connection = self._connection()
        try:
            connection.request("GET", self._base + "/")
            said = connection.getresponse().headers.get("Date")
            return parsedate_to_datetime(said).timestamp() - now() if said else None
        except (OSError, HTTPException, ValueError) as error:
            raise NothingSent(f"{self._host}: {error}") from error
        finally:
            connection.close()

    def _authorised(
        self, method: str, target: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        """A token may have been taken back before its time: then once more, for it did nothing."""
        answer = self._exchange(method, target, body, {**headers, **self._authorisation()})
        if answer.status == _UNAUTHORISED and self._address.oauth:
            self._bearer_until = 0.0
            answer = self._exchange(method, target, body, {**headers, **self._authorisation()})
        return answer

    def _authorisation(self) -> dict[str, str]:
        address = self._address
        if not address.oauth:
            pair = f"{address.user}:{address.secret.reveal()}".encode()
            return {"Authorization": f"Basic {b64encode(pair).decode()}"}
        with self._turn:
            if self._clock() >= self._bearer_until:
                self._renew_token()
            return {"Authorization": f"Bearer {self._bearer}"}

    def _renew_token(self) -> None:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._address.user,
            "client_secret": self._address.secret.reveal(),
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            answer = self._exchange("POST", "/oauth/token", urlencode(form).encode(), headers)
            token = msgspec.json.decode(answer.raw, type=_Token)
        except OutcomeUnknown as error:
            raise NothingSent(str(error)) from error
        except msgspec.MsgspecError:
            raise NothingSent(
                f"/oauth/token: status {answer.status}: check the API key, and that "
                "RESTOAuth2ClientCredentials is on"
            ) from None
        self._bearer = token.access_token
        self._bearer_until = self._clock() + max(token.expires_in - _TOKEN_MARGIN_S, 0.0)

    def _exchange(
        self, method: str, target: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        """Raises NothingSent when there is no connection, OutcomeUnknown when there was one."""
        path = target.partition("?")[0]
        connection = self._connection()
        try:
            connection.connect()
        except (OSError, UnicodeError) as error:
            raise NothingSent(f"{self._host}: {error}") from error
        try:
            given = {"Accept": "application/json", **headers}
            connection.request(method, self._base + target, body, given)
            return self._answer(connection, path)
        except (OSError, HTTPException) as error:
            kind = type(error).__name__
            raise OutcomeUnknown(f"{path}: no whole answer: {kind}") from error
        finally:
            connection.close()

    def _answer(self, connection: HTTPConnection, path: str) -> Answer:
        deadline = self._clock() + self._address.answer_within
        response = connection.getresponse()
        raw = b""
        while piece := response.read1(_CHUNK):
            raw += piece
            if len(raw) > _LONGEST or self._clock() > deadline:
                raise OutcomeUnknown(f"{path}: an answer without end")
        if response.length:
            raise OutcomeUnknown(f"{path}: the answer broke off")
        return Answer(response.status, raw)

    def _connection(self) -> HTTPConnection:
        within = self._address.answer_within
        if self._scheme == "http":
            return HTTPConnection(self._host, self._port, timeout=within)
        return HTTPSConnection(self._host, self._port, timeout=within, context=self._address.tls)


def error_of(answer: Answer) -> str:
    """What Koha says of a refusal."""
    told = _error(answer)
    return told.error if told else ""


def decoded(kind: type[_Told], answer: Answer, path: str) -> _Told:
    """What came back from a change. Raises OutcomeUnknown when it is not what Koha documents."""
    try:
        return msgspec.json.decode(answer.raw, type=kind)
    except msgspec.MsgspecError as error:
        raise OutcomeUnknown(f"{path}: not what Koha documents: {_shape(error)}") from None


def _error(answer: Answer) -> _Error | None:
    """None for HTML and the like."""
    try:
        return msgspec.json.decode(answer.raw, type=_Error)
    except msgspec.MsgspecError:
        return None


def _words(answer: Answer) -> str:
    hint = ": check the API user and its permissions" if answer.status in (401, 403) else ""
    return f"status {answer.status}{hint}"


def _shape(error: msgspec.MsgspecError) -> str:
    """Msgspec names a key and a type, never a value; of text that is no JSON, where it ends."""
    return "no JSON" if type(error) is msgspec.DecodeError else str(error)
