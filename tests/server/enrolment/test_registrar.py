"""Who gets a certificate, who does not, and that nothing is ever given twice; on both databases."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from broker.identity import x509
from broker.identity.certificates import Holder
from broker.identity.codes import Code
from broker.identity.exchange import Enrol, Enrolled, Renew, statement
from broker.identity.lifetimes import DAY, GRACE, INVITATION_SECONDS, LIFE
from broker.vocabulary import DeviceId, SiteId
from server.enrolment.keys import open_keys
from server.enrolment.register import listing, revoked_devices
from server.enrolment.registrar import Declined, Registrar, WrongCode
from server.journal.database import reading
from server.journal.tables import certificate, invitation

SITE = SiteId("binjai")
KIOSK = DeviceId("kios-01")
BOX = DeviceId("kotak-01")
NOON = 1_795_500_000.0
SECRET = b"sixteen of bytes"


class Device:
    """A machine with a key of its own, and whatever certificate it has."""

    def __init__(self) -> None:
        self.key = x509.new_key()
        self.held = b""

    def enrol(self, registrar: Registrar, code: Code, now: float) -> Enrolled:
        ask = Enrol(code.secret.hex(), x509.request_for(self.key).decode())
        enrolled = registrar.enrol(ask, now)
        self.held = enrolled.certificate.encode()
        return enrolled

    def wish(self) -> Renew:
        """A new key's request, with the old key's word for it."""
        self.next = x509.new_key()
        request = x509.request_for(self.next).decode()
        proof = x509.signed(self.key, statement(request))
        return Renew(self.held.decode(), request, proof.hex())

    def renew(self, registrar: Registrar, now: float) -> Enrolled:
        enrolled = registrar.renew(self.wish(), now)
        self.key, self.held = self.next, enrolled.certificate.encode()
        return enrolled


@pytest.fixture
def registrar(engine: Engine, tmp_path: Path) -> Registrar:
    keys = open_keys(str(tmp_path / "keys"), SITE, ("127.0.0.1",), NOON)
    keys.tend(NOON)
    return Registrar(engine, keys)


def enrolled(registrar: Registrar, device: DeviceId = KIOSK, now: float = NOON) -> Device:
    machine = Device()
    machine.enrol(registrar, registrar.invite(device, SECRET + str(device).encode(), now), now)
    return machine


def issued(registrar: Registrar) -> int:
    with reading(registrar.engine) as connection:
        return int(connection.scalar(select(func.count()).select_from(certificate)) or 0)


def serial(pem: bytes) -> str:
    return x509.read_certificate(pem).serial


def test_a_code_gives_the_device_its_name_and_ninety_days(registrar: Registrar) -> None:
    machine = Device()
    answer = machine.enrol(registrar, registrar.invite(KIOSK, SECRET, NOON), NOON + 60)
    held = x509.read_certificate(machine.held)
    assert (answer.site, answer.device, answer.sealing_key) == (SITE, KIOSK, "")
    assert held.holder == Holder("kios-01", "binjai")
    assert held.valid_until == NOON + 60 + LIFE
    assert held.key == x509.key_of_private(machine.key)
    assert registrar.keys.authority.has_issued(machine.held)
    assert answer.authority.encode() == registrar.keys.authority.certificate


def test_the_code_knows_its_authority_and_the_database_not_the_code(registrar: Registrar) -> None:
    code = registrar.invite(KIOSK, SECRET, NOON)
    assert code.fingerprint == x509.fingerprint(registrar.keys.authority.certificate)[:16]
    with reading(registrar.engine) as connection:
        (row,) = connection.execute(select(invitation))
    assert SECRET.hex() not in str(row)


def test_a_code_is_used_up_by_its_first_use(registrar: Registrar) -> None:
    code = registrar.invite(KIOSK, SECRET, NOON)
    Device().enrol(registrar, code, NOON)
    with pytest.raises(WrongCode, match="used"):
        Device().enrol(registrar, code, NOON)
    assert issued(registrar) == 1


def test_of_many_who_race_with_one_code_one_wins(registrar: Registrar) -> None:
    code = registrar.invite(KIOSK, SECRET, NOON)

    def tries(machine: Device) -> bool:
        try:
            machine.enrol(registrar, code, NOON)
        except WrongCode:
            return False
        return True

    with ThreadPoolExecutor(12) as pool:
        won = list(pool.map(tries, [Device() for _ in range(12)]))
    assert won.count(True) == 1
    assert issued(registrar) == 1


def test_a_code_is_good_for_half_an_hour(registrar: Registrar) -> None:
    code = registrar.invite(KIOSK, SECRET, NOON)
    with pytest.raises(WrongCode):
        Device().enrol(registrar, code, NOON + INVITATION_SECONDS)
    Device().enrol(registrar, code, NOON + INVITATION_SECONDS - 1)


def test_a_new_code_for_a_device_closes_its_earlier_one(registrar: Registrar) -> None:
    first = registrar.invite(KIOSK, SECRET, NOON)
    other = registrar.invite(BOX, b"another 16 bytes", NOON)
    registrar.invite(KIOSK, b"yet another code", NOON + 1)
    with pytest.raises(WrongCode):
        Device().enrol(registrar, first, NOON + 2)
    assert Device().enrol(registrar, other, NOON + 2).device == BOX


def test_a_bad_request_leaves_the_code_as_good_as_it_was(registrar: Registrar) -> None:
    code = registrar.invite(KIOSK, SECRET, NOON)
    for request in ("", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END", "\0"):
        with pytest.raises(Declined):
            registrar.enrol(Enrol(code.secret.hex(), request), NOON)
    taken = enrolled(registrar, BOX)
    with pytest.raises(Declined, match="make a new key"):
        Enrolling(taken.key).enrol(registrar, code, NOON)
    Device().enrol(registrar, code, NOON)


class Enrolling(Device):
    """One that brings a key it has already."""

    def __init__(self, key: bytes) -> None:
        super().__init__()
        self.key = key


def test_replacing_a_device_takes_its_old_certificate_away(registrar: Registrar) -> None:
    old = enrolled(registrar)
    code = registrar.invite(KIOSK, b"for the new one.", NOON + DAY)
    assert registrar.keys.revoked() == {}, "until the new one is there, the old one serves"
    new = Device()
    new.enrol(registrar, code, NOON + DAY)
    assert registrar.keys.revoked() == {serial(old.held): NOON + DAY}
    with pytest.raises(Declined, match="revoked"):
        old.renew(registrar, NOON + 70 * DAY)
    new.renew(registrar, NOON + 70 * DAY)


def test_a_certificate_is_renewed_from_two_thirds_of_its_life(registrar: Registrar) -> None:
    machine = enrolled(registrar)
    with pytest.raises(Declined, match="too early"):
        machine.renew(registrar, NOON + 59 * DAY)
    machine.renew(registrar, NOON + 60 * DAY)
    assert x509.read_certificate(machine.held).valid_until == NOON + 60 * DAY + LIFE
    assert registrar.keys.revoked() == {}, "a crash may have kept the device from taking it"


def test_a_renewal_asked_for_again_is_the_same_certificate(registrar: Registrar) -> None:
    machine = enrolled(registrar)
    wish = machine.wish()
    first = registrar.renew(wish, NOON + 61 * DAY)
    assert registrar.renew(wish, NOON + 62 * DAY) == first
    assert issued(registrar) == 2


def test_an_expired_certificate_waits_for_staff(registrar: Registrar) -> None:
    machine = enrolled(registrar)
    late = NOON + LIFE + DAY
    with pytest.raises(Declined, match="let staff approve"):
        machine.renew(registrar, late)
    registrar.approve(BOX, b"of another device", late)
    with pytest.raises(Declined, match="let staff approve"):
        machine.renew(registrar, late)
    registrar.approve(KIOSK, SECRET, late)
    machine.renew(registrar, late + 600)
    with pytest.raises(Declined, match="let staff approve"):
        machine.renew(registrar, late + 600 + LIFE)


def test_an_approval_is_no_code_and_a_code_no_approval(registrar: Registrar) -> None:
    machine = enrolled(registrar)
    late = NOON + LIFE + DAY
    registrar.approve(KIOSK, SECRET, late)
    with pytest.raises(WrongCode):
        Device().enrol(registrar, Code(SECRET, bytes(16)), late)
    registrar.invite(KIOSK, b"a code this time", late)
    machine.renew(registrar, late)
    assert issued(registrar) == 2


def test_staff_cannot_approve_what_expired_long_ago(registrar: Registrar) -> None:
    machine = enrolled(registrar)
    late = NOON + LIFE + GRACE
    registrar.approve(KIOSK, SECRET, late)
    with pytest.raises(Declined, match="enrol the device anew"):
        machine.renew(registrar, late)


@pytest.mark.parametrize("whose", ["a copy without the key", "another authority's", "the server's"])
def test_nobody_is_renewed_who_is_not_the_holder(
    registrar: Registrar, tmp_path: Path, whose: str
) -> None:
    machine = enrolled(registrar)
    if whose == "a copy without the key":
        machine.key = x509.new_key()
    elif whose == "another authority's":
        other = x509.Authority(x509.new_authority("binjai", NOON))
        request = x509.request_for(machine.key)
        machine.held = other.issue(request, Holder("kios-01", "binjai"), NOON).pem
    else:
        held = (registrar.keys.folder / "server.pem").read_bytes()
        machine.key, machine.held = held, x509.read_certificate(held).pem
    with pytest.raises(Declined):
        machine.renew(registrar, NOON + 61 * DAY)
    assert issued(registrar) == 1


def test_a_proof_fits_one_request_only(registrar: Registrar) -> None:
    machine = enrolled(registrar)
    seen, mine = machine.wish(), x509.request_for(x509.new_key()).decode()
    with pytest.raises(WrongCode):
        registrar.renew(Renew(seen.certificate, mine, seen.proof), NOON + 61 * DAY)


def test_a_revoked_device_gets_nothing_until_it_is_invited_again(registrar: Registrar) -> None:
    machine = enrolled(registrar)
    stolen = registrar.invite(KIOSK, b"code in the bag.", NOON)
    registrar.approve(KIOSK, b"approval in it..", NOON)
    registrar.revoke(KIOSK, NOON + 60)
    assert registrar.keys.revoked() == {serial(machine.held): NOON + 60}
    with pytest.raises(WrongCode):
        Device().enrol(registrar, stolen, NOON + 61)
    for later in (61 * DAY, LIFE + DAY):
        with pytest.raises(Declined, match="revoked"):
            machine.renew(registrar, NOON + later)
    with reading(registrar.engine) as connection:
        assert revoked_devices(connection) == {KIOSK}
    Device().enrol(registrar, registrar.invite(KIOSK, b"for its successor", NOON + DAY), NOON + DAY)
    with reading(registrar.engine) as connection:
        assert revoked_devices(connection) == frozenset()


def test_revoking_twice_changes_nothing_and_a_misspelt_name_is_told(registrar: Registrar) -> None:
    machine = enrolled(registrar)
    registrar.revoke(KIOSK, NOON + 60)
    registrar.revoke(KIOSK, NOON + 90)
    assert registrar.keys.revoked() == {serial(machine.held): NOON + 60}
    with pytest.raises(Declined, match="see the spelling"):
        registrar.revoke(DeviceId("kios-10"), NOON)


def test_a_list_that_a_crash_left_behind_is_made_again(registrar: Registrar) -> None:
    machine = enrolled(registrar)
    empty = registrar.keys.authority.revocations({}, NOON)
    registrar.revoke(KIOSK, NOON + 60)
    (registrar.keys.folder / "broker" / "revoked.crl").write_bytes(empty)
    registrar.publish_revoked(NOON + 75)
    assert registrar.keys.revoked() == {serial(machine.held): NOON + 60}


def test_a_restored_database_does_not_bring_a_revoked_device_back(
    registrar: Registrar, tmp_path: Path
) -> None:
    machine = enrolled(registrar)
    registrar.revoke(KIOSK, NOON + 60)
    with registrar.engine.begin() as connection:
        connection.execute(certificate.delete())
        connection.exec_driver_sql("DELETE FROM revocation")
    with pytest.raises(Declined, match="revoked"):
        machine.renew(registrar, NOON + 61 * DAY)


def test_the_list_of_devices_tells_what_staff_need(registrar: Registrar) -> None:
    enrolled(registrar)
    enrolled(registrar, BOX)
    registrar.revoke(BOX, NOON + 60)
    registrar.invite(DeviceId("kios-02"), SECRET, NOON + 60)
    with reading(registrar.engine) as connection:
        listed = listing(connection, NOON + 61)
    assert [str(one.device) for one in listed] == ["kios-01", "kios-02", "kotak-01"]
    assert [one.valid_until for one in listed] == [NOON + LIFE, None, NOON + LIFE]
    assert [one.revoked_at for one in listed] == [None, None, NOON + 60]
    assert [one.invited_until for one in listed] == [None, NOON + 60 + INVITATION_SECONDS, None]
