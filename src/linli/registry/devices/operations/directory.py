"""The version of what the live half must know."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from linli.contracts.devices import DirectoryChanged
from linli.foundation import ids
from linli.foundation.outbox import operations as outbox
from linli.registry.devices.models import DirectoryVersion


@transaction.atomic
def bump(*, community: str, now: datetime, cause: str | None = None, announce: bool = True) -> int:
    """Say that something which the live half must know has changed; return the new version.

    `announce` is false where another fact tells the live half the change itself.
    """
    rows = DirectoryVersion.rows.of(community)
    rows.get_or_create()
    rows.update(version=F("version") + 1)
    version = rows.get().version
    if announce:
        outbox.record(
            DirectoryChanged(
                id=ids.new(), at=now, community=community, cause=cause, version=version
            )
        )
    return version
