"""Middleware: a POST that names an Idempotency-Key is carried out once, however often it is sent.

The door's writes and the answer that is kept are one commit. What was refused is not kept: it
changed nothing, and may be tried again under the same key.
"""

import re
from datetime import datetime
from http import HTTPStatus

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from linli.foundation.identity.models import Account
from linli.foundation.replies import operations as replies
from linli.foundation.replies.operations import Asked, Kept
from linli.kernel.fault import Fault
from linli.web.problems import Answer, refusal

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
_PLAIN = {"application/json", "application/x-www-form-urlencoded", ""}
"""Kinds of body that are kept in memory whole, so that one request can be told from another."""
KEPT_NOWHERE = "/api/v1/oauth/"
"""What is answered there are tokens: they are kept nowhere, so a key says nothing there."""

_KEY = re.compile(r"[\x21-\x7e]{8,200}")


class OddKey(Fault):
    key = "web.key_is_odd"
    status = 422


class KeyOfNobody(Fault):
    """Whose answers are kept must be known, or anybody could read them."""

    key = "web.key_needs_sign_in"
    status = 401


class Once:
    """The middleware."""

    def __init__(self, get_response: Answer) -> None:
        self._answer = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Carry it out, or answer as it was answered."""
        plain = request.method != "POST" or HEADER not in request.headers
        if plain or request.path.startswith(KEPT_NOWHERE):
            return self._answer(request)
        now = timezone.now()
        try:
            asked = _asked(request)
            kept = replies.first(asked=asked, now=now)
            return self._carry_out(request, asked, now) if kept is None else _as_before(kept)
        except Fault as fault:
            return refusal(fault)

    def _carry_out(self, request: HttpRequest, asked: Asked, now: datetime) -> HttpResponse:
        try:
            with transaction.atomic():
                answer = self._answer(request)
                done = answer.status_code < HTTPStatus.BAD_REQUEST
                if done:
                    replies.keep(asked=asked, kept=_kept(answer), begun_at=now)
                elif answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    transaction.set_rollback(True)
        except BaseException:
            replies.release(asked=asked, begun_at=now)
            raise
        if not done:
            replies.release(asked=asked, begun_at=now)
        return answer


def _asked(request: HttpRequest) -> Asked:
    key = request.headers[HEADER]
    if not _KEY.fullmatch(key) or request.content_type not in _PLAIN:
        raise OddKey
    head = f"{request.method} {request.get_full_path()}\n".encode()
    return Asked(who=_who(request), key=key, what=head + request.body)


def _who(request: HttpRequest) -> str:
    bearing = getattr(request, "bearing", None)
    if bearing is not None:
        return f"party:{bearing.party}:{bearing.account}"
    if isinstance(request.user, Account):
        return f"account:{request.user.pk}"
    raise KeyOfNobody


class FileGivenOnce(Fault):
    """The first time it was answered with a file, and that is not kept."""

    key = "web.file_given_once"
    status = 410


def _kept(answer: HttpResponse) -> Kept:
    """Return what is answered again: a file is not, for who takes one is looked at each time."""
    if answer.streaming or "json" not in answer.headers.get("Content-Type", "json"):
        answer = refusal(FileGivenOnce())
    return Kept(
        status=answer.status_code,
        content_type=answer.headers.get("Content-Type", ""),
        body=answer.content,
    )


def _as_before(kept: Kept) -> HttpResponse:
    answer = HttpResponse(kept.body, status=kept.status, content_type=kept.content_type)
    answer[REPLAYED] = "true"
    return answer
