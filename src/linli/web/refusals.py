"""Who was refused at a door of the API: a line of the audit trail."""

from datetime import datetime

from django.http import HttpRequest

from linli.contracts.identity import PLATFORM
from linli.foundation.audit import operations as audit
from linli.foundation.audit.models import Act
from linli.foundation.identity.models import Account
from linli.kernel.fault import Fault

_REFUSED = (401, 403)
_OWN_NOTES = frozenset({"identity.wrong_sign_in"})
"""What was noted where it was judged."""


def note(*, request: HttpRequest, fault: Fault, now: datetime) -> None:
    """Note that somebody was refused for who he is or is not. Other refusals have no line; asking
    who one is has none either.
    """
    asks_who = request.method == "GET" and request.path.endswith("/session")
    if fault.status not in _REFUSED or fault.key in _OWN_NOTES or asks_who:
        return
    match = request.resolver_match
    audit.note_of_many(
        audit.Deed(
            community=str(match.kwargs.get("community", PLATFORM)) if match else PLATFORM,
            account=request.user.pk if isinstance(request.user, Account) else 0,
            act=Act.REFUSAL,
            what=fault.key,
            words=f"{request.method} {request.path}",
            now=now,
        )
    )
