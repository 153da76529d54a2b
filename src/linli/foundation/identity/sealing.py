"""Secrets of factors at rest: sealed under a key that follows from the installation's own."""

import secrets

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_NONCE_BYTES = 12


def seal(*, secret: bytes, owner: str) -> bytes:
    """Return a secret as it is kept (AES-256-GCM); it opens for this owner only."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(_key()).encrypt(nonce, secret, owner.encode())


def unseal(*, sealed: bytes, owner: str) -> bytes:
    """Return the secret.

    :raises cryptography.exceptions.InvalidTag: if it was changed, is another's, or the key is
    """
    nonce, words = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    return AESGCM(_key()).decrypt(nonce, words, owner.encode())


def _key() -> bytes:
    made = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"linli factors")
    return made.derive(settings.SECRET_KEY.encode())
