"""Gives certificates to whom staff invited, renews them, takes them back.

Law: everything that changes is committed before anybody hears of it; the list of revoked
certificates follows the database, and is made again from it when a crash came between.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Engine

from broker.errors import SirkulaError
from broker.identity import exchange, x509
from broker.identity.certificates import BadCertificate, Certificate, Holder
from broker.identity.codes import FINGERPRINT_BYTES, Code, hashed
from broker.identity.exchange import Enrol, Enrolled, Renew
from broker.identity.lifetimes import INVITATION_SECONDS
from broker.vocabulary import DeviceId
from server.enrolment import register
from server.enrolment.keys import Keys
from server.enrolment.register import Kind
from server.enrolment.rules import Verdict, verdict
from server.journal.database import transaction

_REVOKED: Final = "this certificate was revoked: ask for a new code and enrol the device again"


class Declined(SirkulaError):
    """No certificate is given; the text says why and what to do."""


class WrongCode(Declined):
    """A code or proof that is not right: to be counted as a guess."""


@dataclass(frozen=True, slots=True)
class Registrar:
    """One library's. Methods raise DatabaseFailed, and OSError when the keys cannot be written."""

    engine: Engine
    keys: Keys

    def invite(self, device: DeviceId, secret: bytes, now: float) -> Code:
        """A code that enrols this device once, within half an hour."""
        self._open(device, Kind.ENROLMENT, secret, now)
        return Code(secret, x509.fingerprint(self.keys.authority.certificate)[:FINGERPRINT_BYTES])

    def approve(self, device: DeviceId, secret: bytes, now: float) -> None:
        """Lets the device renew an expired certificate with its old key, within half an hour."""
        self._open(device, Kind.RENEWAL, secret, now)

    def enrol(self, ask: Enrol, now: float) -> Enrolled:
        """The identity a code stands for; what the device had before is revoked. Raises Declined.

        The code is used up once this is committed, whether or not the answer arrives.
        """
        request = ask.request.encode()
        key = _checked(request)
        with transaction(self.engine) as connection:
            device = register.accept(connection, hashed(_bytes(ask.secret)), now)
            if device is None:
                raise WrongCode("no such code, or it was used, or half an hour is over")
            if register.with_key(connection, key) is not None:
                raise Declined("this key has a certificate; make a new key")
            register.revoke_certificates(connection, device, now)
            register.lift(connection, device, now)
            issued = self._issue(connection, device, request, now)
        self.publish_revoked(now)
        return self._enrolled(device, issued)

    def renew(self, ask: Renew, now: float) -> Enrolled:
        """The next certificate for who holds the present one; asked again, the same one.

        Raises Declined.
        """
        request = ask.request.encode()
        key = _checked(request)
        held = self._proven(ask)
        device = _device(held)
        with transaction(self.engine) as connection:
            revoked = register.revoked_serials(connection).keys() | self.keys.revoked().keys()
            if held.serial in revoked or device in register.revoked_devices(connection):
                raise Declined(_REVOKED)
            known = register.with_key(connection, key)
            if known is None:
                self._require_due(connection, held, device, now)
                issued = self._issue(connection, device, request, now)
            elif known.device == device and not known.revoked:
                issued = known.pem
            else:
                raise Declined(_REVOKED)
        return self._enrolled(device, issued)

    def revoke(self, device: DeviceId, now: float) -> None:
        """Nothing the device says counts from the server's next batch on. Raises Declined."""
        with transaction(self.engine) as connection:
            if device not in (one.device for one in register.listing(connection, now)):
                raise Declined(f"no device {device} was ever enrolled or heard; see the spelling")
            register.revoke(connection, device, now)
        self.publish_revoked(now)

    def publish_revoked(self, now: float) -> None:
        """Writes the list for Mosquitto, if the database knows more."""
        with transaction(self.engine) as connection:
            # In the writer's turn, so that no two write it at once.
            self.keys.publish_revoked(register.revoked_serials(connection), now)

    def _open(self, device: DeviceId, kind: Kind, secret: bytes, now: float) -> None:
        times = (now, now + INVITATION_SECONDS)
        with transaction(self.engine) as connection:
            register.invite(connection, device, kind, hashed(secret), times)

    def _proven(self, ask: Renew) -> Certificate:
        """The asker's certificate, which is ours and whose key it holds. Raises WrongCode."""
        pem = ask.certificate.encode()
        proof = _bytes(ask.proof)
        try:
            ours = self.keys.authority.has_issued(pem)
            if ours and x509.has_signed(pem, exchange.statement(ask.request), proof):
                return x509.read_certificate(pem)
        except BadCertificate as error:
            raise WrongCode(str(error)) from error
        raise WrongCode("the certificate is not this library's, or not the asker's")

    def _require_due(
        self, connection: Connection, held: Certificate, device: DeviceId, now: float
    ) -> None:
        found = verdict(held.valid_from, held.valid_until, now)
        if found is Verdict.STAFF and register.approved(connection, device, now):
            return
        if found is not Verdict.GRANTED:
            raise Declined(found.value)

    def _issue(self, connection: Connection, device: DeviceId, request: bytes, now: float) -> bytes:
        holder = Holder(str(device), str(self.keys.site))
        issued = self.keys.authority.issue(request, holder, now)
        register.add(connection, device, issued, now)
        return issued.pem

    def _enrolled(self, device: DeviceId, pem: bytes) -> Enrolled:
        authority = self.keys.authority.certificate.decode()
        return Enrolled(self.keys.site, device, pem.decode(), authority, self.keys.sealing_key)


def _checked(request: bytes) -> str:
    try:
        return x509.key_of_request(request)
    except BadCertificate as error:
        raise Declined(str(error)) from error


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise WrongCode("not hexadecimal") from error


def _device(held: Certificate) -> DeviceId:
    try:
        return DeviceId(held.holder.name)
    except ValueError as error:
        raise Declined(f"{held.holder.name} is no device; the server renews its own") from error
