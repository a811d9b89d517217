"""Keys, certificates and lists of revoked ones (RFC 5280): the only file that knows cryptography.

Law: bytes in, bytes out; files and clocks are others'. Every key is EC P-256, every signature ECDSA
with SHA-256. Moments are seconds since 1970 UTC.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from ipaddress import ip_address
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from broker.identity.certificates import BadCertificate, Certificate, Holder
from broker.identity.lifetimes import AUTHORITY_LIFE, BACKDATED, LIFE

_ECDSA: Final = ec.ECDSA(SHA256())
_CLIENT: Final = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
_SERVER: Final = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
_LEAF: Final = x509.BasicConstraints(ca=False, path_length=None)
_USAGES: Final = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
    *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)
_SPOILT: Final = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)


@contextmanager
def _sound(what: str) -> Iterator[None]:
    """Whatever the library makes of spoilt bytes is a BadCertificate."""
    try:
        yield
    except _SPOILT as error:
        raise BadCertificate(f"not a sound {what}: {error}") from error


def new_key() -> bytes:
    """A private key, PEM (PKCS #8), not encrypted."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def request_for(key: bytes) -> bytes:
    """A request that proves we hold `key` (PKCS #10, PEM); the server knows whom to name."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    return builder.sign(_private(key), SHA256()).public_bytes(Encoding.PEM)


@_sound("certificate request")
def key_of_request(request: bytes) -> str:
    """The SHA-256 of its public key. Raises BadCertificate for any but a sound P-256 request."""
    return _key_hash(_requested(request))


@_sound("private key")
def key_of_private(key: bytes) -> str:
    """The SHA-256 of its public half. Raises BadCertificate."""
    return _key_hash(_private(key).public_key())


def signed(key: bytes, words: bytes) -> bytes:
    return _private(key).sign(words, _ECDSA)


@_sound("certificate")
def has_signed(certificate: bytes, words: bytes, signature: bytes) -> bool:
    """Whether the holder of the certificate's key signed these words. Raises BadCertificate."""
    loaded = x509.load_pem_x509_certificate(certificate)
    try:
        _public(loaded.public_key()).verify(signature, words, _ECDSA)
    except InvalidSignature:
        return False
    return True


@_sound("certificate")
def read_certificate(pem: bytes) -> Certificate:
    """The first certificate in `pem`. Raises BadCertificate."""
    loaded = x509.load_pem_x509_certificate(pem)
    name, site = (_named(loaded, oid) for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME))
    return Certificate(
        loaded.public_bytes(Encoding.PEM),
        f"{loaded.serial_number:x}",
        Holder(name, site, _hosts_of(loaded)),
        loaded.not_valid_before_utc.timestamp(),
        loaded.not_valid_after_utc.timestamp(),
        _key_hash(loaded.public_key()),
    )


@_sound("certificate")
def fingerprint(pem: bytes) -> bytes:
    """SHA-256 of the certificate itself. Raises BadCertificate."""
    return x509.load_pem_x509_certificate(pem).fingerprint(SHA256())


def new_authority(site: str, now: float) -> bytes:
    """A key and its self-signed certificate, PEM, one after the other."""
    key = new_key()
    private = _private(key)
    name = _name(f"Sirkula {site}", site)
    builder = x509.CertificateBuilder(name, name, private.public_key())
    builder = _dated(builder, now, AUTHORITY_LIFE)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
    identifier = x509.SubjectKeyIdentifier.from_public_key(private.public_key())
    builder = builder.add_extension(identifier, critical=False)
    return key + builder.sign(private, SHA256()).public_bytes(Encoding.PEM)


class Authority:
    """The library's own certificate authority, from what `new_authority` made."""

    @_sound("authority")
    def __init__(self, pem: bytes) -> None:
        """Raises BadCertificate."""
        self._key = _private(pem)
        self._certificate = x509.load_pem_x509_certificate(pem)

    @property
    def certificate(self) -> bytes:
        """What everybody may know, PEM."""
        return self._certificate.public_bytes(Encoding.PEM)

    @_sound("certificate request")
    def issue(self, request: bytes, holder: Holder, now: float, life: float = LIFE) -> Certificate:
        """For the requested key: a client's certificate, or with hosts a server's; never both."""
        public = _requested(request)
        name = _name(holder.name, holder.site)
        builder = x509.CertificateBuilder(self._certificate.subject, name, public)
        builder = _dated(builder, now, life)
        builder = builder.add_extension(_LEAF, critical=True)
        builder = builder.add_extension(_usage("digital_signature"), critical=True)
        identifier = x509.SubjectKeyIdentifier.from_public_key(public)
        purpose = _SERVER if holder.hosts else _CLIENT
        for extension in (purpose, identifier, self._identifier()):
            builder = builder.add_extension(extension, critical=False)
        if holder.hosts:
            hosts = x509.SubjectAlternativeName(map(_host, holder.hosts))
            builder = builder.add_extension(hosts, critical=False)
        return read_certificate(builder.sign(self._key, SHA256()).public_bytes(Encoding.PEM))

    @_sound("certificate")
    def has_issued(self, pem: bytes) -> bool:
        """Whether our key signed this certificate. Raises BadCertificate."""
        loaded = x509.load_pem_x509_certificate(pem)
        try:
            loaded.verify_directly_issued_by(self._certificate)
        except (InvalidSignature, ValueError):  # ValueError: another issuer, or another algorithm
            return False
        return True

    def revocations(self, revoked: Mapping[str, float], now: float) -> bytes:
        """The list of revoked serials and when each was, PEM.

        It is replaced at every change and holds until the authority ends: OpenSSL refuses everybody
        once a list is past its next update, which a server that is down could not give.
        """
        builder = x509.CertificateRevocationListBuilder().issuer_name(self._certificate.subject)
        builder = builder.last_update(_moment(now - BACKDATED))
        builder = builder.next_update(self._certificate.not_valid_after_utc)
        for serial, at in sorted(revoked.items()):
            one = x509.RevokedCertificateBuilder().serial_number(int(serial, 16))
            builder = builder.add_revoked_certificate(one.revocation_date(_moment(at)).build())
        builder = builder.add_extension(self._identifier(), critical=False)
        builder = builder.add_extension(x509.CRLNumber(int(now)), critical=False)
        return builder.sign(self._key, SHA256()).public_bytes(Encoding.PEM)

    def _identifier(self) -> x509.AuthorityKeyIdentifier:
        return x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())


@_sound("list of revoked certificates")
def revoked_in(revocations: bytes) -> dict[str, float]:
    """The serials in a list, and when each was revoked. Raises BadCertificate."""
    entries = x509.load_pem_x509_crl(revocations)
    return {f"{one.serial_number:x}": one.revocation_date_utc.timestamp() for one in entries}


def _dated(builder: x509.CertificateBuilder, now: float, life: float) -> x509.CertificateBuilder:
    builder = builder.serial_number(x509.random_serial_number())
    return builder.not_valid_before(_moment(now - BACKDATED)).not_valid_after(_moment(now + life))


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


def _usage(*used: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{name: name in used for name in _USAGES})


def _name(common: str, organisation: str) -> x509.Name:
    words = ((NameOID.COMMON_NAME, common), (NameOID.ORGANIZATION_NAME, organisation))
    return x509.Name([x509.NameAttribute(attribute, word) for attribute, word in words])


def _host(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _named(certificate: x509.Certificate, attribute: x509.ObjectIdentifier) -> str:
    found = certificate.subject.get_attributes_for_oid(attribute)
    if len(found) != 1:
        raise BadCertificate("the certificate does not say whose it is")
    return str(found[0].value)


def _hosts_of(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        hosts = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    return tuple(str(host.value) for host in hosts.value)


def _requested(request: bytes) -> ec.EllipticCurvePublicKey:
    loaded = x509.load_pem_x509_csr(request)
    public = _public(loaded.public_key())
    if not loaded.is_signature_valid:
        raise BadCertificate("the certificate request is not signed by its own key")
    return public


def _private(pem: bytes) -> ec.EllipticCurvePrivateKey:
    key = load_pem_private_key(pem, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise BadCertificate("the private key is not on a curve; make a new one")
    return key


def _public(key: object) -> ec.EllipticCurvePublicKey:
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise BadCertificate("the key is not EC P-256; make a new one")
    return key


def _key_hash(key: object) -> str:
    spki = _public(key).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return sha256(spki).hexdigest()
