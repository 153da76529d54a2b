"""A device fetches the image that it was told of."""

import re
from datetime import datetime
from pathlib import Path

import msgspec
from django.db import transaction

from linli.devices import credential
from linli.foundation.files import store
from linli.registry.campaigns import queries
from linli.registry.campaigns.logic import states
from linli.registry.campaigns.logic.faults import NotBelieved, NotOffered
from linli.registry.campaigns.models import Target
from linli.registry.campaigns.operations import tickets
from linli.registry.devices import queries as devices
from linli.registry.devices.models import Device

_CODE = re.compile(r"[a-z0-9-]{1,48}")


class Asker(msgspec.Struct, frozen=True, kw_only=True):
    """Who says to be a device, by its secret or by the ticket of its address."""

    community: str
    device: str
    secret: str = ""
    ticket: str = ""


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """An image, where it lies, for a door that sends it in pieces."""

    path: Path
    sha256: str
    size_bytes: int
    name: str


@transaction.atomic
def fetch(*, asker: Asker, release: int, now: datetime) -> Image:
    """Return the image of a release that is offered now to the asker, or to a device behind it.

    :raises NotBelieved: if it has not shown who it is
    :raises NotOffered: if no campaign offers it this one now
    """
    device = _believed(asker, release)
    family = [device.pk, *_behind(device)]
    target = queries.offered(community=asker.community, release=release, numbers=family)
    if target is None:
        raise NotOffered(release=release)
    found = queries.release(community=asker.community, id=release)
    try:
        path = store.path(found.sha256)
    except FileNotFoundError:
        raise NotOffered(release=release) from None
    _note_download(target, now)
    return Image(
        path=path,
        sha256=found.sha256,
        size_bytes=found.size_bytes,
        name=f"{found.model}-{found.version}.bin",
    )


def _believed(asker: Asker, release: int) -> Device:
    code = asker.device
    if asker.ticket:
        code = tickets.read(ticket=asker.ticket, community=asker.community, release=release) or ""
    if not (_CODE.fullmatch(asker.community) and _CODE.fullmatch(code)):
        raise NotBelieved
    row = devices.by_code(community=asker.community, codes=[code]).get(code)
    if row is None or not row.enabled:
        raise NotBelieved
    if not asker.ticket and not credential.verify(asker.secret, kept=row.secret_hash):
        raise NotBelieved
    return row


def _behind(device: Device) -> list[int]:
    """Return the devices that a gateway speaks for."""
    children = devices.children(community=device.community, gateway=device)
    return [child.pk for child in children]


def _note_download(target: Target, now: datetime) -> None:
    rows = Target.rows.of(target.community).filter(pk=target.pk, state=states.TOLD)
    rows.update(state=states.DOWNLOADING, moved_at=now)
