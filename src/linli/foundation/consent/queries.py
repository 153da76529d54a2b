"""Every read of consents and requests, and the page of a person about himself."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import msgspec
from django.contrib.auth import get_user_model

from linli.contracts import privacy
from linli.contracts.privacy import Held, Own
from linli.foundation.audit.models import Act, Line
from linli.foundation.consent.models import Assessment, Consent, Request
from linli.foundation.privacy.purposes import PURPOSES, Basis, Purpose
from linli.foundation.vault import sealed
from linli.kernel.fault import Fault

_MOST = 200


class NotInTheRegister(Fault):
    """The account belongs to nobody in the register of this community."""

    key = "consent.not_in_the_register"
    status = 404


class NotYours(Fault):
    """The account may not speak for this person."""

    key = "consent.not_yours"
    status = 404


class RequestNotFound(Fault):
    key = "consent.request_not_found"
    status = 404


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a person stands to a purpose: `given`, `withdrawn`; while he has said nothing `assumed`
    since he was registered, or `unsaid` where silence is no consent. `at`: when he said it last.
    """

    purpose: str
    about: Purpose
    state: str
    at: datetime | None


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody read a person's record in full, or took out a list that he stands in (`many`); by a
    third party's `program`, where it was none of ours.
    """

    at: datetime
    who: str
    purpose: str
    many: bool
    program: str = ""


class Mine(msgspec.Struct, frozen=True, kw_only=True):
    """All that a person may know of his own data. `people`: all whom the account speaks for."""

    own: Own
    people: Sequence[Own]
    held: Sequence[Held]
    consents: Sequence[Standing]
    looks: Sequence[Look]
    requests: Sequence[Request]


def own(*, community: str, account: int, subject: str, today: date) -> tuple[Own, Sequence[Own]]:
    """Return the person that is meant (an empty subject is the account's own) and all whom it may
    speak for.

    :raises NotInTheRegister: if it speaks for nobody
    :raises NotYours: if it does not speak for this one
    """
    people = privacy.whom(community, account, today)
    if not people:
        raise NotInTheRegister
    found = next((one for one in people if subject in {"", one.subject}), None)
    if found is None:
        raise NotYours
    return found, people


def mine(*, community: str, account: int, subject: str, today: date) -> Mine:
    """Return what is held on a person, why, and who looked.

    :raises NotInTheRegister, NotYours: as `own`
    """
    one, people = own(community=community, account=account, subject=subject, today=today)
    held = privacy.held(community, one.subject)
    kept_for = {purpose for record in held for purpose in record.purposes}
    kept_for |= {key for record in held for field in record.fields for key in field.purposes}
    kept_for -= {key for key, about in PURPOSES.items() if about.basis is Basis.NONE or about.each}
    return Mine(
        own=one,
        people=people,
        held=held,
        consents=[
            standing
            for standing in _standings(community, one.subject)
            if standing.purpose in kept_for
        ],
        looks=_looks(community, one.subject),
        requests=_opened(
            Request.rows.of(community).filter(subject=one.subject), community, "correction"
        ),
    )


def withdrawn(*, community: str, purpose: str, subjects: Sequence[str] = ()) -> frozenset[str]:
    """Return who withdrew his consent to a purpose: of these, or of all."""
    rows = Consent.rows.of(community).filter(purpose=purpose)
    if subjects:
        rows = rows.filter(subject__in=subjects)
    newest = dict(rows.order_by("pk").values_list("subject", "given"))
    return frozenset(subject for subject, given in newest.items() if not given)


def purposes_withdrawn(*, community: str, subject: str) -> list[str]:
    """Return to which purposes a person withdrew his consent."""
    return [
        standing.purpose
        for standing in _standings(community, subject)
        if standing.state == "withdrawn"
    ]


def _standings(community: str, subject: str) -> list[Standing]:
    rows = Consent.rows.of(community).filter(subject=subject).order_by("pk")
    said = {row.purpose: row for row in rows}
    return [
        Standing(
            purpose=key,
            about=about,
            state=_state(said.get(key), about),
            at=said[key].at if key in said else None,
        )
        for key, about in PURPOSES.items()
    ]


def _state(row: Consent | None, about: Purpose) -> str:
    if row is None:
        return "unsaid" if about.asked else "assumed"
    return "given" if row.given else "withdrawn"


def _looks(community: str, subject: str) -> list[Look]:
    """Return who looked, newest first: at him alone, or at a list of all."""
    lists = [f"export:{_LISTS[kind]}" for kind in _LISTS if subject.startswith(kind)]
    rows = Line.objects.filter(
        community=community, act=Act.LOOK, what__in=[subject, *lists]
    ).order_by("-at_us", "-id")[:_MOST]
    found = list(rows)
    names = dict(
        get_user_model()
        .objects.filter(pk__in={row.account for row in found})
        .values_list("pk", "name")
    )
    return [
        Look(
            at=datetime.fromtimestamp(row.at_us / 1e6, UTC),
            who=str(names.get(row.account, row.who)),
            purpose=row.purpose,
            many=row.what != subject,
            program=row.program,
        )
        for row in found
    ]


_LISTS = {"person:": "people", "staff:": "staff"}
"""Persons of each kind stand in this list."""


def requests(*, community: str, before: int | None, limit: int) -> list[Request]:
    """Return what persons ask for, newest first, opened for correction."""
    rows = Request.rows.of(community).order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return _opened(rows[:limit], community, "correction")


def request(*, community: str, id: int, lock: bool = False) -> Request:
    """Return one, opened for correction.

    :raises RequestNotFound: if there is none of that number
    """
    rows = Request.rows.of(community).filter(pk=id)
    row = (rows.select_for_update() if lock else rows).first()
    if row is None:
        raise RequestNotFound(id=id)
    return _opened([row], community, "correction")[0]


def _opened(rows: object, community: str, purpose: str) -> list[Request]:
    found: list[Request] = list(rows)  # type: ignore[call-overload]
    sealed.open_all(found, community=community, purpose=purpose)
    return found


def assessments(
    *, community: str, before: int | None, limit: int
) -> tuple[list[Assessment], int | None]:
    """Return a page of the impact assessments, newest first, and the cursor after it."""
    rows = Assessment.rows.of(community).order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: limit + 1])
    return found[:limit], found[limit - 1].pk if len(found) > limit else None


def agreed(*, community: str, purpose: str, subject: str) -> bool:
    """Tell whether a person said that he agrees to a purpose, and did not withdraw since: where
    silence is no consent.
    """
    rows = Consent.rows.of(community).filter(purpose=purpose, subject=subject)
    return bool(rows.order_by("-pk").values_list("given", flat=True).first())
