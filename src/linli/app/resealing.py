"""What lies sealed by the installation's secret is sealed again by the one in use, part by part, so
that the one before may go. Whoever is cut off does it again.
"""

from base64 import b64decode
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from django.conf import settings
from django.db import models, transaction

from linli.contracts.directory import LINK_KEY_USE
from linli.domains.doors.models import SigningKey
from linli.domains.doors.operations import signing as doors
from linli.domains.exchange import queries as departments
from linli.domains.exchange.models import Department
from linli.domains.openapi.models import Subscription
from linli.domains.openapi.operations import subscribing
from linli.foundation import sealing
from linli.foundation.identity import sessions
from linli.foundation.identity.models import Session, Totp
from linli.foundation.identity.operations import factors
from linli.foundation.money import queries as money
from linli.foundation.money.models import Provider
from linli.foundation.scope.models import Scoped
from linli.foundation.vault.models import KeptKey
from linli.registry.devices.models import Device

_AT_ONCE = 500
_WHY = "what is still sealed by the secret before"


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where something lies sealed: the column of a table, for which use, and how its bytes are
    written (`raw`, `hex`, or the words of a session).
    """

    model: type[models.Model]
    column: str
    use: Callable[[Any], str]
    form: str = "raw"


PLACES = (
    Place(model=KeptKey, column="key", use=lambda row: str(row.use)),
    Place(model=Totp, column="secret", use=lambda row: factors.app_use(row.account_id)),
    Place(model=Session, column="session_data", use=lambda row: sessions.USE, form="session"),
    Place(model=Subscription, column="secret", use=lambda row: subscribing.SIGNING),
    Place(model=SigningKey, column="private", use=lambda row: doors.USE),
    Place(model=Department, column="key", use=lambda row: departments.KEY),
    Place(model=Provider, column="key", use=lambda row: money.KEY),
    Place(
        model=Device,
        column="link_key",
        use=lambda row: LINK_KEY_USE.format(row.community, row.code),
        form="hex",
    ),
)
"""What lies longer than a week. Answers kept for a day, pictures on their way, and keys in what
waits for a second person are not here: they are waited for.
"""


class Found(msgspec.Struct, kw_only=True):
    """How many were sealed again, and how many no secret opens, as before."""

    moved: int = 0
    unreadable: int = 0


def reseal(place: Place) -> Found:
    """Seal again whatever of a place another secret than the one in use sealed."""
    found = Found()
    for part in _parts(place):
        with transaction.atomic():
            for row in part:
                _again(place, row, found)
    return found


def left(place: Place) -> int:
    """Return how many there are that another secret than the one in use opens."""
    return sum(_by(place, row) not in (settings.SECRET_KEY, "") for part in _parts(place)
               for row in part)  # fmt: skip


def _parts(place: Place) -> Iterator[list[Any]]:
    """Yield the rows that hold something, in the order of their keys."""
    after: Any = None
    rows: Any = place.model._default_manager  # noqa: SLF001 - tables of several kinds
    while True:
        some = rows.across(_WHY) if issubclass(place.model, Scoped) else rows.all()
        part = list((some.filter(pk__gt=after) if after is not None else some)
                    .order_by("pk")[:_AT_ONCE])  # fmt: skip
        if not part:
            return
        yield [row for row in part if getattr(row, place.column)]
        after = part[-1].pk


def _again(place: Place, row: Any, found: Found) -> None:
    by = _by(place, row)
    if by == settings.SECRET_KEY:
        return
    if not by:
        found.unreadable += 1
        return
    lies = getattr(row, place.column)
    if place.form == "session":
        store = row.get_session_store_class()()
        anew: object = store.encode(store.decode(lies))
    else:
        body = sealing.seal(sealing.open_sealed(_bytes(place, row), use=place.use(row)),
                            use=place.use(row))  # fmt: skip
        anew = body.hex() if place.form == "hex" else body
    manager: Any = place.model._default_manager  # noqa: SLF001 - as above
    rows = manager.of(row.community) if issubclass(place.model, Scoped) else manager.all()
    same = {"pk": row.pk, place.column: lies}
    found.moved += rows.filter(**same).update(**{place.column: anew})


def _by(place: Place, row: Any) -> str:
    """Return which secret opens what lies in a row; empty where none does."""
    try:
        return sealing.opened(_bytes(place, row), use=place.use(row))[1]
    except ValueError:
        return ""


def _bytes(place: Place, row: Any) -> bytes:
    lies = getattr(row, place.column)
    if place.form == "session":
        return b64decode(lies)
    return bytes.fromhex(lies) if place.form == "hex" else bytes(lies)
