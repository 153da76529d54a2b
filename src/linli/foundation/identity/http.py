"""The session over HTTP: sign in, who am I, sign out."""

from datetime import datetime

from django.contrib.auth import login, logout, update_session_auth_hash
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils import timezone
from ninja import Router, Schema, Status

from linli.foundation.identity import operations, queries
from linli.foundation.identity.guard import OwnVisit, Visit, may, open_door, signed_in
from linli.foundation.shapes import TwoLanguages

router = Router(tags=["session"])
_BACKEND = "django.contrib.auth.backends.ModelBackend"


class CommunityOut(Schema):
    code: str
    name: TwoLanguages


class UserOut(Schema):
    id: int
    name: str
    username: str
    language: str
    must_change_password: bool
    roles: dict[str, list[str]]
    permissions: dict[str, list[str]]
    communities: list[CommunityOut]


class SessionOut(Schema):
    user: UserOut


class SignIn(Schema):
    username: str
    password: str


class Language(Schema):
    language: str


class NewPassword(Schema):
    old: str
    new: str


class TicketOut(Schema):
    ticket: str
    expires_at: datetime


@router.post("/session", response=SessionOut, auth=open_door)
def sign_in(request: HttpRequest, body: SignIn) -> object:
    """Sign in. Sets the cookies `sessionid` and `csrftoken`."""
    account = operations.sign_in(username=body.username, password=body.password, now=timezone.now())
    login(request, account, backend=_BACKEND)
    return _session(account.pk)


@router.get("/session", response=SessionOut)
def session(request: HttpRequest) -> object:
    """Tell who is signed in; sets the cookie `csrftoken` even where nobody is."""
    get_token(request)
    return _session(signed_in(request).pk)


@router.patch("/session", response=SessionOut, auth=signed_in)
def set_language(request: OwnVisit, body: Language) -> object:
    """Set the language in which one is answered."""
    return {"user": operations.speak(account=request.auth.pk, language=body.language)}


@router.post("/session/password", response={204: None}, auth=signed_in)
def change_password(request: OwnVisit, body: NewPassword) -> Status[None]:
    """Change one's own password; one's other sessions end."""
    account = operations.change_password(account=request.auth.pk, old=body.old, new=body.new)
    update_session_auth_hash(request, account)
    return Status(204, None)


@router.delete("/session", response={204: None}, auth=open_door)
def sign_out(request: HttpRequest) -> Status[None]:
    """Sign out; done twice it is done. The live lines of the account end."""
    account = request.user.pk
    logout(request)
    if account is not None:
        operations.sign_out(account=account)
    return Status(204, None)


@router.get("/{community}/ticket", response=TicketOut, auth=may("devices.read"))
def ticket(request: Visit, community: str) -> object:
    """Give a leave of one minute to open the live line `/live/{community}?ticket=…`."""
    return operations.ticket(account=request.auth.account, community=community, now=timezone.now())


def _session(account: int) -> dict[str, queries.User]:
    return {"user": queries.user(account=account)}
