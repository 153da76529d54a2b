"""The keys that sign QR codes, and the codes."""

from collections.abc import Sequence
from datetime import UTC, datetime

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import IntegrityError, transaction

from linli.contracts.doors import PICTURE_LASTS, PICTURE_USES, GuestCode
from linli.domains.doors.logic import tokens
from linli.domains.doors.logic.tokens import Token
from linli.domains.doors.models import Credential, SigningKey
from linli.foundation import sealing

USE = "doors.sign"


def ready(*, community: str, now: datetime) -> None:
    """Make sure that there is a key: controllers hold its public half before the first code."""
    _key(community, now)


def guest_codes(
    *, row: Credential, doors: Sequence[int], moments: Sequence[datetime], now: datetime
) -> list[GuestCode]:
    """Return a guest's QR codes of the half minutes that hold these moments, good at these doors:
    signed with the time for which each is made, so that a controller without a line that was not
    told of him believes it for so long and no longer.
    """
    key = _key(row.community, now)
    private = _private(key)
    made: list[GuestCode] = []
    for serial, ends in dict.fromkeys(tokens.window(one.timestamp()) for one in moments):
        begins = ends - tokens.WINDOW_S
        token = Token(
            key=key.number,
            credential=row.pk,
            serial=serial,
            since=begins,
            until=ends,
            doors=doors,
            guest=True,
        )
        code = GuestCode(
            token=tokens.write(token, community=key.community, private=private),
            since=datetime.fromtimestamp(begins, UTC),
            until=datetime.fromtimestamp(ends, UTC),
        )
        made.append(code)
    return made


def guest_picture(*, row: Credential, doors: Sequence[int], until: datetime, now: datetime) -> str:
    """Return the text of a guest's QR code that is good as long as his pass, and `until` a time at
    most, to be sent as a picture; empty where his pass is good for longer, or oftener, than a
    picture may be.
    """
    if row.since is None or row.until is None or not 0 < row.uses <= PICTURE_USES:
        return ""
    if row.until - row.since > PICTURE_LASTS:
        return ""
    key = _key(row.community, now)
    token = Token(
        key=key.number,
        credential=row.pk,
        serial=row.serial,
        since=int(row.since.timestamp()),
        until=int(min(row.until, until).timestamp()),
        doors=doors,
        guest=True,
        picture=True,
    )
    return tokens.write(token, community=key.community, private=_private(key))


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
    return tokens.write(token, community=key.community, private=_private(key)), until


def _private(key: SigningKey) -> bytes:
    return sealing.open_sealed(bytes(key.private), use=USE)


def _key(community: str, now: datetime) -> SigningKey:
    """Return the newest key that signs; the first is made when it is wanted, and signs at once."""
    rows = SigningKey.rows.of(community).filter(retired_at=None, signs_at__isnull=False)
    found = rows.order_by("-number").first()
    if found is not None:
        return found
    row = drawn(community=community, number=1, now=now)
    row.signs_at = now
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            return row
    except IntegrityError:
        return SigningKey.rows.of(community).get(number=1)


def drawn(*, community: str, number: int, now: datetime) -> SigningKey:
    """Return a new key; it is not saved."""
    made = Ed25519PrivateKey.generate()
    raw = made.private_bytes(
        serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()
    )
    return SigningKey(
        community=community,
        number=number,
        public=made.public_key().public_bytes_raw().hex(),
        private=sealing.seal(raw, use=USE),
        made_at=now,
    )
