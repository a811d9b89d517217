"""What a certificate says, as values. Pure. Moments are seconds since 1970 UTC."""

from dataclasses import dataclass

from broker.errors import SirkulaError


class BadCertificate(SirkulaError):
    """A key, request, certificate or list that cannot be used; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a certificate names: common name, organisation, and the hosts it answers for."""

    name: str
    site: str
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Certificate:
    """What we read from a certificate; `serial` in hex, `key` its public key's SHA-256 in hex."""

    pem: bytes
    serial: str
    holder: Holder
    valid_from: float
    valid_until: float
    key: str
