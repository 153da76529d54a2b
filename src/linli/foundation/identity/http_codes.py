"""One-time codes over HTTP, and the other half of signing in."""

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status

from linli.contracts.identity import codes_shown
from linli.foundation.identity import operations, schemas
from linli.foundation.identity.guard import open_door, stranger
from linli.foundation.identity.http import enter, enter_or_ask, half
from linli.foundation.identity.logic import CODE_LASTS

router = Router(tags=["session"])


@router.post("/session/codes", response={202: schemas.CodeSent}, auth=open_door)
def send_code(request: HttpRequest, body: schemas.CodeWanted) -> Status[object]:
    """Send a code to the telephone of whoever has this name, or number. The answer is the same
    where nothing is sent.
    """
    asked = operations.send(
        name=body.name,
        use=body.use,
        address=str(request.META.get("REMOTE_ADDR", "")),
        now=timezone.now(),
    )
    return Status(202, {"asked": asked, "lasts_s": int(CODE_LASTS.total_seconds())})


@router.get("/session/codes", response=schemas.CodesShown, auth=stranger)
def shown_codes(request: HttpRequest) -> object:
    """Show the last codes, where they go to no telephone: in the demo, and nowhere else."""
    return {"items": codes_shown()}


@router.post("/session/code", response=schemas.SessionOut, auth=open_door)
def sign_in_by_code(request: HttpRequest, body: schemas.CodeRead) -> object:
    """Sign in by a code that was sent: for who lives here. An account with a second factor is
    answered `identity.factor_wanted`, and goes on at `/session/second`.
    """
    account = operations.sign_in_by_code(asked=body.asked, code=body.code, now=timezone.now())
    return enter_or_ask(request, account)


@router.post("/session/second", response=schemas.SessionOut, auth=open_door)
def show_second(request: HttpRequest, body: schemas.Code) -> object:
    """Show the factor that was asked for, and be signed in."""
    account = operations.show_other(account=half(request), code=body.code, now=timezone.now())
    return enter(request, account)


@router.post("/session/password/reset", response={204: None}, auth=open_door)
def reset_password(request: HttpRequest, body: schemas.PasswordByCode) -> Status[None]:
    """Choose another password by a code that was sent; all sessions end."""
    operations.reset_password(asked=body.asked, code=body.code, new=body.new, now=timezone.now())
    return Status(204, None)
