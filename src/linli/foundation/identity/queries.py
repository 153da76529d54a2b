"""Every read of accounts and grants."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings
from django.db.models import Q

from linli.contracts import places
from linli.foundation.identity import logic
from linli.foundation.identity.models import Account, Grant, Passkey, RecoveryCode, Totp
from linli.foundation.identity.roles import EVERYWHERE, LIVING, PERMISSIONS, permissions
from linli.kernel.fault import Fault
from linli.kernel.place import under
from linli.kernel.words import Words


class NotSignedIn(Fault):
    key = "identity.not_signed_in"
    status = 401


class NotAllowed(Fault):
    key = "identity.not_allowed"
    status = 403


class NotEverywhere(Fault):
    """The act touches the whole community, and the actor's role holds in a part of it."""

    key = "identity.not_everywhere"
    status = 403


class Forged(Fault):
    key = "identity.forged"
    status = 403


class BodyTooLarge(Fault):
    key = "identity.body_too_large"
    status = 413


class MustChangePassword(Fault):
    key = "identity.must_change_password"
    status = 403


class MustAddFactor(Fault):
    """A role of this account asks for a factor beside the password, and there is none yet."""

    key = "identity.must_add_factor"
    status = 403


class SessionOver(Fault):
    """It was not seen for too long, or has lasted as long as one may."""

    key = "identity.session_over"
    status = 401


class StepUpWanted(Fault):
    """A factor was not shown lately; `factors` are those that this account can show."""

    key = "identity.step_up_wanted"
    status = 401


class PurposeNotGranted(Fault):
    """The rights of who asks do not reach to records opened for this purpose."""

    key = "identity.purpose_not_granted"
    status = 403


class Held(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A role that is in force now, in a community, at a place (empty: all of it); `purposes` are
    those for which personal records may be opened under it, none is all that the role allows.
    """

    role: str
    place: str = ""
    purposes: tuple[str, ...] = ()
    community: str = ""


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, in one community: the account's number and name, its roles there, the places below
    which it may act (paths; empty means the whole community).

    `grants` are its roles as they were given: a role reaches no further than its own place,
    whatever else somebody is elsewhere. Without them every role holds at every one of `places`.
    `only`, where it is said, are the permissions that are left of them: it is a third party that
    asks (`party`), for itself or, where somebody `agreed` to that, for this account; or a guardian
    in the place of his `ward`, whose number in the register this is.
    """

    account: int
    name: str
    community: str
    roles: frozenset[str]
    places: tuple[str, ...] = ()
    grants: tuple[Held, ...] = ()
    only: frozenset[str] | None = None
    party: int = 0
    agreed: bool = False
    ward: int = 0

    @property
    def program(self) -> bool:
        """Whether a third party's program asks, for itself or for this account."""
        return self.only is not None and not self.ward

    def holds(self, permission: str) -> bool:
        """Tell whether any of its roles allows it, at whichever place."""
        return self._left(permission) and permission in permissions(self.roles)

    def places_for(self, permission: str) -> tuple[str, ...] | None:
        """Return the places below which it may do so: empty is everywhere, None is nowhere."""
        return _widest(one.place for one in self._held() if self._allows(one, permission))

    def places_of(self, role: str) -> tuple[str, ...]:
        """Return where it has a role: empty is everywhere."""
        return _widest(one.place for one in self._held() if one.role == role) or ()

    def acting(self, permission: str) -> "Actor":
        """Return it as it stands at a door of this permission: only the places for that are left.

        :raises NotAllowed: if nothing allows it
        """
        places = self.places_for(permission)
        if places is None:
            raise NotAllowed(permission=permission, community=self.community)
        return msgspec.structs.replace(self, places=places, grants=self._held())

    def opening(self, permission: str, purpose: str) -> "Actor":
        """Return it as it stands at a personal record: only the places where it may do so for this
        purpose are left.

        :raises PurposeNotGranted: if nothing allows it
        """
        able = (one for one in self._held() if self._allows(one, permission))
        places = _widest(one.place for one in able if not one.purposes or purpose in one.purposes)
        if places is None:
            raise PurposeNotGranted(purpose=purpose, community=self.community)
        return msgspec.structs.replace(self, places=places, grants=self._held())

    def may(self, permission: str) -> bool:
        """Tell whether it may do so wherever it acts here: in all of its `places`."""
        return all(self.may_at(permission, place) for place in self.places or ("",))

    def may_at(self, permission: str, path: str) -> bool:
        """Tell whether it may do so at a place; an empty path is the whole community."""
        places = self.places_for(permission)
        return places == () or any(under(path=path, ancestor=place) for place in places or ())

    def sees(self, path: str) -> bool:
        """Tell whether a place lies where it may act."""
        return not self.places or any(under(path=path, ancestor=place) for place in self.places)

    def _allows(self, held: Held, permission: str) -> bool:
        return self._left(permission) and permission in PERMISSIONS.get(held.role, ())

    def _left(self, permission: str) -> bool:
        return self.only is None or permission in self.only

    def _held(self) -> tuple[Held, ...]:
        places = self.places or ("",)
        return self.grants or tuple(
            Held(role=role, place=at) for role in sorted(self.roles) for at in places
        )


def _widest(places: Iterable[str]) -> tuple[str, ...] | None:
    """Return places in order; none of them is nowhere, one that is empty makes it everywhere."""
    found = set(places)
    if not found:
        return None
    return () if "" in found else tuple(sorted(found))


class CommunityBrief(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    name: Words


class User(msgspec.Struct, frozen=True, kw_only=True):
    """An account as its owner sees it: roles and permissions by community, and the factors that he
    can show beside his password (`totp`, `passkey`, `recovery`). `must_add_factor`: until he has
    one he may do nothing else.
    """

    id: int
    name: str
    username: str
    language: str
    must_change_password: bool
    must_add_factor: bool
    staff: bool
    factors: list[str]
    roles: dict[str, list[str]]
    permissions: dict[str, list[str]]
    communities: list[CommunityBrief]


def held(*, account: int, now: datetime, any_hour: bool = False) -> list[Held]:
    """Return the roles that are in force for an account, in all communities; with `any_hour` those
    too whose hours these are not.
    """
    rows = Grant.objects.filter(_unended(now), account=account)
    return [
        Held(role=row.role, place=row.place, purposes=tuple(row.purposes), community=row.community)
        for row in rows
        if any_hour or in_force(grant=row, now=now)
    ]


def employed(*, account: int, now: datetime) -> bool:
    """Tell whether somebody works here at any hour: also where he is off duty now."""
    return works(held(account=account, now=now, any_hour=True))


def in_force(*, grant: Grant, now: datetime) -> bool:
    """Tell whether a grant is in its hours, and has not ended."""
    local = now.astimezone(ZoneInfo(settings.TIME_ZONE))
    return (grant.until is None or now < grant.until) and logic.in_hours(
        days=grant.days, starts=grant.starts, ends=grant.ends, local=local
    )


def _unended(now: datetime) -> Q:
    return Q(until=None) | Q(until__gt=now)


def lives(*, account: int, community: str) -> bool:
    """Tell whether somebody has a role in this very community, whatever it is."""
    return Grant.objects.filter(account=account, community=community).exists()


def works(held: Iterable[Held]) -> bool:
    """Tell whether somebody with these roles works here, rather than only lives here."""
    return any(one.role not in LIVING for one in held)


def actor(*, account: Account, community: str, now: datetime) -> Actor:
    """Return the account as it stands in a community; without a grant there it may do nothing."""
    return standing(account=account, community=community, held=held(account=account.pk, now=now))


def standing(*, account: Account, community: str, held: Sequence[Held]) -> Actor:
    """Return the account as these roles let it stand in a community."""
    if community in {"", EVERYWHERE}:
        return Actor(account=account.pk, name=account.name, community="", roles=frozenset())
    grants = [one for one in held if one.community in {community, EVERYWHERE}]
    return Actor(
        account=account.pk,
        name=account.name,
        community=community,
        roles=frozenset(grant.role for grant in grants),
        places=_widest(grant.place for grant in grants) or (),
        grants=tuple(sorted(set(grants))),
    )


def actor_of(*, account: int, community: str, now: datetime) -> Actor:
    """Return the account with this number as it stands in a community.

    :raises NotSignedIn: if there is none, or it is closed
    """
    return actor(account=_account(account), community=community, now=now)


def reader_of(*, account: int, community: str, now: datetime) -> Actor:
    """Return the account as it stands in a community at any hour: for what it reads off duty.

    :raises NotSignedIn: if there is none, it is closed, or may do nothing before it has chosen a
        password or a factor
    """
    row, roles = _account(account), held(account=account, now=now, any_hour=True)
    if row.must_change_password or must_add_factor(account=account, held=roles):
        raise NotSignedIn
    return standing(account=row, community=community, held=roles)


def mark_of(*, account: int) -> str:
    """Return what a leave to listen rests on: it is another after a change of the password, and the
    same after the installation's secret is turned over.

    :raises NotSignedIn: if there is no such account, it is closed, or its password is handed out
    """
    row = _account(account)
    if row.must_change_password:
        raise NotSignedIn
    return sha256(f"linli.mark:{row.password}".encode()).hexdigest()[:16]


def _communities(held: Iterable[Held]) -> list[str]:
    """Return the codes of the communities where somebody has a role."""
    codes = {one.community for one in held}
    if EVERYWHERE in codes:
        codes |= set(places.estates())
    return sorted(codes - {EVERYWHERE})


def user(*, account: int, now: datetime) -> User:
    """Return an account as its owner sees it.

    :raises NotSignedIn: if there is none
    """
    row = _account(account)
    names = places.estates()
    roles = held(account=account, now=now)
    codes = _communities(roles)
    actors = {code: standing(account=row, community=code, held=roles) for code in codes}
    return User(
        id=row.pk,
        name=row.name,
        username=row.username,
        language=row.language,
        must_change_password=row.must_change_password,
        must_add_factor=must_add_factor(account=account, held=roles),
        staff=works(roles),
        factors=factors(account=account),
        roles={code: sorted(who.roles) for code, who in actors.items()},
        permissions={code: sorted(permissions(who.roles)) for code, who in actors.items()},
        communities=[
            CommunityBrief(code=code, name=names.get(code, Words(zh=code, en=code)))
            for code in codes
        ],
    )


def must_add_factor(*, account: int, held: Iterable[Held]) -> bool:
    """Tell whether one of these roles asks for a factor that the account has not yet."""
    if not any(one.role in settings.FACTOR_ROLES for one in held):
        return False
    has_one = Q(totp__proved=True) | Q(passkeys__isnull=False)
    return not Account.objects.filter(has_one, pk=account).exists()


def factors(*, account: int) -> list[str]:
    """Return what an account can show beside its password: `totp`, `passkey`, `recovery`."""
    able = {
        "totp": Totp.objects.filter(account=account, proved=True),
        "passkey": Passkey.objects.filter(account=account),
        "recovery": RecoveryCode.objects.filter(account=account),
    }
    return [name for name, rows in able.items() if rows.exists()]


def _account(number: int) -> Account:
    row = Account.objects.filter(pk=number, is_active=True).first()
    if row is None:
        raise NotSignedIn
    return row


def roles_of(*, community: str, accounts: list[int], now: datetime) -> dict[int, frozenset[str]]:
    """Return the roles of these accounts in a community; those of the whole platform left out."""
    found: dict[int, set[str]] = {}
    rows = Grant.objects.filter(_unended(now), community=community, account__in=accounts)
    for row in rows:
        if in_force(grant=row, now=now):
            found.setdefault(row.account_id, set()).add(row.role)
    return {number: frozenset(roles) for number, roles in found.items()}


def name_of(*, account: int) -> str:
    """Return the name that colleagues see; empty for nobody's number."""
    return Account.objects.filter(pk=account).values_list("name", flat=True).first() or ""


class AccountNotFound(Fault):
    key = "identity.account_not_found"
    status = 404


def number_of(*, username: str) -> int:
    """Return the number of the account with a name to sign in by.

    :raises AccountNotFound: if nobody has it
    """
    row = Account.objects.filter(username=username.strip().lower()).first()
    if row is None:
        raise AccountNotFound(username=username)
    return row.pk
