"""The guard at every HTTP door: who is it, and may he, here, now."""

import secrets
from collections.abc import Callable
from datetime import datetime

import msgspec
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac
from ninja.utils import check_csrf

from linli.contracts.openapi import Bearing, bearing
from linli.foundation.identity import logic, own, queries, wards
from linli.foundation.identity.models import Account
from linli.foundation.identity.sensitive import ONCE_A_SHIFT, Sensitive
from linli.foundation.identity.sessions import BEGAN, DEVICE, LINE, SEEN, SHOWN

WARD = "Linli-For"
"""The header by which a guardian says that he acts for his ward: `person:12`."""
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
    _bound(request, most_bytes)
    if check_csrf(request) is not None:
        raise queries.Forged
    return True


def stranger(request: HttpRequest) -> bool:
    """Let anybody in who brings no session, as a program does: there is nothing of his to forge.

    :raises queries.BodyTooLarge: if it says that it is larger than a door takes
    """
    _bound(request, MOST_BODY_BYTES)
    return True


def token(request: HttpRequest) -> str:
    """Return the access token that a third party shows (RFC 6750); empty where there is none."""
    scheme, _, word = request.headers.get("Authorization", "").partition(" ")
    return word.strip() if scheme.lower() == "bearer" else ""


def signed_in(request: HttpRequest) -> Account:
    """Let in whoever is signed in, and answer in his language.

    :raises queries.Forged: if a form does not carry the token of its own session
    :raises queries.NotSignedIn: without a session
    :raises queries.SessionOver: if it was not seen for too long, or has lasted too long
    """
    return _enter(request, MOST_BODY_BYTES).account


def signed_in_afresh(request: HttpRequest) -> Account:
    """Let in whoever is signed in and showed a factor within five minutes; else as `signed_in`.

    :raises queries.StepUpWanted: if he did not
    """
    entry = _enter(request, MOST_BODY_BYTES)
    _want_fresh(request, entry, Sensitive.OWN_FACTORS)
    return entry.account


signed_in_afresh.fresh = Sensitive.OWN_FACTORS  # type: ignore[attr-defined]


def may(
    permission: str,
    *others: str,
    fresh: Sensitive | None = None,
    when: str = "",
    himself: bool = False,
) -> Callable[[HttpRequest], queries.Actor]:
    """Return the check for one door: the first of these permissions that is held opens it, at the
    places for which it was given. The community is in its path. A door of what is sensitive says
    what (`fresh`): a factor must have been shown within five minutes, or within the shift; with
    `when`, only where the address says so: `purpose` whatever it is, `kind=people` that alone.
    `himself`: no third party may pass, for what it gives reaches further than a token.

    :raises queries.Forged: if a form does not carry the token of its own session
    :raises queries.NotSignedIn, queries.SessionOver: without a session
    :raises queries.MustChangePassword: while the password is the one that was handed out
    :raises queries.MustAddFactor: while a role asks for a factor that the account has not
    :raises queries.NotAllowed: if no role in that community allows it
    :raises queries.StepUpWanted: if a factor must be shown again
    """

    def check(request: HttpRequest) -> queries.Actor:
        entry, actor = _actor(request)
        held = next((one for one in (permission, *others) if actor.holds(one)), permission)
        found = actor.acting(held)
        if himself and entry.bearing:
            raise queries.NotAllowed(permission=held, community=actor.community)
        if fresh and _says(request, when):
            _want_fresh(request, entry, fresh)
        return found

    check.permission = permission  # type: ignore[attr-defined]
    check.permissions = (permission, *others)  # type: ignore[attr-defined]
    check.fresh = fresh  # type: ignore[attr-defined]
    check.when = when  # type: ignore[attr-defined]
    return check


def may_everywhere(
    permission: str,
    *others: str,
    most_bytes: int = MOST_BODY_BYTES,
    fresh: Sensitive | None = None,
    when: str = "",
) -> Callable[[HttpRequest], queries.Actor]:
    """Return the check for a door that touches the whole community: as `may`, and who has none of
    these permissions but at some places is refused. `most_bytes` is the largest body it takes.

    :raises queries.NotEverywhere: if it was given for some places only
    """

    def check(request: HttpRequest) -> queries.Actor:
        entry, actor = _actor(request, most_bytes)
        able = [one for one in (permission, *others) if actor.holds(one)]
        whole = (one for one in able if actor.places_for(one) == ())
        held = next(whole, able[0] if able else permission)
        found = actor.acting(held)
        if found.places:
            raise queries.NotEverywhere(permission=held, community=actor.community)
        if fresh and _says(request, when):
            _want_fresh(request, entry, fresh)
        return found

    check.permission = permission  # type: ignore[attr-defined]
    check.permissions = (permission, *others)  # type: ignore[attr-defined]
    check.everywhere = True  # type: ignore[attr-defined]
    check.fresh = fresh  # type: ignore[attr-defined]
    check.when = when  # type: ignore[attr-defined]
    return check


def begin_session(*, request: HttpRequest, held: list[queries.Held], now: datetime) -> None:
    """Let the session that was just made remember when it began and on what; a factor was shown.

    The browser keeps its cookie for as long as the session may last.
    """
    limits = limits_of(held)
    at = now.timestamp()
    agent = request.headers.get("user-agent", "")
    request.session.update(
        {
            BEGAN: at,
            SEEN: at,
            SHOWN: at,
            DEVICE: logic.device_words(agent)[:120],
            LINE: secrets.token_hex(16),
        }
    )
    request.session.set_expiry(int(limits.absolute.total_seconds()))


class _Entry(msgspec.Struct, frozen=True):
    account: Account
    held: list[queries.Held]
    now: datetime
    bearing: Bearing | None = None


def _bound(request: HttpRequest, most_bytes: int) -> None:
    if int(request.META.get("CONTENT_LENGTH") or 0) > most_bytes:
        raise queries.BodyTooLarge(megabytes=most_bytes // 1024 // 1024)


def _enter(request: HttpRequest, most_bytes: int) -> _Entry:
    open_door(request, most_bytes)
    account = request.user
    if not isinstance(account, Account) or not account.is_active:
        raise queries.NotSignedIn
    now = timezone.now()
    held = queries.held(account=account.pk, now=now)
    _keep_limits(request, held, now)
    translation.activate("en" if account.language == "en" else "zh-hans")
    return _Entry(account, held, now)


def line_of(request: HttpRequest) -> str:
    """Return the name of the session of a request, which opens nothing; empty where it has none."""
    return str(request.session.get(LINE, ""))


def _keep_limits(request: HttpRequest, held: list[queries.Held], now: datetime) -> None:
    """End a session that is over, and let one that is not remember that it was seen; one of before
    that has no name yet is given one, the same by requests at once.
    """
    session, at = request.session, now.timestamp()
    if LINE not in session:
        session[LINE] = salted_hmac("linli.line", session.session_key or "").hexdigest()[:32]
    if BEGAN not in session:
        session[BEGAN] = session[SEEN] = at
        return
    if logic.over(began=session[BEGAN], seen=session[SEEN], now=at, limits=limits_of(held)):
        session.flush()
        raise queries.SessionOver
    if at - session[SEEN] >= logic.SEEN_EVERY.total_seconds():
        session[SEEN] = at


def limits_of(held: list[queries.Held]) -> logic.Limits:
    """Return how long a session of somebody who holds this lasts."""
    return settings.STAFF_SESSION if queries.works(held) else settings.RESIDENT_SESSION


def _says(request: HttpRequest, when: str) -> bool:
    """Tell whether an address says what `may` was told to heed; told nothing it always does."""
    name, _, value = when.partition("=")
    match = request.resolver_match
    held = match.kwargs if match else {}
    said = str(held[name]) if name in held else request.GET.get(name, "")
    return not when or (said == value if value else bool(said))


def want_fresh(request: Visit, act: Sensitive) -> None:
    """Refuse a visitor who showed no factor lately, where not the address but what he sends says
    that it is sensitive; a door that always asks says so to `may`.

    :raises queries.StepUpWanted: if a factor must be shown again
    """
    _want_fresh(request, _entry(request, MOST_BODY_BYTES), act)


def _want_fresh(request: HttpRequest, entry: _Entry, act: Sensitive) -> None:
    shown = None if entry.bearing else request.session.get(SHOWN)
    lasts = logic.SHIFT_LASTS if act in ONCE_A_SHIFT else logic.SHOWN_LASTS
    if not logic.fresh(shown=shown, now=entry.now.timestamp(), lasts=lasts):
        able = own.able_to_show(account=entry.account.pk, works=queries.works(entry.held))
        raise queries.StepUpWanted(factors=able)


def _entry(request: HttpRequest, most_bytes: int) -> _Entry:
    return _borne(request, most_bytes) if token(request) else _enter(request, most_bytes)


def _actor(request: HttpRequest, most_bytes: int = MOST_BODY_BYTES) -> tuple[_Entry, queries.Actor]:
    entry = _entry(request, most_bytes)
    if entry.account.must_change_password:
        raise queries.MustChangePassword
    if queries.must_add_factor(account=entry.account.pk, held=entry.held):
        raise queries.MustAddFactor
    match = request.resolver_match
    community = str(match.kwargs.get("community", "")) if match else ""
    if entry.bearing and (entry.bearing.community != community or WARD in request.headers):
        raise queries.NotAllowed(permission="", community=community)
    if ward := request.headers.get(WARD, ""):
        return entry, wards.acting(
            account=entry.account, community=community, subject=ward, now=entry.now
        )
    found = queries.standing(account=entry.account, community=community, held=entry.held)
    return entry, _narrowed(found, entry.bearing)


def _borne(request: HttpRequest, most_bytes: int) -> _Entry:
    """Let a third party in by its token. What is said in the same breath by a session is not heard.

    :raises queries.NotSignedIn: if the token opens nothing, or not any more
    """
    _bound(request, most_bytes)
    found = bearing(token(request))
    account = Account.objects.filter(pk=found.account, is_active=True).first() if found else None
    if found is None or account is None:
        raise queries.NotSignedIn
    now = timezone.now()
    return _Entry(account, queries.held(account=account.pk, now=now), now, found)


def _narrowed(actor: queries.Actor, found: Bearing | None) -> queries.Actor:
    """Return the actor with what a token leaves of it; the name says who acts for somebody."""
    if found is None:
        return actor
    name = f"{actor.name}（{found.name}）"[:64] if found.agreed else actor.name
    return msgspec.structs.replace(
        actor, name=name, only=found.scopes, party=found.party, agreed=found.agreed
    )
