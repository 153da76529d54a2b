"""Every write to consents, requests and assessments."""

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from linli.contracts import privacy
from linli.foundation.audit import operations as audit
from linli.foundation.audit.models import Act
from linli.foundation.consent import queries
from linli.foundation.consent.models import Assessment, Consent, How, Kind, Request, State
from linli.foundation.privacy import purposes
from linli.foundation.scope.paging import RecentPage
from linli.foundation.vault import operations as vault
from linli.foundation.vault import sealed
from linli.kernel.fault import Fault

_ANSWERED_WITHIN = {Kind.CORRECTION: timedelta(days=30), Kind.ERASURE: timedelta(days=15)}
"""GB/T 35273-2020 as quoted: 30 days for what a person asks, 15 for closing an account."""
_ASSESSMENTS_KEPT_YEARS = 3


class NotWithdrawable(Fault):
    """Nobody is asked for this purpose: it stands on a duty, or on an emergency."""

    key = "consent.not_withdrawable"
    status = 422


class ConfirmWanted(Fault):
    """A sensitive purpose is agreed to twice: the second time knowing what it is."""

    key = "consent.confirm_wanted"


class GuardianWanted(Fault):
    """Whoever is under 14 does not agree himself: his guardian does."""

    key = "consent.guardian_wanted"
    status = 403


class AskedAlready(Fault):
    key = "consent.asked_already"


class NothingWanted(Fault):
    """A correction says which field, and what it should be."""

    key = "consent.nothing_wanted"
    status = 422


class NotHeld(Fault):
    """Nothing of this name is held on him that is put right by saying what it should be."""

    key = "consent.not_held"
    status = 422


class DecidedAlready(Fault):
    key = "consent.decided_already"


class OwnRequest(Fault):
    """Nobody decides what he asked for himself."""

    key = "consent.own_request"
    status = 403


class ReasonWanted(Fault):
    """Who is refused is told why (art. 50)."""

    key = "consent.reason_wanted"
    status = 422


class InTheWay(Fault):
    """Something must be settled before he can be erased: `what` says it."""

    key = "consent.in_the_way"


@transaction.atomic
def read(
    *, community: str, account: int, subject: str, now: datetime, whole: bool = False
) -> queries.Mine:
    """Return what is held on a person (`queries.mine`). That his guardian read it is remembered.

    :raises queries.NotInTheRegister, queries.NotYours: as `queries.mine`
    """
    found = queries.mine(
        community=community, account=account, subject=subject, now=now, whole=whole
    )
    _remember(community, account, found.own, now)
    return found


@transaction.atomic
def looks(
    *, community: str, account: int, subject: str, wanted: RecentPage, now: datetime
) -> tuple[list[queries.Look], str | None]:
    """Return who looked at a person (`queries.looks`). That his guardian read it is remembered.

    :raises queries.NotInTheRegister, queries.NotYours: as `queries.looks`
    """
    one, _ = queries.own(community=community, account=account, subject=subject, now=now)
    found = queries.looks(community=community, subject=one.subject, wanted=wanted)
    _remember(community, account, one, now)
    return found


@transaction.atomic
def deeds(
    *, community: str, account: int, subject: str, wanted: RecentPage, now: datetime
) -> tuple[list[queries.Deed], str | None]:
    """Return what was done in the place of a person (`queries.deeds`). That his guardian read it is
    remembered.

    :raises queries.NotInTheRegister, queries.NotYours: as `queries.own`
    """
    one, _ = queries.own(community=community, account=account, subject=subject, now=now)
    found = queries.deeds(community=community, subject=one.subject, wanted=wanted)
    _remember(community, account, one, now)
    return found


def _remember(community: str, account: int, one: privacy.Own, now: datetime) -> None:
    if one.guardian:
        audit.note_look_for(community=community, account=account, ward=one.subject, now=now)


@transaction.atomic
def say(
    *,
    community: str,
    account: int,
    subject: str,
    purpose: str,
    given: bool,
    confirmed: bool = False,
    now: datetime,
) -> None:
    """Remember that a person agrees to a purpose, or withdraws, and carry out what follows. Said
    twice it is so once; a withdrawal that the desk recorded he may confirm by his own.

    :raises purposes.UnknownPurpose, NotWithdrawable: if nobody is asked for it
    :raises queries.NotInTheRegister, queries.NotYours: if the account does not speak for him
    :raises GuardianWanted: if he is under 14 and speaks himself
    :raises ConfirmWanted: if it is sensitive, agreed to, and not confirmed
    """
    about = purposes.purpose(purpose)
    if about.withdrawal is None:
        raise NotWithdrawable(purpose=purpose)
    today = timezone.localdate(now)
    one, _ = queries.own(community=community, account=account, subject=subject, now=now)
    if one.child and not one.guardian:
        raise GuardianWanted
    if given and about.sensitive and not confirmed:
        raise ConfirmWanted(purpose=purpose)
    last = queries.newest(community=community, subject=one.subject, purpose=purpose)
    stands = last is not None and last.given is given
    if stands and (given or _withdrew_himself(last, today)):
        return
    Consent.rows.create(
        community=community,
        subject=one.subject,
        purpose=purpose,
        given=given,
        guardian=one.guardian,
        by_id=account,
        at=now,
    )
    _note(community, account, f"{one.subject} {'agrees' if given else 'withdraws'}", purpose, now)
    if not given and not stands:
        privacy.withdrawn(community, one.subject, purpose, now)


def _withdrew_himself(last: Consent | None, today: date) -> bool:
    """Tell whether he himself withdrew on this day; what the desk recorded he may confirm."""
    return last is not None and last.how == How.OWN and queries.day_of(last) >= today


@transaction.atomic
def ask(
    *,
    community: str,
    account: int,
    subject: str,
    kind: Kind,
    field: str = "",
    wanted: str = "",
    now: datetime,
) -> Request:
    """Remember that a person wants a field put right, or himself erased.

    :raises queries.NotInTheRegister, queries.NotYours: if the account does not speak for him
    :raises NothingWanted, NotHeld: if a correction does not say what, or of what there is not
    :raises InTheWay: if something must be settled before he can be erased
    :raises AskedAlready: if the same waits for an answer
    """
    today = timezone.localdate(now)
    one, _ = queries.own(community=community, account=account, subject=subject, now=now)
    if kind is Kind.ERASURE:
        field = wanted = ""
        _check_free(community, one.subject, today)
    elif not field or not wanted.strip():
        raise NothingWanted
    elif field not in _fields_of(community, one.subject):
        raise NotHeld(field=field[:32])
    row = Request(
        community=community,
        subject=one.subject,
        kind=kind,
        field=field,
        by_id=account,
        asked_at=now,
        due_on=today + _ANSWERED_WITHIN[kind],
    )
    row.wanted = wanted.strip()[:300]
    sealed.seal_all([row], community=community, today=today)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise AskedAlready from None
    _note(community, account, f"{one.subject} asks for {kind} #{row.pk}", "correction", now)
    return row


def _fields_of(community: str, subject: str) -> set[str]:
    return {
        field.field
        for record in privacy.held(community, subject, 1)
        for field in record.fields
        if field.correctable
    }


def _check_free(community: str, subject: str, today: date) -> None:
    """Refuse to erase whom we still owe something, or who still lives here."""
    found = privacy.obstacles(community, subject, today)
    if found:
        raise InTheWay(
            what="；".join(one.zh for one in found), what_en="; ".join(one.en for one in found)
        )


@transaction.atomic
def decide(
    *, community: str, id: int, account: int, accept: bool, reason: str, now: datetime
) -> Request:
    """Carry out what a person asked for, or refuse it and say why. Erased is erased: his keys are
    destroyed, and what is left of him is his number.

    :raises queries.RequestNotFound: if there is none of that number
    :raises DecidedAlready, OwnRequest, ReasonWanted: as they say
    :raises InTheWay: if something must be settled before he can be erased
    """
    row = queries.request(community=community, id=id, lock=True)
    if row.state != State.OPEN:
        raise DecidedAlready
    if row.by_id == account:
        raise OwnRequest
    if not accept and not reason.strip():
        raise ReasonWanted
    row.state = State.DONE if accept else State.REFUSED
    row.decided_by_id, row.decided_at, row.reason = account, now, reason.strip()[:300]
    row.save()
    _note(community, account, f"{row.subject} {row.kind} #{row.pk} {row.state}", "correction", now)
    if accept:
        _carry_out(row, account, now)
    return row


def _carry_out(row: Request, account: int, now: datetime) -> None:
    today = timezone.localdate(now)
    if row.kind == Kind.CORRECTION:
        privacy.correct(row.community, row.subject, row.field, row.wanted, today)
        return
    _check_free(row.community, row.subject, today)
    forget(community=row.community, subject=row.subject, account=account, now=now)


@transaction.atomic
def forget(*, community: str, subject: str, account: int, now: datetime) -> None:
    """Erase a person: whoever holds something on him erases it, and what he asked for is noise."""
    privacy.erase(community, subject, account, now)
    asked = Request.rows.of(community).filter(subject=subject).exclude(vault_key="")
    for key in asked.values_list("vault_key", flat=True):
        vault.destroy(community=community, subject=key, account=account, words=subject, now=now)


@transaction.atomic
def assess(
    *,
    community: str,
    account: int,
    title: str,
    purpose: str,
    risks: str,
    measures: str,
    now: datetime,
) -> Assessment:
    """Keep an impact assessment, three years at least.

    :raises purposes.UnknownPurpose: if it is about none that there is
    """
    purposes.purpose(purpose)
    row = Assessment.rows.create(
        community=community,
        title=title,
        purpose=purpose,
        risks=risks,
        measures=measures,
        by_id=account,
        at=now,
        keep_until=timezone.localdate(now) + timedelta(days=366 * _ASSESSMENTS_KEPT_YEARS),
    )
    _note(community, account, f"assessment #{row.pk}", purpose, now)
    return row


def _note(community: str, account: int, what: str, purpose: str, now: datetime) -> None:
    audit.note(
        community=community, account=account, act=Act.WRITE, what=what, purpose=purpose, now=now
    )
