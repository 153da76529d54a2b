"""Every read of consents and requests, and the page of a person about himself."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime

import msgspec
from django.contrib.auth import get_user_model
from django.db.models import Expression, Subquery
from django.utils import timezone

from linli.contracts import privacy
from linli.contracts.privacy import Guardian, Held, Own
from linli.foundation.audit import queries as trail
from linli.foundation.audit.models import Act, Line
from linli.foundation.audit.things import LISTED, thing_of
from linli.foundation.consent.models import Assessment, Consent, Request
from linli.foundation.privacy.purposes import PURPOSES, Basis, Purpose
from linli.foundation.scope.paging import RecentPage, by_recent
from linli.foundation.vault import sealed
from linli.kernel.fault import Fault
from linli.kernel.words import Words

_ASKED_BY_NAME = 500
"""Of more persons all that was said to a purpose is read: no query bears so many names."""


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
    since he was registered, or `unsaid` where silence is no consent. `said`: what he said last.
    """

    purpose: str
    about: Purpose
    state: str
    said: Consent | None


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody read a person's record in full, or took out a list that he stands in (`many`); by a
    third party's `program`, where it was none of ours. `what` of him was read.
    """

    at: datetime
    who: str
    purpose: str
    what: Words
    many: bool
    program: str = ""


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """A guardian did something in the place of a person: `what` says it, with the door."""

    at: datetime
    who: str
    what: Words


class Mine(msgspec.Struct, frozen=True, kw_only=True):
    """All that a person may know of his own data. Of each kind of record that comes anew, as
    passages, `held` has the `newest` so many. `people`: all whom the account speaks for;
    `guardians`: who speaks for him, and `deeds`: what such did in his place. Of looks and deeds it
    has the newest, and the cursors behind them.
    """

    own: Own
    people: Sequence[Own]
    held: Sequence[Held]
    newest: int
    consents: Sequence[Standing]
    looks: Sequence[Look]
    looks_next: str | None
    requests: Sequence[Request]
    guardians: Sequence[Guardian]
    deeds: Sequence[Deed]
    deeds_next: str | None


def own(*, community: str, account: int, subject: str, now: datetime) -> tuple[Own, Sequence[Own]]:
    """Return the person that is meant and all whom the account may speak for. An empty subject is
    the account's own, never a ward: he is always named.

    :raises NotInTheRegister: if it speaks for nobody, or none is named and it is nobody's own
    :raises NotYours: if it does not speak for this one
    """
    people = spoken_for(community=community, account=account, now=now)
    found = next((one for one in people if _means(subject, one)), None)
    if found is None:
        raise NotYours if subject else NotInTheRegister
    return found, people


def _means(subject: str, one: Own) -> bool:
    return subject == one.subject if subject else not one.guardian


def spoken_for(*, community: str, account: int, now: datetime) -> Sequence[Own]:
    """Return all whom an account may speak for.

    :raises NotInTheRegister: if it speaks for nobody
    """
    people = privacy.whom(community, account, now)
    if not people:
        raise NotInTheRegister
    return people


def mine(*, community: str, account: int, subject: str, now: datetime, whole: bool = False) -> Mine:
    """Return what is held on a person, why, who looked and what was done in his place: the newest,
    or as a `whole`, as far as anybody could read it in a file.

    :raises NotInTheRegister, NotYours: as `own`
    """
    one, people = own(community=community, account=account, subject=subject, now=now)
    seen, more = _looks(community, one.subject, _first(_IN_A_FILE if whole else _LOOKS))
    done, more_done = deeds(
        community=community, subject=one.subject, wanted=_first(_IN_A_FILE if whole else _DEEDS)
    )
    most = _IN_A_FILE if whole else _HELD
    held = privacy.held(community, one.subject, most)
    kept_for = {purpose for record in held for purpose in record.purposes}
    kept_for |= {key for record in held for field in record.fields for key in field.purposes}
    kept_for -= {key for key, about in PURPOSES.items() if about.basis is Basis.NONE or about.each}
    return Mine(
        own=one,
        people=people,
        held=held,
        newest=most,
        consents=[
            standing
            for standing in _standings(community, one.subject)
            if standing.purpose in kept_for
        ],
        looks=seen,
        looks_next=more,
        requests=_opened(
            Request.rows.of(community).filter(subject=one.subject), community, "correction"
        ),
        guardians=privacy.guardians(community, one.subject, now),
        deeds=done,
        deeds_next=more_done,
    )


_LOOKS, _DEEDS, _HELD, _IN_A_FILE = 200, 50, 100, 100_000


def _first(many: int) -> RecentPage:
    """Return the first page of so many, be they more than anybody may ask for."""
    return RecentPage.model_construct(limit=many)


def deeds(*, community: str, subject: str, wanted: RecentPage) -> tuple[list[Deed], str | None]:
    """Return a page of what guardians did in the place of a person, the newest first, and the
    cursor after it.
    """
    lines = trail.found_by(
        Line.objects.filter(community=community), what=for_ward(subject), act=Act.WRITE
    )
    found, after = by_recent(lines, wanted=wanted, field="at_us")
    names = _names(found)
    told = privacy.done(community, [row.words for row in found])
    return [
        Deed(
            at=datetime.fromtimestamp(row.at_us / 1e6, UTC),
            who=names.get(row.account, row.who),
            what=what,
        )
        for row, what in zip(found, told, strict=True)
    ], after


def for_ward(subject: str) -> str:
    """Return how the trail names that something was done in the place of a person."""
    return f"ward:{subject.removeprefix('person:')}"


def wards(*, community: str, account: int, now: datetime) -> list[Own]:
    """Return for whom an account may act now as guardian."""
    return [one for one in privacy.whom(community, account, now) if one.guardian]


def newest(*, community: str, subject: str, purpose: str) -> Consent | None:
    """Return what a person said last to a purpose; None if nothing."""
    rows = Consent.rows.of(community).filter(subject=subject, purpose=purpose)
    return rows.order_by("-pk").first()


def day_of(row: Consent) -> date:
    """Return the day on which it was said."""
    return row.said_on or timezone.localdate(row.at)


def last_said(*, community: str, subjects: Collection[str]) -> dict[tuple[str, str], Consent]:
    """Return what these persons said last, by person and purpose."""
    rows = Consent.rows.of(community).order_by("pk")
    if len(subjects) <= _ASKED_BY_NAME:
        rows = rows.filter(subject__in=list(subjects))
    return {(row.subject, row.purpose): row for row in rows}


def closed(*, community: str, purpose: str, subjects: Collection[str]) -> frozenset[str]:
    """Return which of these persons let nothing be used for a purpose: who withdrew his consent,
    and, where silence is none, who never gave it. Nobody, where it stands on no consent.
    """
    about = PURPOSES[purpose]
    if about.withdrawal is None:
        return frozenset()
    said = given(community=community, purpose=purpose, subjects=subjects)
    return frozenset(one for one in subjects if not said.get(one, not about.asked))


def given(*, community: str, purpose: str, subjects: Collection[str]) -> Mapping[str, bool]:
    """Return what these persons said last to a purpose; who said nothing is not in it."""
    rows = Consent.rows.of(community).filter(purpose=purpose)
    if len(subjects) <= _ASKED_BY_NAME:
        rows = rows.filter(subject__in=list(subjects))
    return dict(rows.order_by("pk").values_list("subject", "given"))


def said_yes(*, community: str, purpose: str, subject: Expression) -> Subquery:
    """Return a subquery that is true for whoever agreed to a purpose and did not withdraw since, by
    an expression that names him.
    """
    rows = Consent.rows.of(community).filter(purpose=purpose, subject=subject)
    return Subquery(rows.order_by("-pk").values("given")[:1])


def states(*, community: str, subject: str) -> Mapping[str, str]:
    """Return how a person stands to each purpose (`Standing`)."""
    return {one.purpose: one.state for one in _standings(community, subject)}


def standings(*, community: str, subject: str, among: Collection[str]) -> list[Standing]:
    """Return how a person stands to these purposes."""
    return [one for one in _standings(community, subject) if one.purpose in among]


def _standings(community: str, subject: str) -> list[Standing]:
    rows = Consent.rows.of(community).filter(subject=subject).select_related("by").order_by("pk")
    said = {row.purpose: row for row in rows}
    return [
        Standing(purpose=key, about=about, state=_state(said.get(key), about), said=said.get(key))
        for key, about in PURPOSES.items()
    ]


def _state(row: Consent | None, about: Purpose) -> str:
    if row is None:
        return "unsaid" if about.asked else "assumed"
    return "given" if row.given else "withdrawn"


def looks(*, community: str, subject: str, wanted: RecentPage) -> tuple[list[Look], str | None]:
    """Return a page of who looked at a person, the newest first, and the cursor after it."""
    return _looks(community, subject, wanted)


def _looks(community: str, subject: str, wanted: RecentPage) -> tuple[list[Look], str | None]:
    """Return who looked, newest first: at him alone, or at a list of all; and the cursor after."""
    lists = [f"export:{_LISTS[kind]}" for kind in _LISTS if subject.startswith(kind)]
    rows = Line.objects.filter(community=community)
    parts = [
        by_recent(trail.found_by(rows, what=one, act=Act.LOOK), wanted=wanted, field="at_us")
        for one in (subject, *lists)
    ]
    all_of_it = sorted((row for page, _ in parts for row in page), key=_newest)
    found = all_of_it[: wanted.limit]
    more = len(all_of_it) > wanted.limit or any(after for _, after in parts)
    after = f"{found[-1].at_us}-{found[-1].pk}" if more else None
    names = _names(found)
    return [
        Look(
            at=datetime.fromtimestamp(row.at_us / 1e6, UTC),
            who=str(names.get(row.account, row.who)),
            purpose=row.purpose,
            what=thing_of(row.words) if row.what == subject else LISTED,
            many=row.what != subject,
            program=row.program,
        )
        for row in found
    ], after


def _names(lines: Sequence[Line]) -> dict[int, str]:
    rows = get_user_model().objects.filter(pk__in={row.account for row in lines})
    return {pk: str(name) for pk, name in rows.values_list("pk", "name")}


def _newest(line: Line) -> tuple[int, int]:
    return -line.at_us, -line.pk


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
    last = newest(community=community, subject=subject, purpose=purpose)
    return last is not None and last.given
