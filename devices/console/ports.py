"""The loopback ports of one demonstration, and finding out which of them is taken."""

import socket
from dataclasses import dataclass

from broker.errors import SirkulaError


class PortTaken(SirkulaError):
    """Another program listens where ours wants to; the text says which port."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Three consecutive loopback ports from `first`; the simulated hardware takes any free ones."""

    first: int = 18830

    @property
    def broker(self) -> int:
        return self.first

    @property
    def web(self) -> int:
        return self.first + 1

    @property
    def rehearsal(self) -> int:
        return self.first + 2

    def require_free(self) -> None:
        """Raises PortTaken naming the first port that is not free."""
        for port in (self.broker, self.web, self.rehearsal):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                _bind(probe, port)


def _bind(probe: socket.socket, port: int) -> None:
    try:
        probe.bind(("127.0.0.1", port))
    except OSError as error:
        raise PortTaken(
            f"port {port} is taken: another demo may be running; stop it, or give --first-port"
        ) from error
