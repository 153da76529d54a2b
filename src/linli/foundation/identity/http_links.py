"""Signing in by who one is elsewhere, over HTTP: OpenID Connect, and WeChat's code."""

import secrets
from hmac import compare_digest
from urllib.parse import urlencode

from django.contrib.auth import HASH_SESSION_KEY
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from linli.contracts.identity import Errand
from linli.foundation.identity import operations, own, schemas
from linli.foundation.identity.guard import (
    OwnVisit,
    open_door,
    signed_in,
    signed_in_afresh,
    stranger,
)
from linli.foundation.identity.http import enter_or_ask
from linli.foundation.identity.operations import links
from linli.kernel.fault import Fault

router = Router(tags=["session"])
_ERRAND, _ERRAND_AT, _LINKS = "errand", "errand_at", "errand_links"
_SUBJECT = "subject"
_AWAY_S = 600
_BACK = "/api/v1/session/provider/return"


class Returned(Schema):
    """With what a provider sends the browser back (RFC 6749, 4.1.2; RFC 9207)."""

    code: str = Field("", max_length=4096)
    state: str = Field("", max_length=256)
    iss: str = Field("", max_length=256)
    error: str = Field("", max_length=256)


@router.post("/session/provider", response=schemas.Elsewhere, auth=open_door)
def begin_provider(request: HttpRequest) -> object:
    """Begin to sign in by the provider: say where the browser goes."""
    if not request.user.is_authenticated:
        request.session.set_expiry(_AWAY_S)
    return _sent_away(request, 0)


@router.post("/session/links/provider", response=schemas.Elsewhere, auth=signed_in_afresh)
def begin_link(request: OwnVisit) -> object:
    """Begin to link oneself to who one is to the provider: say where the browser goes."""
    return _sent_away(request, request.auth.pk)


@router.get("/session/provider/return", response={302: None}, auth=stranger)
def return_from_provider(request: HttpRequest, back: Query[Returned]) -> HttpResponse:
    """Come back from the provider: signed in, or linked, or told why not on the page."""
    account = int(request.session.get(_LINKS, 0))
    try:
        return HttpResponseRedirect(_came_back(request, back, account))
    except operations.FactorWanted:
        return HttpResponseRedirect("/sign-in?second=1")
    except Fault as fault:
        page = "/account" if account else "/sign-in"
        return HttpResponseRedirect(f"{page}?{urlencode({'refused': fault.key})}")


@router.get("/session/links", response=schemas.Links, auth=signed_in)
def own_links(request: OwnVisit) -> object:
    """List who one is elsewhere."""
    return {"items": own.links(account=request.auth.pk)}


@router.delete("/session/links/{int:id}", response={204: None}, auth=signed_in_afresh)
def unlink(request: OwnVisit, id: int) -> Status[None]:
    """Take a link off."""
    links.unlink(account=request.auth.pk, id=id, now=timezone.now())
    return Status(204, None)


@router.post("/session/wechat", response=schemas.SessionOut, auth=open_door)
def sign_in_by_wechat(request: HttpRequest, body: schemas.WeChatCode) -> object:
    """Sign in by a code of `wx.login`. Whom nobody knows is answered `identity.unknown_subject`,
    and may be bound once, at `/session/wechat/bind`.
    """
    now = timezone.now()
    issuer, subject = links.openid(code=body.code, now=now)
    try:
        account = links.sign_in_as(issuer=issuer, subject=subject, now=now)
    except links.UnknownSubject:
        request.session[_SUBJECT] = [issuer, subject, now.timestamp()]
        raise
    return enter_or_ask(request, account)


@router.post("/session/wechat/bind", response=schemas.SessionOut, auth=open_door)
def bind_wechat(request: HttpRequest, body: schemas.CodeRead) -> object:
    """Bind the WeChat user of this session to the account of a resident, who shows by a code on
    his telephone that it is his (`/session/codes`, use `bind`); he is signed in.
    """
    issuer, subject, at = request.session.get(_SUBJECT, ["", "", 0.0])
    now = timezone.now()
    if now.timestamp() - float(at) >= _AWAY_S:
        raise links.NotVouched
    account = links.bind(issuer=issuer, subject=subject, asked=body.asked, code=body.code, now=now)
    del request.session[_SUBJECT]
    return enter_or_ask(request, account)


def _sent_away(request: HttpRequest, account: int) -> dict[str, str]:
    errand = Errand(
        back=f"{request.scheme}://{request.get_host()}{_BACK}",
        state=secrets.token_urlsafe(24),
        nonce=secrets.token_urlsafe(24),
        verifier=secrets.token_urlsafe(48),
    )
    found = links.address(errand=errand)
    request.session[_ERRAND] = [errand.back, errand.state, errand.nonce, errand.verifier]
    request.session[_ERRAND_AT] = timezone.now().timestamp()
    request.session[_LINKS] = account
    return {"location": found}


def _came_back(request: HttpRequest, back: Returned, account: int) -> str:
    """Sign in, or link, and return where the browser goes on."""
    now = timezone.now()
    issuer, subject = links.vouched(errand=_errand(request, back), code=back.code, now=now)
    if back.iss and back.iss != issuer:
        raise links.NotVouched
    if not account:
        enter_or_ask(request, links.sign_in_as(issuer=issuer, subject=subject, now=now))
        return "/"
    if request.user.pk != account:
        raise links.NotVouched
    signed = request.session[HASH_SESSION_KEY]
    links.link(account=account, issuer=issuer, subject=subject, by=account, signed=signed, now=now)
    return "/account?linked=1"


def _errand(request: HttpRequest, back: Returned) -> Errand:
    """Return the errand from which somebody comes back; it is good once, and not for long.

    :raises links.NotVouched: if this session sent nobody, or he comes with something else
    """
    said = request.session.pop(_ERRAND, None)
    at = float(request.session.pop(_ERRAND_AT, 0.0))
    request.session.pop(_LINKS, None)
    late = timezone.now().timestamp() - at >= _AWAY_S
    if said is None or late or not back.code or back.error:
        raise links.NotVouched
    way, state, nonce, verifier = said
    if not compare_digest(state.encode(), back.state.encode()):
        raise links.NotVouched
    return Errand(back=way, state=state, nonce=nonce, verifier=verifier)
