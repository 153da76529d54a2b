"""Another key that signs QR codes. Controllers are told it first; it signs once all hold it.
What the one before signed is believed as long as a code may be good; then that is retired, and
controllers are told so. One that has not heard goes on with what it holds.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from django.db import transaction

from linli.contracts.doors import PICTURE_LASTS, PICTURE_USES, Way
from linli.domains.doors.models import Credential, RightsVersion, SigningKey
from linli.domains.doors.operations import pulling, signing, versions
from linli.foundation.audit import operations as audit
from linli.foundation.audit.models import Act
from linli.foundation.scope.models import ScopedRows
from linli.kernel.fault import Fault

OVERLAP = PICTURE_LASTS + timedelta(hours=1)
"""No code is good for longer than a guest's picture; one may be drawn long before it is good."""
MOST_NUMBER = 255
"""A code says the number of its key in a byte."""


class NoNumberLeft(Fault):
    """A code could not say by which key it was signed."""

    key = "doors.no_key_number_left"
    status = 409


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Which key signs, which one waits until every controller holds it, and which older ones are
    still believed. `behind` are the doors that it waits for.
    """

    signs: int
    waits: int | None
    older: Sequence[int]
    behind: Sequence[str]


@transaction.atomic
def turn(*, community: str, account: int, at_once: bool = False, now: datetime) -> Standing:
    """Draw another key and have controllers told; as long as one waits, or an older one is still
    believed, none is drawn.

    :param at_once: the one in use has leaked: the new one signs now, and no older one is believed
        any more; a door whose controller has not heard refuses what it signs, until it has
    :raises NoNumberLeft: if there were as many as a code can name
    """
    signing.ready(community=community, now=now)
    rows = _locked(community)
    open_now = list(rows.filter(retired_at=None).order_by("number"))
    waiting = [row for row in open_now if row.signs_at is None]
    if not waiting and (len(open_now) == 1 or at_once):
        newest = open_now[-1].number
        if newest >= MOST_NUMBER:
            raise NoNumberLeft(most=MOST_NUMBER)
        row = signing.drawn(community=community, number=newest + 1, now=now)
        row.version = versions.next_version(community=community)
        row.save(force_insert=True)
        versions.announce(community=community, version=row.version, now=now)
        _note(row, account, "drawn, and told to controllers", now)
        waiting = [row]
    if at_once:
        for row in waiting:
            _sign(row, account, now)
        for row in rows.filter(retired_at=None).exclude(pk=waiting[-1].pk):
            _retire(row, account, now)
        versions.kept_anew(community=community, now=now)
    return standing(community=community)


@transaction.atomic
def advance(*, community: str, now: datetime) -> int:
    """Let a key sign that every controller holds; retire one whose codes are all over. Return how
    many keys that moved.
    """
    if SigningKey.rows.of(community).filter(retired_at=None).count() < 2:  # noqa: PLR2004 - one signs
        return 0
    rows = _locked(community)
    moved = 0
    for row in rows.filter(retired_at=None, signs_at=None):
        if not pulling.behind(community, row.version).exists():
            _sign(row, 0, now)
            moved += 1
    signs = rows.filter(retired_at=None, signs_at__isnull=False).order_by("-number").first()
    if signs is not None and _codes_are_over(signs, now):
        older = list(rows.filter(retired_at=None, number__lt=signs.number))
        for row in older:
            _retire(row, 0, now)
        if older:
            versions.kept_anew(community=community, now=now)
        moved += len(older)
    return moved


def _codes_are_over(signs: SigningKey, now: datetime) -> bool:
    """Tell whether no code that an older key may have signed is still to be good."""
    if signs.signs_at is None or now - signs.signs_at < OVERLAP:
        return False
    rows = Credential.rows.of(signs.community).filter(way=Way.QR.value, until__gt=now)
    rows = rows.filter(uses__range=(1, PICTURE_USES), state="open", at__lte=signs.signs_at)
    return not rows.exclude(guest="").exists()


def standing(*, community: str) -> Standing:
    """Return which key signs, and what the others wait for.

    :raises SigningKey.DoesNotExist: before the first was made
    """
    rows = SigningKey.rows.of(community).filter(retired_at=None).order_by("-number")
    signs = rows.exclude(signs_at=None)[:1].get()
    waits = rows.filter(signs_at=None).first()
    behind = pulling.behind(community, waits.version) if waits else ()
    return Standing(
        signs=signs.number,
        waits=waits.number if waits else None,
        older=sorted(rows.filter(number__lt=signs.number).values_list("number", flat=True)),
        behind=[door.device.code for door in behind],
    )


def _locked(community: str) -> ScopedRows[SigningKey]:
    """Let nobody else turn keys of a community over until this transaction ends."""
    RightsVersion.rows.of(community).get_or_create()
    RightsVersion.rows.of(community).select_for_update().get()
    return SigningKey.rows.of(community)


def _sign(row: SigningKey, account: int, now: datetime) -> None:
    row.signs_at = now
    row.save(update_fields=["signs_at"])
    _note(row, account, "signs from now on", now)


def _retire(row: SigningKey, account: int, now: datetime) -> None:
    """End a key: nothing that it signed is believed, and what signs is destroyed."""
    row.retired_at, row.private = now, b""
    row.save(update_fields=["retired_at", "private"])
    _note(row, account, "retired, and what signs overwritten", now)


def _note(row: SigningKey, account: int, words: str, now: datetime) -> None:
    audit.note(
        community=row.community, account=account, act=Act.WRITE,
        what=f"doors.SigningKey:{row.number}", words=words, now=now,
    )  # fmt: skip
