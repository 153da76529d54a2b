"""The certificate by which people and devices off this machine come in: made here, unless the
operator has one.
"""

import ipaddress
import os
import socket
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import click
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from linli.foundation import durable

_CA_DAYS, _DAYS, _RENEW_DAYS = 3650, 397, 30
_Key = ec.EllipticCurvePrivateKey


class Papers(NamedTuple):
    """Files of a certificate: its chain, its key, and the authority that clients are to trust
    (nothing where the operator brought the certificate). `replaced`: it took the place of another
    just now, and who trusted that one must be given this one.
    """

    chain: Path
    key: Path
    authority: Path | None
    replaced: bool = False


def papers(*, folder: Path, names: list[str], now: datetime) -> Papers:
    """Return the operator's certificate, or one of ours for these names.

    Ours is of an authority of this installation's own, which may vouch for these names alone: it
    is made anew when there is one beyond them. The certificate is made anew when its names change,
    and thirty days before it ends.

    :raises OSError: if the disk will not take it
    :raises click.ClickException: if the operator named half of a certificate
    """
    chain, key = os.environ.get("LINLI_TLS_CERT"), os.environ.get("LINLI_TLS_KEY")
    if bool(chain) != bool(key):
        named, missing = ("CERT", "KEY") if chain else ("KEY", "CERT")
        raise click.ClickException(
            f"LINLI_TLS_{named} is set and LINLI_TLS_{missing} is not: set both, or neither"
        )
    if chain and key:
        return Papers(Path(chain), Path(key), None)
    whole = folder / "server.pem"
    made = Papers(whole, whole, folder / "authority.pem")
    with durable.alone(lock=folder / "tls.lock"):
        before = made.authority is not None and made.authority.is_file()
        known = _known_authority(folder, names) if before else None
        issuer, issuer_key = known or _new_authority(folder, names, now)
        if not _serves(made.chain, issuer, names, now):
            _issue(made, issuer, issuer_key, names, now)
    return made._replace(replaced=before and known is None)


def own_names(host: str) -> list[str]:
    """Return by which names others know a machine that listens there, if nobody says better."""
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return [host]
    return [socket.gethostname()] if address.is_unspecified else [str(address)]


def fingerprint(certificate: Path) -> str:
    """Return by what a person knows a certificate again: SHA-256, in pairs."""
    digest = x509.load_pem_x509_certificate(certificate.read_bytes()).fingerprint(hashes.SHA256())
    return digest.hex(":").upper()


def _known_authority(folder: Path, names: list[str]) -> tuple[x509.Certificate, _Key] | None:
    """Return the authority there is, if it has its key and may vouch for these names."""
    chain, kept = folder / "authority.pem", folder / "authority.key"
    if not kept.is_file():
        return None
    key = serialization.load_pem_private_key(kept.read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    found = x509.load_pem_x509_certificate(chain.read_bytes())
    if found.public_key() != key.public_key() or not _may_vouch(found, names):
        return None
    return found, key


def _new_authority(folder: Path, names: list[str], now: datetime) -> tuple[x509.Certificate, _Key]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Linli {now:%Y-%m-%d}")])
    made = (
        _begun(name, name, key, now, _CA_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(_only(names), critical=True)
        .sign(key, hashes.SHA256())
    )
    durable.put(file=folder / "authority.key", parts=[_pem(key)])
    durable.put(
        file=folder / "authority.pem", parts=[made.public_bytes(serialization.Encoding.PEM)]
    )
    return made, key


def _only(names: list[str]) -> x509.NameConstraints:
    """Return for whom an authority may vouch: these, and nobody else. A kind of which there is
    none is excluded as a whole, as it would be free otherwise (RFC 5280, 4.2.1.10).
    """
    permitted = [_within(one) for one in names]
    excluded: list[x509.GeneralName] = []
    if not any(isinstance(one, x509.DNSName) for one in permitted):
        excluded.append(x509.DNSName(""))
    if not any(isinstance(one, x509.IPAddress) for one in permitted):
        excluded += [x509.IPAddress(ipaddress.ip_network(one)) for one in ("0.0.0.0/0", "::/0")]
    return x509.NameConstraints(permitted, excluded or None)


def _within(name: str) -> x509.GeneralName:
    found = _name(name)
    if isinstance(found, x509.IPAddress):
        return x509.IPAddress(ipaddress.ip_network(name))
    return x509.DNSName(name.removeprefix("*."))


def _may_vouch(authority: x509.Certificate, names: list[str]) -> bool:
    try:
        only = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    except x509.ExtensionNotFound:
        return False
    permitted = only.permitted_subtrees or []
    return all(any(_lies_in(_within(name), one) for one in permitted) for name in names)


def _lies_in(inner: x509.GeneralName, outer: x509.GeneralName) -> bool:
    if isinstance(inner, x509.DNSName) and isinstance(outer, x509.DNSName):
        return f".{inner.value}".endswith(f".{outer.value}")
    return inner == outer


def _issue(
    made: Papers, issuer: x509.Certificate, issuer_key: _Key, names: list[str], now: datetime
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Linli")])  # no name
    server = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    by = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    certificate = (
        _begun(name, issuer.subject, key, now, _DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([_name(one) for one in names]), critical=False)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(server, critical=False)
        .add_extension(by, critical=False)
        .sign(issuer_key, hashes.SHA256())
    )
    chain = [one.public_bytes(serialization.Encoding.PEM) for one in (certificate, issuer)]
    durable.put(file=made.chain, parts=[_pem(key), *chain])


def _begun(
    subject: x509.Name, issuer: x509.Name, key: _Key, now: datetime, days: int
) -> x509.CertificateBuilder:
    public = key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True, key_cert_sign=signs, crl_sign=signs, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False,
        decipher_only=False,
    )  # fmt: skip


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(key: _Key) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _serves(chain: Path, issuer: x509.Certificate, names: list[str], now: datetime) -> bool:
    """Tell whether the certificate there is for these names, of this authority, and lasts."""
    if not chain.is_file():
        return False
    found = x509.load_pem_x509_certificates(chain.read_bytes())[0]
    try:
        found.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError):
        return False
    said = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return set(said) == {
        _name(one) for one in names
    } and found.not_valid_after_utc > now + timedelta(days=_RENEW_DAYS)
