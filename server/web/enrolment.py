"""Where devices get and renew their certificates, over HTTPS: see `broker.identity.exchange`.

Law: what is said here is checked by the registrar alone; here is only how often one may guess.
"""

import asyncio
import threading
from collections.abc import Callable
from typing import Final, TypeVar

import msgspec
import structlog
from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool

from broker.errors import BadMessage, SirkulaError
from broker.identity import exchange
from broker.identity.exchange import Enrol, Enrolled, Refused, Renew
from server.enrolment.registrar import Declined, Registrar, WrongCode
from server.enrolment.rules import Guesses

_BODY_WITHIN_SECONDS: Final = 10.0
_Said = TypeVar("_Said", Enrol, Renew)
_Answer = Callable[[_Said, float], Enrolled]

log: Final = structlog.get_logger()


class Door:
    """Lets an ask through to the registrar, unless its sender has guessed wrong too often."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._guesses = Guesses()
        self._turn = threading.Lock()

    def answer(self, ask: _Said, grant: "_Answer[_Said]", source: str) -> Response:
        """Blocks while the database writes. One ask at a time, so that guesses cannot race."""
        with self._turn:
            now = self._clock()
            if wait := self._guesses.wait(source, now):
                said = _refusal("too many wrong tries; wait a few minutes", 429)
                said.headers["Retry-After"] = str(int(wait) + 1)
                return said
            try:
                enrolled = grant(ask, now)
            except Declined as declined:
                if isinstance(declined, WrongCode):
                    self._guesses = self._guesses.after(source, now)
                log.warning("no certificate given", source=source, reason=str(declined))
                return _refusal(str(declined), 403)
        log.info("certificate given", device=str(enrolled.device), source=source)
        return _json(enrolled, 200)


def create_enrolment(registrar: Registrar, clock: Callable[[], float]) -> FastAPI:
    """The application; `clock` gives seconds since 1970 UTC."""
    app = FastAPI(title="Sirkula enrolment", openapi_url=None, docs_url=None, redoc_url=None)
    # Who guesses codes shall not keep devices from being renewed.
    enrolling, renewing = Door(clock), Door(clock)
    authority = registrar.keys.authority.certificate

    @app.get(exchange.AUTHORITY)
    async def show() -> Response:
        return Response(authority, media_type="application/x-pem-file")

    @app.post(exchange.ENROL)
    async def enrol(request: Request) -> Response:
        return await _answered(request, Enrol, enrolling, registrar.enrol)

    @app.post(exchange.RENEW)
    async def renew(request: Request) -> Response:
        return await _answered(request, Renew, renewing, registrar.renew)

    return app


async def _answered(
    request: Request, cls: type[_Said], door: Door, grant: "_Answer[_Said]"
) -> Response:
    source = request.client.host if request.client else ""
    try:
        ask = exchange.decode(await _body(request), cls)
        return await run_in_threadpool(door.answer, ask, grant, source)
    except BadMessage as error:
        return _refusal(str(error), 400)
    except (SirkulaError, OSError) as error:
        log.warning("no certificate given", source=source, reason=str(error))
        return _refusal("the server cannot write now; try again shortly", 503)


async def _body(request: Request) -> bytes:
    """Raises BadMessage for one that is too long or too slow."""
    body = b""
    try:
        async with asyncio.timeout(_BODY_WITHIN_SECONDS):
            async for piece in request.stream():
                body += piece
                if len(body) > exchange.MAX_BYTES:
                    raise BadMessage(f"at most {exchange.MAX_BYTES} bytes")
    except TimeoutError as error:
        raise BadMessage(f"not whole within {_BODY_WITHIN_SECONDS:.0f} s") from error
    return body


def _refusal(reason: str, status: int) -> Response:
    return _json(Refused(reason), status)


def _json(said: msgspec.Struct, status: int) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(exchange.encode(said), status, headers, "application/json")
