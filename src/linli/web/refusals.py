"""Who was refused at a door of the API: a line of the audit trail for who he is, and one of the log
for what he sent.
"""

import logging
from datetime import datetime

from django.http import HttpRequest

from linli.contracts.identity import PLATFORM
from linli.foundation.audit import operations as audit
from linli.foundation.audit.crowd import Crowd
from linli.foundation.audit.models import Act
from linli.foundation.identity.models import Account
from linli.kernel.fault import Fault
from linli.web.writes import door

log = logging.getLogger("linli.refused")
_crowd = Crowd()

_REFUSED = (401, 403)
_OWN_NOTES = frozenset({"identity.wrong_sign_in"})
"""What was noted where it was judged."""
_GRAVE = frozenset({"files.infected"})
"""What has a line of the trail though it is for what he sent: it matters from whom it came."""


def note(*, request: HttpRequest, fault: Fault, now: datetime) -> None:
    """Note that somebody was refused for who he is or is not, or for a virus. Refused for anything
    else he has a line in the log; asking who one is has none anywhere.
    """
    asks_who = request.method == "GET" and request.path.endswith("/session")
    if fault.key in _OWN_NOTES or asks_who:
        return
    if fault.status not in _REFUSED and fault.key not in _GRAVE:
        write_down(request=request, key=fault.key, now=now)
        return
    match = request.resolver_match
    audit.note_of_many(
        audit.Deed(
            community=str(match.kwargs.get("community", PLATFORM)) if match else PLATFORM,
            account=_account(request),
            act=Act.REFUSAL,
            what=fault.key,
            words=f"{request.method} {request.path}",
            now=now,
        )
    )


def write_down(*, request: HttpRequest, key: str, now: datetime) -> None:
    """Write into the log that a request was refused for what it says, or how often it comes: door,
    key, account, and nothing of what it said. Thirty a minute of an account (all without one are
    one); how many were left out is told by the next line.
    """
    account = _account(request)
    missed = _crowd.turn(who=account, now=now)
    if missed is None:
        return
    more = f" (+{missed})" if missed else ""
    log.info("%s: %s, account %d%s", door(request) or request.method, key, account, more)


def _account(request: HttpRequest) -> int:
    borne = getattr(request, "bearing", None)
    if borne:
        return int(borne.account)
    return request.user.pk if isinstance(request.user, Account) else 0
