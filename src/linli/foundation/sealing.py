"""Words kept where others may look, that only this installation reads again: AES-256-GCM under a
key that follows from the installation's own (HKDF, RFC 5869).
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_NONCE_BYTES = 12


class Unreadable(ValueError):
    """What is sealed was changed, is for another use, or comes from another installation."""


def seal(plain: bytes, *, use: str) -> bytes:
    """Return what only the same `use` opens again, in this installation."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(_key(settings.SECRET_KEY)).encrypt(nonce, plain, use.encode())


def open_sealed(sealed: bytes, *, use: str) -> bytes:
    """Return what was sealed for a use.

    :raises Unreadable: if it was not, or not here
    """
    return opened(sealed, use=use)[0]


def opened(sealed: bytes, *, use: str) -> tuple[bytes, str]:
    """Return what was sealed for a use, and by which of the installation's secrets: the one in use,
    or one that opens beside it while they are turned over.

    :raises Unreadable: as `open_sealed`
    """
    nonce, body = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return AESGCM(_key(secret)).decrypt(nonce, body, use.encode()), secret
        except (InvalidTag, ValueError):
            continue
    raise Unreadable(use.partition(":")[0])


def _key(secret: str) -> bytes:
    made = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"linli sealing")
    return made.derive(secret.encode())
