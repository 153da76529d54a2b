"""What a resident, or somebody at work, does for himself: his code, his PIN, his cards; and a
resident's face.
"""

from datetime import datetime

import msgspec
from django.db import transaction

from linli.contracts.doors import Way
from linli.domains.doors import ports
from linli.domains.doors.logic.life import Step
from linli.domains.doors.models import Credential, FaceCopy
from linli.domains.doors.operations import issuing, signing
from linli.domains.doors.operations.issuing import NewCredential
from linli.domains.doors.queries import finding
from linli.domains.doors.queries.standing import (
    Bearing,
    check_lives_here,
    himself,
    person_of,
)
from linli.foundation.consent import operations as consents
from linli.foundation.identity.queries import Actor
from linli.kernel.fault import Fault
from linli.registry.people import wards
from linli.registry.people.models import Person, Staff

FACE = "face"


class NoFacesHere(Fault):
    """No door of his takes faces."""

    key = "doors.no_faces_here"


class NotForAnAdult(Fault):
    """The PIN of somebody of age is his alone: no guardian makes it."""

    key = "doors.not_for_an_adult"
    status = 403


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """The text of a QR code, and when it ends (epoch seconds)."""

    token: str
    until: int


@transaction.atomic
def code(*, actor: Actor, at_work: bool = False, now: datetime) -> Code:
    """Return the QR code of a resident, or of somebody at work, for this half minute.

    :raises standing.NotHere: if the account is nobody's in the register
    :raises standing.MovedOut: if he has left
    :raises Suspended: if his telephone was reported lost
    """
    row = _one(actor, himself(actor=actor, at_work=at_work), Way.QR, now)
    if row.state != "open":
        raise Suspended
    token, until = signing.own_token(row=row, now=now)
    return Code(token=token, until=until)


class Suspended(Fault):
    """He reported it lost: it opens nothing until he has found it."""

    key = "doors.suspended"


def _held(community: str, bearing: Bearing, way: Way) -> list[Credential]:
    """Return what somebody holds or held of a way, the newest first."""
    if bearing.staff is not None:
        return finding.of_staff(community=community, staff=bearing.staff, way=way.value)
    return finding.of_person(community=community, person=bearing.person or 0, way=way.value)


def _one(actor: Actor, bearing: Bearing, way: Way, now: datetime) -> Credential:
    """Return the one credential of a way that somebody has; made the first time.

    :raises standing.MovedOut: if he has left
    """
    check_lives_here(community=actor.community, bearing=bearing, now=now)
    rows = _held(actor.community, bearing, way)
    found = next((row for row in rows if row.state in finding.LIVING), None)
    if found is not None:
        return found
    new = NewCredential(way=way, person=bearing.person, staff=bearing.staff)
    return issuing.make(community=actor.community, new=new, by=actor.account, now=now).row


@transaction.atomic
def new_pin(*, actor: Actor, at_work: bool = False, duress: bool, now: datetime) -> issuing.Made:
    """Make a PIN for a resident, or for somebody at work, in the place of the one that he had;
    `duress` is the one that he gives when he is made to: it opens, and calls the guards.

    What a guardian makes for his ward is good as long as he is one (`forgetting.end_unguarded`).

    :raises standing.NotHere: if the account is nobody's in the register
    :raises standing.MovedOut: if he has left
    :raises NotForAnAdult: if a guardian asks for it in the place of somebody of age
    """
    if actor.ward and wards.adult(actor, now):
        raise NotForAnAdult
    bearing = himself(actor=actor, at_work=at_work)
    check_lives_here(community=actor.community, bearing=bearing, now=now)
    _one_at_a_time(actor.community, bearing)
    held = _held(actor.community, bearing, Way.PIN)
    old = [row for row in held if row.duress is duress and row.state == "open"]
    if old:
        issuing.move(rows=old, step=Step.ENDED, by=actor.account, now=now)
    new = NewCredential(
        way=Way.PIN, person=bearing.person, staff=bearing.staff, duress=duress,
        note=finding.BY_GUARDIAN if actor.ward else "",
    )  # fmt: skip
    return issuing.make(community=actor.community, new=new, by=actor.account, now=now)


def _one_at_a_time(community: str, bearing: Bearing) -> None:
    """Wait until nobody else makes a PIN of his."""
    if bearing.person is not None:
        Person.rows.of(community).select_for_update(no_key=True).get(pk=bearing.person)
    elif bearing.staff is not None:
        Staff.rows.of(community).select_for_update(no_key=True).get(pk=bearing.staff)


def step(*, actor: Actor, at_work: bool = False, id: int, step: Step, now: datetime) -> Credential:
    """Let somebody report his own card lost, or found again; his guardian says found of what he
    reported himself.

    :raises finding.CredentialNotFound: if it is not his
    :raises issuing.NotYoursToSay: if a guardian says found of what another reported
    :raises life.NotNow: if it does not take this step now
    """
    return issuing.take_step(
        community=actor.community,
        id=id,
        step=step,
        holder=himself(actor=actor, at_work=at_work),
        in_his_place=bool(actor.ward),
        by=actor.account,
        now=now,
    )


@transaction.atomic
def face(*, actor: Actor, agree: bool, confirmed: bool, now: datetime) -> None:
    """Agree that doors know one's face, or withdraw: then every device deletes its template and
    says so. All other ways stay as they are.

    :raises consents.ConfirmWanted: if he agrees and has not confirmed that he knows what to
    :raises consents.GuardianWanted: if he is under 14
    :raises standing.MovedOut: if he agrees and has left; who withdraws may always
    """
    bearing = himself(actor=actor)
    if agree:
        check_lives_here(community=actor.community, bearing=bearing, now=now)
    consents.say(
        community=actor.community,
        account=actor.account,
        subject=f"person:{bearing.person}",
        purpose=FACE,
        given=agree,
        confirmed=confirmed,
        now=now,
    )
    if agree:
        _one(actor, bearing, Way.FACE, now)


@transaction.atomic
def enrol(*, actor: Actor, door: str, now: datetime) -> None:
    """Have a device take the face of a resident who stands before it and has agreed. Its copy is
    on record before it is told to: whoever withdraws his consent meanwhile finds it.

    :raises finding.DoorNotFound: if there is no such door
    :raises NoFacesHere: if it takes none, or he has not agreed
    :raises standing.MovedOut: if he has left
    """
    row = finding.door(community=actor.community, code=door)
    person = person_of(actor)
    check_lives_here(community=actor.community, bearing=Bearing(person=person), now=now)
    mine = _open_face(actor.community, person)
    if Way.FACE not in row.ways or mine is None:
        raise NoFacesHere(door=door)
    copy = FaceCopy(community=actor.community, door=row, credential=mine, wanted_at=now)
    FaceCopy.rows.bulk_create([copy], ignore_conflicts=True)
    ports.enrol(
        ports.Enrolment(
            community=actor.community,
            device=door,
            credential=mine.pk,
            account=actor.account,
            now=now,
        )
    )


def _open_face(community: str, person: int) -> Credential | None:
    """Return the credential of somebody's face, locked against its end; None where none is open."""
    rows = Credential.rows.of(community).filter(person=person, way=Way.FACE.value, state="open")
    return rows.select_for_update(of=("self",), no_key=True).order_by("pk").first()


def face_withdrawn(community: str, subject: str, now: datetime) -> None:
    """Delete somebody's face everywhere, as he has withdrawn his consent: told in the transaction
    of the withdrawal. The devices' receipts come later; none from before it stands. Locked are, in
    this order, the credentials and the copies, each by their numbers: then only the new versions
    are drawn. Whoever tells a device of a face does so too, so that no copy is made, or wanted
    again, beside the withdrawal.
    """
    kind, _, number = subject.partition(":")
    if kind != "person":
        return
    held = finding.living_of(community=community, person=int(number), way=Way.FACE.value)
    if not held:
        return
    copies = FaceCopy.rows.of(community).filter(credential__in=[row.pk for row in held])
    list(copies.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    copies.update(drop_at=now, gone_at=None)
    issuing.move(rows=held, step=Step.ENDED, note="撤回同意 withdrawn", by=None, now=now)
