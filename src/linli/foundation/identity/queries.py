"""Every read of accounts and grants."""

from hashlib import sha256

import msgspec

from linli.contracts import places
from linli.foundation.identity.models import Account, Grant
from linli.foundation.identity.roles import EVERYWHERE, PERMISSIONS, permissions
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


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, in one community: the account's number and name, its roles there, the places below
    which it may act (paths; empty means the whole community).

    `grants` are the pairs of role and place as they were given (an empty place is the whole
    community): a role reaches no further than its own place, whatever else somebody is elsewhere.
    Without them every role holds at every one of `places`.
    """

    account: int
    name: str
    community: str
    roles: frozenset[str]
    places: tuple[str, ...] = ()
    grants: tuple[tuple[str, str], ...] = ()

    def holds(self, permission: str) -> bool:
        """Tell whether any of its roles allows it, at whichever place."""
        return permission in permissions(self.roles)

    def places_for(self, permission: str) -> tuple[str, ...] | None:
        """Return the places below which it may do so: empty is everywhere, None is nowhere."""
        found = {place for role, place in self._held() if permission in PERMISSIONS.get(role, ())}
        if not found:
            return None
        return () if "" in found else tuple(sorted(found))

    def places_of(self, role: str) -> tuple[str, ...]:
        """Return where it has a role: empty is everywhere."""
        found = {place for held, place in self._held() if held == role}
        return () if "" in found else tuple(sorted(found))

    def acting(self, permission: str) -> "Actor":
        """Return it as it stands at a door of this permission: only the places for that are left.

        :raises NotAllowed: if nothing allows it
        """
        places = self.places_for(permission)
        if places is None:
            raise NotAllowed(permission=permission, community=self.community)
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

    def _held(self) -> tuple[tuple[str, str], ...]:
        places = self.places or ("",)
        return self.grants or tuple((role, at) for role in sorted(self.roles) for at in places)


class CommunityBrief(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    name: Words


class User(msgspec.Struct, frozen=True, kw_only=True):
    """An account as its owner sees it: roles and permissions by community."""

    id: int
    name: str
    username: str
    language: str
    must_change_password: bool
    roles: dict[str, list[str]]
    permissions: dict[str, list[str]]
    communities: list[CommunityBrief]


def actor(*, account: Account, community: str) -> Actor:
    """Return the account as it stands in a community; without a grant there it may do nothing."""
    if community in {"", EVERYWHERE}:
        return Actor(account=account.pk, name=account.name, community="", roles=frozenset())
    grants = list(Grant.objects.filter(account=account, community__in=[community, EVERYWHERE]))
    places = tuple(sorted({grant.place for grant in grants}))
    return Actor(
        account=account.pk,
        name=account.name,
        community=community,
        roles=frozenset(grant.role for grant in grants),
        places=() if "" in places else places,
        grants=tuple(sorted({(grant.role, grant.place) for grant in grants})),
    )


def actor_of(*, account: int, community: str) -> Actor:
    """Return the account with this number as it stands in a community.

    :raises NotSignedIn: if there is none, or it is closed
    """
    return actor(account=_account(account), community=community)


def mark_of(*, account: int) -> str:
    """Return what a leave to listen rests on: it is another after a change of the password.

    :raises NotSignedIn: if there is no such account, it is closed, or its password is handed out
    """
    row = _account(account)
    if row.must_change_password:
        raise NotSignedIn
    return sha256(row.get_session_auth_hash().encode()).hexdigest()[:16]


def communities_of(*, account: Account) -> list[str]:
    """Return the codes of the communities where the account has a role."""
    codes = set(Grant.objects.filter(account=account).values_list("community", flat=True))
    if EVERYWHERE in codes:
        codes |= set(places.estates())
    return sorted(codes - {EVERYWHERE})


def user(*, account: int) -> User:
    """Return an account as its owner sees it.

    :raises NotSignedIn: if there is none
    """
    row = _account(account)
    names = places.estates()
    codes = communities_of(account=row)
    actors = {code: actor(account=row, community=code) for code in codes}
    return User(
        id=row.pk,
        name=row.name,
        username=row.username,
        language=row.language,
        must_change_password=row.must_change_password,
        roles={code: sorted(who.roles) for code, who in actors.items()},
        permissions={code: sorted(permissions(who.roles)) for code, who in actors.items()},
        communities=[
            CommunityBrief(code=code, name=names.get(code, Words(zh=code, en=code)))
            for code in codes
        ],
    )


def _account(number: int) -> Account:
    row = Account.objects.filter(pk=number, is_active=True).first()
    if row is None:
        raise NotSignedIn
    return row


def roles_of(*, community: str, accounts: list[int]) -> dict[int, frozenset[str]]:
    """Return the roles of these accounts in a community, those of the whole platform left out."""
    found: dict[int, set[str]] = {}
    rows = Grant.objects.filter(community=community, account__in=accounts)
    for number, role in rows.values_list("account", "role"):
        found.setdefault(number, set()).add(role)
    return {number: frozenset(roles) for number, roles in found.items()}


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
