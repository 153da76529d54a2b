"""The session over HTTP: sign in, who am I, on what, show it again, sign out."""

from functools import partial

from django.conf import settings
from django.contrib.auth import login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils import timezone
from ninja import Router, Status

from linli.contracts.identity import codes_by, provider
from linli.foundation.identity import operations, own, queries, schemas
from linli.foundation.identity.guard import (
    OwnVisit,
    Visit,
    begin_session,
    limits_of,
    line_of,
    may,
    open_door,
    signed_in,
    stranger,
)
from linli.foundation.identity.logic import HALF_LASTS
from linli.foundation.identity.models import Account
from linli.foundation.identity.sessions import SHOWN
from linli.kernel.fault import Fault

router = Router(tags=["session"])
_BACKEND = "django.contrib.auth.backends.ModelBackend"
_HALF, _HALF_AT = "half", "half_at"
_FORGET = '"cache", "cookies"'
"""Never "storage": it would throw away marks of a tour that a guard's telephone could not tell yet,
what a screen in a hall signs in by, drafts of scenes and a driver's ticket, and end the worker that
pushes come to. Nor "executionContexts": it loads other tabs anew, with what was being typed there.
"""


class HalfOver(Fault):
    """Nobody has shown one of two things here, or too long ago."""

    key = "identity.half_over"
    status = 401


@router.post("/session", response=schemas.SessionOut, auth=open_door)
def sign_in(request: HttpRequest, body: schemas.SignIn) -> object:
    """Sign in. Sets the cookies `sessionid` and `csrftoken`, by TLS with `__Host-` before their
    names. An account with a second factor is answered `identity.factor_wanted` until `code` is
    sent too.
    """
    account = operations.sign_in(
        username=body.username, password=body.password, code=body.code, now=timezone.now()
    )
    return enter(request, account)


@router.get("/session", response=schemas.SessionOut)
def session(request: HttpRequest) -> object:
    """Tell who is signed in; sets the cookie `csrftoken` even where nobody is."""
    get_token(request)
    return _session(signed_in(request).pk)


@router.get("/session/ways", response=schemas.SignInWays, auth=stranger)
def ways(request: HttpRequest) -> object:
    """Tell how one signs in here."""
    other = provider()
    return {
        "factor_roles": sorted(settings.FACTOR_ROLES),
        "codes": codes_by(),
        "provider": other.name if other else "",
    }


@router.patch("/session", response=schemas.SessionOut, auth=signed_in)
def set_language(request: OwnVisit, body: schemas.Language) -> object:
    """Set the language in which one is answered."""
    user = operations.speak(account=request.auth.pk, language=body.language, now=timezone.now())
    return {"user": user}


@router.post("/session/password", response={204: None}, auth=signed_in)
def change_password(request: OwnVisit, body: schemas.NewPassword) -> Status[None]:
    """Change one's own password; one's other sessions end."""
    account = operations.change_password(
        account=request.auth.pk, old=body.old, new=body.new, line=line_of(request)
    )
    update_session_auth_hash(request, account)
    return Status(204, None)


@router.post("/session/factor", response={204: None}, auth=signed_in)
def show_factor(request: OwnVisit, body: schemas.Shown) -> Status[None]:
    """Show again that it is oneself: doors of what is sensitive open for five minutes."""
    now = timezone.now()
    operations.show_again(account=request.auth.pk, now=now, **body.dict())
    request.session[SHOWN] = now.timestamp()
    return Status(204, None)


@router.delete("/session", response={204: None}, auth=open_door)
def sign_out(request: HttpRequest, response: HttpResponse) -> Status[None]:
    """Sign out; done twice it is done. The live lines of the account end. By TLS the browser is
    told to forget what it kept and our cookies.
    """
    account, leave = request.user.pk, partial(logout, request)
    if account is None:
        leave()
    else:
        operations.sign_out(account=account, line=line_of(request), leave=leave)
    if settings.SESSION_COOKIE_SECURE:
        response["Clear-Site-Data"] = _FORGET
    return Status(204, None)


@router.get("/sessions", response=schemas.SignedInList, auth=signed_in)
def sessions(request: OwnVisit) -> object:
    """List where one is signed in, the last seen first."""
    found = own.sessions(
        account=request.auth.pk, current=request.session.session_key, now=timezone.now()
    )
    crowded_out = own.crowded_out(account=request.auth.pk)
    return {"items": found, "most": settings.SESSIONS, "crowded_out": crowded_out}


@router.delete("/sessions/{id}", response={204: None}, auth=signed_in)
def end_session(request: OwnVisit, id: str) -> Status[None]:
    """End one of one's own sessions."""
    operations.end_session(account=request.auth.pk, session=id)
    return Status(204, None)


@router.delete("/sessions", response={204: None}, auth=signed_in)
def end_other_sessions(request: OwnVisit) -> Status[None]:
    """End all of one's own sessions but this one."""
    operations.end_other_sessions(
        account=request.auth.pk, keep=request.session.session_key, line=line_of(request)
    )
    return Status(204, None)


@router.get("/{community}/ticket", response=schemas.TicketOut,
            auth=may("devices.read", "visits.own", himself=True))  # fmt: skip
def ticket(request: Visit, community: str) -> object:
    """Give a leave of one minute to open the live line `/live/{community}?ticket=…`."""
    return operations.ticket(account=request.auth.account, community=community, now=timezone.now())


def enter(request: HttpRequest, account: Account) -> dict[str, object]:
    """Begin a session of an account that has shown who it is; tell who it is."""
    now = timezone.now()
    held = queries.held(account=account.pk, now=now)

    def save() -> str:
        for word in (_HALF, _HALF_AT):
            request.session.pop(word, None)
        login(request, account, backend=_BACKEND)
        begin_session(request=request, held=held, now=now)
        request.session.save()
        return str(request.session.session_key)

    ended = operations.begin(
        account=account.pk, save=save, most=settings.SESSIONS, limits=limits_of(held), now=now
    )
    return {**_session(account.pk), "ended": ended}


def enter_or_ask(request: HttpRequest, account: Account) -> dict[str, object]:
    """Begin a session of an account that has shown one thing other than its password; if it has a
    second factor, remember so much and ask for that.

    :raises operations.FactorWanted: if it has one
    """
    able = queries.factors(account=account.pk)
    if not able:
        return enter(request, account)
    request.session.set_expiry(int(HALF_LASTS.total_seconds()))
    request.session[_HALF], request.session[_HALF_AT] = account.pk, timezone.now().timestamp()
    raise operations.FactorWanted(factors=able)


def half(request: HttpRequest) -> int:
    """Return the account that has shown one of two things in this session.

    :raises HalfOver: if none has, or too long ago
    """
    at = float(request.session.get(_HALF_AT, 0.0))
    if timezone.now().timestamp() - at >= HALF_LASTS.total_seconds():
        raise HalfOver
    return int(request.session[_HALF])


def _session(account: int) -> dict[str, queries.User]:
    return {"user": queries.user(account=account, now=timezone.now())}
