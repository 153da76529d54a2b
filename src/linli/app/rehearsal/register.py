"""An installation's own register, read and copied into the records of a rehearsal.

What is read is opened for reading only. Residents are not copied: nothing of a rehearsal asks for
them. Nobody can sign in with a copied account.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connections, models, transaction
from django.db.models import Q

from linli.app.database import postgres
from linli.foundation.identity.models import Account, Grant
from linli.foundation.identity.roles import EVERYWHERE
from linli.foundation.scope.models import Scoped
from linli.kernel.fault import Fault
from linli.registry.devices.models import Device, DirectoryVersion, Point
from linli.registry.people.models import CellDuty, Organisation, Shift, Staff
from linli.registry.places.models import Place
from linli.registry.scenes.models import LimitOverride, Mode, SceneState, SceneVersion

SOURCE = "register"
_COPIED: tuple[type[Scoped], ...] = (
    Place,
    Organisation,
    Staff,
    Shift,
    CellDuty,
    Device,
    Point,
    DirectoryVersion,
    SceneState,
    SceneVersion,
    LimitOverride,
    Mode,
)
"""In the order in which one names another. Alarms, cases and commands begin anew."""
_AT_ONCE = 500


class NoCommunity(Fault):
    """The installation has no records, or no community of this code in them."""

    key = "rehearsal.no_community"
    status = 404


def open_source(*, home: Path, url: str) -> None:
    """Let the records of an installation be read under the name `SOURCE`, and never written.

    :param url: of its database; empty where that is the SQLite file in `home`
    """
    usual = dict(connections.settings["default"])
    if url:
        found = postgres(url)
        options = {"options": "-c default_transaction_read_only=on"}
        usual |= {**found, "OPTIONS": options}
    else:
        file = home / "linli.sqlite3"
        usual |= {
            "NAME": f"{file.resolve().as_uri()}?mode=ro",
            "OPTIONS": {"uri": True, "timeout": 20},
        }
    connections.settings[SOURCE] = usual


@transaction.atomic
def copy(community: str) -> None:
    """Copy what a rehearsal needs of a community from `SOURCE`.

    :raises NoCommunity: if there is none of that code
    """
    rows = {model: _rows(model, community) for model in _COPIED}
    if not rows[Place]:
        raise NoCommunity(community=community)
    grants = Grant.objects.using(SOURCE).filter(community__in=[community, EVERYWHERE])
    wanted = _accounts(row for found in rows.values() for row in found)
    accounts = Account.objects.using(SOURCE).filter(Q(pk__in=wanted) | Q(grants__in=grants))
    _write(Account, [_closed(account) for account in accounts.distinct().order_by("pk")])
    _write(Grant, list(grants.order_by("pk")))
    for model, found in rows.items():
        _write(model, found)


def _rows(model: type[Scoped], community: str) -> list[Any]:
    return list(model.rows.using(SOURCE).of(community).order_by("pk"))


def _accounts(rows: Iterable[models.Model]) -> set[int]:
    """Return the numbers of the accounts that rows name."""
    found: set[int] = set()
    for row in rows:
        for field in row._meta.concrete_fields:  # noqa: SLF001 - Django's documented way
            if field.related_model is Account:
                found.add(getattr(row, field.attname))
    return found - {None}


def _closed(account: Account) -> Account:
    account.password = make_password(None)
    return account


def _write(model: type[models.Model], rows: Sequence[Any]) -> None:
    manager = getattr(model, "rows", None) or model._default_manager  # noqa: SLF001
    manager.bulk_create(rows, batch_size=_AT_ONCE)
