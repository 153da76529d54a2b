"""Who changed what at a door whose operation notes nothing itself: a line of the audit trail.

An operation that makes a fact true of which it says who did it is noted with the fact, in its
transaction. What is left, as a household's members or a language, is noted here by its door, right
after it; `cause` is the first fact that it made, if it made any.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from linli.contracts.identity import PLATFORM
from linli.foundation.audit import operations as audit
from linli.foundation.audit.models import Act
from linli.foundation.consent.queries import for_ward
from linli.foundation.identity.models import Account
from linli.foundation.identity.queries import Actor

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_REFUSED_FROM = 400
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
NOT_NOTED = {
    "POST /checks/{kind}": "changes nothing: a number is looked at",
    "POST /{community}/scenes/drafts/read": "changes nothing: a draft is read",
    "POST /{community}/scenes/drafts/write": "changes nothing: a draft is put in words",
    "POST /{community}/scenes/drafts/stories": "changes nothing: stories of a draft are played",
    "POST /{community}/scenes/drafts/story": "changes nothing: a story is made of readings",
    "POST /{community}/scenes/drafts/dry-run": "changes nothing: a draft is tried on the present",
    "POST /{community}/scenes/{id}/stories/run": "changes nothing: stories are played",
    "POST /{community}/parking/lots/{lot}/fee": "changes nothing: a stay is tried",
    "POST /{community}/sos/trees/look": "changes nothing: a call tree is looked at, nobody is rung",
    "POST /{community}/search": "changes nothing: something is found; that it was sought is noted",
    "POST /{community}/visits/search": "changes nothing: a visit is found by a whole number",
    "POST /{community}/credentials/search": "changes nothing: a card is found by a whole number",
    "PUT /{community}/me/position": "said by a phone every so often; where staff are is no audit",
}
"""Doors of unsafe methods that have no line, and why."""


_BY_ITSELF = {"POST /{community}/my/door-code"}
"""Doors at which a page knocks by itself: a QR code is drawn anew each half minute."""
_HOUR = timedelta(hours=1)


class Noted:
    """Middleware: see to it that no write of a person is without a line."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and note what was done where nobody else did.

        :raises DatabaseError: if it cannot be noted: then it is not told as done
        """
        if request.method in _SAFE:
            response = self._get_response(request)
            if response.status_code < _REFUSED_FROM:
                _note_for_ward(request, Act.LOOK, [], timezone.now())
            return response
        before = request.user.pk if isinstance(request.user, Account) else 0
        with audit.watched() as seen:
            response = self._get_response(request)
        if response.status_code < _REFUSED_FROM and not set(seen.acts) - {Act.LOOK}:
            _note(request, before, seen.facts, timezone.now())
        if response.status_code < _REFUSED_FROM:
            _note_for_ward(request, Act.WRITE, seen.facts, timezone.now())
        return response


def door(request: HttpRequest) -> str:
    """Return method and address of the door, as the reference writes it; empty where none is."""
    match = request.resolver_match
    if match is None:
        return ""
    path = _PARAMETER.sub(r"{\1}", match.route).removeprefix("api/v1")
    return f"{request.method} {path}"


def _who(request: HttpRequest, before: int) -> tuple[int, str | None]:
    """Return account and name of whom the guard let in, or, at a door that is open to anybody, of
    who was signed in `before`. A name that is None is looked up.
    """
    found = getattr(request, "auth", None)
    if isinstance(found, Actor):
        return found.account, None if found.account else found.name
    return (found.pk if isinstance(found, Account) else before), None


def _note_for_ward(request: HttpRequest, act: Act, facts: list[str], now: datetime) -> None:
    """Note by whom his ward is spoken for, that a guardian looked at his things or did something in
    his place: he reads it on his page. That he looked is one line an hour, and so is what a page
    does by itself while it is open.
    """
    actor = getattr(request, "auth", None)
    if not isinstance(actor, Actor) or not actor.ward:
        return
    ward = f"person:{actor.ward}"
    if act is Act.LOOK:
        audit.note_look_for(community=actor.community, account=actor.account, ward=ward, now=now)
        return
    match = request.resolver_match
    opened = str(match.kwargs.get("door", "")) if match else ""
    deed = audit.Deed(
        community=actor.community,
        account=actor.account,
        act=act,
        what=for_ward(ward),
        cause=facts[0] if facts else "",
        words=f"{door(request)} {opened}".strip(),
        now=now,
    )
    if deed.words in _BY_ITSELF:
        audit.note_now_and_then(deed, every=_HOUR)
    else:
        audit.note_all([deed])


def _note(request: HttpRequest, before: int, facts: list[str], now: datetime) -> None:
    at = door(request)
    account, who = _who(request, before)
    if at in NOT_NOTED or not (account or who):
        return
    match = request.resolver_match
    told = match.kwargs if match else {}
    audit.note(
        community=str(told.get("community", PLATFORM)),
        account=account,
        who=who,
        act=Act.WRITE,
        what=at,
        place=str(told.get("place", "")),
        cause=facts[0] if facts else "",
        words=request.path,
        now=now,
    )
