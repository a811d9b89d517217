"""Serving an application until told to stop, with open streams never in the way."""

import socket
import ssl
from collections.abc import Callable
from typing import Final

import uvicorn
from fastapi import FastAPI

from broker.errors import BadSettings

GRACE_SECONDS: Final = 2
_WAITING_VISITORS: Final = 128
_DEVICES_AT_ONCE: Final = 64  # who holds more connections open waits for nobody but himself


class WebServer:
    """One listening web server; connections wait from the start, `run` answers them."""

    def __init__(
        self, app: FastAPI, host: str, port: int, tls: ssl.SSLContext | None = None
    ) -> None:
        """Listens on `host`:`port`; port 0 takes a free one. Raises BadSettings if it cannot.

        `app.state.closing`, if there is one, is called first when it ends.
        """
        self._listener = _listener(host, port)
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            limit_concurrency=None if tls is None else _DEVICES_AT_ONCE,
            timeout_graceful_shutdown=GRACE_SECONDS,
            ssl_context_factory=None if tls is None else lambda _config, _default: tls,
        )
        self._server = _Server(config, getattr(app.state, "closing", lambda: None))

    @property
    def port(self) -> int:
        number: int = self._listener.getsockname()[1]
        return number

    def run(self) -> None:
        """Serves until `stop`, or in the main thread SIGTERM or SIGINT, then at most 2 s more."""
        self._server.run(sockets=[self._listener])

    def stop(self) -> None:
        """Asks `run` to end; may be called from any thread."""
        self._server.should_exit = True


def serve(app: FastAPI, host: str, port: int) -> None:
    """Serves until the process is told to end. Raises BadSettings if it cannot listen there."""
    WebServer(app, host, port).run()


class _Server(uvicorn.Server):
    """Ends the streams first: uvicorn would wait for them (its lifespan event comes after)."""

    def __init__(self, config: uvicorn.Config, closing: Callable[[], None]) -> None:
        super().__init__(config)
        self._closing = closing

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._closing()
        await super().shutdown(sockets)


def _listener(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=_WAITING_VISITORS)
    except OSError as error:
        raise BadSettings(f"cannot listen on {host}:{port}: {error}") from error
