"""The life of credentials: made, handed over, lost, found, replaced, returned, ended. Each step is
a row that stays; a number is kept sealed and found by its mark.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import IntegrityError, transaction
from django.utils import timezone

from linli.contracts.doors import CredentialMoved, Way
from linli.domains.doors.logic import life, values
from linli.domains.doors.logic.deciding import Known
from linli.domains.doors.logic.life import Step
from linli.domains.doors.logic.values import Shape
from linli.domains.doors.models import Credential, CredentialStep
from linli.domains.doors.operations import versions
from linli.domains.doors.queries import finding
from linli.domains.doors.queries.standing import Bearing
from linli.foundation import ids
from linli.foundation.outbox import operations as outbox
from linli.foundation.vault import operations as vault
from linli.foundation.vault import sealed
from linli.kernel.fault import Fault
from linli.registry.people.models import Person, Staff

_MADE_HERE = (Way.PIN, Way.CODE)
_NUMBERLESS = (Way.QR, Way.FACE)
_ATTEMPTS = 20
OPENS_ANEW = frozenset({Step.HANDED_OVER, Step.FOUND})
"""Steps after which it opens doors that it did not before."""


class ValueTaken(Fault):
    """Somebody holds a credential of this number already."""

    key = "doors.value_taken"


class NoHolder(Fault):
    """A credential is a person's or a staff member's who is in the register."""

    key = "doors.no_holder"
    status = 422


class NotIssued(Fault):
    """Nobody hands out this way of opening: it is no credential, or is made by itself."""

    key = "doors.not_issued"
    status = 422


class NotYoursToSay(Fault):
    """Whether this card is lost or found, its holder or the desk says."""

    key = "doors.not_yours_to_say"
    status = 403


class NewCredential(msgspec.Struct, frozen=True, kw_only=True):
    """A credential to be made. `value` is a number as it is printed; a PIN is made here. `waiting`:
    it lies at the desk until it is handed over. `note` goes with its first step. A `guest` comes to
    a `home`, as the guest of a `host` or of whoever lives there.
    """

    way: Way
    person: int | None = None
    staff: int | None = None
    guest: str = ""
    host: int | None = None
    home: int | None = None
    value: str = ""
    label: str = ""
    chip: str = ""
    duress: bool = False
    since: datetime | None = None
    until: datetime | None = None
    waiting: bool = False
    uses: int = 0
    ring: str = ""
    note: str = ""


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A credential, and the digits that were made for it: told here once."""

    row: Credential
    digits: str = ""


def issue(*, community: str, new: NewCredential, by: int | None, now: datetime) -> Made:
    """Make a credential for somebody in the register.

    :raises NoHolder: if there is nobody of this number
    :raises NotIssued: if this way needs no credential
    :raises values.BadValue: if the number is none
    :raises ValueTaken: if it is held already
    """
    if new.way in {Way.PHONE, Way.INTERCOM, Way.VOICE, Way.STAFF}:
        raise NotIssued(way=new.way.value)
    _check_holder(community, new)
    with transaction.atomic():
        return make(community=community, new=new, by=by, now=now)


def _check_holder(community: str, new: NewCredential) -> None:
    person = Person.rows.of(community).filter(pk=new.person or 0, erased_at=None)
    staff = Staff.rows.of(community).filter(pk=new.staff or 0, employed=True)
    if (new.person is None) is (new.staff is None) or not (person.exists() or staff.exists()):
        raise NoHolder


def make(
    *, community: str, new: NewCredential, by: int | None, cause: str | None = None, now: datetime
) -> Made:
    """As `issue`, in the caller's transaction, for whoever it is."""
    if new.way in _MADE_HERE and not new.value:
        return _with_digits(community, new, by, cause, now)
    given = None if new.way in _NUMBERLESS else finding.shape(new.way, new.value)
    return Made(row=_save(community, new, given, by, cause, now))


def _with_digits(
    community: str, new: NewCredential, by: int | None, cause: str | None, now: datetime
) -> Made:
    """Make digits that nobody has; whose they are cannot be told from which were left."""
    for _ in range(_ATTEMPTS):
        digits = f"{secrets.randbelow(10**values.CODE_DIGITS):0{values.CODE_DIGITS}d}"
        try:
            row = _save(community, new, finding.shape(new.way, digits), by, cause, now)
        except ValueTaken:
            continue
        return Made(row=row, digits=digits)
    raise ValueTaken


def _save(  # noqa: PLR0917
    community: str,
    new: NewCredential,
    given: Shape | None,
    by: int | None,
    cause: str | None,
    now: datetime,
) -> Credential:
    row = Credential(
        community=community,
        way=new.way.value,
        state=(Known.WAITING if new.waiting else Known.OPEN).value,
        person_id=new.person,
        staff_id=new.staff,
        guest=new.guest,
        host_id=new.host,
        home_id=new.home,
        label=new.label[:60],
        chip=new.chip[:8],
        duress=new.duress,
        since=new.since,
        until=new.until,
        uses=new.uses,
        ring=new.ring,
        at=now,
        by_id=by,
    )
    if given is not None:
        today = timezone.localdate(now)
        key = vault.index_key(community=community, today=today)
        row.mark, row.short = finding.marks(key=key, shape=given)
        if row.mark and _taken(community, given):
            raise ValueTaken
        row.value = given.value
        sealed.seal_all([row], community=community, today=today)
    try:
        with transaction.atomic():
            versions.changed(rows=[row], cause=cause, now=now)
    except IntegrityError as error:
        raise ValueTaken from error
    _step(row, Step.OPENED, new.note, by, cause, now)
    return row


def _taken(community: str, shape: Shape) -> bool:
    marks = finding.all_marks(community=community, shape=shape)
    return Credential.rows.of(community).filter(mark__in=marks, state__in=finding.LIVING).exists()


def _step(  # noqa: PLR0917
    row: Credential, step: Step, note: str, by: int | None, cause: str | None, now: datetime
) -> str:
    fact = CredentialMoved(
        id=ids.new(),
        at=now,
        community=row.community,
        cause=cause,
        credential=row.pk,
        way=row.way,
        step=step.value,
        by=by,
    )
    CredentialStep.rows.create(
        community=row.community,
        credential=row,
        step=step.value,
        note=note[:200],
        at=now,
        by_id=by,
        fact=fact.id,
    )
    outbox.record(fact)
    return fact.id


@transaction.atomic
def take_step(
    *,
    community: str,
    id: int,
    step: Step,
    note: str = "",
    holder: Bearing | None = None,
    in_his_place: bool = False,
    by: int | None,
    now: datetime,
) -> Credential:
    """Let a credential take a step: from now on it is good at all doors, or at none.

    :param holder: whose it must be, where its holder says so himself
    :param in_his_place: a guardian says so for him: found is what that one reported lost himself,
        for whoever else did may know why it is
    :raises finding.CredentialNotFound: if there is none, or it is another's
    :raises NotYoursToSay: if another than his guardian reported it lost
    :raises life.NotNow: if it does not take this step now
    """
    row = finding.credential(community=community, id=id, lock=True)
    if holder is not None and (row.person_id, row.staff_id) != (holder.person, holder.staff):
        raise finding.CredentialNotFound(credential=id)
    if in_his_place and step is Step.FOUND and finding.lost_by(row) != by:
        raise NotYoursToSay
    move(rows=[row], step=step, note=note, by=by, now=now)
    return row


def move(
    *,
    rows: Sequence[Credential],
    step: Step,
    note: str = "",
    by: int | None,
    cause: str | None = None,
    now: datetime,
) -> None:
    """Let credentials take the same step, in the caller's transaction. Whose guest somebody was is
    forgotten with what he had.

    :raises life.NotNow: if one of them does not take it now
    """
    told = cause
    for row in rows:
        row.state = life.after(state=row.state, step=step)
        if row.state not in finding.LIVING:
            row.host = row.home = None
        told = _step(row, step, note, by, cause, now)
    versions.changed(rows=rows, cause=told, now=now)


@transaction.atomic
def replace(
    *, community: str, id: int, value: str, note: str = "", by: int | None, now: datetime
) -> Made:
    """Give somebody a new one in the place of a lost or worn one, which dies.

    :raises finding.CredentialNotFound: if there is none of this number
    :raises life.NotNow: if it is not his to be replaced any more
    :raises NotIssued: if it is none of a kind that is
    :raises values.BadValue, ValueTaken: as when one is made
    """
    old = finding.credential(community=community, id=id, lock=True)
    if old.way not in life.RENEWED:
        raise NotIssued(way=old.way)
    move(rows=[old], step=Step.REPLACED, note=note, by=by, now=now)
    new = NewCredential(
        way=Way(old.way),
        person=old.person_id,
        staff=old.staff_id,
        value=value,
        label=old.label,
        chip=old.chip,
        since=None,
        until=old.until,
    )
    return make(community=community, new=new, by=by, now=now)
