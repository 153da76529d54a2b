"""Where we listen: nothing is told in the clear off this machine by mistake.

What would do so does not start. The certificate is made by `linli.app.outside`.
"""

import os
import ssl
from pathlib import Path

import click

from linli.kernel.addresses import is_this_machine

_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Of TLS 1.2, the strongest first, as RFC 9325 (section 4.2) recommends; those of TLS 1.3 are all
of this kind.
"""


class PlainOutside(click.ClickException):
    """Somebody off this machine would be spoken to in the clear."""


def require_private(host: str, *, unless: str) -> None:
    """See that a host is this machine's own, or that the operator took it upon himself.

    :param unless: the setting by which he does
    :raises PlainOutside: if neither is so
    """
    if is_this_machine(host) or os.environ.get(unless) == "1":
        return
    raise PlainOutside(
        f"{host} can be reached from other machines, and this way is not encrypted: "
        f"use --outside {host} (TLS), or set {unless}=1 if something in front of it encrypts"
    )


def context(*, chain: Path, key: Path) -> ssl.SSLContext:
    """Return how to answer callers by TLS 1.2 or newer, with fresh keys for each line and ciphers
    that prove what they carry.

    :raises click.ClickException: if the files hold no certificate with its key
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.set_ciphers(_CIPHERS)
    try:
        made.load_cert_chain(chain, key)
    except (OSError, ssl.SSLError) as error:
        raise click.ClickException(f"{chain.name}, {key.name}: no certificate ({error})") from error
    return made


def from_settings() -> ssl.SSLContext:
    """Return how to answer by the certificate that `LINLI_TLS_CERT` and `LINLI_TLS_KEY` name.

    :raises click.ClickException: if they name none
    """
    chain, key = os.environ.get("LINLI_TLS_CERT"), os.environ.get("LINLI_TLS_KEY")
    if not chain or not key:
        raise click.ClickException("set LINLI_TLS_CERT and LINLI_TLS_KEY, or use ./linli up")
    return context(chain=Path(chain), key=Path(key))
