"""Middleware: a change that says which state it means (If-Match) is made to no other.

The state is what a GET of the same address answers, by its ETag. It is looked at in the transaction
of the change, and whoever changes the same address under a condition waits for his turn.
"""

import copy

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import set_response_etag
from django.utils.http import parse_etags

from linli.foundation.replies import operations as replies
from linli.kernel.fault import Fault
from linli.web.problems import Answer, refusal

_CHANGES = frozenset({"PUT", "PATCH", "DELETE"})
_OK = 200


class ChangedMeanwhile(Fault):
    key = "web.changed_meanwhile"
    status = 412


class Conditions:
    """The middleware."""

    def __init__(self, get_response: Answer) -> None:
        self._answer = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Make the change if what it means is still so."""
        wanted = request.headers.get("If-Match", "")
        if request.method not in _CHANGES or not wanted:
            return self._answer(request)
        with transaction.atomic():
            replies.wait_turn(at=request.path, now=timezone.now())
            standing = self._answer(_asking(request))
            if standing.status_code != _OK:
                return refusal(ChangedMeanwhile())
            tag = set_response_etag(standing).headers["ETag"]
            if "*" in (tags := parse_etags(wanted)) or tag in tags:
                return self._answer(request)
        return refusal(ChangedMeanwhile())


def _asking(request: HttpRequest) -> HttpRequest:
    """Return the same visitor asking what stands at the address."""
    asking = copy.copy(request)
    asking.method = "GET"
    asking.META = {**request.META, "REQUEST_METHOD": "GET"}
    return asking
