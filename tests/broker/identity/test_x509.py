"""Certificates say who somebody is and until when; whatever is spoilt is refused with a name."""

import ssl
import subprocess
from base64 import b64decode, encodebytes
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.identity import x509
from broker.identity.certificates import BadCertificate, Holder
from broker.identity.lifetimes import AUTHORITY_LIFE, BACKDATED, DAY, LIFE

NOW = 1_795_500_000.0
KEY = x509.new_key()
REQUEST = x509.request_for(KEY)
AUTHORITY = x509.Authority(x509.new_authority("binjai", NOW))
KIOSK = AUTHORITY.issue(REQUEST, Holder("kios-01", "binjai"), NOW)
HOST = AUTHORITY.issue(REQUEST, Holder("host", "binjai", ("127.0.0.1", "pusat.example")), NOW)


def openssl(folder: Path, *words: str) -> str:
    """What an independent reader of the same files says."""
    (folder / "ca.pem").write_bytes(AUTHORITY.certificate)
    (folder / "kiosk.pem").write_bytes(KIOSK.pem)
    (folder / "host.pem").write_bytes(HOST.pem)
    (folder / "revoked.crl").write_bytes(AUTHORITY.revocations({KIOSK.serial: NOW}, NOW))
    done = subprocess.run(
        ["openssl", *words], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def verified(folder: Path, *words: str) -> str:
    strictly = ("verify", "-x509_strict", "-attime", str(int(NOW)), "-CAfile", "ca.pem")
    return openssl(folder, *strictly, *words)


def test_a_certificate_names_its_holder_and_lives_ninety_days() -> None:
    assert KIOSK.holder == Holder("kios-01", "binjai")
    assert (KIOSK.valid_from, KIOSK.valid_until) == (NOW - BACKDATED, NOW + LIFE)
    assert KIOSK.key == x509.key_of_request(REQUEST) == x509.key_of_private(KEY)
    assert x509.read_certificate(KIOSK.pem) == KIOSK
    assert HOST.holder.hosts == ("127.0.0.1", "pusat.example")


def test_the_authority_outlives_every_machine() -> None:
    ends = x509.read_certificate(AUTHORITY.certificate).valid_until
    assert ends == NOW + AUTHORITY_LIFE


def test_openssl_accepts_them_in_their_roles_and_in_no_other(tmp_path: Path) -> None:
    assert verified(tmp_path, "-purpose", "sslclient", "kiosk.pem") == "kiosk.pem: OK\n"
    assert verified(tmp_path, "-purpose", "sslserver", "host.pem") == "host.pem: OK\n"
    assert "unsuit" in verified(tmp_path, "-purpose", "sslserver", "kiosk.pem")
    assert "unsuit" in verified(tmp_path, "-purpose", "sslclient", "host.pem")


def test_openssl_finds_a_revoked_one_on_the_list_and_the_others_not(tmp_path: Path) -> None:
    listed = ("-crl_check", "-CRLfile", "revoked.crl")
    assert "certificate revoked" in verified(tmp_path, *listed, "kiosk.pem")
    assert verified(tmp_path, *listed, "host.pem") == "host.pem: OK\n"


def test_the_list_holds_as_long_as_the_authority(tmp_path: Path) -> None:
    text = openssl(tmp_path, "crl", "-in", "revoked.crl", "-noout", "-nextupdate")
    ends = x509.read_certificate(AUTHORITY.certificate).valid_until
    assert ssl.cert_time_to_seconds(text.partition("=")[2].strip()) == ends


def test_a_list_tells_what_was_put_on_it() -> None:
    revoked = {"1f": NOW - DAY, KIOSK.serial: NOW}
    assert x509.revoked_in(AUTHORITY.revocations(revoked, NOW)) == revoked
    assert x509.revoked_in(AUTHORITY.revocations({}, NOW)) == {}


def test_anothers_certificate_is_not_ours() -> None:
    other = x509.Authority(x509.new_authority("binjai", NOW))
    assert AUTHORITY.has_issued(KIOSK.pem)
    assert not other.has_issued(KIOSK.pem)
    assert not AUTHORITY.has_issued(other.certificate)


def test_only_the_holder_of_the_key_can_sign_for_it() -> None:
    signature = x509.signed(KEY, b"renew me")
    assert x509.has_signed(KIOSK.pem, b"renew me", signature)
    assert not x509.has_signed(KIOSK.pem, b"renew him", signature)
    assert not x509.has_signed(KIOSK.pem, b"renew me", x509.signed(x509.new_key(), b"renew me"))


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"), "not EC P-256"),
        (("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"), "not EC P-256"),
        (("genpkey", "-algorithm", "ED25519"), "not EC P-256"),
    ],
)
def test_a_request_for_another_kind_of_key_is_refused(
    tmp_path: Path, words: tuple[str, ...], reason: str
) -> None:
    openssl(tmp_path, *words, "-out", "key.pem")
    openssl(tmp_path, "req", "-new", "-key", "key.pem", "-subj", "/CN=x", "-out", "csr.pem")
    with pytest.raises(BadCertificate, match=reason):
        AUTHORITY.issue((tmp_path / "csr.pem").read_bytes(), Holder("kios-01", "binjai"), NOW)


def test_a_request_that_names_somebody_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_bytes(KEY)
    wished = ("-subj", "/CN=binjai_server", "-addext", "basicConstraints=CA:TRUE")
    openssl(tmp_path, "req", "-new", "-key", "key.pem", *wished, "-out", "csr.pem")
    request = (tmp_path / "csr.pem").read_bytes()
    issued = AUTHORITY.issue(request, Holder("kios-01", "binjai"), NOW)
    assert issued.holder == Holder("kios-01", "binjai")
    (tmp_path / "issued.pem").write_bytes(issued.pem)
    assert "CA:FALSE" in openssl(tmp_path, "x509", "-in", "issued.pem", "-noout", "-text")


@st.composite
def spoilt(draw: st.DrawFn, sound: bytes) -> bytes:
    """PEM with some bytes inside changed, cut or doubled."""
    der = bytearray(body_of(sound))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(der) - 1))
        der[place : place + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    kind = sound.splitlines()[0].removeprefix(b"-----BEGIN ").removesuffix(b"-----").decode()
    return pem(kind, bytes(der))


def body_of(sound: bytes) -> bytes:
    return b64decode(b"".join(sound.splitlines()[1:-1]))


def pem(kind: str, der: bytes) -> bytes:
    first, last = f"-----BEGIN {kind}-----\n", f"-----END {kind}-----\n"
    return first.encode() + encodebytes(der) + last.encode()


@given(spoilt(REQUEST) | st.binary(max_size=200))
def test_a_spoilt_request_is_refused_and_nothing_else_happens(request_: bytes) -> None:
    try:
        x509.key_of_request(request_)
    except BadCertificate:
        return


@given(spoilt(KIOSK.pem) | st.binary(max_size=200))
def test_a_spoilt_certificate_is_refused_and_nothing_else_happens(certificate: bytes) -> None:
    for look in (
        AUTHORITY.has_issued,
        x509.read_certificate,
        x509.fingerprint,
        lambda one: x509.has_signed(one, b"", bytes(70)),
    ):
        try:
            look(certificate)
        except BadCertificate:
            continue


@given(spoilt(AUTHORITY.revocations({KIOSK.serial: NOW}, NOW)) | st.binary(max_size=200))
def test_a_spoilt_list_is_refused_and_nothing_else_happens(revocations: bytes) -> None:
    try:
        x509.revoked_in(revocations)
    except BadCertificate:
        return
