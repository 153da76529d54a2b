"""Secrets made for many devices are handed out once.

They are kept nowhere. Each follows from the installation's own secret key and the nonce of its
bulk; when they have been handed out the nonce is wiped, and they follow from nothing any more.
"""

import csv
import hashlib
import hmac
import io
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction

from linli.devices import credential
from linli.registry.devices.operations import Credential
from linli.registry.fleet import bulk, queries

_SECRET_BYTES = 24


def secret_of(*, nonce: str, device: str, of: str = "") -> str:
    """Return the secret of one device: as strong as one of 24 random octets.

    :param of: the installation's secret from which it follows; by default the one in use
    """
    key = f"linli.fleet.credential/{of or settings.SECRET_KEY}".encode()
    made = hmac.new(key, f"{nonce}/{device}".encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(made[:_SECRET_BYTES]).decode()


@transaction.atomic
def collect(
    *, community: str, id: int, by: int, seen: Sequence[str] = (), now: datetime
) -> list[Credential]:
    """Return the secrets that a bulk made, this once, to whoever asked for it.

    :raises bulk.BulkNotFound: if there is none, or it is none of this person's
    :raises bulk.NotItsMaker: if somebody else asked for it
    :raises bulk.NotFinished: if it still makes some
    :raises bulk.NothingToCollect: if they were collected, or it makes none
    """
    row = queries.bulk_of(community=community, id=id, by=by, seen=seen, lock=True)
    if row.account_id != by:
        raise bulk.NotItsMaker(bulk=row.pk)
    if row.action == bulk.CREDENTIAL and row.finished_at is None:
        raise bulk.NotFinished(bulk=row.pk)
    if not row.nonce:
        raise bulk.NothingToCollect(bulk=row.pk)
    codes = [one.device for one in queries.items_in(bulk=row, state=bulk.DONE,
                                                    most=bulk.MOST_DEVICES)]  # fmt: skip
    hashes = queries.secret_hashes(community=community, codes=codes)
    made = [
        Credential(username=f"{community}/{code}", secret=_given(row.nonce, code, hashes.get(code)))
        for code in codes
    ]
    row.nonce = ""
    row.save(update_fields=["nonce"])
    return made


def _given(nonce: str, device: str, kept: str | None) -> str:
    """Return the secret that a device was given: under the installation's secret in use, or under
    the one before, where that was turned over since.
    """
    first, *older = (
        secret_of(nonce=nonce, device=device, of=one)
        for one in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    )
    return next((one for one in older if kept and credential.verify(one, kept)), first)


def as_csv(*, made: Sequence[Credential]) -> bytes:
    """Return secrets as csv in UTF-8 with a mark, which Chinese spreadsheets open rightly."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["device", "username", "secret"])
    for one in made:
        writer.writerow([one.username.partition("/")[2], one.username, one.secret])
    return out.getvalue().encode("utf-8-sig")
