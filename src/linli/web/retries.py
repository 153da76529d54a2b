"""Middleware: a POST that names an Idempotency-Key is carried out once, however often it is sent.

The door's writes and the answer that is kept are one commit. What was refused is not kept: it
changed nothing, and may be tried again under the same key.

A form with files is told from another by what is in it, not by how it was written: who sends it
again draws another boundary. Its door reads pictures and tables for seconds, and nobody else could
write meanwhile; so its answer is a commit after its writes. Cut off between the two it is carried
out again, as without a key: the doors that take files take the same file twice as one, or change
nothing by it.
"""

import json
import re
from contextlib import nullcontext
from datetime import datetime
from hashlib import sha256
from http import HTTPStatus

from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.urls import resolve
from django.utils import timezone

from linli.foundation.identity import wards
from linli.foundation.identity.guard import WARD
from linli.foundation.identity.models import Account
from linli.foundation.replies import operations as replies
from linli.foundation.replies.operations import Asked, Kept
from linli.kernel.fault import Fault
from linli.web.problems import Answer, NotReadable, refusal

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
_PLAIN = {"application/json", "application/x-www-form-urlencoded", ""}
"""Kinds of body that are kept in memory whole, so that one request can be told from another."""
_WITH_FILES = "multipart/form-data"
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
            if kept is None:
                return self._carry_out(request, asked, now)
            _still_acts(request, now)
            return _as_before(kept)
        except Fault as fault:
            return refusal(fault)

    def _carry_out(self, request: HttpRequest, asked: Asked, now: datetime) -> HttpResponse:
        together = request.content_type != _WITH_FILES
        try:
            with transaction.atomic() if together else nullcontext():
                answer = self._answer(request)
                done = answer.status_code < HTTPStatus.BAD_REQUEST
                if done:
                    replies.keep(asked=asked, kept=_kept(answer), begun_at=now)
                elif together and answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    transaction.set_rollback(True)
        except BaseException:
            replies.release(asked=asked, begun_at=now)
            raise
        if not done:
            replies.release(asked=asked, begun_at=now)
        return answer


def _asked(request: HttpRequest) -> Asked:
    key = request.headers[HEADER]
    with_files = request.content_type == _WITH_FILES
    if not _KEY.fullmatch(key) or not (with_files or request.content_type in _PLAIN):
        raise OddKey
    named = [request.method or "", request.get_full_path(), *_ward(request)]
    who, head = _who(request), f"{' '.join(named)}\n".encode()
    return Asked(who=who, key=key, what=head + (_form(request) if with_files else request.body))


def _ward(request: HttpRequest) -> list[str]:
    """Return for whom it is asked, where it says so: for another it is another request."""
    ward = request.headers.get(WARD, "")
    return [ward] if ward else []


def _still_acts(request: HttpRequest, now: datetime) -> None:
    """Let nobody read again what he was told as a guardian, once he is none: the guard is not
    asked for an answer that is kept.

    :raises wards.NotYourWard: if he is not his guardian, or not now
    """
    for ward in _ward(request):
        community = str(resolve(request.path_info).kwargs.get("community", ""))
        if not isinstance(request.user, Account):
            raise wards.NotYourWard(subject=ward[:48])
        if community:
            wards.acting(account=request.user, community=community, subject=ward, now=now)


def _form(request: HttpRequest) -> bytes:
    """Return what tells a form with files from another; its files are read to their end, a part at
    a time, and stand at their beginning again for the door.

    :raises NotReadable: if it is no such form
    """
    try:
        fields, files = list(request.POST.lists()), list(request.FILES.lists())
    except (MultiPartParserError, SuspiciousOperation, UnreadablePostError) as error:
        raise NotReadable(reason=type(error).__name__) from error
    named = [(name, [_told(one) for one in given]) for name, given in files]
    return json.dumps([fields, named]).encode()


def _told(file: "UploadedFile[bytes]") -> tuple[str, str]:
    digest = sha256()
    for part in file.chunks():
        digest.update(part)
    file.seek(0)
    return file.name or "", digest.hexdigest()


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
