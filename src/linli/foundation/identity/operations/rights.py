"""Roles are given and taken back."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time

import msgspec
from django.db import transaction
from django.db.models import Q

from linli.contracts.identity import AT_THE_TERMINAL, PLATFORM, RoleGranted, RoleTaken
from linli.foundation import ids
from linli.foundation.identity import logic, roles
from linli.foundation.identity.models import Account, Grant
from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault


class UnknownRole(Fault):
    key = "identity.unknown_role"
    status = 422


class RolesApart(Fault):
    """Operator, security officer and auditor are three persons."""

    key = "identity.roles_apart"


class BadTerms(Fault):
    key = "identity.bad_terms"
    status = 422


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """When and what for a role holds, as `models.Grant` says; nothing is always and for all."""

    purposes: Sequence[str] = ()
    days: str = ""
    starts: time | None = None
    ends: time | None = None
    until: datetime | None = None


_ALWAYS = Terms()


@transaction.atomic
def grant(
    *,
    account: int,
    role: str,
    community: str,
    place: str = "",
    terms: Terms = _ALWAYS,
    by: int = AT_THE_TERMINAL,
    emergency: bool = False,
    ward: str = "",
    now: datetime,
) -> None:
    """Give a role in a community, at a place and all below it; of a guardian for whom (`ward`).
    Given again it is given once, on the later terms.

    :raises UnknownRole: if there is no such role
    :raises BadTerms: if the terms are none, or have run out
    :raises RolesApart: if the account has a role that is never the same person's
    """
    check(account=account, role=role, terms=terms, now=now)
    said = {**msgspec.structs.asdict(terms), "purposes": sorted(terms.purposes)}
    row, new = Grant.objects.get_or_create(
        account_id=account,
        role=role,
        community=community,
        place=place,
        emergency=emergency,
        ward=ward,
        defaults={**said, "by": by, "at": now},
    )
    if not new and all(getattr(row, name) == value for name, value in said.items()):
        return
    if not new:
        Grant.objects.filter(pk=row.pk).update(**said, by=by, at=now)
    outbox.record(
        RoleGranted(
            id=ids.new(),
            at=now,
            community=_told_to(community),
            account=account,
            role=role,
            place=place,
            by=by,
        )
    )


def check(*, account: int, role: str, terms: Terms, now: datetime) -> None:
    """Refuse what could not be given. The account is locked until the transaction ends: two that
    exclude each other are not given at once.

    :raises UnknownRole, BadTerms, RolesApart: as `grant`
    """
    if role not in roles.PERMISSIONS:
        raise UnknownRole(role=role[:32])
    _check_terms(terms, now)
    Account.objects.select_for_update().filter(pk=account).first()
    unended = Q(until=None) | Q(until__gt=now)
    held = Grant.objects.filter(unended, account=account).values_list("role", flat=True)
    other = logic.keeps_apart(held=held, role=role)
    if other is not None:
        raise RolesApart(role=role, other=other)


def apart(*, roles: Iterable[str]) -> bool:
    """Tell whether one of these roles is never the same person's as another of its like."""
    return bool(logic.APART & set(roles))


def _check_terms(terms: Terms, now: datetime) -> None:
    if (terms.starts is None) != (terms.ends is None) or not set(terms.days) <= set("1234567"):
        raise BadTerms(reason="hours")
    if terms.until is not None and terms.until <= now:
        raise BadTerms(reason="until")


@transaction.atomic
def revoke(
    *,
    account: int,
    role: str,
    community: str,
    place: str = "",
    ward: str = "",
    by: int = AT_THE_TERMINAL,
    now: datetime,
) -> bool:
    """Take a role back; tell whether it was given. What was not given stays so."""
    rows = Grant.objects.filter(
        account_id=account, role=role, community=community, place=place, ward=ward
    )
    if not rows.delete()[0]:
        return False
    outbox.record(
        RoleTaken(
            id=ids.new(),
            at=now,
            community=_told_to(community),
            account=account,
            role=role,
            place=place,
            by=by,
        )
    )
    return True


@transaction.atomic
def end_guardians(*, community: str, ward: str, by: int, now: datetime) -> None:
    """Take back all that was given to guardians of a person."""
    rows = Grant.objects.filter(community=community, ward=ward).select_for_update()
    for row in rows.order_by("pk"):
        revoke(
            account=row.account_id, role=row.role, community=community, place=row.place, ward=ward,
            by=by, now=now,
        )  # fmt: skip


def _told_to(community: str) -> str:
    return PLATFORM if community == roles.EVERYWHERE else community


def place_moved(*, community: str, before: str, after: str) -> None:
    """Let grants at a place, or below it, follow it to its new path."""
    for row in Grant.objects.filter(community=community, place__startswith=before):
        if row.place == before or row.place.startswith(before + "/"):
            row.place = after + row.place[len(before) :]
            row.save(update_fields=["place"])
