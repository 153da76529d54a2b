"""A person lets fields of his go to departments: given once, used by their messages, withdrawn."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from django.db import transaction

from linli.contracts.cases import reporter_of
from linli.contracts.exchange import AuthorisationGiven, AuthorisationWithdrawn
from linli.domains.exchange import queries
from linli.domains.exchange.logic import authorising, fields
from linli.domains.exchange.models import Authorisation, AuthorisationUse, Message
from linli.domains.exchange.operations import sending
from linli.foundation import ids
from linli.foundation.audit.things import Thing
from linli.foundation.consent import operations as consents
from linli.foundation.consent import queries as consent_queries
from linli.foundation.identity import operations as identity
from linli.foundation.identity.queries import Actor
from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault
from linli.registry.people import holdings

PURPOSE = "sharing"
_WITHDRAWN = "authorisation withdrawn"
_ERASED = ""


class NothingAuthorised(Fault):
    """An authorisation names at least one field and one department, how often, and until when."""

    key = "exchange.nothing_authorised"
    status = 422


class AuthorisationWanted(Fault):
    """What names a person goes with his authorisation, and with one it is said which fields go."""

    key = "exchange.authorisation_wanted"
    status = 403


class NotKnown(Fault):
    """The register does not know what was to be given."""

    key = "exchange.not_known"
    status = 422


class SentAlready(Fault):
    """The case went there before, otherwise."""

    key = "exchange.sent_already"


class NewAuthorisation(msgspec.Struct, frozen=True, kw_only=True):
    """What a person lets, in his own words `what_for`; `days` and `most` say how long and often."""

    subject: str = ""
    what_for: str
    fields: list[str]
    departments: list[int]
    days: int
    most: int
    confirmed: bool = False


class Personal(msgspec.Struct, frozen=True, kw_only=True):
    """Fields of a person that are to go with a case, and the authorisation that lets them."""

    fields: tuple[str, ...] = ()
    authorisation: int | None = None


@transaction.atomic
def give(*, community: str, account: int, new: NewAuthorisation, now: datetime) -> Authorisation:
    """Let fields of a person go to departments. It is agreed to twice, the second time knowing
    what goes where.

    :raises NotInTheRegister, NotYours: if the account speaks for nobody, or not for him
    :raises GuardianWanted: if he is under 14 and speaks himself
    :raises NeverLeaves: if a field is named that no department is given
    :raises DepartmentNotFound: if a department is none, or nothing goes there now
    :raises NothingAuthorised: if something of it is empty, or beyond a year or a hundred times
    :raises ConfirmWanted: if it is not confirmed
    """
    subject = _speaks_for(community, account, new.subject, now, alone=True)
    named = fields.check_personal(new.fields)
    known = queries.by_number(community=community, ids=new.departments)
    for number in new.departments:
        if number not in known or not known[number].open:
            raise queries.DepartmentNotFound(department=number)
    lasts = timedelta(days=new.days)
    is_said = named and known and new.what_for.strip()
    if not is_said or not timedelta() < lasts <= authorising.LONGEST:
        raise NothingAuthorised
    if not 0 < new.most <= authorising.MOST_USES:
        raise NothingAuthorised
    if not new.confirmed:
        raise consents.ConfirmWanted(purpose=PURPOSE)
    row = Authorisation.rows.create(
        community=community,
        subject=subject,
        what_for=new.what_for.strip(),
        fields=named,
        departments=sorted(known),
        until=now + lasts,
        most=new.most,
        given_by_id=account,
        given_at=now,
    )
    outbox.record(
        AuthorisationGiven(
            id=ids.new(),
            at=now,
            community=community,
            authorisation=row.pk,
            fields=named,
            departments=row.departments,
            by=account,
        )
    )
    return row


def _speaks_for(community: str, account: int, subject: str, now: datetime, *, alone: bool) -> str:
    """Return the person that is meant, of those who live or own here.

    :param alone: a child may not say it alone
    """
    one, _ = consent_queries.own(community=community, account=account, subject=subject, now=now)
    if not one.subject.startswith("person:"):
        raise consent_queries.NotInTheRegister
    if alone and one.child and not one.guardian:
        raise consents.GuardianWanted
    return one.subject


@transaction.atomic
def withdraw(*, community: str, account: int, id: int, now: datetime) -> Authorisation:
    """Withdraw an authorisation: the next use is refused, and what had not gone yet does not go.
    Done twice it is done.

    :raises NotInTheRegister: if the account speaks for nobody
    :raises AuthorisationNotFound: if there is none of this number, or it is another's
    """
    people = consent_queries.spoken_for(community=community, account=account, now=now)
    subjects = [one.subject for one in people]
    row = queries.authorisation(community=community, id=id, subjects=subjects, lock=True)
    if row.withdrawn_at is None:
        _end(row, account, now)
    return row


def _end(row: Authorisation, account: int, now: datetime) -> None:
    row.withdrawn_at, row.withdrawn_by_id = now, account
    row.save(update_fields=["withdrawn_at", "withdrawn_by"])
    waiting = queries.waiting_under(community=row.community, authorisation=row.pk)
    for message in waiting:
        sending.stop(row=message, reason=_WITHDRAWN, now=now)
    outbox.record(
        AuthorisationWithdrawn(
            id=ids.new(),
            at=now,
            community=row.community,
            authorisation=row.pk,
            stopped=len(waiting),
            by=account,
        )
    )


def forget(*, community: str, subject: str, account: int, now: datetime) -> None:
    """End what somebody authorised who is erased, and take out what it was for. What went where
    stays, as his consents do.
    """
    rows = Authorisation.rows.of(community).select_for_update().filter(subject=subject)
    for row in rows.filter(withdrawn_at=None):
        _end(row, account, now)
    rows.update(what_for=_ERASED)


def send(*, actor: Actor, department: int, case: int, personal: Personal, now: datetime) -> Message:
    """Hand a case to a department, and with it what its reporter authorised.

    :raises DepartmentNotFound, NoSuchCase, NotForThem: as `sending.send`
    :raises AuthorisationWanted: if fields of a person go without an authorisation, or the reverse
    :raises AuthorisationNotFound: if it is none of who reported the case, or of a child of his
    :raises authorising.Over, authorising.Beyond: if it does not let this
    :raises NotKnown: if the register does not know a field
    :raises SentAlready: if the case went there before without it, or with another
    """
    if bool(personal.fields) != (personal.authorisation is not None):
        raise AuthorisationWanted
    if personal.authorisation is None:
        return _same(sending.send(actor=actor, department=department, case=case, now=now), None)
    with transaction.atomic():
        row = _lock(actor.community, case, personal.authorisation, now)
        before = sending.sent_before(community=actor.community, department=department, case=case)
        if before is not None:
            return _same(before, row.pk)
        carried = _use(actor, row, department, personal.fields, now)
        made = sending.send(actor=actor, department=department, case=case, carried=carried, now=now)
        AuthorisationUse.rows.create(
            community=actor.community,
            authorisation=row,
            message=made.pk,
            department_id=department,
            fields=list(carried.values),
            case_number=made.case_number,
            by_id=actor.account,
            at=now,
        )
    return made


def _same(found: Message, authorisation: int | None) -> Message:
    if found.authorisation_id != authorisation:
        raise SentAlready(case=found.case_number)
    return found


def reporters(*, community: str, case: int, now: datetime) -> list[str]:
    """Return who may have authorised what goes with a case: who reported it, and the children of
    his family that he speaks for; nobody of whom he was given to be guardian, whose things his own
    reports are not.
    """
    account = reporter_of(community, case)
    if account is None:
        return []
    people = holdings.whom(community, account, now)
    own = [one for one in people if one.subject.startswith("person:") and not one.given]
    return [one.subject for one in own]


def of_case(*, community: str, case: int, now: datetime) -> list[Authorisation]:
    """Return what may go with a case: what has not run out of who reported it."""
    subjects = reporters(community=community, case=case, now=now)
    return queries.authorised_by(community=community, subjects=subjects, now=now)


def _lock(community: str, case: int, id: int, now: datetime) -> Authorisation:
    subjects = reporters(community=community, case=case, now=now)
    return queries.authorisation(community=community, id=id, subjects=subjects, lock=True)


def _use(
    actor: Actor, row: Authorisation, department: int, wanted: Sequence[str], now: datetime
) -> sending.Carried:
    """Count a use, and return what goes by it; whoever it is about sees who sent it."""
    named = fields.check_personal(wanted)
    authorising.check(limits=queries.limits(row), department=department, fields=named, now=now)
    known = holdings.sharing(row.community, row.subject)
    if missing := [name for name in named if name not in known]:
        raise NotKnown(fields=", ".join(missing))
    row.used += 1
    row.save(update_fields=["used"])
    identity.look(
        community=row.community,
        account=actor.account,
        subject=row.subject,
        purpose=PURPOSE,
        thing=Thing.SHARED,
        now=now,
    )
    return sending.Carried(
        authorisation=row.pk,
        subject=row.subject,
        what_for=row.what_for,
        until=row.until,
        values={name: known[name] for name in named},
    )
