"""The keys that sign QR codes, and the codes."""

from collections.abc import Sequence
from datetime import datetime

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import IntegrityError, transaction

from linli.domains.doors.logic import tokens
from linli.domains.doors.logic.tokens import Token
from linli.domains.doors.models import Credential, SigningKey
from linli.foundation import sealing

_USE = "doors.sign"
_FOREVER = 2**32 - 1


def ready(*, community: str, now: datetime) -> None:
    """Make sure that there is a key: controllers hold its public half before the first code."""
    _key(community, now)


def guest_token(*, row: Credential, doors: Sequence[int], now: datetime) -> str:
    """Return the text of a guest's QR code: good as long as he may come, at these doors."""
    key = _key(row.community, now)
    token = Token(
        key=key.number,
        credential=row.pk,
        serial=row.serial,
        since=int(row.since.timestamp()) if row.since else 0,
        until=int(row.until.timestamp()) if row.until else _FOREVER,
        doors=doors,
        guest=True,
    )
    return _write(key, token)


def own_token(*, row: Credential, now: datetime) -> tuple[str, int]:
    """Return the text of a resident's QR code for this half minute, and when it ends (epoch s)."""
    key = _key(row.community, now)
    serial, until = tokens.window(now.timestamp())
    token = Token(
        key=key.number,
        credential=row.pk,
        serial=serial,
        since=until - tokens.WINDOW_S,
        until=until,
    )
    return _write(key, token), until


def _write(key: SigningKey, token: Token) -> str:
    private = sealing.open_sealed(bytes(key.private), use=_USE)
    return tokens.write(token, community=key.community, private=private)


def _key(community: str, now: datetime) -> SigningKey:
    """Return the newest key; the first is made when it is wanted."""
    rows = SigningKey.rows.of(community).filter(retired_at=None)
    found = rows.order_by("-number").first()
    if found is not None:
        return found
    made = Ed25519PrivateKey.generate()
    raw = made.private_bytes(
        serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()
    )
    try:
        with transaction.atomic():
            return SigningKey.rows.create(
                community=community,
                number=1,
                public=made.public_key().public_bytes_raw().hex(),
                private=sealing.seal(raw, use=_USE),
                made_at=now,
            )
    except IntegrityError:
        return SigningKey.rows.of(community).get(number=1)
