"""Middleware of third parties: who stands behind a token, how much of its day is used, and what it
changed.
"""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from linli.contracts.openapi import bearing
from linli.domains.openapi.operations import metering
from linli.foundation.audit import operations as audit
from linli.foundation.identity.guard import token
from linli.web.problems import Answer, refusal

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Borne:
    """Find out who stands behind the token that a request shows, for those that come after; what is
    done by it is in the trail as done by its program.
    """

    def __init__(self, get_response: Answer) -> None:
        self._answer = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on with `bearing`; who shows a token that opens nothing is told so."""
        shown = token(request)
        found = bearing(shown) if shown else None
        request.bearing = found  # type: ignore[attr-defined]
        with audit.done_by(found.name if found else ""):
            answer = self._answer(request)
        if shown and answer.status_code == HTTPStatus.UNAUTHORIZED:
            answer["WWW-Authenticate"] = 'Bearer error="invalid_token"'
        return answer


class Metered:
    """Count what a third party does."""

    def __init__(self, get_response: Answer) -> None:
        self._answer = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on while there are calls left for this day; remember what it changed."""
        found = getattr(request, "bearing", None)
        if found is None:
            return self._answer(request)
        now = timezone.now()
        if not metering.count(bearing=found, now=now):
            answer = refusal(metering.QuotaSpent())
            answer["Retry-After"] = str(metering.seconds_left(now))
            return answer
        answer = self._answer(request)
        if request.method not in _SAFE:
            act = f"{request.method} {request.path.removeprefix('/api/v1')}"
            said = b"" if answer.streaming else answer.content
            metering.remember(
                bearing=found, act=act, status=answer.status_code, answered=said, now=now
            )
        return answer
