"""The guard at every HTTP door: who is it, and may he, here."""

from collections.abc import Callable

from django.http import HttpRequest
from ninja.utils import check_csrf

from linli.foundation.identity import queries
from linli.foundation.identity.models import Account


class Visit(HttpRequest):
    """A request that passed the guard; `auth` is the actor. Doors annotate their request so."""

    auth: queries.Actor


def may(permission: str) -> Callable[[HttpRequest], queries.Actor]:
    """Return the check for one door; the community is in its path.

    :raises queries.Forged: if a form does not carry the token of its own session
    :raises queries.NotSignedIn: without a session
    :raises queries.NotAllowed: if no role in that community allows it
    """

    def check(request: HttpRequest) -> queries.Actor:
        if check_csrf(request) is not None:
            raise queries.Forged
        account = request.user
        if not isinstance(account, Account) or not account.is_active:
            raise queries.NotSignedIn
        match = request.resolver_match
        community = str(match.kwargs.get("community", "")) if match else ""
        actor = queries.actor(account=account, community=community)
        if not actor.may(permission):
            raise queries.NotAllowed(permission=permission, community=community)
        return actor

    check.permission = permission  # type: ignore[attr-defined]
    return check
