"""Invitations, certificates and revocations, as the database keeps them.

Law: works in the caller's transaction and never commits; deletes nothing, so that what a device was
allowed at any time can be told. Moments are seconds since 1970 UTC.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, func, insert, select, update

from broker.identity.certificates import Certificate
from broker.vocabulary import DeviceId
from server.journal.tables import certificate, device, invitation, revocation

_IN_FORCE: Final = select(revocation.c.device).where(revocation.c.lifted_at.is_(None))


class Kind(Enum):
    """What an invitation is for: a code for a new key, or the renewal of an expired certificate."""

    ENROLMENT = "enrolment"
    RENEWAL = "renewal"


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate in the register."""

    device: DeviceId
    pem: bytes
    revoked: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """One device: its latest certificate, whether it may speak, and what staff opened for it."""

    device: DeviceId
    valid_until: float | None
    revoked_at: float | None
    invited_until: float | None
    last_heard: float | None


def invite(
    connection: Connection, who: DeviceId, kind: Kind, code_hash: str, times: tuple[float, float]
) -> None:
    """Open an invitation `times` from, until; an earlier one of its kind for this device closes."""
    now, until = times
    earlier = and_(invitation.c.device == str(who), _open(kind, now))
    connection.execute(update(invitation).where(earlier).values(closes_at=now))
    row = {"code_hash": code_hash, "device": str(who), "kind": kind.value}
    connection.execute(insert(invitation).values(row | {"opened_at": now, "closes_at": until}))


def accept(connection: Connection, code_hash: str, now: float) -> DeviceId | None:
    """Use up the open invitation with this code; whose it was, None when there is none."""
    wanted = and_(invitation.c.code_hash == code_hash, _open(Kind.ENROLMENT, now))
    used = update(invitation).where(wanted).values(used_at=now).returning(invitation.c.device)
    found = connection.scalar(used)
    return None if found is None else DeviceId(found)


def approved(connection: Connection, who: DeviceId, now: float) -> bool:
    """Use up staff's approval to renew this device's expired certificate, if there is one."""
    wanted = and_(invitation.c.device == str(who), _open(Kind.RENEWAL, now))
    return connection.execute(update(invitation).where(wanted).values(used_at=now)).rowcount > 0


def add(connection: Connection, who: DeviceId, issued: Certificate, now: float) -> None:
    row = {"serial": issued.serial, "device": str(who), "key": issued.key, "pem": issued.pem}
    values = row | {"issued_at": now, "valid_until": issued.valid_until}
    connection.execute(insert(certificate).values(values))


def with_key(connection: Connection, key: str) -> Issued | None:
    """The certificate of this public key (SHA-256 in hex)."""
    row = connection.execute(select(certificate).where(certificate.c.key == key)).one_or_none()
    if row is None:
        return None
    return Issued(DeviceId(row.device), row.pem, row.revoked_at is not None)


def revoke_certificates(connection: Connection, who: DeviceId, now: float) -> None:
    """Every certificate this device has so far."""
    live = and_(certificate.c.device == str(who), certificate.c.revoked_at.is_(None))
    connection.execute(update(certificate).where(live).values(revoked_at=now))


def revoke(connection: Connection, who: DeviceId, now: float) -> None:
    """Nothing this device says counts from now on, and nobody becomes it by an earlier code."""
    if who not in revoked_devices(connection):
        connection.execute(insert(revocation).values(device=str(who), revoked_at=now))
    revoke_certificates(connection, who, now)
    for kind in Kind:
        earlier = and_(invitation.c.device == str(who), _open(kind, now))
        connection.execute(update(invitation).where(earlier).values(closes_at=now))


def lift(connection: Connection, who: DeviceId, now: float) -> None:
    """The name may speak again: a new machine has it."""
    in_force = and_(revocation.c.device == str(who), revocation.c.lifted_at.is_(None))
    connection.execute(update(revocation).where(in_force).values(lifted_at=now))


def revoked_devices(connection: Connection) -> frozenset[DeviceId]:
    """Those whose words do not count."""
    return frozenset(map(DeviceId, connection.scalars(_IN_FORCE)))


def revoked_serials(connection: Connection) -> dict[str, float]:
    """Every revoked certificate's serial, in hex, and since when."""
    columns = (certificate.c.serial, certificate.c.revoked_at)
    rows = connection.execute(select(*columns).where(certificate.c.revoked_at.is_not(None)))
    return {row.serial: row.revoked_at for row in rows}


def listing(connection: Connection, now: float) -> tuple[Listed, ...]:
    """Every device that was invited, enrolled, revoked or heard, by name."""
    certified = dict(_latest(connection, certificate.c.device, certificate.c.valid_until))
    in_force = revocation.c.lifted_at.is_(None)
    revoked = dict(_latest(connection, revocation.c.device, revocation.c.revoked_at, in_force))
    is_open = and_(invitation.c.used_at.is_(None), invitation.c.closes_at > now)
    invited = dict(_latest(connection, invitation.c.device, invitation.c.closes_at, is_open))
    heard = dict(_latest(connection, device.c.device, device.c.last_heard))
    return tuple(
        Listed(
            DeviceId(name),
            certified.get(name),
            revoked.get(name),
            invited.get(name),
            heard.get(name),
        )
        for name in sorted({*certified, *revoked, *invited, *heard})
    )


def _latest(
    connection: Connection,
    name: ColumnElement[str],
    moment: ColumnElement[float | None],
    *only: ColumnElement[bool],
) -> list[tuple[str, float | None]]:
    rows = connection.execute(select(name, func.max(moment)).where(*only).group_by(name))
    return [(row[0], row[1]) for row in rows]


def _open(kind: Kind, now: float) -> ColumnElement[bool]:
    unused = invitation.c.used_at.is_(None)
    return and_(invitation.c.kind == kind.value, unused, invitation.c.closes_at > now)
