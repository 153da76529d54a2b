"""Words kept where others may look, that only this installation reads again."""

from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


class Unreadable(ValueError):
    """What is sealed was changed, is for another use, or comes from another installation."""


def seal(plain: bytes, *, use: str) -> bytes:
    """Return what only the same `use` opens again, in this installation."""
    return _fernet(use).encrypt(plain)


def open_sealed(sealed: bytes, *, use: str) -> bytes:
    """Return what was sealed for a use.

    :raises Unreadable: if it was not, or not here
    """
    try:
        return _fernet(use).decrypt(bytes(sealed))
    except InvalidToken:
        raise Unreadable(use.partition(":")[0]) from None


def _fernet(use: str) -> Fernet:
    digest = sha256(f"linli.sealing\n{use}\n{settings.SECRET_KEY}".encode()).digest()
    return Fernet(urlsafe_b64encode(digest))
