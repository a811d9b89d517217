"""A device's identity is the old one or the new one, whatever goes wrong in between."""

from pathlib import Path

import pytest

from broker.identity import x509
from broker.identity.certificates import BadCertificate, Holder
from broker.identity.exchange import Enrolled
from broker.identity.folder import IdentityFolder
from broker.identity.tls import NotEnrolled
from broker.vocabulary import DeviceId, SiteId

NOW = 1_795_500_000.0
SITE, KIOSK = SiteId("binjai"), DeviceId("kios-01")
AUTHORITY = x509.Authority(x509.new_authority("binjai", NOW))


def answer(key: bytes) -> Enrolled:
    """What the server says to a request for this key."""
    issued = AUTHORITY.issue(x509.request_for(key), Holder("kios-01", "binjai"), NOW)
    return Enrolled(SITE, KIOSK, issued.pem.decode(), AUTHORITY.certificate.decode(), "c2VhbA==")


@pytest.fixture
def folder(tmp_path: Path) -> IdentityFolder:
    """Of a device that was enrolled."""
    own = IdentityFolder(tmp_path / "kios")
    own.settle(answer(own.next_key()), "https://pusat:8443")
    return own


def test_a_key_waits_for_its_certificate_until_another_is_wanted(folder: IdentityFolder) -> None:
    waiting = folder.next_key()
    assert folder.next_key() == waiting
    assert folder.next_key(anew=True) != waiting


@pytest.mark.parametrize("refusing", ["ca.pem", "server.pub", "enrolment.json"])
def test_a_disk_that_refuses_half_way_leaves_the_old_identity_whole(
    folder: IdentityFolder, refusing: str
) -> None:
    before = folder.certificate()
    new = answer(folder.next_key())
    (folder.path / refusing).unlink()
    (folder.path / refusing).mkdir()
    with pytest.raises(OSError, match=refusing):
        folder.settle(new, "https://pusat:8443")
    assert folder.certificate() == before
    (folder.path / refusing).rmdir()
    folder.settle(new, "https://pusat:8443")
    assert folder.certificate().pem.decode() == new.certificate
    assert folder.credentials.context()
    assert [one.name for one in folder.path.iterdir() if one.name.startswith(".")] == []


def test_a_certificate_for_another_key_is_not_taken(folder: IdentityFolder) -> None:
    before = folder.certificate()
    folder.next_key()
    with pytest.raises(BadCertificate, match="another key"):
        folder.settle(answer(x509.new_key()), "https://pusat:8443")
    assert folder.certificate() == before


@pytest.mark.parametrize("content", [b"", b"\xff", b"-----BEGIN CERTIFICATE-----\n"])
@pytest.mark.parametrize("name", ["identity.pem", "ca.pem"])
def test_a_spoilt_file_is_named_and_never_means_without_tls(
    folder: IdentityFolder, name: str, content: bytes
) -> None:
    (folder.path / name).write_bytes(content)
    with pytest.raises(NotEnrolled, match=name):
        folder.credentials.context()


def test_a_folder_that_does_not_say_its_server_is_told(folder: IdentityFolder) -> None:
    for content in (b"", b"{}", b'{"server": 1}'):
        (folder.path / "enrolment.json").write_bytes(content)
        with pytest.raises(NotEnrolled, match=r"enrolment\.json"):
            folder.server()
