"""Serving the application until told to stop, with open streams never in the way."""

import socket
from typing import Final

import uvicorn
from fastapi import FastAPI

from broker.errors import BadSettings
from server.web.live import Live

GRACE_SECONDS: Final = 2
_WAITING_VISITORS: Final = 128


class WebServer:
    """One listening web server; connections wait from the start, `run` answers them."""

    def __init__(self, app: FastAPI, host: str, port: int) -> None:
        """Listens on `host`:`port`; port 0 takes a free one. Raises BadSettings if it cannot."""
        self._listener = _listener(host, port)
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        self._server = _Server(config, app.state.live)

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

    def __init__(self, config: uvicorn.Config, live: Live) -> None:
        super().__init__(config)
        self._live = live

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._live.close()
        await super().shutdown(sockets)


def _listener(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=_WAITING_VISITORS)
    except OSError as error:
        raise BadSettings(f"web pages: cannot listen on {host}:{port}: {error}") from error
