"""The loopback ports of one demonstration, and finding out which of them is taken."""

import socket
from dataclasses import dataclass

from broker.errors import SirkulaError


class PortTaken(SirkulaError):
    """Another program listens where ours wants to; the text says which port."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Consecutive loopback ports from `first`."""

    first: int = 18830

    @property
    def broker(self) -> int:
        return self.first

    @property
    def network(self) -> int:
        """Where the stations believe the broker is: a line that can be cut."""
        return self.first + 1

    @property
    def web(self) -> int:
        return self.first + 2

    @property
    def rehearsal(self) -> int:
        return self.first + 3

    @property
    def card_reader(self) -> int:
        return self.first + 4

    def require_free(self) -> None:
        """Raises PortTaken naming the first port that is not free."""
        tcp = (self.broker, self.network, self.web, self.rehearsal)
        for port in tcp:
            _require(port, socket.SOCK_STREAM)
        _require(self.card_reader, socket.SOCK_DGRAM)


def _require(port: int, kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind is socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PortTaken(
                f"port {port} is taken: another demo may be running; stop it, or give --first-port"
            ) from error
