"""Factors over HTTP: an authenticator app, codes on paper, passkeys."""

import segno
from django.contrib.auth import HASH_SESSION_KEY
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status

from linli.foundation.identity import operations, own, queries, schemas
from linli.foundation.identity.guard import OwnVisit, open_door, signed_in, signed_in_afresh
from linli.foundation.identity.http import enter
from linli.foundation.identity.operations import passkeys
from linli.foundation.identity.sessions import SHOWN
from linli.kernel.fault import Fault

router = Router(tags=["session"])
_ASKED, _ASKED_FOR = "passkey_asked", "passkey_asked_at"
_ANSWER_S = 300
_STRANGERS_SESSION_S = 600


class NoSiteName(Fault):
    """A passkey is for a name; an address of digits has none."""

    key = "identity.no_site_name"
    status = 422


@router.get("/session/factors", response=schemas.FactorsOut, auth=signed_in)
def factors(request: OwnVisit) -> object:
    """Tell which factors one has beside the password."""
    return own.own_factors(account=request.auth.pk)


@router.post("/session/app", response=schemas.AppBegun, auth=signed_in_afresh)
def begin_app(request: OwnVisit) -> object:
    """Make a secret for an authenticator app; it counts once a code of it was shown."""
    account, signed = request.auth.pk, _signed(request)
    begun = operations.begin_app(account=account, signed=signed, now=timezone.now())
    picture = segno.make(begun.address, error="m").svg_data_uri(scale=4, border=2)
    return {"secret": begun.secret, "address": begun.address, "picture": picture}


@router.post("/session/app/prove", response=schemas.RecoveryCodes, auth=signed_in_afresh)
def prove_app(request: OwnVisit, body: schemas.Code) -> object:
    """Let the app count, by its first code."""
    codes = operations.prove_app(
        account=request.auth.pk, code=body.code, signed=_signed(request), now=timezone.now()
    )
    return {"codes": codes}


@router.delete("/session/app", response={204: None}, auth=signed_in_afresh)
def drop_app(request: OwnVisit) -> Status[None]:
    """Take the authenticator app off."""
    operations.drop_app(account=request.auth.pk, signed=_signed(request), now=timezone.now())
    return Status(204, None)


@router.post("/session/recovery-codes", response=schemas.RecoveryCodes, auth=signed_in_afresh)
def renew_recovery_codes(request: OwnVisit) -> object:
    """Make new codes for paper; the old ones are void."""
    codes = operations.renew_recovery_codes(
        account=request.auth.pk, signed=_signed(request), now=timezone.now()
    )
    return {"codes": codes}


@router.post("/session/passkeys/ask", response=schemas.PasskeyAsked, auth=signed_in_afresh)
def ask_new_passkey(request: OwnVisit) -> object:
    """Ask the browser to make a passkey."""
    asked = passkeys.ask_new(account=request.auth.pk, site=_site(request))
    return _keep(request, asked)


@router.post("/session/passkeys", response=schemas.RecoveryCodes, auth=signed_in_afresh)
def add_passkey(request: OwnVisit, body: schemas.PasskeyNew) -> object:
    """Keep a passkey that the browser made."""
    codes = passkeys.add(
        account=request.auth.pk,
        name=body.name,
        credential=body.credential,
        challenge=_asked(request),
        site=_site(request),
        signed=_signed(request),
        now=timezone.now(),
    )
    return {"codes": codes}


@router.delete("/session/passkeys/{int:id}", response={204: None}, auth=signed_in_afresh)
def drop_passkey(request: OwnVisit, id: int) -> Status[None]:
    """Take a passkey off."""
    passkeys.drop(account=request.auth.pk, passkey=id, signed=_signed(request), now=timezone.now())
    return Status(204, None)


@router.post("/session/passkey/ask", response=schemas.PasskeyAsked, auth=open_door)
def ask_passkey(request: HttpRequest) -> object:
    """Ask the browser for any passkey that it has for here; whose is not said."""
    if not request.user.is_authenticated:
        request.session.set_expiry(_STRANGERS_SESSION_S)
    return _keep(request, passkeys.ask_known(site=_site(request)))


@router.post("/session/passkey", response=schemas.SessionOut, auth=open_door)
def sign_in_by_passkey(request: HttpRequest, body: schemas.PasskeyShown) -> object:
    """Sign in by a passkey. Signed in already, it shows again that it is oneself."""
    known = request.user.pk
    now = timezone.now()
    account = passkeys.show(
        credential=body.credential,
        challenge=_asked(request),
        site=_site(request),
        account=known,
        now=now,
    )
    if known is None:
        return enter(request, account)
    request.session[SHOWN] = now.timestamp()
    return {"user": queries.user(account=known, now=now)}


def _signed(request: HttpRequest) -> str:
    """Return what the session knows of the password by which it began."""
    return str(request.session[HASH_SESSION_KEY])


def _site(request: HttpRequest) -> passkeys.Site:
    """Return where this is: a name, for browsers make no passkey for an address of digits.

    :raises NoSiteName: if it is such an address
    """
    host = request.get_host().rsplit(":", 1)[0]
    if not host or host.startswith("[") or host.replace(".", "").isdecimal():
        raise NoSiteName
    return passkeys.Site(host=host, origin=f"{request.scheme}://{request.get_host()}")


def _keep(request: HttpRequest, asked: passkeys.Asked) -> dict[str, object]:
    request.session[_ASKED] = asked.challenge
    request.session[_ASKED_FOR] = timezone.now().timestamp()
    return {"options": asked.options}


def _asked(request: HttpRequest) -> str:
    """Return what was asked last; it is good once, and not for long.

    :raises operations.WrongSignIn: if nothing was
    """
    challenge = str(request.session.pop(_ASKED, ""))
    at = float(request.session.pop(_ASKED_FOR, 0.0))
    if not challenge or timezone.now().timestamp() - at >= _ANSWER_S:
        raise operations.WrongSignIn
    return challenge
