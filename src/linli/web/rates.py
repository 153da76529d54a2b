"""Middleware: so many calls a minute for each account, third party, or address.

Counted in the memory of this process, in windows of a minute. The headers are modelled on
draft-ietf-httpapi-ratelimit-headers.
"""

import threading
from math import ceil

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from linli.foundation.identity.models import Account
from linli.kernel.fault import Fault
from linli.web.problems import Answer, refusal
from linli.web.refusals import write_down

_WINDOW_S = 60
_MOST_KEYS = 20_000
_GUESTS = "/api/v1/guest/"


class TooMany(Fault):
    key = "web.too_many"
    status = 429


class Windows:
    """How many calls each caller has made in the minute that runs. Used by many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._window = 0
        self._counts: dict[str, int] = {}

    def take(self, *, caller: str, at_s: float) -> tuple[int, int]:
        """Count a call; return how many there were with it, and the seconds until it starts anew.

        Callers beyond a number share one count, so that inventing them costs no memory.
        """
        window = int(at_s // _WINDOW_S)
        with self._lock:
            if window != self._window:
                self._window, self._counts = window, {}
            known = caller in self._counts or len(self._counts) < _MOST_KEYS
            name = caller if known else ""
            self._counts[name] = count = self._counts.get(name, 0) + 1
        return count, max(1, ceil((window + 1) * _WINDOW_S - at_s))

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._counts = {}


windows = Windows()


class Rates:
    """The middleware."""

    def __init__(self, get_response: Answer) -> None:
        self._answer = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the call on while there are calls left; say in headers how many."""
        kind, caller = _caller(request)
        most = settings.CALLS_A_MINUTE[kind]
        if not most:
            return self._answer(request)
        count, left_s = windows.take(caller=caller, at_s=timezone.now().timestamp())
        if count > most:
            write_down(request=request, key=TooMany.key, now=timezone.now())
            answer = refusal(TooMany(seconds=left_s))
            answer["Retry-After"] = str(left_s)
        else:
            answer = self._answer(request)
        answer["RateLimit-Policy"] = f'"{kind}";q={most};w={_WINDOW_S}'
        answer["RateLimit"] = f'"{kind}";r={max(0, most - count)};t={left_s}'
        return answer


def _caller(request: HttpRequest) -> tuple[str, str]:
    bearing = getattr(request, "bearing", None)
    if bearing is not None:
        return "third_party", f"party:{bearing.party}"
    if isinstance(request.user, Account):
        return "account", f"account:{request.user.pk}"
    if request.path.startswith(_GUESTS):
        return "guest", f"guest:{request.META.get('REMOTE_ADDR', '')}"
    return "address", f"address:{request.META.get('REMOTE_ADDR', '')}"
