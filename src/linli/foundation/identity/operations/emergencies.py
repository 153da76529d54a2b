"""Emergency access: a role at once and for minutes, told loudly, reviewed by another person."""

from datetime import datetime, timedelta

from django.db import transaction

from linli.contracts.identity import EmergencyReviewed, EmergencyTaken
from linli.foundation import ids
from linli.foundation.identity import logic, queries, reviewing
from linli.foundation.identity.models import Account, EmergencyAccess
from linli.foundation.identity.operations.rights import Terms, grant
from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault

_SHORTEST_REASON = 5


class NoEmergencyRole(Fault):
    key = "identity.no_emergency_role"
    status = 422


class NoReason(Fault):
    key = "identity.emergency_reason"
    status = 422


class FactorNeeded(Fault):
    """Who has only a password cannot be told from who has stolen it."""

    key = "identity.factor_needed"
    status = 403


class EmergencyInForce(Fault):
    key = "identity.emergency_in_force"


class EmergencyNotFound(Fault):
    key = "identity.emergency_not_found"
    status = 404


@transaction.atomic
def take_emergency(
    *, actor: queries.Actor, role: str, place: str, reason: str, minutes: int, now: datetime
) -> EmergencyAccess:
    """Give the actor a role here at once, for an hour at most.

    :raises NoEmergencyRole: if it is none that may be taken so
    :raises NoReason: if he does not say why
    :raises FactorNeeded: if he has nothing but a password
    :raises EmergencyInForce: if he has one here already
    """
    if role not in logic.EMERGENCY_ROLES:
        raise NoEmergencyRole(role=role[:32], roles="、".join(logic.EMERGENCY_ROLES))
    if len(reason.strip()) < _SHORTEST_REASON:
        raise NoReason
    if not queries.factors(account=actor.account):
        raise FactorNeeded
    Account.objects.select_for_update().get(pk=actor.account)
    mine = EmergencyAccess.rows.of(actor.community).filter(account=actor.account)
    if mine.filter(until__gt=now).exists():
        raise EmergencyInForce
    row = EmergencyAccess(
        community=actor.community,
        account_id=actor.account,
        role=role,
        place=place,
        reason=reason.strip(),
        began_at=now,
        until=now + timedelta(minutes=min(max(minutes, 1), logic.EMERGENCY_MINUTES)),
    )
    row.save()
    grant(
        account=actor.account, role=role, community=actor.community, place=place,
        terms=Terms(until=row.until), by=actor.account, emergency=True, now=now,
    )  # fmt: skip
    _tell_taken(row)
    return row


def _tell_taken(row: EmergencyAccess) -> None:
    outbox.record(
        EmergencyTaken(
            id=ids.new(),
            at=row.began_at,
            community=row.community,
            emergency=row.pk,
            by=row.account_id,
            role=row.role,
            place=row.place,
            until=row.until,
        )
    )


@transaction.atomic
def review_emergency(
    *, community: str, id: int, justified: bool, words: str, by: int, now: datetime
) -> EmergencyAccess:
    """Say afterwards whether an emergency access was right.

    :raises EmergencyNotFound: if the community has none of this number
    :raises OwnDeed, ReviewedAlready, WordWanted: as `reviewing.settle`
    """
    row = EmergencyAccess.rows.of(community).select_for_update().filter(pk=id).first()
    if row is None:
        raise EmergencyNotFound(emergency=id)
    reviewing.settle(row, doer=row.account_id, justified=justified, words=words, by=by, now=now)
    outbox.record(
        EmergencyReviewed(
            id=ids.new(), at=now, community=community, emergency=id, by=by, justified=justified
        )
    )
    return row


@transaction.atomic
def remind_of(*, community: str, now: datetime) -> list[EmergencyAccess]:
    """Return what it is time to be told of again, for nobody has reviewed it; counted as told."""
    rows = EmergencyAccess.rows.of(community).select_for_update().filter(reviewed_at=None)
    found = [
        row
        for row in rows.order_by("pk")
        if reviewing.reminds(at=row.began_at, reminded=row.reminded, now=now)
    ]
    for row in found:
        row.reminded += 1
        row.save(update_fields=["reminded"])
    return found
