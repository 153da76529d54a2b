"""The guard at every HTTP door: who is it, and may he, here."""

from collections.abc import Callable

from django.http import HttpRequest
from django.utils import translation
from ninja.utils import check_csrf

from linli.foundation.identity import queries
from linli.foundation.identity.models import Account

MOST_BODY_BYTES = 25 * 1024 * 1024
"""More than a door takes, unless it says so; refused before a byte of it is read."""


class Visit(HttpRequest):
    """A request that passed the guard; `auth` is the actor. Doors annotate their request so."""

    auth: queries.Actor


class OwnVisit(HttpRequest):
    """A request of somebody who is signed in, in whichever community; `auth` is the account."""

    auth: Account


def open_door(request: HttpRequest, most_bytes: int = MOST_BODY_BYTES) -> bool:
    """Let anybody in, if the form is his own and no larger than this door takes.

    :raises queries.BodyTooLarge: if it says that it is larger
    :raises queries.Forged: if a form does not carry the token of its own session
    """
    if int(request.META.get("CONTENT_LENGTH") or 0) > most_bytes:
        raise queries.BodyTooLarge(megabytes=most_bytes // 1024 // 1024)
    if check_csrf(request) is not None:
        raise queries.Forged
    return True


def signed_in(request: HttpRequest, most_bytes: int = MOST_BODY_BYTES) -> Account:
    """Let in whoever is signed in, and answer in his language.

    :raises queries.Forged: if a form does not carry the token of its own session
    :raises queries.NotSignedIn: without a session
    """
    open_door(request, most_bytes)
    account = request.user
    if not isinstance(account, Account) or not account.is_active:
        raise queries.NotSignedIn
    translation.activate("en" if account.language == "en" else "zh-hans")
    return account


def may(permission: str, *others: str) -> Callable[[HttpRequest], queries.Actor]:
    """Return the check for one door: the first of these permissions that is held opens it, at the
    places for which it was given. The community is in its path.

    :raises queries.Forged: if a form does not carry the token of its own session
    :raises queries.NotSignedIn: without a session
    :raises queries.MustChangePassword: while the password is the one that was handed out
    :raises queries.NotAllowed: if no role in that community allows it
    """

    def check(request: HttpRequest) -> queries.Actor:
        actor = _actor(request)
        held = next((one for one in (permission, *others) if actor.holds(one)), permission)
        return actor.acting(held)

    check.permission = permission  # type: ignore[attr-defined]
    return check


def may_everywhere(
    permission: str, *, most_bytes: int = MOST_BODY_BYTES
) -> Callable[[HttpRequest], queries.Actor]:
    """Return the check for a door that touches the whole community: as `may`, and who has the
    permission at some places only is refused. `most_bytes` is the largest body it takes.

    :raises queries.NotEverywhere: if it was given for some places only
    """

    def check(request: HttpRequest) -> queries.Actor:
        actor = _actor(request, most_bytes).acting(permission)
        if actor.places:
            raise queries.NotEverywhere(permission=permission, community=actor.community)
        return actor

    check.permission = permission  # type: ignore[attr-defined]
    return check


def _actor(request: HttpRequest, most_bytes: int = MOST_BODY_BYTES) -> queries.Actor:
    account = signed_in(request, most_bytes)
    if account.must_change_password:
        raise queries.MustChangePassword
    match = request.resolver_match
    community = str(match.kwargs.get("community", "")) if match else ""
    return queries.actor(account=account, community=community)
