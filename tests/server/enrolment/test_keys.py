"""The folder of keys: made once, kept young, and of no use to whoever may not read it."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from broker.errors import BadSettings
from broker.identity import x509
from broker.identity.lifetimes import DAY, LIFE
from broker.vocabulary import SiteId
from server.enrolment.keys import Keys, client_credentials, host_credentials, open_keys

SITE = SiteId("binjai")
HOSTS = ("127.0.0.1", "pusat.example")
NOON = 1_795_500_000.0


def opened(folder: Path, now: float = NOON) -> Keys:
    return open_keys(str(folder), SITE, HOSTS, now)


def content(folder: Path) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


def test_the_authority_is_made_once(tmp_path: Path) -> None:
    first = opened(tmp_path / "keys")
    assert opened(tmp_path / "keys", NOON + DAY).authority.certificate == (
        first.authority.certificate
    )


def test_many_who_open_it_at_once_agree_on_one_authority(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda _: opened(tmp_path / "keys"), range(16)))
    assert len({keys.authority.certificate for keys in found}) == 1


def test_only_its_owner_reads_a_private_key(tmp_path: Path) -> None:
    opened(tmp_path / "keys").tend(NOON)
    modes = {
        str(file.relative_to(tmp_path / "keys")): stat.S_IMODE(file.stat().st_mode)
        for file in (tmp_path / "keys").rglob("*")
    }
    assert modes == {
        "authority.pem": 0o600,
        "server.pem": 0o600,
        "host.pem": 0o600,
        "ca.pem": 0o644,
        "broker": 0o750,
        "broker/broker.pem": 0o640,
        "broker/ca.pem": 0o644,
        "broker/revoked.crl": 0o644,
    }
    secret = [name for name, held in content(tmp_path / "keys").items() if b"PRIVATE" in held]
    assert sorted(secret) == ["authority.pem", "broker/broker.pem", "host.pem", "server.pem"]


def test_its_own_certificates_are_renewed_at_two_thirds_and_left_alone_before(
    tmp_path: Path,
) -> None:
    keys = opened(tmp_path / "keys")
    assert keys.tend(NOON)
    before = content(keys.folder)
    assert not keys.tend(NOON + 59 * DAY)
    assert content(keys.folder) == before
    assert keys.tend(NOON + 60 * DAY)
    changed = {name for name, held in content(keys.folder).items() if held != before[name]}
    assert changed == {"server.pem", "host.pem", "broker/broker.pem"}
    assert keys.ends()["binjai_broker"] == NOON + 60 * DAY + LIFE
    assert client_credentials(keys.folder).context().get_ca_certs()
    assert host_credentials(keys.folder).server_context()


def test_a_machine_that_gets_another_name_gets_other_certificates(tmp_path: Path) -> None:
    opened(tmp_path / "keys").tend(NOON)
    renamed = open_keys(str(tmp_path / "keys"), SITE, ("pusat.example",), NOON)
    assert renamed.tend(NOON)
    assert not renamed.tend(NOON)
    held = x509.read_certificate((tmp_path / "keys" / "host.pem").read_bytes())
    assert held.holder.hosts == ("pusat.example",)


def test_what_was_revoked_stays_on_the_list_though_the_database_forgot(tmp_path: Path) -> None:
    keys = opened(tmp_path / "keys")
    keys.tend(NOON)
    keys.publish_revoked({"1f": NOON}, NOON)
    keys.publish_revoked({"2e": NOON + 1}, NOON + 1)
    assert keys.revoked() == {"1f": NOON, "2e": NOON + 1}
    file = keys.folder / "broker" / "revoked.crl"
    written = file.stat().st_mtime_ns
    keys.publish_revoked({"1f": NOON + 9}, NOON + 9)
    assert file.stat().st_mtime_ns == written, "nothing new: Mosquitto need not read it again"


@pytest.mark.parametrize("name", ["server.pem", "host.pem", "broker/broker.pem"])
def test_a_spoilt_certificate_of_its_own_is_made_again(tmp_path: Path, name: str) -> None:
    keys = opened(tmp_path / "keys")
    keys.tend(NOON)
    (keys.folder / name).write_bytes(b"-----BEGIN CERTIFICATE-----\n")
    assert keys.tend(NOON)
    assert not keys.tend(NOON)
    assert len(keys.ends()) == 4


def test_a_spoilt_list_says_what_to_do_with_it(tmp_path: Path) -> None:
    keys = opened(tmp_path / "keys")
    keys.tend(NOON)
    (keys.folder / "broker" / "revoked.crl").write_bytes(b"")
    with pytest.raises(BadSettings, match=r"revoked\.crl.*delete it"):
        keys.publish_revoked({}, NOON)


def test_another_librarys_keys_are_refused(tmp_path: Path) -> None:
    opened(tmp_path / "keys")
    with pytest.raises(BadSettings, match="another library's"):
        open_keys(str(tmp_path / "keys"), SiteId("medan"), HOSTS, NOON)


def test_settings_without_a_folder_say_what_to_add() -> None:
    with pytest.raises(BadSettings, match="keys ="):
        open_keys("", SITE, HOSTS, NOON)


def test_the_key_for_patron_numbers_is_handed_on_as_it_is(tmp_path: Path) -> None:
    keys = opened(tmp_path / "keys")
    assert keys.sealing_key == ""
    (keys.folder / "sealing.pub").write_text("c2VhbGluZyBrZXk=\n", encoding="ascii")
    assert keys.sealing_key == "c2VhbGluZyBrZXk="
