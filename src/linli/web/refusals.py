"""Who was refused at a door of the API: a line of the audit trail."""

import threading
from datetime import datetime

from django.http import HttpRequest

from linli.contracts.identity import PLATFORM
from linli.foundation.audit import operations as audit
from linli.foundation.audit.models import Act
from linli.foundation.identity.models import Account
from linli.kernel.fault import Fault

_REFUSED = (401, 403)
_STRANGERS_A_MINUTE = 30
_OWN_NOTES = frozenset({"identity.wrong_sign_in"})
"""What was noted where it was judged."""


class _Strangers:
    """Strangers knock without end: so many a minute get a line, the others are counted in the next.

    One a process, used by its threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minute = 0
        self._noted = self._unnoted = 0

    def turn(self, now: datetime) -> int | None:
        """Return how many had no line before this one; None where this one has none either."""
        minute = int(now.timestamp() // 60)
        with self._lock:
            if minute != self._minute:
                self._minute, self._noted = minute, 0
            if self._noted >= _STRANGERS_A_MINUTE:
                self._unnoted += 1
                return None
            self._noted += 1
            missed, self._unnoted = self._unnoted, 0
            return missed


_strangers = _Strangers()


def note(*, request: HttpRequest, fault: Fault, now: datetime) -> None:
    """Note that somebody was refused for who he is or is not. Other refusals have no line; asking
    who one is has none either.
    """
    asks_who = request.method == "GET" and request.path.endswith("/session")
    if fault.status not in _REFUSED or fault.key in _OWN_NOTES or asks_who:
        return
    account = request.user.pk if isinstance(request.user, Account) else 0
    missed = 0 if account else _strangers.turn(now)
    if missed is None:
        return
    match = request.resolver_match
    words = f"{request.method} {request.path}"
    audit.note(
        community=str(match.kwargs.get("community", PLATFORM))[:32] if match else PLATFORM,
        account=account,
        act=Act.REFUSAL,
        what=fault.key,
        words=f"{words} (+{missed})" if missed else words,
        now=now,
    )
