"""Bad weather on a serial line, as wrappers around a link."""

from random import Random

from devices.link import Link


class OneByteAtATime:
    """Every byte travels alone."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._waiting = b""

    def send(self, data: bytes) -> None:
        for byte in data:
            self._link.send(bytes((byte,)))

    def receive(self, timeout: float) -> bytes:
        self._waiting = self._waiting or self._link.receive(timeout)
        first, self._waiting = self._waiting[:1], self._waiting[1:]
        return first

    def drain(self) -> None:
        self._waiting = b""
        self._link.drain()

    def close(self) -> None:
        self._link.close()


class Lossy:
    """Loses or changes some bytes, both ways."""

    def __init__(self, link: Link, chance: Random, rate: float = 0.002) -> None:
        self._link = link
        self._chance = chance
        self._rate = rate

    def send(self, data: bytes) -> None:
        self._link.send(self._spoilt(data))

    def receive(self, timeout: float) -> bytes:
        return self._spoilt(self._link.receive(timeout))

    def drain(self) -> None:
        self._link.drain()

    def close(self) -> None:
        self._link.close()

    def _spoilt(self, data: bytes) -> bytes:
        return b"".join(self._fate(byte) for byte in data)

    def _fate(self, byte: int) -> bytes:
        if self._chance.random() >= self._rate:
            return bytes((byte,))
        return (
            b"" if self._chance.random() < 0.5 else bytes((byte ^ 1 << self._chance.randrange(8),))
        )


class Delayed:
    """What has come is handed over only when it is asked for once more."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._held = b""

    def send(self, data: bytes) -> None:
        self._link.send(data)

    def receive(self, timeout: float) -> bytes:
        if self._held:
            held, self._held = self._held, b""
            return held
        self._held = self._link.receive(timeout)
        return b""

    def drain(self) -> None:
        self._held = b""
        self._link.drain()

    def close(self) -> None:
        self._link.close()


class Noisy:
    """Now and then some bytes nobody sent, both ways."""

    def __init__(self, link: Link, chance: Random, rate: float = 0.05) -> None:
        self._link = link
        self._chance = chance
        self._rate = rate

    def send(self, data: bytes) -> None:
        self._link.send(self._noise() + data + self._noise())

    def receive(self, timeout: float) -> bytes:
        heard = self._link.receive(timeout)
        return self._noise() + heard + self._noise() if heard else b""

    def drain(self) -> None:
        self._link.drain()

    def close(self) -> None:
        self._link.close()

    def _noise(self) -> bytes:
        if self._chance.random() >= self._rate:
            return b""
        return self._chance.randbytes(self._chance.randint(1, 6))
