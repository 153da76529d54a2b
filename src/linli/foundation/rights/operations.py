"""Every write to rights: asked for by one, let pass by another, taken back at once; accounts."""

from datetime import datetime, time

import msgspec
from django.db import transaction
from django.utils import timezone

from linli.contracts import approvals as contract
from linli.contracts import places, privacy
from linli.foundation.approvals import operations as approvals
from linli.foundation.approvals.models import Approval
from linli.foundation.identity import operations as identity
from linli.foundation.identity import wards
from linli.foundation.identity.models import Account, EmergencyAccess, Grant
from linli.foundation.identity.operations import rights as giving
from linli.foundation.identity.queries import Actor
from linli.foundation.identity.roles import NAMES
from linli.foundation.privacy import purposes
from linli.foundation.rights import queries
from linli.kernel.fault import Fault
from linli.kernel.words import Words


class NobodyKnown(Fault):
    key = "rights.nobody"
    status = 404


class NoPlace(Fault):
    key = "rights.no_place"
    status = 404


class OwnRight(Fault):
    """Who receives a right is not the one who lets it pass."""

    key = "rights.own_right"
    status = 403


class WardWanted(Fault):
    """A guardian is one for somebody who is registered here with his birthday; nobody else is."""

    key = "rights.ward_wanted"
    status = 422


class WardNoPlace(Fault):
    """A guardian is one in all homes of his ward: at some place only nobody is."""

    key = "rights.ward_no_place"
    status = 422


class NotYours(Fault):
    """The account has rights beyond this community, or guards it: its own people look after it."""

    key = "rights.not_yours"
    status = 403


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A right that somebody is to have, on these terms."""

    account: int
    role: str
    place: str = ""
    purposes: tuple[str, ...] = ()
    days: str = ""
    starts: time | None = None
    ends: time | None = None
    until: datetime | None = None
    ward: str = ""

    def terms(self) -> identity.Terms:
        """Return when and what for it is to hold."""
        return identity.Terms(
            purposes=self.purposes,
            days=self.days,
            starts=self.starts,
            ends=self.ends,
            until=self.until,
        )


def account_named(*, username: str) -> int:
    """Return the number of the account with a name to sign in by.

    :raises NobodyKnown: if nobody has it, or it is closed
    """
    name = username.strip().casefold()
    row = Account.objects.filter(username=name, is_active=True).first()
    if row is None:
        raise NobodyKnown(username=username[:64])
    return row.pk


@transaction.atomic
def ask(*, actor: Actor, username: str, wanted: Wanted, reason: str, now: datetime) -> Approval:
    """Ask that somebody be given a right; a second person lets it pass. Of who is not of age nobody
    is guardian any longer than until he is.

    :raises NobodyKnown: if there is nobody of this name
    :raises WardWanted: if a guardian is one for nobody, or anybody else for somebody
    :raises WardNoPlace: if he is to be one at some place only
    :raises NoPlace: if the community has no such place
    :raises purposes.UnknownPurpose: if one of its purposes is none
    :raises identity.UnknownRole, identity.BadTerms, identity.RolesApart: as `identity.grant`
    """
    wanted = msgspec.structs.replace(wanted, account=account_named(username=username))
    wanted = _for_ward(actor.community, wanted, now)
    for one in wanted.purposes:
        purposes.purpose(one)
    giving.check(account=wanted.account, role=wanted.role, terms=wanted.terms(), now=now)
    if wanted.place and wanted.place not in places.names(actor.community, [wanted.place]):
        raise NoPlace(place=wanted.place)
    return approvals.ask(
        kind=contract.RIGHTS,
        community=actor.community,
        about=f"grant:{wanted.account}:{wanted.role}:{wanted.ward or wanted.place}"[:200],
        words=_words(actor.community, wanted),
        request=msgspec.to_builtins(wanted),
        by=actor.account,
        reason=reason,
        now=now,
    )


def ward_of(about: str) -> str:
    """Return for whom somebody is to be guardian, by what a request is about; empty if he is to be
    something else.
    """
    return about.partition(f":{wards.GUARDIAN}:")[2]


def _for_ward(community: str, wanted: Wanted, now: datetime) -> Wanted:
    """Return what is wanted; of a guardian in the whole community, and ended at the latest when the
    ward is of age.
    """
    if (wanted.role == wards.GUARDIAN) != bool(wanted.ward):
        raise WardWanted
    if not wanted.ward:
        return wanted
    if wanted.place not in {"", community}:
        raise WardNoPlace
    wanted = msgspec.structs.replace(wanted, place="")
    found = privacy.ward(community, wanted.ward, timezone.localdate(now))
    own = privacy.whom(community, wanted.account, now)
    if found is None or any(one.subject == wanted.ward and not one.guardian for one in own):
        raise WardWanted
    if found.of_age_on is None:
        return wanted
    ends = timezone.make_aware(datetime.combine(found.of_age_on, time()))
    until = min(ends, wanted.until or ends)
    return msgspec.structs.replace(wanted, until=until)


def _words(community: str, wanted: Wanted) -> Words:
    """Say what is wanted; a ward by his number: these words lie open and outlive him."""
    ward = wanted.ward.removeprefix("person:")
    who = Account.objects.get(pk=wanted.account)
    role = NAMES[wanted.role]
    place = queries.names_of(community=community, paths=[wanted.place])[wanted.place]
    until = wanted.until.isoformat(timespec="minutes") if wanted.until else ""
    return Words(
        zh=f"授予 {who.name}（{who.username}）：{role.zh}"
        + (f"（被监护人：编号 {ward}）" if ward else "")
        + f"，{place.zh}"
        + (f"，至 {until}" if until else "，长期"),
        en=f"give {who.name} ({who.username}) the role {role.en}"
        + (f" of person {ward}" if ward else "")
        + f", {place.en}"
        + (f", until {until}" if until else ", without end"),
    )


def carry(passed: contract.LetPass) -> None:
    """Give the right that was let pass, if it may still be given so.

    :raises OwnRight: if who lets it pass would have it
    :raises WardWanted, WardNoPlace: as when it was asked: somebody may have been erased meanwhile
    """
    wanted = _for_ward(passed.community, msgspec.convert(passed.request, Wanted), passed.now)
    if wanted.account == passed.approved_by:
        raise OwnRight
    identity.grant(
        account=wanted.account,
        role=wanted.role,
        community=passed.community,
        place=wanted.place,
        terms=wanted.terms(),
        by=passed.by,
        ward=wanted.ward,
        now=passed.now,
    )


@transaction.atomic
def take(*, actor: Actor, id: int, now: datetime) -> None:
    """Take a right back, at once.

    :raises queries.GrantNotFound: if the community has given none of this number
    """
    row = queries.grant(actor=actor, id=id)
    identity.revoke(
        account=row.account_id, role=row.role, community=row.community, place=row.place,
        ward=row.ward, by=actor.account, now=now,
    )  # fmt: skip


@transaction.atomic
def lay_down(*, actor: Actor, ward: str, now: datetime) -> None:
    """Let a guardian be one no more, as he wishes himself.

    :raises queries.GrantNotFound: if none was given to him for this person
    """
    rows = queries.guardianships(actor=actor, ward=ward)
    if not rows:
        raise queries.GrantNotFound(grant=0)
    for row in rows:
        take(actor=actor, id=row.pk, now=now)


@transaction.atomic
def reset_account(
    *, actor: Actor, username: str, sure: identity.Sure, lost: bool, now: datetime
) -> identity.Opened:
    """Give somebody of this community another password; his sessions end, his passkeys are void.
    What is asked for beside a password stays, unless it is `lost`, or not his.

    :raises identity.NotSure, identity.NumberTold: as `identity.reset_account`
    :raises NobodyKnown: if there is nobody of this name
    :raises NotYours: if he has rights elsewhere too, or is one of those who guard rights
    """
    account = _own(actor, username)
    return identity.reset_account(
        account=account, sure=sure, lost=lost, by=actor.account, community=actor.community, now=now
    )


@transaction.atomic
def close_account(*, actor: Actor, username: str, now: datetime) -> None:
    """Let somebody of this community sign in no more.

    :raises NobodyKnown, NotYours: as `reset_account`
    """
    account = _own(actor, username)
    identity.close_account(account=account, by=actor.account, now=now)


def _own(actor: Actor, username: str) -> int:
    account = account_named(username=username)
    held = set(Grant.objects.filter(account=account).values_list("community", "role"))
    apart = identity.apart(roles={role for _, role in held})
    if apart or not held or {community for community, _ in held} != {actor.community}:
        raise NotYours(username=username[:64])
    return account


def take_emergency(
    *, actor: Actor, role: str, place: str, reason: str, minutes: int, now: datetime
) -> EmergencyAccess:
    """Give the actor a role for an emergency, at once: as `identity.take_emergency`.

    :raises NoPlace: if the community has no such place
    """
    if place and place not in places.names(actor.community, [place]):
        raise NoPlace(place=place)
    return identity.take_emergency(
        actor=actor, role=role, place=place, reason=reason, minutes=minutes, now=now
    )
